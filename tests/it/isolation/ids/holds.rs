//! Places for ids in what must not be erased, and in who is told of what was done.

use serde_json::{Value, json};

use super::{Case, whmcs};
use crate::harness::Actor;
use crate::harness::build::{self, Ids, input};
use crate::harness::poll::eventually;

/// A task of a rule is planned within this time.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);

const TASKS_OF_RULE: &str =
    "query($id: ID) { tasks(filter: { retentionRuleId: $id }) { nodes { id } } }";

/// What the rule of a controller is about is due from now on, so that it has a task.
pub async fn due_now(owner: &Actor, ids: &Ids) {
    let rule = json!({ "name": "Invoices", "systems": ["whmcs"], "anchor": "INVOICE_DATE", "period": "P0D",
        "action": "REVIEW" });
    let set = owner.run(build::SET_RETENTION_RULE, input(&rule)).await;
    assert_eq!(set.text_at("setRetentionRule.rule.id"), ids.rule);
    eventually(PATIENCE, "a task of the rule", async || {
        let found = owner.run(TASKS_OF_RULE, json!({ "id": ids.rule })).await;
        let found = found.get("tasks.nodes").as_array()?.len();
        (found > 0).then_some(())
    })
    .await;
}

/// What a system must keep of a customer.
fn block(customer: &Value) -> Value {
    input(
        &json!({ "customer": customer, "system": "archive", "ground": "UNPAID_INVOICE",
        "what": "an invoice" }),
    )
}

const NOTICES: &str = "query($filter: RecipientNoticeFilterInput) {
    recipientNotices(filter: $filter) { nodes { id } } }";

/// In the far future, when what `populate` recorded is due.
const DUE: &str = "query($by: Date, $filter: RetentionDueFilterInput) {
    retentionDue(by: $by, filter: $filter) { nodes { rule { id } customer { id } record { id } } } }";

fn due(filter: &Value) -> Value {
    json!({ "by": "2099-01-01", "filter": filter })
}

/// What is answered where nothing is due.
const NOTHING_DUE: &str = r#"{ "retentionDue": { "nodes": [] } }"#;

/// What is answered where there is no notice.
const NO_NOTICES: &str = r#"{ "recipientNotices": { "nodes": [] } }"#;

pub const CASES: &[Case] = &[
    Case {
        position: "Query.deletionPlan.by.id",
        operation: "query($id: ID) { deletionPlan(by: { id: $id }) { customer { id } } }",
        variables: |ids| vec![json!({ "id": ids.customer })],
        expected: Some(r#"{ "deletionPlan": null }"#),
    },
    Case {
        position: "Mutation.endHouseTerm.input.termId",
        operation: build::END_HOUSE_TERM,
        variables: |ids| vec![input(&json!({ "termId": ids.house_term }))],
        expected: None,
    },
    Case {
        position: "Query.legalHolds.filter.customer.id",
        operation: "query($id: ID) { legalHolds(filter: { customer: { id: $id } }) { nodes { id } } }",
        variables: |ids| vec![json!({ "id": ids.held_customer })],
        expected: Some(r#"{ "legalHolds": { "nodes": [] } }"#),
    },
    Case {
        position: "Query.recipientNotices.filter.requestId",
        operation: NOTICES,
        variables: |ids| vec![json!({ "filter": { "requestId": ids.told } })],
        expected: Some(NO_NOTICES),
    },
    Case {
        position: "Query.recipientNotices.filter.recipientId",
        operation: NOTICES,
        variables: |ids| vec![json!({ "filter": { "recipientId": ids.recipient } })],
        expected: Some(NO_NOTICES),
    },
    Case {
        position: "Mutation.placeLegalHold.input.customers.id",
        operation: build::PLACE_LEGAL_HOLD,
        // One of the caller's own does not hide it.
        variables: |ids| {
            let customers = [whmcs("46"), json!({ "id": ids.customer })];
            let hold = json!({ "kind": "LITIGATION", "customers": customers, "systems": ["archive"],
                "reason": "a suit" });
            vec![input(&hold)]
        },
        expected: None,
    },
    Case {
        position: "Mutation.extendLegalHold.input.holdId",
        operation: build::EXTEND_LEGAL_HOLD,
        variables: |ids| {
            let longer = json!({ "holdId": ids.hold, "expiresAt": null, "reason": "a suit" });
            vec![input(&longer)]
        },
        expected: None,
    },
    Case {
        position: "Mutation.releaseLegalHold.input.holdId",
        operation: build::RELEASE_LEGAL_HOLD,
        variables: |ids| {
            vec![input(
                &json!({ "holdId": ids.other_hold, "reason": "settled" }),
            )]
        },
        expected: None,
    },
    Case {
        position: "Mutation.recordDeletionBlock.input.customer.id",
        operation: build::RECORD_DELETION_BLOCK,
        variables: |ids| vec![block(&json!({ "id": ids.customer }))],
        expected: None,
    },
    Case {
        position: "Mutation.settleDeletionBlock.input.blockId",
        operation: build::SETTLE_DELETION_BLOCK,
        variables: |ids| vec![input(&json!({ "blockId": ids.block }))],
        expected: None,
    },
    Case {
        position: "Query.retentionDue.filter.ruleId",
        operation: DUE,
        variables: |ids| vec![due(&json!({ "ruleId": ids.rule }))],
        expected: Some(NOTHING_DUE),
    },
    Case {
        position: "Query.retentionDue.filter.customer.id",
        operation: DUE,
        variables: |ids| vec![due(&json!({ "customer": { "id": ids.held_customer } }))],
        expected: Some(NOTHING_DUE),
    },
    Case {
        position: "Query.tasks.filter.retentionRuleId",
        operation: TASKS_OF_RULE,
        variables: |ids| vec![json!({ "id": ids.rule })],
        expected: Some(r#"{ "tasks": { "nodes": [] } }"#),
    },
    Case {
        position: "Mutation.recordAnchor.input.customer.id",
        operation: build::RECORD_ANCHOR,
        variables: |ids| {
            let anchor = json!({ "customer": { "id": ids.customer }, "anchor": "LAST_LOGIN",
                "at": "2026-11-19T10:00:00Z" });
            vec![input(&anchor)]
        },
        expected: None,
    },
    Case {
        position: "Mutation.recordRecipientNotice.input.noticeId",
        operation: build::RECORD_RECIPIENT_NOTICE,
        variables: |ids| {
            let sent = json!({ "noticeId": ids.notice, "status": "SENT", "channel": "EMAIL" });
            vec![input(&sent)]
        },
        expected: None,
    },
    Case {
        position: "Mutation.acknowledgeRecipientNotice.input.noticeId",
        operation: build::ACKNOWLEDGE_RECIPIENT_NOTICE,
        variables: |ids| vec![input(&json!({ "noticeId": ids.sent_notice }))],
        expected: None,
    },
];
