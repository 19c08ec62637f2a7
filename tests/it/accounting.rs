//! The accounting of disclosures (45 CFR 164.528): who got data about a customer in a period, when, for what purpose
//! and on what authority; what repeats is one line.

mod periods;

use serde_json::{Value, json};

use crate::harness::Actor;
use crate::harness::build::{
    self, RECORD_DISCLOSURE, RECORD_DISCLOSURE_SERIES, RECORD_DISCLOSURES, input, item,
};
use crate::harness::host::{Host, whmcs};

/// The card of a client was charged.
fn payment(client: &str, at: &str) -> Value {
    let processor = json!({ "name": "Stripe", "role": "PROCESSOR", "category": "PAYMENT" });
    let mut of = item(build::disclosure(&processor, &[whmcs(client)]));
    of["ground"] = json!("PAYMENT_PROCESSING");
    of["purpose"] = json!("essential.service.payment_processing");
    of["dataCategories"] = json!(["user.financial.credit_card", "user.name"]);
    of["disclosedAt"] = json!(at);
    of
}

/// Cards of a client were charged so many times between two instants.
fn observed(client: &str, from: &str, to: &str, count: i64) -> Value {
    let mut of = payment(client, from);
    of.as_object_mut().unwrap().remove("disclosedAt");
    of["from"] = json!(from);
    of["to"] = json!(to);
    of["count"] = json!(count);
    of
}

/// A court had a client identified.
fn subpoena(client: &str, at: &str, case: &str) -> Value {
    let court = json!({ "name": "Superior Court", "role": "PUBLIC_AUTHORITY", "category": "COURT", "country": "US" });
    let mut of = item(build::disclosure(&court, &[whmcs(client)]));
    of["ground"] = json!("SUBPOENA_CIVIL");
    of["purpose"] = json!("third_party_sharing.legal_obligation");
    of["dataCategories"] = json!(["user.contact.address", "user.name"]);
    of["disclosedAt"] = json!(at);
    of["authority"] = json!(case);
    of
}

async fn record(actor: &Actor, disclosure: &Value) -> String {
    let recorded = actor.run(RECORD_DISCLOSURE, input(disclosure)).await;
    recorded.text_at("recordDisclosure.disclosure.id")
}

async fn record_all(actor: &Actor, disclosures: &[Value]) {
    for part in disclosures.chunks(500) {
        let part = input(&json!({ "disclosures": part }));
        actor.run(RECORD_DISCLOSURES, part).await.ok();
    }
}

async fn observe(actor: &Actor, observations: &[Value]) {
    let observations = input(&json!({ "observations": observations }));
    actor.run(RECORD_DISCLOSURE_SERIES, observations).await.ok();
}

const ACCOUNTING: &str = "query($by: CustomerLookupInput!, $from: DateTime, $to: DateTime, $first: Int, $after: String) {
    customer(by: $by) { accountingOfDisclosures(from: $from, to: $to, first: $first, after: $after) {
        totalCount pageInfo { hasNextPage endCursor }
        nodes { count firstAt lastAt frequency unauthorised first { id } } } } }";

/// The whole accounting of a client in a period, as its lines.
async fn lines(host: &Host, client: &str, from: Option<&str>, to: Option<&str>) -> Vec<Value> {
    let variables = json!({ "by": whmcs(client), "from": from, "to": to, "first": 100 });
    let found = host.billing.run(ACCOUNTING, variables).await;
    let lines = found
        .get("customer.accountingOfDisclosures.nodes")
        .as_array()
        .unwrap();
    let total = found.get("customer.accountingOfDisclosures.totalCount");
    assert_eq!(total, &json!(lines.len()));
    lines.clone()
}

/// The first of each month of a year, until November.
fn months() -> Vec<String> {
    let before = ["2025-12-01T08:00:00.000Z".to_owned()];
    let year = (1..=11).map(|month| format!("2026-{month:02}-01T08:00:00.000Z"));
    before.into_iter().chain(year).collect()
}

#[tokio::test]
async fn twelve_card_payments_a_year_become_one_line() {
    let host = Host::start().await;
    for client in ["single", "series", "mixed"] {
        host.client(client).await;
    }
    let months = months();
    // As they happened, one by one; as observations, the last month first; and some of each.
    for at in &months {
        record(&host.billing, &payment("single", at)).await;
    }
    let observations: Vec<_> = months
        .iter()
        .rev()
        .map(|at| observed("series", at, at, 1))
        .collect();
    observe(&host.billing, &observations).await;
    observe(
        &host.billing,
        &[observed("mixed", &months[3], &months[9], 7)],
    )
    .await;
    for at in months[..3].iter().chain(&months[10..]) {
        record(&host.billing, &payment("mixed", at)).await;
    }
    for client in ["single", "series", "mixed"] {
        let mut found = lines(&host, client, None, None).await;
        assert_eq!(found.len(), 1, "{client}: {found:?}");
        found[0].as_object_mut().unwrap().remove("first");
        let expected = json!({
            "count": 12,
            "firstAt": "2025-12-01T08:00:00.000Z",
            "lastAt": "2026-11-01T08:00:00.000Z",
            "frequency": "OFTEN",
            "unauthorised": false,
        });
        assert_eq!(found[0], expected, "{client}");
    }
    host.stop().await;
}

#[tokio::test]
async fn each_subpoena_is_a_line_and_so_is_whatever_differs() {
    let host = Host::start().await;
    host.client("42").await;
    let at = "2026-11-01T08:00:00Z";
    let with = |field: &str, value: Value| {
        let mut of = payment("42", at);
        of[field] = value;
        of
    };
    record_all(
        &host.owner,
        &[
            subpoena("42", at, "24-CV-1"),
            subpoena("42", at, "24-CV-1"),
            payment("42", at),
            payment("42", at),
            with("recipient", json!({ "name": "Adyen", "role": "PROCESSOR" })),
            with("ground", json!("CHARGEBACK")),
            with("purpose", json!("essential.fraud_detection")),
            with("tier", json!("OTHER_RECORDS")),
            with("dataCategories", json!(["user.name"])),
            // These tell nothing apart.
            with("reference", json!("another")),
            with("method", json!("API")),
            with("authority", json!("another")),
        ],
    )
    .await;
    let found = lines(&host, "42", None, None).await;
    let mut counts: Vec<_> = found
        .iter()
        .map(|line| line["count"].as_i64().unwrap())
        .collect();
    counts.sort_unstable();
    assert_eq!(counts, [1, 1, 1, 1, 1, 1, 1, 5]);
    host.stop().await;
}

/// What the person is owed (45 CFR 164.528(b)(2)): the date, who received and where that is, what, why, and the request.
#[tokio::test]
async fn all_that_is_owed_is_in_one_answer() {
    let host = Host::start().await;
    host.client("42").await;
    record(
        &host.owner,
        &subpoena(
            "42",
            "2026-03-04T05:06:07Z",
            "24-CV-1, Cal. Code Civ. Proc. 2020.410",
        ),
    )
    .await;
    record(&host.billing, &payment("42", "2026-05-01T00:00:00Z")).await;
    record(&host.billing, &payment("42", "2026-06-01T00:00:00Z")).await;
    let query = "query($by: CustomerLookupInput!) { customer(by: $by) { accountingOfDisclosures { nodes {
        count firstAt lastAt frequency
        first { disclosedAt recipient { name country category } dataCategories purpose ground authority } } } } }";
    let found = host.billing.run(query, json!({ "by": whmcs("42") })).await;
    assert_eq!(
        found.get("customer.accountingOfDisclosures.nodes"),
        &json!([
            {
                "count": 1,
                "firstAt": "2026-03-04T05:06:07.000Z",
                "lastAt": "2026-03-04T05:06:07.000Z",
                "frequency": "SINGULAR",
                "first": {
                    "disclosedAt": "2026-03-04T05:06:07.000Z",
                    "recipient": { "name": "Superior Court", "country": "US", "category": "COURT" },
                    "dataCategories": ["user.contact.address", "user.name"],
                    "purpose": "third_party_sharing.legal_obligation",
                    "ground": "SUBPOENA_CIVIL",
                    "authority": "24-CV-1, Cal. Code Civ. Proc. 2020.410",
                },
            },
            {
                "count": 2,
                "firstAt": "2026-05-01T00:00:00.000Z",
                "lastAt": "2026-06-01T00:00:00.000Z",
                "frequency": "OFTEN",
                "first": {
                    "disclosedAt": "2026-05-01T00:00:00.000Z",
                    "recipient": { "name": "Stripe", "country": null, "category": "PAYMENT" },
                    "dataCategories": ["user.financial.credit_card", "user.name"],
                    "purpose": "essential.service.payment_processing",
                    "ground": "PAYMENT_PROCESSING",
                    "authority": "canary authority",
                },
            },
        ])
    );
    host.stop().await;
}

#[tokio::test]
async fn two_customers_in_one_query_have_each_their_own() {
    let host = Host::start().await;
    for client in ["42", "77", "99"] {
        host.client(client).await;
    }
    let mut both = payment("42", "2026-05-01T00:00:00Z");
    both["subjects"] =
        json!([{ "by": whmcs("42") }, { "by": whmcs("77") }, { "by": whmcs("nobody") }]);
    record(&host.billing, &both).await;
    record(&host.billing, &payment("77", "2026-06-01T00:00:00Z")).await;
    record(&host.owner, &subpoena("77", "2026-04-01T00:00:00Z", "x")).await;
    let query = "{ customers(orderBy: { field: REGISTERED_AT, direction: ASC }) { nodes { identifiers { value }
        all: accountingOfDisclosures { totalCount nodes { count } }
        one: accountingOfDisclosures(first: 1) { totalCount nodes { count } pageInfo { hasNextPage } }
        may: accountingOfDisclosures(from: \"2026-05-01T00:00:00Z\", to: \"2026-06-01T00:00:00Z\") {
            totalCount nodes { count } } } } }";
    let found = host.billing.ask(query).await;
    let of = |client: &str| {
        let nodes = found.get("customers.nodes").as_array().unwrap();
        nodes
            .iter()
            .find(|node| node["identifiers"][0]["value"] == client)
            .unwrap()
            .clone()
    };
    let counted = |counts: &[i64]| {
        let nodes: Vec<_> = counts
            .iter()
            .map(|count| json!({ "count": count }))
            .collect();
        json!({ "totalCount": counts.len(), "nodes": nodes })
    };
    for (client, all, may) in [
        ("42", &[1][..], &[1][..]),
        ("77", &[1, 2], &[1]),
        ("99", &[], &[]),
    ] {
        let found = of(client);
        assert_eq!(
            (&found["all"], &found["may"]),
            (&counted(all), &counted(may)),
            "{client}"
        );
        assert_eq!(found["one"]["totalCount"], all.len(), "{client}");
        assert_eq!(
            found["one"]["pageInfo"]["hasNextPage"],
            all.len() > 1,
            "{client}"
        );
    }
    host.stop().await;
}
