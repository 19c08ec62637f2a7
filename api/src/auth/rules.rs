//! What roles may do, and what may be done to tokens.

use entity::enums::{Action, Role};
use entity::time::Timestamp;

use Action as A;

/// What everybody at a desk needs to see of the records, nothing personal in it.
const LISTS: &[Action] = &[
    A::ReadCustomers,
    A::ReadRecipients,
    A::ReadDisclosures,
    A::ReadEvents,
    A::ReadSystems,
];

/// Looking persons up, with what is personal about them.
const PERSONS: &[Action] = &[A::LookUpCustomers, A::ReadPersonalData, A::ReadCaseDetails];

/// Keeping the register of customers.
const REGISTER: &[Action] = &[
    A::RegisterCustomer,
    A::RegisterComplainant,
    A::AddIdentifier,
    A::UpdateCustomer,
    A::RelateCustomers,
    A::MergeCustomers,
    A::EndIdentifier,
    A::VerifyIdentifier,
    A::ImportCustomers,
    A::RecordAssignments,
];

/// Recording that data went out, and what is found out about it later.
const RECORD: &[Action] = &[
    A::RegisterRecipient,
    A::RecordDisclosure,
    A::SupersedeDisclosure,
    A::ResolveDisclosureSubject,
];

/// Whatever persons ask for.
const REQUESTS: &[Action] = &[
    A::OpenRequest,
    A::HandleRequest,
    A::ReadRequests,
    A::WorkOnTasks,
];

/// What a billing system does about requests: it opens them, does its tasks, and says what it must keep.
const BILLS: &[Action] = &[
    A::OpenRequest,
    A::ReadRequests,
    A::WorkOnTasks,
    A::RecordDeletionBlock,
    A::PlanDeletion,
    A::ReadRetention,
    A::RecordAnchors,
];

/// Saying that something happened to data, and seeing what became of it.
const INCIDENTS: &[Action] = &[A::ReportIncident, A::ReadIncidents];

/// What persons want, and do not want.
const PREFERENCES: &[Action] = &[
    A::RecordPreferences,
    A::ReadPreferences,
    A::AskContactPermission,
];

/// What is done by hand about requests, and with whatever systems hand over.
const BY_HAND: &[Action] = &[A::WorkByHand, A::ReadAttachments, A::HandOutPackages];

/// What must not be erased, and why.
const HOLDS: &[Action] = &[
    A::PlaceLegalHold,
    A::ReadLegalHolds,
    A::RecordDeletionBlock,
    A::PlanDeletion,
];

/// What the whole controller has in common: where it is, its brands, systems and integrations, and what it knows of
/// recipients.
const HOUSE: &[Action] = &[
    A::RegisterBrand,
    A::UpdateRecipient,
    A::RecordAgreements,
    A::RegisterSystem,
    A::DeclareDataFlows,
    A::UpdateController,
    A::SetContactRules,
    A::SetRetentionRules,
    A::ReadRetention,
    A::RecordAnchors,
    A::ReadIntegrations,
    A::ReadAccessLog,
];

/// What a ticket system does beside requests.
const SUPPORTS: &[Action] = &[
    A::MergeCustomers,
    A::VerifyIdentifier,
    A::PlanDeletion,
    A::ReadRetention,
    A::RecordAnchors,
];

/// What an auditor sees beside lists.
const AUDITS: &[Action] = &[
    A::ReadCaseDetails,
    A::ReadIntegrations,
    A::ReadAccessLog,
    A::ReadRequests,
    A::ReadLegalHolds,
    A::ReadPreferences,
    A::ReadRetention,
    A::ReadIncidents,
];

/// How many tokens of an integration may work at the same time: the list is shown whole.
pub(super) const MOST_TOKENS: usize = 20;

const OWNER: &[&[Action]] = &[
    LISTS,
    PERSONS,
    REGISTER,
    RECORD,
    REQUESTS,
    BY_HAND,
    HOLDS,
    PREFERENCES,
    HOUSE,
    INCIDENTS,
    &[A::HandleIncidents, A::IssueToken, A::RevokeToken],
];

const PRIVACY_OFFICER: &[&[Action]] = &[
    LISTS,
    PERSONS,
    REGISTER,
    RECORD,
    REQUESTS,
    BY_HAND,
    HOLDS,
    PREFERENCES,
    HOUSE,
    INCIDENTS,
    &[A::HandleIncidents],
];

const LEGAL: &[&[Action]] = &[
    LISTS,
    PERSONS,
    RECORD,
    REQUESTS,
    HOLDS,
    INCIDENTS,
    &[
        A::HandleIncidents,
        A::UpdateRecipient,
        A::RecordAgreements,
        A::ReadSealed,
        A::ReadAttachments,
        A::ReadPreferences,
        A::ReadRetention,
    ],
];

const BILLING: &[&[Action]] = &[
    LISTS,
    PERSONS,
    REGISTER,
    RECORD,
    BILLS,
    PREFERENCES,
    INCIDENTS,
];

// Ticket systems merge requesters, and see who signs in or answers to a code.
const SUPPORT: &[&[Action]] = &[LISTS, PERSONS, REQUESTS, PREFERENCES, SUPPORTS, INCIDENTS];

// What comes to the privacy mailbox, and who does not want any more mail.
const MAIL: &[&[Action]] = &[
    PREFERENCES,
    INCIDENTS,
    &[
        A::LookUpCustomers,
        A::ReadCustomers,
        A::ReadEvents,
        A::OpenRequest,
        A::WorkOnTasks,
    ],
];

const ABUSE: &[&[Action]] = &[
    LISTS,
    RECORD,
    INCIDENTS,
    &[
        A::LookUpCustomers,
        A::ReadCaseDetails,
        A::RegisterComplainant,
        A::WorkOnTasks,
        A::RecordAnchors,
    ],
];

const PROVISIONING: &[&[Action]] = &[&[A::RecordAssignments, A::ReadEvents, A::WorkOnTasks]];

const DASHBOARD: &[&[Action]] = &[
    LISTS,
    &[
        A::ReadRequests,
        A::ReadPreferences,
        A::ReadRetention,
        A::ReadIncidents,
    ],
];

const AUDITOR: &[&[Action]] = &[LISTS, AUDITS];

/// The actions of a role, as groups.
fn actions(role: Role) -> &'static [&'static [Action]] {
    match role {
        Role::Owner => OWNER,
        Role::PrivacyOfficer => PRIVACY_OFFICER,
        Role::Legal => LEGAL,
        Role::Billing => BILLING,
        Role::Support => SUPPORT,
        Role::Mail => MAIL,
        Role::Abuse => ABUSE,
        Role::Provisioning => PROVISIONING,
        Role::Dashboard => DASHBOARD,
        Role::Auditor => AUDITOR,
    }
}

/// Whether a role holds an action.
pub(crate) fn allows(role: Role, action: Action) -> bool {
    actions(role).iter().any(|group| group.contains(&action))
}

/// All actions of a role, in the order of the schema.
pub(crate) fn actions_of(role: Role) -> Vec<Action> {
    Action::ALL
        .iter()
        .copied()
        .filter(|action| allows(role, *action))
        .collect()
}

/// Why something may not be done to a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// No token would be left that can issue others.
    LastOwnerToken,
}

/// Whether a token may be revoked. `owner_tokens` counts the controller's live tokens of role OWNER.
pub(super) fn revoke(role: Role, is_live: bool, owner_tokens: u64) -> Result<(), Refusal> {
    if role == Role::Owner && is_live && owner_tokens <= 1 {
        return Err(Refusal::LastOwnerToken);
    }
    Ok(())
}

/// Whether a token works at this instant.
pub(super) fn is_live(revoked: Option<Timestamp>, expires: Timestamp, now: Timestamp) -> bool {
    revoked.is_none() && now < expires
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_way_in_stays_open() {
        assert_eq!(revoke(Role::Owner, true, 1), Err(Refusal::LastOwnerToken));
        assert_eq!(revoke(Role::Owner, true, 2), Ok(()));
        assert_eq!(revoke(Role::Owner, false, 1), Ok(()));
        assert_eq!(revoke(Role::Billing, true, 1), Ok(()));
    }

    #[test]
    fn only_legal_reads_what_is_sealed_and_only_the_owner_lets_others_in() {
        for role in Role::ALL.iter().copied() {
            assert_eq!(allows(role, A::ReadSealed), role == Role::Legal, "{role}");
            assert_eq!(allows(role, A::IssueToken), role == Role::Owner, "{role}");
        }
        assert!(!allows(Role::Dashboard, A::ReadPersonalData));
        assert!(!allows(Role::Dashboard, A::ReadCaseDetails));
    }

    #[test]
    fn a_token_ends_at_its_last_instant() {
        let at = Timestamp::from_millis;
        assert!(is_live(None, at(10), at(9)));
        assert!(!is_live(None, at(10), at(10)));
        assert!(!is_live(Some(at(1)), at(10), at(5)));
    }
}
