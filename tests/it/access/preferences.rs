//! Samples for what persons said about uses of their data.

use serde_json::{Value, json};

use super::{NODE, Sample, Turn, nothing, sample};
use crate::harness::Actor;
use crate::harness::build::{self, input};

pub const SAMPLES: &[Sample] = &[
    sample(
        "Query.preferences",
        "{ preferences { nodes { id } } }",
        nothing,
    ),
    sample(
        "Query.node of a preference",
        NODE,
        |turn| json!({ "id": turn.world.preference }),
    ),
    sample(
        "Query.contactPermission",
        build::CONTACT_PERMISSION,
        |turn| json!({ "question": asked(&turn.world.customer) }),
    ),
    sample(
        "Query.contactPermissions",
        "query($questions: [ContactQuestionInput!]!) {
            contactPermissions(questions: $questions) { permission { allowed } } }",
        |turn| json!({ "questions": [asked(&turn.world.customer)] }),
    ),
    sample(
        "Query.contactSettings",
        "{ contactSettings { rules { basis } } }",
        nothing,
    ),
    sample("Mutation.setContactRule", build::SET_CONTACT_RULE, |_| {
        input(&json!({ "country": "DE", "basis": "CONSENT" }))
    }),
    sample(
        "Mutation.setMessageTemplate",
        build::SET_MESSAGE_TEMPLATE,
        |_| input(&json!({ "name": "News", "purpose": "marketing" })),
    ),
    sample(
        "Mutation.recordPreference",
        build::RECORD_PREFERENCE,
        |turn| input(&said(&turn.world.customer)),
    ),
    sample(
        "Mutation.recordPreferences",
        build::RECORD_PREFERENCES,
        listing,
    ),
    sample(
        "Mutation.mintUnsubscribeLinks",
        build::MINT_UNSUBSCRIBE_LINKS,
        |turn| {
            input(
                &json!({ "links": [{ "customer": { "id": turn.world.customer }, "purpose": "marketing",
                "messageId": "canary message" }] }),
            )
        },
    ),
    sample(
        "Mutation.recordMailFeedback",
        build::RECORD_MAIL_FEEDBACK,
        reporting,
    ),
];

/// Something that a customer said, with a canary wherever there may be one.
fn said(customer: &str) -> Value {
    json!({ "customer": { "id": customer }, "purpose": "marketing.communications.email", "status": "WITHDRAWN",
        "method": "UNSUBSCRIBE_LINK", "ipAddress": "203.0.113.9", "userAgent": "canary 1.0",
        "note": "canary note" })
}

/// A question about a message to a customer.
fn asked(customer: &str) -> Value {
    json!({ "customer": { "id": customer }, "purpose": "marketing", "channel": "EMAIL" })
}

/// Variables of a question about the use that the customer refused.
pub fn asking(turn: &Turn<'_>) -> Value {
    let mut question = asked(&turn.world.customer);
    question["purpose"] = json!("marketing.communications.email");
    json!({ "question": question })
}

/// Variables of something that was said.
pub fn saying(turn: &Turn<'_>) -> Value {
    input(&said(&turn.world.customer))
}

/// Variables of a list.
pub fn listing(turn: &Turn<'_>) -> Value {
    input(&json!({ "preferences": [said(&turn.world.customer)] }))
}

/// Variables of a report, about an address of which nobody knows anything yet.
pub fn reporting(_: &Turn<'_>) -> Value {
    let email = format!("{}@canary.example", uuid::Uuid::now_v7().simple());
    let events = json!([{ "email": email, "event": "spamreport", "sg_event_id": "canary event" }]);
    input(&json!({ "format": "SENDGRID", "body": events.to_string() }))
}

/// Something that a customer said; gives its id.
pub async fn made(owner: &Actor, customer: &str) -> String {
    let recorded = owner
        .run(build::RECORD_PREFERENCE, input(&said(customer)))
        .await;
    recorded.text_at("recordPreference.preference.id")
}
