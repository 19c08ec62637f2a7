//! What a crash leaves of what happened to data.

use serde_json::{Value, json};

use super::{Done, Kind, Writer};
use crate::harness::Actor;

const INCIDENT: &str = "query($id: ID!) { incident(id: $id) { title status lastReason clocks { metAt dueAt state }
    notifications { id reference } } affectedCustomers(of: { incidentId: $id }) { nodes { customer { id } } } }";

/// Asks for what a call has made, or changed: what comes later may have changed more of it.
pub async fn check(done: &Done, actor: &Actor, writer: &Writer) {
    let id = writer.id(done.call.customer(), Kind::Report);
    let found = actor.run(INCIDENT, json!({ "id": id })).await;
    let incident = found.get("incident");
    let affected = json!([{ "customer": { "id": writer.customer(done.call.customer()) } }]);
    assert_eq!(found.get("affectedCustomers.nodes"), &affected);
    match done.call.kind() {
        Kind::Report => assert_eq!(incident["title"], done.call.reference()),
        Kind::Confirm => {
            assert_eq!(incident["status"], "CONFIRMED");
            assert_eq!(incident["lastReason"], done.call.reference());
            assert_eq!(incident["clocks"][0]["dueAt"], "2024-06-08T00:00:00.000Z");
        }
        _ => {
            let said = json!([{ "id": done.id, "reference": done.call.reference() }]);
            assert_eq!(incident["notifications"], said);
            let met: &Value = &incident["clocks"][0]["metAt"];
            assert_eq!(met, "2024-06-05T12:00:00.000Z");
        }
    }
}
