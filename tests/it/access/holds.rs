//! Samples for what must not be erased, and for who is told of what was done.

use serde_json::{Value, json};

use super::requests::canary;
use super::{NODE, Sample, Turn, nothing, sample};
use crate::harness::App;
use crate::harness::build::holds::fulfil;
use crate::harness::build::{self, input};

pub const SAMPLES: &[Sample] = &[
    sample(
        "Query.legalHolds",
        "{ legalHolds { nodes { id } } }",
        nothing,
    ),
    sample(
        "Query.houseTerms",
        "{ houseTerms { nodes { id } } }",
        nothing,
    ),
    sample(
        "Query.node of a house term",
        NODE,
        |turn| json!({ "id": turn.world.kept.term }),
    ),
    sample("Mutation.addHouseTerm", build::ADD_HOUSE_TERM, |_| {
        promising()
    }),
    sample("Mutation.endHouseTerm", build::END_HOUSE_TERM, |turn| {
        input(&json!({ "termId": turn.kept.term }))
    }),
    sample(
        "Query.node of a legal hold",
        NODE,
        |turn| json!({ "id": turn.world.kept.longer }),
    ),
    sample(
        "Query.deletionPlan",
        "query($by: CustomerLookupInput!) { deletionPlan(by: $by) { clear } }",
        |turn| json!({ "by": { "id": turn.world.kept.customer } }),
    ),
    sample(
        "Query.node of a deletion block",
        NODE,
        |turn| json!({ "id": turn.world.kept.block }),
    ),
    sample(
        "Query.recipientNotices",
        "{ recipientNotices { nodes { id } } }",
        nothing,
    ),
    sample(
        "Query.node of a recipient notice",
        NODE,
        |turn| json!({ "id": turn.world.kept.sent }),
    ),
    sample(
        "Query.requestMetrics",
        r#"{ requestMetrics(from: "2026-11-01T00:00:00Z", to: "2026-12-01T00:00:00Z") { csv } }"#,
        nothing,
    ),
    sample("Query.retentionRules", "{ retentionRules { id } }", nothing),
    sample(
        "Query.retentionDue",
        "{ retentionDue { nodes { rule { id } } } }",
        nothing,
    ),
    sample(
        "Query.previewRetentionRule",
        "query($rule: RetentionRuleInput!) { previewRetentionRule(rule: $rule) { dueCount } }",
        |turn| json!({ "rule": rule(&turn.world.work.system) }),
    ),
    sample(
        "Query.node of a retention rule",
        NODE,
        |turn| json!({ "id": turn.world.work.rule }),
    ),
    sample(
        "Query.node of a retention anchor",
        NODE,
        |turn| json!({ "id": turn.world.work.anchor }),
    ),
    sample(
        "Mutation.setRetentionRule",
        build::SET_RETENTION_RULE,
        |turn| input(&rule(&turn.world.work.system)),
    ),
    sample("Mutation.recordAnchor", build::RECORD_ANCHOR, anchoring),
    sample("Mutation.placeLegalHold", build::PLACE_LEGAL_HOLD, placing),
    sample(
        "Mutation.extendLegalHold",
        build::EXTEND_LEGAL_HOLD,
        extending,
    ),
    sample(
        "Mutation.releaseLegalHold",
        build::RELEASE_LEGAL_HOLD,
        releasing,
    ),
    sample(
        "Mutation.recordDeletionBlock",
        build::RECORD_DELETION_BLOCK,
        blocking,
    ),
    sample(
        "Mutation.settleDeletionBlock",
        build::SETTLE_DELETION_BLOCK,
        settling,
    ),
    sample(
        "Mutation.recordRecipientNotice",
        build::RECORD_RECIPIENT_NOTICE,
        moving,
    ),
    sample(
        "Mutation.acknowledgeRecipientNotice",
        build::ACKNOWLEDGE_RECIPIENT_NOTICE,
        acknowledging,
    ),
];

/// A rule by which nothing is due.
fn rule(system: &str) -> Value {
    json!({ "name": "Canary", "systems": [system], "anchor": "ACCOUNT_CREATED", "period": "P100Y",
        "action": "REVIEW" })
}

/// Variables that record when a case was closed.
pub fn anchoring(turn: &Turn<'_>) -> Value {
    input(
        &json!({ "customer": { "id": turn.kept.customer }, "anchor": "CASE_CLOSED", "at": "2026-11-19T10:00:00Z",
        "system": "canary-desk", "reference": "canary case" }),
    )
}

/// Variables that place a hold where nothing is to be erased.
pub fn placing(turn: &Turn<'_>) -> Value {
    hold(&turn.kept.customer)
}

/// Variables that extend what nobody else will.
pub fn extending(turn: &Turn<'_>) -> Value {
    longer(&turn.kept.longer)
}

/// Variables that release what nobody else will.
pub fn releasing(turn: &Turn<'_>) -> Value {
    input(&json!({ "holdId": turn.kept.over, "reason": "canary release" }))
}

/// Variables of what a system must keep.
pub fn blocking(turn: &Turn<'_>) -> Value {
    block(&turn.kept.customer)
}

/// Variables that settle what nobody else will.
pub fn settling(turn: &Turn<'_>) -> Value {
    input(&json!({ "blockId": turn.kept.block }))
}

/// Variables that let a notice fail that nobody else will send.
pub fn moving(turn: &Turn<'_>) -> Value {
    failed(&turn.kept.planned)
}

/// Variables that confirm what nobody else will.
pub fn acknowledging(turn: &Turn<'_>) -> Value {
    input(&json!({ "noticeId": turn.kept.sent, "note": "canary answer" }))
}

fn hold(customer: &str) -> Value {
    input(
        &json!({ "kind": "LITIGATION", "customers": [{ "id": customer }], "systems": ["canary-archive"],
        "reason": "canary suit", "authority": "canary court", "expiresAt": "2027-02-18T00:00:00Z" }),
    )
}

/// A term for those who live where nobody of these stories does.
fn promising() -> Value {
    input(
        &json!({ "duty": "ANSWER", "length": { "count": 30, "unit": "DAYS" }, "residences": ["AQ"],
        "source": "a notice" }),
    )
}

fn longer(hold: &str) -> Value {
    input(
        &json!({ "holdId": hold, "expiresAt": "2027-05-19T00:00:00Z", "reason": "canary renewal" }),
    )
}

fn block(customer: &str) -> Value {
    input(
        &json!({ "customer": { "id": customer }, "system": "canary-ledger", "ground": "UNPAID_INVOICE",
        "what": "canary invoice" }),
    )
}

fn failed(notice: &str) -> Value {
    input(&json!({ "noticeId": notice, "status": "FAILED", "note": "canary bounce" }))
}

/// What must not be erased of a customer whom nobody else will touch, and who is told of what was done.
pub struct Kept {
    pub customer: String,
    pub request: String,
    /// A hold to be extended.
    pub longer: String,
    /// A hold to be released.
    over: String,
    pub block: String,
    /// A notice to be sent.
    planned: String,
    /// A notice that was sent.
    pub sent: String,
    /// A promised term to be ended.
    term: String,
}

impl Kept {
    /// Of a new customer, whose data two recipients have.
    pub async fn make(app: &App, name: &str, recipients: &[String]) -> Self {
        let owner = app.owner();
        // Long ago, so that lists begin with the others.
        let customer = json!({ "name": format!("Canary kept {name}"), "registeredAt": "2020-01-01T00:00:00Z" });
        let registered = owner.run(build::REGISTER_CUSTOMER, input(&customer)).await;
        let customer = registered.text_at("registerCustomer.customer.id");
        for recipient in recipients {
            let (recipient, about) = (json!({ "id": recipient }), json!({ "id": customer }));
            let mut disclosed = build::disclosure(&recipient, &[about]);
            disclosed["input"]["disclosedAt"] = json!("2020-01-01T00:00:00Z");
            owner.run(build::RECORD_DISCLOSURE, disclosed).await.ok();
        }
        let mut asked = canary(&customer, &format!("canary kept {name}"));
        asked["receivedAt"] = json!("2026-11-01T09:00:00Z");
        asked["items"] = json!([{ "type": "RESTRICTION" }]);
        let (request, _, notices) = fulfil(&owner, &asked, None).await;
        let [planned, sent] = notices.try_into().expect("both recipients are told");
        let step = json!({ "noticeId": sent, "status": "SENT", "channel": "EMAIL", "note": "canary letter" });
        let step = input(&step);
        owner.run(build::RECORD_RECIPIENT_NOTICE, step).await.ok();
        let mut holds = Vec::new();
        for _ in 0..2 {
            let placed = owner.run(build::PLACE_LEGAL_HOLD, hold(&customer)).await;
            holds.push(placed.text_at("placeLegalHold.hold.id"));
        }
        let [longer, over] = holds.try_into().expect("two");
        let recorded = owner
            .run(build::RECORD_DELETION_BLOCK, block(&customer))
            .await;
        let promised = owner.run(build::ADD_HOUSE_TERM, promising()).await;
        Self {
            block: recorded.text_at("recordDeletionBlock.block.id"),
            customer,
            request,
            longer,
            over,
            planned,
            sent,
            term: promised.text_at("addHouseTerm.term.id"),
        }
    }

    /// The same, with something to read wherever there can be something.
    pub async fn told(app: &App, recipients: &[String]) -> Self {
        let kept = Self::make(app, "world", recipients).await;
        let owner = app.owner();
        let extended = longer(&kept.longer);
        owner.run(build::EXTEND_LEGAL_HOLD, extended).await.ok();
        let failed = failed(&kept.planned);
        owner.run(build::RECORD_RECIPIENT_NOTICE, failed).await.ok();
        kept
    }
}
