//! What happened to data: what is said of it.

use serde_json::{Value, json};

use super::super::Writer;
use super::{Call, Kind};
use crate::harness::build::input;

impl Call {
    /// Something happened to the customer, somebody is sure of it, and the authority is told.
    pub(super) fn of_incident(self, writer: &Writer) -> Value {
        let made = || writer.id(self.customer(), Kind::Report);
        let customer = json!({ "externalId": self.external_id() });
        let mut of = match self.kind() {
            Kind::Report => {
                json!({ "title": self.reference(), "kinds": ["AVAILABILITY"], "customers": [customer],
                "beganAt": "2024-06-04T00:00:00Z" })
            }
            Kind::Confirm => json!({ "incidentId": made(), "status": "CONFIRMED", "risk": "RISK",
                "awareAt": "2024-06-05T00:00:00Z", "reason": self.reference() }),
            Kind::Warn => {
                json!({ "incidentId": made(), "target": "AUTHORITY", "status": "COMPLETED",
                "at": "2024-06-05T12:00:00Z", "reference": self.reference() })
            }
            other => unreachable!("{other:?} is not of these"),
        };
        of["idempotencyKey"] = json!(format!("crash-{}-{}", self.writer, self.number));
        input(&of)
    }
}
