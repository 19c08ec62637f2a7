//! What must not be erased, and who is told of what was done: what is said of it.

use serde_json::{Value, json};

use super::super::Writer;
use super::{Call, Kind};
use crate::harness::build::input;

impl Call {
    /// What must not be erased of the customer, and who is told of what was done for the one whom no system knows.
    pub(super) fn of_hold(self, writer: &Writer) -> Value {
        let made = |kind: Kind| writer.id(self.customer(), kind);
        let second = |kind: Kind| made(kind).split(' ').nth(1).expect("there is another");
        let customer = json!({ "externalId": self.external_id() });
        let step = |to: &str| json!({ "itemId": second(Kind::Restrict), "to": to, "note": self.reference() });
        let mut of = match self.kind() {
            Kind::Hold => {
                json!({ "kind": "LITIGATION", "customers": [customer], "systems": [self.archive()],
                "categories": ["user.contact.email", "user.name"], "reason": self.reference(),
                "expiresAt": "2099-01-01T00:00:00Z" })
            }
            Kind::Extend => {
                json!({ "holdId": made(Kind::Hold), "expiresAt": null, "reason": self.reference() })
            }
            Kind::Block => {
                json!({ "customer": customer, "system": self.archive(), "ground": "OPEN_CHARGEBACK",
                "what": self.reference() })
            }
            Kind::Settle => json!({ "blockId": made(Kind::Block) }),
            Kind::Anchor => {
                json!({ "customer": customer, "anchor": "TICKET_CLOSED", "at": "2024-06-03T00:00:00Z",
                "system": "otrs", "reference": self.reference() })
            }
            Kind::Ghost => json!({ "name": self.name() }),
            Kind::Tell => self.disclosure(&[json!({ "by": { "id": made(Kind::Ghost) } })]),
            Kind::Restrict => json!({ "channel": "LETTER", "receivedAt": "2024-06-02T00:00:00Z",
                "customer": { "id": made(Kind::Ghost) }, "items": [{ "type": "RESTRICTION" }] }),
            Kind::Look => step("IN_REVIEW"),
            Kind::Agree => step("APPROVED"),
            Kind::Begin => step("IN_PROGRESS"),
            Kind::Fulfil => step("FULFILLED"),
            Kind::Notify => {
                json!({ "noticeId": second(Kind::Fulfil), "status": "SENT", "channel": "EMAIL",
                "note": self.reference() })
            }
            other => unreachable!("{other:?} is not of these"),
        };
        of["idempotencyKey"] = json!(format!("crash-{}-{}", self.writer, self.number));
        input(&of)
    }
}
