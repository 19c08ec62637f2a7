//! Ways to personal fields along what systems have to do. Whoever claims a task is told what they must know, on purpose
//! also where their role may not read personal data otherwise.

use serde_json::{Value, json};

use super::{Way, way};
use crate::access::tasks::{claiming, completing, failing, planning, postponing};
use crate::access::{Turn, nothing};
use crate::harness::build::input;

/// The task of the world that kept something.
fn task(turn: &Turn<'_>) -> Value {
    json!({ "id": turn.world.work.held[0] })
}

/// Its request.
fn request(turn: &Turn<'_>) -> Value {
    json!({ "id": turn.world.work.request })
}

/// The system that the caller serves.
fn served(turn: &Turn<'_>) -> Value {
    json!({ "system": turn.work.system })
}

fn reporting(turn: &Turn<'_>) -> Value {
    completing(turn.work)
}

pub const WAYS: &[Way] = &[
    way(
        "Task.instructions",
        "node.instructions",
        "query($id: ID!) { node(id: $id) { ... on Task { instructions } } }",
        task,
    ),
    way(
        "Task.instructions",
        "node.items.tasks.nodes.instructions",
        "query($id: ID!) { node(id: $id) { ... on Request { items { tasks { nodes { instructions } } } } } }",
        request,
    ),
    way(
        "Task.instructions",
        "tasks.nodes.instructions of those that are served",
        "query($system: String) { tasks(filter: { system: $system }) { nodes { instructions } } }",
        served,
    ),
    way(
        "Task.instructions",
        "tasks.edges.node.instructions",
        r#"{ tasks(filter: { system: "canary-world" }) { edges { node { instructions } } } }"#,
        nothing,
    ),
    way(
        "Task.instructions",
        "planTask.task.instructions",
        "mutation($input: PlanTaskInput!) { planTask(input: $input) { task { instructions } } }",
        planning,
    ),
    way(
        "Task.instructions",
        "claimTasks.tasks.task.instructions",
        "mutation($input: ClaimTasksInput!) { claimTasks(input: $input) { tasks { task { instructions } } } }",
        claiming,
    ),
    way(
        "Task.note",
        "node.note",
        "query($id: ID!) { node(id: $id) { ... on Task { note } } }",
        task,
    ),
    way(
        "Task.note",
        "tasks.nodes.note",
        r#"{ tasks(filter: { system: "canary-world", statusIn: [RETAINED, FAILED] }) { nodes { note } } }"#,
        nothing,
    ),
    way(
        "Task.note",
        "failTask.task.note",
        "mutation($input: FailTaskInput!) { failTask(input: $input) { task { note } } }",
        failing,
    ),
    way(
        "Task.note",
        "postponeTask.task.note",
        "mutation($input: PostponeTaskInput!) { postponeTask(input: $input) { task { note } } }",
        postponing,
    ),
    way(
        "TaskEvidence.remoteResult",
        "node.evidence.remoteResult",
        "query($id: ID!) { node(id: $id) { ... on Task { evidence { remoteResult } } } }",
        task,
    ),
    way(
        "TaskEvidence.remoteResult",
        "completeTask.task.evidence.remoteResult",
        "mutation($input: CompleteTaskInput!) { completeTask(input: $input) { task { evidence { remoteResult } } } }",
        reporting,
    ),
    way(
        "TaskEvidence.flags",
        "node.evidence.flags",
        "query($id: ID!) { node(id: $id) { ... on Task { evidence { flags } } } }",
        task,
    ),
    way(
        "TaskEvidence.flags",
        "completeTask.task.evidence.flags",
        "mutation($input: CompleteTaskInput!) { completeTask(input: $input) { task { evidence { flags } } } }",
        reporting,
    ),
    way(
        "TaskEvidence.residuals",
        "node.evidence.residuals",
        "query($id: ID!) { node(id: $id) { ... on Task { evidence { residuals } } } }",
        task,
    ),
    way(
        "TaskEvidence.residuals",
        "completeTask.task.evidence.residuals",
        "mutation($input: CompleteTaskInput!) { completeTask(input: $input) { task { evidence { residuals } } } }",
        reporting,
    ),
    way(
        "TaskRetention.what",
        "node.retained.what",
        "query($id: ID!) { node(id: $id) { ... on Task { retained { what } } } }",
        task,
    ),
    way(
        "TaskRetention.what",
        "completeTask.task.retained.what",
        "mutation($input: CompleteTaskInput!) { completeTask(input: $input) { task { retained { what } } } }",
        reporting,
    ),
    way(
        "Attachment.name",
        "node.attachments.name",
        "query($id: ID!) { node(id: $id) { ... on Task { attachments { name } } } }",
        task,
    ),
    way(
        "Attachment.name",
        "requests.nodes.items.tasks.nodes.attachments.name",
        "query($ticket: ExternalIdInput) { requests(filter: { externalReference: $ticket }, first: 1) { nodes { items {
            tasks(first: 10) { nodes { attachments { name } } } } } } }",
        |_| json!({ "ticket": { "system": "otrs", "id": "canary work world" } }),
    ),
    way(
        "Attachment.sha256",
        "node.attachments.sha256",
        "query($id: ID!) { node(id: $id) { ... on Task { attachments { sha256 } } } }",
        task,
    ),
    way(
        "ClaimedTask.instructions",
        "claimTasks.tasks.instructions",
        "mutation($input: ClaimTasksInput!) { claimTasks(input: $input) { tasks { instructions } } }",
        claiming,
    ),
    way(
        "ClaimedTask.code",
        "claimTasks.tasks.code",
        "mutation($input: ClaimTasksInput!) { claimTasks(input: $input) { tasks { code } } }",
        |turn| input(&json!({ "system": turn.work.codes })),
    ),
    way(
        "TaskIdentifier.value",
        "claimTasks.tasks.identifiers.value",
        "mutation($input: ClaimTasksInput!) { claimTasks(input: $input) { tasks { identifiers { value } } } }",
        claiming,
    ),
];
