//! Customers are told: persons, and controllers of what they host, by the systems that know them.

use std::time::Duration;

use entity::enums::Role;
use serde_json::{Value, json};

use super::{House, blamed};
use crate::harness::Actor;
use crate::harness::build::incidents::planned_all;
use crate::harness::build::{self, input};
use crate::harness::poll::eventually;

/// What a system is given to do, as whom, text and the ids that it knows.
pub async fn given(by: &Actor, system: &str) -> Vec<Value> {
    let wanted = json!({ "system": system, "limit": 100, "leaseSeconds": 60 });
    let claimed = by.run(build::CLAIM_TASKS, input(&wanted)).await;
    claimed.get("claimTasks.tasks").as_array().unwrap().clone()
}

pub async fn done(by: &Actor, task: &Value) {
    let done = json!({ "taskId": task["task"]["id"], "lease": task["lease"], "outcome": "DONE" });
    by.run(build::COMPLETE_TASK, input(&done)).await.ok();
}

impl House {
    /// Has customers told by a system, and waits until that is planned.
    pub async fn plan(&self, incident: &str, target: &str, system: &str, text: &str) -> String {
        let more = json!({ "system": system, "text": text });
        let planned = self.tell(incident, target, "PLANNED", more).await;
        let said = planned.text_at("recordIncidentNotification.notification.id");
        planned_all(&self.officer, &said).await;
        said
    }

    /// How many are not reached by a notification, and its tasks by state.
    async fn counts(&self, said: &str) -> Value {
        let query = "query($id: ID!) { node(id: $id) { ... on IncidentNotification { unreached
            taskCounts { status count } } } }";
        let found = self.officer.run(query, json!({ "id": said })).await;
        found.get("node").clone()
    }
}

#[tokio::test]
async fn persons_and_controllers_of_what_they_host_are_told_apart() {
    let house = House::start().await;
    let panel = house.app.actor(Role::Provisioning).await;
    let mail = house.app.actor(Role::Mail).await;
    house.system("whmcs", &house.billing, json!({})).await;
    let hosted = json!({ "ourRoles": ["PROCESSOR"] });
    house.system("plesk", &panel, hosted).await;
    let by_mail = json!({ "knownBy": ["EMAIL"] });
    house.system("mailer", &mail, by_mail).await;
    house
        .client("42", &["plesk"], json!({ "emails": ["ada@example.org"] }))
        .await;
    house.client("43", &[], json!({})).await;
    house.client("44", &["plesk"], json!({})).await;
    // One with client 42 by now: told once.
    house.client("45", &["plesk"], json!({})).await;
    let whmcs = |id: &str| json!({ "externalId": { "system": "whmcs", "id": id } });
    let both = json!({ "from": whmcs("45"), "into": whmcs("42") });
    house
        .billing
        .run(build::MERGE_CUSTOMERS, input(&both))
        .await
        .ok();

    let whole = json!({ "system": "plesk" });
    assert_eq!(
        house.affected(whole.clone(), "CONTROLLER").await,
        ["Client 42", "Client 44"]
    );
    assert_eq!(house.affected(whole, "SUBJECT").await, [""; 0]);
    let incident = house.report(json!({ "systems": ["whmcs", "plesk"] })).await;
    let confirmed = json!({ "status": "CONFIRMED", "risk": "HIGH_RISK" });
    house.assess(&incident, confirmed).await.ok();
    let of = json!({ "incidentId": incident });
    let persons = house.affected(of.clone(), "SUBJECT").await;
    assert_eq!(persons, ["Client 42", "Client 43", "Client 44"]);
    let controllers = house.affected(of, "CONTROLLER").await;
    assert_eq!(controllers, ["Client 42", "Client 44"]);

    let to_persons = house
        .plan(&incident, "SUBJECT", "mailer", "Change your password.")
        .await;
    let to_controllers = house
        .plan(&incident, "CONTROLLER", "plesk", "Tell your authority.")
        .await;
    let expected = json!({ "unreached": 2, "taskCounts": [{ "status": "PENDING", "count": 1 }] });
    assert_eq!(house.counts(&to_persons).await, expected);
    let expected = json!({ "unreached": 0, "taskCounts": [{ "status": "PENDING", "count": 2 }] });
    assert_eq!(house.counts(&to_controllers).await, expected);
    let untold =
        "query($of: ID, $by: ID) { affectedCustomers(of: { incidentId: $of }, untoldBy: $by) {
        totalCount nodes { customer { name } } } }";
    let found = house
        .officer
        .run(untold, json!({ "of": incident, "by": to_persons }))
        .await;
    assert_eq!(
        found.get("affectedCustomers.totalCount"),
        2,
        "no address is known of 43 and 44"
    );

    let tasks = given(&mail, "mailer").await;
    assert_eq!(tasks.len(), 1);
    assert_eq!(tasks[0]["task"]["kind"], "NOTIFY");
    let notice = json!({ "incidentId": incident, "target": "SUBJECT", "phase": "INITIAL",
        "text": "Change your password." });
    assert_eq!(tasks[0]["notice"], notice);
    assert_eq!(tasks[0]["identifiers"][0]["value"], "ada@example.org");
    let hosts = given(&panel, "plesk").await;
    assert_eq!(hosts.len(), 2);
    for task in &hosts {
        assert_eq!(task["notice"]["text"], "Tell your authority.");
        done(&panel, task).await;
    }
    // What is not done is not done.
    let refused = house
        .tell(&incident, "SUBJECT", "COMPLETED", json!({}))
        .await;
    assert_eq!(refused.code(), "TRANSITION_NOT_ALLOWED");
    done(&mail, &tasks[0]).await;
    // Two were told by nobody, as far as anybody knows.
    let refused = house
        .tell(&incident, "SUBJECT", "COMPLETED", json!({}))
        .await;
    assert_eq!(
        (refused.code(), blamed(&refused)),
        ("BAD_USER_INPUT", "reason")
    );
    let by_letter = json!({ "reason": "Clients 43 and 44 got a letter." });
    house
        .tell(&incident, "SUBJECT", "COMPLETED", by_letter)
        .await
        .ok();
    house
        .tell(&incident, "CONTROLLER", "COMPLETED", json!({}))
        .await
        .ok();
    let clocks = house.clocks(&incident).await;
    assert_eq!(
        clocks,
        [
            "GDPR AUTHORITY INITIAL 2026-11-23T03:00:00.000Z RUNNING",
            "GDPR CONTROLLER INITIAL - MET",
            "GDPR SUBJECT INITIAL - MET",
        ]
    );
    let filter = "query($id: ID) { tasks(filter: { incidentNotificationId: $id }) { nodes { status
        incidentNotification { incident { id } } request { id } retentionRule { id } } } }";
    let found = house
        .officer
        .run(filter, json!({ "id": to_controllers }))
        .await;
    let nodes = found.get("tasks.nodes").as_array().unwrap();
    assert_eq!(nodes.len(), 2);
    assert_eq!(
        nodes[0]["incidentNotification"]["incident"]["id"],
        incident.as_str()
    );
    house.stop().await;
}

#[tokio::test]
async fn nobody_is_told_of_what_did_not_happen() {
    let house = House::start().await;
    house.system("whmcs", &house.billing, json!({})).await;
    for client in ["42", "43"] {
        house.client(client, &[], json!({})).await;
    }
    let incident = house.report(json!({ "systems": ["whmcs"] })).await;
    house
        .assess(&incident, json!({ "status": "CONFIRMED" }))
        .await
        .ok();
    let said = house
        .plan(&incident, "SUBJECT", "whmcs", "Change your password.")
        .await;
    // One is being told at this moment.
    let wanted = json!({ "system": "whmcs", "limit": 1, "leaseSeconds": 60 });
    let claimed = house.billing.run(build::CLAIM_TASKS, input(&wanted)).await;
    let task = claimed.get("claimTasks.tasks.0").clone();
    let nothing = json!({ "status": "FALSE_ALARM", "reason": "It was a test." });
    house.assess(&incident, nothing).await.ok();
    let none = given(&house.billing, "whmcs").await;
    assert!(none.is_empty(), "not handed out any more: {none:?}");
    let beat = json!({ "taskId": task["task"]["id"], "lease": task["lease"] });
    let stopped = house.billing.run(build::HEARTBEAT_TASK, input(&beat)).await;
    assert_eq!(stopped.code(), "TRANSITION_NOT_ALLOWED");
    eventually(Duration::from_secs(30), "the end of a task", async || {
        let counts = house.counts(&said).await;
        let skipped =
            json!([{ "status": "CLAIMED", "count": 1 }, { "status": "SKIPPED", "count": 1 }]);
        (counts["taskCounts"] == skipped).then_some(())
    })
    .await;
    // It happened after all: whoever was to be told is told by another notice.
    let again = json!({ "status": "CONFIRMED", "reason": "There is a second log." });
    house.assess(&incident, again).await.ok();
    house
        .plan(&incident, "SUBJECT", "whmcs", "Change it now.")
        .await;
    let tasks = given(&house.billing, "whmcs").await;
    assert_eq!(tasks.len(), 2);
    assert!(
        tasks
            .iter()
            .all(|task| task["notice"]["text"] == "Change it now.")
    );
    house.stop().await;
}

/// How many customers are affected: more than are planned in one change.
const MANY: usize = 1_200;

#[tokio::test]
async fn many_are_told_and_the_clocks_are_met() {
    let house = House::start().await;
    house.system("whmcs", &house.billing, json!({})).await;
    for part in (0..MANY).collect::<Vec<_>>().chunks(300) {
        let customers: Vec<_> = part
            .iter()
            .map(|n| json!({ "externalId": { "system": "whmcs", "id": n.to_string() } }))
            .collect();
        let import = input(&json!({ "customers": customers }));
        house
            .billing
            .run(build::IMPORT_CUSTOMERS, import)
            .await
            .ok();
    }
    let incident = house.report(json!({ "systems": ["whmcs"] })).await;
    let confirmed = json!({ "status": "CONFIRMED", "risk": "HIGH_RISK" });
    house.assess(&incident, confirmed).await.ok();
    let query =
        "query($id: ID) { affectedCustomers(of: { incidentId: $id }, first: 1) { totalCount } }";
    let found = house.officer.run(query, json!({ "id": incident })).await;
    assert_eq!(found.get("affectedCustomers.totalCount"), MANY);
    let said = house
        .plan(&incident, "SUBJECT", "whmcs", "Change your password.")
        .await;
    let expected =
        json!({ "unreached": 0, "taskCounts": [{ "status": "PENDING", "count": MANY }] });
    assert_eq!(house.counts(&said).await, expected);
    let mut told = 0;
    loop {
        let tasks = given(&house.billing, "whmcs").await;
        if tasks.is_empty() {
            break;
        }
        told += tasks.len();
        let reports = tasks.iter().map(|task| done(&house.billing, task));
        futures_util::future::join_all(reports).await;
    }
    assert_eq!(told, MANY);
    house
        .tell(&incident, "SUBJECT", "COMPLETED", json!({}))
        .await
        .ok();
    house
        .tell(&incident, "AUTHORITY", "COMPLETED", json!({}))
        .await
        .ok();
    let clocks = house.clocks(&incident).await;
    assert!(
        clocks.iter().all(|clock| clock.ends_with(" MET")),
        "{clocks:?}"
    );
    house.stop().await;
}
