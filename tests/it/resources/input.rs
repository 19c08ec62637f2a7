//! What cannot be held, and what cannot be asked for: each with its code and field, and nothing is left of it.

use serde_json::{Value, json};

use crate::harness::build::{RECORD_ASSIGNMENTS, input};
use crate::harness::host::{Host, INCIDENT, held};
use crate::harness::survey::Survey;

/// Assignments that cannot be, each with the part that is wrong.
fn impossible() -> Vec<(Value, &'static str)> {
    let of = |kind: &str, resource: Value| held("42", kind, resource);
    let ports = |address: &str, first: i64, last: i64| {
        of(
            "portRange",
            json!({ "address": address, "first": first, "last": last }),
        )
    };
    let mut two = of("domain", json!("shop.example"));
    two["ipPrefix"] = json!("192.0.2.1");
    let mut none = of("domain", json!(null));
    none["mailbox"] = json!(null);
    let mut over = of("mailbox", json!("post@shop.example"));
    over["until"] = json!("2025-12-31T00:00:00Z");
    let mut all = vec![
        (two, ""),
        (none, ""),
        (over, ".until"),
        (ports("192.0.2.1", 2_000, 1_999), ".portRange"),
        (ports("192.0.2.1", -1, 1), ".portRange"),
        (ports("192.0.2.1", 1, 65_536), ".portRange"),
        (ports("192.0.2.0/24", 1, 2), ".portRange"),
        (ports("shop.example", 1, 2), ".portRange"),
    ];
    for domain in [
        "*.shop.example",
        "shop",
        "192.0.2.1",
        "shop..example",
        "-shop.example",
        "shop.example/page",
        "https://shop.example",
        "post@shop.example",
        " ",
        "",
    ] {
        all.push((of("domain", json!(domain)), ".domain"));
    }
    for mailbox in [
        "post",
        "@shop.example",
        "post@",
        "post@shop",
        "a b@shop.example",
        "",
    ] {
        all.push((of("mailbox", json!(mailbox)), ".mailbox"));
    }
    all
}

#[tokio::test]
async fn what_cannot_be_held_is_refused_and_leaves_nothing() {
    let host = Host::start().await;
    host.client("42").await;
    let survey = Survey::of(host.app.database()).await;
    let before = survey.sizes().await;
    for (item, part) in impossible() {
        let good = held("42", "domain", json!("good.example"));
        let both = input(&json!({ "assignments": [good, item] }));
        let answer = host.ipam.run(RECORD_ASSIGNMENTS, both).await;
        let error = answer.refused(400, "BAD_USER_INPUT");
        assert_eq!(
            error["extensions"]["field"],
            format!("assignments[1]{part}"),
            "{item}"
        );
        assert_eq!(survey.sizes().await, before, "{item}");
    }
    survey.close().await;
    host.stop().await;
}

#[tokio::test]
async fn what_cannot_be_held_keeps_nothing_else_from_being_recorded() {
    let host = Host::start().await;
    let client = host.client("42").await;
    let mut items = vec![held("42", "domain", json!("first.example"))];
    items.extend(impossible().into_iter().map(|(item, _)| item));
    items.push(held("42", "mailbox", json!("last@last.example")));
    let all = input(&json!({ "assignments": items, "errorPolicy": "REJECT_FAILED" }));
    let query = "mutation($input: RecordAssignmentsInput!) { recordAssignments(input: $input) {
        results { assignment { customer { id } } error { code field } } } }";
    let answer = host.owner.run(query, all).await;
    let results = answer.get("recordAssignments.results").as_array().unwrap();
    assert_eq!(results.len(), items.len());
    for recorded in [&results[0], &results[items.len() - 1]] {
        assert_eq!(recorded["assignment"]["customer"]["id"], client.as_str());
    }
    for (n, (item, part)) in impossible().iter().enumerate() {
        let place = n + 1;
        let error =
            json!({ "code": "BAD_USER_INPUT", "field": format!("assignments[{place}]{part}") });
        assert_eq!(
            results[place],
            json!({ "assignment": null, "error": error }),
            "{item}"
        );
    }
    host.stop().await;
}

#[tokio::test]
async fn what_cannot_be_asked_for_is_refused() {
    let host = Host::start().await;
    let ip = |what: &str, value: Value| json!({ "ip": { "address": "192.0.2.1", "at": INCIDENT, what: value } });
    let one = "query($by: CustomerLookupInput!) { customer(by: $by) { id } }";
    let all = "query($by: CustomerLookupInput!) { customerCandidates(by: $by) { totalCount } }";
    let holders = "query($by: ResourceLookupInput!) { holders(of: $by) { nodes { id } } }";
    for (by, field) in [
        (ip("address", json!("192.0.2.0/24")), "ip.address"),
        (ip("address", json!("shop.example")), "ip.address"),
        (ip("port", json!(-1)), "ip.port"),
        (ip("port", json!(65_536)), "ip.port"),
        (ip("domain", json!("*.shop.example")), "ip.domain"),
        (ip("domain", json!("shop")), "ip.domain"),
        (ip("mailbox", json!("post")), "ip.mailbox"),
        (
            json!({ "domain": { "name": "shop..example", "at": INCIDENT } }),
            "domain.name",
        ),
        (
            json!({ "mailbox": { "address": "@shop.example", "at": INCIDENT } }),
            "mailbox.address",
        ),
    ] {
        for (query, prefix) in [(one, "by"), (all, "by"), (holders, "of")] {
            let answer = host.owner.run(query, json!({ "by": by })).await;
            let error = answer.refused(400, "BAD_USER_INPUT");
            assert_eq!(
                error["extensions"]["field"],
                format!("{prefix}.{field}"),
                "{by}"
            );
        }
    }
    host.stop().await;
}
