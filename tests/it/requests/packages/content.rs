//! What is in a package.

use entity::enums::{AccessPackageStatus, Role, Visibility};
use entity::id::{AccessPackageId, DisclosureId};
use entity::time::Timestamp;
use reqwest::Method;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use super::{Fetched, sha256, visit};
use crate::harness::build::{self, input};
use crate::harness::golden;
use crate::requests::work::{by_hand, claim, done, report, upload};
use crate::requests::{Host, asking, whmcs, with};

/// A file that takes several parts, and does not get smaller.
fn large() -> Vec<u8> {
    let mut state = 7_u32;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(next).take(700_000).collect()
}

/// Data of the client went to a payment gateway three times, to a complainant, and to a court that nobody may speak of.
async fn went_out(host: &Host, client: &str) {
    let owner = host.app.actor(Role::Owner).await;
    let disclose = async |recipient: Value, ground: &str, at: &str| {
        let mut report = build::disclosure(&recipient, &[json!({ "id": client })]);
        report["input"]["ground"] = json!(ground);
        report["input"]["disclosedAt"] = json!(at);
        let recorded = owner.run(build::RECORD_DISCLOSURE, report).await;
        recorded.text_at("recordDisclosure.disclosure.id")
    };
    let cards = json!({ "name": "Card Gate Ltd", "role": "PROCESSOR", "category": "PAYMENT", "country": "IE" });
    for at in [
        "2016-01-05T00:00:00Z",
        "2026-02-05T00:00:00Z",
        "2026-03-05T00:00:00Z",
    ] {
        disclose(cards.clone(), "PAYMENT_PROCESSING", at).await;
    }
    let person =
        json!({ "name": "Paula Private", "role": "PRIVATE_PARTY", "category": "COMPLAINANT" });
    disclose(person, "ABUSE_REPORT", "2026-04-01T00:00:00Z").await;
    let court =
        json!({ "name": "Court of Silence", "role": "PUBLIC_AUTHORITY", "category": "COURT" });
    let hidden = disclose(court, "COURT_ORDER", "2026-04-02T00:00:00Z").await;
    seal(host, &hidden).await;
}

/// Hides a disclosure, as a gag order will.
async fn seal(host: &Host, disclosure: &str) {
    let id: DisclosureId = disclosure.parse().unwrap();
    let db = host.app.database().look().await;
    let hidden = Expr::value(Visibility::Sealed);
    entity::disclosure::Entity::update_many()
        .col_expr(entity::disclosure::Column::Visibility, hidden.clone())
        .filter(entity::disclosure::Column::Id.eq(id))
        .exec(&db)
        .await
        .unwrap();
    use entity::disclosure_subject::{Column, Entity};
    Entity::update_many()
        .col_expr(Column::Visibility, hidden)
        .filter(Column::DisclosureId.eq(id))
        .exec(&db)
        .await
        .unwrap();
    db.close().await.unwrap();
}

/// Makes sure that an address is a client's.
async fn sure(host: &Host, client: &str, email: &str) {
    let query =
        "query($by: CustomerLookupInput!) { customer(by: $by) { identifiers { id value } } }";
    let found = host
        .billing
        .run(query, json!({ "by": { "id": client } }))
        .await;
    let all = found.get("customer.identifiers").as_array().unwrap();
    let one = all.iter().find(|one| one["value"] == email).unwrap();
    let sure = input(&json!({ "identifierId": one["id"], "method": "ONE_TIME_CODE" }));
    host.billing.run(build::VERIFY_IDENTIFIER, sure).await.ok();
}

#[tokio::test]
async fn a_client_gets_what_is_known_and_who_got_it() {
    let host = Host::start().await;
    host.system("whmcs", &host.billing, json!({})).await;
    let mail = host.mail_system().await;
    let client = host.mailed("42", "erika@example.org").await;
    let name = json!({ "customerId": client, "name": "Erika <script>alert(1)</script>" });
    host.billing
        .run(build::UPDATE_CUSTOMER, input(&name))
        .await
        .ok();
    went_out(&host, &client).await;
    for (status, at) in [
        ("GIVEN", "2026-01-05T00:00:00Z"),
        ("WITHDRAWN", "2026-03-05T00:00:00Z"),
    ] {
        let said = json!({ "customer": { "id": client }, "purpose": "marketing.communications.email", "status": status,
            "method": "UNSUBSCRIBE_LINK", "occurredAt": at });
        mail.run(build::RECORD_PREFERENCE, input(&said)).await.ok();
    }
    // Before it was made sure that the address is theirs, somebody consented there.
    let there = json!({ "address": { "email": "erika@example.org" }, "purpose": "analytics.reporting", "status": "GIVEN",
        "method": "BUTTON", "occurredAt": "2026-02-05T00:00:00Z", "ipAddress": "203.0.113.77",
        "userAgent": "Browser of who knows whom" });
    mail.run(build::RECORD_PREFERENCE, input(&there)).await.ok();
    sure(&host, &client, "erika@example.org").await;
    for ground in ["OPEN_CHARGEBACK", "FRAUD_PREVENTION"] {
        let block = json!({ "customer": { "id": client }, "system": "whmcs", "ground": ground, "what": ground });
        host.billing
            .run(build::RECORD_DELETION_BLOCK, input(&block))
            .await
            .ok();
    }
    let other = host.client("77", None).await;
    let related = json!({ "customer": { "id": other }, "kind": "CONTACT", "relatedCustomer": { "id": client } });
    host.billing
        .run(build::RELATE_CUSTOMERS, input(&related))
        .await
        .ok();
    // It is known who read what, but for what may be under a gag order.
    let legal = host.app.actor(Role::Legal).await;
    let name = "query($id: ID!) { customer(by: { id: $id }) { name } }";
    for reader in [&host.billing, &legal] {
        reader.run(name, json!({ "id": client })).await.ok();
    }
    let blocks = r#"query($by: CustomerLookupInput!) { deletionPlan(by: $by) { systems { blocks { what } } } }"#;
    let by = json!({ "by": { "id": client } });
    host.officer.run(blocks, by).await.ok();
    let opened = host.working("42", &["ACCESS"]).await;
    let item = &opened["items"][0]["id"];

    // Not before every system has exported.
    host.order(item).await.refused(422, "TASKS_OPEN");
    let [export] = claim(&host.billing, "whmcs", 1).await.try_into().unwrap();
    let large = large();
    upload(
        &host.billing,
        &export,
        "..%20odd%3A%20name%3F.json",
        large.clone(),
    )
    .await;
    done(&host.billing, &export).await.ok();
    let [export] = claim(&mail, "mail", 1).await.try_into().unwrap();
    upload(&mail, &export, "mailbox.mbox", b"From erika".to_vec()).await;
    done(&mail, &export).await.ok();

    let package = host.ready(item).await;
    let path = host.path(&package).await;
    let stranger = host.app.stranger();
    let front = visit(&stranger, Method::GET, &path).await;
    assert_eq!(front.status, 200, "{}", front.text);
    assert!(front.text.contains("<button"), "{}", front.text);
    let fetched = Fetched::by(&stranger, &path).await;

    assert_eq!(package["size"], json!(fetched.bytes.len()));
    assert_eq!(package["sha256"], json!(sha256(&fetched.bytes)));
    let whmcs_file = "files/whmcs/1-odd_ name_.json";
    let expected = [
        "index.html",
        "data.json",
        "schema.json",
        "files/mail/1-mailbox.mbox",
        "files/whmcs/2-odd_ name_.json",
    ];
    let mut names = fetched.names();
    names.sort_unstable();
    assert_eq!(names.len(), expected.len(), "{names:?}");
    let whmcs_file = if names.contains(&whmcs_file) {
        whmcs_file
    } else {
        expected[4]
    };
    assert!(fetched.file(whmcs_file) == large, "the file is another");
    what_is_said(&fetched, &client);
    golden::compare(
        "access-package-1.txt",
        &in_lines(fetched.file("schema.json")),
    );
    let published = visit(&stranger, Method::GET, "/schemas/access-package-1.json").await;
    assert_eq!(published.text.as_bytes(), fetched.file("schema.json"));
    host.stop().await;
}

/// A schema, with a line for each type.
fn in_lines(schema: &[u8]) -> String {
    let mut schema: Value = serde_json::from_slice(schema).unwrap();
    let types = schema.as_object_mut().unwrap().remove("$defs").unwrap();
    let lines = types.as_object().unwrap().iter();
    let lines = lines.map(|(name, of)| format!("{name}: {of}\n"));
    format!("{schema}\n{}", lines.collect::<String>())
}

fn what_is_said(fetched: &Fetched, client: &str) {
    let data = fetched.data();
    let person = &data["person"];
    assert_eq!(person["name"], "Erika <script>alert(1)</script>");
    assert_eq!(person["country"], "DE");
    let known: Vec<_> = person["identifiers"].as_array().unwrap().iter().collect();
    assert!(
        known
            .iter()
            .any(|one| one["value"] == "erika@example.org" && !one["source"].is_null())
    );
    assert_eq!(person["relations"][0]["isThePerson"], false);
    let recipients = data["recipients"].as_array().unwrap();
    assert_eq!(recipients.len(), 2, "{recipients:?}");
    // Also what went out longer ago than an accounting looks back.
    assert_eq!(recipients[0]["name"], "Card Gate Ltd");
    assert_eq!(
        (&recipients[0]["count"], &recipients[0]["firstAt"]),
        (&json!(3), &json!("2016-01-05T00:00:00.000Z"))
    );
    assert_eq!(
        recipients[1]["name"],
        Value::Null,
        "a person has rights, too"
    );
    let kept = data["kept"].as_array().unwrap();
    assert_eq!(
        kept.len(),
        1,
        "nobody is warned of an investigation: {kept:?}"
    );
    assert_eq!(kept[0]["ground"], "OPEN_CHARGEBACK");
    let said = data["preferences"].as_array().unwrap();
    let said: Vec<_> = said
        .iter()
        .map(|one| (one["status"].as_str().unwrap(), one["counts"] == true))
        .collect();
    assert_eq!(
        said,
        [("WITHDRAWN", true), ("GIVEN", false), ("GIVEN", true)]
    );
    let accesses = data["accesses"].as_array().unwrap();
    let mut readers = accesses.iter().filter_map(|one| one["by"].as_str());
    assert!(readers.any(|by| by.starts_with("BILLING ")), "{accesses:?}");
    assert!(!readers.any(|by| by.starts_with("LEGAL ")), "{accesses:?}");
    let fields = accesses.iter().map(|one| &one["fields"]);
    assert!(
        fields
            .into_iter()
            .any(|fields| fields.as_array().unwrap().contains(&json!("customer.name"))),
        "{accesses:?}"
    );
    assert!(
        accesses
            .iter()
            .all(|one| one["day"] == "2026-06-11T00:00:00.000Z"),
        "{accesses:?}"
    );
    let purpose = accesses.iter().find(|one| one["purpose"] == "BILLING");
    assert!(purpose.is_some(), "{accesses:?}");
    let told = data["accesses"].to_string();
    for warning in ["deletion_block", "request", "disclosure", "task"] {
        assert!(!told.contains(warning), "{warning}: {told}");
    }
    assert_eq!(data["requests"].as_array().unwrap().len(), 1);
    assert_eq!(data["requests"][0]["asks"][0]["type"], "ACCESS");
    for system in data["systems"].as_array().unwrap() {
        for file in system["files"].as_array().unwrap() {
            let content = fetched.file(file["path"].as_str().unwrap());
            assert_eq!(file["sha256"], json!(sha256(content)));
        }
    }
    let page = fetched.page();
    assert!(page.contains("Erika &lt;script&gt;alert(1)&lt;/script&gt;"));
    for hidden in [
        "<script>",
        "Paula",
        "Silence",
        client,
        "203.0.113.77",
        "who knows whom",
    ] {
        let text = String::from_utf8_lossy(fetched.file("data.json")).into_owned();
        assert!(!page.contains(hidden), "{hidden} in the page");
        assert!(
            hidden == "<script>" || !text.contains(hidden),
            "{hidden} in the data"
        );
    }
}

/// Somebody who uses a client's site asks: the client's data is not theirs. What the client asked for is not, either.
#[tokio::test]
async fn whoever_is_not_the_client_does_not_get_the_clients_data() {
    let host = Host::start().await;
    host.client("42", None).await;
    let own = with(asking(&["ACCESS"]), "text", json!("of the client"));
    host.open(&with(own, "customer", whmcs("42"))).await;
    let mut request = with(asking(&["ACCESS"]), "customer", whmcs("42"));
    request["requester"] = json!({ "kind": "END_USER", "proof": "a log-in" });
    request["text"] = json!("of the user");
    let opened = host.open(&request).await;
    let item = &opened["items"][0]["id"];
    for to in ["IN_REVIEW", "APPROVED", "IN_PROGRESS"] {
        host.step(item, to).await;
    }
    by_hand(&host, "whmcs").await;
    let package = host.ready(item).await;
    let path = host.path(&package).await;
    let fetched = Fetched::by(&host.app.stranger(), &path).await;
    let data = fetched.data();
    assert_eq!(data["person"], Value::Null);
    assert_eq!(data["recipients"], json!([]));
    assert_eq!(data["requests"].as_array().unwrap().len(), 1);
    assert_eq!(data["requests"][0]["text"], "of the user");
    assert!(!fetched.page().contains("of the client"));
    host.stop().await;
}

/// What was uploaded before an export failed is not the person's; exported after all, it makes the package an old one.
#[tokio::test]
async fn a_failed_export_gives_nothing_and_a_late_one_makes_another_package() {
    let host = Host::start().await;
    host.client("42", None).await;
    let opened = host.working("42", &["ACCESS"]).await;
    let item = &opened["items"][0]["id"];
    let [export] = claim(&host.officer, "whmcs", 1).await.try_into().unwrap();
    upload(
        &host.officer,
        &export,
        "wrong.json",
        b"of another client".to_vec(),
    )
    .await;
    let failed = report(
        &export,
        json!({ "retry": false, "reason": "the wrong client" }),
    );
    host.officer.run(build::FAIL_TASK, failed).await.ok();
    let package = host.ready(item).await;
    let path = host.path(&package).await;
    let spare = host.path(&package).await;
    let fetched = Fetched::by(&host.app.stranger(), &path).await;
    assert_eq!(fetched.names(), ["index.html", "data.json", "schema.json"]);
    assert_eq!(fetched.data()["systems"][0]["outcome"], "FAILED");

    host.app.set_clock("2026-06-12T08:00:00Z");
    let again = input(&json!({ "taskId": export.id }));
    host.officer.run(build::RETRY_TASK, again).await.ok();
    by_hand(&host, "whmcs").await;
    let old = visit(&host.app.stranger(), Method::POST, &spare).await;
    assert_eq!(old.status, 404, "it would not be everything");
    host.link(&package, None)
        .await
        .refused(422, "TRANSITION_NOT_ALLOWED");
    let package = host.ready(item).await;
    assert_eq!(package["files"], 1);
    host.stop().await;
}

/// A clock was a year ahead when a package was ordered, and is put right before anybody began.
#[tokio::test]
async fn a_clock_that_was_ahead_keeps_no_package_waiting() {
    let host = Host::start().await;
    host.client("42", None).await;
    let opened = host.working("42", &["ACCESS"]).await;
    by_hand(&host, "whmcs").await;
    let item = &opened["items"][0]["id"];
    let package = host.ready(item).await;
    let id: AccessPackageId = package["id"].as_str().unwrap().parse().unwrap();
    let db = host.app.database().look().await;
    let ahead: Timestamp = "2027-06-11T08:00:00Z".parse().unwrap();
    use entity::access_package::{Column, Entity};
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(AccessPackageStatus::Planned))
        .col_expr(Column::Version, Expr::value(1))
        .col_expr(Column::NotBefore, Expr::value(ahead))
        .filter(Column::Id.eq(id))
        .exec(&db)
        .await
        .unwrap();
    db.close().await.unwrap();
    host.ready(item).await;
    host.app.stop().await;
}

/// The account that asked turns out to be another one's, too: all of it is the person's.
#[tokio::test]
async fn whoever_was_merged_since_gets_everything() {
    let host = Host::start().await;
    let old = host.mailed("42", "erika@example.org").await;
    let new = host.mailed("43", "erika.m@example.org").await;
    let opened = host.working("42", &["ACCESS"]).await;
    let both = json!({ "from": { "id": old }, "into": { "id": new } });
    let merged = host.billing.run(build::MERGE_CUSTOMERS, input(&both)).await;
    merged.ok();
    by_hand(&host, "whmcs").await;
    let package = host.ready(&opened["items"][0]["id"]).await;
    let path = host.path(&package).await;
    let fetched = Fetched::by(&host.app.stranger(), &path).await;
    let data = fetched.data();
    let known = data["person"]["identifiers"].as_array().unwrap();
    let values: Vec<_> = known
        .iter()
        .map(|one| one["value"].as_str().unwrap())
        .collect();
    for value in ["42", "43", "erika@example.org", "erika.m@example.org"] {
        assert!(values.contains(&value), "{value} in {values:?}");
    }
    assert_eq!(data["requests"].as_array().unwrap().len(), 1);
    host.stop().await;
}

#[tokio::test]
async fn what_may_not_be_answered_is_not_put_together() {
    let host = Host::start().await;
    host.client("42", None).await;
    let opened = host
        .open(&with(
            asking(&["DELETION", "ACCESS"]),
            "customer",
            whmcs("42"),
        ))
        .await;
    let [deletion, access] = [0, 1].map(|at| opened["items"][at]["id"].clone());
    let refused = host.order(&deletion).await;
    let error = refused.refused(400, "BAD_USER_INPUT");
    assert_eq!(error["extensions"]["field"], "itemId");
    host.order(&access)
        .await
        .refused(422, "TRANSITION_NOT_ALLOWED");
    let nobody = json!("itm_01h2xcejqtf2nbrexx3vqjhp41");
    host.order(&nobody).await.refused(404, "NOT_FOUND");
    for role in [
        Role::Support,
        Role::Billing,
        Role::Mail,
        Role::Legal,
        Role::Auditor,
    ] {
        let actor = host.app.actor(role).await;
        let order = input(&json!({ "itemId": access }));
        let refused = actor.run(build::ACCESS_PACKAGE, order).await;
        refused.refused(403, "FORBIDDEN");
    }
    for to in ["IN_REVIEW", "APPROVED", "IN_PROGRESS"] {
        host.step(&access, to).await;
    }
    // Ordered twice at once, it is one; ordered again, it takes the place of the one before.
    by_hand(&host, "whmcs").await;
    let both = tokio::join!(host.order(&access), host.order(&access));
    let of = |answer: &crate::harness::Answer| answer.text_at("accessPackage.package.id");
    assert_eq!(of(&both.0), of(&both.1));
    let first = host.ready(&access).await;
    let second = host.ready(&access).await;
    assert_ne!(first["id"], second["id"]);
    let id = first["id"].as_str().unwrap();
    assert_eq!(host.package(id).await["status"], "EXPIRED");
    host.stop().await;
}
