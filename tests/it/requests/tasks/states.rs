//! What tasks and states of a request mean to each other.

use serde_json::{Value, json};

use super::super::work::{by_hand, claim, done, report};
use super::super::{Host, asking, whmcs, with};
use crate::harness::build::{self, input};

fn statuses(tasks: &[Value]) -> Vec<&str> {
    tasks
        .iter()
        .map(|task| task["status"].as_str().unwrap())
        .collect()
}

/// What is put on hold is not handed out; whoever is at it hears so, and what was done is recorded all the same.
#[tokio::test]
async fn a_hold_lets_tasks_stand_still_and_its_end_lets_them_go_on() {
    let host = Host::start().await;
    host.client("42", None).await;
    let opened = host.working("42", &["DELETION"]).await;
    let item = &opened["items"][0]["id"];
    let more = json!({ "itemId": item, "system": "backups" });
    host.support.run(build::PLAN_TASK, input(&more)).await.ok();
    let [held] = claim(&host.officer, "whmcs", 1).await.try_into().unwrap();

    host.step(item, "ON_HOLD").await;

    assert_eq!(claim(&host.officer, "backups", 1).await.len(), 0);
    let heard = host
        .officer
        .run(
            build::HEARTBEAT_TASK,
            report(&held, json!({ "leaseSeconds": 3600 })),
        )
        .await;
    assert_eq!(
        heard.get("heartbeatTask.task"),
        &json!({ "id": held.id, "leasedUntil": "2026-06-11T08:01:00.000Z", "suspended": true })
    );
    done(&host.officer, &held).await.ok();
    let late = json!({ "itemId": item, "system": "logs" });
    let late = host.support.run(build::PLAN_TASK, input(&late)).await;
    assert_eq!(late.get("planTask.task.suspended"), &json!(true));
    // It is looked at again: nothing is done meanwhile.
    host.step(item, "IN_REVIEW").await;
    assert_eq!(claim(&host.officer, "backups", 1).await.len(), 0);
    for to in ["APPROVED", "IN_PROGRESS"] {
        host.step(item, to).await;
    }
    for system in ["backups", "logs"] {
        by_hand(&host, system).await;
    }
    assert_eq!(statuses(&host.tasks(&opened).await), ["DONE"; 3]);
    host.step(item, "FULFILLED").await;
    host.stop().await;
}

/// A denial takes back what is still to be done, and nothing that is being done, or was.
#[tokio::test]
async fn a_denial_takes_back_what_nobody_has_begun() {
    let host = Host::start().await;
    host.client("42", None).await;
    let opened = host.working("42", &["DELETION"]).await;
    let item = &opened["items"][0]["id"];
    let deny = json!({ "itemId": item, "reason": "LEGAL_CLAIMS" });
    let [held] = claim(&host.officer, "whmcs", 1).await.try_into().unwrap();
    let refused = host.support.run(build::DENY_ITEM, input(&deny)).await;
    refused.refused(422, "TASKS_OPEN");
    host.officer
        .run(
            build::FAIL_TASK,
            report(&held, json!({ "reason": "stopped" })),
        )
        .await
        .ok();
    host.support.run(build::DENY_ITEM, input(&deny)).await.ok();
    let task = &host.tasks(&opened).await[0];
    assert_eq!(
        (&task["status"], &task["skipReason"]),
        (&json!("SKIPPED"), &json!("NOT_WANTED"))
    );
    host.app.set_clock("2026-06-11T09:00:00Z");
    assert_eq!(claim(&host.officer, "whmcs", 1).await.len(), 0);
    let refused = host
        .support
        .run(build::RETRY_TASK, input(&json!({ "taskId": held.id })))
        .await;
    refused.refused(422, "TRANSITION_NOT_ALLOWED");

    host.client("43", None).await;
    let opened = host.working("43", &["DELETION"]).await;
    by_hand(&host, "whmcs").await;
    let item = &opened["items"][0]["id"];
    let deny = json!({ "itemId": item, "reason": "LEGAL_CLAIMS" });
    let refused = host.support.run(build::DENY_ITEM, input(&deny)).await;
    refused.refused(422, "TRANSITION_NOT_ALLOWED");
    let shown = host.shown(opened["id"].as_str().unwrap()).await;
    assert_eq!(
        shown["items"][0]["allowedTransitions"],
        json!(["FULFILLED", "PARTIALLY_FULFILLED", "ON_HOLD"])
    );
    host.step(item, "ON_HOLD").await;
    host.step(item, "IN_REVIEW").await;
    let withdraw = json!({ "requestId": opened["id"] });
    let refused = host
        .support
        .run(build::WITHDRAW_REQUEST, input(&withdraw))
        .await;
    refused.refused(422, "TRANSITION_NOT_ALLOWED");
    host.stop().await;
}

/// What was erased in part is not untouched, however it goes on.
#[tokio::test]
async fn what_was_erased_in_part_is_not_denied_any_more() {
    let host = Host::start().await;
    host.client("42", None).await;
    let opened = host.working("42", &["DELETION"]).await;
    let item = &opened["items"][0]["id"];
    let [erase] = claim(&host.officer, "whmcs", 1).await.try_into().unwrap();
    let kept = json!([{ "what": "invoices", "ground": "OPEN_CHARGEBACK" }]);
    let said = json!({ "outcome": "RETAINED", "retained": kept });
    host.officer
        .run(build::COMPLETE_TASK, report(&erase, said))
        .await
        .ok();
    host.support
        .run(build::RETRY_TASK, input(&json!({ "taskId": erase.id })))
        .await
        .ok();
    let deny = json!({ "itemId": item, "reason": "LEGAL_CLAIMS" });
    let refused = host.support.run(build::DENY_ITEM, input(&deny)).await;
    refused.refused(422, "TRANSITION_NOT_ALLOWED");
    // What is kept is shown until somebody says otherwise.
    let [again] = claim(&host.officer, "whmcs", 1).await.try_into().unwrap();
    host.officer
        .run(
            build::FAIL_TASK,
            report(&again, json!({ "reason": "no answer" })),
        )
        .await
        .ok();
    let task = &host.tasks(&opened).await[0];
    assert_eq!(
        (&task["status"], &task["retained"][0]["what"]),
        (&json!("PENDING"), &json!("invoices"))
    );
    host.stop().await;
}

/// What the person asks to see is exported before it is erased, also where it was asked for by another ticket.
#[tokio::test]
async fn an_export_comes_before_what_is_erased() {
    let host = Host::start().await;
    host.client("42", None).await;
    let both = with(asking(&["ACCESS", "DELETION"]), "customer", whmcs("42"));
    let opened = host.open(&both).await;
    let (access, deletion) = (&opened["items"][0]["id"], &opened["items"][1]["id"]);
    for item in [access, deletion] {
        for to in ["IN_REVIEW", "APPROVED"] {
            host.step(item, to).await;
        }
    }
    host.stays(deletion, "IN_PROGRESS", "TRANSITION_NOT_ALLOWED")
        .await;
    host.step(access, "IN_PROGRESS").await;
    host.step(deletion, "IN_PROGRESS").await;
    let [export] = claim(&host.officer, "whmcs", 5).await.try_into().unwrap();
    assert_eq!(export.kind, "EXPORT");
    let gone = json!({ "reason": "no answer", "retry": false });
    host.officer
        .run(build::FAIL_TASK, report(&export, gone))
        .await
        .ok();
    assert_eq!(
        claim(&host.officer, "whmcs", 5).await.len(),
        0,
        "it is still wanted"
    );
    // It was answered as far as it could be: nobody waits for the export any more.
    host.step(access, "PARTIALLY_FULFILLED").await;
    let [erase] = claim(&host.officer, "whmcs", 5).await.try_into().unwrap();
    assert_eq!(erase.kind, "ERASE");

    host.client("43", None).await;
    let access = host.working("43", &["ACCESS"]).await;
    let deletion = host.working("43", &["DELETION"]).await;
    let [export] = claim(&host.officer, "whmcs", 5).await.try_into().unwrap();
    assert_eq!(
        export.id,
        host.tasks(&access).await[0]["id"].as_str().unwrap()
    );
    let nothing = json!({ "outcome": "SKIPPED", "skipReason": "NO_DATA" });
    host.officer
        .run(build::COMPLETE_TASK, report(&export, nothing))
        .await
        .ok();
    let [erase] = claim(&host.officer, "whmcs", 5).await.try_into().unwrap();
    assert_eq!(
        erase.id,
        host.tasks(&deletion).await[0]["id"].as_str().unwrap()
    );
    host.step(&access["items"][0]["id"], "FULFILLED").await;
    host.stop().await;
}

/// Nothing is fulfilled by saying so.
#[tokio::test]
async fn what_is_fulfilled_is_what_systems_did() {
    let host = Host::start().await;
    let customer = host.client("42", None).await;
    let opened = host.working("42", &["DELETION"]).await;
    let item = &opened["items"][0]["id"];
    let [task] = claim(&host.officer, "whmcs", 1).await.try_into().unwrap();
    let other = json!({ "outcome": "SKIPPED", "skipReason": "OTHER", "note": "not today" });
    host.officer
        .run(build::COMPLETE_TASK, report(&task, other))
        .await
        .ok();
    host.stays(item, "FULFILLED", "NOT_ALL_FULFILLED").await;
    host.support
        .run(build::RETRY_TASK, input(&json!({ "taskId": task.id })))
        .await
        .ok();
    by_hand(&host, "whmcs").await;

    // Meanwhile somebody finds out about another system.
    let found = json!({ "customerId": customer, "identifier": { "externalId": { "system": "plesk", "id": "u9" } } });
    host.billing
        .run(build::ADD_IDENTIFIER, input(&found))
        .await
        .ok();
    let step = json!({ "itemId": item, "to": "FULFILLED" });
    let refused = host.support.run(build::TRANSITION_ITEM, input(&step)).await;
    let error = refused.refused(422, "TASKS_OPEN");
    assert!(
        error["message"].as_str().unwrap().contains("plesk"),
        "{error}"
    );
    let more = json!({ "itemId": item, "system": "Plesk" });
    host.support.run(build::PLAN_TASK, input(&more)).await.ok();
    by_hand(&host, "plesk").await;
    host.step(item, "FULFILLED").await;

    // Where nobody has anything to do, somebody says how it was done.
    let opened = host.open(&asking(&["DELETION"])).await;
    let item = &opened["items"][0]["id"];
    for to in ["IN_REVIEW", "APPROVED", "IN_PROGRESS"] {
        host.step(item, to).await;
    }
    let step = json!({ "itemId": item, "to": "FULFILLED" });
    let refused = host.support.run(build::TRANSITION_ITEM, input(&step)).await;
    assert_eq!(
        refused.refused(400, "BAD_USER_INPUT")["extensions"]["field"],
        "note"
    );
    host.step(item, "FULFILLED").await;
    host.stop().await;
}

/// Tasks are planned for what is being worked on, and for nothing else.
#[tokio::test]
async fn a_task_is_planned_by_hand_where_it_makes_sense() {
    let host = Host::start().await;
    host.client("42", None).await;
    let opened = host
        .open(&with(
            asking(&["DELETION", "COMPLAINT"]),
            "customer",
            whmcs("42"),
        ))
        .await;
    let (deletion, complaint) = (&opened["items"][0]["id"], &opened["items"][1]["id"]);
    let plan = |item: &Value, more: Value| {
        let mut plan = json!({ "itemId": item, "system": "whmcs" });
        for (field, value) in more.as_object().unwrap() {
            plan[field] = value.clone();
        }
        input(&plan)
    };
    let early = host
        .support
        .run(build::PLAN_TASK, plan(deletion, json!({})))
        .await;
    early.refused(422, "TRANSITION_NOT_ALLOWED");
    for item in [deletion, complaint] {
        for to in ["IN_REVIEW", "APPROVED", "IN_PROGRESS"] {
            host.step(item, to).await;
        }
    }
    for (item, more, field) in [
        (complaint, json!({}), "kind"),
        (deletion, json!({ "kind": "SEND_CODE" }), "kind"),
        (deletion, json!({ "system": "a b" }), "system"),
        (deletion, json!({ "instructions": " " }), "instructions"),
        (deletion, json!({ "kind": "CORRECT" }), "instructions"),
        (complaint, json!({ "kind": "ERASE" }), "kind"),
    ] {
        let refused = host.support.run(build::PLAN_TASK, plan(item, more)).await;
        assert_eq!(
            refused.refused(400, "BAD_USER_INPUT")["extensions"]["field"],
            field
        );
    }
    let asked =
        json!({ "kind": "EXPORT", "instructions": "the whole ticket", "idempotencyKey": "plan-1" });
    let first = host
        .support
        .run(build::PLAN_TASK, plan(complaint, asked.clone()))
        .await;
    let again = host
        .support
        .run(build::PLAN_TASK, plan(complaint, asked))
        .await;
    assert_eq!(first.get("planTask.task.id"), again.get("planTask.task.id"));
    assert_eq!(
        first.text_at("planTask.task.instructions"),
        "the whole ticket"
    );
    assert_eq!(host.tasks(&opened).await.len(), 2);
    host.stop().await;
}
