//! Mutations of requests, and of the controller whose law they follow.

use entity::enums::EventType;
use serde_json::{Value, json};

use super::{Case, NOBODY};
use crate::harness::build::{self, Ids};

const NO_PACKAGE: &str = "pkg_01h2xcejqtf2nbrexx3vqjhp41";
const NO_MESSAGE: &str = "msg_01h2xcejqtf2nbrexx3vqjhp41";
const NO_REQUEST: &str = "req_01h2xcejqtf2nbrexx3vqjhp41";
const NO_ITEM: &str = "itm_01h2xcejqtf2nbrexx3vqjhp41";
const NO_CLOCK: &str = "clk_01h2xcejqtf2nbrexx3vqjhp41";

/// The case of a mutation.
pub fn case(mutation: &str, ids: &Ids) -> Option<Case> {
    let (query, event, right, wrong): (_, _, Value, (Value, _)) = match mutation {
        "updateController" => (
            build::UPDATE_CONTROLLER,
            EventType::ControllerUpdated,
            json!({ "establishment": "BG", "timeZone": "Europe/Sofia" }),
            (json!({ "establishment": "Bulgaria" }), "BAD_USER_INPUT"),
        ),
        "openRequest" => {
            let of = |customer: &str| {
                json!({ "channel": "LETTER", "receivedAt": "2026-11-20T09:00:00Z",
                    "customer": { "id": customer }, "items": [{ "type": "ACCESS" }] })
            };
            let (right, wrong) = (of(&ids.customer), of(NOBODY));
            let event = EventType::RequestOpened;
            (build::OPEN_REQUEST, event, right, (wrong, "NOT_FOUND"))
        }
        "transitionItem" => {
            let of = |item: &str| json!({ "itemId": item, "to": "IN_REVIEW" });
            let (right, wrong) = (of(&ids.item), of(NO_ITEM));
            let event = EventType::RequestItemMoved;
            (build::TRANSITION_ITEM, event, right, (wrong, "NOT_FOUND"))
        }
        "verifyRequester" => {
            let of = |request: &str| json!({ "requestId": request, "method": "CALLBACK", "verdict": "PASSED" });
            let (right, wrong) = (of(&ids.request), of(NO_REQUEST));
            let event = EventType::RequestVerified;
            (build::VERIFY_REQUESTER, event, right, (wrong, "NOT_FOUND"))
        }
        "denyItem" => {
            let of = |item: &str| json!({ "itemId": item, "reason": "EXCESSIVE" });
            // What nobody has looked at cannot be denied.
            let (right, wrong) = (of(&ids.reviewed), of(NO_ITEM));
            let event = EventType::RequestItemMoved;
            (build::DENY_ITEM, event, right, (wrong, "NOT_FOUND"))
        }
        "withdrawRequest" => {
            let of = |request: &str| json!({ "requestId": request });
            let (right, wrong) = (of(&ids.other_request), of(NO_REQUEST));
            let event = EventType::RequestItemMoved;
            (build::WITHDRAW_REQUEST, event, right, (wrong, "NOT_FOUND"))
        }
        "extendDeadline" => {
            let of = |clock: &str| json!({ "clockId": clock, "reason": "VOLUME", "notifiedAt": "2026-11-20T09:30:00Z" });
            let (right, wrong) = (of(&ids.clock), of(NO_CLOCK));
            let event = EventType::RequestClockExtended;
            (build::EXTEND_DEADLINE, event, right, (wrong, "NOT_FOUND"))
        }
        "pauseClock" => {
            let of = |clock: &str| json!({ "clockId": clock, "reason": "INFORMATION_REQUIRED" });
            let (right, wrong) = (of(&ids.waiting_clock), of(NO_CLOCK));
            let event = EventType::RequestClockPaused;
            (build::PAUSE_CLOCK, event, right, (wrong, "NOT_FOUND"))
        }
        "resumeClock" => {
            let of = |clock: &str| json!({ "clockId": clock });
            let (right, wrong) = (of(&ids.paused_clock), of(NO_CLOCK));
            let event = EventType::RequestClockResumed;
            (build::RESUME_CLOCK, event, right, (wrong, "NOT_FOUND"))
        }
        "recordCorrespondence" => {
            let of = |request: &str| {
                json!({ "requestId": request, "kind": "ACKNOWLEDGEMENT", "direction": "OUTGOING",
                    "channel": "EMAIL", "occurredAt": "2026-11-20T09:30:00Z" })
            };
            let (right, wrong) = (of(&ids.request), of(NO_REQUEST));
            let event = EventType::RequestCorresponded;
            (
                build::RECORD_CORRESPONDENCE,
                event,
                right,
                (wrong, "NOT_FOUND"),
            )
        }
        "recordDelivery" => {
            let of = |message: &str| json!({ "messageId": message, "status": "FAILED" });
            let (right, wrong) = (of(&ids.message), of(NO_MESSAGE));
            let event = EventType::RequestDeliveryReported;
            (build::RECORD_DELIVERY, event, right, (wrong, "NOT_FOUND"))
        }
        "recordPreference" => {
            let of = |customer: &str| {
                json!({ "customer": { "id": customer }, "optOut": "MARKETING", "status": "WITHDRAWN",
                    "method": "UNSUBSCRIBE_LINK" })
            };
            let (right, wrong) = (of(&ids.customer), of(NOBODY));
            let event = EventType::PreferenceRecorded;
            (build::RECORD_PREFERENCE, event, right, (wrong, "NOT_FOUND"))
        }
        "setContactRule" => {
            let right = json!({ "country": "FR", "basis": "CONSENT" });
            let wrong = json!({ "brandId": "brd_01h2xcejqtf2nbrexx3vqjhp41", "basis": "CONSENT" });
            let event = EventType::ContactRuleSet;
            (build::SET_CONTACT_RULE, event, right, (wrong, "NOT_FOUND"))
        }
        "setMessageTemplate" => {
            let of = |purpose: &str| json!({ "name": "Offers", "purpose": purpose });
            let (right, wrong) = (of("marketing"), of("offers"));
            let event = EventType::MessageTemplateSet;
            (
                build::SET_MESSAGE_TEMPLATE,
                event,
                right,
                (wrong, "BAD_USER_INPUT"),
            )
        }
        "recordPreferences" => {
            let of = |customer: &str| {
                json!({ "preferences": [{ "customer": { "id": customer }, "optOut": "PROFILING", "status": "OBJECTED",
                    "method": "LETTER" }] })
            };
            let (right, wrong) = (of(&ids.customer), of(NOBODY));
            let event = EventType::PreferenceRecorded;
            (
                build::RECORD_PREFERENCES,
                event,
                right,
                (wrong, "NOT_FOUND"),
            )
        }
        "mintUnsubscribeLinks" => {
            let right = json!({ "links": [{ "customer": { "id": ids.customer }, "purpose": "marketing" }] });
            let wrong = json!({ "links": [] });
            return Some(Case {
                query: build::MINT_UNSUBSCRIBE_LINKS,
                input: right,
                events: Vec::new(),
                list: None,
                wrong: (wrong, "BAD_USER_INPUT"),
            });
        }
        "recordMailFeedback" => {
            let of = |body: &str| json!({ "format": "SENDGRID", "body": body });
            let right = of(r#"[{ "email": "gone@example.org", "event": "spamreport" }]"#);
            let wrong = of("{}");
            let event = EventType::PreferenceRecorded;
            (
                build::RECORD_MAIL_FEEDBACK,
                event,
                right,
                (wrong, "BAD_USER_INPUT"),
            )
        }
        "accessPackage" => {
            let of = |item: &str| json!({ "itemId": item });
            let (right, wrong) = (of(&ids.unpacked_item), of(NO_ITEM));
            let event = EventType::PackageOrdered;
            (build::ACCESS_PACKAGE, event, right, (wrong, "NOT_FOUND"))
        }
        "linkAccessPackage" => {
            let of = |package: &str| json!({ "packageId": package });
            let (right, wrong) = (of(&ids.package), of(NO_PACKAGE));
            let event = EventType::PackageLinked;
            (
                build::LINK_ACCESS_PACKAGE,
                event,
                right,
                (wrong, "NOT_FOUND"),
            )
        }
        "relinkExternalReference" => {
            let of = |from: &str| json!({ "system": "otrs", "from": from, "to": "4800" });
            let (right, wrong) = (of("4711"), of("1"));
            let event = EventType::RequestRelinked;
            (
                build::RELINK_EXTERNAL_REFERENCE,
                event,
                right,
                (wrong, "NOT_FOUND"),
            )
        }
        _ => return None,
    };
    // A withdrawal moves all items.
    let count = if mutation == "withdrawRequest" { 4 } else { 1 };
    Some(Case {
        query,
        input: right,
        events: vec![event; count],
        list: None,
        wrong,
    })
}
