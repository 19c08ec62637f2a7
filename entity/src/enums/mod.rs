//! The closed vocabularies of the domain, defined once, with the descriptions that the schema
//! shows.
//!
//! Their texts are in the database and in the ledger, so a value is never renamed or removed; it
//! may be deprecated. Taxonomies that change under us (data categories, uses, countries) are not
//! enums.

pub mod auth;
pub mod bulk;
pub mod customer;
pub mod data_map;
pub mod disclosure;
pub mod error;
pub mod hold;
pub mod incident;
pub mod instrument;
pub mod ledger;
pub mod preference;
pub mod recipient;
pub mod request;
pub mod task;

pub use auth::{Action, DataClass, KeyOwnerKind, Role};
pub use bulk::ErrorPolicy;
pub use customer::{
    AssignmentSharing, CustomerKind, DataSubjectCategory, IdentifierKind, IdentifierVerification,
    ImportOutcome, RelationKind, ResourceKind,
};
pub use data_map::{DataMapNodeKind, DiagramFormat};
pub use disclosure::{
    ComplainantIdentity, DataTier, DisclosureFrequency, DisclosureGround, DisclosureMethod,
    SubjectResolution, Visibility,
};
pub use error::ErrorCode;
pub use hold::{HoldKind, HoldStatus, LegalBasis, RetentionAction, RetentionAnchor};
pub use incident::{
    IncidentCause, IncidentRegime, IncidentStatus, IncidentType, NotificationPhase,
    NotificationStatus, NotificationTarget, ProcessingRole, RiskLevel,
};
pub use instrument::{
    AgreementKind, TransferDerogation, TransferMechanismKind, TransferScheme, ValidityState,
};
pub use ledger::{EventType, Log};
pub use preference::{
    ContactBasis, ContactChannel, ContactReason, MailFeedbackFormat, MailFeedbackOutcome,
    PreferenceMethod, PreferenceStatus, UnansweredAction,
};
pub use recipient::{ContactKind, RecipientCategory, RecipientRole};
pub use request::{
    ClockDuty, ClockState, CorrespondenceDirection, CorrespondenceKind, DelayReason,
    DeliveryStatus, DenialReason, OptOutScope, Regime, RequestChannel, RequestStatus, RequestType,
    RequesterKind, RequesterVerification, StatusStandard, TermUnit, VerificationVerdict,
};
pub use task::{
    AccessPackageStatus, Protection, RecipientNoticeStatus, RetentionGround, TaskKind,
    TaskSkipReason, TaskStatus,
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use async_graphql::resolver_utils::EnumType;

    use super::*;

    fn is_screaming_snake(name: &str) -> bool {
        name.starts_with(|c: char| c.is_ascii_uppercase())
            && name
                .chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
    }

    fn assert_graphql_names<T: EnumType>(texts: &[&str]) {
        let names: BTreeSet<_> = T::items().iter().map(|item| item.name).collect();
        assert_eq!(names.len(), texts.len(), "names are unique");
        assert_eq!(
            texts.iter().collect::<BTreeSet<_>>().len(),
            texts.len(),
            "texts are unique"
        );
        assert!(names.into_iter().all(is_screaming_snake));
    }

    macro_rules! each_enum {
        ($($name:ident),+ $(,)?) => {$(
            let texts: Vec<_> = $name::ALL.iter().map(|value| value.as_str()).collect();
            assert_graphql_names::<$name>(&texts);
        )+};
    }

    #[test]
    fn names_are_unique_and_in_graphql_style() {
        each_enum!(
            AccessPackageStatus,
            ContactChannel,
            PreferenceMethod,
            PreferenceStatus,
            Action,
            AssignmentSharing,
            ClockDuty,
            ClockState,
            ComplainantIdentity,
            ContactKind,
            CorrespondenceDirection,
            CorrespondenceKind,
            CustomerKind,
            DataClass,
            DataSubjectCategory,
            DataTier,
            DelayReason,
            DeliveryStatus,
            DenialReason,
            DisclosureFrequency,
            DisclosureGround,
            DisclosureMethod,
            ErrorCode,
            EventType,
            HoldKind,
            HoldStatus,
            IdentifierKind,
            IdentifierVerification,
            IncidentCause,
            IncidentRegime,
            IncidentStatus,
            IncidentType,
            NotificationPhase,
            NotificationStatus,
            NotificationTarget,
            ProcessingRole,
            RiskLevel,
            KeyOwnerKind,
            Log,
            OptOutScope,
            RecipientCategory,
            RecipientNoticeStatus,
            RecipientRole,
            Regime,
            RelationKind,
            RequestChannel,
            RequestStatus,
            RequestType,
            RequesterKind,
            RequesterVerification,
            ResourceKind,
            RetentionGround,
            Role,
            StatusStandard,
            SubjectResolution,
            TaskKind,
            TaskSkipReason,
            TaskStatus,
            TermUnit,
            VerificationVerdict,
            Visibility,
        );
    }
}
