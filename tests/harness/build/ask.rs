//! What the customer asks for, and how it is handled.

use serde_json::json;

use super::{
    DIGEST, Ids, OPEN_REQUEST, PAUSE_CLOCK, RECORD_CORRESPONDENCE, RECORD_DELIVERY,
    TRANSITION_ITEM, VERIFY_REQUESTER, input,
};
use crate::harness::Actor;

/// What the customer asks for, and a step of it.
pub(super) async fn asked(owner: &Actor, ids: &mut Ids) {
    for ticket in ["4711", "4712"] {
        let request = json!({
            "channel": "TICKET",
            "receivedAt": "2026-11-20T09:00:00Z",
            "requester": { "name": "Jane Doe", "contact": "shared@example.org", "proof": "a power of attorney" },
            "customer": { "id": ids.customer },
            "regimes": ["GDPR"],
            "regimesReason": "as agreed",
            "items": [{ "type": "ACCESS" }, { "type": "DELETION" }, { "type": "PORTABILITY" },
                { "type": "CORRECTION" }],
            "text": "Please send me what you have.",
            "externalReferences": [{ "system": "otrs", "id": ticket }],
        });
        let opened = owner.run(OPEN_REQUEST, input(&request)).await;
        ids.other_request = std::mem::take(&mut ids.request);
        ids.other_item = std::mem::take(&mut ids.item);
        let at = |path: &str| opened.text_at(&format!("openRequest.request.{path}"));
        (ids.request, ids.item, ids.reviewed) = (at("id"), at("items.0.id"), at("items.1.id"));
        let clock = |item: &str| {
            let of = (0..4).find(|n| at(&format!("clocks.{n}.item.id")) == item);
            at(&format!("clocks.{}.id", of.unwrap()))
        };
        let waiting = [at("items.2.id"), at("items.3.id")];
        ids.clock = clock(&ids.item);
        [ids.paused_clock, ids.waiting_clock] = waiting.each_ref().map(|item| clock(item));
        for (item, to) in waiting
            .iter()
            .flat_map(|item| [(item, "IN_REVIEW"), (item, "AWAITING_INFORMATION")])
        {
            let step = json!({ "itemId": item, "to": to });
            owner.run(TRANSITION_ITEM, input(&step)).await.ok();
        }
        let step = json!({ "itemId": ids.reviewed, "to": "IN_REVIEW", "note": "looked at" });
        owner.run(TRANSITION_ITEM, input(&step)).await.ok();
        let pause = json!({ "clockId": ids.paused_clock, "reason": "INFORMATION_REQUIRED", "note": "which data" });
        owner.run(PAUSE_CLOCK, input(&pause)).await.ok();
    }
    let message = json!({ "requestId": ids.request, "kind": "QUESTION", "direction": "OUTGOING",
        "channel": "EMAIL", "occurredAt": "2026-11-20T10:00:00Z", "text": "Which data?" });
    let tried = json!({ "requestId": ids.request, "method": "CALLBACK", "verdict": "FAILED",
        "evidenceDigest": DIGEST, "note": "nobody answered" });
    owner.run(VERIFY_REQUESTER, input(&tried)).await.ok();
    let sent = owner.run(RECORD_CORRESPONDENCE, input(&message)).await;
    ids.message = sent.text_at("recordCorrespondence.message.id");
    let arrived = json!({ "messageId": ids.message, "status": "DELIVERED", "occurredAt": "2026-11-20T10:00:05Z" });
    owner.run(RECORD_DELIVERY, input(&arrived)).await.ok();
}
