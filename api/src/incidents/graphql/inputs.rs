//! What callers say of incidents.

use async_graphql::{ID, InputObject, OneofObject};
use entity::enums::{
    IncidentCause, IncidentRegime, IncidentStatus, IncidentType, NotificationPhase,
    NotificationStatus, NotificationTarget, RequestChannel, RiskLevel,
};
use entity::id::{DisclosureId, IncidentId, RecipientId};
use entity::time::Timestamp;

use crate::customers::graphql::CustomerLookupInput;
use crate::data_map::graphql::DataCategory;
use crate::graphql::{Long, OnBehalfOfInput, personal};
use crate::incidents::service::{
    AffectedBy, Assessment, Facts, IncidentFilter, NewIncident, NewNotification, Scoped,
};
use crate::platform::patch::Patch;
use crate::platform::personal::Personal;

/// Which incidents.
#[derive(Default, InputObject)]
pub(crate) struct IncidentFilterInput {
    /// In one of these states.
    status_in: Option<Vec<IncidentStatus>>,
    /// Of which somebody is to be told before this instant, or without undue delay: not told yet.
    due_before: Option<Timestamp>,
    /// That were this disclosure.
    disclosure_id: Option<DisclosureId>,
}

impl From<IncidentFilterInput> for IncidentFilter {
    fn from(input: IncidentFilterInput) -> Self {
        Self {
            statuses: input.status_in.unwrap_or_default(),
            due_before: input.due_before,
            disclosure: input.disclosure_id,
        }
    }
}

/// By what somebody is affected: exactly one of these.
#[derive(OneofObject)]
pub(crate) enum AffectedByInput {
    /// An incident.
    IncidentId(IncidentId),
    /// Whatever happens to a registered system: its name.
    System(String),
    /// Whatever happens at a recipient.
    RecipientId(RecipientId),
}

impl From<AffectedByInput> for AffectedBy {
    fn from(input: AffectedByInput) -> Self {
        match input {
            AffectedByInput::IncidentId(id) => Self::Incident(id),
            AffectedByInput::System(name) => Self::System(name),
            AffectedByInput::RecipientId(id) => Self::Recipient(id),
        }
    }
}

fn lookups(customers: Option<Vec<CustomerLookupInput>>) -> Vec<crate::customers::Lookup> {
    let customers = customers.unwrap_or_default().into_iter();
    customers.map(Into::into).collect()
}

fn keys(categories: Option<Vec<DataCategory>>) -> Vec<String> {
    let categories = categories.unwrap_or_default().into_iter();
    categories.map(DataCategory::into_key).collect()
}

/// An incident to be reported.
#[derive(InputObject)]
pub(crate) struct ReportIncidentInput {
    /// What it is called: 1 to 200 characters.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    title: Personal,
    /// What was breached of personal data. None, where it is the security of systems alone.
    kinds: Option<Vec<IncidentType>>,
    /// What happened to data.
    cause: Option<IncidentCause>,
    /// What happened: at most 20000 characters.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    description: Option<Personal>,
    /// The disclosure that it was, on the ground `UNAUTHORISED`: its subjects are affected. It breached confidentiality,
    /// began when data went out, and is about the same categories.
    disclosure_id: Option<DisclosureId>,
    /// The systems that it is about, by name: at most 100 that are registered.
    systems: Option<Vec<String>>,
    /// The recipients at whom it happened: whoever they got data of is affected. At most 100.
    recipient_ids: Option<Vec<RecipientId>>,
    /// Customers who are known to be affected: at most 500.
    customers: Option<Vec<CustomerLookupInput>>,
    /// Customers who are known to be affected as controllers of what they host (GDPR Art. 33(2)): at most 500.
    controllers: Option<Vec<CustomerLookupInput>>,
    /// The data that it is about: at most 100.
    categories: Option<Vec<DataCategory>>,
    /// When it began: not in the future.
    began_at: Option<Timestamp>,
    /// When it ended.
    ended_at: Option<Timestamp>,
    /// When it was detected.
    detected_at: Option<Timestamp>,
    /// That it is kept from view: only roles with `HANDLE_INCIDENTS` see it, and its events enter the sealed log.
    confidential: Option<bool>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Sent again with the same input, the call answers as before and changes nothing.
    pub(super) idempotency_key: Option<ID>,
}

impl ReportIncidentInput {
    /// The person behind the integration, and the incident.
    pub(super) fn split(self) -> (Option<OnBehalfOfInput>, NewIncident) {
        let new = NewIncident {
            title: self.title,
            kinds: self.kinds.unwrap_or_default(),
            cause: self.cause,
            description: self.description,
            disclosure: self.disclosure_id,
            systems: self.systems.unwrap_or_default(),
            recipients: self.recipient_ids.unwrap_or_default(),
            customers: lookups(self.customers),
            controllers: lookups(self.controllers),
            categories: keys(self.categories),
            began_at: self.began_at,
            ended_at: self.ended_at,
            detected_at: self.detected_at,
            confidential: self.confidential.unwrap_or_default(),
        };
        (self.on_behalf_of, new)
    }
}

/// What is different about an incident: what is absent stays as it is.
#[derive(InputObject)]
pub(crate) struct AssessIncidentInput {
    /// The incident.
    incident_id: IncidentId,
    /// The version that the caller has read: the call fails with CONFLICT when there is a later one.
    expected_version: Option<i32>,
    /// Where it stands now: one of its `allowedTransitions`.
    status: Option<IncidentStatus>,
    /// What it means for the persons.
    risk: Option<RiskLevel>,
    /// Whether it is significant in the sense of Directive (EU) 2022/2555 Art. 23(3).
    significant: Option<bool>,
    /// Whether it is kept from view: only roles with `HANDLE_INCIDENTS` see it.
    confidential: Option<bool>,
    /// What it is called: 1 to 200 characters.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    title: Patch<Personal>,
    /// What was breached of personal data, whole.
    kinds: Option<Vec<IncidentType>>,
    /// What happened to data.
    cause: Patch<IncidentCause>,
    /// What happened: at most 20000 characters.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    description: Patch<Personal>,
    /// What comes of it, or may: at most 20000 characters.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    consequences: Patch<Personal>,
    /// What is done about it: at most 20000 characters.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    measures: Patch<Personal>,
    /// When it began: not in the future.
    began_at: Patch<Timestamp>,
    /// When it ended.
    ended_at: Patch<Timestamp>,
    /// When it was detected.
    detected_at: Patch<Timestamp>,
    /// When the controller became aware of it: clocks count from then. When it is confirmed and this was never said: now.
    aware_at: Patch<Timestamp>,
    /// How many persons are affected, as far as somebody estimates it.
    persons_estimated: Patch<Long>,
    /// How many records are affected, likewise.
    records_estimated: Patch<Long>,
    /// Systems that it is about, too, by name: at most 100. Nothing that it is about is taken out again.
    add_systems: Option<Vec<String>>,
    /// Recipients at whom it happened, too: at most 100.
    add_recipient_ids: Option<Vec<RecipientId>>,
    /// Customers who are known to be affected, too: at most 500.
    add_customers: Option<Vec<CustomerLookupInput>>,
    /// Customers who are known to be affected as controllers of what they host, too: at most 500.
    add_controllers: Option<Vec<CustomerLookupInput>>,
    /// Data that it is about, too: at most 100.
    add_categories: Option<Vec<DataCategory>>,
    /// Why: at most 2000 characters. Needed with `FALSE_ALARM` and `NEAR_MISS`, where it goes on after it was over, and where a
    /// clock that runs stops by it, ends later, or turns out to have been met late.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    reason: Option<Personal>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Sent again with the same input, the call answers as before and changes nothing.
    pub(super) idempotency_key: Option<ID>,
}

impl AssessIncidentInput {
    /// The person behind the integration, and what is different.
    pub(super) fn split(self) -> (Option<OnBehalfOfInput>, Assessment) {
        let facts = Facts {
            title: self.title,
            kinds: self.kinds,
            cause: self.cause,
            description: self.description,
            consequences: self.consequences,
            measures: self.measures,
            began_at: self.began_at,
            ended_at: self.ended_at,
            detected_at: self.detected_at,
            aware_at: self.aware_at,
            persons: self.persons_estimated.map(|count| count.0),
            records: self.records_estimated.map(|count| count.0),
        };
        let scope = Scoped {
            systems: self.add_systems.unwrap_or_default(),
            recipients: self.add_recipient_ids.unwrap_or_default(),
            customers: lookups(self.add_customers),
            controllers: lookups(self.add_controllers),
            categories: keys(self.add_categories),
        };
        let change = Assessment {
            incident: self.incident_id,
            expected_version: self.expected_version,
            to: self.status,
            risk: self.risk,
            significant: self.significant,
            confidential: self.confidential,
            facts,
            scope,
            reason: self.reason,
        };
        (self.on_behalf_of, change)
    }
}

/// What became of a notification.
#[derive(InputObject)]
pub(crate) struct RecordIncidentNotificationInput {
    /// The incident.
    incident_id: IncidentId,
    /// Who is told.
    target: NotificationTarget,
    /// What of it; `INITIAL`, when absent.
    phase: Option<NotificationPhase>,
    /// Where it stands.
    status: NotificationStatus,
    /// Since when: not in the future; now, when absent.
    at: Option<Timestamp>,
    /// Under which rule; under all, when absent. With `AUTHORITY`, the data protection law that applies: needed where several
    /// do.
    regime: Option<IncidentRegime>,
    /// By what way.
    channel: Option<RequestChannel>,
    /// The system that tells customers, by name: with `PLANNED`, and `SUBJECT` or `CONTROLLER`. Absent: people do.
    system: Option<String>,
    /// What is said: at most 20000 characters. Whoever does the tasks of a system is told it.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    text: Option<Personal>,
    /// What whoever is told calls it, such as a file number: at most 200 characters.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    reference: Option<Personal>,
    /// Why it is late, failed or is not needed, and how those were told whom no task told: at most 2000 characters. Needed where
    /// it is so.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    reason: Option<Personal>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Sent again with the same input, the call answers as before and changes nothing.
    pub(super) idempotency_key: Option<ID>,
}

impl RecordIncidentNotificationInput {
    /// The person behind the integration, and what is said.
    pub(super) fn split(self) -> (Option<OnBehalfOfInput>, NewNotification) {
        let new = NewNotification {
            incident: self.incident_id,
            regime: self.regime,
            target: self.target,
            phase: self.phase.unwrap_or(NotificationPhase::Initial),
            status: self.status,
            at: self.at,
            channel: self.channel,
            system: self.system,
            text: self.text,
            reference: self.reference,
            reason: self.reason,
        };
        (self.on_behalf_of, new)
    }
}
