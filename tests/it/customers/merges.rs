//! Two customers turn out to be one.

use entity::enums::Role;
use serde_json::{Value, json};

use super::{LOOK_UP, end, events_of, known, register, whmcs};
use crate::harness::build::{self, input};
use crate::harness::survey::Survey;
use crate::harness::{Actor, Answer, App};

async fn merge(actor: &Actor, from: Value, into: Value) -> Answer {
    let both = json!({ "from": from, "into": into });
    actor.run(build::MERGE_CUSTOMERS, input(&both)).await
}

fn id(id: &str) -> Value {
    json!({ "id": id })
}

/// Which customer stands for one; itself, when it was not merged.
async fn root(actor: &Actor, customer: &str) -> String {
    let of = known(actor, customer).await;
    of["mergedInto"]["id"]
        .as_str()
        .unwrap_or(customer)
        .to_owned()
}

/// Ids of customers in a list with a filter.
async fn listed(actor: &Actor, merged: Value) -> Vec<String> {
    let query = "query($merged: Boolean) { customers(filter: { merged: $merged }, orderBy: { field: REGISTERED_AT,
        direction: ASC }) { totalCount nodes { id } } }";
    let found = actor.run(query, json!({ "merged": merged })).await;
    let nodes = found.get("customers.nodes").as_array().unwrap();
    assert_eq!(found.get("customers.totalCount"), &json!(nodes.len()));
    let ids = nodes
        .iter()
        .map(|node| node["id"].as_str().unwrap().to_owned());
    ids.collect()
}

#[tokio::test]
async fn a_merge_keeps_both_histories() {
    let app = App::start().await;
    let (billing, support) = (
        app.actor(Role::Billing).await,
        app.actor(Role::Support).await,
    );
    let (a, b) = (
        register(&billing, "42").await,
        register(&billing, "43").await,
    );
    for (customer, prefix) in [(&a, "192.0.2.0/25"), (&b, "192.0.2.128/25")] {
        let held = build::assignment(&id(customer), prefix);
        billing.run(build::RECORD_ASSIGNMENTS, held).await.ok();
    }
    let recipient = json!({ "name": "Spamhaus", "role": "PRIVATE_PARTY" });
    let disclosure = build::disclosure(&recipient, &[id(&a)]);
    let abuse = app.actor(Role::Abuse).await;
    abuse.run(build::RECORD_DISCLOSURE, disclosure).await.ok();

    // A ticket system finds out that two requesters are one.
    let merged = merge(
        &support,
        whmcs("42"),
        json!({ "email": "client43@example.org" }),
    )
    .await;

    assert_eq!(merged.text_at("mergeCustomers.customer.id"), b);
    assert_eq!(merged.text_at("mergeCustomers.merged.id"), a);
    let history = "query($id: ID!) { node(id: $id) { ... on Customer { identifiers { value }
        assignments { nodes { ipPrefix customer { id } } } disclosures { totalCount nodes { id } } } } }";
    let history = async |customer: &str| {
        let answer = billing.run(history, id(customer)).await;
        answer.get("node").clone()
    };
    let whole = history(&b).await;
    let values: Vec<_> = whole["identifiers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["value"])
        .collect();
    assert_eq!(
        values,
        ["42", "client42@example.org", "43", "client43@example.org"]
    );
    assert_eq!(whole["assignments"]["nodes"].as_array().unwrap().len(), 2);
    assert_eq!(whole["disclosures"]["nodes"].as_array().unwrap().len(), 1);
    // Nothing moved: each part is still that of the customer that it was recorded for.
    let part = history(&a).await;
    assert_eq!(part["identifiers"].as_array().unwrap().len(), 2);
    assert_eq!(
        part["assignments"]["nodes"],
        json!([{ "ipPrefix": "192.0.2.0/25", "customer": { "id": a } }])
    );
    assert_eq!(known(&billing, &a).await["version"], 1);
    assert_eq!(known(&billing, &a).await["mergedInto"], json!({ "id": b }));
    let from = json!({ "totalCount": 1, "nodes": [{ "id": a }] });
    assert_eq!(known(&billing, &b).await["mergedFrom"], from);
    assert_eq!(events_of(&app, &a).await.last().unwrap(), "customer.merged");
    // Both ids still lead somewhere, and lists show the one that stands for both.
    for by in [whmcs("42"), whmcs("43")] {
        let found = billing.run(LOOK_UP, json!({ "by": by })).await;
        let found = found.text_at("customer.id");
        assert_eq!(root(&billing, &found).await, b);
    }
    assert_eq!(
        listed(&billing, Value::Null).await,
        std::slice::from_ref(&b)
    );
    assert_eq!(listed(&billing, json!(false)).await, [b]);
    assert_eq!(listed(&billing, json!(true)).await, [a]);
    end(app).await;
}

#[tokio::test]
async fn what_is_one_already_cannot_be_merged() {
    let app = App::start().await;
    let billing = app.actor(Role::Billing).await;
    let (a, b) = (
        register(&billing, "42").await,
        register(&billing, "43").await,
    );
    let both = json!({ "from": id(&a), "into": id(&b), "idempotencyKey": "merge" });
    billing.run(build::MERGE_CUSTOMERS, input(&both)).await.ok();

    for (from, into) in [(&a, &b), (&b, &a), (&a, &a), (&b, &b)] {
        let refused = merge(&billing, id(from), id(into)).await;
        refused.refused(422, "CUSTOMER_MERGED");
    }
    let refusals = events_of(&app, &b).await;
    assert_eq!(
        refusals
            .iter()
            .filter(|one| *one == "refusal.recorded")
            .count(),
        4
    );
    // The call that merged them answers as it did.
    let again = billing.run(build::MERGE_CUSTOMERS, input(&both)).await;
    assert_eq!(again.text_at("mergeCustomers.customer.id"), b);
    assert_eq!(again.text_at("mergeCustomers.merged.id"), a);
    end(app).await;
}

#[tokio::test]
async fn a_chain_of_merges_leads_to_its_end() {
    let app = App::start().await;
    let billing = app.actor(Role::Billing).await;
    let mut clients = Vec::new();
    for client in ["1", "2", "3", "4"] {
        clients.push(register(&billing, client).await);
    }
    let [a, b, c, d] = clients.as_slice() else {
        unreachable!()
    };
    merge(&billing, id(a), id(b)).await.ok();
    merge(&billing, id(b), id(c)).await.ok();
    // What was merged stands for where it went: into C, and C itself with all of them.
    merge(&billing, id(d), id(a)).await.ok();

    for merged in [a, b, d] {
        assert_eq!(&root(&billing, merged).await, c);
    }
    let of = known(&billing, c).await;
    assert_eq!(of["identifiers"].as_array().unwrap().len(), 8);
    let mut expected = [a, b, d].map(|id| json!({ "id": id }));
    expected.sort_by_key(ToString::to_string);
    assert_eq!(of["mergedFrom"]["nodes"], json!(expected));
    let pages = "query($id: ID!, $after: String) { node(id: $id) { ... on Customer {
        mergedFrom(first: 2, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } } } }";
    let page = billing.run(pages, id(c)).await;
    assert_eq!(
        page.get("node.mergedFrom.pageInfo.hasNextPage"),
        &json!(true)
    );
    let after = page.get("node.mergedFrom.pageInfo.endCursor");
    let page = billing.run(pages, json!({ "id": c, "after": after })).await;
    assert_eq!(page.get("node.mergedFrom.nodes"), &json!([expected[2]]));
    end(app).await;
}

/// A into B, B into C and C into A at the same time: whatever comes first, there is one in the end, and no chain.
#[tokio::test]
async fn merges_at_the_same_time_leave_neither_a_chain_nor_a_circle() {
    let app = App::start().await;
    let billing = app.actor(Role::Billing).await;
    for round in 0..10 {
        let mut clients = Vec::new();
        for n in 0..3 {
            clients.push(register(&billing, &format!("{round}-{n}")).await);
        }
        let tasks: Vec<_> = (0..3)
            .map(|n| {
                let (actor, from, into) =
                    (billing.clone(), id(&clients[n]), id(&clients[(n + 1) % 3]));
                tokio::spawn(async move { merge(&actor, from, into).await })
            })
            .collect();
        let mut done = 0;
        for task in tasks {
            let answer = task.await.unwrap();
            match answer.code() {
                "" => done += 1,
                // Two others were faster, twice.
                "CONFLICT" => {}
                _ => {
                    answer.refused(422, "CUSTOMER_MERGED");
                }
            }
        }
        assert!((1..=2).contains(&done), "{done}");
        let mut roots = Vec::new();
        for client in &clients {
            roots.push(root(&billing, client).await);
        }
        roots.sort();
        roots.dedup();
        assert_eq!(roots.len(), 3 - done, "round {round}");
    }
    let survey = Survey::of(app.database()).await;
    survey.assert_whole().await;
    survey.close().await;
    end(app).await;
}

#[tokio::test]
async fn a_customer_stands_for_a_hundred_at_most() {
    let app = App::start_with(&[
        ("limits.points_per_second", "1000000"),
        ("limits.burst_points", "100000000"),
    ])
    .await;
    let billing = app.actor(Role::Billing).await;
    let customers: Vec<_> = (0..102)
        .map(|n| json!({ "externalId": { "system": "whmcs", "id": n.to_string() } }))
        .collect();
    let imported = json!({ "customers": customers });
    billing
        .run(build::IMPORT_CUSTOMERS, input(&imported))
        .await
        .ok();
    for n in 1..100 {
        merge(&billing, whmcs(&n.to_string()), whmcs("0"))
            .await
            .ok();
    }
    merge(&billing, whmcs("101"), whmcs("100")).await.ok();

    for (from, into) in [("100", "0"), ("0", "100")] {
        let refused = merge(&billing, whmcs(from), whmcs(into)).await;
        let error = refused.refused(400, "BAD_USER_INPUT");
        assert_eq!(error["extensions"]["field"], "into");
    }
    end(app).await;
}

/// The address management goes on to speak of the customer that it knows: what it says corrects what it said before.
#[tokio::test]
async fn what_was_recorded_before_a_merge_is_corrected_where_it_is() {
    let app = App::start().await;
    let billing = app.actor(Role::Billing).await;
    let (a, b) = (
        register(&billing, "42").await,
        register(&billing, "43").await,
    );
    let held = build::assignment(&id(&a), "192.0.2.0/25");
    billing.run(build::RECORD_ASSIGNMENTS, held).await.ok();
    merge(&billing, whmcs("42"), whmcs("43")).await.ok();

    let mut ended = build::assignment(&whmcs("42"), "192.0.2.0/25");
    ended["input"]["assignments"][0]["until"] = json!("2026-06-01T00:00:00Z");
    billing.run(build::RECORD_ASSIGNMENTS, ended).await.ok();

    let query = "query($id: ID!) { node(id: $id) { ... on Customer {
        assignments { nodes { until version customer { id } } } } } }";
    let whole = billing.run(query, id(&b)).await;
    assert_eq!(
        whole.get("node.assignments.nodes"),
        &json!([{ "until": "2026-06-01T00:00:00.000Z", "version": 2, "customer": { "id": a } }])
    );
    app.stop().await;
}

/// Two records of one client, each of which was said to hold the address: neither is left behind.
#[tokio::test]
async fn what_both_had_is_corrected_for_both() {
    let app = App::start().await;
    let billing = app.actor(Role::Billing).await;
    for client in ["42", "43", "R"] {
        register(&billing, client).await;
    }
    let relate = async |of: &str, until: Value| {
        let relation = json!({ "customer": whmcs("R"), "kind": "RESELLER", "relatedCustomer": whmcs(of),
            "from": "2026-01-01T00:00:00Z", "until": until });
        let related = billing.run(build::RELATE_CUSTOMERS, input(&relation)).await;
        related.ok();
    };
    for client in ["42", "43"] {
        let held = build::assignment(&whmcs(client), "192.0.2.0/25");
        billing.run(build::RECORD_ASSIGNMENTS, held).await.ok();
        relate(client, Value::Null).await;
    }
    merge(&billing, whmcs("42"), whmcs("43")).await.ok();

    let mut never = build::assignment(&whmcs("43"), "192.0.2.0/25");
    let assignment = &mut never["input"]["assignments"][0];
    assignment["until"] = assignment["from"].clone();
    billing.run(build::RECORD_ASSIGNMENTS, never).await.ok();
    relate("43", json!("2026-01-01T00:00:00Z")).await;

    let query = "query($by: CustomerLookupInput!) { customer(by: $by) {
        assignments { nodes { from until } } relations { nodes { from until } } } }";
    let found = billing.run(query, json!({ "by": whmcs("43") })).await;
    for list in ["assignments", "relations"] {
        let nodes = found
            .get(&format!("customer.{list}.nodes"))
            .as_array()
            .unwrap();
        assert_eq!(nodes.len(), 2, "{list}");
        assert!(
            nodes.iter().all(|node| node["until"] == node["from"]),
            "{nodes:?}"
        );
    }
    let by = json!({ "ip": { "address": "192.0.2.1", "at": "2026-11-01T00:00:00Z" } });
    let nobody = billing.run(LOOK_UP, json!({ "by": by })).await;
    assert_eq!(nobody.get("customer"), &Value::Null);
    end(app).await;
}

/// Who resold to a client that it turned out to be: that can be taken back.
#[tokio::test]
async fn a_relation_of_a_customer_to_itself_is_ended() {
    let app = App::start().await;
    let billing = app.actor(Role::Billing).await;
    for client in ["1", "2"] {
        register(&billing, client).await;
    }
    let relate = async |until: Value| {
        let relation = json!({ "customer": whmcs("1"), "kind": "RESELLER", "relatedCustomer": whmcs("2"),
            "from": "2026-01-01T00:00:00Z", "until": until });
        billing.run(build::RELATE_CUSTOMERS, input(&relation)).await
    };
    relate(Value::Null).await.ok();
    merge(&billing, whmcs("1"), whmcs("2")).await.ok();
    let ended = relate(json!("2026-01-01T00:00:00Z")).await;
    assert_eq!(ended.get("relateCustomers.relation.version"), &json!(2));
    end(app).await;
}

#[tokio::test]
async fn a_look_up_that_leads_to_nobody_or_to_several_is_named() {
    let app = App::start().await;
    let billing = app.actor(Role::Billing).await;
    let shared = json!({ "emails": ["shared@example.org"] });
    for _ in 0..2 {
        let registered = billing.run(build::REGISTER_CUSTOMER, input(&shared)).await;
        registered.ok();
    }
    register(&billing, "42").await;
    let shared = json!({ "email": "shared@example.org" });
    let nobody = json!({ "email": "nobody@example.org" });
    for (from, into, status, code, field) in [
        (whmcs("42"), nobody.clone(), 404, "NOT_FOUND", "into"),
        (nobody, whmcs("42"), 404, "NOT_FOUND", "from"),
        (whmcs("42"), shared.clone(), 409, "AMBIGUOUS", "into"),
        (shared, whmcs("42"), 409, "AMBIGUOUS", "from"),
    ] {
        let refused = merge(&billing, from, into).await;
        let error = refused.refused(status, code);
        assert_eq!(error["extensions"]["field"], field);
        let several = (code == "AMBIGUOUS").then_some(2);
        assert_eq!(error["extensions"]["candidates"], json!(several));
        assert!(
            error["message"]
                .as_str()
                .unwrap()
                .starts_with(&format!("{field}: "))
        );
    }
    end(app).await;
}

/// Relations, too: also those of which both sides were merged.
#[tokio::test]
async fn a_relation_from_before_a_merge_is_corrected_where_it_is() {
    let app = App::start().await;
    let billing = app.actor(Role::Billing).await;
    for client in ["1", "2", "3", "4"] {
        register(&billing, client).await;
    }
    let relate = async |related: &str, until: Value| {
        let relation = json!({ "customer": whmcs("1"), "kind": "OWNER", "relatedCustomer": whmcs(related),
            "from": "2026-01-01T00:00:00Z", "until": until });
        let related = billing.run(build::RELATE_CUSTOMERS, input(&relation)).await;
        related.get("relateCustomers.relation").clone()
    };
    let before = relate("2", Value::Null).await;
    merge(&billing, whmcs("1"), whmcs("3")).await.ok();
    merge(&billing, whmcs("2"), whmcs("4")).await.ok();

    let again = relate("2", Value::Null).await;
    assert_eq!(again, before);
    let ended = relate("4", json!("2026-02-01T00:00:00Z")).await;
    assert_eq!(
        (&ended["id"], &ended["version"]),
        (&before["id"], &json!(2))
    );
    // It never was.
    let taken_back = relate("4", json!("2026-01-01T00:00:00Z")).await;
    assert_eq!(
        (&taken_back["id"], &taken_back["version"]),
        (&before["id"], &json!(3))
    );
    assert_eq!(taken_back["until"], taken_back["from"]);
    end(app).await;
}
