//! Mutations of what happened to data, and of who is told of it.

use entity::enums::EventType;
use serde_json::{Value, json};

use super::{Case, NOBODY, whmcs};
use crate::harness::build::Ids;
use crate::harness::build::incidents::{
    ASSESS_INCIDENT, RECORD_INCIDENT_NOTIFICATION, REPORT_INCIDENT, incident,
};

const NO_INCIDENT: &str = "inc_01h2xcejqtf2nbrexx3vqjhp41";

/// The case of a mutation.
pub fn case(mutation: &str, ids: &Ids) -> Option<Case> {
    let (query, event, right, wrong): (_, _, Value, Value) = match mutation {
        "reportIncident" => {
            let of = |customer: Value| {
                let mut incident = incident();
                incident["customers"] = json!([whmcs("43"), customer]);
                incident["recipientIds"] = json!([ids.recipient]);
                incident
            };
            let (right, wrong) = (of(whmcs("46")), of(json!({ "id": NOBODY })));
            (REPORT_INCIDENT, EventType::IncidentReported, right, wrong)
        }
        "assessIncident" => {
            let of = |incident: &str| {
                json!({ "incidentId": incident, "status": "CONFIRMED", "risk": "HIGH_RISK",
                    "addCustomers": [whmcs("46")], "reason": "canary of a judgement" })
            };
            let (right, wrong) = (of(&ids.suspicion), of(NO_INCIDENT));
            (ASSESS_INCIDENT, EventType::IncidentAssessed, right, wrong)
        }
        "recordIncidentNotification" => {
            let of = |incident: &str| {
                json!({ "incidentId": incident, "target": "LAW_ENFORCEMENT", "status": "COMPLETED",
                    "channel": "PHONE", "text": "canary of a call", "reference": "canary of a file number" })
            };
            let (right, wrong) = (of(&ids.incident), of(NO_INCIDENT));
            let event = EventType::IncidentNotificationRecorded;
            (RECORD_INCIDENT_NOTIFICATION, event, right, wrong)
        }
        _ => return None,
    };
    Some(Case {
        query,
        input: right,
        events: vec![event],
        list: None,
        wrong: (wrong, "NOT_FOUND"),
    })
}
