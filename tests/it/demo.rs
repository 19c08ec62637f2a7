//! The provider of a demonstration: made by the command, asked through the API.

use serde_json::{Value, json};

use crate::harness::host::whmcs;
use crate::harness::process::{Process, command};
use crate::harness::survey::Survey;
use crate::harness::{Actor, Database};

/// A reseller with its clients, and some who share a server.
const CUSTOMERS: &str = "60";

/// Makes a provider, and gives the token that the command prints.
async fn demo(database: &Database, seed: &str) -> String {
    let arguments = ["demo", "--customers", CUSTOMERS, "--seed", seed];
    let made = command(database, &arguments).await;
    let said = String::from_utf8_lossy(&made.stderr).into_owned();
    assert!(made.status.success(), "{said}");
    let said = said + &String::from_utf8_lossy(&made.stdout);
    let token = said.lines().find_map(|line| line.strip_prefix("token: "));
    token
        .unwrap_or_else(|| panic!("no token: {said}"))
        .to_owned()
}

/// What a provider's customers are, hold and were told of, without ids: the same for the same provider.
async fn whole(actor: &Actor) -> Vec<Value> {
    let query = "query($by: CustomerLookupInput!) { customer(by: $by) {
        name kind country registeredAt servicesEndedAt brand { name } identifiers { kind value }
        assignments(first: 20) { nodes { resource sharing from until } }
        relations(first: 30) { nodes { kind from until customer { name } relatedCustomer { name } } }
        accountingOfDisclosures(from: \"2016-01-01T00:00:00Z\", to: \"2026-11-20T00:00:00Z\") {
            nodes { firstAt lastAt count first { ground purpose recipient { name category } } } } } }";
    let mut all = Vec::new();
    for client in 1..=60 {
        let found = actor
            .run(query, json!({ "by": whmcs(&client.to_string()) }))
            .await;
        let mut customer = found.get("customer").clone();
        assert!(!customer.is_null(), "{client}");
        // Lines come in the order of their first instant; those of one instant in that of their keyed digests.
        let lines = customer["accountingOfDisclosures"]["nodes"]
            .as_array_mut()
            .unwrap();
        lines.sort_by_key(ToString::to_string);
        let relations = customer["relations"]["nodes"].as_array_mut().unwrap();
        relations.sort_by_key(ToString::to_string);
        all.push(customer);
    }
    all
}

fn has(all: &[Value], what: impl Fn(&Value) -> bool) -> bool {
    all.iter().any(what)
}

#[tokio::test]
async fn the_same_seed_is_the_same_provider_to_who_asks() {
    let database = Database::new().await;
    let (once, again, other) = (
        demo(&database, "7").await,
        demo(&database, "7").await,
        demo(&database, "8").await,
    );
    let server = Process::again(&database, &[]).await;
    let provider = whole(&server.actor(&once)).await;
    assert_eq!(provider, whole(&server.actor(&again)).await);
    assert_ne!(provider, whole(&server.actor(&other)).await);

    // Twelve payments a year over the years are one line.
    let lines = provider.iter().flat_map(|customer| {
        let lines = customer["accountingOfDisclosures"]["nodes"].as_array();
        lines.unwrap().iter()
    });
    let payments: Vec<_> = lines
        .filter(|line| line["first"]["ground"] == "PAYMENT_PROCESSING")
        .collect();
    assert!(
        payments
            .iter()
            .any(|line| line["count"].as_i64() > Some(24))
    );
    assert!(payments.len() <= provider.len(), "one processor each");
    assert!(has(&provider, |one| one["servicesEndedAt"].is_string()));
    assert!(has(&provider, |one| one["brand"]["name"].is_string()));
    let clients = provider[0]["relations"]["nodes"].as_array().unwrap().len();
    assert!(clients > 10, "{clients}");

    // A client of the reseller holds a part of its network: the chain leads up.
    let client = provider.iter().find(|one| {
        let held = one["assignments"]["nodes"].as_array().unwrap();
        held.iter().any(|held| {
            let network = held["resource"].as_str().unwrap_or_default();
            network.ends_with("/29") && held["until"].is_null()
        })
    });
    let network = client.expect("a client that is still there")["assignments"]["nodes"].as_array();
    let network = network.unwrap().iter().find_map(|held| {
        let network = held["resource"].as_str()?;
        network.strip_suffix("/29")
    });
    let holders = "query($of: ResourceLookupInput!) { holders(of: $of) { nodes { resource } } }";
    let of = json!({ "ip": { "address": network.unwrap(), "at": "2026-11-19T22:14:00Z" } });
    let chain = server.actor(&once).run(holders, json!({ "of": of })).await;
    let chain = chain.get("holders.nodes").as_array().unwrap().clone();
    let lengths: Vec<_> = chain
        .iter()
        .map(|held| {
            held["resource"]
                .as_str()
                .unwrap()
                .rsplit('/')
                .next()
                .unwrap()
        })
        .collect();
    assert_eq!(lengths, ["29", "24"]);
    server.ask_to_stop();
    server.ended().await;
    let survey = Survey::of(&database).await;
    survey.assert_whole().await;
    survey.close().await;
    database.remove().await;
}

#[tokio::test]
async fn a_provider_of_a_size_that_cannot_be_is_refused() {
    let database = Database::new().await;
    for size in ["0", "5000001", "many"] {
        let made = command(&database, &["demo", "--customers", size]).await;
        assert!(!made.status.success(), "{size}");
        let said = String::from_utf8_lossy(&made.stderr).into_owned();
        assert!(said.contains("--customers"), "{said}");
    }
    database.remove().await;
}
