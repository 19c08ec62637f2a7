//! Recording what went out: many at once, in series, on the grounds of a role; and what takes its place.

mod changes;
mod grounds;
mod keys;
mod series;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::harness::build::{RECORD_DISCLOSURES, input, item};
use crate::harness::host::{Host, whmcs};
use crate::harness::survey::Survey;
use crate::harness::{Actor, Answer, build};

/// A report to a blocklist about clients of the billing system.
fn report(clients: &[&str]) -> Value {
    let spamhaus = json!({ "name": "Spamhaus", "role": "PRIVATE_PARTY" });
    let about: Vec<_> = clients.iter().map(|client| whmcs(client)).collect();
    let mut report = item(build::disclosure(&spamhaus, &about));
    report["ground"] = json!("BLOCKLIST_REPORT");
    report
}

/// The same with a field changed.
fn with(mut of: Value, field: &str, value: Value) -> Value {
    of[field] = value;
    of
}

fn keyed(of: Value, key: impl std::fmt::Display) -> Value {
    with(of, "idempotencyKey", json!(key.to_string()))
}

async fn record(actor: &Actor, items: &[Value], policy: &str) -> Answer {
    let variables = input(&json!({ "disclosures": items, "errorPolicy": policy }));
    actor.run(RECORD_DISCLOSURES, variables).await
}

/// The id, or the code and the field of the error, of each item.
fn results(answer: &Answer) -> Vec<Result<String, (String, Option<String>)>> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let payload = answer.ok().as_object().unwrap().values().next().unwrap();
    let result = |one: &Value| match text(&one["disclosure"]["id"]) {
        Some(id) if one["error"].is_null() => Ok(id),
        _ => Err((
            text(&one["error"]["code"]).unwrap(),
            text(&one["error"]["field"]),
        )),
    };
    payload["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(result)
        .collect()
}

/// The ids of all items: none failed.
fn ids(answer: &Answer) -> Vec<String> {
    results(answer)
        .into_iter()
        .map(|one| one.unwrap())
        .collect()
}

async fn sizes(host: &Host) -> BTreeMap<&'static str, i64> {
    let survey = Survey::of(host.app.database()).await;
    survey.assert_whole().await;
    let mut sizes = survey.sizes().await;
    survey.close().await;
    // Keys are made before the change that uses them; one without a use says nothing.
    sizes.remove("data_key");
    sizes
}

/// How many events and disclosures there are by now, whole and without a gap.
async fn whole(host: &Host) -> i64 {
    let survey = Survey::of(host.app.database()).await;
    survey.assert_gapless().await;
    survey.assert_whole().await;
    let count = survey.count("disclosure").await;
    survey.close().await;
    count
}

/// Items that cannot be recorded, each with the code and the part that is wrong.
fn impossible() -> Vec<(Value, &'static str, Option<&'static str>)> {
    let bad = "BAD_USER_INPUT";
    let nobody = "01h2xcejqtf2nbrexx3vqjhp41";
    let of = |field: &str, value: Value| with(report(&["42"]), field, value);
    vec![
        (
            of("disclosedAt", json!("2026-11-21T10:00:00Z")),
            bad,
            Some("disclosedAt"),
        ),
        (of("dataCategories", json!([])), bad, Some("dataCategories")),
        (
            of("dataCategories", json!(["user.name", "nonsense"])),
            bad,
            Some("dataCategories[1]"),
        ),
        (of("purpose", json!("nonsense")), bad, Some("purpose")),
        (
            of("reference", json!("x".repeat(201))),
            bad,
            Some("reference"),
        ),
        (of("subjects", json!([])), bad, Some("subjects")),
        (
            of(
                "subjects",
                json!([{ "by": whmcs("42") }, { "by": { "email": "x" } }]),
            ),
            bad,
            Some("subjects[1].by.email"),
        ),
        (
            of(
                "subjects",
                json!([{ "by": { "id": format!("cus_{nobody}") } }]),
            ),
            "NOT_FOUND",
            Some("subjects[0].by.id"),
        ),
        (
            of("recipient", json!({ "id": format!("rcp_{nobody}") })),
            "NOT_FOUND",
            Some("recipient"),
        ),
        (of("recipient", json!({})), bad, Some("recipient")),
        (
            of("recipient", json!({ "name": "Nobody" })),
            bad,
            Some("recipient"),
        ),
        (
            of("recipient", json!({ "name": " ", "role": "PROCESSOR" })),
            bad,
            Some("recipient.name"),
        ),
        (
            of("complainantIdentity", json!("DISCLOSED")),
            bad,
            Some("complainantIdentity"),
        ),
        (
            of("idempotencyKey", json!("x".repeat(201))),
            bad,
            Some("idempotencyKey"),
        ),
        (
            of("idempotencyKey", json!(" ")),
            bad,
            Some("idempotencyKey"),
        ),
        (
            of("ground", json!("PAYMENT_PROCESSING")),
            "FORBIDDEN",
            Some("ground"),
        ),
    ]
}

#[tokio::test]
async fn one_that_cannot_be_recorded_keeps_all_from_it_and_nothing_is_left() {
    let host = Host::start().await;
    host.client("42").await;
    let before = sizes(&host).await;
    for (bad, code, field) in impossible() {
        let recipient = json!({ "name": "A new list", "role": "PRIVATE_PARTY" });
        let good = keyed(with(report(&["42"]), "recipient", recipient), "k");
        let answer = record(
            &host.abuse,
            &[good.clone(), bad.clone(), good],
            "REJECT_ALL",
        )
        .await;
        let status = match code {
            "NOT_FOUND" => 404,
            "FORBIDDEN" => 403,
            _ => 400,
        };
        let error = answer.refused(status, code);
        let field = field.map(|field| format!("disclosures[1].{field}"));
        assert_eq!(
            error["extensions"]["field"].as_str(),
            field.as_deref(),
            "{bad}"
        );
        assert_eq!(sizes(&host).await, before, "{bad}");
    }
    // Not even a policy is needed for that.
    let items = json!({ "disclosures": [report(&["42"]), impossible()[0].0] });
    let answer = host.abuse.run(RECORD_DISCLOSURES, input(&items)).await;
    answer.refused(400, "BAD_USER_INPUT");
    assert_eq!(sizes(&host).await, before);
    host.stop().await;
}

#[tokio::test]
async fn those_that_can_be_recorded_are_where_that_is_asked_for() {
    let host = Host::start().await;
    let client = host.client("42").await;
    let mut items = vec![with(report(&["42"]), "reference", json!("first"))];
    items.extend(impossible().into_iter().map(|(bad, ..)| bad));
    items.push(with(report(&["77"]), "reference", json!("last")));

    let answer = record(&host.abuse, &items, "REJECT_FAILED").await;

    let found = results(&answer);
    assert_eq!(found.len(), items.len());
    let (first, last) = (
        found[0].clone().unwrap(),
        found[items.len() - 1].clone().unwrap(),
    );
    for (n, (bad, code, field)) in impossible().into_iter().enumerate() {
        let field = field.map(|field| format!("disclosures[{}].{field}", n + 1));
        assert_eq!(found[n + 1], Err((code.to_owned(), field)), "{bad}");
    }
    let (first, last) = (host.disclosure(&first).await, host.disclosure(&last).await);
    assert_eq!(
        (&first["reference"], &last["reference"]),
        (&json!("first"), &json!("last"))
    );
    assert_eq!(first["subjects"][0]["customer"]["id"], client.as_str());
    assert_eq!(
        last["subjects"][0]["resolution"], "NOBODY",
        "what happened is recordable"
    );
    assert_eq!(whole(&host).await, 2);
    // None of them can be: that is an answer, too, and no error of the call.
    let bad: Vec<_> = impossible().into_iter().map(|(bad, ..)| bad).collect();
    assert!(
        results(&record(&host.abuse, &bad, "REJECT_FAILED").await)
            .iter()
            .all(Result::is_err)
    );
    assert_eq!(whole(&host).await, 2);
    host.stop().await;
}

#[tokio::test]
async fn five_hundred_go_at_once_and_one_more_does_not() {
    let host = Host::start().await;
    for client in ["1", "2", "3"] {
        host.client(client).await;
    }
    let clients = ["1", "2", "3", "nobody"];
    let items: Vec<_> = (0..500)
        .map(|n| {
            let about = [clients[n % 4], clients[(n + 1) % 4]];
            keyed(with(report(&about), "reference", json!(n.to_string())), n)
        })
        .collect();
    let none: [Value; 0] = [];
    let one_more: Vec<_> = items.iter().cloned().chain([report(&["1"])]).collect();
    for wrong in [none.as_slice(), one_more.as_slice()] {
        for policy in ["REJECT_ALL", "REJECT_FAILED"] {
            let answer = record(&host.abuse, wrong, policy).await;
            let error = answer.refused(400, "BAD_USER_INPUT");
            assert_eq!(error["extensions"]["field"], "disclosures");
        }
    }
    assert_eq!(whole(&host).await, 0);

    let recorded = ids(&record(&host.abuse, &items, "REJECT_ALL").await);

    assert_eq!(whole(&host).await, 500);
    for n in [0, 1, 2, 3, 250, 499] {
        let disclosure = host.disclosure(&recorded[n]).await;
        assert_eq!(
            disclosure["reference"],
            n.to_string(),
            "in the order of the input"
        );
    }
    assert_eq!(
        ids(&record(&host.abuse, &items, "REJECT_ALL").await),
        recorded
    );
    assert_eq!(whole(&host).await, 500);
    host.stop().await;
}

/// A queue that two workers read: each item is recorded once, whoever brings it.
#[tokio::test]
async fn two_who_send_the_same_at_once_record_each_once() {
    let host = Host::start().await;
    host.client("42").await;
    for (round, policies) in [
        ["REJECT_ALL", "REJECT_ALL"],
        ["REJECT_FAILED", "REJECT_FAILED"],
        ["REJECT_ALL", "REJECT_FAILED"],
    ]
    .into_iter()
    .cycle()
    .take(9)
    .enumerate()
    {
        let item = |n: usize| keyed(report(&["42"]), format!("{round}-{n}"));
        // They share the middle.
        let parts = [0..20, 10..30].map(|part| part.map(item).collect::<Vec<_>>());
        let send = |part: usize| record(&host.abuse, &parts[part], policies[part]);
        let (one, other) = tokio::join!(send(0), send(1));
        let (one, other) = (ids(&one), ids(&other));
        assert_eq!(one[10..], other[..10], "{policies:?}");
        assert_eq!(
            whole(&host).await,
            30 * (i64::try_from(round).unwrap() + 1),
            "{policies:?}"
        );
    }
    host.stop().await;
}
