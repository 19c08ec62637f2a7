//! Places for ids in what happened to data, and in who is told of it.

use serde_json::{Value, json};

use super::Case;
use crate::harness::build::incidents::{
    ASSESS_INCIDENT, RECORD_INCIDENT_NOTIFICATION, REPORT_INCIDENT, incident,
};
use crate::harness::build::{Ids, input};

const AFFECTED: &str = "query($of: AffectedByInput!, $by: ID) {
    affectedCustomers(of: $of, untoldBy: $by) { totalCount nodes { customer { id } } } }";

/// An incident with something more.
fn with(field: &str, value: Value) -> Vec<Value> {
    let mut incident = incident();
    incident[field] = value;
    vec![input(&incident)]
}

/// Something more about one.
fn more(ids: &Ids, field: &str, value: Value) -> Vec<Value> {
    let mut more = json!({ "incidentId": ids.suspicion });
    more[field] = value;
    vec![input(&more)]
}

pub const CASES: &[Case] = &[
    Case {
        position: "Query.incident.id",
        operation: "query($id: ID!) { incident(id: $id) { id } }",
        variables: |ids| vec![json!({ "id": ids.incident })],
        expected: Some(r#"{ "incident": null }"#),
    },
    Case {
        position: "Query.incidents.filter.disclosureId",
        operation: "query($id: ID) { incidents(filter: { disclosureId: $id }) { nodes { id } } }",
        variables: |ids| vec![json!({ "id": ids.breach })],
        expected: Some(r#"{ "incidents": { "nodes": [] } }"#),
    },
    Case {
        position: "Query.affectedCustomers.of.incidentId",
        operation: AFFECTED,
        variables: |ids| vec![json!({ "of": { "incidentId": ids.incident } })],
        expected: None,
    },
    Case {
        position: "Query.affectedCustomers.of.recipientId",
        operation: AFFECTED,
        variables: |ids| vec![json!({ "of": { "recipientId": ids.recipient } })],
        expected: None,
    },
    Case {
        position: "Query.affectedCustomers.untoldBy",
        operation: AFFECTED,
        variables: |ids| {
            vec![json!({ "of": { "incidentId": ids.incident }, "by": ids.notification })]
        },
        expected: None,
    },
    Case {
        position: "Query.tasks.filter.incidentNotificationId",
        operation: "query($id: ID) { tasks(filter: { incidentNotificationId: $id }) { nodes { id } } }",
        variables: |ids| vec![json!({ "id": ids.told_customers })],
        expected: Some(r#"{ "tasks": { "nodes": [] } }"#),
    },
    Case {
        position: "Mutation.reportIncident.input.disclosureId",
        operation: REPORT_INCIDENT,
        variables: |ids| with("disclosureId", json!(ids.breach)),
        expected: None,
    },
    Case {
        position: "Mutation.reportIncident.input.recipientIds",
        operation: REPORT_INCIDENT,
        variables: |ids| with("recipientIds", json!([ids.recipient])),
        expected: None,
    },
    Case {
        position: "Mutation.reportIncident.input.customers.id",
        operation: REPORT_INCIDENT,
        variables: |ids| with("customers", json!([{ "id": ids.customer }])),
        expected: None,
    },
    Case {
        position: "Mutation.reportIncident.input.controllers.id",
        operation: REPORT_INCIDENT,
        variables: |ids| with("controllers", json!([{ "id": ids.customer }])),
        expected: None,
    },
    Case {
        position: "Mutation.assessIncident.input.incidentId",
        operation: ASSESS_INCIDENT,
        variables: |ids| more(ids, "risk", json!("RISK")),
        expected: None,
    },
    Case {
        position: "Mutation.assessIncident.input.addRecipientIds",
        operation: ASSESS_INCIDENT,
        variables: |ids| {
            let mut own = more(ids, "addRecipientIds", json!([ids.recipient]));
            own[0]["input"]["incidentId"] = json!(super::OWN_SUSPICION);
            own
        },
        expected: None,
    },
    Case {
        position: "Mutation.assessIncident.input.addCustomers.id",
        operation: ASSESS_INCIDENT,
        variables: |ids| {
            let mut own = more(ids, "addCustomers", json!([{ "id": ids.customer }]));
            own[0]["input"]["incidentId"] = json!(super::OWN_SUSPICION);
            own
        },
        expected: None,
    },
    Case {
        position: "Mutation.assessIncident.input.addControllers.id",
        operation: ASSESS_INCIDENT,
        variables: |ids| {
            let mut own = more(ids, "addControllers", json!([{ "id": ids.customer }]));
            own[0]["input"]["incidentId"] = json!(super::OWN_SUSPICION);
            own
        },
        expected: None,
    },
    Case {
        position: "Mutation.recordIncidentNotification.input.incidentId",
        operation: RECORD_INCIDENT_NOTIFICATION,
        variables: |ids| {
            let told =
                json!({ "incidentId": ids.incident, "target": "INSURER", "status": "COMPLETED" });
            vec![input(&told)]
        },
        expected: None,
    },
];
