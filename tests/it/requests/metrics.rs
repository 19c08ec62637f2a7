//! What is reported of requests.

use serde_json::{Value, json};

use super::{Host, asking, with};
use crate::harness::build::{self, input};

const METRICS: &str = "query($from: DateTime!, $to: DateTime!) { requestMetrics(from: $from, to: $to) {
    csv lines { type scope regime received fulfilled partiallyFulfilled denied redirected dropped open answered
        medianDays meanDays } } }";

fn year() -> Value {
    json!({ "from": "2026-01-01T00:00:00Z", "to": "2027-01-01T00:00:00Z" })
}

#[tokio::test]
async fn requests_are_counted_with_the_days_to_their_answers() {
    let host = Host::start().await;
    let regimes = |request: Value, regimes: &[&str]| {
        let request = with(request, "regimes", json!(regimes));
        with(request, "regimesReason", json!("as the story goes"))
    };
    for answered in [
        "2026-06-10T21:00:00Z",
        "2026-06-11T07:00:00Z",
        "2026-06-11T07:30:00Z",
    ] {
        let opened = host
            .open(&regimes(asking(&["DELETION"]), &["CCPA", "GDPR"]))
            .await;
        for to in ["IN_REVIEW", "APPROVED", "IN_PROGRESS"] {
            host.step_at(&opened["items"][0]["id"], to, "2026-06-10T20:00:00Z")
                .await;
        }
        host.step_at(&opened["items"][0]["id"], "FULFILLED", answered)
            .await;
    }
    let opened = host.open(&regimes(asking(&["DELETION"]), &["CCPA"])).await;
    host.step(&opened["items"][0]["id"], "IN_REVIEW").await;
    let deny = json!({ "itemId": opened["items"][0]["id"], "reason": "NO_MATCH", "occurredAt": "2026-06-11T08:00:00Z" });
    host.support.run(build::DENY_ITEM, input(&deny)).await.ok();
    let mut early = regimes(asking(&["OPT_OUT"]), &["CCPA"]);
    early["items"][0]["scope"] = json!("SALE_OR_SHARING");
    host.open(&early).await;
    early["receivedAt"] = json!("2025-12-31T23:59:59Z");
    host.open(&early).await;

    let found = host.officer.run(METRICS, year()).await;

    let line = |kind: &str, scope: Value, regime: &str, counts: [i64; 5]| {
        let [received, fulfilled, denied, open, answered] = counts;
        json!({ "type": kind, "scope": scope, "regime": regime, "received": received, "fulfilled": fulfilled,
            "partiallyFulfilled": 0, "denied": denied, "redirected": 0, "dropped": 0, "open": open,
            "answered": answered, "medianDays": if answered > 0 { json!(0.0) } else { Value::Null },
            "meanDays": if answered > 0 { json!(0.0) } else { Value::Null } })
    };
    assert_eq!(
        found.get("requestMetrics.lines"),
        &json!([
            line("DELETION", Value::Null, "GDPR", [3, 3, 0, 0, 3]),
            line("DELETION", Value::Null, "CCPA", [4, 3, 1, 0, 4]),
            line("OPT_OUT", json!("SALE_OR_SHARING"), "CCPA", [1, 0, 0, 1, 0]),
        ])
    );
    let csv = found.text_at("requestMetrics.csv");
    let lines: Vec<_> = csv.lines().collect();
    assert_eq!(lines.len(), 4);
    assert!(lines[0].starts_with("from,to,type,scope,regime,received,fulfilled,"));
    assert_eq!(
        lines[2],
        "2026-01-01T00:00:00.000Z,2027-01-01T00:00:00.000Z,DELETION,,CCPA,4,3,0,1,0,0,0,0,0,4,0.0,0.0"
    );
    let none = host
        .officer
        .run(
            METRICS,
            json!({ "from": "2027-01-01T00:00:00Z", "to": "2027-01-01T00:00:00Z" }),
        )
        .await;
    assert_eq!(
        none.refused(400, "BAD_USER_INPUT")["extensions"]["field"],
        "to"
    );
    host.stop().await;
}

/// Days are those of the answer that the person had, by a clock that may have stood still.
#[tokio::test]
async fn the_days_are_those_from_receipt_to_the_answer() {
    let host = Host::start().await;
    let opened = host.open(&asking(&["ACCESS"])).await;
    host.app.set_clock("2026-07-01T08:00:00Z");
    let item = &opened["items"][0]["id"];
    for to in ["IN_REVIEW", "APPROVED", "IN_PROGRESS", "FULFILLED"] {
        host.step(item, to).await;
    }
    let found = host.officer.run(METRICS, year()).await;
    assert_eq!(found.get("requestMetrics.lines.0.medianDays"), &json!(20.0));
    assert_eq!(found.get("requestMetrics.lines.0.answered"), &json!(1));
    host.stop().await;
}
