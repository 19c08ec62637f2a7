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

/// Something that a customer said; gives its id.
pub async fn made(owner: &Actor, customer: &str) -> String {
    let recorded = owner
        .run(build::RECORD_PREFERENCE, input(&said(customer)))
        .await;
    recorded.text_at("recordPreference.preference.id")
}
