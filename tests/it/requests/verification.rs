//! Making sure who asks: before anything is done, and not by way of another request.

use serde_json::{Value, json};

use super::{Host, asking, with};
use crate::harness::build::{self, DIGEST, input};

fn attempt(request: &Value, verdict: &str) -> Value {
    json!({ "requestId": request["id"], "method": "SUPPORT_PIN", "verdict": verdict })
}

async fn waiting(host: &Host, kinds: &[&str]) -> Value {
    let opened = host.open(&asking(kinds)).await;
    for item in opened["items"].as_array().unwrap() {
        host.step(&item["id"], "AWAITING_VERIFICATION").await;
    }
    opened
}

#[tokio::test]
async fn nothing_is_looked_at_before_it_is_known_who_asks() {
    let host = Host::start().await;
    let opened = waiting(&host, &["ACCESS", "DELETION"]).await;
    let item = &opened["items"][0]["id"];
    let by_hand = json!({ "itemId": item, "to": "IN_REVIEW" });
    let refused = host
        .support
        .run(build::TRANSITION_ITEM, input(&by_hand))
        .await;
    refused.refused(422, "IDENTITY_NOT_VERIFIED");
    let denied = json!({ "itemId": item, "reason": "EXCESSIVE" });
    let refused = host.support.run(build::DENY_ITEM, input(&denied)).await;
    assert_eq!(
        refused.refused(400, "BAD_USER_INPUT")["extensions"]["field"],
        "reason"
    );

    let failed = host
        .support
        .run(build::VERIFY_REQUESTER, input(&attempt(&opened, "FAILED")))
        .await;
    failed.ok();
    let passed = with(attempt(&opened, "PASSED"), "evidenceDigest", json!(DIGEST));
    let passed = with(
        passed,
        "note",
        json!("the PIN is enough: nothing else was asked for"),
    );
    host.support
        .run(build::VERIFY_REQUESTER, input(&passed))
        .await
        .ok();

    let shown = host.shown(opened["id"].as_str().unwrap()).await;
    assert_eq!(shown["status"], "IN_REVIEW");
    let query = "query($id: ID!) { request(by: { id: $id }) { verifications { nodes {
        method verdict at validUntil evidenceDigest note } } } }";
    let found = host.support.run(query, json!({ "id": opened["id"] })).await;
    let nodes = found.get("request.verifications.nodes").as_array().unwrap();
    let verdicts: Vec<_> = nodes.iter().map(|node| node["verdict"].clone()).collect();
    assert_eq!(verdicts, ["FAILED", "PASSED"]);
    assert_eq!(nodes[0]["validUntil"], Value::Null);
    assert_eq!(
        nodes[1]["validUntil"], "2026-07-11T08:00:00.000Z",
        "thirty days"
    );
    assert_eq!(nodes[1]["evidenceDigest"], DIGEST);
    host.stop().await;
}

/// A lawyer may ask until the power of attorney ends; then it has to be seen again.
#[tokio::test]
async fn nothing_is_begun_for_somebody_whose_authority_is_over() {
    let host = Host::start().await;
    let requester = |kind: &str, until: &str| json!({ "kind": kind, "name": "A. Torney", "proof": "a power of attorney", "authorityUntil": until });
    for (kind, until) in [
        ("DATA_SUBJECT", "2026-07-31"),
        ("AUTHORISED_AGENT", "2026-06-09"),
    ] {
        let wrong = with(asking(&["ACCESS"]), "requester", requester(kind, until));
        let refused = host.support.run(build::OPEN_REQUEST, input(&wrong)).await;
        let error = refused.refused(400, "BAD_USER_INPUT");
        assert_eq!(error["extensions"]["field"], "requester.authorityUntil");
    }
    let request = with(
        asking(&["ACCESS"]),
        "requester",
        requester("AUTHORISED_AGENT", "2026-06-12"),
    );
    let opened = host.open(&request).await;
    let item = &opened["items"][0]["id"];
    host.step(item, "IN_REVIEW").await;
    host.app.set_clock("2026-06-12T23:59:59Z");
    host.step(item, "APPROVED").await;
    host.app.set_clock("2026-06-13T00:00:00Z");
    host.stays(item, "IN_PROGRESS", "AUTHORITY_EXPIRED").await;
    let seen = |verdict: &str, until: &str| {
        with(attempt(&opened, verdict), "authorityUntil", json!(until))
    };
    for wrong in [seen("FAILED", "2026-12-31"), seen("PASSED", "2026-06-12")] {
        let refused = host
            .support
            .run(build::VERIFY_REQUESTER, input(&wrong))
            .await;
        let error = refused.refused(400, "BAD_USER_INPUT");
        assert_eq!(error["extensions"]["field"], "authorityUntil");
    }
    host.support
        .run(
            build::VERIFY_REQUESTER,
            input(&seen("PASSED", "2026-12-31")),
        )
        .await
        .ok();
    let query = "query($id: ID!) { request(by: { id: $id }) { requester { authorityUntil } } }";
    let found = host.support.run(query, json!({ "id": opened["id"] })).await;
    assert_eq!(
        found.text_at("request.requester.authorityUntil"),
        "2026-12-31"
    );
    host.step(item, "IN_PROGRESS").await;
    host.stop().await;
}

/// That somebody was verified once says nothing about who asks now.
#[tokio::test]
async fn a_request_that_repeats_another_is_not_verified_by_it() {
    let host = Host::start().await;
    host.client("42", None).await;
    let request = with(asking(&["DELETION"]), "customer", super::whmcs("42"));
    let first = host.open(&request).await;
    host.step(&first["items"][0]["id"], "AWAITING_VERIFICATION")
        .await;
    host.support
        .run(build::VERIFY_REQUESTER, input(&attempt(&first, "PASSED")))
        .await
        .ok();
    let again = host.open(&request).await;
    assert_eq!(again["duplicateOf"]["id"], first["id"]);
    let item = &again["items"][0]["id"];
    host.step(item, "AWAITING_VERIFICATION").await;
    let by_hand = json!({ "itemId": item, "to": "IN_REVIEW" });
    let refused = host
        .support
        .run(build::TRANSITION_ITEM, input(&by_hand))
        .await;
    refused.refused(422, "IDENTITY_NOT_VERIFIED");
    host.stop().await;
}

#[tokio::test]
async fn whoever_guesses_is_locked_out_for_a_day() {
    let host = Host::start().await;
    let opened = waiting(&host, &["ACCESS"]).await;
    let attempt = async |verdict: &str| {
        host.support
            .run(build::VERIFY_REQUESTER, input(&attempt(&opened, verdict)))
            .await
    };
    for _ in 0..5 {
        attempt("FAILED").await.ok();
    }
    for verdict in ["FAILED", "PASSED"] {
        let refused = attempt(verdict).await;
        let error = refused.refused(422, "VERIFICATION_LOCKED");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains("2026-06-12T08:00:00.000Z"), "{message}");
    }
    host.app.set_clock("2026-06-12T08:00:00Z");
    attempt("PASSED").await.ok();
    host.stop().await;
}

/// Attempts count from when they were recorded: to say that they were long ago opens nothing.
#[tokio::test]
async fn whoever_guesses_and_says_it_was_long_ago_is_locked_out_too() {
    let host = Host::start().await;
    let request = with(
        asking(&["ACCESS"]),
        "receivedAt",
        json!("2026-06-01T09:00:00Z"),
    );
    let opened = host.open(&request).await;
    let long_ago = json!("2026-06-02T08:00:00Z");
    let failed = with(attempt(&opened, "FAILED"), "occurredAt", long_ago);
    for _ in 0..5 {
        host.support
            .run(build::VERIFY_REQUESTER, input(&failed))
            .await
            .ok();
    }
    let passed = attempt(&opened, "PASSED");
    for again in [&failed, &passed] {
        host.support
            .run(build::VERIFY_REQUESTER, input(again))
            .await
            .refused(422, "VERIFICATION_LOCKED");
    }
    host.stop().await;
}

#[tokio::test]
async fn what_cannot_be_an_attempt_is_refused() {
    let host = Host::start().await;
    let opened = waiting(&host, &["ACCESS"]).await;
    for (verdict, field, value) in [
        ("PASSED", "validDays", json!(0)),
        ("PASSED", "validDays", json!(366)),
        ("FAILED", "validDays", json!(30)),
        ("PASSED", "evidenceDigest", json!("a passport number")),
        ("PASSED", "note", json!(" ")),
        ("PASSED", "occurredAt", json!("2026-06-10T08:59:59Z")),
        ("PASSED", "occurredAt", json!("2026-06-12T08:00:00Z")),
    ] {
        let bad = with(attempt(&opened, verdict), field, value);
        let refused = host.support.run(build::VERIFY_REQUESTER, input(&bad)).await;
        let error = refused.refused(400, "BAD_USER_INPUT");
        assert_eq!(error["extensions"]["field"], field, "{bad}");
    }
    let withdrawal = json!({ "requestId": opened["id"] });
    host.support
        .run(build::WITHDRAW_REQUEST, input(&withdrawal))
        .await
        .ok();
    let late = host
        .support
        .run(build::VERIFY_REQUESTER, input(&attempt(&opened, "PASSED")))
        .await;
    late.refused(422, "TRANSITION_NOT_ALLOWED");
    host.stop().await;
}
