//! Many at once: one wins, the others are told or answered alike, and nothing is there twice.

use serde_json::{Value, json};

use super::{ASSIGN, DISCLOSE, REGISTER, disclosure, find, register, with};
use crate::harness::survey::Survey;
use crate::harness::{Actor, Answer, App};

/// Sends an operation with several variables at the same time; the answers come in the order of the variables.
async fn all_at_once(actor: &Actor, query: &'static str, inputs: &[Value]) -> Vec<Answer> {
    let tasks: Vec<_> = inputs
        .iter()
        .map(|input| (actor.clone(), json!({ "input": input })))
        .map(|(actor, input)| tokio::spawn(async move { actor.run(query, input).await }))
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}

/// Asserts that a table has this many rows more than before, and that all is whole.
async fn assert_grown(app: &App, survey: Survey, table: &str, (before, by): (i64, i64)) {
    assert_eq!(survey.count(table).await, before + by, "{table}");
    survey.assert_gapless().await;
    survey.assert_whole().await;
    survey.close().await;
    assert!(find(&app.owner(), "42").await.is_some());
}

async fn start() -> (App, Survey) {
    let app = App::start().await;
    register(&app.owner(), "42").await.ok();
    let survey = Survey::of(app.database()).await;
    (app, survey)
}

#[tokio::test]
async fn of_two_customers_with_one_external_id_exactly_one_is_registered() {
    let (app, survey) = start().await;
    let rounds = 20;
    for n in 0..rounds {
        let external_ids = json!([{ "system": "whmcs", "id": format!("new {n}") }]);
        let input = |name: &str| json!({ "name": name, "externalIds": external_ids });
        let answers = all_at_once(&app.owner(), REGISTER, &[input("Jane"), input("John")]).await;
        let (won, lost) = if answers[0].status == 200 {
            (&answers[0], &answers[1])
        } else {
            (&answers[1], &answers[0])
        };
        lost.refused(409, "CONFLICT");
        let winner = won.text_at("registerCustomer.customer.id");
        assert_eq!(find(&app.owner(), &format!("new {n}")).await, Some(winner));
    }
    assert_grown(&app, survey, "customer", (1, rounds)).await;
    app.stop().await;
}

#[tokio::test]
async fn a_new_recipient_that_ten_disclosures_name_is_registered_once() {
    let (app, survey) = start().await;
    let inputs: Vec<_> = (0..10)
        .map(|n| {
            // The same name, as ten tools write it.
            let name = format!("{}A new{}court", " ".repeat(n), " ".repeat(n + 1));
            let recipient =
                json!({ "name": name, "role": "PUBLIC_AUTHORITY", "category": "COURT" });
            with(disclosure(), &json!({ "recipient": recipient }))
        })
        .collect();
    for answer in all_at_once(&app.owner(), DISCLOSE, &inputs).await {
        answer.ok();
    }
    assert_eq!(survey.count("recipient").await, 1);
    assert_grown(&app, survey, "disclosure", (0, 10)).await;
    app.stop().await;
}

#[tokio::test]
async fn one_idempotency_key_sent_ten_times_at_once_has_one_effect() {
    let (app, survey) = start().await;
    let by_external_id = json!([{ "by": { "externalId": { "system": "whmcs", "id": "42" } } }]);
    for (mutation, input, path) in [
        (
            REGISTER,
            json!({ "name": "Jane", "emails": ["jane@example.org"] }),
            "registerCustomer.customer.id",
        ),
        (
            DISCLOSE,
            with(disclosure(), &json!({ "subjects": by_external_id })),
            "recordDisclosure.disclosure.id",
        ),
        (
            ASSIGN,
            assignment("42", "192.0.2.0/24"),
            "recordAssignments.results.0.assignment.id",
        ),
    ] {
        let input = with(input, &json!({ "idempotencyKey": "a job's number" }));
        let answers = all_at_once(&app.owner(), mutation, &vec![input; 10]).await;
        let ids: Vec<_> = answers.iter().map(|answer| answer.text_at(path)).collect();
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    }
    assert_eq!(survey.count("idempotency").await, 4);
    assert_eq!(survey.count("disclosure").await, 1);
    assert_eq!(survey.count("assignment").await, 1);
    assert_grown(&app, survey, "customer", (1, 1)).await;
    app.stop().await;
}

fn assignment(client: &str, prefix: &str) -> Value {
    json!({ "assignments": [{
        "customer": { "externalId": { "system": "whmcs", "id": client } },
        "ipPrefix": prefix,
        "from": "2026-01-01T00:00:00Z",
    }] })
}

/// Two systems report the same assignment, each under a key of its own: each is told of the one, also when it asks
/// again.
#[tokio::test]
async fn one_assignment_reported_under_ten_keys_is_one_and_each_key_leads_to_it() {
    let (app, survey) = start().await;
    let key = |n: i32| json!({ "idempotencyKey": format!("report {n}") });
    let input = assignment("42", "192.0.2.0/24");
    let inputs: Vec<_> = (0..10).map(|n| with(input.clone(), &key(n))).collect();
    let path = "recordAssignments.results.0.assignment.id";

    let first = all_at_once(&app.owner(), ASSIGN, &inputs).await;
    let again = all_at_once(&app.owner(), ASSIGN, &inputs).await;

    let id = first[0].text_at(path);
    for answer in first.iter().chain(&again) {
        assert_eq!(answer.get(path), id.as_str(), "{}", answer.text);
    }
    assert_grown(&app, survey, "assignment", (0, 1)).await;
    app.stop().await;
}

/// What failed at first is not recorded by asking again, and must not look as if it were.
#[tokio::test]
async fn a_call_sent_again_does_not_claim_what_was_never_recorded() {
    let (app, survey) = start().await;
    let owner = app.owner();
    let items = [("42", "192.0.2.0/24"), ("77", "198.51.100.0/24")]
        .map(|(client, prefix)| assignment(client, prefix)["assignments"][0].clone());
    let policy = "REJECT_FAILED";
    let input = json!({ "assignments": items, "errorPolicy": policy, "idempotencyKey": "late" });
    let first = owner.run(ASSIGN, json!({ "input": input })).await;
    assert_eq!(
        first.get("recordAssignments.results.1.error.code"),
        "NOT_FOUND"
    );
    register(&owner, "77").await.ok();

    let again = owner.run(ASSIGN, json!({ "input": input })).await;

    let result = again.get("recordAssignments.results.1");
    let recorded = result["assignment"]["id"].is_string();
    assert!(
        recorded || result["error"]["code"].is_string(),
        "{}",
        again.text
    );
    let expected = 1 + i64::from(recorded);
    assert_grown(&app, survey, "assignment", (0, expected)).await;
    app.stop().await;
}
