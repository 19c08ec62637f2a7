//! Ways to personal fields along what must not be erased, and along who is told of what was done.

use serde_json::{Value, json};

use super::{Way, way};
use crate::access::holds::{
    acknowledging, anchoring, blocking, extending, moving, placing, releasing, settling,
};
use crate::access::{Turn, nothing};
use crate::harness::build::input;

/// A hold of the world that was extended.
fn hold(turn: &Turn<'_>) -> Value {
    json!({ "id": turn.world.kept.longer })
}

fn block(turn: &Turn<'_>) -> Value {
    json!({ "id": turn.world.kept.block })
}

fn notice(turn: &Turn<'_>) -> Value {
    json!({ "id": turn.world.kept.sent })
}

/// The request that recipients were told of.
fn request(turn: &Turn<'_>) -> Value {
    json!({ "id": turn.world.kept.request })
}

/// The customer whose data must not be erased.
fn kept(turn: &Turn<'_>) -> Value {
    json!({ "by": { "id": turn.world.kept.customer } })
}

/// A customer of whom a system kept something when it erased the rest, and nothing else is in the way.
fn worked_on(turn: &Turn<'_>) -> Value {
    let known = json!({ "system": turn.world.work.system, "id": "canary-1" });
    json!({ "by": { "externalId": known } })
}

pub const WAYS: &[Way] = &[
    way(
        "LegalHold.reason",
        "legalHolds.nodes.reason",
        "{ legalHolds(first: 5) { nodes { reason } } }",
        nothing,
    ),
    way(
        "LegalHold.reason",
        "legalHolds.edges.node.reason of a customer",
        "query($by: CustomerLookupInput) { legalHolds(filter: { customer: $by }) { edges { node { reason } } } }",
        kept,
    ),
    way(
        "LegalHold.reason",
        "node.reason",
        "query($id: ID!) { node(id: $id) { ... on LegalHold { reason } } }",
        hold,
    ),
    way(
        "LegalHold.reason",
        "placeLegalHold.hold.reason",
        "mutation($input: PlaceLegalHoldInput!) { placeLegalHold(input: $input) { hold { reason } } }",
        placing,
    ),
    way(
        "LegalHold.authority",
        "legalHolds.nodes.authority",
        "{ legalHolds(first: 5) { nodes { authority } } }",
        nothing,
    ),
    way(
        "LegalHold.authority",
        "node.authority",
        "query($id: ID!) { node(id: $id) { ... on LegalHold { authority } } }",
        hold,
    ),
    way(
        "LegalHold.authority",
        "placeLegalHold.hold.authority",
        "mutation($input: PlaceLegalHoldInput!) { placeLegalHold(input: $input) { hold { authority } } }",
        placing,
    ),
    way(
        "LegalHold.lastReason",
        "node.lastReason",
        "query($id: ID!) { node(id: $id) { ... on LegalHold { lastReason } } }",
        hold,
    ),
    way(
        "LegalHold.lastReason",
        "extendLegalHold.hold.lastReason",
        "mutation($input: ExtendLegalHoldInput!) { extendLegalHold(input: $input) { hold { lastReason } } }",
        extending,
    ),
    way(
        "LegalHold.lastReason",
        "releaseLegalHold.hold.lastReason",
        "mutation($input: ReleaseLegalHoldInput!) { releaseLegalHold(input: $input) { hold { lastReason } } }",
        releasing,
    ),
    way(
        "DeletionBlock.what",
        "node.what",
        "query($id: ID!) { node(id: $id) { ... on DeletionBlock { what } } }",
        block,
    ),
    way(
        "DeletionBlock.what",
        "deletionPlan.systems.blocks.block.what",
        "query($by: CustomerLookupInput!) { deletionPlan(by: $by) { systems { blocks { block { what } } } } }",
        kept,
    ),
    way(
        "DeletionBlock.what",
        "recordDeletionBlock.block.what",
        "mutation($input: RecordDeletionBlockInput!) { recordDeletionBlock(input: $input) { block { what } } }",
        blocking,
    ),
    way(
        "DeletionBlock.what",
        "settleDeletionBlock.block.what",
        "mutation($input: SettleDeletionBlockInput!) { settleDeletionBlock(input: $input) { block { what } } }",
        settling,
    ),
    way(
        "DeletionObstacle.what",
        "deletionPlan.systems.blocks.what",
        "query($by: CustomerLookupInput!) { deletionPlan(by: $by) { systems { blocks { what } } } }",
        kept,
    ),
    way(
        "DeletionObstacle.what",
        "deletionPlan.systems.blocks.what that a task kept",
        "query($by: CustomerLookupInput!) { deletionPlan(by: $by) { systems { blocks { what } } } }",
        worked_on,
    ),
    way(
        "TaskRetention.what",
        "deletionPlan.systems.blocks.task.retained.what",
        "query($by: CustomerLookupInput!) { deletionPlan(by: $by) { systems { blocks { task { retained { what } } } } } }",
        worked_on,
    ),
    way(
        "RetentionAnchorRecord.reference",
        "node.reference",
        "query($id: ID!) { node(id: $id) { ... on RetentionAnchorRecord { reference } } }",
        |turn| json!({ "id": turn.world.work.anchor }),
    ),
    way(
        "RetentionAnchorRecord.reference",
        "retentionDue.nodes.record.reference",
        "query($id: ID) { retentionDue(filter: { ruleId: $id }) { nodes { record { reference } } } }",
        |turn| json!({ "id": turn.world.work.rule }),
    ),
    way(
        "RetentionAnchorRecord.reference",
        "recordAnchor.record.reference",
        "mutation($input: RecordAnchorInput!) { recordAnchor(input: $input) { record { reference } } }",
        anchoring,
    ),
    way(
        "TaskAnchor.reference",
        "claimTasks.tasks.anchor.reference",
        "mutation($input: ClaimTasksInput!) { claimTasks(input: $input) { tasks { anchor { reference } } } }",
        |turn| input(&json!({ "system": turn.work.ruled })),
    ),
    way(
        "RecipientNotice.note",
        "recipientNotices.nodes.note",
        "query($id: ID) { recipientNotices(filter: { requestId: $id }) { nodes { note } } }",
        request,
    ),
    way(
        "RecipientNotice.note",
        "recipientNotices.edges.node.note of those that failed",
        "query($id: ID) { recipientNotices(filter: { requestId: $id, statusIn: [FAILED] }) { edges { node { note } } } }",
        request,
    ),
    way(
        "RecipientNotice.note",
        "node.note",
        "query($id: ID!) { node(id: $id) { ... on RecipientNotice { note } } }",
        notice,
    ),
    way(
        "RecipientNotice.note",
        "request.items.recipientNotices.nodes.note",
        "query($id: ID) { request(by: { id: $id }) { items { recipientNotices { nodes { note } } } } }",
        request,
    ),
    way(
        "RecipientNotice.note",
        "recordRecipientNotice.notice.note",
        "mutation($input: RecordRecipientNoticeInput!) { recordRecipientNotice(input: $input) { notice { note } } }",
        moving,
    ),
    way(
        "RecipientNotice.note",
        "acknowledgeRecipientNotice.notice.note",
        "mutation($input: AcknowledgeRecipientNoticeInput!) { acknowledgeRecipientNotice(input: $input) {
            notice { note } } }",
        acknowledging,
    ),
];
