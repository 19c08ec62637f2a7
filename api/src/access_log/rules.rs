//! What makes a line of the log.

use std::collections::BTreeSet;

use entity::id;
use entity::time::Timestamp;
use uuid::Uuid;

use crate::vault::Column;

/// Lines that are alike in everything else are one within this time, in milliseconds.
const ALIKE_FOR: i64 = 60_000;

/// Fields as a line has them.
pub(super) fn fields(columns: &BTreeSet<Column>) -> String {
    let names = columns
        .iter()
        .map(|(table, column)| format!("{table}.{column}"));
    names.collect::<Vec<_>>().join(" ")
}

/// The minute that an instant is in.
pub(super) fn minute(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(ALIKE_FOR)
}

/// The id of the record that fields belong to which are about no known customer: what their tables are part of.
pub(super) fn record(fields: &str, record: Uuid) -> Option<String> {
    let (table, _) = fields.split_once('.')?;
    let prefix = match table {
        "disclosure" | "disclosure_subject" | "disclosure_supersession" => id::DisclosureId::PREFIX,
        "preference" => id::PreferenceId::PREFIX,
        "legal_hold" => id::LegalHoldId::PREFIX,
        "recipient" => id::RecipientId::PREFIX,
        "incident" | "incident_notification" => id::IncidentId::PREFIX,
        // Whatever is about a request is under its key.
        "recipient_notice" | "access_package" | "access_package_chunk" => id::RequestId::PREFIX,
        _ if table.starts_with("request") || table.starts_with("task") => id::RequestId::PREFIX,
        _ => return None,
    };
    id::text_of(prefix, record)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_have_a_fixed_order() {
        let columns = BTreeSet::from([("identifier", "value"), ("customer", "name")]);
        assert_eq!(fields(&columns), "customer.name identifier.value");
    }

    #[test]
    fn a_minute_begins_with_its_first_instant() {
        let at = |text: &str| minute(text.parse().unwrap());
        let first = at("2026-11-20T12:00:00Z");
        assert_eq!(at("2026-11-20T12:00:59.999Z"), first);
        assert_eq!(at("2026-11-20T12:01:00Z"), first + 1);
        assert_eq!(at("2026-11-20T11:59:59.999Z"), first - 1);
    }

    #[test]
    fn a_record_is_known_by_what_was_read_of_it() {
        for (fields, prefix) in [
            ("disclosure.note disclosure.reference", Some("dis")),
            ("disclosure_subject.lookup", Some("dis")),
            ("request_message.body", Some("req")),
            ("task.note", Some("req")),
            ("task_attachment_chunk.content", Some("req")),
            ("recipient_notice.note", Some("req")),
            ("recipient.name", Some("rcp")),
            ("preference.ip", Some("prf")),
            ("legal_hold.reason", Some("hld")),
            ("incident.title", Some("inc")),
            ("incident_notification.text", Some("inc")),
            ("other.column", None),
            ("", None),
        ] {
            let found = record(fields, Uuid::nil());
            let found = found.as_deref().and_then(|id| id.split('_').next());
            assert_eq!(found, prefix, "{fields}");
        }
    }
}
