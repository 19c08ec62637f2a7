//! What a subject of a disclosure is, given what its look-up found.

use entity::enums::SubjectResolution;
use entity::id::CustomerId;

use crate::customers::Match;

/// How many subjects one disclosure may name.
pub(super) const MOST_SUBJECTS: usize = 500;
/// How many data categories one disclosure may name.
pub(super) const MOST_CATEGORIES: usize = 100;

/// What is recorded of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Resolved {
    /// What the look-up found.
    pub(super) resolution: SubjectResolution,
    /// The customer, where it is one.
    pub(super) customer: Option<CustomerId>,
    /// How many it could have been.
    pub(super) candidates: i32,
}

/// A subject is attached to a customer only where there is no doubt.
pub(super) fn resolved(found: Match) -> Resolved {
    match found {
        Match::One(customer) => Resolved {
            resolution: SubjectResolution::Resolved,
            customer: Some(customer),
            candidates: 1,
        },
        Match::Nobody => Resolved {
            resolution: SubjectResolution::Nobody,
            customer: None,
            candidates: 0,
        },
        Match::Several(candidates) => Resolved {
            resolution: SubjectResolution::Ambiguous,
            customer: None,
            candidates: i32::try_from(candidates).unwrap_or(i32::MAX),
        },
    }
}

/// Whose key protects the disclosure: the one customer's that it is about, or its own.
pub(super) fn sole_customer(subjects: &[Resolved]) -> Option<CustomerId> {
    match subjects {
        [only] => only.customer,
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn customer(n: u128) -> CustomerId {
        CustomerId::from_uuid(uuid::Uuid::from_u128(n))
    }

    #[test]
    fn doubt_attaches_to_nobody() {
        let shared = resolved(Match::Several(300));
        assert_eq!((shared.customer, shared.candidates), (None, 300));
        assert_eq!(shared.resolution, SubjectResolution::Ambiguous);
        assert_eq!(resolved(Match::Nobody).candidates, 0);
        assert_eq!(
            resolved(Match::One(customer(1))).customer,
            Some(customer(1))
        );
    }

    #[test]
    fn only_a_sole_resolved_subject_lends_its_key() {
        let (known, unknown) = (resolved(Match::One(customer(1))), resolved(Match::Nobody));
        assert_eq!(sole_customer(&[known]), Some(customer(1)));
        assert_eq!(sole_customer(&[unknown]), None);
        assert_eq!(sole_customer(&[known, unknown]), None);
    }
}
