//! What persons said about uses of their data, with a canary wherever somebody types something.

use serde_json::json;

use super::Story;
use super::birds::Canaries;
use super::errors::{Failing, failing};
use super::fields::{Person, staff};
use crate::harness::build::{self, input};

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
    let query = "{ preferences { nodes { ipAddress userAgent note } } }";
    let read = story.does(query, json!({})).await.text;
    for text in texts {
        assert!(read.contains(&text), "{text} can be read: {read}");
    }
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
    wrong.into_iter().map(of).collect()
}
