//! What was recorded wrongly, and what was recorded before customers were merged.

use serde_json::{Value, json};

use super::{leads_to, leads_to_several};
use crate::harness::build::{self, input};
use crate::harness::host::{Host, INCIDENT, at_ip, at_ip_with, during, held, whmcs};

const SINCE: &str = "2026-01-01T00:00:00Z";

async fn resells(host: &Host, reseller: &str, client: &str, until: Value) {
    let relation = json!({ "customer": whmcs(reseller), "kind": "RESELLER", "relatedCustomer": whmcs(client),
        "from": SINCE, "until": until });
    let related = host.billing.run(build::RELATE_CUSTOMERS, input(&relation));
    related.await.ok();
}

async fn merge(host: &Host, from: &str, into: &str) {
    let both = json!({ "from": whmcs(from), "into": whmcs(into) });
    let merged = host.billing.run(build::MERGE_CUSTOMERS, input(&both));
    merged.await.ok();
}

/// A name on a reseller's address is its client's, also where that has it from a second one.
#[tokio::test]
async fn a_client_of_a_resellers_reseller_is_meant_by_a_name_on_its_address() {
    let host = Host::start().await;
    for reseller in ["wholesale", "wholesale (old)", "retail", "stranger"] {
        host.client(reseller).await;
    }
    let shop = host.client("shop").await;
    let by = at_ip_with("198.51.100.7", "domain", json!("shop.example"));
    host.hold(&[
        held("wholesale (old)", "ipPrefix", json!("198.51.100.0/24")),
        held("shop", "domain", json!("shop.example")),
    ])
    .await;
    leads_to_several(&host, &by, 2, &[]).await;

    resells(&host, "retail", "shop", Value::Null).await;
    resells(&host, "stranger", "shop", Value::Null).await;
    leads_to_several(&host, &by, 2, &[]).await;
    resells(&host, "wholesale", "retail", Value::Null).await;
    leads_to_several(&host, &by, 2, &[]).await;
    // The holder of the network turns out to be the reseller.
    merge(&host, "wholesale (old)", "wholesale").await;
    leads_to(&host, &by, &shop).await;
    // Those who resell to each other do not lead in a circle.
    resells(&host, "shop", "wholesale", Value::Null).await;
    leads_to(&host, &by, &shop).await;
    // It was not so at the time that is asked about.
    resells(&host, "wholesale", "retail", json!(INCIDENT)).await;
    leads_to_several(&host, &by, 2, &[]).await;
    // A relation that was recorded for one who was merged since counts, too.
    resells(&host, "wholesale", "retail", Value::Null).await;
    let merged = host.client("shop (new)").await;
    merge(&host, "shop", "shop (new)").await;
    leads_to(&host, &by, &merged).await;
    host.stop().await;
}

/// Who never had it is not meant at any time, whatever comes first.
#[tokio::test]
async fn an_assignment_to_the_wrong_client_is_taken_back() {
    let host = Host::start().await;
    let (wrong, right) = (host.client("wrong").await, host.client("right").await);
    let reported = host.disclose(&at_ip("192.0.2.7", INCIDENT)).await;
    host.hold(&[held("wrong", "ipPrefix", json!("192.0.2.7"))])
        .await;
    leads_to(&host, &at_ip("192.0.2.7", INCIDENT), &wrong).await;

    let never = |client| {
        let held = held(client, "ipPrefix", json!("192.0.2.7"));
        during(held, SINCE, Some(SINCE))
    };
    host.hold(&[
        never("wrong"),
        held("right", "ipPrefix", json!("192.0.2.7")),
    ])
    .await;
    leads_to(&host, &at_ip("192.0.2.7", INCIDENT), &right).await;
    leads_to(&host, &at_ip("192.0.2.7", SINCE), &right).await;
    // What was on record about nobody is his.
    let id = reported["id"].as_str().unwrap();
    host.found(id, |finding| finding["customer"]["id"] == right.as_str())
        .await;
    // It is still on record that it was said.
    let query = "query($id: ID!) { node(id: $id) { ... on Customer {
        assignments { nodes { from until version } } } } }";
    let said = host.owner.run(query, json!({ "id": wrong })).await;
    let said = said.get("node.assignments.nodes.0");
    assert_eq!(
        (&said["until"], &said["version"]),
        (&said["from"], &json!(2))
    );

    // The correction overtakes what it corrects.
    host.hold(&[during(
        held("wrong", "domain", json!("shop.example")),
        SINCE,
        Some(SINCE),
    )])
    .await;
    host.hold(&[json!({ "customer": whmcs("wrong"), "domain": "shop.example", "from": SINCE })])
        .await;
    let by = json!({ "domain": { "name": "shop.example", "at": INCIDENT } });
    assert_eq!(host.candidates(&by).await, (0, vec![]));
    host.stop().await;
}

/// Ten resellers, one above the other, are asked, and no more.
#[tokio::test]
async fn a_chain_of_resellers_is_followed_so_far_and_no_further() {
    let host = Host::start().await;
    let mut below = "shop".to_owned();
    let shop = host.client("shop").await;
    for level in 1..=11 {
        let reseller = format!("level {level}");
        host.client(&reseller).await;
        resells(&host, &reseller, &below, Value::Null).await;
        below = reseller;
    }
    let network = |level: u32| {
        held(
            &format!("level {level}"),
            "ipPrefix",
            json!(format!("198.51.{level}.0/24")),
        )
    };
    host.hold(&[
        held("shop", "domain", json!("shop.example")),
        network(1),
        network(10),
        network(11),
    ])
    .await;
    for level in [1, 10] {
        let by = at_ip_with(
            &format!("198.51.{level}.7"),
            "domain",
            json!("shop.example"),
        );
        leads_to(&host, &by, &shop).await;
    }
    let by = at_ip_with("198.51.11.7", "domain", json!("shop.example"));
    leads_to_several(&host, &by, 2, &[]).await;
    host.stop().await;
}
