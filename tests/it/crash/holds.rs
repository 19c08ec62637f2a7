//! What became of holds and blocks, and of notices to recipients.

use serde_json::{Value, json};

use super::calls::Kind;
use super::{Done, Writer};
use crate::harness::Actor;

const HOLD: &str = "query($id: ID!) { node(id: $id) { id ... on LegalHold { allCustomers allSystems systems categories
    reason lastReason status version customers { id } event { objectId } } } }";
const BLOCK: &str = "query($id: ID!) { node(id: $id) { id ... on DeletionBlock { system ground what settledAt version
    customer { id } event { objectId } } } }";
const ANCHOR: &str =
    "query($id: ID!) { node(id: $id) { id ... on RetentionAnchorRecord { anchor at system reference
    version customer { id } event { objectId } } } }";
const NOTICE: &str =
    "query($id: ID!) { node(id: $id) { id ... on RecipientNotice { status channel note version
    request { id } item { id status } recipient { name } event { objectId } } } }";

async fn node(actor: &Actor, query: &str, id: &str) -> Value {
    let found = actor.run(query, json!({ "id": id })).await;
    found.get("node").clone()
}

/// Asserts that what was found has these values.
#[track_caller]
fn has(found: &Value, expected: &Value) {
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(&found[field], value, "{field} of {found}");
    }
}

/// Asks for what a call has made, or changed: what comes later may have changed more of it.
pub async fn check(done: &Done, actor: &Actor, writer: &Writer) {
    let (call, id) = (done.call, &done.id);
    let customer = json!({ "id": writer.customer(call.customer()) });
    match call.kind() {
        Kind::Hold => {
            let expected = json!({ "id": id, "allCustomers": false, "allSystems": false, "systems": [call.archive()],
                "categories": ["user.contact.email", "user.name"], "reason": call.reference(),
                "customers": [customer], "event": { "objectId": id } });
            has(&node(actor, HOLD, id).await, &expected);
        }
        Kind::Extend => {
            let expected =
                json!({ "status": "EXTENDED", "version": 2, "lastReason": call.reference() });
            has(&node(actor, HOLD, id).await, &expected);
        }
        Kind::Block => {
            let expected = json!({ "id": id, "system": call.archive(), "ground": "OPEN_CHARGEBACK",
                "what": call.reference(), "customer": customer, "event": { "objectId": id } });
            has(&node(actor, BLOCK, id).await, &expected);
        }
        Kind::Settle => {
            let block = node(actor, BLOCK, id).await;
            has(&block, &json!({ "version": 2 }));
            assert!(block["settledAt"].is_string(), "{block}");
        }
        Kind::Anchor => {
            let expected = json!({ "id": id, "anchor": "TICKET_CLOSED", "at": "2024-06-03T00:00:00.000Z",
                "system": "otrs", "reference": call.reference(), "version": 1, "customer": customer,
                "event": { "objectId": id } });
            has(&node(actor, ANCHOR, id).await, &expected);
        }
        Kind::Fulfil => {
            let (item, notice) = id.split_once(' ').expect("with a notice");
            let request = writer.id(call.customer(), Kind::Restrict);
            let request = request.split(' ').next();
            let expected = json!({ "id": notice, "request": { "id": request },
                "item": { "id": item, "status": "FULFILLED" }, "event": { "objectId": request },
                "recipient": { "name": format!("Recipient {}", call.customer()) } });
            has(&node(actor, NOTICE, notice).await, &expected);
        }
        Kind::Notify => {
            let expected = json!({ "status": "SENT", "channel": "EMAIL", "version": 2, "note": call.reference() });
            has(&node(actor, NOTICE, id).await, &expected);
        }
        // Steps are counted by the survey.
        _ => {}
    }
}

/// The customer whom no system knows is there, with what was disclosed and asked for since.
pub async fn check_ghost(done: &Done, actor: &Actor, writer: &Writer) {
    let ghost = writer.id(done.call.customer(), Kind::Ghost);
    let query = "query($id: ID!) { customer(by: { id: $id }) { id name identifiers { id }
        disclosures { nodes { id } } requests { nodes { id } } } }";
    let found = actor.run(query, json!({ "id": ghost })).await;
    let found = found.get("customer");
    let (name, id) = (done.call.name(), done.id.split(' ').next());
    match done.call.kind() {
        Kind::Ghost => has(found, &json!({ "id": id, "name": name, "identifiers": [] })),
        Kind::Tell => has(
            found,
            &json!({ "disclosures": { "nodes": [{ "id": id }] } }),
        ),
        _ => has(found, &json!({ "requests": { "nodes": [{ "id": id }] } })),
    }
}
