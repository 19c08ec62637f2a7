//! What persons ask for, with a canary wherever somebody types something.

use serde_json::{Value, json};

use super::birds::Canaries;
use super::errors::{Failing, failing};
use super::fields::{Person, Step, staff};
use crate::harness::build::{self, input};

const AT: &str = "2024-05-02T00:00:00Z";

/// What of it may be read again by those who may: names of canaries.
pub const KEPT: &[&str] = &[
    "requester",
    "contact of the requester",
    "proof of the requester",
    "text of a request",
    "why another regime",
    "ticket",
    "later ticket",
    "note of a step",
    "note of a denial",
    "note of a pause",
    "note of an extension",
    "note of a verification",
    "text of a message",
];

/// Opens a request of the person.
pub fn opening(c: &mut Canaries, person: &Person) -> (Step, String) {
    let ticket = c.text("ticket");
    let request = json!({
        "channel": "LETTER",
        "receivedAt": AT,
        "requester": {
            "kind": "AUTHORISED_AGENT",
            "name": c.text("requester"),
            "contact": c.text("contact of the requester"),
            "proof": c.text("proof of the requester"),
        },
        "customer": { "email": person.email },
        "regimes": ["GDPR"],
        "regimesReason": c.text("why another regime"),
        "items": [{ "type": "ACCESS" }, { "type": "DELETION" }, { "type": "PORTABILITY" }],
        "text": c.text("text of a request"),
        "externalReferences": [{ "system": "otrs", "id": ticket }],
        "onBehalfOf": staff(c, "who opens"),
        "idempotencyKey": c.text("key of a request"),
    });
    ((build::OPEN_REQUEST, request), ticket)
}

/// What becomes of it: by the ids of the request, its items, and their clocks.
pub fn handling(
    c: &mut Canaries,
    ticket: &str,
    request: &str,
    items: &[String],
    clocks: &[String],
) -> Vec<Step> {
    let mut steps = vec![
        (
            build::TRANSITION_ITEM,
            json!({ "itemId": items[0], "to": "IN_REVIEW", "occurredAt": AT,
                "note": c.text("note of an earlier step") }),
        ),
        (
            build::TRANSITION_ITEM,
            json!({ "itemId": items[0], "to": "AWAITING_INFORMATION", "occurredAt": AT,
                "note": c.text("note of a step") }),
        ),
        (
            build::TRANSITION_ITEM,
            json!({ "itemId": items[1], "to": "IN_REVIEW" }),
        ),
        (
            build::DENY_ITEM,
            json!({ "itemId": items[1], "reason": "OTHER", "note": c.text("note of a denial") }),
        ),
        (
            build::PAUSE_CLOCK,
            json!({ "clockId": clocks[0], "reason": "INFORMATION_REQUIRED", "occurredAt": AT,
                "note": c.text("note of a pause") }),
        ),
        (
            build::EXTEND_DEADLINE,
            json!({ "clockId": clocks[2], "reason": "COMPLEXITY", "notifiedAt": AT,
                "note": c.text("note of an extension") }),
        ),
        (
            build::VERIFY_REQUESTER,
            json!({ "requestId": request, "method": "IDENTITY_DOCUMENT", "verdict": "FAILED",
                "evidenceDigest": build::DIGEST, "note": c.text("note of a verification") }),
        ),
        (
            build::RECORD_CORRESPONDENCE,
            json!({ "requestId": request, "kind": "QUESTION", "direction": "OUTGOING", "channel": "LETTER",
                "occurredAt": AT, "text": c.text("text of a message") }),
        ),
        (
            build::RELINK_EXTERNAL_REFERENCE,
            json!({ "system": "otrs", "from": ticket, "to": c.text("later ticket") }),
        ),
        (
            build::RESUME_CLOCK,
            json!({ "clockId": clocks[0], "occurredAt": AT }),
        ),
    ];
    for (n, (_, step)) in steps.iter_mut().enumerate() {
        step["onBehalfOf"] = staff(c, "who handles");
        step["idempotencyKey"] = json!(format!("{} {n}", c.text("key of a step")));
    }
    steps
}

/// What is asked for wrongly.
pub fn wrong(c: &mut Canaries) -> Vec<Failing> {
    let nobody = "req_01h2xcejqtf2nbrexx3vqjhp41";
    let mut asked = Vec::new();
    for (field, value) in [
        ("residence", json!(c.text("residence that is none"))),
        (
            "customer",
            json!({ "email": c.text("malformed e-mail of who asks") }),
        ),
        (
            "externalReferences",
            json!([{ "system": c.text("system that is none") + " ", "id": c.text("ticket of no system") }]),
        ),
        (
            "requester",
            json!({ "kind": "GUARDIAN", "name": c.text("guardian without proof") }),
        ),
        (
            "requester",
            json!({ "contact": c.text("contact too long").repeat(30) }),
        ),
        ("text", json!(c.text("text too long").repeat(3_000))),
    ] {
        let mut request =
            json!({ "channel": "EMAIL", "receivedAt": AT, "items": [{ "type": "ACCESS" }] });
        request[field] = value;
        asked.push(failing(
            build::OPEN_REQUEST,
            input(&request),
            "BAD_USER_INPUT",
        ));
    }
    let evidence = json!({ "requestId": nobody, "method": "IDENTITY_DOCUMENT", "verdict": "PASSED",
        "evidenceDigest": c.text("evidence itself") });
    asked.push(failing(
        build::VERIFY_REQUESTER,
        input(&evidence),
        "BAD_USER_INPUT",
    ));
    let said: Value = json!({ "requestId": nobody, "note": c.text("note of no request") });
    asked.push(failing(build::WITHDRAW_REQUEST, input(&said), "NOT_FOUND"));
    let message = json!({ "requestId": nobody, "kind": "OTHER", "direction": "INCOMING", "channel": "FAX",
        "occurredAt": AT, "text": c.text("message about no request") });
    asked.push(failing(
        build::RECORD_CORRESPONDENCE,
        input(&message),
        "NOT_FOUND",
    ));
    let report = json!({ "messageId": c.text("message that is none"), "status": "FAILED" });
    asked.push(failing(
        build::RECORD_DELIVERY,
        input(&report),
        "BAD_USER_INPUT",
    ));
    let tickets = json!({ "system": "otrs", "from": c.text("ticket of nothing"), "to": c.text("ticket of nothing either") });
    asked.push(failing(
        build::RELINK_EXTERNAL_REFERENCE,
        input(&tickets),
        "NOT_FOUND",
    ));
    let place = json!({ "establishment": c.text("establishment that is none") });
    asked.push(failing(
        build::UPDATE_CONTROLLER,
        input(&place),
        "BAD_USER_INPUT",
    ));
    asked
}
