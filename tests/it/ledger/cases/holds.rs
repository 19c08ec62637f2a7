//! Mutations of what must not be erased, and of who is told of what was done.

use entity::enums::EventType;
use serde_json::{Value, json};

use super::{Case, NOBODY, whmcs};
use crate::harness::build::{self, Ids};

const NO_HOLD: &str = "hld_01h2xcejqtf2nbrexx3vqjhp41";
const NO_BLOCK: &str = "blk_01h2xcejqtf2nbrexx3vqjhp41";
const NO_TERM: &str = "htm_01h2xcejqtf2nbrexx3vqjhp41";
const NO_NOTICE: &str = "ntc_01h2xcejqtf2nbrexx3vqjhp41";

/// The case of a mutation.
pub fn case(mutation: &str, ids: &Ids) -> Option<Case> {
    let (query, event, right, wrong): (_, _, Value, Value) = match mutation {
        "placeLegalHold" => {
            let of = |other: Value| {
                json!({ "kind": "ABUSE_CASE", "customers": [whmcs("46"), other], "systems": ["archive", "logs"],
                    "categories": ["user.contact.email"], "reason": "canary of a case", "authority": "canary of a court",
                    "expiresAt": "2027-02-18T00:00:00Z" })
            };
            let (right, wrong) = (of(whmcs("43")), of(json!({ "id": NOBODY })));
            let event = EventType::LegalHoldPlaced;
            (build::PLACE_LEGAL_HOLD, event, right, wrong)
        }
        "extendLegalHold" => {
            let of = |hold: &str| json!({ "holdId": hold, "expiresAt": "2027-05-19T00:00:00Z", "reason": "canary of a renewal" });
            let (right, wrong) = (of(&ids.hold), of(NO_HOLD));
            let event = EventType::LegalHoldExtended;
            (build::EXTEND_LEGAL_HOLD, event, right, wrong)
        }
        "releaseLegalHold" => {
            let of = |hold: &str| json!({ "holdId": hold, "reason": "canary of a settlement" });
            let (right, wrong) = (of(&ids.other_hold), of(NO_HOLD));
            let event = EventType::LegalHoldReleased;
            (build::RELEASE_LEGAL_HOLD, event, right, wrong)
        }
        "recordDeletionBlock" => {
            let of = |customer: Value| {
                json!({ "customer": customer, "system": "archive", "ground": "STATUTORY_RETENTION",
                    "what": "canary of invoices", "until": "2036-12-31", "source": "§ 147 AO" })
            };
            let (right, wrong) = (of(whmcs("43")), of(json!({ "id": NOBODY })));
            let event = EventType::DeletionBlockRecorded;
            (build::RECORD_DELETION_BLOCK, event, right, wrong)
        }
        "settleDeletionBlock" => {
            let of = |block: &str| json!({ "blockId": block });
            let (right, wrong) = (of(&ids.block), of(NO_BLOCK));
            let event = EventType::DeletionBlockSettled;
            (build::SETTLE_DELETION_BLOCK, event, right, wrong)
        }
        "setRetentionRule" => {
            let of = |system: &str| {
                json!({ "name": "Invoices", "systems": [system], "anchor": "INVOICE_DATE", "period": "P10Y",
                    "action": "RESTRICT" })
            };
            return Some(Case {
                query: build::SET_RETENTION_RULE,
                input: of("whmcs"),
                events: vec![EventType::RetentionRuleSet],
                list: None,
                wrong: (of("whmsc"), "BAD_USER_INPUT"),
            });
        }
        "recordAnchor" => {
            let of = |customer: Value| {
                json!({ "customer": customer, "anchor": "TICKET_CLOSED", "at": "2026-11-19T10:00:00Z",
                    "system": "desk", "reference": "canary ticket" })
            };
            let (right, wrong) = (of(whmcs("43")), of(json!({ "id": NOBODY })));
            let event = EventType::RetentionAnchorRecorded;
            (build::RECORD_ANCHOR, event, right, wrong)
        }
        "addHouseTerm" => {
            let of = |residence: &str| {
                json!({ "duty": "ACKNOWLEDGE", "length": { "count": 2, "unit": "BUSINESS_DAYS" },
                    "residences": [residence], "source": "a notice" })
            };
            return Some(Case {
                query: build::ADD_HOUSE_TERM,
                input: of("AQ"),
                events: vec![EventType::HouseTermAdded],
                list: None,
                wrong: (of("Antarctica"), "BAD_USER_INPUT"),
            });
        }
        "endHouseTerm" => {
            let of = |term: &str| json!({ "termId": term });
            let (right, wrong) = (of(&ids.house_term), of(NO_TERM));
            let event = EventType::HouseTermEnded;
            (build::END_HOUSE_TERM, event, right, wrong)
        }
        "recordRecipientNotice" => {
            let of = |notice: &str| json!({ "noticeId": notice, "status": "FAILED", "note": "canary of a reason" });
            let (right, wrong) = (of(&ids.notice), of(NO_NOTICE));
            let event = EventType::RecipientNoticeMoved;
            (build::RECORD_RECIPIENT_NOTICE, event, right, wrong)
        }
        "acknowledgeRecipientNotice" => {
            let of = |notice: &str| json!({ "noticeId": notice, "note": "canary of an answer" });
            let (right, wrong) = (of(&ids.sent_notice), of(NO_NOTICE));
            let event = EventType::RecipientNoticeMoved;
            (build::ACKNOWLEDGE_RECIPIENT_NOTICE, event, right, wrong)
        }
        _ => return None,
    };
    Some(Case {
        query,
        input: right,
        events: vec![event],
        list: None,
        wrong: (wrong, "NOT_FOUND"),
    })
}
