//! Recipients are told what became of data that they have.

use serde_json::{Value, json};

use super::work::by_hand;
use super::{Host, whmcs};
use crate::harness::build::{self, input};

const NOTICES: &str = "query($id: ID!) { recipientNotices(filter: { requestId: $id }) { nodes {
    id status channel note recipient { name } item { type } } } }";

/// Discloses something about client 42.
async fn disclose(host: &Host, recipient: Value) {
    let mut variables = build::disclosure(&recipient, &[whmcs("42")]);
    variables["input"]["disclosedAt"] = json!("2026-06-01T09:00:00Z");
    host.officer
        .run(build::RECORD_DISCLOSURE, variables)
        .await
        .ok();
}

async fn told(host: &Host, request: &Value) -> Vec<Value> {
    let found = host
        .officer
        .run(NOTICES, json!({ "id": request["id"] }))
        .await;
    found
        .get("recipientNotices.nodes")
        .as_array()
        .unwrap()
        .clone()
}

#[tokio::test]
async fn who_has_the_data_is_told_that_it_was_erased_and_an_authority_is_not() {
    let host = Host::start().await;
    host.client("42", None).await;
    for _ in 0..2 {
        disclose(&host, json!({ "name": "Stripe", "role": "PROCESSOR" })).await;
    }
    disclose(
        &host,
        json!({ "name": "Spamhaus", "role": "PRIVATE_PARTY" }),
    )
    .await;
    disclose(
        &host,
        json!({ "name": "District Court", "role": "PUBLIC_AUTHORITY" }),
    )
    .await;
    disclose(&host, json!({ "customer": whmcs("42") })).await;
    let opened = host.working("42", &["ACCESS", "DELETION"]).await;
    by_hand(&host, "whmcs").await;
    by_hand(&host, "whmcs").await;
    host.step(&opened["items"][0]["id"], "FULFILLED").await;
    assert_eq!(
        told(&host, &opened).await.len(),
        0,
        "to see changes nothing"
    );
    host.step(&opened["items"][1]["id"], "FULFILLED").await;

    let notices = told(&host, &opened).await;
    let names: Vec<_> = notices
        .iter()
        .map(|notice| notice["recipient"]["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["Stripe", "Spamhaus"]);
    assert!(
        notices
            .iter()
            .all(|notice| notice["status"] == "PLANNED" && notice["item"]["type"] == "DELETION")
    );

    let record = async |notice: &Value, more: Value| {
        let mut step = json!({ "noticeId": notice["id"] });
        for (field, value) in more.as_object().unwrap() {
            step[field] = value.clone();
        }
        host.support
            .run(build::RECORD_RECIPIENT_NOTICE, input(&step))
            .await
    };
    let acknowledge = async |notice: &Value| {
        let step = json!({ "noticeId": notice["id"], "note": "erased on 12 June" });
        host.support
            .run(build::ACKNOWLEDGE_RECIPIENT_NOTICE, input(&step))
            .await
    };
    let [stripe, spamhaus] = [&notices[0], &notices[1]];
    acknowledge(stripe)
        .await
        .refused(422, "TRANSITION_NOT_ALLOWED");
    for (more, field) in [
        (json!({ "status": "SENT" }), "channel"),
        (json!({ "status": "FAILED" }), "note"),
        (json!({ "status": "NOT_NEEDED" }), "note"),
        (
            json!({ "status": "NOT_NEEDED", "note": "x", "channel": "EMAIL" }),
            "channel",
        ),
        (
            json!({ "status": "SENT", "channel": "EMAIL", "occurredAt": "2026-06-01T00:00:00Z" }),
            "occurredAt",
        ),
    ] {
        let refused = record(stripe, more).await;
        assert_eq!(
            refused.refused(400, "BAD_USER_INPUT")["extensions"]["field"],
            field
        );
    }
    record(stripe, json!({ "status": "SENT", "channel": "EMAIL" }))
        .await
        .ok();
    record(
        stripe,
        json!({ "status": "FAILED", "note": "it came back" }),
    )
    .await
    .ok();
    record(stripe, json!({ "status": "SENT", "channel": "LETTER" }))
        .await
        .ok();
    acknowledge(stripe).await.ok();
    let effort =
        json!({ "status": "NOT_NEEDED", "note": "the list forgets of itself after a day" });
    record(spamhaus, effort).await.ok();
    let again = record(spamhaus, json!({ "status": "SENT", "channel": "EMAIL" })).await;
    again.refused(422, "TRANSITION_NOT_ALLOWED");

    // Whoever asked may ask who was told.
    let query = "query($id: ID!) { request(by: { id: $id }) { items { recipientNotices { nodes {
        status channel note } } } } }";
    let shown = host.support.run(query, json!({ "id": opened["id"] })).await;
    assert_eq!(
        shown.get("request.items.1.recipientNotices.nodes"),
        &json!([
            { "status": "ACKNOWLEDGED", "channel": "LETTER", "note": "erased on 12 June" },
            { "status": "NOT_NEEDED", "channel": null, "note": "the list forgets of itself after a day" },
        ])
    );
    host.stop().await;
}
