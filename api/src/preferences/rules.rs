//! What may be said, and what follows from it.

use entity::enums::{OptOutScope, PreferenceMethod, PreferenceStatus as Status};
use entity::preference;
use entity::time::Timestamp;

/// How many preferences one call may record.
pub(super) const MOST_PREFERENCES: usize = 500;

/// Whether a use is needed for the service itself: nobody consents to it, and nobody opts out of it.
pub(super) fn is_essential(purpose: &str) -> bool {
    purpose == "essential" || purpose.starts_with("essential.")
}

/// What is wrong with something that was said: a field, and why.
pub(super) fn problem(said: &preference::Model) -> Option<(&'static str, &'static str)> {
    let signal = said.method == PreferenceMethod::Gpc;
    let says_no = forbids(said.status);
    if said.purpose.as_deref().is_some_and(is_essential) {
        return Some((
            "purpose",
            "is needed for the service: nobody consents to it or opts out of it",
        ));
    }
    if said.status == Status::Objected && said.brand_id.is_some() {
        return Some((
            "brandId",
            "is not said with an objection, which is to the controller",
        ));
    }
    if signal && !(said.scope == Some(OptOutScope::SaleOrSharing) && says_no) {
        let why = "GPC opts out of SALE_OR_SHARING, and of nothing else; that it is not sent says nothing";
        return Some(("method", why));
    }
    match said.expires_at {
        Some(_) if said.status != Status::Given => Some(("expiresAt", "is said of a consent only")),
        Some(end) if end <= said.at => Some(("expiresAt", "must be after it was given")),
        _ => None,
    }
}

/// Whether the person does not want it.
pub(super) fn forbids(status: Status) -> bool {
    matches!(
        status,
        Status::Refused | Status::Withdrawn | Status::Objected
    )
}

/// What something that was said comes to at an instant.
pub(super) fn status(said: &preference::Model, now: Timestamp) -> Status {
    match said.expires_at {
        Some(end) if said.status == Status::Given && end <= now => Status::Expired,
        _ => said.status,
    }
}

/// Which of two things counts that were said about the same by customers who turned out to be one: whatever forbids, and
/// otherwise the later.
pub(super) fn prevails(one: &preference::Model, other: &preference::Model) -> bool {
    let rank = |said: &preference::Model| (forbids(said.status), said.at, said.id);
    rank(one) > rank(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_service_needs_is_no_choice() {
        assert!(is_essential("essential.service.security"));
        assert!(is_essential("essential"));
        assert!(!is_essential("essentially"));
        assert!(!is_essential("marketing.communications.email"));
    }

    #[test]
    fn that_nothing_is_known_is_no_refusal() {
        assert!(!forbids(Status::Unknown));
        assert!(!forbids(Status::Expired));
        assert!(forbids(Status::Withdrawn));
    }
}
