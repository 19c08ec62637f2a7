//! What systems have to do, with a canary wherever somebody types something, in files and in what goes with them.

mod wrong;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::Story;
use super::fields::{Person, staff};
use super::holds::{self, Over};
use crate::harness::build::work::download;
use crate::harness::build::{self, input};
use crate::harness::{Actor, Answer, send};

pub use wrong::{files, wrong};

/// What of it may be read again by those who may: names of canaries.
pub const KEPT: &[&str] = &[
    "instructions of a step",
    "instructions of a task",
    "why a task failed",
    "why a task waits",
    "note of what was done",
    "result of another system",
    "flag of a call",
    "what is left behind",
    "what is kept",
    "name of a file",
    "content of a file",
];

/// Everything of it that can be read, but for the files.
const READ: &str = r#"{ tasks(first: 20) { nodes { instructions note evidence { remoteResult flags residuals }
    retained { what } attachments { name } } } }"#;

/// What is held, so that it can be reported on wrongly, too.
pub struct Held {
    pub over: Over,
    pub request: String,
    pub task: String,
    pub lease: String,
}

/// Does something, by somebody, once.
async fn does(story: &mut Story, query: &str, mut of: Value) -> Answer {
    of["onBehalfOf"] = staff(&mut story.canaries, "who works");
    if ![build::CLAIM_TASKS, build::HEARTBEAT_TASK].contains(&query) {
        of["idempotencyKey"] = json!(story.canaries.text("key of work"));
    }
    story.does(query, input(&of)).await
}

/// Opens a request of the person, and lets systems work on it. Gives what one holds, and everything that can be read.
pub async fn done(story: &mut Story, person: &Person) -> (Held, String) {
    let (over, told) = holds::done(story, person).await;
    let (mail, integration) = sender(story).await;
    let system = json!({ "name": "plesk", "integrationId": integration, "knownBy": ["EMAIL"],
        "leavesBehind": ["a log"] });
    does(story, build::REGISTER_SYSTEM, system).await;
    let (request, item) = begun(story, person).await;
    let mut planned = Vec::new();
    for _ in 0..3 {
        let text = story.canaries.text("instructions of a task");
        let task =
            json!({ "itemId": item, "system": "whmcs", "kind": "ERASE", "instructions": text });
        let task = does(story, build::PLAN_TASK, task).await;
        planned.push(task.text_at("planTask.task.id"));
    }
    let wanted = json!({ "system": "whmcs", "limit": 10, "leaseSeconds": 3600 });
    let claimed = does(story, build::CLAIM_TASKS, wanted).await;
    let lease = claimed.text_at("claimTasks.tasks.0.lease");
    let [failed, waits, kept] = planned.try_into().expect("three");
    let own = claimed.get("claimTasks.tasks").as_array().unwrap();
    let own = own.iter().map(|one| one["task"]["id"].as_str().unwrap());
    let mut held = own.filter(|id| ![&failed, &waits, &kept].iter().any(|one| one == id));
    let task = held.next_back().expect("planned of itself").to_owned();
    reported(story, &lease, [&failed, &waits, &kept]).await;
    let file = uploaded(story, &task, &lease).await;
    verified(story, person, &request, mail).await;
    let read = story.does(READ, json!({})).await;
    let read = format!("{}{file}{told}", read.text);
    (
        Held {
            over,
            request,
            task,
            lease,
        },
        read,
    )
}

/// Who sends codes, and the id of their integration: nobody sends a code to themselves.
async fn sender(story: &mut Story) -> (Actor, String) {
    let mail = json!({ "name": "postman", "role": "MAIL" });
    let issued = does(story, build::ISSUE_TOKEN, mail).await;
    let secret = issued.text_at("issueToken.secret");
    story.canaries.told("token of who sends codes", &secret);
    let id = issued.text_at("issueToken.integration.id");
    (story.owner.other(&secret), id)
}

/// A request that is worked on, and its item.
async fn begun(story: &mut Story, person: &Person) -> (String, String) {
    let request = json!({ "channel": "LETTER", "receivedAt": "2024-05-02T00:00:00Z",
        "customer": { "email": person.email }, "items": [{ "type": "DELETION" }] });
    let opened = does(story, build::OPEN_REQUEST, request).await;
    let item = opened.text_at("openRequest.request.items.0.id");
    for to in ["IN_REVIEW", "APPROVED", "IN_PROGRESS"] {
        let mut step = json!({ "itemId": item, "to": to });
        if to == "IN_PROGRESS" {
            step["instructions"] = json!(story.canaries.text("instructions of a step"));
        }
        does(story, build::TRANSITION_ITEM, step).await;
    }
    (opened.text_at("openRequest.request.id"), item)
}

/// One fails, one has to wait, and one cannot erase everything.
async fn reported(story: &mut Story, lease: &str, [failed, waits, kept]: [&str; 3]) {
    let c = &mut story.canaries;
    let reports = [
        (build::HEARTBEAT_TASK, failed, json!({})),
        (
            build::FAIL_TASK,
            failed,
            json!({ "reason": c.text("why a task failed"), "retry": false }),
        ),
        (
            build::POSTPONE_TASK,
            waits,
            json!({ "ground": "LEGAL_HOLD", "note": c.text("why a task waits") }),
        ),
        (
            build::COMPLETE_TASK,
            kept,
            json!({ "outcome": "RETAINED", "note": c.text("note of what was done"),
                "evidence": { "remoteResult": c.text("result of another system"),
                    "flags": [c.text("flag of a call")], "residuals": [c.text("what is left behind")] },
                "retained": [{ "what": c.text("what is kept"), "ground": "STATUTORY_RETENTION",
                    "until": "2099-12-31", "source": "a statute" }] }),
        ),
    ];
    for (query, task, mut report) in reports {
        report["taskId"] = json!(task);
        report["lease"] = json!(lease);
        does(story, query, report).await;
    }
    does(story, build::RETRY_TASK, json!({ "taskId": failed })).await;
}

/// A file under a name, to be sent by somebody.
fn named(actor: &Actor, task: &str, lease: &str, name: &str) -> RequestBuilder {
    actor
        .request(Method::POST, &format!("/tasks/{task}/attachments"))
        .header("privops-lease", lease)
        .header("privops-file-name", name)
        .header("content-type", "text/plain")
}

/// Uploads a file of several parts, with a canary in each, and gives what is read of it.
async fn uploaded(story: &mut Story, task: &str, lease: &str) -> String {
    let name = story.canaries.text("name of a file");
    let (content, key) = (
        story.canaries.text("content of a file").repeat(6_000),
        story.canaries.text("key of a file"),
    );
    let sent = named(&story.owner, task, lease, &name).header("idempotency-key", key);
    let sent = send(sent.body(content.clone())).await.unwrap();
    assert_eq!(sent.status, 201, "{}", sent.text);
    story.keep("an upload", &sent, false);
    let read = download(&story.owner, sent.body["id"].as_str().unwrap()).await;
    assert!(read.text == content, "{}", read.status);
    story.keep("a download", &read, false);
    read.text
}

/// Whoever asks answers with a wrong code, and with the right one.
async fn verified(story: &mut Story, person: &Person, request: &str, mail: Actor) {
    let query =
        "query($by: CustomerLookupInput!) { customer(by: $by) { identifiers { id kind value } } }";
    let found = story
        .does(query, json!({ "by": { "email": person.email } }))
        .await;
    let identifiers = found.get("customer.identifiers").as_array().unwrap();
    let address = identifiers.iter().find(|one| one["value"] == person.email);
    let address = &address.expect("it is on record")["id"];
    let known = json!({ "identifierId": address, "method": "CALLBACK" });
    does(story, build::VERIFY_IDENTIFIER, known).await;
    let code = json!({ "requestId": request, "identifierId": address, "system": "plesk" });
    does(story, build::SEND_VERIFICATION_CODE, code).await;
    let owner = std::mem::replace(&mut story.owner, mail);
    let wanted = json!({ "system": "plesk", "limit": 10 });
    let claimed = does(story, build::CLAIM_TASKS, wanted).await;
    let claimed = claimed.get("claimTasks.tasks").as_array().unwrap();
    let sends = claimed.iter().find(|one| one["code"].is_string()).unwrap();
    let right = sends["code"].as_str().unwrap();
    story.canaries.told("code that was sent", right);
    let sent = json!({ "taskId": sends["task"]["id"], "lease": sends["lease"], "outcome": "DONE" });
    does(story, build::COMPLETE_TASK, sent).await;
    story.owner = owner;
    for code in [&story.canaries.code("code that is wrong"), right] {
        let answered = json!({ "requestId": request, "method": "ONE_TIME_CODE", "code": code });
        does(story, build::VERIFY_REQUESTER, answered).await;
    }
}
