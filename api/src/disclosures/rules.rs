//! Who may record what; what a subject is, given what its look-up found; what repeats what.

use aws_lc_rs::digest::{Context, SHA256};
use entity::enums::{DataTier, DisclosureFrequency, DisclosureGround, Role, SubjectResolution};
use entity::id::{CustomerId, DisclosureId, RecipientId};
use entity::time::Timestamp;

use DisclosureGround as G;

use crate::customers::Match;

/// How many disclosures one call may record.
pub(super) const MOST_DISCLOSURES: usize = 500;
/// How many subjects one disclosure may name.
pub(super) const MOST_SUBJECTS: usize = 500;
/// How many data categories one disclosure may name.
pub(super) const MOST_CATEGORIES: usize = 100;
/// How many disclosures one record may stand for.
pub(super) const MOST_OCCURRENCES: i64 = 1_000_000_000;
/// How long the period of one record may be, in days: an accounting looks no further back for what reaches into its
/// period.
pub(super) const LONGEST_PERIOD_DAYS: u64 = 366;

/// What an abuse desk tells to others.
const ABUSE: &[DisclosureGround] = &[
    G::AbuseReport,
    G::BlocklistReport,
    G::CopyrightClaim,
    G::CounterNotice,
    G::RegistrationDataRequest,
    G::CustomerAbuseForward,
    G::NcmecReport,
];

/// What a billing system tells to others.
const BILLING: &[DisclosureGround] = &[
    G::PaymentProcessing,
    G::FraudScreening,
    G::Chargeback,
    G::DebtCollection,
    G::DomainRegistration,
    G::RirRegistration,
];

/// Each is a matter of its own, with its own authority.
const LEGAL_PROCESS: &[DisclosureGround] = &[
    G::SubpoenaCriminal,
    G::SubpoenaCivil,
    G::SubpoenaAdministrative,
    G::SubpoenaDmca512h,
    G::CourtOrder,
    G::Order2703d,
    G::SearchWarrant,
    G::PenRegisterTrapTrace,
    G::InterceptOrder,
    G::NationalSecurity,
    G::Mlat,
    G::EuProductionOrder,
    G::EuPreservationOrder,
    G::DsaInformationOrder,
    G::RegulatorRequest,
    G::InformalGovernmentRequest,
    G::PreservationRequest,
];

/// Whether a role may record disclosures on a ground. `UNAUTHORISED` is open to whoever may record any: what should
/// not have happened must not fail to be recorded for lack of a right.
pub(super) fn may_record(role: Role, ground: DisclosureGround) -> bool {
    let own = match role {
        Role::Owner | Role::PrivacyOfficer | Role::Legal => return true,
        Role::Abuse => ABUSE,
        Role::Billing => BILLING,
        Role::Support | Role::Mail | Role::Provisioning | Role::Dashboard | Role::Auditor => {
            return false;
        }
    };
    ground == G::Unauthorised || own.contains(&ground)
}

/// What a report about abuse consists of, when it is passed on without whose it is.
pub(super) const REPORT: &str = "user.content.private.abuse_report";
/// What names whoever made it.
pub(super) const IDENTITY: [&str; 2] = ["user.contact.email", "user.name"];

/// Whether a data category tells who a person is: such a category, one below it, or one that it is a part of.
pub(super) fn identifies(category: &str) -> bool {
    let kinds = [
        "user.name",
        "user.contact",
        "user.account",
        "user.unique_id",
        "user.government_id",
        "user.device",
    ];
    let within = |inner: &str, outer: &str| {
        let rest = inner.strip_prefix(outer);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    kinds
        .iter()
        .any(|kind| within(category, kind) || within(kind, category))
}

/// What repeated disclosures have in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Repeated<'a> {
    /// Who received.
    pub(super) recipient: RecipientId,
    /// Why.
    pub(super) ground: DisclosureGround,
    /// For which use.
    pub(super) purpose: &'a str,
    /// How deep.
    pub(super) tier: DataTier,
    /// Which data, space-separated in alphabetical order.
    pub(super) categories: &'a str,
}

impl Repeated<'_> {
    /// The line of the accounting that a disclosure belongs to: one for all that repeat each other for a single purpose
    /// (45 CFR 164.528(b)(3)). Legal process and what was unauthorised have a line each.
    pub(super) fn line(self, id: DisclosureId) -> Vec<u8> {
        let ground = self.ground;
        if ground == G::Unauthorised || LEGAL_PROCESS.contains(&ground) {
            return id.uuid().as_bytes().to_vec();
        }
        let mut digest = Context::new(&SHA256);
        digest.update(self.recipient.uuid().as_bytes());
        for part in [
            ground.as_str(),
            self.purpose,
            self.tier.as_str(),
            self.categories,
        ] {
            digest.update(part.as_bytes());
            digest.update(&[0]);
        }
        digest.finish().as_ref().iter().take(16).copied().collect()
    }
}

/// How often something was disclosed (W3C DPV), from how many times it was between two instants.
pub(super) fn frequency(count: i64, first: Timestamp, last: Timestamp) -> DisclosureFrequency {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    if count <= 1 {
        return DisclosureFrequency::Singular;
    }
    let between = (last.as_millis() - first.as_millis()) / (count - 1).max(1);
    if between <= DAY {
        DisclosureFrequency::Continuous
    } else if between <= 31 * DAY {
        DisclosureFrequency::Often
    } else {
        DisclosureFrequency::Sporadic
    }
}

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

/// Whether what a look-up finds now says that a past disclosure was about somebody else. `recorded` names the
/// customer that stands for the one on record. What a person has resolved (`by_hand`) stays, unless the look-up leads
/// to one other customer now.
pub(super) fn contradicts(recorded: Option<CustomerId>, by_hand: bool, now: Resolved) -> bool {
    match (recorded, now.customer) {
        (Some(recorded), Some(now)) => recorded != now,
        (None, Some(_)) => true,
        (Some(_), None) => !by_hand,
        (None, None) => false,
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

    #[test]
    fn every_recording_role_records_what_was_unauthorised_and_the_grounds_of_its_work() {
        for ground in DisclosureGround::ALL.iter().copied() {
            assert!(may_record(Role::Legal, ground), "{ground}");
            assert!(!may_record(Role::Support, ground), "{ground}");
        }
        for role in [Role::Abuse, Role::Billing] {
            assert!(may_record(role, G::Unauthorised));
            assert!(!may_record(role, G::SubpoenaCivil));
        }
        assert!(may_record(Role::Abuse, G::BlocklistReport));
        assert!(!may_record(Role::Abuse, G::PaymentProcessing));
        assert!(may_record(Role::Billing, G::Chargeback));
        assert!(!may_record(Role::Billing, G::AbuseReport));
    }

    #[test]
    fn what_tells_who_complained_is_told_from_the_report() {
        for category in IDENTITY {
            assert!(identifies(category), "{category}");
        }
        assert!(identifies("user.device.ip_address"));
        assert!(identifies("user"));
        assert!(!identifies(REPORT));
        assert!(!identifies("user.named"));
    }

    #[test]
    fn what_repeats_shares_a_line_and_legal_process_never_does() {
        let id = |n| DisclosureId::from_uuid(uuid::Uuid::from_u128(n));
        let payment = Repeated {
            recipient: RecipientId::from_uuid(uuid::Uuid::from_u128(9)),
            ground: G::PaymentProcessing,
            purpose: "essential.service.payment_processing",
            tier: DataTier::Subscriber,
            categories: "user.financial user.name",
        };
        assert_eq!(payment.line(id(1)), payment.line(id(2)));
        let other = Repeated {
            categories: "user.financial",
            ..payment
        };
        assert_ne!(payment.line(id(1)), other.line(id(1)));
        for ground in [G::SubpoenaCivil, G::Unauthorised] {
            let alone = Repeated { ground, ..payment };
            assert_ne!(alone.line(id(1)), alone.line(id(2)), "{ground}");
        }
    }

    #[test]
    fn a_frequency_follows_from_the_count() {
        use DisclosureFrequency::{Continuous, Often, Singular, Sporadic};
        let day = |n: i64| Timestamp::from_millis(n * 24 * 60 * 60 * 1000);
        assert_eq!(frequency(1, day(0), day(0)), Singular);
        assert_eq!(frequency(12, day(0), day(335)), Often);
        assert_eq!(frequency(2, day(0), day(335)), Sporadic);
        assert_eq!(frequency(1_000, day(0), day(30)), Continuous);
    }

    #[test]
    fn a_finding_needs_another_customer() {
        let one = |n| resolved(Match::One(customer(n)));
        let (nobody, several) = (resolved(Match::Nobody), resolved(Match::Several(3)));
        let known = Some(customer(1));
        assert!(contradicts(known, false, one(2)));
        assert!(contradicts(None, false, one(1)));
        assert!(contradicts(known, false, several));
        assert!(contradicts(known, false, nobody));
        assert!(!contradicts(known, false, one(1)));
        assert!(!contradicts(None, false, several));
        assert!(!contradicts(known, true, several));
        assert!(contradicts(known, true, one(2)));
    }
}
