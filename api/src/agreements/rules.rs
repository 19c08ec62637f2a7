//! Whether an instrument counts on a day, and which schemes are dead.

use entity::date::Date;
use entity::enums::{TransferMechanismKind, TransferScheme, ValidityState};
use entity::instrument;

/// The first day on which a scheme counts no more, and who said so.
struct Invalidation {
    scheme: TransferScheme,
    since: &'static str,
    by: &'static str,
}

const INVALIDATED: [Invalidation; 2] = [
    Invalidation {
        scheme: TransferScheme::SafeHarbor,
        since: "2015-10-06",
        by: "CJEU, C-362/14 (Schrems), of 2015-10-06",
    },
    Invalidation {
        scheme: TransferScheme::PrivacyShield,
        since: "2020-07-16",
        by: "CJEU, C-311/18 (Schrems II), of 2020-07-16",
    },
];

/// Since when a scheme counts no more, and who said so.
pub(super) fn invalidation(scheme: TransferScheme) -> Option<(Date, &'static str)> {
    let dead = INVALIDATED.iter().find(|dead| dead.scheme == scheme)?;
    Some((dead.since.parse().ok()?, dead.by))
}

/// Whether an instrument counts on a day.
pub(super) fn state(row: &instrument::Model, on: Date) -> ValidityState {
    let dead = row.scheme.and_then(invalidation);
    if row.valid_from.is_some_and(|from| on < from) {
        ValidityState::Future
    } else if row.ends_on.is_some_and(|last| last < on) {
        ValidityState::Lapsed
    } else if dead.is_some_and(|(since, _)| since <= on) {
        ValidityState::Invalidated
    } else {
        ValidityState::Valid
    }
}

/// What is wrong with what is said of a mechanism: the field, and why.
pub(super) fn check_mechanism(
    kind: TransferMechanismKind,
    scheme: bool,
    derogation: bool,
) -> Result<(), (&'static str, &'static str)> {
    use TransferMechanismKind::{AdequacyDecision, Derogation};
    match kind {
        AdequacyDecision => {}
        _ if scheme => return Err(("scheme", "belongs to ADEQUACY_DECISION only")),
        _ => {}
    }
    match kind {
        Derogation if !derogation => Err(("derogation", "must be said of a DEROGATION")),
        Derogation => Ok(()),
        _ if derogation => Err(("derogation", "belongs to DEROGATION only")),
        _ => Ok(()),
    }
}

/// Whether the last day of something comes before its first.
pub(super) fn is_backwards(from: Option<Date>, until: Option<Date>) -> bool {
    from.zip(until).is_some_and(|(from, until)| until < from)
}

#[cfg(test)]
mod tests {
    use entity::id::{ControllerId, EventId, InstrumentId, RecipientId};
    use entity::time::Timestamp;
    use uuid::Uuid;

    use super::*;

    fn day(text: &str) -> Option<Date> {
        text.parse().ok()
    }

    fn instrument(from: &str, ends: &str, scheme: Option<TransferScheme>) -> instrument::Model {
        instrument::Model {
            controller_id: ControllerId::from_uuid(Uuid::nil()),
            id: InstrumentId::from_uuid(Uuid::nil()),
            recipient_id: RecipientId::from_uuid(Uuid::nil()),
            agreement: None,
            mechanism: Some(TransferMechanismKind::AdequacyDecision),
            scheme,
            derogation: None,
            valid_from: day(from),
            valid_until: day(ends),
            ends_on: day(ends),
            ended_at: None,
            reference: None,
            recorded_at: Timestamp::MIN,
            integration_id: None,
            version: 1,
            event_id: EventId::from_uuid(Uuid::nil()),
        }
    }

    #[test]
    fn an_instrument_counts_from_its_first_to_its_last_day_unless_its_scheme_is_dead() {
        use TransferScheme::{EuUsDataPrivacyFramework, PrivacyShield, SafeHarbor};
        use ValidityState::{Future, Invalidated, Lapsed, Valid};
        for (from, ends, scheme, on, expected) in [
            ("", "", None, "2026-01-01", Valid),
            ("2026-01-02", "", None, "2026-01-01", Future),
            ("2026-01-02", "", None, "2026-01-02", Valid),
            ("", "2026-01-02", None, "2026-01-02", Valid),
            ("", "2026-01-02", None, "2026-01-03", Lapsed),
            ("", "", Some(SafeHarbor), "2015-10-05", Valid),
            ("", "", Some(SafeHarbor), "2015-10-06", Invalidated),
            ("", "2014-12-31", Some(SafeHarbor), "2026-01-01", Lapsed),
            ("2027-01-01", "", Some(SafeHarbor), "2026-01-01", Future),
            ("", "", Some(PrivacyShield), "2020-07-15", Valid),
            ("", "", Some(PrivacyShield), "2020-07-16", Invalidated),
            ("", "", Some(EuUsDataPrivacyFramework), "2026-01-01", Valid),
        ] {
            let on = on.parse().unwrap_or_else(|_| Date::of(Timestamp::MIN));
            let found = state(&instrument(from, ends, scheme), on);
            assert_eq!(found, expected, "{from} {ends} {scheme:?} {on}");
        }
    }

    #[test]
    fn what_belongs_to_one_kind_is_not_said_of_others() {
        use TransferMechanismKind::{AdequacyDecision, Derogation, StandardContractualClauses};
        for (kind, scheme, derogation, wrong) in [
            (AdequacyDecision, true, false, None),
            (AdequacyDecision, false, false, None),
            (AdequacyDecision, false, true, Some("derogation")),
            (StandardContractualClauses, false, false, None),
            (StandardContractualClauses, true, false, Some("scheme")),
            (Derogation, false, true, None),
            (Derogation, false, false, Some("derogation")),
            (Derogation, true, true, Some("scheme")),
        ] {
            let found = check_mechanism(kind, scheme, derogation);
            assert_eq!(found.err().map(|(field, _)| field), wrong, "{kind}");
        }
    }
}
