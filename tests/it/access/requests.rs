//! Samples for what persons ask for.

use serde_json::{Value, json};

use super::{Sample, Turn, nothing, sample};
use crate::harness::build::{self, input};
use crate::harness::{Actor, App};

/// A request that carries something personal wherever it can.
pub fn canary(customer: &str, ticket: &str) -> Value {
    json!({
        "channel": "TICKET",
        "receivedAt": "2026-11-20T09:00:00Z",
        "requester": { "kind": "GUARDIAN", "name": "Conrad Canary", "contact": "conrad@canary.example",
            "proof": "canary register" },
        "customer": { "id": customer },
        "regimes": ["GDPR"],
        "regimesReason": "canary reason",
        "items": [{ "type": "ACCESS" }, { "type": "DELETION" }, { "type": "PORTABILITY" },
            { "type": "CORRECTION" }],
        "text": "canary text",
        "externalReferences": [{ "system": "otrs", "id": ticket }],
    })
}

pub const SAMPLES: &[Sample] = &[
    sample("Query.requests", "{ requests { nodes { id } } }", nothing),
    sample(
        "Query.request",
        "query($id: ID!) { request(by: { id: $id }) { id } }",
        |turn| json!({ "id": turn.world.request }),
    ),
    sample(
        "Query.node of a request",
        super::NODE,
        |turn| json!({ "id": turn.world.request }),
    ),
    sample("Query.agenda", "{ agenda { nodes { id } } }", nothing),
    sample(
        "Mutation.updateController",
        build::UPDATE_CONTROLLER,
        |_| input(&json!({ "establishment": "BG", "timeZone": "Europe/Sofia" })),
    ),
    sample("Mutation.openRequest", build::OPEN_REQUEST, |turn| {
        let ticket = format!("canary {}", turn.number);
        input(&canary(&turn.world.customer, &ticket))
    }),
    sample("Mutation.transitionItem", build::TRANSITION_ITEM, moving),
    sample(
        "Mutation.verifyRequester",
        build::VERIFY_REQUESTER,
        verifying,
    ),
    sample("Mutation.denyItem", build::DENY_ITEM, |turn| {
        input(&json!({ "itemId": turn.asked.items[1], "reason": "NO_MATCH" }))
    }),
    sample("Mutation.extendDeadline", build::EXTEND_DEADLINE, |turn| {
        extending(&turn.asked.clocks[0])
    }),
    sample("Mutation.pauseClock", build::PAUSE_CLOCK, pausing),
    sample("Mutation.resumeClock", build::RESUME_CLOCK, |turn| {
        input(&json!({ "clockId": turn.asked.clocks[3] }))
    }),
    sample(
        "Mutation.recordCorrespondence",
        build::RECORD_CORRESPONDENCE,
        writing,
    ),
    sample("Mutation.recordDelivery", build::RECORD_DELIVERY, |turn| {
        input(&json!({ "messageId": turn.asked.message, "status": "FAILED" }))
    }),
    sample(
        "Mutation.relinkExternalReference",
        build::RELINK_EXTERNAL_REFERENCE,
        |turn| {
            let to = format!("canary to {}", turn.number);
            input(&json!({ "system": "otrs", "from": turn.asked.ticket, "to": to }))
        },
    ),
    sample(
        "Mutation.withdrawRequest",
        build::WITHDRAW_REQUEST,
        |turn| input(&json!({ "requestId": turn.asked.request })),
    ),
];

/// Variables that move what nobody else will.
pub fn moving(turn: &Turn<'_>) -> Value {
    input(&json!({ "itemId": turn.asked.items[0], "to": "IN_REVIEW", "note": "canary note" }))
}

/// Variables of an attempt to make sure who asks.
pub fn verifying(turn: &Turn<'_>) -> Value {
    input(
        &json!({ "requestId": turn.asked.request, "method": "CALLBACK", "verdict": "PASSED",
        "evidenceDigest": DIGEST, "note": "canary note" }),
    )
}

/// A digest that a search for canaries finds.
const DIGEST: &str = "ca9a4ca9a4ca9a4ca9a4ca9a4ca9a4ca9a4ca9a4ca9a4ca9a4ca9a4ca9a4ca9a";

/// Variables that extend a clock.
pub fn extending(clock: &str) -> Value {
    input(
        &json!({ "clockId": clock, "reason": "VOLUME", "notifiedAt": "2026-11-20T09:30:00Z",
        "note": "canary note" }),
    )
}

/// Variables that pause what nobody else will.
pub fn pausing(turn: &Turn<'_>) -> Value {
    input(
        &json!({ "clockId": turn.asked.clocks[2], "reason": "INFORMATION_REQUIRED", "note": "canary note" }),
    )
}

/// Variables of a message.
pub fn writing(turn: &Turn<'_>) -> Value {
    message(&turn.asked.request)
}

fn message(request: &str) -> Value {
    input(
        &json!({ "requestId": request, "kind": "QUESTION", "direction": "OUTGOING",
        "channel": "EMAIL", "occurredAt": "2026-11-20T09:30:00Z", "text": "canary text" }),
    )
}

/// A request that nobody else will touch.
pub struct Asked {
    pub request: String,
    pub ticket: String,
    /// In the order in which they were named; the second is looked at, the last two wait for information.
    pub items: Vec<String>,
    /// The clock of each of them; the last stands still.
    pub clocks: Vec<String>,
    /// A message to the requester.
    pub message: String,
}

impl Asked {
    pub async fn make(app: &App, customer: &str, of: &str) -> Self {
        let owner = app.owner();
        let ticket = format!("canary ticket {of}");
        let mut request = canary(customer, &ticket);
        // Long ago, so that lists begin with the others.
        request["receivedAt"] = json!("2026-11-01T09:00:00Z");
        let mut asked = open(&owner, &request, ticket).await;
        for (item, to) in [
            (1, "IN_REVIEW"),
            (2, "IN_REVIEW"),
            (2, "AWAITING_INFORMATION"),
            (3, "IN_REVIEW"),
            (3, "AWAITING_INFORMATION"),
        ] {
            let step = json!({ "itemId": asked.items[item], "to": to });
            owner.run(build::TRANSITION_ITEM, input(&step)).await.ok();
        }
        let pause = json!({ "clockId": asked.clocks[3], "reason": "INFORMATION_REQUIRED", "note": "canary note" });
        owner.run(build::PAUSE_CLOCK, input(&pause)).await.ok();
        asked.message = owner
            .run(build::RECORD_CORRESPONDENCE, message(&asked.request))
            .await
            .text_at("recordCorrespondence.message.id");
        asked
    }
}

/// The request of the world, with a note and a message.
pub async fn world(owner: &Actor, customer: &str) -> String {
    let ticket = "canary ticket".to_owned();
    let asked = open(owner, &canary(customer, &ticket), ticket).await;
    for (item, clock) in asked.items.iter().zip(&asked.clocks) {
        for to in ["IN_REVIEW", "AWAITING_INFORMATION"] {
            let step = json!({ "itemId": item, "to": to, "note": "canary note" });
            owner.run(build::TRANSITION_ITEM, input(&step)).await.ok();
        }
        owner
            .run(build::EXTEND_DEADLINE, extending(clock))
            .await
            .ok();
        let pause =
            json!({ "clockId": clock, "reason": "INFORMATION_REQUIRED", "note": "canary note" });
        owner.run(build::PAUSE_CLOCK, input(&pause)).await.ok();
    }
    let tried = json!({ "requestId": asked.request, "method": "CALLBACK", "verdict": "FAILED",
        "evidenceDigest": DIGEST, "note": "canary note" });
    owner.run(build::VERIFY_REQUESTER, input(&tried)).await.ok();
    owner
        .run(build::RECORD_CORRESPONDENCE, message(&asked.request))
        .await
        .ok();
    asked.request
}

async fn open(owner: &Actor, request: &Value, ticket: String) -> Asked {
    let opened = owner.run(build::OPEN_REQUEST, input(request)).await;
    let at = |path: &str| opened.text_at(&format!("openRequest.request.{path}"));
    let items: Vec<_> = (0..4).map(|n| at(&format!("items.{n}.id"))).collect();
    let clock = |item: &String| {
        let mut clocks = (0..4).map(|n| {
            (
                at(&format!("clocks.{n}.item.id")),
                at(&format!("clocks.{n}.id")),
            )
        });
        clocks.find(|(of, _)| of == item).unwrap().1
    };
    Asked {
        request: at("id"),
        ticket,
        clocks: items.iter().map(clock).collect(),
        items,
        message: String::new(),
    }
}
