//! Rules and customers who are one: what holds of one of them holds of all.

use serde_json::json;

use super::super::Host;
use super::super::work::done;
use super::claimed;
use crate::harness::build::{self, input};

use super::super::whmcs;

impl Host {
    async fn merges(&self, from: &str, into: &str) {
        let both = json!({ "from": whmcs(from), "into": whmcs(into) });
        let merged = self.billing.run(build::MERGE_CUSTOMERS, input(&both)).await;
        merged.ok();
    }
}

#[tokio::test]
async fn an_account_that_was_closed_is_not_that_of_whom_it_went_into() {
    let host = Host::start().await;
    host.system("whmcs", &host.billing, json!({})).await;
    for client in ["44", "45", "46", "47"] {
        host.client(client, None).await;
    }
    let closed = Some("2025-01-01T00:00:00Z");
    // A duplicate was closed and went into an account that goes on.
    host.happened("44", "ACCOUNT_CLOSED", closed, None).await;
    host.merges("44", "45").await;
    // Both of these are one by now, and closed.
    host.happened("46", "ACCOUNT_CLOSED", closed, None).await;
    host.happened("47", "ACCOUNT_CLOSED", closed, None).await;
    host.merges("46", "47").await;
    let rule = json!({ "name": "Accounts", "systems": ["whmcs"], "anchor": "ACCOUNT_CLOSED", "period": "P30D",
        "action": "DELETE" });
    host.rule(&rule).await;
    let due = host.due("2026-12-31").await;
    assert_eq!(
        due,
        [
            "Accounts, whmcs, Client 46, 2025-01-31, -",
            "Accounts, whmcs, Client 47, 2025-01-31, -"
        ]
    );
    host.stop().await;
}

#[tokio::test]
async fn what_the_law_keeps_of_one_it_keeps_of_who_went_in() {
    let host = Host::start().await;
    host.system("whmcs", &host.billing, json!({})).await;
    for client in ["44", "45"] {
        host.client(client, None).await;
    }
    let law = json!({ "name": "Invoices", "systems": ["whmcs"], "anchor": "INVOICE_DATE", "period": "P8Y",
        "action": "DELETE", "protected": true, "basis": "LEGAL_OBLIGATION", "statute": "AO s. 147" });
    host.rule(&law).await;
    let services = json!({ "name": "Services", "systems": ["whmcs"], "anchor": "SERVICE_TERMINATED", "period": "P3Y",
        "action": "RESTRICT", "protected": true, "basis": "CONTRACT", "statute": "terms, section 9" });
    host.rule(&services).await;
    let invoice = Some(["whmcs", "2077"]);
    let at = Some("2026-03-05T00:00:00Z");
    host.happened("45", "INVOICE_DATE", at, invoice).await;
    // One service ended long ago, and others go on.
    let service = Some(["whmcs", "svc-1"]);
    let long_ago = Some("2020-01-01T00:00:00Z");
    host.happened("45", "SERVICE_TERMINATED", long_ago, service)
        .await;
    let opened = host.working("44", &["DELETION"]).await;
    host.merges("44", "45").await;

    let given = claimed(&host.billing, "whmcs").await;
    assert_eq!(given.len(), 1, "{opened}");
    let keep = given[0].all["keep"].as_array().unwrap();
    let kept: Vec<_> = keep
        .iter()
        .map(|kept| {
            (
                kept["rule"]["name"].as_str().unwrap(),
                kept["until"].clone(),
            )
        })
        .collect();
    let until = json!("2034-03-05");
    assert_eq!(kept, [("Invoices", until), ("Services", json!(null))]);
    // Whoever erases it all the same has that on record.
    assert_eq!(host.despite().await, [""; 0]);
    done(&host.billing, &given[0]).await.ok();
    assert_eq!(host.despite().await, ["whmcs despite RETENTION_RULE"]);
    host.stop().await;
}

#[tokio::test]
async fn a_ticket_that_was_opened_again_is_the_same_after_a_merge() {
    let host = Host::start().await;
    host.system("whmcs", &host.billing, json!({})).await;
    for client in ["44", "45"] {
        host.client(client, None).await;
    }
    let ticket = Some(["desk", "T-1"]);
    let closed = Some("2025-01-01T00:00:00Z");
    let before = host.happened("44", "TICKET_CLOSED", closed, ticket).await;
    host.merges("44", "45").await;
    let after = host.happened("45", "TICKET_CLOSED", None, ticket).await;
    assert_eq!(before["id"], after["id"]);
    assert_eq!((&after["at"], &after["version"]), (&json!(null), &json!(2)));
    let rule = json!({ "name": "Tickets", "systems": ["whmcs"], "anchor": "TICKET_CLOSED", "period": "P30D",
        "action": "DELETE" });
    host.rule(&rule).await;
    assert_eq!(host.due("2026-12-31").await, [""; 0]);
    host.stop().await;
}
