//! Codes that go to an address on record.

use entity::enums::Role;
use serde_json::{Value, json};

use super::work::{claim, done};
use super::{Host, asking, whmcs, with};
use crate::harness::Actor;
use crate::harness::build::{self, input};

/// A request of client 42, whose address is known since before it came in.
async fn asked(host: &Host) -> (Value, String) {
    let customer = host.mailed("42", "erika@example.org").await;
    host.app.set_clock("2026-06-12T08:00:00Z");
    let opened = host.open(&by_client(&["ACCESS"])).await;
    host.step(&opened["items"][0]["id"], "AWAITING_VERIFICATION")
        .await;
    (opened, customer)
}

/// What client 42 asks for today.
fn by_client(kinds: &[&str]) -> Value {
    let request = with(asking(kinds), "customer", whmcs("42"));
    with(request, "receivedAt", json!("2026-06-12T07:00:00Z"))
}

async fn address_of(host: &Host, customer: &str, value: &str) -> Value {
    let query = "query($id: ID!) { customer(by: { id: $id }) { identifiers { id value } } }";
    let found = host.officer.run(query, json!({ "id": customer })).await;
    let all = found.get("customer.identifiers").as_array().unwrap();
    let one = all.iter().find(|one| one["value"] == value).unwrap();
    one["id"].clone()
}

fn sending(request: &Value, address: &Value) -> Value {
    json!({ "requestId": request["id"], "identifierId": address, "system": "mail" })
}

async fn answer(host: &Host, request: &Value, code: &str) -> String {
    let query = "mutation($input: VerifyRequesterInput!) { verifyRequester(input: $input) {
        verification { verdict method } request { status } } }";
    let said = json!({ "requestId": request["id"], "method": "ONE_TIME_CODE", "code": code });
    let answered = host.support.run(query, input(&said)).await;
    answered.text_at("verifyRequester.verification.verdict")
}

/// The code that the mail system is given to send.
async fn sent(mail: &Actor) -> String {
    let [task] = claim(mail, "mail", 1).await.try_into().unwrap();
    assert_eq!(task.kind, "SEND_CODE");
    assert_eq!(task.all["identifiers"][0]["value"], "erika@example.org");
    let code = task.all["code"].as_str().unwrap().to_owned();
    assert!(
        code.len() == 8 && code.bytes().all(|byte| byte.is_ascii_digit()),
        "{code}"
    );
    done(mail, &task).await.ok();
    code
}

#[tokio::test]
async fn whoever_answers_with_the_code_is_the_person() {
    let host = Host::start().await;
    let mail = host.mail_system().await;
    let (opened, customer) = asked(&host).await;
    let address = address_of(&host, &customer, "erika@example.org").await;
    let send = input(&sending(&opened, &address));
    host.support
        .run(build::SEND_VERIFICATION_CODE, send.clone())
        .await
        .ok();
    // The privacy officer does what nobody serves, but is not told a code.
    assert_eq!(claim(&host.officer, "mail", 5).await.len(), 0);
    let first = sent(&mail).await;
    // It was lost, as it seemed.
    host.support
        .run(build::SEND_VERIFICATION_CODE, send)
        .await
        .ok();
    let second = sent(&mail).await;

    let wrong = if first.starts_with('1') {
        "20000000"
    } else {
        "10000000"
    };
    assert_eq!(answer(&host, &opened, wrong).await, "FAILED");
    assert_eq!(
        host.shown(opened["id"].as_str().unwrap()).await["status"],
        "AWAITING_VERIFICATION"
    );
    let (start, end) = first.split_at(4);
    let spaced = format!(" {start} {end}");
    assert_eq!(
        answer(&host, &opened, &spaced).await,
        "PASSED",
        "the first mail came after all"
    );
    assert_eq!(
        host.shown(opened["id"].as_str().unwrap()).await["status"],
        "IN_REVIEW"
    );
    // It counts once, and so does the other.
    for code in [&first, &second] {
        let said = json!({ "requestId": opened["id"], "method": "ONE_TIME_CODE", "code": code });
        let refused = host
            .support
            .run(build::VERIFY_REQUESTER, input(&said))
            .await;
        assert_eq!(
            refused.refused(400, "BAD_USER_INPUT")["extensions"]["field"],
            "code"
        );
    }
    host.stop().await;
}

#[tokio::test]
async fn a_code_counts_for_half_an_hour_and_guessing_ends_after_five() {
    let host = Host::start().await;
    let mail = host.mail_system().await;
    let (opened, customer) = asked(&host).await;
    let address = address_of(&host, &customer, "erika@example.org").await;
    let send = input(&sending(&opened, &address));
    host.support
        .run(build::SEND_VERIFICATION_CODE, send.clone())
        .await
        .ok();
    let code = sent(&mail).await;
    host.app.set_clock("2026-06-12T08:30:00Z");
    let said = json!({ "requestId": opened["id"], "method": "ONE_TIME_CODE", "code": code });
    let refused = host
        .support
        .run(build::VERIFY_REQUESTER, input(&said))
        .await;
    refused.refused(400, "BAD_USER_INPUT");
    host.support
        .run(build::SEND_VERIFICATION_CODE, send.clone())
        .await
        .ok();
    let code = sent(&mail).await;
    let wrong = if code.starts_with('1') {
        "20000000"
    } else {
        "10000000"
    };
    for _ in 0..5 {
        assert_eq!(answer(&host, &opened, wrong).await, "FAILED");
    }
    let right = json!({ "requestId": opened["id"], "method": "ONE_TIME_CODE", "code": code });
    let locked = host
        .support
        .run(build::VERIFY_REQUESTER, input(&right))
        .await;
    locked.refused(422, "VERIFICATION_LOCKED");
    let locked = host.support.run(build::SEND_VERIFICATION_CODE, send).await;
    locked.refused(422, "VERIFICATION_LOCKED");
    host.stop().await;
}

/// A mailbox is not to be filled by whoever opens requests.
#[tokio::test]
async fn five_codes_a_day_go_to_an_address() {
    let host = Host::start().await;
    host.mail_system().await;
    let (opened, customer) = asked(&host).await;
    let other = host.open(&by_client(&["DELETION"])).await;
    let address = address_of(&host, &customer, "erika@example.org").await;
    for request in [&opened, &other, &opened, &other, &opened] {
        let send = input(&sending(request, &address));
        host.support
            .run(build::SEND_VERIFICATION_CODE, send)
            .await
            .ok();
    }
    let send = input(&sending(&other, &address));
    let refused = host
        .support
        .run(build::SEND_VERIFICATION_CODE, send.clone())
        .await;
    refused.refused(422, "VERIFICATION_LOCKED");
    host.app.set_clock("2026-06-13T08:00:01Z");
    host.support
        .run(build::SEND_VERIFICATION_CODE, send)
        .await
        .ok();
    host.stop().await;
}

/// An address that came with the request proves nothing.
#[tokio::test]
async fn a_code_goes_where_the_customer_was_known_to_be() {
    let host = Host::start().await;
    let mail = host.mail_system().await;
    let (opened, customer) = asked(&host).await;
    let new = json!({ "customerId": customer, "identifier": { "email": "thief@example.net" } });
    host.billing
        .run(build::ADD_IDENTIFIER, input(&new))
        .await
        .ok();
    let stranger = host.mailed("43", "stranger@example.org").await;
    let new = address_of(&host, &customer, "thief@example.net").await;
    let theirs = address_of(&host, &stranger, "stranger@example.org").await;
    let client = address_of(&host, &customer, "42").await;
    let known = address_of(&host, &customer, "erika@example.org").await;
    let nobody = host.open(&asking(&["ACCESS"])).await;
    let elsewhere = with(sending(&opened, &known), "system", json!("whmcs"));
    for (send, code, field) in [
        (sending(&opened, &new), "BAD_USER_INPUT", "identifierId"),
        (sending(&opened, &client), "BAD_USER_INPUT", "identifierId"),
        (sending(&opened, &theirs), "NOT_FOUND", "identifierId"),
        (sending(&nobody, &known), "BAD_USER_INPUT", "requestId"),
        (elsewhere, "BAD_USER_INPUT", "system"),
    ] {
        let refused = host
            .support
            .run(build::SEND_VERIFICATION_CODE, input(&send))
            .await;
        assert_eq!(refused.code(), code, "{}", refused.text);
        assert_eq!(refused.body["errors"][0]["extensions"]["field"], field);
    }
    // Once it was made sure that it is theirs, it will do.
    let verified = json!({ "identifierId": new, "method": "IN_PERSON" });
    host.billing
        .run(build::VERIFY_IDENTIFIER, input(&verified))
        .await
        .ok();
    let send = input(&sending(&opened, &new));
    host.support
        .run(build::SEND_VERIFICATION_CODE, send)
        .await
        .ok();
    // It ended meanwhile: the code goes nowhere.
    let end = json!({ "identifierId": new });
    host.billing
        .run(build::END_IDENTIFIER, input(&end))
        .await
        .ok();
    let [task] = claim(&mail, "mail", 1).await.try_into().unwrap();
    assert_eq!(task.all["identifiers"], json!([]));
    host.stop().await;
}

/// What is said with a code, and what is not.
#[tokio::test]
async fn a_verdict_is_not_said_about_a_code() {
    let host = Host::start().await;
    let (opened, _) = asked(&host).await;
    for (more, field) in [
        (
            json!({ "method": "ONE_TIME_CODE", "verdict": "PASSED" }),
            "code",
        ),
        (
            json!({ "method": "ONE_TIME_CODE", "verdict": "PASSED", "code": "12345678" }),
            "verdict",
        ),
        (json!({ "method": "CALLBACK", "code": "12345678" }), "code"),
        (json!({ "method": "CALLBACK" }), "verdict"),
        (
            json!({ "method": "ONE_TIME_CODE", "code": "1".repeat(21) }),
            "code",
        ),
        (
            json!({ "method": "ONE_TIME_CODE", "code": "12345678" }),
            "code",
        ),
        (
            json!({ "method": "ONE_TIME_CODE", "code": "12345678", "occurredAt": "2026-06-12T07:30:00Z" }),
            "occurredAt",
        ),
    ] {
        let said = with(more, "requestId", opened["id"].clone());
        let refused = host
            .support
            .run(build::VERIFY_REQUESTER, input(&said))
            .await;
        assert_eq!(
            refused.refused(400, "BAD_USER_INPUT")["extensions"]["field"],
            field,
            "{said}"
        );
    }
    let dashboard = host.app.actor(Role::Dashboard).await;
    let said = json!({ "requestId": opened["id"], "method": "ONE_TIME_CODE", "code": "12345678" });
    dashboard
        .run(build::VERIFY_REQUESTER, input(&said))
        .await
        .refused(403, "FORBIDDEN");
    host.stop().await;
}
