//! Tickets merge and split: whatever number a request has by then, it is found.

use serde_json::{Value, json};

use super::{Host, asking, with};
use crate::harness::Answer;
use crate::harness::build::{self, input};

async fn relink(host: &Host, from: &str, to: &str, only: Value) -> Answer {
    let change = json!({ "system": "otrs", "from": from, "to": to, "requestId": only });
    host.support
        .run(build::RELINK_EXTERNAL_REFERENCE, input(&change))
        .await
}

/// Which requests a ticket stands for.
async fn found(host: &Host, ticket: &str) -> Vec<Value> {
    let query =
        "query($reference: ExternalIdInput!) { requests(filter: { externalReference: $reference },
        orderBy: { field: RECEIVED_AT, direction: ASC }) { totalCount nodes { id } }
        request(by: { externalReference: $reference }) { id } }";
    let reference = json!({ "system": "OTRS", "id": ticket });
    let found = host
        .support
        .run(query, json!({ "reference": reference }))
        .await;
    let nodes = found.get("requests.nodes").as_array().unwrap();
    let ids: Vec<_> = nodes.iter().map(|node| node["id"].clone()).collect();
    assert_eq!(found.get("requests.totalCount"), &json!(ids.len()));
    // The one that came in last stands for the number.
    let last = ids.last().map_or(Value::Null, |id| json!({ "id": id }));
    assert_eq!(found.get("request"), &last);
    ids
}

fn ticket(number: &str, at: &str) -> Value {
    let request = with(asking(&["ACCESS"]), "receivedAt", json!(at));
    with(
        request,
        "externalReferences",
        json!([{ "system": "otrs", "id": number }]),
    )
}

#[tokio::test]
async fn both_numbers_find_a_request_after_tickets_merged_or_split() {
    let host = Host::start().await;
    let first = host.open(&ticket("100", "2026-06-08T09:00:00Z")).await["id"].clone();
    let second = host.open(&ticket("200", "2026-06-09T09:00:00Z")).await["id"].clone();
    assert_eq!(found(&host, "100").await, std::slice::from_ref(&first));
    assert_eq!(found(&host, "300").await, Vec::<Value>::new());

    // Ticket 200 is merged into 100.
    let merged = relink(&host, "200", "100", Value::Null).await;
    assert_eq!(
        merged.get("relinkExternalReference.requests"),
        &json!([{ "id": second }])
    );
    assert_eq!(found(&host, "100").await, [first.clone(), second.clone()]);
    assert_eq!(found(&host, "200").await, std::slice::from_ref(&second));
    // Said again, nothing is different.
    relink(&host, "200", "100", Value::Null).await.ok();
    let shown = host.shown(second.as_str().unwrap()).await;
    assert_eq!(
        shown["externalReferences"],
        json!([{ "system": "otrs", "reference": "200" }, { "system": "otrs", "reference": "100" }])
    );
    // The first is split off into a ticket of its own.
    relink(&host, "100", "300", first.clone()).await.ok();
    assert_eq!(found(&host, "300").await, std::slice::from_ref(&first));
    assert_eq!(found(&host, "100").await, [first, second.clone()]);

    let nowhere = relink(&host, "999", "100", Value::Null).await;
    assert_eq!(
        nowhere.refused(404, "NOT_FOUND")["extensions"]["field"],
        "from"
    );
    let not_his = relink(&host, "300", "400", second).await;
    assert_eq!(
        not_his.refused(404, "NOT_FOUND")["extensions"]["field"],
        "from"
    );
    for (from, to, field) in [(" ", "1", "from"), ("1", " ", "to")] {
        let refused = relink(&host, from, to, Value::Null).await;
        assert_eq!(
            refused.refused(400, "BAD_USER_INPUT")["extensions"]["field"],
            field
        );
    }
    host.stop().await;
}

#[tokio::test]
async fn messages_are_on_record_in_their_order() {
    let host = Host::start().await;
    let opened = host.open(&asking(&["ACCESS"])).await;
    let message = |kind: &str, direction: &str, at: &str| {
        json!({ "requestId": opened["id"], "kind": kind, "direction": direction, "channel": "EMAIL",
            "occurredAt": at, "text": format!("{kind} at {at}") })
    };
    for message in [
        message("INFORMATION", "INCOMING", "2026-06-11T07:00:00Z"),
        message("QUESTION", "OUTGOING", "2026-06-10T12:00:00Z"),
    ] {
        host.support
            .run(build::RECORD_CORRESPONDENCE, input(&message))
            .await
            .ok();
    }
    let shown = host.shown(opened["id"].as_str().unwrap()).await;
    let nodes = shown["correspondence"]["nodes"].as_array().unwrap();
    let kinds: Vec<_> = nodes
        .iter()
        .map(|node| node["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["QUESTION", "INFORMATION"]);
    assert_eq!(nodes[0]["text"], "QUESTION at 2026-06-10T12:00:00Z");
    let query = "query($id: ID!, $after: String) { request(by: { id: $id }) {
        correspondence(first: 1, after: $after) { nodes { kind } pageInfo { hasNextPage endCursor } } } }";
    let page = host.support.run(query, json!({ "id": opened["id"] })).await;
    assert_eq!(
        page.get("request.correspondence.pageInfo.hasNextPage"),
        &json!(true)
    );
    let after = page.get("request.correspondence.pageInfo.endCursor");
    let page = host
        .support
        .run(query, json!({ "id": opened["id"], "after": after }))
        .await;
    assert_eq!(
        page.get("request.correspondence.nodes.0.kind"),
        "INFORMATION"
    );

    for (bad, field) in [
        (
            message("ACKNOWLEDGEMENT", "INCOMING", "2026-06-11T07:00:00Z"),
            "direction",
        ),
        (
            message("INFORMATION", "OUTGOING", "2026-06-11T07:00:00Z"),
            "direction",
        ),
        (
            message("OTHER", "INCOMING", "2026-06-10T08:00:00Z"),
            "occurredAt",
        ),
        (
            message("OTHER", "INCOMING", "2026-06-12T08:00:00Z"),
            "occurredAt",
        ),
    ] {
        let refused = host
            .support
            .run(build::RECORD_CORRESPONDENCE, input(&bad))
            .await;
        let error = refused.refused(400, "BAD_USER_INPUT");
        assert_eq!(error["extensions"]["field"], field, "{bad}");
    }
    host.stop().await;
}

#[tokio::test]
async fn whether_a_message_arrived_is_told_late_and_in_any_order() {
    let host = Host::start().await;
    let opened = host.open(&asking(&["ACCESS"])).await;
    let message = |direction: &str, kind: &str| {
        json!({ "requestId": opened["id"], "kind": kind, "direction": direction, "channel": "EMAIL",
            "occurredAt": "2026-06-10T12:00:00Z", "text": "Which data do you mean?" })
    };
    let record = async |message: Value| {
        let recorded = host
            .support
            .run(build::RECORD_CORRESPONDENCE, input(&message))
            .await;
        recorded.text_at("recordCorrespondence.message.id")
    };
    let sent = record(message("OUTGOING", "QUESTION")).await;
    let came = record(message("INCOMING", "INFORMATION")).await;
    let report = async |id: &str, status: &str, at: &str| {
        let report = json!({ "messageId": id, "status": status, "occurredAt": at });
        host.support
            .run(build::RECORD_DELIVERY, input(&report))
            .await
    };
    let undelivered = async |is: bool| {
        let query = "query($is: Boolean) { requests(filter: { undelivered: $is }) { totalCount nodes { id } } }";
        let found = host.support.run(query, json!({ "is": is })).await;
        let nodes = found.get("requests.nodes").as_array().unwrap().len();
        assert_eq!(found.get("requests.totalCount"), &json!(nodes));
        nodes
    };
    assert_eq!((undelivered(true).await, undelivered(false).await), (0, 1));

    // The server took it, and sent it back an hour later; that is told first.
    let bounced = report(&sent, "FAILED", "2026-06-10T13:00:00Z").await;
    let failed =
        json!({ "id": sent, "delivery": "FAILED", "deliveryAt": "2026-06-10T13:00:00.000Z" });
    assert_eq!(bounced.get("recordDelivery.message"), &failed);
    let taken = report(&sent, "DELIVERED", "2026-06-10T12:00:02Z").await;
    assert_eq!(taken.get("recordDelivery.message"), &failed);
    assert_eq!((undelivered(true).await, undelivered(false).await), (1, 0));
    // It was sent again by hand, and a receipt came.
    let received = report(&sent, "DELIVERED", "2026-06-10T14:00:00Z").await;
    assert_eq!(received.get("recordDelivery.message.delivery"), "DELIVERED");
    assert_eq!((undelivered(true).await, undelivered(false).await), (0, 1));

    for (id, at, field) in [
        (&came, "2026-06-10T13:00:00Z", "messageId"),
        (&sent, "2026-06-10T11:59:59Z", "occurredAt"),
        (&sent, "2036-06-10T11:59:59Z", "occurredAt"),
    ] {
        let refused = report(id, "DELIVERED", at).await;
        let error = refused.refused(400, "BAD_USER_INPUT");
        assert_eq!(error["extensions"]["field"], field);
    }
    host.stop().await;
}

#[tokio::test]
async fn a_complaint_says_to_whom_it_goes_on() {
    let host = Host::start().await;
    let complaint = |kind: &str, body: &str| {
        let mut request = asking(&["ACCESS"]);
        request["items"] = json!([{ "type": kind, "escalationBody": body }]);
        request
    };
    for (kind, body) in [
        ("ACCESS", "the ICO"),
        ("COMPLAINT", " "),
        ("COMPLAINT", &"x".repeat(201)),
    ] {
        let refused = host
            .support
            .run(build::OPEN_REQUEST, input(&complaint(kind, body)))
            .await;
        let error = refused.refused(400, "BAD_USER_INPUT");
        assert_eq!(error["extensions"]["field"], "items[0].escalationBody");
    }
    let opened = host.open(&complaint("COMPLAINT", "the ICO")).await;
    let item = opened["items"][0]["id"].as_str().unwrap();
    let body = async || {
        let query = "query($id: ID!) { request(by: { id: $id }) { items { escalationBody } } }";
        let found = host.support.run(query, json!({ "id": opened["id"] })).await;
        found.get("request.items.0.escalationBody").clone()
    };
    assert_eq!(body().await, "the ICO");
    let step = |item: &str, to: &str, body: Value| {
        input(&json!({ "itemId": item, "to": to, "escalationBody": body }))
    };
    let moved = step(item, "IN_REVIEW", Value::Null);
    host.support.run(build::TRANSITION_ITEM, moved).await.ok();
    assert_eq!(body().await, "the ICO");
    let moved = step(item, "APPROVED", json!("the First-tier Tribunal"));
    host.support.run(build::TRANSITION_ITEM, moved).await.ok();
    assert_eq!(body().await, "the First-tier Tribunal");

    let other = host.open(&asking(&["ACCESS"])).await;
    let item = other["items"][0]["id"].as_str().unwrap();
    let wrong = step(item, "IN_REVIEW", json!("the ICO"));
    let refused = host.support.run(build::TRANSITION_ITEM, wrong).await;
    let error = refused.refused(400, "BAD_USER_INPUT");
    assert_eq!(error["extensions"]["field"], "escalationBody");
    host.stop().await;
}
