//! What customers are to each other.

use entity::enums::Role;
use serde_json::{Value, json};

use super::{end, events_of, register, whmcs};
use crate::harness::build::{self, input};
use crate::harness::{Actor, Answer, App};

async fn relate(actor: &Actor, customer: &str, kind: &str, related: &str, times: Value) -> Answer {
    let mut relation = times;
    relation["customer"] = whmcs(customer);
    relation["kind"] = json!(kind);
    relation["relatedCustomer"] = whmcs(related);
    actor.run(build::RELATE_CUSTOMERS, input(&relation)).await
}

/// The relations of a client, each as customer, kind and related customer.
async fn relations(actor: &Actor, client: &str) -> Vec<[String; 3]> {
    let query = "query($by: CustomerLookupInput!) { customer(by: $by) { relations { nodes {
        customer { name } kind relatedCustomer { name } } } } }";
    let found = actor.run(query, json!({ "by": whmcs(client) })).await;
    let nodes = found.get("customer.relations.nodes").as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    nodes
        .iter()
        .map(|node| {
            [
                text(&node["customer"]["name"]),
                text(&node["kind"]),
                text(&node["relatedCustomer"]["name"]),
            ]
        })
        .collect()
}

fn row(customer: &str, kind: &str, related: &str) -> [String; 3] {
    [
        format!("Client {customer}"),
        kind.to_owned(),
        format!("Client {related}"),
    ]
}

#[tokio::test]
async fn a_reseller_and_its_end_client_are_one_relation_in_both_spellings() {
    let app = App::start().await;
    let billing = app.actor(Role::Billing).await;
    register(&billing, "1").await;
    register(&billing, "2").await;
    let since = json!({ "from": "2026-01-01T00:00:00Z" });

    let above = relate(&billing, "1", "RESELLER", "2", since.clone()).await;
    let below = relate(&billing, "2", "END_CLIENT", "1", since).await;

    let id = above.text_at("relateCustomers.relation.id");
    assert_eq!(below.text_at("relateCustomers.relation.id"), id);
    assert_eq!(below.get("relateCustomers.relation.version"), &json!(1));
    for client in ["1", "2"] {
        let expected = row("1", "RESELLER", "2");
        assert_eq!(relations(&billing, client).await, [expected]);
    }
    assert_eq!(events_of(&app, &id).await, ["relation.recorded"]);
    end(app).await;
}

#[tokio::test]
async fn a_relation_ends_late_and_begins_again() {
    let app = App::start().await;
    let billing = app.actor(Role::Billing).await;
    register(&billing, "1").await;
    register(&billing, "2").await;
    let relation = async |times: Value| {
        let answer = relate(&billing, "1", "CONTACT", "2", times).await;
        answer.get("relateCustomers.relation").clone()
    };

    // Without an instant: now, and then the one that lasts.
    let first = relation(json!({})).await;
    assert_eq!(first["from"], crate::harness::BEGINNING);
    assert_eq!(relation(json!({})).await, first);
    app.set_clock("2026-12-01T00:00:00Z");
    let ended = relation(json!({ "until": "2026-11-25T00:00:00Z" })).await;
    assert_eq!(ended["id"], first["id"]);
    assert_eq!(ended["until"], "2026-11-25T00:00:00.000Z");
    assert_eq!(ended["version"], 2);
    // A late message about the beginning does not undo the end; null does.
    let again = relation(json!({ "from": first["from"] })).await;
    assert_eq!(again, ended);
    let open = relation(json!({ "from": first["from"], "until": null })).await;
    assert_eq!(
        (&open["until"], &open["version"]),
        (&Value::Null, &json!(3))
    );
    relation(json!({ "from": first["from"], "until": "2026-11-25T00:00:00Z" })).await;
    let second = relation(json!({})).await;
    assert_ne!(second["id"], first["id"]);
    assert_eq!(second["from"], "2026-12-01T00:00:00.000Z");
    assert_eq!(
        relations(&billing, "2").await,
        [row("1", "CONTACT", "2"), row("1", "CONTACT", "2")]
    );

    let query = "query($by: CustomerLookupInput!, $after: String) { customer(by: $by) {
        relations(first: 1, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } } }";
    let page = billing.run(query, json!({ "by": whmcs("1") })).await;
    assert_eq!(
        page.get("customer.relations.nodes"),
        &json!([{ "id": second["id"] }])
    );
    assert_eq!(
        page.get("customer.relations.pageInfo.hasNextPage"),
        &json!(true)
    );
    let after = page.get("customer.relations.pageInfo.endCursor");
    let page = billing
        .run(query, json!({ "by": whmcs("1"), "after": after }))
        .await;
    assert_eq!(
        page.get("customer.relations.nodes"),
        &json!([{ "id": first["id"] }])
    );
    assert_eq!(
        page.get("customer.relations.pageInfo.hasNextPage"),
        &json!(false)
    );
    end(app).await;
}

#[tokio::test]
async fn a_merged_customer_brings_its_relations_along() {
    let app = App::start().await;
    let billing = app.actor(Role::Billing).await;
    for client in ["1", "2", "3"] {
        register(&billing, client).await;
    }
    let at = |from: &str| json!({ "from": from });
    relate(&billing, "1", "OWNER", "2", at("2026-01-01T00:00:00Z"))
        .await
        .ok();
    relate(&billing, "3", "USER", "1", at("2026-02-01T00:00:00Z"))
        .await
        .ok();
    relate(&billing, "2", "CONTACT", "3", at("2026-03-01T00:00:00Z"))
        .await
        .ok();
    let both = json!({ "from": whmcs("1"), "into": whmcs("2") });
    billing.run(build::MERGE_CUSTOMERS, input(&both)).await.ok();

    // Each once, also the one that is now between a customer and itself.
    let expected = [
        row("2", "CONTACT", "3"),
        row("3", "USER", "1"),
        row("1", "OWNER", "2"),
    ];
    assert_eq!(relations(&billing, "2").await, expected);
    let expected = [row("2", "CONTACT", "3"), row("3", "USER", "1")];
    assert_eq!(relations(&billing, "3").await, expected);
    // A new one is with the customer that stands for both, and with itself there is none.
    relate(&billing, "1", "USER", "3", json!({})).await.ok();
    assert_eq!(relations(&billing, "3").await[0], row("2", "USER", "3"));
    let itself = relate(&billing, "1", "USER", "2", json!({})).await;
    let error = itself.refused(400, "BAD_USER_INPUT");
    assert_eq!(error["extensions"]["field"], "relatedCustomer");
    end(app).await;
}

#[tokio::test]
async fn one_relation_reported_ten_times_at_once_is_one() {
    let app = App::start().await;
    let billing = app.actor(Role::Billing).await;
    register(&billing, "1").await;
    register(&billing, "2").await;
    let tasks: Vec<_> = (0..10)
        .map(|n| {
            let (actor, even) = (billing.clone(), n % 2 == 0);
            tokio::spawn(async move {
                if even {
                    relate(&actor, "1", "RESELLER", "2", json!({})).await
                } else {
                    relate(&actor, "2", "END_CLIENT", "1", json!({})).await
                }
            })
        })
        .collect();
    let mut ids = Vec::new();
    for task in tasks {
        ids.push(task.await.unwrap().text_at("relateCustomers.relation.id"));
    }
    ids.dedup();
    assert_eq!(ids.len(), 1, "{ids:?}");
    end(app).await;
}
