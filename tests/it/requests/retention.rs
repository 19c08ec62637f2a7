//! For how long data is kept, and what becomes of it then: rules, what they count from, and the tasks that follow.

mod merged;
mod refused;

use std::time::Duration;

use entity::enums::Role;
use serde_json::{Value, json};

use super::work::{Given, claim, done, report};
use super::{Host, asking, whmcs, with};
use crate::harness::Actor;
use crate::harness::build::{self, input};
use crate::harness::poll::eventually;

const PATIENCE: Duration = Duration::from_secs(30);

const PREVIEW: &str = "query($rule: RetentionRuleInput!, $by: Date) { previewRetentionRule(rule: $rule, by: $by) {
    system dueCount newlyDueCount noLongerDueCount examples { customer { name } lastDay record { reference } } } }";

const DUE: &str = "query($by: Date, $filter: RetentionDueFilterInput, $first: Int, $after: String) {
    retentionDue(by: $by, filter: $filter, first: $first, after: $after) { pageInfo { hasNextPage endCursor }
        nodes { rule { name } system customer { name } anchoredAt lastDay record { reference } task { status } } } }";

impl Host {
    async fn rule(&self, rule: &Value) -> String {
        let set = self
            .officer
            .run(build::SET_RETENTION_RULE, input(rule))
            .await;
        set.text_at("setRetentionRule.rule.id")
    }

    /// Says that something happened to a client.
    async fn happened(
        &self,
        client: &str,
        anchor: &str,
        at: Option<&str>,
        thing: Option<[&str; 2]>,
    ) -> Value {
        let mut of = json!({ "customer": whmcs(client), "anchor": anchor, "at": at });
        if let Some([system, reference]) = thing {
            of["system"] = json!(system);
            of["reference"] = json!(reference);
        }
        let recorded = self.billing.run(build::RECORD_ANCHOR, input(&of)).await;
        recorded.get("recordAnchor.record").clone()
    }

    async fn closes(&self, client: &str, at: &str) {
        let found = self
            .billing
            .run(
                "query($by: CustomerLookupInput!) { customer(by: $by) { id } }",
                json!({ "by": whmcs(client) }),
            )
            .await;
        let close = json!({ "customerId": found.text_at("customer.id"), "servicesEndedAt": at });
        self.billing
            .run(build::CLOSE_CUSTOMER, input(&close))
            .await
            .ok();
    }

    /// What is due by a day, as rule, system and last day, with the number of the thing.
    async fn due(&self, by: &str) -> Vec<String> {
        let found = self
            .officer
            .run(DUE, json!({ "by": by, "first": 100 }))
            .await;
        let nodes = found.get("retentionDue.nodes").as_array().unwrap();
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let line = |node: &Value| {
            [
                text(&node["rule"]["name"]),
                text(&node["system"]),
                text(&node["customer"]["name"]),
                text(&node["lastDay"]),
                text(&node["record"]["reference"]),
            ]
            .join(", ")
        };
        nodes.iter().map(line).collect()
    }

    /// Waits until a rule has so many tasks in a state.
    async fn tasks_of(&self, rule: &str, status: &str, count: usize) -> Vec<Value> {
        let query = "query($rule: ID, $status: TaskStatus!) { tasks(first: 100,
            filter: { retentionRuleId: $rule, statusIn: [$status] }) { nodes { id kind system status skipReason
                anchoredAt request { id } retentionRule { name } customer { name } } } }";
        let of = json!({ "rule": rule, "status": status });
        eventually(PATIENCE, "tasks of a rule", async || {
            let found = self.officer.run(query, of.clone()).await;
            let found = found.get("tasks.nodes").as_array()?.clone();
            (found.len() == count).then_some(found)
        })
        .await
    }
}

pub async fn claimed(by: &Actor, system: &str) -> Vec<Given> {
    claim(by, system, 100).await
}

/// JetHost: "After you no longer have active services your account information is deleted".
fn jethost() -> Value {
    json!({ "name": "Account information", "systems": ["whmcs", "plesk"], "categories": ["user.account"],
        "anchor": "SERVICE_TERMINATED", "period": "P0D", "action": "DELETE" })
}

#[tokio::test]
async fn what_has_no_active_service_any_more_is_erased() {
    let host = Host::start().await;
    host.system("whmcs", &host.billing, json!({})).await;
    host.system("plesk", &host.support, json!({})).await;
    for client in ["42", "43", "44", "45"] {
        host.client(client, None).await;
    }
    host.closes("42", "2026-06-01T10:00:00Z").await;
    // Merged into one who goes on.
    host.closes("44", "2026-06-01T11:00:00Z").await;
    let both = json!({ "from": whmcs("44"), "into": whmcs("45") });
    host.billing
        .run(build::MERGE_CUSTOMERS, input(&both))
        .await
        .ok();

    let preview = json!({ "rule": jethost() });
    let seen = host.officer.run(PREVIEW, preview).await;
    assert_eq!(
        seen.get("previewRetentionRule"),
        &json!([
            { "system": "plesk", "dueCount": 0, "newlyDueCount": 0, "noLongerDueCount": 0, "examples": [] },
            { "system": "whmcs", "dueCount": 1, "newlyDueCount": 1, "noLongerDueCount": 0, "examples": [
                { "customer": { "name": "Client 42" }, "lastDay": "2026-06-01", "record": null }] },
        ])
    );
    assert_eq!(host.due("2026-12-31").await, [""; 0], "nothing was set");

    let rule = host.rule(&jethost()).await;
    let line = "Account information, whmcs, Client 42, 2026-06-01, -";
    assert_eq!(host.due("2026-06-02").await, [line]);
    assert_eq!(host.due("2026-06-01").await, [""; 0], "the day is not over");
    let planned = host.tasks_of(&rule, "PENDING", 1).await;
    assert_eq!(planned[0]["kind"], "ERASE");
    assert_eq!(planned[0]["request"], Value::Null);
    assert_eq!(planned[0]["retentionRule"]["name"], "Account information");
    assert_eq!(planned[0]["anchoredAt"], "2026-06-01T10:00:00.000Z");

    let given = claimed(&host.billing, "whmcs").await;
    assert_eq!(given.len(), 1);
    let all = &given[0].all;
    assert_eq!(all["retentionRule"]["categories"], json!(["user.account"]));
    assert_eq!(all["anchor"], Value::Null, "all services ended");
    assert_eq!(all["identifiers"][0]["value"], "42");
    done(&host.billing, &given[0]).await.ok();
    host.tasks_of(&rule, "DONE", 1).await;
    assert_eq!(host.due("2026-12-31").await, [""; 0], "it was done");
    // Said again, it changes nothing, and plans nothing.
    assert_eq!(host.rule(&jethost()).await, rule);
    host.stop().await;
}

/// JaguarPC keeps data because the law says so, to defend its rights, and for its books: three periods.
#[tokio::test]
async fn three_reasons_to_keep_something_are_three_periods() {
    let host = Host::start().await;
    host.system("whmcs", &host.billing, json!({})).await;
    host.client("42", None).await;
    let of = |name: &str, anchor: &str, period: &str, more: Value| {
        let mut rule = json!({ "name": name, "systems": ["WHMCS"], "anchor": anchor, "period": period,
            "action": "DELETE" });
        for (field, value) in more.as_object().unwrap() {
            rule[field] = value.clone();
        }
        rule
    };
    let law = json!({ "fromYearEnd": true, "protected": true, "basis": "LEGAL_OBLIGATION", "statute": "AO s. 147" });
    let invoices = of("1 law", "INVOICE_DATE", "P8Y", law);
    host.rule(&invoices).await;
    let rights = json!({ "basis": "LEGITIMATE_INTERESTS", "statute": "Tex. Civ. Prac. & Rem. Code s. 16.051" });
    host.rule(&of("2 rights", "CASE_CLOSED", "P4Y", rights))
        .await;
    host.rule(&of("3 books", "LAST_PAYMENT", "P18M", json!({})))
        .await;
    host.happened(
        "42",
        "INVOICE_DATE",
        Some("2018-02-03T00:00:00Z"),
        Some(["whmcs", "1042"]),
    )
    .await;
    host.happened(
        "42",
        "INVOICE_DATE",
        Some("2026-03-05T00:00:00Z"),
        Some(["whmcs", "2077"]),
    )
    .await;
    host.happened(
        "42",
        "CASE_CLOSED",
        Some("2024-02-29T08:00:00Z"),
        Some(["desk", "A-7"]),
    )
    .await;
    host.happened("42", "LAST_PAYMENT", Some("2026-02-03T08:00:00Z"), None)
        .await;
    // Late news of an earlier payment changes nothing.
    let late = host
        .happened("42", "LAST_PAYMENT", Some("2025-02-03T08:00:00Z"), None)
        .await;
    assert_eq!(
        (&late["at"], &late["version"]),
        (&json!("2026-02-03T08:00:00.000Z"), &json!(1))
    );

    assert_eq!(
        host.due("2027-01-01").await,
        ["1 law, whmcs, Client 42, 2026-12-31, 1042"]
    );
    let all = [
        "1 law, whmcs, Client 42, 2026-12-31, 1042",
        "1 law, whmcs, Client 42, 2034-12-31, 2077",
        "2 rights, whmcs, Client 42, 2028-02-29, A-7",
        "3 books, whmcs, Client 42, 2027-08-03, -",
    ];
    assert_eq!(host.due("2036-01-01").await, all);
    // The same in pages.
    let (mut after, mut pages) = (Value::Null, Vec::new());
    loop {
        let page = json!({ "by": "2036-01-01", "first": 1, "after": after });
        let page = host.officer.run(DUE, page).await;
        pages.push(page.text_at("retentionDue.nodes.0.rule.name"));
        after = page.get("retentionDue.pageInfo.endCursor").clone();
        if page.get("retentionDue.pageInfo.hasNextPage") == &json!(false) {
            break;
        }
    }
    assert_eq!(pages, ["1 law", "1 law", "2 rights", "3 books"]);
    let filter = json!({ "customer": whmcs("42"), "system": "whmcs" });
    let few = host
        .officer
        .run(DUE, json!({ "by": "2027-08-04", "filter": filter }))
        .await;
    assert_eq!(few.get("retentionDue.nodes").as_array().unwrap().len(), 2);
    let other = json!({ "by": "2036-01-01", "after": after, "filter": filter });
    host.officer
        .run(DUE, other)
        .await
        .refused(400, "BAD_USER_INPUT");

    // A longer period: less is due, and nothing more.
    let mut longer = invoices.clone();
    longer["period"] = json!("P10Y");
    let seen = host
        .officer
        .run(PREVIEW, json!({ "rule": longer, "by": "2035-01-01" }))
        .await;
    let counts = json!({ "system": "whmcs", "dueCount": 1, "newlyDueCount": 0, "noLongerDueCount": 1, "examples": [] });
    assert_eq!(seen.get("previewRetentionRule.0"), &counts);
    host.stop().await;
}

/// What the law wants kept is not erased because the person asks, and everybody concerned is told.
#[tokio::test]
async fn a_protected_rule_beats_a_request_to_erase() {
    let host = Host::start().await;
    host.system("whmcs", &host.billing, json!({})).await;
    host.client("42", None).await;
    let rule = json!({ "name": "Invoices", "systems": ["whmcs"], "categories": ["user.financial"],
        "anchor": "INVOICE_DATE", "fromYearEnd": true, "period": "P8Y", "action": "DELETE",
        "basis": "LEGAL_OBLIGATION", "statute": "AO s. 147", "protected": true });
    host.rule(&rule).await;
    let plan = "query($by: CustomerLookupInput!) { deletionPlan(by: $by) { clear systems { blocks {
        ground waitsUntilOver lastDay source retentionRule { name } } } } }";
    let by = json!({ "by": whmcs("42") });
    let clear = host.billing.run(plan, by.clone()).await;
    assert_eq!(
        clear.get("deletionPlan.clear"),
        &json!(true),
        "there is no invoice"
    );
    host.happened(
        "42",
        "INVOICE_DATE",
        Some("2026-03-05T00:00:00Z"),
        Some(["whmcs", "2077"]),
    )
    .await;
    let kept = host.billing.run(plan, by).await;
    assert_eq!(
        kept.get("deletionPlan.systems.0.blocks"),
        &json!([{ "ground": "STATUTORY_RETENTION", "waitsUntilOver": false, "lastDay": "2034-12-31",
            "source": "AO s. 147", "retentionRule": { "name": "Invoices" } }])
    );
    let opened = host.working("42", &["DELETION"]).await;
    let given = claimed(&host.billing, "whmcs").await;
    assert_eq!(
        given[0].all["keep"],
        json!([{ "until": "2034-12-31", "rule": { "name": "Invoices", "statute": "AO s. 147" } }])
    );
    let retained = json!({ "what": "invoice 2077", "ground": "STATUTORY_RETENTION", "until": "2034-12-31",
        "source": "AO s. 147" });
    let kept = report(
        &given[0],
        json!({ "outcome": "RETAINED", "retained": [retained] }),
    );
    host.billing.run(build::COMPLETE_TASK, kept).await.ok();
    host.stays(&opened["items"][0]["id"], "FULFILLED", "NOT_ALL_FULFILLED")
        .await;
    host.step(&opened["items"][0]["id"], "PARTIALLY_FULFILLED")
        .await;
    host.stop().await;
}

/// A task is handed out only while rules and anchors say so.
#[tokio::test]
async fn what_is_not_due_any_more_is_not_handed_out() {
    let host = Host::start().await;
    let desk = host.app.actor(Role::Support).await;
    host.system("desk", &desk, json!({})).await;
    for client in ["41", "42", "43"] {
        let customer = host.client(client, None).await;
        let known = json!({ "externalId": { "system": "desk", "id": client } });
        let known = json!({ "customerId": customer, "identifier": known });
        host.billing
            .run(build::ADD_IDENTIFIER, input(&known))
            .await
            .ok();
        host.happened(
            client,
            "TICKET_CLOSED",
            Some("2026-01-01T09:00:00Z"),
            Some(["desk", "T-1"]),
        )
        .await;
    }
    let tickets = |period: &str, ended: bool| {
        json!({ "name": "Tickets", "systems": ["desk"], "anchor": "TICKET_CLOSED", "period": period,
            "action": "ANONYMIZE", "ended": ended })
    };
    let rule = host.rule(&tickets("P90D", false)).await;
    host.tasks_of(&rule, "PENDING", 3).await;
    // Opened again, it is not due; closed again, its time begins again.
    host.happened("41", "TICKET_CLOSED", None, Some(["desk", "T-1"]))
        .await;
    host.happened(
        "42",
        "TICKET_CLOSED",
        Some("2026-06-01T09:00:00Z"),
        Some(["desk", "T-1"]),
    )
    .await;
    let given = claim(&desk, "desk", 1).await;
    assert_eq!(given[0].all["identifiers"][0]["value"], "43");
    assert_eq!(given[0].kind, "ANONYMIZE");
    assert_eq!(
        given[0].all["anchor"],
        json!({ "anchor": "TICKET_CLOSED", "at": "2026-01-01T09:00:00.000Z", "system": "desk", "reference": "T-1" })
    );
    assert_eq!(claimed(&desk, "desk").await.len(), 0);
    // Whoever is at it hears of a longer period.
    host.rule(&tickets("P1Y", false)).await;
    let kept = desk
        .run(build::HEARTBEAT_TASK, report(&given[0], json!({})))
        .await;
    kept.refused(422, "TRANSITION_NOT_ALLOWED");
    let late = report(
        &given[0],
        json!({ "reason": "was told to stop", "retry": true }),
    );
    desk.run(build::FAIL_TASK, late).await.ok();
    let over = host.tasks_of(&rule, "SKIPPED", 2).await;
    assert!(
        over.iter().all(|task| task["skipReason"] == "NOT_WANTED"),
        "{over:?}"
    );
    host.app.set_clock("2026-06-11T09:00:00Z");
    assert_eq!(claimed(&desk, "desk").await.len(), 0);
    // Shorter again: what was planned goes on, and what is due anew is planned.
    host.rule(&tickets("P7D", false)).await;
    host.tasks_of(&rule, "PENDING", 2).await;
    let again = claimed(&desk, "desk").await;
    assert_eq!(again.len(), 2);
    host.rule(&tickets("P7D", true)).await;
    assert_eq!(host.due("2027-01-01").await, [""; 0]);
    let done = done(&desk, &again[0]).await;
    assert_eq!(
        done.text_at("completeTask.task.status"),
        "DONE",
        "what was done is recorded"
    );
    let retry = json!({ "taskId": over[0]["id"] });
    let refused = host.support.run(build::RETRY_TASK, input(&retry)).await;
    refused.refused(422, "TRANSITION_NOT_ALLOWED");
    host.stop().await;
}

/// Every kind of task by which something may be gone waits for holds, blocks and whoever asks to see it.
#[tokio::test]
async fn a_rule_waits_for_holds_and_for_those_who_ask() {
    let host = Host::start().await;
    host.system("whmcs", &host.billing, json!({})).await;
    let customer = host.client("42", None).await;
    host.happened("42", "ACCOUNT_CLOSED", Some("2026-01-01T09:00:00Z"), None)
        .await;
    let mut rules = Vec::new();
    for action in ["DELETE", "ANONYMIZE", "PSEUDONYMIZE", "RESTRICT", "REVIEW"] {
        let rule = json!({ "name": action, "systems": ["whmcs"], "anchor": "ACCOUNT_CLOSED", "period": "P30D",
            "action": action });
        rules.push(host.rule(&rule).await);
    }
    for rule in &rules {
        host.tasks_of(rule, "PENDING", 1).await;
    }
    let hold = host
        .hold(json!({ "customers": [{ "id": customer }] }))
        .await;
    let opened = host
        .open(&with(asking(&["ACCESS"]), "customer", whmcs("42")))
        .await;
    let kinds = async || {
        let mut kinds: Vec<_> = claimed(&host.billing, "whmcs")
            .await
            .into_iter()
            .map(|one| one.kind)
            .collect();
        kinds.sort_unstable();
        kinds
    };
    assert_eq!(kinds().await, ["RESTRICT"]);
    host.release(&hold).await;
    assert_eq!(kinds().await, [""; 0], "somebody asks to see it");
    let withdraw = json!({ "requestId": opened["id"], "note": "no more" });
    host.support
        .run(build::WITHDRAW_REQUEST, input(&withdraw))
        .await
        .ok();
    assert_eq!(
        kinds().await,
        ["ANONYMIZE", "ERASE", "PSEUDONYMIZE", "REVIEW"]
    );
    host.stop().await;
}
