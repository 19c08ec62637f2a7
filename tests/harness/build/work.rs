//! What systems have to do about what the customer asks for, and what becomes of it.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::{
    CLAIM_TASKS, COMPLETE_TASK, FAIL_TASK, Ids, OPEN_REQUEST, PLAN_TASK, REGISTER_SYSTEM,
    SEND_VERIFICATION_CODE, TRANSITION_ITEM, VERIFY_IDENTIFIER, input,
};
use crate::harness::{Actor, Answer, send};

/// What is in a file that a system uploads.
pub const CONTENT: &str = "id,name\n42,canary of a file\n";

/// What is kept, and by which statute.
pub fn kept() -> Value {
    json!({ "what": "canary of invoices", "ground": "STATUTORY_RETENTION", "until": "2036-12-31",
        "source": "§ 147 AO" })
}

/// What shows that something was done.
pub fn evidence() -> Value {
    json!({ "remoteResult": "canary of a result", "flags": ["canary of a flag"],
        "residuals": ["canary of a residual"] })
}

/// Registers a system whose tasks the integration of the caller does; gives its id.
pub async fn register(owner: &Actor, server: &Actor, name: &str, known_by: &[&str]) -> String {
    let integration = server.ask("{ viewer { integration { id } } }").await;
    let integration = integration.text_at("viewer.integration.id");
    let system = json!({ "name": name, "integrationId": integration, "knownBy": known_by,
        "leavesBehind": ["canary of a log for 7 days"] });
    let registered = owner.run(REGISTER_SYSTEM, input(&system)).await;
    registered.text_at("registerSystem.system.id")
}

/// Moves an item on until it is worked on.
pub async fn work_on(owner: &Actor, item: &str) {
    for to in ["IN_REVIEW", "APPROVED", "IN_PROGRESS"] {
        let step = json!({ "itemId": item, "to": to });
        owner.run(TRANSITION_ITEM, input(&step)).await.ok();
    }
}

/// Plans a task for an item that is worked on; gives its id.
pub async fn plan(owner: &Actor, item: &str, system: &str, kind: &str) -> String {
    let task = json!({ "itemId": item, "system": system, "kind": kind,
        "instructions": "canary of instructions" });
    let planned = owner.run(PLAN_TASK, input(&task)).await;
    planned.text_at("planTask.task.id")
}

/// Claims whatever there is to do in a system, for half an hour; gives the lease, and the ids of the tasks.
pub async fn claim(actor: &Actor, system: &str) -> (String, Vec<String>) {
    let wanted = input(&json!({ "system": system, "limit": 100, "leaseSeconds": 1800 }));
    let claimed = actor.run(CLAIM_TASKS, wanted).await;
    let tasks = claimed.get("claimTasks.tasks").as_array().unwrap();
    let ids = tasks.iter().map(|one| one["task"]["id"].as_str().unwrap());
    let lease = claimed.text_at("claimTasks.tasks.0.lease");
    (lease, ids.map(str::to_owned).collect())
}

/// A file for a task, without its content: to be sent.
pub fn file(actor: &Actor, task: &str, lease: &str) -> RequestBuilder {
    actor
        .request(Method::POST, &format!("/tasks/{task}/attachments"))
        .header("privops-lease", lease)
        .header("privops-file-name", "canary%20of%20a%20file.csv")
        .header("content-type", "text/csv")
}

/// Uploads a file for a task; gives its id.
pub async fn upload(actor: &Actor, task: &str, lease: &str) -> String {
    let answer = send(file(actor, task, lease).body(CONTENT)).await.unwrap();
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.body["id"].as_str().unwrap().to_owned()
}

/// Reads a file.
pub async fn download(actor: &Actor, attachment: &str) -> Answer {
    let path = format!("/attachments/{attachment}");
    send(actor.request(Method::GET, &path)).await.unwrap()
}

/// Registers a system whose tasks another integration does; gives its id.
pub async fn register_for(owner: &Actor, integration: &str, name: &str) -> String {
    let system = json!({ "name": name, "integrationId": integration });
    let registered = owner.run(REGISTER_SYSTEM, input(&system)).await;
    registered.text_at("registerSystem.system.id")
}

/// Two systems do what the customer asked for: one task waits, one failed, one could not be done whole, and four are
/// held. A code is sent to an address of the customer, by a system of somebody else.
pub(super) async fn done(owner: &Actor, ids: &mut Ids) {
    register(owner, owner, "mailer", &["PHONE"]).await;
    ids.system = register(owner, owner, "whmcs", &["EMAIL"]).await;
    let verified = json!({ "identifierId": ids.address, "method": "CALLBACK" });
    owner.run(VERIFY_IDENTIFIER, input(&verified)).await.ok();
    let request = json!({
        "channel": "EMAIL",
        "receivedAt": "2026-11-20T09:00:00Z",
        "customer": { "id": ids.customer },
        "items": [{ "type": "DELETION" }],
    });
    let opened = owner.run(OPEN_REQUEST, input(&request)).await;
    ids.worked = opened.text_at("openRequest.request.id");
    ids.worked_item = opened.text_at("openRequest.request.items.0.id");
    work_on(owner, &ids.worked_item).await;
    let item = ids.worked_item.clone();
    ids.retained_task = plan(owner, &item, "whmcs", "ERASE").await;
    for held in &mut ids.held {
        *held = plan(owner, &item, "whmcs", "STOP").await;
    }
    let (lease, claimed) = claim(owner, "whmcs").await;
    let own = |id: &&String| **id != ids.retained_task && !ids.held.contains(id);
    // One was planned of itself, in each of the systems.
    ids.failed_task = claimed.iter().find(own).expect("planned").clone();
    ids.lease = lease;
    let retained = json!({ "taskId": ids.retained_task, "lease": ids.lease, "outcome": "RETAINED",
        "retained": [kept()], "evidence": evidence(), "note": "canary of a note" });
    owner.run(COMPLETE_TASK, input(&retained)).await.ok();
    let failed = json!({ "taskId": ids.failed_task, "lease": ids.lease, "retry": false,
        "reason": "canary of a reason" });
    owner.run(FAIL_TASK, input(&failed)).await.ok();
    ids.attachment = upload(owner, &ids.held[0], &ids.lease).await;
    let waiting = owner
        .ask(r#"{ tasks(filter: { system: "mailer" }) { nodes { id } } }"#)
        .await;
    ids.task = waiting.text_at("tasks.nodes.0.id");
    register_for(owner, &ids.integration, "postman").await;
    let code = json!({ "requestId": ids.worked, "identifierId": ids.address, "system": "postman" });
    let sent = owner.run(SEND_VERIFICATION_CODE, input(&code)).await;
    sent.ok();
}
