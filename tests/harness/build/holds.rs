//! Who is told of what was done, and what must not be erased.

use serde_json::{Value, json};

use super::work::{claim, work_on};
use super::{
    ADD_HOUSE_TERM, COMPLETE_TASK, Ids, OPEN_REQUEST, PLACE_LEGAL_HOLD, RECORD_ANCHOR,
    RECORD_DELETION_BLOCK, RECORD_DISCLOSURE, RECORD_RECIPIENT_NOTICE, SET_RETENTION_RULE,
    TRANSITION_ITEM, disclosure, input, whmcs,
};
use crate::harness::Actor;

/// Has what a customer asks for done by hand in the system that knows the customer, and fulfils it: whoever has the data
/// is to be told. Gives the request, its item and the notices.
pub async fn fulfil(
    owner: &Actor,
    request: &Value,
    system: Option<&str>,
) -> (String, String, Vec<String>) {
    let opened = owner.run(OPEN_REQUEST, input(request)).await;
    let request = opened.text_at("openRequest.request.id");
    let item = opened.text_at("openRequest.request.items.0.id");
    work_on(owner, &item).await;
    if let Some(system) = system {
        let (lease, tasks) = claim(owner, system).await;
        for task in tasks {
            let done = json!({ "taskId": task, "lease": lease, "outcome": "DONE" });
            owner.run(COMPLETE_TASK, input(&done)).await.ok();
        }
    }
    let step = json!({ "itemId": item, "to": "FULFILLED", "note": "canary: by hand" });
    owner.run(TRANSITION_ITEM, input(&step)).await.ok();
    let query = "query($id: ID) { recipientNotices(filter: { requestId: $id }) { nodes { id } } }";
    let planned = owner.run(query, json!({ "id": request })).await;
    let planned = planned.get("recipientNotices.nodes").as_array().unwrap();
    let notices = planned.iter().map(|one| one["id"].as_str().unwrap());
    (request, item, notices.map(str::to_owned).collect())
}

/// Something that the customer asked for was done, so that two recipients are told of it; one of them was.
pub(super) async fn told(owner: &Actor, ids: &mut Ids) {
    let stripe = json!({ "name": "Stripe", "role": "PROCESSOR" });
    let variables = disclosure(&stripe, &[json!({ "id": ids.customer })]);
    owner.run(RECORD_DISCLOSURE, variables).await.ok();
    let request = json!({
        "channel": "EMAIL",
        "receivedAt": "2026-11-20T09:00:00Z",
        "customer": { "id": ids.customer },
        "items": [{ "type": "RESTRICTION" }],
    });
    let notices;
    (ids.told, ids.told_item, notices) = fulfil(owner, &request, Some("whmcs")).await;
    [ids.sent_notice, ids.notice] = notices.try_into().expect("Stripe and Spamhaus");
    let sent = json!({ "noticeId": ids.sent_notice, "status": "SENT", "channel": "EMAIL",
        "note": "canary of a notice" });
    owner.run(RECORD_RECIPIENT_NOTICE, input(&sent)).await.ok();
}

/// Terms that are promised to those who live where nobody of these stories does.
pub(super) async fn promised(owner: &Actor, ids: &mut Ids) {
    for source in ["privacy notice, section 9", "privacy notice, section 10"] {
        let term = json!({ "duty": "ANSWER", "length": { "count": 30, "unit": "DAYS" }, "residences": ["AQ"],
            "extendsTo": { "count": 60, "unit": "DAYS" }, "source": source });
        let added = owner.run(ADD_HOUSE_TERM, input(&term)).await;
        ids.house_term = added.text_at("addHouseTerm.term.id");
    }
}

/// What a system has of client 46 is held, and kept. Nothing is to be erased there.
pub(super) async fn kept(owner: &Actor, ids: &mut Ids) {
    let mut hold = json!({ "kind": "LITIGATION", "customers": [whmcs("46")], "systems": ["archive"],
        "categories": ["user.contact.email"], "reason": "canary of a suit", "authority": "canary of a court" });
    let placed = owner.run(PLACE_LEGAL_HOLD, input(&hold)).await;
    ids.other_hold = placed.text_at("placeLegalHold.hold.id");
    ids.held_customer = placed.text_at("placeLegalHold.hold.customers.0.id");
    hold["kind"] = json!("PRESERVATION_REQUEST");
    hold["expiresAt"] = json!("2027-02-18T00:00:00Z");
    let placed = owner.run(PLACE_LEGAL_HOLD, input(&hold)).await;
    ids.hold = placed.text_at("placeLegalHold.hold.id");
    let block = json!({ "customer": whmcs("46"), "system": "archive", "ground": "OPEN_CHARGEBACK",
        "what": "canary of a payment" });
    let recorded = owner.run(RECORD_DELETION_BLOCK, input(&block)).await;
    ids.block = recorded.text_at("recordDeletionBlock.block.id");
}

/// For how long billing keeps invoices, of which client 46 has two. Neither is due.
pub(super) async fn ruled(owner: &Actor, ids: &mut Ids) {
    let rule = json!({ "name": "Invoices", "systems": ["whmcs"], "categories": ["user.financial"],
        "anchor": "INVOICE_DATE", "fromYearEnd": true, "period": "P8Y", "action": "DELETE",
        "basis": "LEGAL_OBLIGATION", "statute": "AO s. 147", "protected": true });
    let set = owner.run(SET_RETENTION_RULE, input(&rule)).await;
    ids.rule = set.text_at("setRetentionRule.rule.id");
    for invoice in ["1041", "1042"] {
        let anchor = json!({ "customer": whmcs("46"), "anchor": "INVOICE_DATE", "at": "2026-11-02T00:00:00Z",
            "system": "whmcs", "reference": format!("canary invoice {invoice}") });
        let recorded = owner.run(RECORD_ANCHOR, input(&anchor)).await;
        ids.anchor = recorded.text_at("recordAnchor.record.id");
    }
}
