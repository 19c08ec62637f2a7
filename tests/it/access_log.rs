//! Who read which customer's personal fields: what the privacy officer is shown of it, and that nothing is read without.

use entity::access_log_entry as entry;
use entity::enums::{Role, Visibility};
use entity::id::{AccessLogEntryId, DisclosureId};
use privops::entry::instance::Instance;
use privops::platform::clock::Clock;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
};
use serde_json::{Value, json};

use crate::harness::build::{self, input, populate};
use crate::harness::poll::eventually;
use crate::harness::process::Process;
use crate::harness::survey::Survey;
use crate::harness::{Actor, Answer, App, Database, config, send, serve};

const NAME: &str = "query($by: CustomerLookupInput!) { customer(by: $by) { name } }";
const UPDATE: &str = "mutation($input: UpdateCustomerInput!) { updateCustomer(input: $input) { customer { name } } }";
const LOG: &str = "query($filter: AccessLogFilterInput) { accessLog(first: 100, filter: $filter) { nodes {
    id at operation fields customer { id } recordId integration { id role } staffSystem staffId reason } } }";

/// Reads with headers.
async fn read(reader: &Actor, query: &str, variables: Value, headers: &[(&str, &str)]) -> Answer {
    let body = json!({ "query": query, "variables": variables }).to_string();
    let request = reader.post().header("content-type", "application/json");
    let with = |request: reqwest::RequestBuilder, (name, value): &(&str, &str)| {
        request.header(*name, *value)
    };
    send(headers.iter().fold(request, with).body(body))
        .await
        .unwrap()
}

/// The lines that somebody sees, the latest first.
async fn lines(officer: &Actor, filter: Value) -> Vec<Value> {
    let found = officer.run(LOG, json!({ "filter": filter })).await;
    found.get("accessLog.nodes").as_array().unwrap().clone()
}

fn client(number: &str) -> Value {
    json!({ "externalId": { "system": "whmcs", "id": number } })
}

/// Registers a client; gives its id.
async fn register(owner: &Actor, number: &str, name: &str) -> String {
    let known = json!({ "name": name, "emails": [format!("{number}@example.org")],
        "externalIds": [{ "system": "whmcs", "id": number }] });
    let registered = owner.run(build::REGISTER_CUSTOMER, input(&known)).await;
    registered.text_at("registerCustomer.customer.id")
}

#[tokio::test]
async fn the_officer_sees_who_read_what_of_a_client_and_what_for() {
    let app = App::start().await;
    let officer = app.actor(Role::PrivacyOfficer).await;
    let billing = app.actor(Role::Billing).await;
    let ada = register(&app.owner(), "901", "Ada").await;
    let bob = register(&app.owner(), "902", "Bob").await;
    let by = json!({ "by": client("901") });
    // What is not personal is nobody's business here.
    let plain = "query($by: CustomerLookupInput!) { customer(by: $by) { id kind } }";
    billing.run(plain, by.clone()).await.ok();
    assert!(lines(&officer, json!({})).await.is_empty());

    let staff = [
        ("privops-on-behalf-of", "whmcs:admin-17"),
        ("privops-reason", "Ticket%204711: G%C3%BCltigkeit"),
    ];
    for _ in 0..3 {
        let shown = read(&billing, NAME, by.clone(), &staff).await;
        assert_eq!(shown.text_at("customer.name"), "Ada");
    }
    let both = "{ customers { nodes { id name identifiers { value } } } }";
    app.set_clock("2026-11-20T10:00:59.999Z");
    billing.ask(both).await.ok();
    let found = lines(&officer, json!({ "customer": client("901") })).await;
    assert_eq!(found.len(), 2, "alike within a minute: {found:#?}");
    let (all, one) = (&found[0], &found[1]);
    assert_eq!(one["customer"]["id"], json!(ada));
    assert_eq!(one["at"], "2026-11-20T10:00:00.000Z");
    assert_eq!(one["operation"], "customer");
    assert_eq!(one["fields"], json!(["customer.name"]));
    assert_eq!(one["integration"]["role"], "BILLING");
    assert_eq!(
        (&one["staffSystem"], &one["staffId"], &one["reason"]),
        (
            &json!("whmcs"),
            &json!("admin-17"),
            &json!("Ticket 4711: G\u{fc}ltigkeit")
        )
    );
    assert_eq!(all["fields"], json!(["customer.name", "identifier.value"]));
    assert_eq!(all["operation"], "customers");
    assert_eq!(
        (&all["staffId"], &all["reason"], &all["recordId"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );

    // Another minute, another reason, another person: other lines.
    app.set_clock("2026-11-20T10:01:00Z");
    read(&billing, NAME, by.clone(), &staff).await.ok();
    read(&billing, NAME, by.clone(), &staff[..1]).await.ok();
    read(
        &billing,
        NAME,
        by.clone(),
        &[("privops-on-behalf-of", "whmcs:admin-18")],
    )
    .await
    .ok();
    let until = json!({ "customer": { "id": ada }, "at": { "lt": "2026-11-20T10:01:00Z" } });
    assert_eq!(lines(&officer, until).await.len(), 2);
    let from = json!({ "customer": { "id": ada }, "at": { "gte": "2026-11-20T10:01:00Z" } });
    assert_eq!(lines(&officer, from).await.len(), 3);
    let nobody = lines(&officer, json!({ "customer": client("903") })).await;
    assert!(nobody.is_empty(), "{nobody:#?}");
    let integration = json!({ "integrationId": one["integration"]["id"] });
    assert_eq!(lines(&officer, integration).await.len(), 6, "with Bob");

    // Whoever is merged takes along what was read of them.
    let merge = input(&json!({ "from": { "id": bob }, "into": { "id": ada } }));
    app.owner().run(build::MERGE_CUSTOMERS, merge).await.ok();
    let of_both = lines(&officer, json!({ "customer": { "id": ada } })).await;
    assert!(of_both.len() >= 6, "{of_both:#?}");
    // The auditor sees that, and not who it was.
    let auditor = app.actor(Role::Auditor).await;
    let seen = lines(&auditor, json!({ "customer": { "id": ada } })).await;
    assert_eq!(seen.len(), of_both.len());
    for line in &seen {
        assert_eq!(
            (&line["staffId"], &line["reason"]),
            (&Value::Null, &Value::Null)
        );
    }
    let by_email = json!({ "filter": { "customer": { "email": "901@example.org" } } });
    auditor.run(LOG, by_email).await.refused(403, "FORBIDDEN");
    app.stop().await;
}

#[tokio::test]
async fn what_changes_and_tasks_show_is_read_too() {
    let app = App::start().await;
    let (owner, officer) = (app.owner(), app.actor(Role::PrivacyOfficer).await);
    let customer = register(&owner, "901", "Ada").await;
    let changed = json!({ "customerId": customer, "name": "Ada L",
        "onBehalfOf": { "system": "otrs", "staffId": "agent 7" } });
    owner.run(UPDATE, input(&changed)).await.ok();
    let found = lines(&officer, json!({ "customer": { "id": customer } })).await;
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(
        (
            &found[0]["operation"],
            &found[0]["staffSystem"],
            &found[0]["staffId"]
        ),
        (&json!("updateCustomer"), &json!("otrs"), &json!("agent 7"))
    );
    // Where the header names one and the input another, the input counts, here and in the ledger.
    let changed = json!({ "customerId": customer, "name": "Ada King", "onBehalfOf": { "system": "otrs", "staffId": "8" } });
    let headers = [("privops-on-behalf-of", "whmcs:9")];
    read(&owner, UPDATE, input(&changed), &headers).await.ok();
    let found = lines(&officer, json!({ "customer": { "id": customer } })).await;
    assert!(
        found.iter().any(|line| line["staffId"] == "8"),
        "{found:#?}"
    );
    assert!(
        found.iter().all(|line| line["staffId"] != "9"),
        "{found:#?}"
    );
    // Of a request of somebody who is unknown, the record is named.
    let asks = json!({ "requester": { "kind": "DATA_SUBJECT", "name": "Who knows" }, "channel": "EMAIL",
        "receivedAt": "2026-11-20T09:00:00Z", "items": [{ "type": "ACCESS" }] });
    let open = "mutation($input: OpenRequestInput!) { openRequest(input: $input) { request { id requester { name } } } }";
    let opened = owner.run(open, input(&asks)).await;
    let request = opened.text_at("openRequest.request.id");
    let found = lines(&officer, json!({})).await;
    assert_eq!(found[0]["recordId"], json!(request), "{found:#?}");
    assert_eq!(found[0]["customer"], Value::Null);
    assert_eq!(found[0]["fields"], json!(["request.requester_name"]));
    // Whoever claims tasks is told what the customer is known by.
    populate(&app.foreigner(Role::Owner).await).await;
    let of_others = lines(&officer, json!({})).await;
    assert_eq!(of_others, found, "they are another controller's");
    populate(&owner).await;
    let claimed = lines(&officer, json!({})).await;
    let claimed = claimed
        .iter()
        .find(|line| line["operation"] == "claimTasks");
    let fields = claimed.expect("tasks were claimed")["fields"].to_string();
    assert!(fields.contains("identifier.value"), "{fields}");
    app.stop().await;
}

/// Nothing hides behind another name, and whom an address leads to is known, too.
#[tokio::test]
async fn every_way_to_a_client_is_written_down() {
    let app = App::start().await;
    let (owner, officer) = (app.owner(), app.actor(Role::PrivacyOfficer).await);
    let abuse = app.actor(Role::Abuse).await;
    let customer = register(&owner, "901", "Ada").await;
    let of = json!({ "customer": { "id": customer } });
    let hidden =
        "{ viewer { tokenId } ...some } fragment some on Query { a: customers { nodes { name } } }";
    owner.ask(hidden).await.ok();
    let found = lines(&officer, of.clone()).await;
    assert_eq!(found[0]["operation"], "customers viewer", "{found:#?}");
    // An abuse desk sees no personal field, and is told who it is all the same.
    let who = "query($by: CustomerLookupInput!) { customer(by: $by) { id } }";
    abuse.run(who, json!({ "by": client("901") })).await.ok();
    assert_eq!(
        lines(&officer, of.clone()).await.len(),
        1,
        "an id leads to an id"
    );
    abuse
        .run(who, json!({ "by": { "email": "901@example.org" } }))
        .await
        .ok();
    let assign = build::assignment(&json!({ "id": customer }), "198.51.100.7/32");
    owner.run(build::RECORD_ASSIGNMENTS, assign).await.ok();
    let at = json!({ "address": "198.51.100.7", "at": "2026-11-19T22:14:00Z" });
    abuse.run(who, json!({ "by": { "ip": at } })).await.ok();
    let holders =
        "query($of: ResourceLookupInput!) { holders(of: $of) { nodes { customer { id } } } }";
    abuse.run(holders, json!({ "of": { "ip": at } })).await.ok();
    let found = lines(&officer, of).await;
    let told: Vec<_> = found
        .iter()
        .filter(|line| line["integration"]["role"] == "ABUSE")
        .map(|line| {
            (
                line["operation"].as_str().unwrap(),
                line["fields"][0].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(told.len(), 3, "{told:?}");
    for one in [
        ("customer", "identifier.value"),
        ("customer", "assignment.resource"),
        ("holders", "assignment.resource"),
    ] {
        assert!(told.contains(&one), "{one:?} in {told:?}");
    }
    app.stop().await;
}

/// That somebody read what a gag order hides is hidden, too.
#[tokio::test]
async fn what_is_read_under_a_gag_order_is_shown_to_whoever_may_see_it_only() {
    let app = App::start().await;
    let (owner, legal) = (app.owner(), app.actor(Role::Legal).await);
    let customer = register(&owner, "901", "Ada").await;
    let court = json!({ "name": "A court", "role": "PUBLIC_AUTHORITY", "category": "COURT" });
    let court = owner.run(build::REGISTER_RECIPIENT, input(&court)).await;
    let court = json!({ "id": court.text_at("registerRecipient.recipient.id") });
    let mut told = build::disclosure(&court, &[json!({ "id": customer })]);
    told["input"]["note"] = json!("Silence");
    let told = owner.run(build::RECORD_DISCLOSURE, told).await;
    let told: DisclosureId = told
        .text_at("recordDisclosure.disclosure.id")
        .parse()
        .unwrap();
    let db = app.database().look().await;
    let hidden = Expr::value(Visibility::Sealed);
    entity::disclosure::Entity::update_many()
        .col_expr(entity::disclosure::Column::Visibility, hidden.clone())
        .filter(entity::disclosure::Column::Id.eq(told))
        .exec(&db)
        .await
        .unwrap();
    entity::disclosure_subject::Entity::update_many()
        .col_expr(entity::disclosure_subject::Column::Visibility, hidden)
        .filter(entity::disclosure_subject::Column::DisclosureId.eq(told))
        .exec(&db)
        .await
        .unwrap();
    db.close().await.unwrap();
    let query = "{ disclosures { nodes { note } } }";
    let shown = legal.ask(query).await;
    assert_eq!(shown.text_at("disclosures.nodes.0.note"), "Silence");
    assert!(!owner.ask(query).await.text.contains("Silence"));
    for reader in [&owner, &app.actor(Role::Auditor).await] {
        let found = lines(reader, json!({ "customer": { "id": customer } })).await;
        assert!(found.is_empty(), "{found:#?}");
    }
    let survey = Survey::of(app.database()).await;
    let hidden = "access_log_entry where visibility = 'SEALED' and fields = 'disclosure.note'";
    assert_eq!(survey.count(hidden).await, 1);
    survey.assert_whole().await;
    survey.close().await;
    app.stop().await;
}

/// Nobody is shown what cannot be written down.
#[tokio::test]
async fn nothing_is_shown_that_cannot_be_written_down() {
    let app = App::start().await;
    let owner = app.owner();
    let customer = register(&owner, "901", "Ada Lovelace").await;
    let db = app.database().look().await;
    let by = json!({ "by": client("901") });
    for (sql, shown) in [
        ("alter table access_log_entry rename to gone", false),
        ("alter table gone rename to access_log_entry", true),
    ] {
        db.execute_unprepared(sql).await.unwrap();
        let answer = owner.run(NAME, by.clone()).await;
        assert_eq!(answer.text.contains("Lovelace"), shown, "{}", answer.text);
        assert_eq!(answer.status == 200, shown, "{}", answer.text);
        // What was changed is changed; whoever did it is told so.
        let change = json!({ "customerId": customer, "name": "Ada Lovelace" });
        let changed = owner.run(UPDATE, input(&change)).await;
        assert_eq!(
            changed.text.contains("it was done"),
            !shown,
            "{}",
            changed.text
        );
        // What is not personal goes on.
        let plain = "query($by: CustomerLookupInput!) { customer(by: $by) { id } }";
        owner.run(plain, by.clone()).await.ok();
    }
    db.close().await.unwrap();
    app.stop().await;
}

#[tokio::test]
async fn headers_that_say_nothing_are_refused_before_anything_is_read() {
    let app = App::start().await;
    let owner = app.owner();
    register(&owner, "901", "Ada").await;
    let long = "x".repeat(201);
    for (name, value) in [
        ("privops-reason", ""),
        ("privops-reason", "%20"),
        ("privops-reason", long.as_str()),
        ("privops-reason", "one%0Atwo"),
        ("privops-reason", "%ff"),
        ("privops-reason", "%E2%80%AEsdrawkcab"),
        ("privops-on-behalf-of", "whmcs:one%0Atwo"),
        ("privops-on-behalf-of", "admin-17"),
        ("privops-on-behalf-of", ":17"),
        ("privops-on-behalf-of", "whmcs:"),
        ("privops-on-behalf-of", "who knows:17"),
    ] {
        let by = json!({ "by": client("901") });
        let answer = read(&owner, NAME, by, &[(name, value)]).await;
        assert_eq!(
            answer.code(),
            "BAD_USER_INPUT",
            "{name}: {value}: {}",
            answer.text
        );
        let field = answer.body["errors"][0]["extensions"]["field"].as_str();
        assert!(
            field.unwrap().to_lowercase().starts_with(name),
            "{}",
            answer.text
        );
    }
    assert!(lines(&owner, json!({})).await.is_empty());
    app.stop().await;
}

#[tokio::test]
async fn lines_are_kept_as_long_as_it_is_set() {
    let app = App::start().await;
    let owner = app.owner();
    register(&owner, "901", "Ada").await;
    for at in ["2026-11-20T10:00:00Z", "2026-12-19T10:00:00Z"] {
        app.set_clock(at);
        owner.run(NAME, json!({ "by": client("901") })).await.ok();
    }
    assert_eq!(lines(&owner, json!({})).await.len(), 2);
    // More than are deleted at once, all of one instant.
    let db = app.database().look().await;
    let old = entry::Entity::find()
        .order_by_asc(entry::Column::At)
        .one(&db)
        .await;
    let old = old.unwrap().unwrap();
    let many = (0..2_500).map(|_| entry::Model {
        id: AccessLogEntryId::from_uuid(uuid::Uuid::now_v7()),
        ..old.clone()
    });
    let many: Vec<_> = many.map(IntoActiveModel::into_active_model).collect();
    for part in many.chunks(500) {
        entry::Entity::insert_many(part.to_vec())
            .exec_without_returning(&db)
            .await
            .unwrap();
    }
    db.close().await.unwrap();
    let clock = Clock::standing_at("2026-12-20T10:00:01Z".parse().unwrap());
    let settings = [("access_log.keep_days", "30")];
    let later = Instance::open(config(app.database(), &settings), clock)
        .await
        .unwrap();
    let later = serve(later).await;
    let within = std::time::Duration::from_secs(30);
    let left = eventually(within, "old lines are deleted", async || {
        let left = lines(&owner, json!({})).await;
        (left.len() == 1).then_some(left)
    });
    let left = left.await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0]["at"], "2026-12-19T10:00:00.000Z");
    later.stop().await;
    app.stop().await;
}

/// Kill -9 at once after an answer: that it was given is on record.
#[tokio::test]
async fn an_answer_that_was_given_is_on_record_after_a_crash() {
    let database = Database::new().await;
    let (mut process, token) = Process::first(&database, &[]).await;
    register(&process.actor(&token), "901", "Ada").await;
    for round in 1..=3 {
        let reason = format!("round {round}");
        let headers = [("privops-reason", reason.as_str())];
        let by = json!({ "by": client("901") });
        read(&process.actor(&token), NAME, by, &headers).await.ok();
        process.kill();
        process = Process::again(&database, &[]).await;
        let found = lines(&process.actor(&token), json!({})).await;
        assert_eq!(found.len(), round, "{found:#?}");
        assert_eq!(found[0]["reason"], json!(reason));
    }
    process.ask_to_stop();
    assert!(process.ended().await.success());
    database.remove().await;
}
