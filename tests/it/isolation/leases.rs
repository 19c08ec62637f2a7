//! What is reached by a lease, or not by GraphQL: reports under a lease of another controller, and files.

use entity::enums::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::{EVERYTHING, shows_nothing_of};
use crate::harness::build::work::{CONTENT, claim, download, file, upload};
use crate::harness::build::{self, Ids, input, populate};
use crate::harness::survey::Survey;
use crate::harness::{Actor, Answer, App, send};

/// What is told of what is nowhere.
const NO_TASK: &str = "tsk_01h2xcejqtf2nbrexx3vqjhp41";
const NO_FILE: &str = "att_01h2xcejqtf2nbrexx3vqjhp41";

/// Reports on a task under a lease.
fn reports(task: &str, lease: &str) -> [(&'static str, Value); 4] {
    let of = |said: Value| {
        let mut said = said;
        said["taskId"] = json!(task);
        said["lease"] = json!(lease);
        input(&said)
    };
    [
        (build::HEARTBEAT_TASK, of(json!({}))),
        (
            build::FAIL_TASK,
            of(json!({ "reason": "it is down", "retry": false })),
        ),
        (
            build::POSTPONE_TASK,
            of(json!({ "ground": "OPEN_CHARGEBACK" })),
        ),
        (build::COMPLETE_TASK, of(json!({ "outcome": "DONE" }))),
    ]
}

/// Which tasks and files there are, and how much.
async fn state(app: &App, owners: &[&Actor]) -> (Vec<Value>, Vec<i64>) {
    let mut seen = Vec::new();
    for owner in owners {
        seen.push(owner.ask(EVERYTHING).await.ok().clone());
    }
    let survey = Survey::of(app.database()).await;
    let mut sizes = Vec::new();
    for table in ["task", "task_attachment", "task_attachment_chunk"] {
        sizes.push(survey.count(table).await);
    }
    survey.close().await;
    (seen, sizes)
}

#[tokio::test]
async fn a_lease_of_another_controller_holds_nothing() {
    let app = App::start().await;
    let (own, foreign) = (app.owner(), app.foreigner(Role::Owner).await);
    let (ours, theirs) = (populate(&own).await, populate(&foreign).await);
    let before = state(&app, &[&own, &foreign]).await;
    for (report, variables) in reports(&ours.held[0], &theirs.lease) {
        let lost = own.run(report, variables).await;
        lost.refused(422, "LEASE_LOST");
        shows_nothing_of(&theirs, &lost.text, report);
    }
    let lost = send(file(&own, &ours.held[0], &theirs.lease).body(CONTENT)).await;
    let lost = lost.unwrap();
    lost.refused(422, "LEASE_LOST");
    shows_nothing_of(&theirs, &lost.text, "an upload");
    assert_eq!(state(&app, &[&own, &foreign]).await, before);
    // Under their own, the same reports are taken; a task that is done is not held any more.
    for (report, variables) in reports(&theirs.held[0], &theirs.lease)
        .into_iter()
        .filter(|(report, _)| [build::HEARTBEAT_TASK, build::COMPLETE_TASK].contains(report))
    {
        foreign.run(report, variables).await.ok();
    }
    app.stop().await;
}

/// Says no more than what is nowhere does, but for its own number.
#[track_caller]
fn is_nowhere(answer: &Answer, nowhere: &Answer, theirs: &Ids, what: &str) {
    assert_eq!(answer.status, 404, "{what}: {}", answer.text);
    assert_eq!(answer.code(), "NOT_FOUND", "{what}");
    let told = |answer: &Answer| {
        let mut body = answer.body.clone();
        body["errors"][0]["extensions"]["requestId"].take();
        let own = ["date", "x-request-id"];
        let mut headers = answer.headers.clone();
        headers.retain(|(name, _)| !own.contains(&name.as_str()));
        (body, headers)
    };
    assert_eq!(told(answer), told(nowhere), "{what}");
    let text = format!("{:?} {}", answer.headers, answer.text);
    shows_nothing_of(theirs, &text, what);
    assert!(!text.contains("canary"), "{what}: {text}");
}

#[tokio::test]
async fn files_of_another_controller_are_nowhere() {
    let app = App::start().await;
    let (own, foreign) = (app.owner(), app.foreigner(Role::Owner).await);
    let (ours, theirs) = (populate(&own).await, populate(&foreign).await);
    let before = state(&app, &[&own, &foreign]).await;

    let nowhere = download(&own, NO_FILE).await;
    let read = download(&own, &theirs.attachment).await;
    is_nowhere(&read, &nowhere, &theirs, "their file");
    for lease in [&theirs.lease, &ours.lease] {
        let sent = async |task: &str| send(file(&own, task, lease).body(CONTENT)).await.unwrap();
        let nowhere = sent(NO_TASK).await;
        let answer = sent(&theirs.held[0]).await;
        is_nowhere(&answer, &nowhere, &theirs, "a file for their task");
    }
    // An id of another kind leads nowhere either.
    for id in [&theirs.held[0], &theirs.customer, &ours.lease] {
        let path = format!("/attachments/{id}");
        let read = send(own.request(Method::GET, &path)).await.unwrap();
        assert_eq!((read.status, read.code()), (404, "NOT_FOUND"), "{id}");
    }

    assert_eq!(state(&app, &[&own, &foreign]).await, before);
    // Whoever they belong to reads them, and adds to them.
    let read = download(&foreign, &theirs.attachment).await;
    assert_eq!((read.status, read.text.as_str()), (200, CONTENT));
    let more = upload(&foreign, &theirs.held[1], &theirs.lease).await;
    assert_eq!(download(&foreign, &more).await.text, CONTENT);
    app.stop().await;
}

/// Systems have the same names everywhere: what is claimed by name is one's own.
#[tokio::test]
async fn a_system_of_the_same_name_has_tasks_of_its_own() {
    let app = App::start().await;
    let (own, foreign) = (app.owner(), app.foreigner(Role::Owner).await);
    let (ours, theirs) = (populate(&own).await, populate(&foreign).await);
    for (actor, ids, other) in [(&own, &ours, &theirs), (&foreign, &theirs, &ours)] {
        let (lease, claimed) = claim(actor, "mailer").await;
        assert_eq!(claimed, std::slice::from_ref(&ids.task));
        assert_ne!(lease, other.lease);
    }
    // Nothing is left, for either of them.
    let wanted = input(&json!({ "system": "mailer" }));
    for actor in [&own, &foreign] {
        let claimed = actor.run(build::CLAIM_TASKS, wanted.clone()).await;
        assert_eq!(claimed.get("claimTasks.tasks"), &json!([]));
    }
    app.stop().await;
}

/// A hold over everything holds what is one's own, and nothing else; and so does what one's own system must keep.
#[tokio::test]
async fn a_hold_of_another_controller_holds_nothing() {
    let app = App::start().await;
    let (own, foreign) = (app.owner(), app.foreigner(Role::Owner).await);
    let (ours, theirs) = (populate(&own).await, populate(&foreign).await);
    let client = json!({ "externalId": { "system": "whmcs", "id": "42" } });
    for (query, what) in [
        (
            build::PLACE_LEGAL_HOLD,
            json!({ "kind": "LITIGATION", "allCustomers": true, "reason": "a suit" }),
        ),
        (
            build::RECORD_DELETION_BLOCK,
            json!({ "customer": client, "system": "mailer", "ground": "UNPAID_INVOICE", "what": "an invoice" }),
        ),
    ] {
        own.run(query, input(&what)).await.ok();
    }
    let held = "query($id: ID!) { node(id: $id) { ... on Task { held } } }";
    for (actor, ids, is_held) in [(&own, &ours, true), (&foreign, &theirs, false)] {
        let seen = actor.run(held, json!({ "id": ids.task })).await;
        assert_eq!(seen.get("node.held"), &json!(is_held));
    }
    let wanted = input(&json!({ "system": "mailer" }));
    let claimed = own.run(build::CLAIM_TASKS, wanted).await;
    assert_eq!(claimed.get("claimTasks.tasks"), &json!([]));
    let (_, claimed) = claim(&foreign, "mailer").await;
    assert_eq!(claimed, std::slice::from_ref(&theirs.task));
    let plan = r#"{ deletionPlan(by: { externalId: { system: "whmcs", id: "42" } }) {
        systems { name blocks { hold { id } block { id } } } } }"#;
    let plan = foreign.ask(plan).await;
    assert!(
        !plan.text.contains("hld_") && !plan.text.contains("blk_"),
        "{}",
        plan.text
    );
    app.stop().await;
}
