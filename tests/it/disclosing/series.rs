//! What goes out as a routine: observations of series, whose totals follow from them.

use serde_json::{Value, json};

use super::{ids, keyed, results, whole, with};
use crate::harness::build::{self, RECORD_DISCLOSURE, RECORD_DISCLOSURE_SERIES, input, item};
use crate::harness::host::{Host, whmcs};
use crate::harness::{Actor, Answer};

/// Cards of a client that were charged between two instants.
fn charged(client: &str, from: &str, to: &str, count: i64) -> Value {
    let processor = json!({ "name": "Stripe", "role": "PROCESSOR", "category": "PAYMENT" });
    let mut of = item(build::disclosure(&processor, &[whmcs(client)]));
    of.as_object_mut().unwrap().remove("disclosedAt");
    of["ground"] = json!("PAYMENT_PROCESSING");
    of["purpose"] = json!("essential.service.payment_processing");
    of["dataCategories"] = json!(["user.financial.credit_card", "user.name"]);
    of["from"] = json!(from);
    of["to"] = json!(to);
    of["count"] = json!(count);
    of
}

async fn observe(actor: &Actor, observations: &[Value], policy: &str) -> Answer {
    let variables = input(&json!({ "observations": observations, "errorPolicy": policy }));
    actor.run(RECORD_DISCLOSURE_SERIES, variables).await
}

async fn series(host: &Host, id: &str) -> Value {
    let query =
        "query($id: ID!) { node(id: $id) { ... on Disclosure { disclosedAt disclosedUntil count
        series { count records firstAt lastAt frequency first { id } } } } }";
    let found = host.owner.run(query, json!({ "id": id })).await;
    found.get("node").clone()
}

#[tokio::test]
async fn twelve_card_payments_are_one_series_with_its_totals() {
    let host = Host::start().await;
    host.client("42").await;
    let months: Vec<_> = (1..=11)
        .map(|month| format!("2026-{month:02}-01T08:00:00.000Z"))
        .chain(["2025-12-01T08:00:00.000Z".to_owned()])
        .map(|at| charged("42", &at, &at, 1))
        .collect();
    // Late, in any order, and in two lists.
    let mut recorded = ids(&observe(&host.billing, &months[6..], "REJECT_ALL").await);
    recorded.extend(ids(
        &observe(&host.billing, &months[..6], "REJECT_FAILED").await
    ));
    for id in [&recorded[0], &recorded[5], &recorded[11]] {
        assert_eq!(
            series(&host, id).await["series"],
            json!({
                "count": 12,
                "records": 12,
                "firstAt": "2025-12-01T08:00:00.000Z",
                "lastAt": "2026-11-01T08:00:00.000Z",
                "frequency": "OFTEN",
                "first": { "id": recorded[5] },
            })
        );
    }
    assert_eq!(whole(&host).await, 12);
    host.stop().await;
}

/// What differs in anything is another series; what was recorded one by one belongs to it all the same.
#[tokio::test]
async fn what_has_everything_in_common_is_one_series_however_it_was_recorded() {
    let host = Host::start().await;
    host.client("42").await;
    host.client("43").await;
    let (from, to) = ("2026-10-01T00:00:00Z", "2026-10-31T00:00:00Z");
    let of = || charged("42", from, to, 5);
    let other = json!({ "name": "Adyen", "role": "PROCESSOR" });
    let observations = [
        of(),
        with(of(), "recipient", other),
        with(of(), "ground", json!("FRAUD_SCREENING")),
        with(of(), "purpose", json!("essential.fraud_detection")),
        with(of(), "tier", json!("OTHER_RECORDS")),
        with(of(), "dataCategories", json!(["user.name"])),
        charged("43", from, to, 5),
        // The same: categories have no order, and these fields tell nothing apart.
        with(
            of(),
            "dataCategories",
            json!(["user.name", "user.financial.credit_card", "user.name"]),
        ),
        with(with(of(), "method", json!("API")), "note", json!("a batch")),
    ];
    let recorded = ids(&observe(&host.billing, &observations, "REJECT_ALL").await);
    let mut single = of();
    for field in ["from", "to", "count"] {
        single.as_object_mut().unwrap().remove(field);
    }
    single["disclosedAt"] = json!("2026-11-10T00:00:00Z");
    let single = host.billing.run(RECORD_DISCLOSURE, input(&single)).await;
    let single = single.text_at("recordDisclosure.disclosure.id");

    let first = series(&host, &recorded[0]).await;
    assert_eq!(
        (&first["count"], &first["disclosedUntil"]),
        (&json!(5), &json!("2026-10-31T00:00:00.000Z"))
    );
    for id in [&recorded[0], &recorded[7], &recorded[8], &single] {
        let series = series(&host, id).await["series"].clone();
        assert_eq!(
            (&series["count"], &series["records"]),
            (&json!(16), &json!(4)),
            "{id}"
        );
        assert_eq!(series["lastAt"], "2026-11-10T00:00:00.000Z");
        assert_eq!(series["frequency"], "OFTEN");
    }
    for id in &recorded[1..7] {
        let series = series(&host, id).await["series"].clone();
        assert_eq!(
            (&series["count"], &series["records"]),
            (&json!(5), &json!(1)),
            "{id}"
        );
    }
    host.stop().await;
}

#[tokio::test]
async fn how_often_it_was_follows_from_the_number() {
    let host = Host::start().await;
    for (n, (to, count, frequency)) in [
        ("2026-01-01T00:00:00Z", 1, "SINGULAR"),
        ("2026-11-01T00:00:00Z", 2, "SPORADIC"),
        ("2026-02-01T00:00:00Z", 2, "OFTEN"),
        ("2026-02-01T00:00:00.001Z", 2, "SPORADIC"),
        ("2026-01-31T00:00:00Z", 31, "CONTINUOUS"),
        ("2026-01-31T00:00:00Z", 30, "OFTEN"),
        ("2026-01-31T00:00:00Z", 1_000_000_000, "CONTINUOUS"),
    ]
    .into_iter()
    .enumerate()
    {
        let client = n.to_string();
        host.client(&client).await;
        let observed = charged(&client, "2026-01-01T00:00:00Z", to, count);
        let recorded = ids(&observe(&host.billing, &[observed], "REJECT_ALL").await);
        let series = series(&host, &recorded[0]).await["series"].clone();
        assert_eq!(
            (&series["frequency"], &series["count"]),
            (&json!(frequency), &json!(count)),
            "{to}"
        );
    }
    host.stop().await;
}

/// There is no series of a customer where it is not about one known customer.
#[tokio::test]
async fn what_is_about_nobody_or_several_has_no_series() {
    let host = Host::start().await;
    host.client("42").await;
    let (from, to) = ("2026-10-01T00:00:00Z", "2026-10-31T00:00:00Z");
    let two = json!([{ "by": whmcs("42") }, { "by": whmcs("nobody") }]);
    let observations = [
        charged("nobody", from, to, 2),
        with(charged("42", from, to, 2), "subjects", two),
    ];
    for id in ids(&observe(&host.billing, &observations, "REJECT_ALL").await) {
        assert_eq!(series(&host, &id).await["series"], json!(null), "{id}");
    }
    host.stop().await;
}

#[tokio::test]
async fn an_observation_that_cannot_be_is_refused() {
    let host = Host::start().await;
    host.client("42").await;
    let of = |from: &str, to: &str, count: i64| charged("42", from, to, count);
    let day = "2026-10-01T00:00:00Z";
    let bad = [
        (of(day, "2026-09-30T23:59:59.999Z", 1), "to"),
        (of(day, "2026-11-21T10:00:00Z", 1), "to"),
        (
            of("2025-10-01T00:00:00Z", "2026-10-02T00:00:00.001Z", 1),
            "to",
        ),
        (of(day, day, 0), "count"),
        (of(day, day, -1), "count"),
        (of(day, day, 1_000_000_001), "count"),
        (
            with(of(day, day, 1), "dataCategories", json!(null)),
            "dataCategories",
        ),
    ];
    for (observation, field) in &bad {
        let answer = observe(
            &host.billing,
            std::slice::from_ref(observation),
            "REJECT_ALL",
        )
        .await;
        let error = answer.refused(400, "BAD_USER_INPUT");
        assert_eq!(
            error["extensions"]["field"],
            format!("observations[0].{field}"),
            "{observation}"
        );
    }
    let longest = of("2025-10-01T00:00:00Z", "2026-10-02T00:00:00Z", 1);
    let mut all: Vec<_> = bad
        .iter()
        .map(|(observation, _)| observation.clone())
        .collect();
    all.push(keyed(longest.clone(), "k"));
    let found = results(&observe(&host.billing, &all, "REJECT_FAILED").await);
    let last = found.last().unwrap().clone().unwrap();
    assert!(found[..bad.len()].iter().all(Result::is_err));
    let again = observe(&host.billing, &[keyed(longest, "k")], "REJECT_ALL").await;
    assert_eq!(ids(&again), [last]);
    assert_eq!(whole(&host).await, 1);
    host.stop().await;
}
