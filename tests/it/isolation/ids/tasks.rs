//! Places for ids in what systems have to do, and in whatever they say of it. Leases are such ids, too: see also
//! `isolation/leases.rs`.

use serde_json::{Value, json};

use super::{Case, OWN_ADDRESS, OWN_LEASE, OWN_WORKED};
use crate::harness::build::{self, Ids, input};

/// A report on a task of another controller, under a lease of the caller's own.
fn of_theirs(task: &str, mut said: Value) -> Vec<Value> {
    said["taskId"] = json!(task);
    said["lease"] = json!(OWN_LEASE);
    vec![input(&said)]
}

/// The same under their lease.
fn under_theirs(ids: &Ids, task: &str, mut said: Value) -> Vec<Value> {
    said["taskId"] = json!(task);
    said["lease"] = json!(ids.lease);
    vec![input(&said)]
}

fn done() -> Value {
    json!({ "outcome": "DONE" })
}

fn failed() -> Value {
    json!({ "reason": "it is down" })
}

fn postponed() -> Value {
    json!({ "ground": "UNPAID_INVOICE" })
}

pub const CASES: &[Case] = &[
    Case {
        position: "Query.tasks.filter.requestId",
        operation: "query($id: ID) { tasks(filter: { requestId: $id }) { nodes { id } } }",
        variables: |ids| vec![json!({ "id": ids.worked })],
        expected: Some(r#"{ "tasks": { "nodes": [] } }"#),
    },
    Case {
        position: "Mutation.registerSystem.input.integrationId",
        operation: build::REGISTER_SYSTEM,
        variables: |ids| {
            let new = json!({ "name": "plesk", "integrationId": ids.integration });
            vec![input(&new)]
        },
        expected: None,
    },
    Case {
        position: "Mutation.planTask.input.itemId",
        operation: build::PLAN_TASK,
        variables: |ids| {
            let task = json!({ "itemId": ids.worked_item, "system": "whmcs", "kind": "STOP" });
            vec![input(&task)]
        },
        expected: None,
    },
    Case {
        position: "Mutation.retryTask.input.taskId",
        operation: build::RETRY_TASK,
        variables: |ids| vec![input(&json!({ "taskId": ids.failed_task }))],
        expected: None,
    },
    Case {
        position: "Mutation.sendVerificationCode.input.requestId",
        operation: build::SEND_VERIFICATION_CODE,
        variables: |ids| {
            let code = json!({ "requestId": ids.worked, "identifierId": OWN_ADDRESS, "system": "postman" });
            vec![input(&code)]
        },
        expected: None,
    },
    Case {
        position: "Mutation.sendVerificationCode.input.identifierId",
        operation: build::SEND_VERIFICATION_CODE,
        variables: |ids| {
            let code = json!({ "requestId": OWN_WORKED, "identifierId": ids.address, "system": "postman" });
            vec![input(&code)]
        },
        expected: None,
    },
    Case {
        position: "Mutation.heartbeatTask.input.taskId",
        operation: build::HEARTBEAT_TASK,
        variables: |ids| of_theirs(&ids.held[3], json!({})),
        expected: None,
    },
    Case {
        position: "Mutation.heartbeatTask.input.lease",
        operation: build::HEARTBEAT_TASK,
        variables: |ids| under_theirs(ids, &ids.held[3], json!({})),
        expected: None,
    },
    Case {
        position: "Mutation.completeTask.input.taskId",
        operation: build::COMPLETE_TASK,
        variables: |ids| of_theirs(&ids.held[0], done()),
        expected: None,
    },
    Case {
        position: "Mutation.completeTask.input.lease",
        operation: build::COMPLETE_TASK,
        variables: |ids| under_theirs(ids, &ids.held[0], done()),
        expected: None,
    },
    Case {
        position: "Mutation.failTask.input.taskId",
        operation: build::FAIL_TASK,
        variables: |ids| of_theirs(&ids.held[1], failed()),
        expected: None,
    },
    Case {
        position: "Mutation.failTask.input.lease",
        operation: build::FAIL_TASK,
        variables: |ids| under_theirs(ids, &ids.held[1], failed()),
        expected: None,
    },
    Case {
        position: "Mutation.postponeTask.input.taskId",
        operation: build::POSTPONE_TASK,
        variables: |ids| of_theirs(&ids.held[2], postponed()),
        expected: None,
    },
    Case {
        position: "Mutation.postponeTask.input.lease",
        operation: build::POSTPONE_TASK,
        variables: |ids| under_theirs(ids, &ids.held[2], postponed()),
        expected: None,
    },
];
