//! Places for ids in what persons ask for.

use serde_json::json;

use super::{Case, OWN_OTHER_ITEM};
use crate::harness::build::{self, input};

pub const CASES: &[Case] = &[
    Case {
        position: "Query.request.by.id",
        operation: "query($id: ID!) { request(by: { id: $id }) { id } }",
        variables: |ids| vec![json!({ "id": ids.request })],
        expected: Some(r#"{ "request": null }"#),
    },
    Case {
        position: "Mutation.openRequest.input.customer.id",
        operation: build::OPEN_REQUEST,
        variables: |ids| {
            vec![input(
                &json!({ "channel": "EMAIL", "receivedAt": "2026-11-20T09:00:00Z",
                "customer": { "id": ids.customer }, "items": [{ "type": "ACCESS" }] }),
            )]
        },
        expected: None,
    },
    Case {
        position: "Mutation.transitionItem.input.itemId",
        operation: build::TRANSITION_ITEM,
        variables: |ids| vec![input(&json!({ "itemId": ids.item, "to": "IN_REVIEW" }))],
        expected: None,
    },
    Case {
        position: "Mutation.transitionItem.input.duplicateOfId",
        operation: build::TRANSITION_ITEM,
        variables: |ids| {
            vec![input(
                &json!({ "itemId": OWN_OTHER_ITEM, "to": "DUPLICATE", "duplicateOfId": ids.request }),
            )]
        },
        expected: None,
    },
    Case {
        position: "Mutation.verifyRequester.input.requestId",
        operation: build::VERIFY_REQUESTER,
        variables: |ids| {
            vec![input(
                &json!({ "requestId": ids.request, "method": "CALLBACK", "verdict": "PASSED" }),
            )]
        },
        expected: None,
    },
    Case {
        position: "Mutation.denyItem.input.itemId",
        operation: build::DENY_ITEM,
        variables: |ids| {
            vec![input(
                &json!({ "itemId": ids.reviewed, "reason": "NO_MATCH" }),
            )]
        },
        expected: None,
    },
    Case {
        position: "Mutation.extendDeadline.input.clockId",
        operation: build::EXTEND_DEADLINE,
        variables: |ids| {
            vec![input(
                &json!({ "clockId": ids.clock, "reason": "COMPLEXITY",
                "notifiedAt": "2026-11-20T09:30:00Z" }),
            )]
        },
        expected: None,
    },
    Case {
        position: "Mutation.pauseClock.input.clockId",
        operation: build::PAUSE_CLOCK,
        variables: |ids| {
            vec![input(
                &json!({ "clockId": ids.waiting_clock, "reason": "INFORMATION_REQUIRED" }),
            )]
        },
        expected: None,
    },
    Case {
        position: "Mutation.resumeClock.input.clockId",
        operation: build::RESUME_CLOCK,
        variables: |ids| vec![input(&json!({ "clockId": ids.paused_clock }))],
        expected: None,
    },
    Case {
        position: "Mutation.recordCorrespondence.input.requestId",
        operation: build::RECORD_CORRESPONDENCE,
        variables: |ids| {
            vec![input(
                &json!({ "requestId": ids.request, "kind": "OTHER", "direction": "OUTGOING",
                "channel": "EMAIL", "occurredAt": "2026-11-20T09:30:00Z" }),
            )]
        },
        expected: None,
    },
    Case {
        position: "Mutation.recordDelivery.input.messageId",
        operation: build::RECORD_DELIVERY,
        variables: |ids| {
            vec![input(
                &json!({ "messageId": ids.message, "status": "FAILED" }),
            )]
        },
        expected: None,
    },
    Case {
        position: "Mutation.relinkExternalReference.input.requestId",
        operation: build::RELINK_EXTERNAL_REFERENCE,
        variables: |ids| {
            vec![input(
                &json!({ "system": "otrs", "from": "4712", "to": "4713",
                "requestId": ids.request }),
            )]
        },
        expected: None,
    },
    Case {
        position: "Mutation.withdrawRequest.input.requestId",
        operation: build::WITHDRAW_REQUEST,
        variables: |ids| vec![input(&json!({ "requestId": ids.request }))],
        expected: None,
    },
];
