//! What became of tasks that were planned, claimed, done or failed, and of their files.

use serde_json::{Value, json};

use super::calls::Kind;
use super::{Done, Writer};
use crate::harness::Actor;
use crate::harness::build::work::{download, evidence};

/// Asks for what a call has made, or changed, in every way that leads to it.
pub async fn check(done: &Done, actor: &Actor, writer: &Writer) {
    let customer = done.call.customer();
    let held = writer.held(customer);
    match done.call.kind() {
        Kind::Start => check_started(done, actor).await,
        Kind::Plan | Kind::PlanMore => check_planned(done, actor, writer).await,
        Kind::Claim => {
            let planned = [Kind::Plan, Kind::PlanMore].map(|kind| writer.id(customer, kind));
            let Some((mut tasks, _)) = held else {
                // The answer was lost, and both are held until the lease of that ends.
                for task in planned {
                    assert_eq!(task_of(actor, task).await["status"], "CLAIMED");
                }
                return;
            };
            tasks.sort_unstable();
            let mut planned = planned.map(str::to_owned);
            planned.sort_unstable();
            assert_eq!(tasks, planned, "each is handed out once");
        }
        Kind::Upload if held.is_some() => check_file(done, actor, writer).await,
        Kind::Complete if held.is_some() => {
            let task = task_of(actor, &done.id).await;
            assert_eq!(task["status"], "DONE");
            assert_eq!(task["evidence"], evidence());
            assert_eq!(task["note"], json!(done.call.reference()));
        }
        Kind::Fail if held.is_some() => {
            let task = task_of(actor, &done.id).await;
            let status = json!([task["status"], task["failures"]]);
            assert_eq!(status, json!(["FAILED", 1]));
            assert_eq!(task["note"], json!(done.call.reference()));
        }
        // Steps are counted by the survey.
        _ => {}
    }
}

/// A task as it is now.
async fn task_of(actor: &Actor, id: &str) -> Value {
    let query = "query($id: ID!) { node(id: $id) { id ... on Task { kind system status attempts failures instructions
        note item { id } event { objectId } evidence { remoteResult flags residuals }
        attachments { id name size sha256 } } } }";
    let found = actor.run(query, json!({ "id": id })).await;
    found.get("node").clone()
}

/// What was begun has something to export in the system that knows the customer.
async fn check_started(done: &Done, actor: &Actor) {
    let query = r#"query($ticket: ExternalIdInput!) { request(by: { externalReference: $ticket }) {
        items { id tasks(first: 10) { nodes { kind system } } } } }"#;
    let ticket = json!({ "ticket": { "system": "otrs", "id": done.call.ticket() } });
    let found = actor.run(query, ticket).await;
    let item = found.get("request.items.0");
    assert_eq!(item["id"], json!(done.id));
    let first = &item["tasks"]["nodes"][0];
    assert_eq!(first, &json!({ "kind": "EXPORT", "system": "whmcs" }));
}

async fn check_planned(done: &Done, actor: &Actor, writer: &Writer) {
    let task = task_of(actor, &done.id).await;
    for (field, expected) in [
        ("id", json!(done.id)),
        ("kind", json!("STOP")),
        ("system", json!(done.call.system())),
        ("instructions", json!(done.call.reference())),
        ("item", json!({ "id": writer.item(done.call.customer()) })),
        ("event", json!({ "objectId": done.id })),
    ] {
        assert_eq!(task[field], expected, "{field}");
    }
}

/// The file is there once, and whole.
async fn check_file(done: &Done, actor: &Actor, writer: &Writer) {
    let (tasks, _) = writer.held(done.call.customer()).unwrap();
    let task = task_of(actor, &tasks[0]).await;
    let files = task["attachments"].as_array().unwrap();
    assert_eq!(files.len(), 1, "{task}");
    let content = done.call.content();
    assert_eq!(files[0]["id"], json!(done.id));
    assert_eq!(files[0]["size"], json!(content.len()));
    let read = download(actor, &done.id).await;
    assert!(read.text == content, "the file is another");
}
