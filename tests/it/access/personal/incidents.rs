//! Ways to personal fields along what happened to data, and along who is told of it.

use serde_json::{Value, json};

use super::{Way, way};
use crate::access::incidents::{assessing, notifying, reporting};
use crate::access::{Turn, nothing};
use crate::harness::build::input;

/// The incident of the world.
fn happened(turn: &Turn<'_>) -> Value {
    json!({ "id": turn.world.breach.incident })
}

/// That customers are told of it.
fn said(turn: &Turn<'_>) -> Value {
    json!({ "id": turn.world.breach.notification })
}

pub const WAYS: &[Way] = &[
    way(
        "Incident.title",
        "incident.title",
        "query($id: ID!) { incident(id: $id) { title } }",
        happened,
    ),
    way(
        "Incident.description",
        "incident.description",
        "query($id: ID!) { incident(id: $id) { description } }",
        happened,
    ),
    way(
        "Incident.consequences",
        "incident.consequences",
        "query($id: ID!) { incident(id: $id) { consequences } }",
        happened,
    ),
    way(
        "Incident.measures",
        "incident.measures",
        "query($id: ID!) { incident(id: $id) { measures } }",
        happened,
    ),
    way(
        "Incident.lastReason",
        "incident.lastReason",
        "query($id: ID!) { incident(id: $id) { lastReason } }",
        happened,
    ),
    way(
        "Incident.title",
        "incidents.nodes.title",
        "{ incidents(first: 5) { nodes { title } } }",
        nothing,
    ),
    way(
        "Incident.description",
        "incidents.nodes.description",
        "{ incidents(first: 5) { nodes { description } } }",
        nothing,
    ),
    way(
        "Incident.title",
        "reportIncident.incident.title",
        "mutation($input: ReportIncidentInput!) { reportIncident(input: $input) { incident { title } } }",
        |_| reporting(),
    ),
    way(
        "Incident.lastReason",
        "assessIncident.incident.lastReason",
        "mutation($input: AssessIncidentInput!) { assessIncident(input: $input) { incident { lastReason } } }",
        assessing,
    ),
    way(
        "IncidentNotification.text",
        "node.text",
        "query($id: ID!) { node(id: $id) { ... on IncidentNotification { text } } }",
        said,
    ),
    way(
        "IncidentNotification.text",
        "recordIncidentNotification.notification.text",
        "mutation($input: RecordIncidentNotificationInput!) { recordIncidentNotification(input: $input) {
            notification { text } } }",
        notifying,
    ),
    way(
        "IncidentNotification.reference",
        "node.reference",
        "query($id: ID!) { node(id: $id) { ... on IncidentNotification { reference } } }",
        said,
    ),
    way(
        "IncidentNotification.reference",
        "recordIncidentNotification.notification.reference",
        "mutation($input: RecordIncidentNotificationInput!) { recordIncidentNotification(input: $input) {
            notification { reference } } }",
        notifying,
    ),
    way(
        "IncidentNotification.reason",
        "node.reason",
        "query($id: ID!) { node(id: $id) { ... on IncidentNotification { reason } } }",
        said,
    ),
    way(
        "IncidentNotification.reason",
        "recordIncidentNotification.notification.reason",
        "mutation($input: RecordIncidentNotificationInput!) { recordIncidentNotification(input: $input) {
            notification { reason } } }",
        notifying,
    ),
    way(
        "IncidentNotification.text",
        "incident.notifications.text",
        "query($id: ID!) { incident(id: $id) { notifications { text } } }",
        happened,
    ),
    way(
        "TaskNotice.text",
        "claimTasks.tasks.notice.text",
        "mutation($input: ClaimTasksInput!) { claimTasks(input: $input) { tasks { notice { text } } } }",
        |turn| input(&json!({ "system": turn.work.telling })),
    ),
];
