//! Nothing crosses from one controller to another: not by id, not by value, not by cursor, not by key.
//!
//! By id: see `ids`. Whatever shows nothing to one controller is also asked by the other, whom it must show
//! something: so a wrong question proves nothing.

mod ids;
mod leases;

use entity::enums::Role;
use entity::event;
use entity::id::ControllerId;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};

use crate::harness::build::{self, Ids, input, populate};
use crate::harness::poll::feed;
use crate::harness::{Actor, Answer, App};

/// Everything that a controller's owner can list. Whoever may see it sees everything in it.
const EVERYTHING: &str = r#"{
    customers(first: 5) { totalCount nodes { id name version brand { id } mergedInto { id }
        mergedFrom(first: 5) { totalCount nodes { id } } identifiers { id value endedAt verifiedAt }
        relations(first: 5) { nodes { id until customer { id } kind relatedCustomer { id } } }
        assignments(first: 10) { nodes { id ipPrefix resource sharing from until version customer { id } } }
        preferences(first: 5) { nodes { id note } } currentPreferences { status decidedBy { id } }
        disclosures(first: 5) { totalCount nodes { id } } } }
    preferences(first: 5) { nodes { id status note customer { id } brand { id } } }
    contactSettings { rules { country basis brand { id } } templates { name purpose brand { id } integration { id } } }
    recipients(first: 5) { nodes { id name contacts { value } noticeUrl version customer { id }
        engagedBy { id } subProcessors { id } agreements { id reference } transferMechanisms { id } } }
    processors(first: 5) { nodes { id name } }
    disclosures(first: 5) { totalCount nodes { id reference event { id }
        recipient { id } recordedBy { id } series { count first { id } } supersededBy { new { id } }
        subjects { id lookup customer { id } finding { id customer { id } } } } }
    requests(first: 5) { totalCount nodes { id status text version customer { id } requester { name contact }
        items { id status accessPackage { id status links { id } } } clocks { id dueAt } externalReferences { id reference }
        verifications(first: 5) { nodes { id note } } correspondence(first: 5) { nodes { id text } } } }
    agenda(first: 5) { nodes { id dueAt } }
    dataMap { systems { id name version integration { id } host { id } } recipients { id name }
        flows { id source { id } target { id } } }
    tasks(first: 20) { nodes { id status version attempts held leasedUntil note attachments { id name } } }
    retentionRules { id name event { id } }
    retentionDue(by: "2099-01-01") { nodes { rule { id } customer { id } record { id reference } } }
    incidents(first: 5) { nodes { id title version recipients { id } clocks { dueAt } affectedCountries { count }
        notifications { id text reference taskCounts { count } event { id } } event { id } } }
    houseTerms(first: 5) { nodes { id source residences } }
    legalHolds(first: 5) { nodes { id status expiresAt version reason authority lastReason customers { id } event { id } } }
    recipientNotices(first: 5) { nodes { id status version note request { id } item { id } recipient { id } } }
    deletionPlan(by: { externalId: { system: "whmcs", id: 46 } }) { clear customer { id }
        ownRecords { hold { id } request { id } }
        systems { name blocks { what hold { id } block { id settledAt version } task { id } } } }
    brands(first: 5) { nodes { id name } }
    integrations(first: 5) { nodes { id name role tokens { id revokedAt } } }
    viewer { controller { id name } }
}"#;

/// What customers can be looked up by, as [`populate`] registers them, and how many customers have it.
fn lookups() -> [(Value, usize); 6] {
    [
        (json!({ "email": "Shared@Example.org" }), 2),
        (json!({ "phone": "+49 30 123456" }), 1),
        (json!({ "externalId": { "system": "whmcs", "id": 42 } }), 1),
        (
            json!({ "ip": { "address": "203.0.113.7", "at": "2026-11-19T22:14:00Z" } }),
            1,
        ),
        (
            json!({ "domain": { "name": "www.shop.example", "at": "2026-11-19T22:14:00Z" } }),
            1,
        ),
        (
            json!({ "mailbox": { "address": "Post@Shop.example", "at": "2026-11-19T22:14:00Z" } }),
            1,
        ),
    ]
}

/// How many events a controller has, numbered or not.
async fn count_events(app: &App, controller: &str) -> usize {
    let controller: ControllerId = controller.parse().unwrap();
    let db = app.database().look().await;
    let select = event::Entity::find().filter(event::Column::ControllerId.eq(controller));
    let count = select.count(&db).await.unwrap();
    db.close().await.unwrap();
    usize::try_from(count).unwrap()
}

#[track_caller]
fn shows_nothing_of(ids: &Ids, text: &str, what: &str) {
    for id in ids.all().into_iter().chain([ids.lease.as_str()]) {
        assert!(!text.contains(id), "{what}: {id} in {text}");
    }
}

#[tokio::test]
async fn lists_look_ups_and_the_feed_show_nothing_of_another_controller() {
    let app = App::start().await;
    let (own, foreign) = (app.owner(), app.foreigner(Role::Owner).await);
    let theirs = populate(&foreign).await;

    let seen = own.ask(EVERYTHING).await;
    shows_nothing_of(&theirs, &seen.text, "lists");
    assert_eq!(seen.get("customers.totalCount"), &json!(0));
    assert_eq!(seen.get("disclosures.totalCount"), &json!(0));
    assert_eq!(seen.get("recipients.nodes"), &json!([]));
    let empty = json!({ "systems": [], "recipients": [], "flows": [] });
    assert_eq!(seen.get("dataMap"), &empty);
    assert_eq!(seen.get("tasks.nodes"), &json!([]));
    assert_eq!(seen.get("legalHolds.nodes"), &json!([]));
    assert_eq!(seen.get("recipientNotices.nodes"), &json!([]));
    assert_eq!(seen.get("deletionPlan"), &Value::Null);
    assert_eq!(seen.get("incidents.nodes"), &json!([]));
    // The head of the table, and no line.
    let metrics =
        r#"{ requestMetrics(from: "2026-11-01T00:00:00Z", to: "2026-12-01T00:00:00Z") { csv } }"#;
    let metrics = own.ask(metrics).await;
    assert_eq!(metrics.text_at("requestMetrics.csv").lines().count(), 1);
    assert_eq!(seen.get("integrations.nodes").as_array().unwrap().len(), 1);
    let whole = foreign.ask(EVERYTHING).await;
    for id in theirs.all() {
        assert!(
            whole.text.contains(id),
            "{id} is not even in {}",
            whole.text
        );
    }

    let one = "query($by: CustomerLookupInput!) { customer(by: $by) { id } }";
    let all = "query($by: CustomerLookupInput!) { customerCandidates(by: $by) { totalCount nodes { id } } }";
    for (by, count) in lookups() {
        let by = json!({ "by": by });
        assert_eq!(
            own.run(one, by.clone()).await.ok(),
            &json!({ "customer": null }),
            "{by}"
        );
        let candidates = own.run(all, by.clone()).await;
        let nobody = json!({ "totalCount": 0, "nodes": [] });
        assert_eq!(candidates.get("customerCandidates"), &nobody, "{by}");
        let candidates = foreign.run(all, by.clone()).await;
        assert_eq!(
            candidates.get("customerCandidates.totalCount"),
            &json!(count),
            "{by}"
        );
    }
    let named = r#"{ recipients(filter: { name: "spamhaus" }) { nodes { id } } }"#;
    assert_eq!(own.ask(named).await.get("recipients.nodes"), &json!([]));
    assert_eq!(
        foreign.ask(named).await.text_at("recipients.nodes.0.id"),
        theirs.recipient
    );

    for (actor, controller) in [
        (&own, app.controller.to_string()),
        (&foreign, theirs.controller.clone()),
    ] {
        let count = count_events(&app, &controller).await;
        let events = feed(actor, |events| events.len() >= count).await;
        let numbers: Vec<_> = events
            .iter()
            .map(|event| event["idx"].as_u64().unwrap())
            .collect();
        let expected: Vec<u64> = (0..).take(count).collect();
        assert_eq!(numbers, expected, "each controller has numbers of its own");
        let text = Value::from(events).to_string();
        if controller == theirs.controller {
            assert!(text.contains(&theirs.customer), "{text}");
        } else {
            shows_nothing_of(&theirs, &text, "the feed");
        }
    }
    app.stop().await;
}

/// The same clients, addresses and names in both: nobody is told of a conflict, everybody finds their own.
#[tokio::test]
async fn the_same_values_lead_each_controller_to_its_own() {
    let app = App::start().await;
    let (own, foreign) = (app.owner(), app.foreigner(Role::Owner).await);
    let (ours, theirs) = (populate(&own).await, populate(&foreign).await);
    let all = "query($by: CustomerLookupInput!) { customerCandidates(by: $by) { totalCount nodes { id } } }";
    for (actor, ids, other) in [(&own, &ours, &theirs), (&foreign, &theirs, &ours)] {
        for (by, count) in lookups() {
            let found = actor.run(all, json!({ "by": by })).await;
            assert_eq!(
                found.get("customerCandidates.totalCount"),
                &json!(count),
                "{by}"
            );
            assert!(found.text.contains(&ids.customer), "{by}: {}", found.text);
            shows_nothing_of(other, &found.text, "candidates");
        }
        // A disclosure about client 42 to Spamhaus is about their own client, to their own Spamhaus.
        let spamhaus = json!({ "name": "SPAMHAUS", "role": "PRIVATE_PARTY" });
        let client = json!({ "externalId": { "system": "whmcs", "id": 42 } });
        let variables = build::disclosure(&spamhaus, &[client]);
        let recorded =
            "mutation($input: RecordDisclosureInput!) { recordDisclosure(input: $input) {
            disclosure { recipient { id } subjects { customer { id } } } } }";
        let recorded = actor.run(recorded, variables).await;
        assert_eq!(
            recorded.get("recordDisclosure.disclosure"),
            &json!({
                "recipient": { "id": ids.recipient },
                "subjects": [{ "customer": { "id": ids.customer } }],
            })
        );
        // Within a controller, the id of an outside system belongs to one customer, and a name to one integration.
        let again = json!({ "name": "Another", "externalIds": [{ "system": "WHMCS", "id": 42 }] });
        actor
            .run(build::REGISTER_CUSTOMER, input(&again))
            .await
            .refused(409, "CONFLICT");
        let again = json!({ "name": "billing", "role": "BILLING" });
        actor
            .run(build::ISSUE_TOKEN, input(&again))
            .await
            .refused(409, "CONFLICT");
        let again = json!({ "name": "Spamhaus", "role": "PRIVATE_PARTY" });
        actor
            .run(build::REGISTER_RECIPIENT, input(&again))
            .await
            .refused(409, "CONFLICT");
    }
    app.stop().await;
}

/// Lists that have a second page of one, each with the way to its connection.
const LISTS: &[(&str, &str)] = &[
    (
        "customers",
        "query($after: String) { customers(first: 1, after: $after) {
            totalCount nodes { id } pageInfo { endCursor } } }",
    ),
    (
        "customerCandidates",
        r#"query($after: String) {
            customerCandidates(by: { email: "shared@example.org" }, first: 1, after: $after) {
            totalCount nodes { id } pageInfo { endCursor } } }"#,
    ),
    (
        "disclosures",
        "query($after: String) { disclosures(first: 1, after: $after) {
            totalCount nodes { id } pageInfo { endCursor } } }",
    ),
    (
        "recipients",
        "query($after: String) { recipients(first: 1, after: $after) {
            nodes { id } pageInfo { endCursor } } }",
    ),
    (
        "processors",
        "query($after: String) { processors(first: 1, after: $after) {
            nodes { id } pageInfo { endCursor } } }",
    ),
    (
        "integrations",
        "query($after: String) { integrations(first: 1, after: $after) {
            nodes { id } pageInfo { endCursor } } }",
    ),
    (
        "events",
        "query($after: String) { events(first: 1, after: $after) {
            nodes { id objectId } pageInfo { endCursor } } }",
    ),
    (
        "customers.nodes.0.disclosures",
        "query($after: String) { customers(first: 1) { nodes { disclosures(first: 1, after: $after) {
            totalCount nodes { id } pageInfo { endCursor } } } } }",
    ),
    (
        "brands",
        "query($after: String) { brands(first: 1, after: $after) {
            nodes { id } pageInfo { endCursor } } }",
    ),
    (
        "systems",
        "query($after: String) { systems(first: 1, after: $after) {
            nodes { id } pageInfo { endCursor } } }",
    ),
    (
        "tasks",
        "query($after: String) { tasks(first: 1, after: $after) {
            nodes { id } pageInfo { endCursor } } }",
    ),
    (
        "requests.nodes.0.items.0.tasks",
        "query($after: String) { requests(filter: { status: [IN_PROGRESS] }) { nodes { items {
            tasks(first: 1, after: $after) { nodes { id } pageInfo { endCursor } } } } } }",
    ),
    (
        "requests.nodes.0.items.0.recipientNotices",
        "query($after: String) { requests(filter: { status: [FULFILLED] }) { nodes { items {
            recipientNotices(first: 1, after: $after) { nodes { id } pageInfo { endCursor } } } } } }",
    ),
    (
        "recipientNotices",
        "query($after: String) { recipientNotices(first: 1, after: $after) {
            nodes { id } pageInfo { endCursor } } }",
    ),
    (
        "houseTerms",
        "query($after: String) { houseTerms(first: 1, after: $after) {
            nodes { id } pageInfo { endCursor } } }",
    ),
    (
        "legalHolds",
        "query($after: String) { legalHolds(first: 1, after: $after) {
            nodes { id } pageInfo { endCursor } } }",
    ),
    (
        "customers.nodes.0.relations",
        "query($after: String) { customers(first: 1) { nodes { relations(first: 1, after: $after) {
            nodes { id } pageInfo { endCursor } } } } }",
    ),
    (
        "customers.nodes.0.mergedFrom",
        "query($after: String) { customers(first: 1) { nodes { mergedFrom(first: 1, after: $after) {
            totalCount nodes { id } pageInfo { endCursor } } } } }",
    ),
    (
        "holders",
        r#"query($after: String) {
            holders(of: { mailbox: { address: "post@shop.example", at: "2026-11-19T22:14:00Z" } },
                first: 1, after: $after) {
            nodes { id } pageInfo { endCursor } } }"#,
    ),
    (
        "customers.nodes.0.accountingOfDisclosures",
        "query($after: String) { customers(first: 1) { nodes {
            accountingOfDisclosures(first: 1, after: $after) {
            totalCount nodes { first { id } } pageInfo { endCursor } } } } }",
    ),
    (
        "customers.nodes.0.assignments",
        "query($after: String) { customers(first: 1) { nodes { assignments(first: 1, after: $after) {
            nodes { id } pageInfo { endCursor } } } } }",
    ),
];

#[tokio::test]
async fn a_cursor_of_another_controller_shows_nothing_of_it() {
    let app = App::start().await;
    let (own, foreign) = (app.owner(), app.foreigner(Role::Owner).await);
    let (_, theirs) = (populate(&own).await, populate(&foreign).await);
    let count = count_events(&app, &theirs.controller).await;
    feed(&foreign, |events| events.len() >= count).await;
    for (connection, query) in LISTS {
        let first = foreign.run(query, json!({})).await;
        let cursor = first.text_at(&format!("{connection}.pageInfo.endCursor"));
        let second = foreign.run(query, json!({ "after": cursor })).await;
        let mut shown = nodes(&first, connection);
        shown.extend(nodes(&second, connection));
        assert_eq!(shown.len(), 2, "{connection} has no second page");

        let answer = own.run(query, json!({ "after": cursor })).await;

        assert!(
            ["", "BAD_USER_INPUT"].contains(&answer.code()),
            "{connection}: {}",
            answer.text
        );
        shows_nothing_of(&theirs, &answer.text, connection);
        for id in shown {
            assert!(
                !answer.text.contains(&id),
                "{connection}: {id} in {}",
                answer.text
            );
        }
    }
    app.stop().await;
}

fn nodes(answer: &Answer, connection: &str) -> Vec<String> {
    let nodes = answer
        .get(&format!("{connection}.nodes"))
        .as_array()
        .unwrap();
    nodes
        .iter()
        // A line of an accounting has no id: that of its first disclosure stands for it.
        .map(|node| node["id"].as_str().or(node["first"]["id"].as_str()))
        .map(|id| id.unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn the_same_idempotency_key_means_a_call_of_each_controller() {
    let app = App::start().await;
    let (own, foreign) = (app.owner(), app.foreigner(Role::Owner).await);
    let id = "registerCustomer.customer.id";
    let register = async |actor: &Actor, name: &str| {
        let customer = json!({ "name": name, "idempotencyKey": "order-1" });
        actor.run(build::REGISTER_CUSTOMER, input(&customer)).await
    };

    let ours = register(&own, "Anna").await.text_at(id);
    let theirs = register(&foreign, "Berta").await.text_at(id);

    assert_ne!(ours, theirs);
    assert_eq!(register(&own, "Anna").await.text_at(id), ours);
    assert_eq!(register(&foreign, "Berta").await.text_at(id), theirs);
    register(&own, "Berta")
        .await
        .refused(409, "IDEMPOTENCY_KEY_REUSED");
    for actor in [&own, &foreign] {
        let customers = actor.ask("{ customers { totalCount } }").await;
        assert_eq!(customers.get("customers.totalCount"), &json!(1));
    }
    app.stop().await;
}
