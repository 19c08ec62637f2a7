//! What may be said, and what follows from it.

mod contact;
mod feedback;
mod page;
mod standing;

use entity::enums::{OptOutScope, PreferenceMethod, PreferenceStatus as Status, UnansweredAction};
use entity::preference;

pub(super) use contact::{Answer, Question, Rules, decide, place};
pub(super) use feedback::{Feedback, Kind, read};
pub(super) use page::{asking, done, no_such_link, not_understood};
pub(super) use standing::{About, Reading, Said, Verdict, ask_again_from, verdict};

/// How many preferences one call may record, and how many questions it may ask.
pub(super) const MOST_AT_ONCE: usize = 500;
/// How many rules there may be about what advertising rests on: they are shown whole.
pub(super) const MOST_RULES: usize = 500;
/// How many templates may be mapped: they are shown whole.
pub(super) const MOST_TEMPLATES: usize = 2_000;

/// Whether a use is needed for the service itself: nobody consents to it, and nobody opts out of it.
pub(super) fn is_essential(purpose: &str) -> bool {
    purpose == "essential" || purpose.starts_with("essential.")
}

/// What to do with a message of this use when nobody answers: what the service needs goes out, because a reset of a
/// password that waits harms more than one that is not wanted; everything else can wait.
pub(super) fn unanswered(purpose: &str) -> UnansweredAction {
    if is_essential(purpose) {
        UnansweredAction::Send
    } else {
        UnansweredAction::Wait
    }
}

/// What is wrong with something that was said: a field, and why.
pub(super) fn problem(said: &preference::Model) -> Option<(&'static str, &'static str)> {
    if said.status == Status::Unreachable && said.customer_id.is_some() {
        return Some((
            "status",
            "is said of an address, not of a customer: say address",
        ));
    }
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
        Status::Refused | Status::Withdrawn | Status::Objected | Status::Unreachable
    )
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
        let urgent = unanswered("essential.service.authentication");
        assert_eq!(urgent, UnansweredAction::Send);
        assert_eq!(unanswered("marketing"), UnansweredAction::Wait);
    }

    #[test]
    fn that_nothing_is_known_is_no_refusal() {
        assert!(!forbids(Status::Unknown));
        assert!(!forbids(Status::Expired));
        assert!(forbids(Status::Withdrawn));
    }
}
