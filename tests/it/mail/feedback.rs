//! What providers report of messages.

use reqwest::Method;
use serde_json::{Value, json};

use super::{FORM, House, NEWS, ONE_CLICK, at, client, post, visit};
use crate::harness::PUBLIC_URL;
use crate::harness::build::{self, input};

/// Hands a report in; gives what became of it.
async fn hand_in(house: &House, format: &str, body: &str, key: Option<&str>) -> Vec<Value> {
    let feedback = json!({ "format": format, "body": body, "idempotencyKey": key });
    let taken = house
        .mail
        .run(build::RECORD_MAIL_FEEDBACK, input(&feedback))
        .await;
    taken
        .get("recordMailFeedback.results")
        .as_array()
        .unwrap()
        .clone()
}

fn outcomes(results: &[Value]) -> Vec<&str> {
    results
        .iter()
        .map(|one| one["outcome"].as_str().unwrap())
        .collect()
}

/// A report about a message, as a mailbox provider sends it (RFC 5965), about recipients that it names.
fn arf(recipients: &str, link: &str) -> String {
    let text = format!(
        "From: <feedback@provider.example>
Date: Fri, 20 Nov 2026 09:00:00 +0000
Message-ID: <42@provider.example>
Subject: FW: Offers
To: <abuse@host.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary=\"part\"

--part
Content-Type: text/plain

This is a report.

--part
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Provider/1.0
Version: 1
{recipients}
--part
Content-Type: text/rfc822-headers

From: <news@host.example>
To: <undisclosed>
Subject: Offers
{link}
--part--
"
    );
    text.replace('\n', "\r\n")
}

#[tokio::test]
async fn a_complaint_stops_what_the_link_of_the_message_stops() {
    let house = House::open().await;
    house.client("42", "ada@example.org").await;
    let [jaguar, puma] = house.brands.clone();
    let mut of = client("42");
    of["brandId"] = json!(jaguar);
    let path = house.link(of).await;
    let link = format!("List-Unsubscribe: <mailto:stop@host.example>,\n <{PUBLIC_URL}{path}>\n");
    // The provider hides who it was; the link tells.
    let hidden = arf("Original-Rcpt-To: 0f3a9c@provider.example\n", &link);
    let results = hand_in(&house, "ARF", &hidden, None).await;
    assert_eq!(outcomes(&results), ["RECORDED"]);
    assert_eq!(
        house.news("ada@example.org", Some(&jaguar)).await,
        "OPTED_OUT"
    );
    assert_eq!(
        house.news("ada@example.org", Some(&puma)).await,
        "NOT_OBJECTED"
    );
    let said = &house.all_said().await[0];
    assert_eq!(
        (
            &said["method"],
            &said["purpose"],
            &said["note"],
            &said["occurredAt"]
        ),
        (
            &json!("COMPLAINT"),
            &json!(NEWS),
            &json!("42@provider.example"),
            &json!("2026-11-20T09:00:00.000Z")
        )
    );
    // Providers send what they sent before.
    assert_eq!(
        outcomes(&hand_in(&house, "ARF", &hidden, None).await),
        ["KNOWN"]
    );
    assert_eq!(house.all_said().await.len(), 1);
    // A link that was made elsewhere is none; the address tells then.
    let other = link.replace("unsubscribe/AQ", "unsubscribe/AR");
    let named = arf("Original-Rcpt-To: <eve@example.org>\n", &other);
    assert_eq!(
        outcomes(&hand_in(&house, "ARF", &named, None).await),
        ["RECORDED"]
    );
    assert_eq!(
        house.news("eve@example.org", Some(&puma)).await,
        "OPTED_OUT",
        "all brands"
    );
    let nobody = arf("", &other);
    assert_eq!(
        outcomes(&hand_in(&house, "ARF", &nobody, None).await),
        ["UNMATCHED"]
    );
    house.close().await;
}

#[tokio::test]
async fn what_came_back_for_good_is_not_written_to_until_somebody_says_so_there() {
    let house = House::open().await;
    house.client("42", "ada@example.org").await;
    let bounce = |kind: &str, email: &str| {
        json!({ "notificationType": "Bounce", "bounce": { "bounceType": kind, "feedbackId": "f-1",
            "timestamp": "2026-11-20T09:30:00.000Z", "bouncedRecipients": [{ "emailAddress": email }] } })
        .to_string()
    };
    let later = hand_in(&house, "SES", &bounce("Transient", "ada@example.org"), None).await;
    assert_eq!(outcomes(&later), ["IGNORED"]);
    assert_eq!(house.news("ada@example.org", None).await, "NOT_OBJECTED");
    let gone = hand_in(&house, "SES", &bounce("Permanent", "ada@example.org"), None).await;
    assert_eq!(outcomes(&gone), ["RECORDED"]);
    assert_eq!(house.news("ada@example.org", None).await, "UNREACHABLE");
    // Nobody said that: it is no preference of the customer, and what the service needs is tried all the same.
    let query = "query($by: CustomerLookupInput!) { customer(by: $by) { preferences(first: 5) { nodes { id } } } }";
    let shown = house
        .owner
        .run(query, json!({ "by": { "email": "ada@example.org" } }))
        .await;
    assert_eq!(shown.get("customer.preferences.nodes"), &json!([]));
    let reset = json!({ "question": { "address": { "email": "ada@example.org" },
        "purpose": "essential.service.authentication", "channel": "EMAIL" } });
    let answer = house.mail.run(build::CONTACT_PERMISSION, reset).await;
    assert_eq!(answer.get("contactPermission.allowed"), &json!(true));
    // The mailbox works again, says who has it.
    let mut again = at("ada@example.org");
    (again["purpose"], again["status"]) = (json!("marketing"), json!("GIVEN"));
    again["method"] = json!("BUTTON");
    house.app.set_clock("2026-11-21T10:00:00Z");
    house
        .mail
        .run(build::RECORD_PREFERENCE, input(&again))
        .await
        .ok();
    assert_eq!(house.news("ada@example.org", None).await, "CONSENTED");
    // Of a customer nobody can say that.
    let of_customer = json!({ "customer": { "email": "ada@example.org" }, "purpose": "marketing",
        "status": "UNREACHABLE", "method": "BOUNCE" });
    let refused = house
        .mail
        .run(build::RECORD_PREFERENCE, input(&of_customer))
        .await;
    assert_eq!(
        refused.refused(400, "BAD_USER_INPUT")["extensions"]["field"],
        "status"
    );
    house.close().await;
}

#[tokio::test]
async fn events_are_taken_in_together_and_once() {
    let house = House::open().await;
    let event = |email: &str, event: &str, kind: &str| json!({ "email": email, "event": event, "type": kind, "timestamp": 1_763_629_200, "sg_event_id": "e-1" });
    let events = json!([
        event("ada@example.org", "spamreport", ""),
        event("bob@example.org", "bounce", "bounce"),
        event("bob@example.org", "bounce", "blocked"),
        event("cy@example.org", "delivered", ""),
        event("not an address", "spamreport", ""),
        event("dan@example.org", "unsubscribe", ""),
    ])
    .to_string();
    let expected = [
        "RECORDED",
        "RECORDED",
        "IGNORED",
        "IGNORED",
        "UNMATCHED",
        "RECORDED",
    ];
    let results = hand_in(&house, "SENDGRID", &events, Some("events 1")).await;
    assert_eq!(outcomes(&results), expected);
    assert_eq!(
        hand_in(&house, "SENDGRID", &events, Some("events 1")).await,
        results
    );
    let again = hand_in(&house, "SENDGRID", &events, Some("events 2")).await;
    assert_eq!(
        outcomes(&again),
        ["KNOWN", "KNOWN", "IGNORED", "IGNORED", "UNMATCHED", "KNOWN"]
    );
    for (email, reason) in [
        ("ada@example.org", "OPTED_OUT"),
        ("bob@example.org", "UNREACHABLE"),
        ("cy@example.org", "NOT_OBJECTED"),
        ("dan@example.org", "OPTED_OUT"),
    ] {
        assert_eq!(house.news(email, None).await, reason, "{email}");
    }
    assert_eq!(house.all_said().await.len(), 3);
    for (format, body) in [
        ("SENDGRID", "{}"),
        ("SES", "[]"),
        ("ARF", "Subject: hello"),
        ("SES", "\u{0}"),
    ] {
        let feedback = input(&json!({ "format": format, "body": body }));
        let refused = house.mail.run(build::RECORD_MAIL_FEEDBACK, feedback).await;
        let error = refused.refused(400, "BAD_USER_INPUT");
        assert_eq!(error["extensions"]["field"], "body");
    }
    house.close().await;
}

/// The link of another controller says nothing here, though it opens at its own door.
#[tokio::test]
async fn links_are_their_controllers_own() {
    let house = House::open().await;
    let other = house.app.foreigner(entity::enums::Role::Owner).await;
    let links = json!([{ "address": { "email": "ada@example.org" }, "purpose": NEWS }]);
    let minted = super::mint(&other, &links).await;
    let url = minted.text_at("mintUnsubscribeLinks.results.0.link.url");
    let link = format!("List-Unsubscribe: <{url}>\n");
    let results = hand_in(&house, "ARF", &arf("", &link), None).await;
    assert_eq!(outcomes(&results), ["UNMATCHED"]);
    let path = url.strip_prefix(PUBLIC_URL).unwrap();
    assert!(
        visit(&house.person, Method::GET, path)
            .await
            .text
            .contains("Another host")
    );
    post(&house.person, path, FORM, ONE_CLICK).await;
    assert_eq!(house.news("ada@example.org", None).await, "NOT_OBJECTED");
    assert_eq!(
        super::may(&other, "ada@example.org", None).await,
        "OPTED_OUT"
    );
    house.close().await;
}

/// A provider sends what has gathered: a bad list bounces by the thousand.
#[tokio::test]
async fn a_large_batch_is_taken_in_whole_and_what_is_odd_in_it_hides_nothing() {
    let house = House::open().await;
    let event = |number: usize| json!({ "email": format!("client{number}@example.org"), "event": "bounce" });
    let mut events: Vec<_> = (0..1_500).map(event).collect();
    events.push(json!({ "event": "account_status_change", "type": "suspended" }));
    events.push(json!({ "email": "ada@example.org", "event": "spamreport", "timestamp": 0 }));
    events.push(json!({ "email": "ADA@example.org", "event": "spamreport", "timestamp": 0 }));
    let ada = at("ada@example.org");
    let mut said = ada.clone();
    (said["purpose"], said["status"], said["method"]) =
        (json!(NEWS), json!("GIVEN"), json!("FORM"));
    said["occurredAt"] = json!("2026-11-01T00:00:00Z");
    house
        .owner
        .run(build::RECORD_PREFERENCE, input(&said))
        .await
        .ok();
    let results = hand_in(&house, "SENDGRID", &json!(events).to_string(), None).await;
    let outcomes = outcomes(&results);
    assert_eq!(outcomes[..1_500], ["RECORDED"; 1_500]);
    assert_eq!(outcomes[1_500..], ["IGNORED", "RECORDED", "KNOWN"]);
    assert_eq!(
        house.news("client1499@example.org", None).await,
        "UNREACHABLE"
    );
    // A clock that says 1970 does not make a complaint older than a consent.
    assert_eq!(house.news("ada@example.org", None).await, "OPTED_OUT");
    house.close().await;
}

/// What a mail server of one's own sends back.
#[tokio::test]
async fn what_a_mail_server_sends_back_makes_addresses_unreachable() {
    let house = House::open().await;
    let status = "Reporting-MTA: dns; host.example

Final-Recipient: rfc822; ada@example.org
Action: failed
Status: 5.1.1

Final-Recipient: rfc822; bob@example.org
Action: failed
Status: 5.2.2
";
    let body = format!(
        "From: MAILER-DAEMON@host.example
Content-Type: multipart/report; report-type=delivery-status; boundary=part

--part
Content-Type: message/delivery-status

{status}
--part--
"
    );
    let results = hand_in(&house, "DSN", &body.replace('\n', "\r\n"), None).await;
    assert_eq!(outcomes(&results), ["RECORDED", "IGNORED"]);
    assert_eq!(house.news("ada@example.org", None).await, "UNREACHABLE");
    assert_eq!(house.news("bob@example.org", None).await, "NOT_OBJECTED");
    house.close().await;
}
