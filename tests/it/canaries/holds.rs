//! What must not be erased, and who is told of what was done, with a canary wherever somebody types something.

use serde_json::{Value, json};

use super::Story;
use super::birds::Canaries;
use super::errors::{Failing, failing};
use super::fields::{Person, staff};
use crate::harness::Answer;
use crate::harness::build::holds::fulfil;
use crate::harness::build::{self, input};

/// What of it may be read again by those who may: names of canaries.
pub const KEPT: &[&str] = &[
    "reason of a hold",
    "authority of a hold",
    "why a hold is longer",
    "why a hold is over",
    "what a system keeps",
    "what a recipient answered",
    "number of an invoice",
];

const READ: &str = "query($by: CustomerLookupInput!) {
    legalHolds(filter: { customer: $by }) { nodes { reason authority lastReason } }
    recipientNotices { nodes { note } }
    retentionRules { name statute }
    retentionDue(by: \"2099-01-01\", filter: { customer: $by }) { nodes { record { reference } } }
    deletionPlan(by: $by) { systems { blocks { what block { what } hold { reason } } } ownRecords { what } }
    requestMetrics(from: \"2024-01-01T00:00:00Z\", to: \"2099-01-01T00:00:00Z\") { csv lines { received } } }";

/// What has come to its end, so that it can be asked for wrongly, too.
pub struct Over {
    hold: String,
    block: String,
    notice: String,
}

/// Does something, by somebody, once.
async fn does(story: &mut Story, query: &str, mut of: Value) -> Answer {
    of["onBehalfOf"] = staff(&mut story.canaries, "who holds");
    of["idempotencyKey"] = json!(story.canaries.text("key of a hold"));
    story.does(query, input(&of)).await
}

/// Holds what a system has of the person, and tells a recipient what was done. Gives everything that can be read.
pub async fn done(story: &mut Story, person: &Person) -> (Over, String) {
    let by = json!({ "email": person.email });
    let mut holds = Vec::new();
    for _ in 0..2 {
        let c = &mut story.canaries;
        let hold = json!({ "kind": "LITIGATION", "customers": [by], "systems": ["archive"],
            "categories": ["user.contact.email"], "reason": c.text("reason of a hold"),
            "authority": c.text("authority of a hold"), "expiresAt": "2099-01-01T00:00:00Z" });
        let placed = does(story, build::PLACE_LEGAL_HOLD, hold).await;
        holds.push(placed.text_at("placeLegalHold.hold.id"));
    }
    let reason = story.canaries.text("why a hold is longer");
    let longer = json!({ "holdId": holds[0], "expiresAt": null, "reason": reason });
    does(story, build::EXTEND_LEGAL_HOLD, longer).await;
    let reason = story.canaries.text("why a hold is over");
    let release = json!({ "holdId": holds[1], "reason": reason });
    does(story, build::RELEASE_LEGAL_HOLD, release).await;
    let mut blocks = Vec::new();
    for what in ["what a system keeps", "what a system kept"] {
        let block = json!({ "customer": by, "system": "archive", "ground": "OPEN_CHARGEBACK",
            "what": story.canaries.text(what) });
        let recorded = does(story, build::RECORD_DELETION_BLOCK, block).await;
        blocks.push(recorded.text_at("recordDeletionBlock.block.id"));
    }
    let settle = json!({ "blockId": blocks[1] });
    does(story, build::SETTLE_DELETION_BLOCK, settle).await;
    ruled(story, &by).await;
    let notice = told(story).await;
    let read = story.does(READ, json!({ "by": by })).await;
    let [_, hold] = holds.try_into().expect("two");
    let [_, block] = blocks.try_into().expect("two");
    let over = Over {
        hold,
        block,
        notice,
    };
    (over, read.text)
}

/// What billing has of the person is kept for a while.
async fn ruled(story: &mut Story, by: &Value) {
    story
        .does(build::REGISTER_SYSTEM, input(&json!({ "name": "whmcs" })))
        .await;
    let c = &mut story.canaries;
    let rule = json!({ "name": "Invoices", "systems": ["whmcs"], "anchor": "INVOICE_DATE",
        "period": "P8Y", "action": "DELETE", "basis": "LEGAL_OBLIGATION", "statute": "AO s. 147" });
    let anchor = json!({ "customer": by, "anchor": "INVOICE_DATE", "at": "2024-05-02T00:00:00Z", "system": "whmcs",
        "reference": c.text("number of an invoice") });
    does(story, build::SET_RETENTION_RULE, rule).await;
    does(story, build::RECORD_ANCHOR, anchor).await;
}

/// A recipient could not be told, was told, and answered.
async fn told(story: &mut Story) -> String {
    // No system knows this one, so that there is nothing to do.
    let ghost = json!({ "name": story.canaries.text("name of a ghost") });
    let ghost = does(story, build::REGISTER_CUSTOMER, ghost).await;
    let by = json!({ "id": ghost.text_at("registerCustomer.customer.id") });
    let list = json!({ "name": "A list", "role": "PRIVATE_PARTY" });
    let about = build::disclosure(&list, std::slice::from_ref(&by));
    story.does(build::RECORD_DISCLOSURE, about).await;
    let request = json!({ "channel": "LETTER", "receivedAt": "2024-05-02T00:00:00Z",
        "customer": by, "items": [{ "type": "RESTRICTION" }] });
    let (_, _, notices) = fulfil(&story.owner, &request, None).await;
    let notice = notices.first().expect("somebody has the data").to_owned();
    let c = &mut story.canaries;
    let steps = [
        json!({ "status": "FAILED", "note": c.text("why a notice failed") }),
        json!({ "status": "SENT", "channel": "LETTER", "note": c.text("how a notice was sent") }),
    ];
    for mut step in steps {
        step["noticeId"] = json!(notice);
        does(story, build::RECORD_RECIPIENT_NOTICE, step).await;
    }
    let answer = story.canaries.text("what a recipient answered");
    let answer = json!({ "noticeId": notice, "note": answer });
    does(story, build::ACKNOWLEDGE_RECIPIENT_NOTICE, answer).await;
    notice
}

const BAD: &str = "BAD_USER_INPUT";
const ENDED: &str = "TRANSITION_NOT_ALLOWED";

/// What is said wrongly of holds and blocks, of notices, and what is asked for wrongly.
pub fn wrong(c: &mut Canaries, over: &Over) -> Vec<Failing> {
    let mut all = wrong_holds(c, over);
    all.extend(wrong_blocks(c, over));
    all.extend(wrong_notices(c, over));
    all.extend(wrong_rules(c));
    all.extend(wrong_questions(c));
    all
}

fn wrong_holds(c: &mut Canaries, over: &Over) -> Vec<Failing> {
    let mut all = Vec::new();
    for (field, value, code) in [
        (
            "reason",
            json!(c.text("reason of a hold too long").repeat(50)),
            BAD,
        ),
        (
            "authority",
            json!(c.text("authority too long").repeat(50)),
            BAD,
        ),
        (
            "systems",
            json!([c.text("held system that is none") + " "]),
            BAD,
        ),
        (
            "categories",
            json!([c.echoed_key("held category that is none")]),
            BAD,
        ),
        (
            "expiresAt",
            json!(c.text("end of a hold that is none")),
            BAD,
        ),
        (
            "customers",
            json!([{ "email": c.text("held e-mail that is none") }]),
            BAD,
        ),
        (
            "customers",
            json!([{ "id": c.text("held customer that is none") }]),
            BAD,
        ),
        (
            "customers",
            json!([{ "email": c.email("e-mail of nobody held") }]),
            "NOT_FOUND",
        ),
    ] {
        let mut hold = json!({ "kind": "REGULATORY", "customers": [{ "externalId": { "system": "whmcs", "id": "1" } }],
            "reason": c.text("reason of no hold") });
        hold[field] = value;
        all.push(failing(build::PLACE_LEGAL_HOLD, input(&hold), code));
    }
    let nobody = json!({ "kind": "REGULATORY", "reason": c.text("reason to hold nobody") });
    all.push(failing(build::PLACE_LEGAL_HOLD, input(&nobody), BAD));
    for query in [build::EXTEND_LEGAL_HOLD, build::RELEASE_LEGAL_HOLD] {
        for (hold, reason, code) in [
            (c.text("hold that is none"), c.text("reason of what"), BAD),
            (
                "hld_01h2xcejqtf2nbrexx3vqjhp41".to_owned(),
                c.text("reason of nothing"),
                "NOT_FOUND",
            ),
            (over.hold.clone(), c.text("reason of what is over"), ENDED),
            (
                over.hold.clone(),
                c.text("long reason of what is over").repeat(50),
                BAD,
            ),
        ] {
            let of = json!({ "holdId": hold, "reason": reason });
            all.push(failing(query, input(&of), code));
        }
    }
    all
}

fn wrong_blocks(c: &mut Canaries, over: &Over) -> Vec<Failing> {
    let mut all = Vec::new();
    for (field, value, code) in [
        (
            "what",
            json!(c.text("what is kept too long").repeat(12)),
            BAD,
        ),
        (
            "system",
            json!(c.text("keeping system that is none") + " "),
            BAD,
        ),
        ("source", json!(c.text("statute too long").repeat(12)), BAD),
        ("until", json!(c.text("last day that is none")), BAD),
        ("ground", json!("LEGAL_HOLD"), BAD),
        (
            "customer",
            json!({ "email": c.text("kept e-mail that is none") }),
            BAD,
        ),
        (
            "customer",
            json!({ "email": c.email("e-mail of nobody kept") }),
            "NOT_FOUND",
        ),
    ] {
        let mut block = json!({ "customer": { "externalId": { "system": "whmcs", "id": "1" } }, "system": "archive",
            "ground": "STATUTORY_RETENTION", "until": "2099-12-31", "source": "a statute",
            "what": c.text("what nobody keeps") });
        block[field] = value;
        all.push(failing(build::RECORD_DELETION_BLOCK, input(&block), code));
    }
    for (block, code) in [
        (c.text("block that is none"), BAD),
        (over.block.clone(), ENDED),
    ] {
        let of = json!({ "blockId": block, "idempotencyKey": c.text("key of no block") });
        all.push(failing(build::SETTLE_DELETION_BLOCK, input(&of), code));
    }
    all
}

fn wrong_notices(c: &mut Canaries, over: &Over) -> Vec<Failing> {
    let mut all = Vec::new();
    for (notice, note, code) in [
        (c.text("notice that is none"), c.text("note of what"), BAD),
        (
            "ntc_01h2xcejqtf2nbrexx3vqjhp41".to_owned(),
            c.text("note of nothing"),
            "NOT_FOUND",
        ),
        (
            over.notice.clone(),
            c.text("note of what was confirmed"),
            ENDED,
        ),
        (
            over.notice.clone(),
            c.text("long note of a notice").repeat(50),
            BAD,
        ),
    ] {
        let mut of = json!({ "noticeId": notice, "note": note });
        let confirmed = failing(build::ACKNOWLEDGE_RECIPIENT_NOTICE, input(&of), code);
        of["status"] = json!("FAILED");
        all.extend([
            confirmed,
            failing(build::RECORD_RECIPIENT_NOTICE, input(&of), code),
        ]);
    }
    all
}

fn wrong_rules(c: &mut Canaries) -> Vec<Failing> {
    let mut all = Vec::new();
    for (field, value) in [
        ("name", json!(c.text("rule with a name too long").repeat(8))),
        ("systems", json!([c.text("system of a rule that is none")])),
        (
            "categories",
            json!([c.echoed_key("category of a rule that is none")]),
        ),
        ("period", json!(c.text("period that is none"))),
        (
            "statute",
            json!(c.text("statute of a rule too long").repeat(9)),
        ),
    ] {
        let mut rule = json!({ "name": c.text("rule that is not set"), "systems": ["whmcs"], "anchor": "LAST_LOGIN",
            "period": "P1Y", "action": "REVIEW" });
        rule[field] = value;
        all.push(failing(build::SET_RETENTION_RULE, input(&rule), BAD));
    }
    for (field, value, code) in [
        ("at", json!(c.text("instant that is none")), BAD),
        (
            "system",
            json!(c.text("system of an anchor that is none") + " "),
            BAD,
        ),
        (
            "reference",
            json!(c.text("reference too long").repeat(12)),
            BAD,
        ),
        (
            "customer",
            json!({ "email": c.email("e-mail of nobody with an anchor") }),
            "NOT_FOUND",
        ),
    ] {
        let mut anchor = json!({ "customer": { "externalId": { "system": "whmcs", "id": "1" } },
            "anchor": "TICKET_CLOSED", "at": "2024-05-02T00:00:00Z", "system": "desk",
            "reference": c.text("reference of nothing") });
        anchor[field] = value;
        all.push(failing(build::RECORD_ANCHOR, input(&anchor), code));
    }
    all
}

fn wrong_questions(c: &mut Canaries) -> Vec<Failing> {
    let plan = "query($by: CustomerLookupInput!) { deletionPlan(by: $by) { clear } }";
    let holds =
        "query($filter: LegalHoldFilterInput) { legalHolds(filter: $filter) { nodes { id } } }";
    let notices = "query($filter: RecipientNoticeFilterInput) { recipientNotices(filter: $filter) { nodes { id } } }";
    let metrics = "query($from: DateTime!) { requestMetrics(from: $from, to: \"2099-01-01T00:00:00Z\") { csv } }";
    let of = |by: Value| json!({ "by": by });
    vec![
        failing(
            plan,
            of(json!({ "email": c.text("planned e-mail that is none") })),
            BAD,
        ),
        failing(
            plan,
            of(json!({ "id": c.text("planned customer that is none") })),
            BAD,
        ),
        failing(
            holds,
            json!({ "filter": { "customer": { "email": c.text("filter by an e-mail that is none") } } }),
            BAD,
        ),
        failing(
            notices,
            json!({ "filter": { "requestId": c.text("filter by a request that is none") } }),
            BAD,
        ),
        failing(
            metrics,
            json!({ "from": c.text("first instant that is none") }),
            BAD,
        ),
    ]
}
