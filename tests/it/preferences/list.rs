//! A list of consents of the size that a host has, out of a file, with bad lines in it.

use std::time::Duration;

use serde_json::{Value, json};

use super::{House, build, input};
use crate::harness::Answer;

const LINES: usize = 100_000;
/// How many lines one call takes.
const AT_ONCE: usize = 500;
/// A part that waits more often than this is not taken any more.
const MOST_WAITS: usize = 60;

/// A line of the file: every thousandth is bad, in one of three ways.
fn line(number: usize) -> Value {
    let mut said = json!({ "address": { "email": format!("client{number}@example.org") },
        "purpose": "marketing.communications.email", "status": "GIVEN", "method": "IMPORT", "source": "old_crm",
        "occurredAt": "2026-03-01T10:00:00Z" });
    match (number % 1_000, number % 3_000) {
        (0, 0) => said["address"] = json!({ "email": format!("client{number}(at)example.org") }),
        (0, 1_000) => said["purpose"] = json!("marketing.comunications"),
        (0, _) => said["occurredAt"] = json!("2036-03-01T10:00:00Z"),
        _ => {}
    }
    said
}

/// Sends a part, and waits where the server says that it comes too fast, for as long as it says.
async fn patiently(house: &House, query: &str, part: Value) -> Answer {
    for _ in 0..MOST_WAITS {
        let answer = house.billing.run(query, part.clone()).await;
        if answer.code() != "RATE_LIMITED" {
            return answer;
        }
        let wait = &answer.body["errors"][0]["extensions"]["retryAfterSeconds"];
        tokio::time::sleep(Duration::from_secs(wait.as_u64().unwrap())).await;
    }
    panic!("the server never let go");
}

/// Sends the file as an importer does, with a key for each part; gives the lines that were refused, with code and field.
async fn send(house: &House) -> Vec<(usize, String, String)> {
    let mut refused = Vec::new();
    for (part, first) in (0..LINES).step_by(AT_ONCE).enumerate() {
        let lines: Vec<_> = (first..first + AT_ONCE).map(line).collect();
        let list = json!({ "preferences": lines, "errorPolicy": "REJECT_FAILED",
            "idempotencyKey": format!("list of 2026-03 {part}") });
        let query = "mutation($input: RecordPreferencesInput!) { recordPreferences(input: $input) {
            results { error { code field } } } }";
        let recorded = patiently(house, query, input(&list)).await;
        let results = recorded
            .get("recordPreferences.results")
            .as_array()
            .unwrap();
        assert_eq!(results.len(), AT_ONCE);
        for (at, result) in results.iter().enumerate() {
            if let [Some(code), Some(field)] =
                ["code", "field"].map(|key| result["error"][key].as_str())
            {
                refused.push((first + at, code.to_owned(), field.to_owned()));
            }
        }
    }
    refused
}

#[tokio::test]
async fn a_hundred_thousand_consents_come_in_but_for_the_bad_lines_and_only_once() {
    let house = House::open().await;
    let refused = send(&house).await;
    let expected = |number: usize| {
        let field = match number % 3_000 {
            0 => "address.email",
            1_000 => "purpose",
            _ => "occurredAt",
        };
        let field = format!("preferences[{}].{field}", number % AT_ONCE);
        (number, "BAD_USER_INPUT".to_owned(), field)
    };
    let all: Vec<_> = (0..LINES).step_by(1_000).map(expected).collect();
    assert_eq!(refused, all);
    let good = LINES - all.len();
    assert_eq!(house.count().await, good);

    // The importer died, and begins again.
    assert_eq!(send(&house).await, refused);
    assert_eq!(house.count().await, good);
    let of = json!({ "of": { "email": "CLIENT42@example.org" } });
    let query = "query($of: ContactAddressInput!) { preferences(filter: { address: $of }) { nodes { status source } } }";
    let found = house.owner.run(query, of).await;
    assert_eq!(
        found.get("preferences.nodes"),
        &json!([{ "status": "GIVEN", "source": "old_crm" }])
    );
    let question = json!({ "address": { "email": "client99999@example.org" }, "channel": "EMAIL",
        "purpose": "marketing.communications.email" });
    let answer = house
        .owner
        .run(build::CONTACT_PERMISSION, json!({ "question": question }))
        .await;
    assert_eq!(answer.get("contactPermission.reason"), &json!("CONSENTED"));
    house.app.stop().await;
}
