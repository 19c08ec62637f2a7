//! Billing says which clients it has, and is told what differs: so lost calls are found.

use std::time::Duration;

use entity::enums::Role;
use privops::entry::instance::Instance;
use privops::platform::clock::Clock;
use serde_json::{Value, json};

use super::{end, events_of, register, whmcs};
use crate::harness::build::{self, input};
use crate::harness::poll::eventually;
use crate::harness::survey::Survey;
use crate::harness::{Actor, Answer, App, BEGINNING, Database, config, serve};

/// Sends a part of a snapshot.
async fn send(actor: &Actor, ids: &[&str], more: Value) -> Answer {
    let mut part = more;
    part["system"] = json!("whmcs");
    part["ids"] = json!(ids);
    actor.run(build::RECONCILE_SNAPSHOT, input(&part)).await
}

const SURPLUS: &str = "query($id: ID!, $first: Int, $after: String) { node(id: $id) { ... on Snapshot { system received
    unknown recordedBy { role } completedAt surplus(first: $first, after: $after) { totalCount
        nodes { id } pageInfo { hasNextPage endCursor } } } } }";

async fn snapshot(actor: &Actor, id: &str) -> Value {
    actor
        .run(SURPLUS, json!({ "id": id }))
        .await
        .get("node")
        .clone()
}

#[tokio::test]
async fn lost_calls_are_found_in_several_parts() {
    let app = App::start().await;
    let billing = app.actor(Role::Billing).await;
    let mut clients = Vec::new();
    for client in ["1", "2", "3", "4", "5", "6"] {
        clients.push(register(&billing, client).await);
    }
    // 3 left; 4 went into 1; 5 and 6 are gone from billing, and nobody said so.
    let closing = json!({ "customerId": clients[2] });
    billing
        .run(build::CLOSE_CUSTOMER, input(&closing))
        .await
        .ok();
    let both = json!({ "from": whmcs("4"), "into": whmcs("1") });
    billing.run(build::MERGE_CUSTOMERS, input(&both)).await.ok();

    let first = send(&billing, &["1", "7", "1", " 7 "], json!({})).await;
    let id = first.text_at("reconcileSnapshot.snapshot.id");
    assert_eq!(first.get("reconcileSnapshot.unknown"), &json!(["7"]));
    assert_eq!(first.get("reconcileSnapshot.closed"), &json!([]));
    let begun = snapshot(&billing, &id).await;
    assert_eq!(begun["received"], 2);
    assert_eq!(begun["unknown"], 1);
    assert_eq!(begun["recordedBy"], json!({ "role": "BILLING" }));
    assert_eq!(
        [&begun["completedAt"], &begun["surplus"]],
        [&Value::Null; 2]
    );

    // A part that comes twice counts once.
    let part = json!({ "snapshotId": id });
    send(&billing, &["7", "1"], part.clone()).await.ok();
    let second = send(&billing, &["1", "8", "3"], part).await;
    assert_eq!(second.get("reconcileSnapshot.unknown"), &json!(["8"]));
    assert_eq!(second.get("reconcileSnapshot.closed"), &json!(["3"]));
    // Whoever is registered meanwhile is not missed.
    app.set_clock("2026-11-20T10:00:01Z");
    register(&billing, "9").await;
    let last = json!({ "snapshotId": id, "complete": true });
    let last = send(&billing, &["2"], last).await;
    assert_eq!(last.get("reconcileSnapshot.unknown"), &json!([]));

    let whole = snapshot(&billing, &id).await;
    assert_eq!(whole["received"], 5);
    assert_eq!(whole["unknown"], 2);
    assert_eq!(whole["system"], "whmcs");
    assert_eq!(whole["completedAt"], "2026-11-20T10:00:01.000Z");
    let mut gone = [&clients[4], &clients[5]].map(|id| json!({ "id": id }));
    gone.sort_by_key(ToString::to_string);
    assert_eq!(whole["surplus"]["nodes"], json!(gone));
    assert_eq!(whole["surplus"]["totalCount"], 2);
    let page = billing.run(SURPLUS, json!({ "id": id, "first": 1 })).await;
    assert_eq!(page.get("node.surplus.nodes"), &json!([gone[0]]));
    let after = page.get("node.surplus.pageInfo.endCursor");
    let page = billing
        .run(SURPLUS, json!({ "id": id, "after": after }))
        .await;
    assert_eq!(page.get("node.surplus.nodes"), &json!([gone[1]]));
    assert_eq!(page.get("node.surplus.pageInfo.hasNextPage"), &json!(false));
    let refused = send(&billing, &["5"], json!({ "snapshotId": id })).await;
    refused.refused(409, "CONFLICT");
    assert_eq!(events_of(&app, &id).await, ["snapshot.reconciled"; 3]);

    // What ended is not missed either.
    let identifiers =
        "query($by: CustomerLookupInput!) { customer(by: $by) { identifiers { id } } }";
    let five = billing.run(identifiers, json!({ "by": whmcs("5") })).await;
    let ending = json!({ "identifierId": five.get("customer.identifiers.0.id") });
    billing
        .run(build::END_IDENTIFIER, input(&ending))
        .await
        .ok();
    let whole = snapshot(&billing, &id).await;
    assert_eq!(whole["surplus"]["nodes"], json!([{ "id": clients[5] }]));
    // Only the index values of the ids are kept.
    let survey = Survey::of(app.database()).await;
    assert_eq!(
        survey
            .count("snapshot_value where length(value) = 16")
            .await,
        5
    );
    survey.close().await;
    end(app).await;
}

#[tokio::test]
async fn a_part_sent_again_under_its_key_answers_with_its_snapshot() {
    let app = App::start().await;
    let billing = app.actor(Role::Billing).await;
    let part = json!({ "idempotencyKey": "part 1", "complete": true });

    let first = send(&billing, &["1", "2"], part.clone()).await;
    register(&billing, "2").await;
    let again = send(&billing, &["1", "2"], part).await;

    let id = first.text_at("reconcileSnapshot.snapshot.id");
    assert_eq!(again.text_at("reconcileSnapshot.snapshot.id"), id);
    // What differs is read again.
    assert_eq!(again.get("reconcileSnapshot.unknown"), &json!(["1"]));
    assert_eq!(snapshot(&billing, &id).await["unknown"], 2);
    let other = send(&billing, &["1"], json!({})).await;
    assert_ne!(other.text_at("reconcileSnapshot.snapshot.id"), id);
    let foreign = app.foreigner(Role::Billing).await;
    let theirs = json!({ "snapshotId": other.text_at("reconcileSnapshot.snapshot.id") });
    let refused = send(&foreign, &["1"], theirs).await;
    refused.refused(404, "NOT_FOUND");
    end(app).await;
}

#[tokio::test]
async fn parts_sent_at_the_same_time_are_all_counted() {
    let app = App::start().await;
    let billing = app.actor(Role::Billing).await;
    let first = send(&billing, &["0"], json!({})).await;
    let id = first.text_at("reconcileSnapshot.snapshot.id");
    let tasks: Vec<_> = (0..10)
        .map(|n| {
            let (actor, id) = (billing.clone(), id.clone());
            tokio::spawn(async move {
                // Each id in two parts.
                let ids = [(n / 2).to_string(), format!("own {n}")];
                let ids: Vec<_> = ids.iter().map(String::as_str).collect();
                send(&actor, &ids, json!({ "snapshotId": id })).await
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().ok();
    }
    let whole = snapshot(&billing, &id).await;
    assert_eq!(
        (&whole["received"], &whole["unknown"]),
        (&json!(15), &json!(15))
    );
    end(app).await;
}

#[tokio::test]
async fn a_part_of_five_thousand_ids_is_one_call() {
    let app = App::start().await;
    let billing = app.actor(Role::Billing).await;
    let ids: Vec<_> = (0..5_000).map(|n| n.to_string()).collect();
    let ids: Vec<_> = ids.iter().map(String::as_str).collect();
    register(&billing, "17").await;

    let answer = send(&billing, &ids, json!({ "complete": true })).await;

    let unknown = answer.get("reconcileSnapshot.unknown").as_array().unwrap();
    assert_eq!(unknown.len(), 4_999);
    let id = answer.text_at("reconcileSnapshot.snapshot.id");
    assert_eq!(snapshot(&billing, &id).await["surplus"]["totalCount"], 0);
    end(app).await;
}

/// An instance over a database at an instant.
async fn open(database: &Database, at: &str) -> Instance {
    let clock = Clock::standing_at(at.parse().unwrap());
    Instance::open(config(database, &[]), clock).await.unwrap()
}

#[tokio::test]
async fn snapshots_are_kept_for_thirty_days() {
    let database = Database::new().await;
    let instance = open(&database, BEGINNING).await;
    let token = instance.bootstrap().await.unwrap().unwrap().token;
    let running = serve(instance).await;
    let owner = Actor::new(running.address(), Some(token.clone()));
    let ids: Vec<_> = (0..5_000).map(|n| n.to_string()).collect();
    let ids: Vec<_> = ids.iter().map(String::as_str).collect();
    let old = send(&owner, &ids, json!({})).await;
    let old = old.text_at("reconcileSnapshot.snapshot.id");
    send(&owner, &["one more"], json!({ "snapshotId": old }))
        .await
        .ok();
    running.stop().await;
    // The next day another one.
    let running = serve(open(&database, "2026-11-21T10:00:00Z").await).await;
    let owner = Actor::new(running.address(), Some(token.clone()));
    let later = send(&owner, &["1"], json!({})).await;
    let later = later.text_at("reconcileSnapshot.snapshot.id");
    assert_eq!(snapshot(&owner, &old).await["received"], 5_001);
    running.stop().await;

    let running = serve(open(&database, "2026-12-20T10:00:00.001Z").await).await;

    let survey = Survey::of(&database).await;
    let gone = async || (survey.count("snapshot").await == 1).then_some(());
    eventually(Duration::from_secs(10), "the old one is gone", gone).await;
    assert_eq!(survey.count("snapshot_value").await, 1);
    survey.close().await;
    let owner = Actor::new(running.address(), Some(token));
    assert_eq!(snapshot(&owner, &later).await["received"], 1);
    assert_eq!(snapshot(&owner, &old).await, Value::Null);
    running.stop().await;
    database.remove().await;
}
