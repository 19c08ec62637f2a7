//! Whose data systems are told to touch: the customer's, and nobody else's.

use entity::enums::Role;
use serde_json::json;

use super::super::work::claim;
use super::super::{Host, asking, whmcs, with};
use crate::harness::build::{self, input};

/// Two accounts turned out to be one person; an id that one of them had was given to somebody else.
#[tokio::test]
async fn what_was_merged_is_reached_and_what_others_have_now_is_not() {
    let host = Host::start().await;
    host.client("41", None).await;
    let kept = host.mailed("42", "erika@example.org").await;
    let add = async |customer: &str, system: &str, id: &str| {
        let identifier = json!({ "externalId": { "system": system, "id": id } });
        let add = json!({ "customerId": customer, "identifier": identifier });
        host.billing
            .run(build::ADD_IDENTIFIER, input(&add))
            .await
            .ok();
    };
    add(&kept, "plesk", "u1").await;
    add(&kept, "zendesk", "z1").await;
    let query = "query($id: ID!) { customer(by: { id: $id }) { identifiers { id value system } } }";
    let found = host.officer.run(query, json!({ "id": kept })).await;
    for identifier in found.get("customer.identifiers").as_array().unwrap() {
        if identifier["system"] == "plesk" || identifier["system"] == "zendesk" {
            let end = json!({ "identifierId": identifier["id"] });
            host.billing
                .run(build::END_IDENTIFIER, input(&end))
                .await
                .ok();
        }
    }
    // The panel has given the name to somebody else since; the ticket system knows the person still.
    let stranger = host.client("50", None).await;
    add(&stranger, "plesk", "u1").await;
    let both = json!({ "from": whmcs("41"), "into": whmcs("42") });
    host.billing
        .run(build::MERGE_CUSTOMERS, input(&both))
        .await
        .ok();

    let opened = host.working("42", &["DELETION"]).await;

    let tasks = host.tasks(&opened).await;
    let systems: Vec<_> = tasks
        .iter()
        .map(|task| task["system"].as_str().unwrap())
        .collect();
    assert_eq!(systems, ["whmcs", "zendesk"]);
    let [erase] = claim(&host.officer, "whmcs", 5).await.try_into().unwrap();
    let mut ids: Vec<_> = erase.all["identifiers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|identifier| identifier["value"].as_str().unwrap())
        .collect();
    ids.sort_unstable();
    assert_eq!(ids, ["41", "42"]);
    host.stop().await;
}

/// An address that two customers have leads to both.
#[tokio::test]
async fn an_address_that_others_have_too_is_marked() {
    let host = Host::start().await;
    let mail = host.mail_system().await;
    host.mailed("42", "office@example.org").await;
    host.mailed("43", "Office@example.org").await;
    host.working("42", &["DELETION"]).await;
    let [erase] = claim(&mail, "mail", 1).await.try_into().unwrap();
    assert_eq!(
        erase.all["identifiers"],
        json!([{ "kind": "EMAIL", "value": "office@example.org", "shared": true }])
    );
    host.stop().await;
}

/// A user of a customer's site asks: nothing is done to the data of the customer.
#[tokio::test]
async fn a_user_of_a_customers_site_moves_no_system_of_the_customer() {
    let host = Host::start().await;
    host.client("42", None).await;
    let request = with(asking(&["DELETION"]), "customer", whmcs("42"));
    let requester =
        json!({ "kind": "END_USER", "name": "A visitor", "proof": "an order of the shop" });
    let opened = host.open(&with(request, "requester", requester)).await;
    for to in ["IN_REVIEW", "APPROVED", "IN_PROGRESS"] {
        host.step(&opened["items"][0]["id"], to).await;
    }
    assert_eq!(host.tasks(&opened).await.len(), 0);
    // Where a person plans one, it is about nobody whom the system knows.
    let more = json!({ "itemId": opened["items"][0]["id"], "system": "whmcs" });
    host.support.run(build::PLAN_TASK, input(&more)).await.ok();
    let [erase] = claim(&host.officer, "whmcs", 1).await.try_into().unwrap();
    assert_eq!(erase.all["identifiers"], json!([]));
    host.stop().await;
}

/// An integration that does work sees its own tasks, and what it needs for them when it claims them.
#[tokio::test]
async fn a_worker_sees_the_tasks_of_its_systems_only() {
    let host = Host::start().await;
    let mail = host.mail_system().await;
    let idle = host.app.actor(Role::Mail).await;
    host.mailed("42", "erika@example.org").await;
    let opened = host.working("42", &["OPT_OUT"].map(|_| "DELETION")).await;
    let list = "{ tasks { nodes { id system instructions evidence { remoteResult } } } }";
    let seen = mail.ask(list).await;
    let systems: Vec<_> = seen
        .get("tasks.nodes")
        .as_array()
        .unwrap()
        .iter()
        .map(|task| &task["system"])
        .collect();
    assert_eq!(systems, ["mail"]);
    assert_eq!(idle.ask(list).await.get("tasks.nodes"), &json!([]));
    let tasks = host.tasks(&opened).await;
    let node = "query($id: ID!) { node(id: $id) { ... on Task { id system } } }";
    let theirs = tasks.iter().find(|task| task["system"] == "whmcs").unwrap();
    let seen = mail.run(node, json!({ "id": theirs["id"] })).await;
    assert_eq!(seen.get("node"), &json!(null));
    let refused = idle
        .run(build::CLAIM_TASKS, input(&json!({ "system": "mail" })))
        .await;
    refused.refused(400, "BAD_USER_INPUT");

    // Another system is given to another integration: the first one has nothing to do with it any more.
    host.system("mail", &idle, json!({})).await;
    assert_eq!(mail.ask(list).await.get("tasks.nodes"), &json!([]));
    let [task] = claim(&idle, "mail", 1).await.try_into().unwrap();
    assert_eq!(
        task.all["identifiers"][0]["value"], "erika@example.org",
        "how it is known by stays"
    );
    host.stop().await;
}

/// What somebody opts out of, the system is told.
#[tokio::test]
async fn an_opt_out_says_of_what() {
    let host = Host::start().await;
    host.client("42", None).await;
    let mut request = with(asking(&["OPT_OUT"]), "customer", whmcs("42"));
    request["items"][0]["scope"] = json!("MARKETING");
    let opened = host.open(&request).await;
    for to in ["IN_REVIEW", "APPROVED", "IN_PROGRESS"] {
        host.step(&opened["items"][0]["id"], to).await;
    }
    let [stop] = claim(&host.officer, "whmcs", 1).await.try_into().unwrap();
    assert_eq!(
        (&stop.all["task"]["kind"], &stop.all["task"]["scope"]),
        (&json!("STOP"), &json!("MARKETING"))
    );
    host.stop().await;
}
