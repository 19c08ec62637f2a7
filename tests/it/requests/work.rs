//! Systems and the tasks that they do, for the stories about them.

use entity::enums::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Host, asking, whmcs, with};
use crate::harness::build::{self, input};
use crate::harness::send;
use crate::harness::{Actor, Answer};

/// What one who claims was given.
#[derive(Debug, Clone)]
pub struct Given {
    pub id: String,
    pub lease: String,
    pub kind: String,
    pub all: Value,
}

impl Host {
    /// Registers a system whose tasks an integration does.
    pub async fn system(&self, name: &str, by: &Actor, more: Value) -> String {
        let viewer = by.ask("{ viewer { integration { id } } }").await;
        let mut system =
            json!({ "name": name, "integrationId": viewer.get("viewer.integration.id") });
        for (field, value) in more.as_object().into_iter().flatten() {
            system[field] = value.clone();
        }
        let registered = self
            .officer
            .run(build::REGISTER_SYSTEM, input(&system))
            .await;
        registered.text_at("registerSystem.system.id")
    }

    /// A mail system, with its integration.
    pub async fn mail_system(&self) -> Actor {
        let mail = self.app.actor(Role::Mail).await;
        let more = json!({ "knownBy": ["EMAIL"], "leavesBehind": ["mail log for 7 days"] });
        self.system("mail", &mail, more).await;
        mail
    }

    /// Registers a client of billing with an address for mail.
    pub async fn mailed(&self, client: &str, email: &str) -> String {
        let customer = json!({ "name": format!("Client {client}"), "country": "DE", "emails": [email],
            "externalIds": [{ "system": "whmcs", "id": client }] });
        let registered = self
            .billing
            .run(build::REGISTER_CUSTOMER, input(&customer))
            .await;
        registered.text_at("registerCustomer.customer.id")
    }

    /// Opens a request of a client, and has its items worked on, one after another.
    pub async fn working(&self, client: &str, kinds: &[&str]) -> Value {
        let opened = self
            .open(&with(asking(kinds), "customer", whmcs(client)))
            .await;
        for item in opened["items"].as_array().unwrap() {
            for to in ["IN_REVIEW", "APPROVED", "IN_PROGRESS"] {
                self.step(&item["id"], to).await;
            }
        }
        opened
    }

    /// The tasks of a request, in the order in which they were planned.
    pub async fn tasks(&self, request: &Value) -> Vec<Value> {
        let query = "query($id: ID!) { tasks(first: 100, filter: { requestId: $id }) { nodes {
            id kind system status attempts failures suspended skipReason note instructions leasedUntil notBefore
            postponedFor evidence { remoteResult flags residuals } retained { what ground until source }
            attachments { id name mediaType size sha256 } item { id } } } }";
        let found = self
            .officer
            .run(query, json!({ "id": request["id"] }))
            .await;
        found.get("tasks.nodes").as_array().unwrap().clone()
    }

    /// What was done although something kept the data: in which system, and what kept it.
    pub async fn despite(&self) -> Vec<String> {
        let query = "{ tasks(filter: { despiteProtection: true }) { nodes { system despite } } }";
        let found = self.officer.ask(query).await;
        let nodes = found.get("tasks.nodes").as_array().unwrap().iter();
        nodes
            .map(|node| {
                let [system, kept] =
                    ["system", "despite"].map(|field| node[field].as_str().unwrap());
                format!("{system} despite {kept}")
            })
            .collect()
    }

    /// Says how a step that is asked for fails.
    pub async fn stays(&self, item: &Value, to: &str, code: &str) {
        let step = json!({ "itemId": item, "to": to, "note": "as was asked" });
        let refused = self.support.run(build::TRANSITION_ITEM, input(&step)).await;
        assert_eq!(refused.code(), code, "{to}: {}", refused.text);
    }
}

/// Claims tasks of a system.
pub async fn claim(by: &Actor, system: &str, limit: u32) -> Vec<Given> {
    let wanted = json!({ "system": system, "limit": limit, "leaseSeconds": 60 });
    let claimed = by.run(build::CLAIM_TASKS, input(&wanted)).await;
    let tasks = claimed.get("claimTasks.tasks").as_array().unwrap();
    let given = tasks.iter().map(|one| Given {
        id: one["task"]["id"].as_str().unwrap().to_owned(),
        lease: one["lease"].as_str().unwrap().to_owned(),
        kind: one["task"]["kind"].as_str().unwrap().to_owned(),
        all: one.clone(),
    });
    given.collect()
}

/// The input of a report, with more.
pub fn report(task: &Given, more: Value) -> Value {
    let mut report = json!({ "taskId": task.id, "lease": task.lease });
    for (field, value) in more.as_object().into_iter().flatten() {
        report[field] = value.clone();
    }
    input(&report)
}

/// Says that a task was done.
pub async fn done(by: &Actor, task: &Given) -> Answer {
    by.run(
        build::COMPLETE_TASK,
        report(task, json!({ "outcome": "DONE" })),
    )
    .await
}

/// Uploads a file for a task.
pub async fn upload(by: &Actor, task: &Given, name: &str, content: Vec<u8>) -> Answer {
    let path = format!("/tasks/{}/attachments", task.id);
    let request = by
        .request(Method::POST, &path)
        .header("privops-lease", &task.lease)
        .header("privops-file-name", name)
        .header("content-type", "application/json")
        .body(content);
    send(request).await.unwrap()
}

/// Has a person do whatever there is to do in a system.
pub async fn by_hand(host: &Host, system: &str) {
    for task in claim(&host.officer, system, 100).await {
        if task.kind == "EXPORT" {
            let sent = upload(&host.officer, &task, "export.json", b"{}".to_vec()).await;
            assert_eq!(sent.status, 201, "{}", sent.text);
        }
        done(&host.officer, &task).await.ok();
    }
}
