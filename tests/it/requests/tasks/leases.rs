//! Who holds a task: one at a time, for a time, and whoever lost it says nothing about it any more.

use std::collections::BTreeMap;

use serde_json::json;

use super::super::Host;
use super::super::work::{claim, done, report, upload};
use crate::harness::build::{self, input};
use crate::harness::poll::feed;

/// Eight workers ask at the same time for what sixty tasks there are, until there is nothing left.
#[tokio::test(flavor = "multi_thread")]
async fn two_workers_never_hold_one_task() {
    let host = Host::start().await;
    host.system("whmcs", &host.billing, json!({})).await;
    host.client("42", None).await;
    let opened = host.working("42", &["DELETION"]).await;
    for _ in 0..59 {
        let more = json!({ "itemId": opened["items"][0]["id"], "system": "whmcs" });
        host.support.run(build::PLAN_TASK, input(&more)).await.ok();
    }
    let workers = (0..8).map(|_| {
        let billing = host.billing.clone();
        tokio::spawn(async move {
            let mut mine = Vec::new();
            loop {
                let given = claim(&billing, "whmcs", 3).await;
                if given.is_empty() {
                    return mine;
                }
                for task in given {
                    done(&billing, &task).await.ok();
                    mine.push(task.id);
                }
            }
        })
    });
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for worker in workers.collect::<Vec<_>>() {
        for id in worker.await.unwrap() {
            *times.entry(id).or_default() += 1;
        }
    }
    assert_eq!(times.len(), 60);
    assert!(times.values().all(|times| *times == 1), "{times:?}");
    let tasks = host.tasks(&opened).await;
    assert!(
        tasks
            .iter()
            .all(|task| task["status"] == "DONE" && task["attempts"] == 1)
    );
    host.stop().await;
}

#[tokio::test]
async fn a_task_whose_worker_died_is_handed_out_again() {
    let host = Host::start().await;
    host.system("whmcs", &host.billing, json!({})).await;
    host.client("42", None).await;
    let opened = host.working("42", &["DELETION"]).await;
    let [first] = claim(&host.billing, "whmcs", 5).await.try_into().unwrap();
    assert_eq!(claim(&host.billing, "whmcs", 5).await.len(), 0);

    // It is kept for longer, once.
    host.app.set_clock("2026-06-11T08:00:50Z");
    let longer = host
        .billing
        .run(
            build::HEARTBEAT_TASK,
            report(&first, json!({ "leaseSeconds": 120 })),
        )
        .await;
    assert_eq!(
        longer.text_at("heartbeatTask.task.leasedUntil"),
        "2026-06-11T08:02:50.000Z"
    );

    // Clocks of instances differ: for half a minute, nobody else gets it.
    host.app.set_clock("2026-06-11T08:03:10Z");
    assert_eq!(claim(&host.billing, "whmcs", 5).await.len(), 0);
    assert_eq!(host.tasks(&opened).await[0]["status"], "CLAIMED");
    host.app.set_clock("2026-06-11T08:03:30Z");
    assert_eq!(
        claim(&host.billing, "whmcs", 5).await.len(),
        0,
        "a failure is not tried again at once"
    );
    let lapsed = &host.tasks(&opened).await[0];
    assert_eq!(
        (&lapsed["status"], &lapsed["failures"]),
        (&json!("PENDING"), &json!(1))
    );
    let late = host
        .billing
        .run(
            build::COMPLETE_TASK,
            report(&first, json!({ "outcome": "DONE" })),
        )
        .await;
    late.refused(422, "LEASE_LOST");
    host.app.set_clock("2026-06-11T08:04:30Z");
    let [second] = claim(&host.billing, "whmcs", 5).await.try_into().unwrap();
    assert_eq!(
        (&second.id, &second.all["task"]["attempts"]),
        (&first.id, &json!(2))
    );

    for report in [
        host.billing
            .run(
                build::COMPLETE_TASK,
                report(&first, json!({ "outcome": "DONE" })),
            )
            .await,
        host.billing
            .run(
                build::FAIL_TASK,
                report(&first, json!({ "reason": "too late" })),
            )
            .await,
        host.billing
            .run(
                build::POSTPONE_TASK,
                report(&first, json!({ "ground": "OTHER" })),
            )
            .await,
        host.billing
            .run(build::HEARTBEAT_TASK, report(&first, json!({})))
            .await,
        upload(&host.billing, &first, "late.json", b"{}".to_vec()).await,
    ] {
        report.refused(422, "LEASE_LOST");
    }
    done(&host.billing, &second).await.ok();
    let kinds = ["TASK_PLANNED", "TASK_FAILED", "TASK_COMPLETED"];
    let seen = feed(&host.officer, |seen| {
        seen.iter().any(|event| event["type"] == "TASK_COMPLETED")
    })
    .await;
    let of_task: Vec<_> = seen
        .iter()
        .filter(|event| event["objectId"] == first.id.as_str())
        .map(|event| event["type"].as_str().unwrap())
        .filter(|kind| *kind != "REFUSAL_RECORDED")
        .collect();
    assert_eq!(of_task, kinds);
    host.stop().await;
}

/// A lease that has lapsed counts while nobody else has the task: what was done is recorded.
#[tokio::test]
async fn a_report_that_comes_late_counts_while_nobody_else_has_the_task() {
    let host = Host::start().await;
    host.client("42", None).await;
    host.working("42", &["DELETION"]).await;
    let [task] = claim(&host.officer, "whmcs", 1).await.try_into().unwrap();
    host.app.set_clock("2026-06-11T09:00:00Z");
    done(&host.officer, &task).await.ok();
    // The answer was lost; it is said again.
    let again = done(&host.officer, &task).await;
    assert_eq!(again.text_at("completeTask.task.status"), "DONE");
    host.stop().await;
}

/// A lease is of no use to another integration.
#[tokio::test]
async fn only_whoever_holds_a_task_reports_on_it() {
    let host = Host::start().await;
    host.system("whmcs", &host.billing, json!({})).await;
    host.client("42", None).await;
    let opened = host.working("42", &["DELETION"]).await;
    let [task] = claim(&host.billing, "whmcs", 1).await.try_into().unwrap();
    for other in [&host.officer, &host.support] {
        done(other, &task).await.refused(422, "LEASE_LOST");
        upload(other, &task, "x.json", b"{}".to_vec())
            .await
            .refused(422, "LEASE_LOST");
    }
    // One that nobody serves is done by hand, and by nobody else.
    let refused = host
        .support
        .run(build::CLAIM_TASKS, input(&json!({ "system": "whmcs" })))
        .await;
    assert_eq!(
        refused.refused(400, "BAD_USER_INPUT")["extensions"]["field"],
        "system"
    );
    for (wanted, field) in [
        (json!({ "system": "w h m c s" }), "system"),
        (json!({ "system": "whmcs", "limit": 0 }), "limit"),
        (json!({ "system": "whmcs", "limit": 101 }), "limit"),
        (
            json!({ "system": "whmcs", "leaseSeconds": 29 }),
            "leaseSeconds",
        ),
        (
            json!({ "system": "whmcs", "leaseSeconds": 3601 }),
            "leaseSeconds",
        ),
    ] {
        let refused = host.billing.run(build::CLAIM_TASKS, input(&wanted)).await;
        assert_eq!(
            refused.refused(400, "BAD_USER_INPUT")["extensions"]["field"],
            field
        );
    }
    assert_eq!(host.tasks(&opened).await[0]["status"], "CLAIMED");
    host.stop().await;
}

#[tokio::test]
async fn a_failure_is_tried_again_later_each_time_until_somebody_has_to_look() {
    let host = Host::start().await;
    host.client("42", None).await;
    let opened = host.working("42", &["DELETION"]).await;
    let item = &opened["items"][0]["id"];
    let failed = json!({ "reason": "HTTP 503" });
    for (at, next) in [
        ("2026-06-11T08:00:00Z", "2026-06-11T08:01:00.000Z"),
        ("2026-06-11T08:01:00Z", "2026-06-11T08:03:00.000Z"),
        ("2026-06-11T08:03:00Z", "2026-06-11T08:07:00.000Z"),
    ] {
        host.app.set_clock(at);
        let [task] = claim(&host.officer, "whmcs", 1).await.try_into().unwrap();
        let said = host
            .officer
            .run(build::FAIL_TASK, report(&task, failed.clone()))
            .await;
        assert_eq!(said.text_at("failTask.task.notBefore"), next);
        assert_eq!(claim(&host.officer, "whmcs", 1).await.len(), 0);
        let again = host
            .officer
            .run(build::FAIL_TASK, report(&task, failed.clone()))
            .await;
        assert_eq!(
            again.text_at("failTask.task.notBefore"),
            next,
            "said twice, it failed once"
        );
    }
    host.stays(item, "PARTIALLY_FULFILLED", "TASKS_OPEN").await;
    host.app.set_clock("2026-06-11T08:07:00Z");
    let [task] = claim(&host.officer, "whmcs", 1).await.try_into().unwrap();
    let said = json!({ "reason": "there is no such client", "retry": false });
    let said = host
        .officer
        .run(build::FAIL_TASK, report(&task, said))
        .await;
    assert_eq!(said.text_at("failTask.task.status"), "FAILED");
    host.app.set_clock("2026-06-12T08:07:00Z");
    assert_eq!(claim(&host.officer, "whmcs", 1).await.len(), 0);
    host.stays(item, "FULFILLED", "NOT_ALL_FULFILLED").await;

    let retried = host
        .support
        .run(build::RETRY_TASK, input(&json!({ "taskId": task.id })))
        .await;
    assert_eq!(retried.text_at("retryTask.task.status"), "PENDING");
    let [task] = claim(&host.officer, "whmcs", 1).await.try_into().unwrap();
    assert_eq!(task.all["task"]["failures"], 0);
    done(&host.officer, &task).await.ok();
    let refused = host
        .support
        .run(build::RETRY_TASK, input(&json!({ "taskId": task.id })))
        .await;
    refused.refused(400, "BAD_USER_INPUT");
    host.step(item, "FULFILLED").await;
    host.stop().await;
}
