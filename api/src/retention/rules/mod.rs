//! Where a hold stands, and which reasons keep an erasure waiting.

mod period;

use entity::enums::{
    HoldStatus, RetentionAction, RetentionAnchor, RetentionGround, Role, TaskKind,
};
use entity::legal_hold;
use entity::time::Timestamp;

pub(crate) use period::{Count, NoPeriod, Period};

/// What a system does with what is due.
pub(super) const fn kind_of(action: RetentionAction) -> TaskKind {
    match action {
        RetentionAction::Delete => TaskKind::Erase,
        RetentionAction::Anonymize => TaskKind::Anonymize,
        RetentionAction::Pseudonymize => TaskKind::Pseudonymize,
        RetentionAction::Restrict => TaskKind::Restrict,
        RetentionAction::Review => TaskKind::Review,
    }
}

/// Where a hold stands.
pub(super) fn status(hold: &legal_hold::Model, now: Timestamp) -> HoldStatus {
    if hold.released_at.is_some() {
        HoldStatus::Released
    } else if hold.expires_at.is_some_and(|end| end <= now) {
        HoldStatus::Expired
    } else if hold.extended_at.is_some() {
        HoldStatus::Extended
    } else {
        HoldStatus::Active
    }
}

/// Whether a hold covers anything now.
pub(super) fn is_active(hold: &legal_hold::Model, now: Timestamp) -> bool {
    matches!(status(hold, now), HoldStatus::Active | HoldStatus::Extended)
}

/// Grounds on which an erasure waits: they pass. On the others, the system erases what it may and keeps the rest.
pub(super) const WAITED_FOR: [RetentionGround; 3] = [
    RetentionGround::LegalHold,
    RetentionGround::OpenChargeback,
    RetentionGround::UnpaidInvoice,
];

/// Whether a role may say that something happened: desks of what they see themselves, because data is erased by it.
pub(super) const fn may_say(role: Role, anchor: RetentionAnchor) -> bool {
    match role {
        Role::Support => matches!(
            anchor,
            RetentionAnchor::TicketClosed
                | RetentionAnchor::CaseClosed
                | RetentionAnchor::LastLogin
        ),
        Role::Abuse => matches!(
            anchor,
            RetentionAnchor::TicketClosed | RetentionAnchor::CaseClosed
        ),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use entity::id::{ControllerId, DataKeyId, EventId, LegalHoldId};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_hold_covers_until_it_expires_or_is_released() {
        let at = Timestamp::from_millis;
        let hold = legal_hold::Model {
            controller_id: ControllerId::from_uuid(Uuid::nil()),
            id: LegalHoldId::from_uuid(Uuid::nil()),
            kind: entity::enums::HoldKind::Litigation,
            all_customers: true,
            all_systems: true,
            placed_at: at(0),
            recorded_at: at(0),
            expires_at: Some(at(10)),
            extended_at: None,
            released_at: None,
            key_id: DataKeyId::from_uuid(Uuid::nil()),
            reason: Vec::new(),
            authority: None,
            last_reason: None,
            version: 1,
            event_id: EventId::from_uuid(Uuid::nil()),
        };
        assert_eq!(status(&hold, at(9)), HoldStatus::Active);
        assert_eq!(status(&hold, at(10)), HoldStatus::Expired);
        let extended = legal_hold::Model {
            expires_at: None,
            extended_at: Some(at(9)),
            ..hold.clone()
        };
        assert_eq!(status(&extended, at(10)), HoldStatus::Extended);
        assert!(is_active(&extended, at(1_000_000)));
        let released = legal_hold::Model {
            released_at: Some(at(5)),
            ..extended
        };
        assert_eq!(status(&released, at(6)), HoldStatus::Released);
        assert!(!is_active(&released, at(6)));
    }
}
