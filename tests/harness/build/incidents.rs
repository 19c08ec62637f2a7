//! What happened to data, who is affected, and who is told.

use std::time::Duration;

use serde_json::{Value, json};

use super::{ADD_IDENTIFIER, Ids, RECORD_DISCLOSURE, REGISTER_SYSTEM, disclosure, input, whmcs};
use crate::harness::Actor;
use crate::harness::poll::eventually;

const PATIENCE: Duration = Duration::from_secs(30);

/// Reports an incident.
pub const REPORT_INCIDENT: &str = "mutation($input: ReportIncidentInput!) {
    reportIncident(input: $input) { incident { id status version title event { id objectId } } } }";
/// Judges an incident.
pub const ASSESS_INCIDENT: &str = "mutation($input: AssessIncidentInput!) {
    assessIncident(input: $input) { incident { id status version frozenAt nextDueAt allowedTransitions lastReason
        event { id objectId } } } }";
/// Records who was told.
pub const RECORD_INCIDENT_NOTIFICATION: &str = "mutation($input: RecordIncidentNotificationInput!) {
    recordIncidentNotification(input: $input) { notification { id status planning event { id objectId } } } }";

/// An incident with a system that nobody else looks at.
pub fn incident() -> Value {
    json!({ "title": "canary of a breach", "kinds": ["CONFIDENTIALITY"], "cause": "UNAUTHORISED_ACCESS",
        "description": "canary of what happened", "systems": ["panel"], "categories": ["user.contact.email"],
        "beganAt": "2026-11-18T00:00:00Z", "detectedAt": "2026-11-19T00:00:00Z" })
}

/// Something happened to a system that knows client 46, and to another recipient: the one is judged, and customers are told of
/// it; of the other, nobody is sure.
pub(super) async fn happened(owner: &Actor, ids: &mut Ids) {
    let panel = json!({ "name": "panel", "ourRoles": ["PROCESSOR"] });
    owner.run(REGISTER_SYSTEM, input(&panel)).await.ok();
    // It knows client 46, and has nothing else to do.
    let courier = json!({ "name": "courier" });
    owner.run(REGISTER_SYSTEM, input(&courier)).await.ok();
    let known = json!({ "customerId": ids.held_customer,
        "identifier": { "externalId": { "system": "courier", "id": "46" } } });
    owner.run(ADD_IDENTIFIER, input(&known)).await.ok();
    let subjects = [json!({ "id": ids.customer })];
    let mut breach = disclosure(&json!({ "id": ids.recipient }), &subjects);
    breach["input"]["ground"] = json!("UNAUTHORISED");
    let recorded = owner.run(RECORD_DISCLOSURE, breach).await;
    ids.breach = recorded.text_at("recordDisclosure.disclosure.id");
    let of = json!({ "title": "canary of a mail to the wrong person", "disclosureId": ids.breach });
    owner.run(REPORT_INCIDENT, input(&of)).await.ok();
    let mut other = incident();
    other["recipientIds"] = json!([ids.recipient]);
    let reported = owner.run(REPORT_INCIDENT, input(&other)).await;
    ids.suspicion = reported.text_at("reportIncident.incident.id");
    let mut known = incident();
    known["customers"] = json!([whmcs("46")]);
    let reported = owner.run(REPORT_INCIDENT, input(&known)).await;
    ids.incident = reported.text_at("reportIncident.incident.id");
    let confirmed = json!({ "incidentId": ids.incident, "status": "CONFIRMED", "risk": "RISK",
        "consequences": "canary of what comes of it", "measures": "canary of what is done",
        "reason": "canary of a reason" });
    owner.run(ASSESS_INCIDENT, input(&confirmed)).await.ok();
    let planned = json!({ "incidentId": ids.incident, "target": "SUBJECT", "status": "PLANNED", "system": "courier",
        "text": "canary of a notice" });
    let recorded = owner
        .run(RECORD_INCIDENT_NOTIFICATION, input(&planned))
        .await;
    ids.told_customers = recorded.text_at("recordIncidentNotification.notification.id");
    planned_all(owner, &ids.told_customers).await;
    let told = json!({ "incidentId": ids.incident, "target": "AUTHORITY", "status": "COMPLETED",
        "channel": "PORTAL", "text": "canary of a notification", "reference": "canary of a file" });
    let recorded = owner.run(RECORD_INCIDENT_NOTIFICATION, input(&told)).await;
    ids.notification = recorded.text_at("recordIncidentNotification.notification.id");
}

/// Waits until the tasks of a notification are planned.
pub async fn planned_all(actor: &Actor, notification: &str) {
    let query = "query($id: ID!) { node(id: $id) { ... on IncidentNotification { planning } } }";
    eventually(PATIENCE, "tasks that tell customers", async || {
        let found = actor.run(query, json!({ "id": notification })).await;
        (found.get("node.planning") == &json!(false)).then_some(())
    })
    .await;
}
