//! Samples for what happened to data, and for who is told of it.

use serde_json::{Value, json};

use super::callers::Caller;
use super::{NODE, Sample, Turn, nothing, sample};
use crate::harness::App;
use crate::harness::build::incidents::{
    ASSESS_INCIDENT, RECORD_INCIDENT_NOTIFICATION, REPORT_INCIDENT, incident, planned_all,
};
use crate::harness::build::{self, input};

pub const SAMPLES: &[Sample] = &[
    sample("Query.incidents", "{ incidents { nodes { id } } }", nothing),
    sample(
        "Query.incident",
        "query($id: ID!) { incident(id: $id) { id } }",
        |turn| json!({ "id": turn.world.breach.incident }),
    ),
    sample(
        "Query.affectedCustomers",
        "query($id: ID) { affectedCustomers(of: { incidentId: $id }) { totalCount } }",
        |turn| json!({ "id": turn.world.breach.incident }),
    ),
    sample(
        "Query.affectedCustomers of a recipient",
        "query($id: ID) { affectedCustomers(of: { recipientId: $id }) { totalCount } }",
        |turn| json!({ "id": turn.world.company }),
    ),
    sample(
        "Query.node of an incident",
        NODE,
        |turn| json!({ "id": turn.world.breach.incident }),
    ),
    sample(
        "Query.node of a notification",
        NODE,
        |turn| json!({ "id": turn.world.breach.notification }),
    ),
    sample("Mutation.reportIncident", REPORT_INCIDENT, |_| reporting()),
    sample("Mutation.assessIncident", ASSESS_INCIDENT, assessing),
    sample(
        "Mutation.recordIncidentNotification",
        RECORD_INCIDENT_NOTIFICATION,
        notifying,
    ),
];

/// Variables that report something.
pub fn reporting() -> Value {
    input(&incident())
}

/// Variables that judge what happened.
pub fn assessing(turn: &Turn<'_>) -> Value {
    input(
        &json!({ "incidentId": turn.world.breach.incident, "risk": "RISK", "reason": "canary of a reason" }),
    )
}

/// Variables that say who was told.
pub fn notifying(turn: &Turn<'_>) -> Value {
    input(
        &json!({ "incidentId": turn.world.breach.incident, "target": "INSURER", "status": "FAILED",
        "text": "canary of a claim", "reference": "canary of a number", "reason": "canary of a failure" }),
    )
}

/// What happened to customers whom nobody else will touch, and that they are told of it.
pub struct Breach {
    pub incident: String,
    pub notification: String,
}

impl Breach {
    /// Of something that those are affected by whom callers have something to do about: each tells one.
    pub async fn make(app: &App, callers: &[Caller]) -> Self {
        let owner = app.owner();
        let panel = json!({ "name": "panel" });
        owner.run(build::REGISTER_SYSTEM, input(&panel)).await.ok();
        let mut known = incident();
        let customers = callers
            .iter()
            .map(|caller| json!({ "id": caller.work.customer }));
        known["customers"] = customers.collect();
        let reported = owner.run(REPORT_INCIDENT, input(&known)).await;
        let incident = reported.text_at("reportIncident.incident.id");
        let judged = json!({ "incidentId": incident, "status": "CONFIRMED", "consequences": "canary of effects",
            "measures": "canary of measures", "reason": "canary of a reason" });
        owner.run(ASSESS_INCIDENT, input(&judged)).await.ok();
        let mut notification = String::new();
        for caller in callers {
            let planned = json!({ "incidentId": incident, "target": "SUBJECT", "status": "PLANNED",
                "system": caller.work.telling, "text": "canary of a notice", "reference": "canary of a letter",
                "reason": "canary of a reason" });
            let planned = owner
                .run(RECORD_INCIDENT_NOTIFICATION, input(&planned))
                .await;
            notification = planned.text_at("recordIncidentNotification.notification.id");
        }
        // They are planned in the order in which they were recorded.
        planned_all(&owner, &notification).await;
        Self {
            incident,
            notification,
        }
    }
}
