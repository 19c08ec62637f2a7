//! Which disclosures an accounting covers, and its pages.

use serde_json::{Value, json};

use super::{ACCOUNTING, lines, observe, observed, payment, record, record_all, subpoena};
use crate::harness::build::{SUPERSEDE_DISCLOSURE, input};
use crate::harness::host::{Host, whmcs};

const MAY: &str = "2026-05-01T00:00:00Z";
const JUNE: &str = "2026-06-01T00:00:00Z";

fn counts(lines: &[Value]) -> Vec<i64> {
    lines
        .iter()
        .map(|line| line["count"].as_i64().unwrap())
        .collect()
}

#[tokio::test]
async fn a_period_has_its_first_instant_and_not_its_last() {
    let host = Host::start().await;
    for (n, (at, within)) in [
        ("2026-04-30T23:59:59.999Z", false),
        ("2026-05-01T00:00:00.000Z", true),
        ("2026-05-31T23:59:59.999Z", true),
        ("2026-06-01T00:00:00.000Z", false),
    ]
    .into_iter()
    .enumerate()
    {
        let client = n.to_string();
        host.client(&client).await;
        record(&host.billing, &payment(&client, at)).await;
        let found = lines(&host, &client, Some(MAY), Some(JUNE)).await;
        assert_eq!(!found.is_empty(), within, "{at}");
    }
    host.stop().await;
}

/// A record for a longer time cannot be split: it counts whole wherever it reaches into the period.
#[tokio::test]
async fn what_reaches_into_a_period_counts() {
    let host = Host::start().await;
    for (n, (from, to, within)) in [
        ("2026-04-01T00:00:00Z", "2026-04-30T23:59:59.999Z", false),
        ("2026-04-01T00:00:00Z", "2026-05-01T00:00:00Z", true),
        ("2026-05-31T23:59:59.999Z", "2026-06-30T00:00:00Z", true),
        ("2026-06-01T00:00:00Z", "2026-06-30T00:00:00Z", false),
        ("2026-04-01T00:00:00Z", "2026-06-30T00:00:00Z", true),
        ("2026-05-10T00:00:00Z", "2026-05-20T00:00:00Z", true),
        // The longest that a record may be.
        ("2025-04-30T00:00:00Z", "2026-05-01T00:00:00Z", true),
        (
            "2025-04-29T23:59:59.999Z",
            "2026-04-30T23:59:59.999Z",
            false,
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let client = n.to_string();
        host.client(&client).await;
        observe(&host.billing, &[observed(&client, from, to, 7)]).await;
        let found = lines(&host, &client, Some(MAY), Some(JUNE)).await;
        assert_eq!(
            counts(&found),
            if within { vec![7] } else { vec![] },
            "{from} {to}"
        );
    }
    // The first of the line is the first of the period.
    host.client("many").await;
    let months = [4, 5, 6].map(|month| format!("2026-{month:02}-15T00:00:00.000Z"));
    for at in &months {
        record(&host.billing, &payment("many", at)).await;
    }
    let found = lines(&host, "many", Some(MAY), None).await;
    assert_eq!(
        (&found[0]["firstAt"], &found[0]["lastAt"]),
        (&json!(months[1]), &json!(months[2]))
    );
    assert_eq!(counts(&found), [2]);
    host.stop().await;
}

/// Six years, until now (45 CFR 164.528(a)(1)).
#[tokio::test]
async fn without_bounds_it_goes_back_six_years() {
    let host = Host::start().await;
    for (n, (at, within)) in [
        ("2026-11-20T10:00:00Z", true),
        ("2020-11-20T10:00:00Z", true),
        ("2020-11-18T00:00:00Z", false),
        ("1999-01-01T00:00:00Z", false),
    ]
    .into_iter()
    .enumerate()
    {
        let client = n.to_string();
        host.client(&client).await;
        record(&host.billing, &payment(&client, at)).await;
        assert_eq!(
            !lines(&host, &client, None, None).await.is_empty(),
            within,
            "{at}"
        );
        assert_eq!(
            lines(&host, &client, Some("1990-01-01T00:00:00Z"), None)
                .await
                .len(),
            1,
            "{at}"
        );
    }
    // Six years before the end, where only that is said.
    assert_eq!(
        lines(&host, "2", None, Some("2021-01-01T00:00:00Z"))
            .await
            .len(),
        1
    );
    assert_eq!(
        lines(&host, "1", None, Some("2020-11-20T10:00:00Z"))
            .await
            .len(),
        0
    );
    host.stop().await;
}

#[tokio::test]
async fn what_was_superseded_is_left_out() {
    let host = Host::start().await;
    host.client("42").await;
    let wrong = record(&host.billing, &payment("42", MAY)).await;
    record(&host.billing, &payment("42", "2026-05-02T00:00:00Z")).await;
    let alone = record(&host.owner, &subpoena("42", "2026-04-01T00:00:00Z", "x")).await;
    let found = lines(&host, "42", None, None).await;
    assert_eq!(counts(&found), [1, 2]);
    for (old, by) in [
        (&wrong, payment("nobody", MAY)),
        (&alone, subpoena("nobody", MAY, "x")),
    ] {
        let change = json!({ "disclosureId": old, "by": by, "reason": "another client" });
        host.owner
            .run(SUPERSEDE_DISCLOSURE, input(&change))
            .await
            .ok();
    }
    let found = lines(&host, "42", None, None).await;
    assert_eq!(counts(&found), [1]);
    assert_eq!(found[0]["firstAt"], "2026-05-02T00:00:00.000Z");
    host.stop().await;
}

#[tokio::test]
async fn a_period_that_ends_before_it_begins_is_refused() {
    let host = Host::start().await;
    host.client("42").await;
    for (from, to) in [
        (json!(JUNE), json!(MAY)),
        (json!(MAY), json!(MAY)),
        (json!("2026-11-21T00:00:00Z"), json!(null)),
    ] {
        let variables = json!({ "by": whmcs("42"), "from": from, "to": to });
        let answer = host.billing.run(ACCOUNTING, variables).await;
        let error = &answer.body["errors"][0]["extensions"];
        assert_eq!(
            (answer.code(), &error["field"]),
            ("BAD_USER_INPUT", &json!("to")),
            "{}",
            answer.text
        );
        assert_eq!(
            answer.body["data"]["customer"]["accountingOfDisclosures"],
            json!(null)
        );
    }
    for (from, to) in [("yesterday", MAY), (MAY, "2026-13-01T00:00:00Z")] {
        let variables = json!({ "by": whmcs("42"), "from": from, "to": to });
        host.billing
            .run(ACCOUNTING, variables)
            .await
            .refused(400, "BAD_USER_INPUT");
    }
    host.stop().await;
}

/// More lines than a page has, by first instant, each once.
#[tokio::test]
async fn pages_go_through_all_lines_in_the_order_of_their_first_instant() {
    let host = Host::start().await;
    host.client("42").await;
    let minute = |n: usize| format!("2026-05-01T{:02}:{:02}:00.000Z", n / 60, n % 60);
    // 130 matters of their own, some at the same instant, and a line that began among them; recorded in no order.
    let mut all: Vec<_> = (0..130)
        .map(|n| (n * 7 % 130) / 2)
        .map(|n| subpoena("42", &minute(n), "x"))
        .collect();
    all.extend([30, 90, 10].map(|n| payment("42", &minute(n))));
    record_all(&host.owner, &all).await;
    for first in [50, 100, 7] {
        let (mut seen, mut after) = (Vec::new(), Value::Null);
        loop {
            let variables = json!({ "by": whmcs("42"), "first": first, "after": after });
            let page = host.billing.run(ACCOUNTING, variables).await;
            let connection = page.get("customer.accountingOfDisclosures");
            assert_eq!(connection["totalCount"], 131);
            let nodes = connection["nodes"].as_array().unwrap();
            assert!(nodes.len() <= first);
            seen.extend(nodes.iter().cloned());
            after = connection["pageInfo"]["endCursor"].clone();
            if connection["pageInfo"]["hasNextPage"] != json!(true) {
                break;
            }
        }
        assert_eq!(seen.len(), 131, "{first}");
        let at: Vec<_> = seen
            .iter()
            .map(|line| line["firstAt"].as_str().unwrap())
            .collect();
        assert!(at.is_sorted(), "{at:?}");
        let mut ids: Vec<_> = seen
            .iter()
            .map(|line| line["first"]["id"].as_str().unwrap())
            .collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 131, "{first}");
        let series: Vec<_> = seen.iter().filter(|line| line["count"] == 3).collect();
        assert_eq!(series.len(), 1);
        assert_eq!(series[0]["firstAt"], minute(10));
        assert_eq!(series[0]["lastAt"], minute(90));
    }
    // A cursor is of its own period.
    let variables = json!({ "by": whmcs("42"), "first": 1 });
    let page = host.billing.run(ACCOUNTING, variables).await;
    let cursor = page.get("customer.accountingOfDisclosures.pageInfo.endCursor");
    let variables = json!({ "by": whmcs("42"), "after": cursor, "from": MAY });
    let answer = host.billing.run(ACCOUNTING, variables).await;
    assert_eq!(answer.code(), "BAD_USER_INPUT", "{}", answer.text);
    host.stop().await;
}
