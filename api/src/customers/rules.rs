//! Who a look-up leads to, and which assignments make sense.

use entity::enums::RelationKind;
use entity::id::CustomerId;
use entity::time::Timestamp;

use crate::error::{Error, Result};

/// How many identifiers a customer may have: the list is shown whole.
pub(super) const MOST_IDENTIFIERS: usize = 100;
/// How many customers a cluster may have: what is shown of all of them together stays bounded.
pub(super) const LARGEST_CLUSTER: i64 = 100;
/// How many customers one call may import.
pub(super) const MOST_IMPORTED: usize = 500;
/// How many ids a part of a snapshot may have.
pub(super) const MOST_IDS: usize = 5_000;
/// How many resellers, one above the other, are asked whether they held what a client of theirs is named for.
pub(super) const MOST_RESELLERS: usize = 10;
/// How many assignments one call may record.
pub(super) const MOST_ASSIGNMENTS: usize = 500;

/// What a look-up leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Match {
    /// To nobody.
    Nobody,
    /// To one customer.
    One(CustomerId),
    /// To several, and to none of them in particular.
    Several(i64),
}

impl Match {
    /// The one customer that is meant, where there must be one.
    ///
    /// # Errors
    /// `NotFound`; Ambiguous.
    pub(crate) fn sole(self) -> Result<CustomerId> {
        match self {
            Self::One(customer) => Ok(customer),
            Self::Nobody => Err(Error::NotFound { what: "customer" }),
            Self::Several(candidates) => Err(Error::Ambiguous { candidates }),
        }
    }

    /// What `count` candidates are, of which `first` is one.
    pub(super) fn of(count: i64, first: Option<CustomerId>) -> Self {
        match (count, first) {
            (1, Some(customer)) => Self::One(customer),
            (0, _) | (_, None) => Self::Nobody,
            (several, Some(_)) => Self::Several(several),
        }
    }
}

/// Those who held something of one kind that covers what is asked for, at one narrowness, at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Holders {
    /// How narrow: bits of a prefix, labels of a domain.
    pub(super) length: i16,
    /// How many customers.
    pub(super) count: i64,
    /// Whether one of them shares it with others, who need not be on record.
    pub(super) shared: bool,
    /// One of them.
    pub(super) first: CustomerId,
}

/// Who held an address or a domain: the holders of the narrowest. A reseller's /24 does not speak for the /29 that
/// it has given to a client.
pub(super) fn narrowest(holders: &[Holders]) -> Option<Holders> {
    holders.iter().copied().max_by_key(|holders| holders.length)
}

impl Holders {
    /// Who is meant: a sole holder, unless it is shared. Then others, not on record, may be meant too.
    pub(super) fn decide(self) -> Match {
        if self.shared {
            return Match::Several(self.count);
        }
        Match::of(self.count, Some(self.first))
    }
}

/// Who is meant by a name on a place: by the domain or mailbox, and by the address, each as far as somebody held
/// it. `fits` says whether the sole holder of the name held the place too, alone, with others or by a reseller.
///
/// A name narrows a place to one of its holders. Where it leads to somebody else, one of the two records is wrong,
/// and nobody is meant in particular.
pub(super) fn narrow(name: Option<Holders>, place: Option<Holders>, fits: bool) -> Match {
    match (name.map(Holders::decide), place) {
        (None, None) => Match::Nobody,
        (None, Some(place)) => place.decide(),
        (Some(decided), None) => decided,
        (Some(Match::One(customer)), Some(_)) if fits => Match::One(customer),
        (Some(Match::One(_)), Some(place)) => Match::Several(place.count + 1),
        (Some(other), Some(_)) => other,
    }
}

/// Whether a range of time does not end before it begins. One without an instant is meant: it takes back what was
/// recorded by mistake, and does so too when it comes first.
pub(super) fn is_range(from: Timestamp, until: Option<Timestamp>) -> bool {
    until.is_none_or(|until| from <= until)
}

/// One spelling of a relation: an end client of a reseller is the reseller's end client.
pub(super) fn canonical(
    kind: RelationKind,
    [customer, related]: [CustomerId; 2],
) -> (RelationKind, [CustomerId; 2]) {
    match kind {
        RelationKind::EndClient => (RelationKind::Reseller, [related, customer]),
        kind => (kind, [customer, related]),
    }
}

/// Whether two clusters, of so many customers that were merged, fit into one.
pub(super) fn fits(from: i64, into: i64) -> bool {
    from.saturating_add(into).saturating_add(2) <= LARGEST_CLUSTER
}

#[cfg(test)]
mod tests {
    use super::*;

    fn customer(n: u128) -> CustomerId {
        CustomerId::from_uuid(uuid::Uuid::from_u128(n))
    }

    #[test]
    fn one_candidate_is_a_match_and_several_are_none() {
        assert_eq!(Match::of(0, None), Match::Nobody);
        assert_eq!(Match::of(1, Some(customer(1))), Match::One(customer(1)));
        assert_eq!(Match::of(300, Some(customer(1))), Match::Several(300));
    }

    #[test]
    fn the_narrowest_prefix_decides() {
        let reseller = Holders {
            length: 24,
            shared: false,
            count: 1,
            first: customer(1),
        };
        let client = Holders {
            length: 29,
            shared: false,
            count: 1,
            first: customer(2),
        };
        assert_eq!(narrowest(&[reseller, client]), Some(client));
        assert_eq!(narrowest(&[client, reseller]), Some(client));
        assert_eq!(narrowest(&[reseller]), Some(reseller));
        assert_eq!(narrowest(&[]), None);
        assert_eq!(client.decide(), Match::One(customer(2)));
        let shared = Holders {
            shared: true,
            ..client
        };
        assert_eq!(shared.decide(), Match::Several(1));
    }

    #[test]
    fn a_name_narrows_a_place_to_one_of_its_holders() {
        let held = |count, shared, first| Holders {
            length: 1,
            count,
            shared,
            first: customer(first),
        };
        let (name, place) = (held(1, false, 7), held(300, true, 1));
        let one = Match::One(customer(7));
        assert_eq!(narrow(Some(name), Some(place), true), one);
        assert_eq!(narrow(Some(name), None, false), one);
        assert_eq!(narrow(Some(name), Some(place), false), Match::Several(301));
        assert_eq!(narrow(None, Some(place), false), Match::Several(300));
        let sole = held(1, false, 1);
        assert_eq!(narrow(Some(name), Some(sole), false), Match::Several(2));
        assert_eq!(narrow(None, Some(sole), false), Match::One(customer(1)));
        assert_eq!(
            narrow(Some(held(2, false, 7)), Some(place), false),
            Match::Several(2)
        );
        assert_eq!(narrow(None, None, false), Match::Nobody);
    }

    #[test]
    fn both_spellings_of_a_relation_are_one() {
        let (reseller, client) = (customer(1), customer(2));
        let below = canonical(RelationKind::EndClient, [client, reseller]);
        let above = canonical(RelationKind::Reseller, [reseller, client]);
        assert_eq!(below, above);
        let owner = (RelationKind::Owner, [client, reseller]);
        assert_eq!(canonical(owner.0, owner.1), owner);
    }

    #[test]
    fn a_cluster_has_at_most_a_hundred_customers() {
        assert!(fits(0, 0));
        assert!(fits(49, 49));
        assert!(!fits(49, 50));
        assert!(!fits(0, 99));
        assert!(fits(98, 0));
    }

    #[test]
    fn a_range_does_not_end_before_it_begins() {
        let at = Timestamp::from_millis;
        assert!(is_range(at(5), None));
        assert!(is_range(at(5), Some(at(6))));
        assert!(is_range(at(5), Some(at(5))));
        assert!(!is_range(at(5), Some(at(4))));
    }
}
