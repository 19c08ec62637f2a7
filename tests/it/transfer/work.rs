//! What systems have to do, in another installation: what they did is known there, and what they were doing is done
//! again by those who are there.

use entity::enums::Role;
use serde_json::{Value, json};

use super::{Exported, fill, import, succeeded};
use crate::harness::build::work::{CONTENT, claim, download, work_on};
use crate::harness::build::{
    ADD_IDENTIFIER, CLAIM_TASKS, COMPLETE_TASK, Ids, OPEN_REQUEST, RELEASE_LEGAL_HOLD,
    SETTLE_DELETION_BLOCK, input,
};
use crate::harness::{Actor, App};

/// Everything that is known of systems and their tasks, of what must not be erased, and of who is told of what was done.
const EVERYTHING: &str = r#"{
    systems { nodes { id name knownBy leavesBehind recordedAt version integration { id name } event { id leaf } } }
    tasks(first: 20) { nodes { id kind system scope status statusAt plannedAt notBefore attempts failures suspended held
        postponedFor skipReason leasedUntil leasedTo { id } version instructions note event { id leaf }
        request { id } item { id } customer { id } evidence { remoteResult flags residuals }
        retained { what ground until source }
        attachments { id name mediaType size sha256 recordedAt event { id } } } }
    houseTerms { nodes { id duty types residences length unit extendedLength extendedUnit rolls pauses source recordedAt
        endedAt event { id leaf } } }
    legalHolds { nodes { id kind status placedAt recordedAt expiresAt releasedAt allCustomers allSystems customers { id }
        systems categories reason authority lastReason version event { id leaf } } }
    deletionPlan(by: { externalId: { system: "whmcs", id: 46 } }) { clear customer { id }
        ownRecords { ground waitsUntilOver until hold { id } request { id } }
        systems { name knownBy system { id } blocks { ground waitsUntilOver until lastDay source what hold { id }
            block { id system ground what until source since recordedAt settledAt version customer { id }
                recordedBy { id } event { id leaf } } } } }
    recipientNotices { nodes { id status statusAt plannedAt channel note version request { id } item { id }
        recipient { id } event { id leaf } } }
    requestMetrics(from: "2026-11-01T00:00:00Z", to: "2026-12-01T00:00:00Z") { csv } }"#;

/// What is answered about them, and what the file has in it.
async fn known(actor: &Actor, attachment: &str) -> (Value, String, Vec<(String, String)>) {
    let tasks = actor.ask(EVERYTHING).await.ok().clone();
    let mut file = download(actor, attachment).await;
    assert_eq!((file.status, file.text.as_str()), (200, CONTENT));
    let own = ["date", "x-request-id"];
    file.headers
        .retain(|(name, _)| !own.contains(&name.as_str()));
    (tasks, file.text, file.headers)
}

/// The columns of the rows of a table.
fn columns(exported: &Exported, table: &str) -> Vec<String> {
    let of = format!(r#""table":"{table}""#);
    let lines = exported.text.lines().filter(|line| line.contains(&of));
    let rows = lines.map(|line| serde_json::from_str::<Value>(line).unwrap());
    let names = rows.flat_map(|row| {
        let row = row["row"].as_object().unwrap();
        row.keys().cloned().collect::<Vec<_>>()
    });
    names.collect()
}

/// What must not be erased is not handed out there either, until it is released there.
async fn what_was_held_is_held(actor: &Actor, ids: &Ids) {
    let held = json!({ "id": ids.held_customer });
    let known = json!({ "externalId": { "system": "archive", "id": "46" } });
    let known = json!({ "customerId": ids.held_customer, "identifier": known });
    actor.run(ADD_IDENTIFIER, input(&known)).await.ok();
    let request = json!({ "channel": "EMAIL", "receivedAt": "2026-11-20T10:00:00Z", "customer": held,
        "items": [{ "type": "DELETION" }] });
    let opened = actor.run(OPEN_REQUEST, input(&request)).await;
    work_on(actor, &opened.text_at("openRequest.request.items.0.id")).await;
    let wanted = input(&json!({ "system": "archive" }));
    for (query, over) in [
        (SETTLE_DELETION_BLOCK, json!({ "blockId": ids.block })),
        (
            RELEASE_LEGAL_HOLD,
            json!({ "holdId": ids.hold, "reason": "settled" }),
        ),
        (
            RELEASE_LEGAL_HOLD,
            json!({ "holdId": ids.other_hold, "reason": "settled" }),
        ),
    ] {
        let claimed = actor.run(CLAIM_TASKS, wanted.clone()).await;
        assert_eq!(claimed.get("claimTasks.tasks"), &json!([]), "{over}");
        actor.run(query, input(&over)).await.ok();
    }
    let (_, handed_out) = claim(actor, "archive").await;
    assert_eq!(handed_out.len(), 1);
}

#[tokio::test]
async fn what_was_done_is_known_elsewhere_and_what_was_held_is_done_again() {
    let here = App::start().await;
    let there = App::start().await;
    let controller = here.controller.to_string();
    let ids = fill::controller(&here).await.ids;
    let exported = Exported::of(here.database(), &controller, "export.ndjson").await;
    // Only who does a task may know the code, and its lease is of no use to anybody else.
    for (table, kept, left_out) in [
        ("task", "instructions", ["secret", "lease"].as_slice()),
        ("request_code", "expires_at", &["code"]),
        ("task_attachment", "media_type", &["lease"]),
    ] {
        let columns = columns(&exported, table);
        assert!(columns.iter().any(|name| name == kept), "{columns:?}");
        for column in left_out {
            assert!(!columns.iter().any(|name| name == column), "{column}");
        }
    }

    succeeded(&import(there.database(), &exported.path).await);

    let actor = there.actor_of(here.controller, Role::Owner).await;
    let theirs = known(&actor, &ids.attachment).await;
    assert_eq!(theirs, known(&here.owner(), &ids.attachment).await);
    let told = theirs.0.to_string();
    for canary in [
        "canary of instructions",
        "canary of invoices",
        "canary of a result",
        "canary of a note",
        "canary of a file.csv",
        "canary of a suit",
        "canary of a court",
        "canary of a payment",
        "canary of a notice",
    ] {
        assert!(told.contains(canary), "{canary}: {told}");
    }
    // Whoever held a task does not hold it there.
    let done = json!({ "taskId": ids.held[0], "lease": ids.lease, "outcome": "DONE" });
    let lost = actor.run(COMPLETE_TASK, input(&done)).await;
    lost.refused(422, "LEASE_LOST");
    // When the lease is over, that counts as a failure, and a minute later others may have them.
    there.set_clock("2026-11-20T10:31:00Z");
    let wanted = input(&json!({ "system": "whmcs", "limit": 100 }));
    let nothing = actor.run(CLAIM_TASKS, wanted).await;
    assert_eq!(nothing.get("claimTasks.tasks"), &json!([]));
    there.set_clock("2026-11-20T10:32:00Z");
    let (lease, mut claimed) = claim(&actor, "whmcs").await;
    let mut held = ids.held.to_vec();
    claimed.sort_unstable();
    held.sort_unstable();
    assert_eq!(claimed, held);
    let done = json!({ "taskId": ids.held[0], "lease": lease, "outcome": "DONE" });
    let done = actor.run(COMPLETE_TASK, input(&done)).await;
    assert_eq!(done.text_at("completeTask.task.status"), "DONE");
    what_was_held_is_held(&actor, &ids).await;
    here.stop().await;
    there.stop().await;
}
