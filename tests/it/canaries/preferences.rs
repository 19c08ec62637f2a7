//! What persons said about uses of their data, with a canary wherever somebody types something.

use reqwest::Method;
use serde_json::json;

use super::Story;
use super::birds::Canaries;
use super::errors::{Failing, failing};
use super::fields::{Person, staff};
use crate::harness::build::{self, input};
use crate::harness::{Actor, send};

/// Records what the person said, alone and in a list, and reads it again.
pub async fn done(story: &mut Story, person: &Person) {
    let c = &mut story.canaries;
    let said = |agent: String, note: String| {
        json!({ "customer": { "email": person.email }, "purpose": "marketing.communications.email", "status": "GIVEN",
            "method": "CHECKBOX", "ipAddress": person.ipv6, "userAgent": agent, "note": note })
    };
    let texts = [
        c.text("program of a person"),
        c.text("note of a preference"),
        c.text("program in a list"),
        c.text("note in a list"),
    ];
    let [agent, note, other_agent, other_note] = texts.clone();
    let mut one = said(agent, note);
    one["onBehalfOf"] = staff(c, "who heard it");
    one["idempotencyKey"] = json!(c.text("key of a preference"));
    let list = json!({ "preferences": [said(other_agent, other_note)], "onBehalfOf": staff(c, "who has a list"),
        "idempotencyKey": c.text("key of a list") });
    let stranger = c.email("address of nobody");
    let of_stranger = c.text("note of an address");
    story.does(build::RECORD_PREFERENCE, input(&one)).await;
    story.does(build::RECORD_PREFERENCES, input(&list)).await;
    // Of an address that nobody is known by, and questions about both.
    let of_address = json!({ "address": { "email": stranger }, "purpose": "marketing", "status": "WITHDRAWN",
        "method": "UNSUBSCRIBE_LINK", "note": of_stranger });
    let template = json!({ "name": "Newsletter", "purpose": "marketing" });
    story
        .does(build::RECORD_PREFERENCE, input(&of_address))
        .await;
    story
        .does(build::SET_MESSAGE_TEMPLATE, input(&template))
        .await;
    for email in [&stranger, &person.email] {
        let question =
            json!({ "address": { "email": email }, "template": "Newsletter", "channel": "EMAIL" });
        let question = json!({ "question": question });
        story.does(build::CONTACT_PERMISSION, question).await;
        let query = "query($of: ContactAddressInput!) { preferences(filter: { address: $of }) { nodes { id } } }";
        story.does(query, json!({ "of": { "email": email } })).await;
    }
    let reported = messages(story, &person.email).await;
    let query = "{ preferences { nodes { ipAddress userAgent note } } }";
    let read = story.does(query, json!({})).await.text;
    for text in texts.into_iter().chain(reported) {
        assert!(read.contains(&text), "{text} can be read: {read}");
    }
}

/// Unsubscribes by a link that must not be found anywhere, and hands in a report; gives what can be read of both.
async fn messages(story: &mut Story, email: &str) -> [String; 2] {
    let c = &mut story.canaries;
    let message = c.text("id of a message");
    let event = c.text("id of a complaint");
    let complaint = json!([{ "email": c.email("address of a complaint"), "event": "spamreport",
        "sg_event_id": event, "useragent": c.text("what else a report says") }]);
    let key = c.text("key of a report");
    let links = json!({ "onBehalfOf": staff(c, "who has a message"), "links": [{ "customer": { "email": email }, "messageId": message,
        "purpose": "marketing.communications.sms" }] });
    let minted = story
        .does(build::MINT_UNSUBSCRIBE_LINKS, input(&links))
        .await;
    let url = minted.text_at("mintUnsubscribeLinks.results.0.link.url");
    let path = url.strip_prefix("https://privacy.host.example").unwrap();
    let token = path.strip_prefix("/unsubscribe/").expect("a path");
    story.canaries.told("token of a link to unsubscribe", token);
    let visit = |method| story.owner.request(method, path);
    let press = visit(Method::POST).header("content-type", "application/x-www-form-urlencoded");
    let press = press.body("List-Unsubscribe=One-Click");
    for request in [visit(Method::GET), press] {
        let page = send(request).await.unwrap();
        assert_eq!(page.status, 200);
        story.keep("a page to unsubscribe", &page, true);
    }
    let report =
        json!({ "format": "SENDGRID", "body": complaint.to_string(), "idempotencyKey": key });
    story
        .does(build::RECORD_MAIL_FEEDBACK, input(&report))
        .await;
    [message, event]
}

/// Links to unsubscribe that lead nowhere, and what is no form: what it is, the request, and what is answered.
pub fn odd(
    somebody: &Actor,
    canaries: &mut Canaries,
) -> Vec<(&'static str, reqwest::RequestBuilder, u16)> {
    let mut visit = |method| {
        let token = canaries.text("link that is none").replace(' ', "%20");
        somebody.request(method, &format!("/unsubscribe/{token}"))
    };
    let (get, post, put) = (visit(Method::GET), visit(Method::POST), visit(Method::PUT));
    let post = post.header("content-type", "application/x-www-form-urlencoded");
    let form = format!("x={}", canaries.text("form that is none"));
    vec![
        ("a page at no link to unsubscribe", get, 404),
        ("no form at no link to unsubscribe", post.body(form), 400),
        ("another method at no link to unsubscribe", put, 405),
    ]
}

/// What cannot have been said.
pub fn wrong(c: &mut Canaries) -> Vec<Failing> {
    let known = c.all.iter().find(|one| one.what == "e-mail");
    let by = json!({ "email": known.expect("it is on record").text });
    let wrong = [
        ("purpose", c.text("wrong purpose")),
        ("source", c.text("wrong source of a preference")),
        (
            "noticeVersion",
            c.text("wrong version of a notice").repeat(20),
        ),
        ("textDigest", c.text("wrong digest of a text")),
        ("ipAddress", c.text("wrong address of a network")),
        ("userAgent", c.text("wrong program").repeat(100)),
        ("note", c.text("wrong note of a preference").repeat(200)),
    ];
    let of = |(field, value): (&str, String)| {
        let mut said =
            json!({ "customer": by, "purpose": "marketing", "status": "GIVEN", "method": "STAFF" });
        said[field] = json!(value);
        failing(build::RECORD_PREFERENCE, input(&said), "BAD_USER_INPUT")
    };
    let mut all: Vec<_> = wrong.into_iter().map(of).collect();
    let report = json!({ "format": "SES", "body": c.text("report that is none") });
    all.push(failing(
        build::RECORD_MAIL_FEEDBACK,
        input(&report),
        "BAD_USER_INPUT",
    ));
    let links = json!({ "links": [], "onBehalfOf": staff(c, "who has no message") });
    all.push(failing(
        build::MINT_UNSUBSCRIBE_LINKS,
        input(&links),
        "BAD_USER_INPUT",
    ));
    all
}
