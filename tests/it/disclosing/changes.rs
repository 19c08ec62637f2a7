//! What takes the place of a record that was wrong, and who a subject turns out to be.

use entity::enums::Role;
use serde_json::{Value, json};

use super::{report, whole, with};
use crate::harness::build::{RESOLVE_DISCLOSURE_SUBJECT, SUPERSEDE_DISCLOSURE, input};
use crate::harness::host::{Host, at_ip, held, whmcs};
use crate::harness::survey::Survey;
use crate::harness::{Actor, Answer};

async fn supersede(actor: &Actor, old: &Value, by: &Value, key: Option<&str>) -> Answer {
    let change = json!({
        "disclosureId": old["id"],
        "by": by,
        "reason": "the wrong client",
        "idempotencyKey": key,
    });
    actor.run(SUPERSEDE_DISCLOSURE, input(&change)).await
}

async fn resolve(actor: &Actor, subject: &Value, customer: Value, key: Option<&str>) -> Answer {
    let change = json!({
        "subjectId": subject,
        "customer": customer,
        "reason": "the log of the mail server",
        "idempotencyKey": key,
    });
    actor.run(RESOLVE_DISCLOSURE_SUBJECT, input(&change)).await
}

/// Ids of a customer's disclosures, those of a line of the accounting, and how many lines there are.
async fn of_customer(host: &Host, customer: &str) -> (Vec<String>, Vec<String>, u64) {
    let query = "query($id: ID!) { node(id: $id) { ... on Customer { disclosures { nodes { id } }
        accountingOfDisclosures { totalCount nodes { count first { id } } } } } }";
    let found = host.billing.run(query, json!({ "id": customer })).await;
    let all = |path: &str, id: fn(&Value) -> &Value| -> Vec<String> {
        let nodes = found.get(path).as_array().unwrap();
        nodes
            .iter()
            .map(|node| id(node).as_str().unwrap().to_owned())
            .collect()
    };
    (
        all("node.disclosures.nodes", |node| &node["id"]),
        all("node.accountingOfDisclosures.nodes", |node| {
            &node["first"]["id"]
        }),
        found
            .get("node.accountingOfDisclosures.totalCount")
            .as_u64()
            .unwrap(),
    )
}

async fn count(host: &Host, of: &str) -> i64 {
    let survey = Survey::of(host.app.database()).await;
    let count = survey.count(of).await;
    survey.close().await;
    count
}

#[tokio::test]
async fn what_was_superseded_stays_on_record_and_counts_no_more() {
    let host = Host::start().await;
    let (wrong, right) = (host.client("42").await, host.client("77").await);
    let old = host.disclose(&whmcs("42")).await;
    assert_eq!(of_customer(&host, &wrong).await.2, 1);

    let answer = supersede(&host.abuse, &old, &report(&["77"]), None).await;

    let new = host
        .disclosure(&answer.text_at("supersedeDisclosure.disclosure.id"))
        .await;
    let now = host.disclosure(old["id"].as_str().unwrap()).await;
    let event = json!({ "type": "DISCLOSURE_SUPERSEDED", "objectId": old["id"] });
    let superseded =
        json!({ "reason": "the wrong client", "new": { "id": new["id"] }, "event": event });
    assert_eq!(now["supersededBy"], superseded);
    assert_eq!(new["supersedes"], json!({ "old": { "id": old["id"] } }));
    assert_eq!(
        (&new["supersededBy"], &old["supersededBy"]),
        (&json!(null), &json!(null))
    );
    assert_eq!(
        with(now.clone(), "supersededBy", json!(null)),
        old,
        "the record is as it was"
    );
    let id = |disclosure: &Value| disclosure["id"].as_str().unwrap().to_owned();
    // Both are in the list of what happened, each under its client; only one is in an accounting.
    assert_eq!(
        of_customer(&host, &wrong).await,
        (vec![id(&old)], vec![], 0)
    );
    assert_eq!(
        of_customer(&host, &right).await,
        (vec![id(&new)], vec![id(&new)], 1)
    );
    for (superseded, expected) in [(true, &old), (false, &new)] {
        let query = "query($is: Boolean) { disclosures(filter: { superseded: $is }) { totalCount nodes { id } } }";
        let found = host.owner.run(query, json!({ "is": superseded })).await;
        let nodes = json!({ "totalCount": 1, "nodes": [{ "id": expected["id"] }] });
        assert_eq!(found.get("disclosures"), &nodes);
    }
    assert_eq!(whole(&host).await, 2);
    host.stop().await;
}

#[tokio::test]
async fn a_second_successor_is_refused_and_the_refusal_is_on_record() {
    let host = Host::start().await;
    host.client("42").await;
    let old = host.disclose(&whmcs("42")).await;
    let first = supersede(&host.abuse, &old, &report(&["42"]), Some("k")).await;
    let first = first.text_at("supersedeDisclosure.disclosure.id");

    let second = supersede(&host.abuse, &old, &report(&["42"]), Some("another")).await;

    second.refused(422, "DISCLOSURE_SUPERSEDED");
    assert_eq!(
        count(&host, "event where type = 'refusal.recorded'").await,
        1
    );
    assert_eq!(whole(&host).await, 2);
    // Sent again, the first answers as before; with another input, its key is refused.
    let again = supersede(&host.abuse, &old, &report(&["42"]), Some("k")).await;
    assert_eq!(again.text_at("supersedeDisclosure.disclosure.id"), first);
    let changed = supersede(&host.abuse, &old, &report(&["77"]), Some("k")).await;
    changed.refused(409, "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(whole(&host).await, 2);
    // What took its place can be superseded itself: a chain, of which the last counts.
    let middle = json!({ "id": first });
    supersede(&host.abuse, &middle, &report(&["42"]), None)
        .await
        .ok();
    assert_eq!(
        count(&host, "disclosure_subject where not superseded").await,
        1
    );
    assert_eq!(whole(&host).await, 3);
    assert_eq!(
        count(&host, "event where type = 'refusal.recorded'").await,
        1
    );
    host.stop().await;
}

#[tokio::test]
async fn of_two_successors_at_once_one_wins() {
    let host = Host::start().await;
    host.client("42").await;
    for round in 1..=8 {
        let old = host.disclose(&whmcs("42")).await;
        let by = report(&["42"]);
        let (one, other) = tokio::join!(
            supersede(&host.abuse, &old, &by, None),
            supersede(&host.owner, &old, &by, None)
        );
        let (won, lost) = if one.status == 200 {
            (one, other)
        } else {
            (other, one)
        };
        let new = won.text_at("supersedeDisclosure.disclosure.id");
        assert!(
            [(422, "DISCLOSURE_SUPERSEDED"), (409, "CONFLICT")]
                .contains(&(lost.status, lost.code())),
            "{}",
            lost.text
        );
        let now = host.disclosure(old["id"].as_str().unwrap()).await;
        assert_eq!(now["supersededBy"]["new"]["id"], new);
        assert_eq!(whole(&host).await, 2 * round);
    }
    host.stop().await;
}

#[tokio::test]
async fn what_cannot_take_a_place_leaves_it_to_what_has_it() {
    let host = Host::start().await;
    host.client("42").await;
    let old = host.disclose(&whmcs("42")).await;
    let of = |old: Value, reason: &str, by: Value| json!({ "disclosureId": old, "reason": reason, "by": by });
    let id = || old["id"].clone();
    let good = || report(&["42"]);
    for (change, status, code, field) in [
        (of(id(), " ", good()), 400, "BAD_USER_INPUT", Some("reason")),
        (
            of(id(), &"x".repeat(4_001), good()),
            400,
            "BAD_USER_INPUT",
            Some("reason"),
        ),
        (
            of(json!("dis_01h2xcejqtf2nbrexx3vqjhp41"), "x", good()),
            404,
            "NOT_FOUND",
            None,
        ),
        (
            of(id(), "x", with(good(), "recipient", json!({}))),
            400,
            "BAD_USER_INPUT",
            Some("by.recipient"),
        ),
        (
            of(
                id(),
                "x",
                with(good(), "dataCategories", json!(["nonsense"])),
            ),
            400,
            "BAD_USER_INPUT",
            Some("by.dataCategories[0]"),
        ),
        (
            of(
                id(),
                "x",
                with(good(), "subjects", json!([{ "by": { "email": "x" } }])),
            ),
            400,
            "BAD_USER_INPUT",
            Some("by.subjects[0].by.email"),
        ),
    ] {
        let answer = host.owner.run(SUPERSEDE_DISCLOSURE, input(&change)).await;
        let error = answer.refused(status, code);
        assert_eq!(error["extensions"]["field"].as_str(), field, "{change}");
    }
    // Both grounds must be the role's.
    let billing = with(good(), "ground", json!("CHARGEBACK"));
    supersede(&host.billing, &old, &billing, None)
        .await
        .refused(403, "FORBIDDEN");
    supersede(&host.abuse, &old, &billing, None)
        .await
        .refused(403, "FORBIDDEN");
    assert_eq!(host.disclosure(old["id"].as_str().unwrap()).await, old);
    assert_eq!(whole(&host).await, 1);
    supersede(&host.owner, &old, &billing, None).await.ok();
    host.stop().await;
}

#[tokio::test]
async fn a_subject_that_is_found_out_is_in_the_customers_list_and_accounting() {
    let host = Host::start().await;
    let customer = host.client("42").await;
    let unknown = host
        .disclose(&at_ip("192.0.2.9", "2026-11-03T12:00:00Z"))
        .await;
    assert_eq!(unknown["unresolvedCount"], 1);
    assert_eq!(of_customer(&host, &customer).await, (vec![], vec![], 0));
    let subject = &unknown["subjects"][0]["id"];

    let answer = resolve(&host.abuse, subject, whmcs("42"), Some("k")).await;

    let id = unknown["id"].as_str().unwrap().to_owned();
    assert_eq!(answer.text_at("resolveDisclosureSubject.disclosure.id"), id);
    let now = host.disclosure(&id).await;
    let found = &now["subjects"][0];
    assert_eq!(
        (
            &found["resolution"],
            &found["customer"]["id"],
            &now["unresolvedCount"]
        ),
        (&json!("RESOLVED"), &json!(customer), &json!(0))
    );
    assert_eq!(
        found["candidateCount"], 0,
        "what its look-up had found stays"
    );
    assert_eq!(found["lookup"], unknown["subjects"][0]["lookup"]);
    let list = vec![id.clone()];
    assert_eq!(of_customer(&host, &customer).await, (list.clone(), list, 1));
    // Again, under any key, it is the same; another customer is another matter.
    for (by, key) in [
        (whmcs("42"), Some("k")),
        (json!({ "id": customer }), Some("another")),
        (whmcs("42"), None),
    ] {
        let again = resolve(&host.abuse, subject, by, key).await;
        assert_eq!(again.text_at("resolveDisclosureSubject.disclosure.id"), id);
    }
    let changed = resolve(&host.abuse, subject, json!({ "id": customer }), Some("k")).await;
    changed.refused(409, "IDEMPOTENCY_KEY_REUSED");
    host.client("77").await;
    let other = resolve(&host.abuse, subject, whmcs("77"), None).await;
    other.refused(422, "SUBJECT_RESOLVED");
    assert_eq!(
        count(&host, "event where type = 'refusal.recorded'").await,
        1
    );
    assert_eq!(host.disclosure(&id).await, now);
    assert_eq!(whole(&host).await, 1);
    let query = "{ disclosures(filter: { unresolved: true }) { totalCount } }";
    assert_eq!(
        host.owner.ask(query).await.get("disclosures.totalCount"),
        &json!(0)
    );
    host.stop().await;
}

/// Of several subjects, each for itself.
#[tokio::test]
async fn one_of_several_subjects_is_found_out() {
    let host = Host::start().await;
    let (known, late) = (host.client("42").await, host.client("77").await);
    let mut several = report(&["42", "nobody", "nobody else"]);
    several["idempotencyKey"] = json!("k");
    let recorded = super::record(&host.abuse, &[several.clone()], "REJECT_ALL").await;
    let id = super::ids(&recorded).remove(0);
    let before = host.disclosure(&id).await;
    assert_eq!(before["unresolvedCount"], 2);
    resolve(&host.abuse, &before["subjects"][1]["id"], whmcs("77"), None)
        .await
        .ok();
    let now = host.disclosure(&id).await;
    assert_eq!(now["unresolvedCount"], 1);
    for (n, expected) in [json!(known), json!(late), json!(null)].iter().enumerate() {
        assert_eq!(&now["subjects"][n]["customer"]["id"], expected);
    }
    for customer in [&known, &late] {
        assert_eq!(
            of_customer(&host, customer).await.0,
            std::slice::from_ref(&id)
        );
    }
    assert_eq!(whole(&host).await, 1);
    host.stop().await;
}

#[tokio::test]
async fn a_subject_that_cannot_be_resolved_stays_as_it_is() {
    let host = Host::start().await;
    for client in ["42", "77"] {
        host.client(client).await;
    }
    host.hold(&["42", "77"].map(|client| held(client, "ipPrefix", json!("203.0.113.7"))))
        .await;
    let about = at_ip("203.0.113.7", "2026-11-03T12:00:00Z");
    let unknown = host.disclose(&about).await;
    assert_eq!(unknown["subjects"][0]["resolution"], "AMBIGUOUS");
    let subject = &unknown["subjects"][0]["id"];
    resolve(&host.abuse, subject, about, None)
        .await
        .refused(409, "AMBIGUOUS");
    resolve(&host.abuse, subject, whmcs("nobody"), None)
        .await
        .refused(404, "NOT_FOUND");
    let missing = json!("dsb_01h2xcejqtf2nbrexx3vqjhp41");
    resolve(&host.abuse, &missing, whmcs("42"), None)
        .await
        .refused(404, "NOT_FOUND");
    let malformed = resolve(&host.abuse, subject, json!({ "email": "x" }), None).await;
    let error = malformed.refused(400, "BAD_USER_INPUT");
    assert_eq!(error["extensions"]["field"], "customer.email");
    // It is a matter of those who may record the ground.
    resolve(&host.billing, subject, whmcs("42"), None)
        .await
        .refused(403, "FORBIDDEN");
    let support = host.app.actor(Role::Support).await;
    resolve(&support, subject, whmcs("42"), None)
        .await
        .refused(403, "FORBIDDEN");
    assert_eq!(
        host.disclosure(unknown["id"].as_str().unwrap()).await,
        unknown
    );
    supersede(&host.abuse, &unknown, &report(&["42"]), None)
        .await
        .ok();
    let late = resolve(&host.abuse, subject, whmcs("42"), None).await;
    late.refused(422, "DISCLOSURE_SUPERSEDED");
    assert_eq!(whole(&host).await, 2);
    host.stop().await;
}
