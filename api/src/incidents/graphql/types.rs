//! What the schema shows of incidents.

use async_graphql::{Context, Object};
use entity::enums::{
    ClockState, IncidentCause, IncidentRegime, IncidentStatus, IncidentType, NotificationPhase,
    NotificationStatus, NotificationTarget, RequestChannel, RiskLevel, TaskStatus,
};
use entity::id::{IncidentId, IncidentNotificationId};
use entity::time::Timestamp;

use super::{ClocksOf, CountriesOf, NotificationsOf, RecipientsOf, TaskCountsOf};
use crate::auth::graphql::Integration;
use crate::customers::Customer;
use crate::data_map::graphql::DataCategory;
use crate::disclosures::service::Disclosure;
use crate::error::Result;
use crate::graphql::{CountryCode, Long, Nullable, load, load_all, open, personal};
use crate::incidents::service::{
    Affected, Clock, CountryCount, Incident, Notification, TaskCounts,
};
use crate::ledger::graphql::EventNode;
use crate::recipients::graphql::RecipientNode;

/// Something that happened to personal data, or to the security of systems.
#[Object]
impl Incident {
    /// Identity.
    pub(crate) async fn id(&self) -> IncidentId {
        self.row.id
    }

    /// What it is called. Null for a role without `READ_CASE_DETAILS`; so are the other texts.
    #[graphql(name = "title", directive = personal::apply("user.content.private".to_owned()))]
    async fn called(&self) -> Nullable<String> {
        open(self.title.as_ref()).transpose()
    }

    /// Where it stands.
    async fn status(&self) -> IncidentStatus {
        self.row.status
    }

    /// Since when.
    async fn status_at(&self) -> Timestamp {
        self.row.status_at
    }

    /// Where it can go from there.
    async fn allowed_transitions(&self) -> &[IncidentStatus] {
        self.steps()
    }

    /// What was breached of personal data; nothing, where it is the security of systems alone.
    async fn kinds(&self) -> Vec<IncidentType> {
        let kinds = self.row.kinds.split_whitespace();
        kinds.filter_map(IncidentType::from_text).collect()
    }

    /// What happened to data.
    async fn cause(&self) -> Option<IncidentCause> {
        self.row.cause
    }

    /// What it means for the persons.
    async fn risk(&self) -> RiskLevel {
        self.row.risk
    }

    /// Whether it is significant in the sense of Directive (EU) 2022/2555 Art. 23(3).
    async fn significant(&self) -> bool {
        self.row.significant
    }

    /// Whether it is kept from view.
    async fn confidential(&self) -> bool {
        self.row.confidential
    }

    /// What happened.
    #[graphql(name = "description", directive = personal::apply("user.content.private".to_owned()))]
    async fn told(&self) -> Nullable<String> {
        open(self.description.as_ref()).transpose()
    }

    /// What comes of it, or may.
    #[graphql(name = "consequences", directive = personal::apply("user.content.private".to_owned()))]
    async fn effects(&self) -> Nullable<String> {
        open(self.consequences.as_ref()).transpose()
    }

    /// What is done about it.
    #[graphql(name = "measures", directive = personal::apply("user.content.private".to_owned()))]
    async fn remedies(&self) -> Nullable<String> {
        open(self.measures.as_ref()).transpose()
    }

    /// Why it was changed, the last time that somebody said so.
    #[graphql(name = "lastReason", directive = personal::apply("user.content.private".to_owned()))]
    async fn said_last(&self) -> Nullable<String> {
        open(self.last_reason.as_ref()).transpose()
    }

    /// The disclosure that it was; null where it was none, and for a role that may not read disclosures.
    async fn disclosure(&self, context: &Context<'_>) -> Nullable<Disclosure> {
        load(context, self.row.disclosure_id?).await.transpose()
    }

    /// Names of the systems that it is about, in alphabetical order.
    async fn systems(&self) -> Vec<&str> {
        self.row.systems.split_whitespace().collect()
    }

    /// The recipients at whom it happened.
    async fn recipients(&self, context: &Context<'_>) -> Result<Vec<RecipientNode>> {
        let ids = load(context, RecipientsOf(self.row.id)).await?;
        load_all(context, ids.unwrap_or_default()).await
    }

    /// The data that it is about.
    async fn categories(&self) -> Vec<DataCategory> {
        let keys = self.row.categories.split_whitespace();
        keys.map(DataCategory::known).collect()
    }

    /// When it began.
    async fn began_at(&self) -> Option<Timestamp> {
        self.row.began_at
    }

    /// When it ended.
    async fn ended_at(&self) -> Option<Timestamp> {
        self.row.ended_at
    }

    /// When it was detected.
    async fn detected_at(&self) -> Option<Timestamp> {
        self.row.detected_at
    }

    /// When the controller became aware of it: clocks count from then. Null until it is confirmed, unless it was said before.
    async fn aware_at(&self) -> Option<Timestamp> {
        self.row.aware_at
    }

    /// When it was reported here.
    async fn recorded_at(&self) -> Timestamp {
        self.row.recorded_at
    }

    /// When it was written down who is affected; null until it is confirmed.
    async fn frozen_at(&self) -> Option<Timestamp> {
        self.row.frozen_at
    }

    /// When it was over; null while it is not.
    async fn closed_at(&self) -> Option<Timestamp> {
        self.row.closed_at
    }

    /// When the first of its clocks that run runs out; where somebody is to be told without undue delay, since when.
    async fn next_due_at(&self) -> Option<Timestamp> {
        self.row.next_due_at
    }

    /// How many persons are affected, as far as somebody estimated it.
    async fn persons_estimated(&self) -> Option<Long> {
        self.row.persons.map(Long)
    }

    /// How many records are affected, likewise.
    async fn records_estimated(&self) -> Option<Long> {
        self.row.records.map(Long)
    }

    /// Where the persons live who were written down as affected, most of them first: it says whose authorities, beside the
    /// controller's, are concerned (GDPR Art. 33, 56).
    async fn affected_countries(&self, context: &Context<'_>) -> Result<Vec<CountryCount>> {
        let found = load(context, CountriesOf(self.row.id)).await?;
        Ok(found.unwrap_or_default())
    }

    /// By when who is to be told.
    async fn clocks(&self, context: &Context<'_>) -> Result<Vec<Clock>> {
        let found = load(context, ClocksOf(self.row.id)).await?;
        Ok(found.unwrap_or_default())
    }

    /// What was said of who is told, in the order in which it was recorded: at most 200.
    async fn notifications(&self, context: &Context<'_>) -> Result<Vec<Notification>> {
        let found = load(context, NotificationsOf(self.row.id)).await?;
        Ok(found.unwrap_or_default())
    }

    /// Who reported it; null for the command line.
    async fn reported_by(&self, context: &Context<'_>) -> Nullable<Integration> {
        load(context, self.row.integration_id?).await.transpose()
    }

    /// Counts changes.
    async fn version(&self) -> i32 {
        self.row.version
    }

    /// The leaf of the last change in the ledger; null for those from whom the sealed log is kept, where it entered that.
    async fn event(&self, context: &Context<'_>) -> Nullable<EventNode> {
        load(context, self.row.event_id).await.transpose()
    }
}

/// By when somebody is to be told of an incident.
#[Object(name = "IncidentClock")]
impl Clock {
    /// Whose rule it is.
    async fn regime(&self) -> IncidentRegime {
        self.row.regime
    }

    /// Who is told.
    async fn target(&self) -> NotificationTarget {
        self.row.target
    }

    /// What of it.
    async fn phase(&self) -> NotificationPhase {
        self.row.phase
    }

    /// Where it stands now.
    #[graphql(name = "state")]
    async fn stands(&self) -> ClockState {
        self.state
    }

    /// From when on it counts.
    async fn since(&self) -> Timestamp {
        self.row.since
    }

    /// The last instant: so many hours later to the minute, without regard to weekends and holidays, which Regulation
    /// (EEC, Euratom) No 1182/71 Art. 3 may be kinder about. Null where it is without undue delay.
    async fn due_at(&self) -> Option<Timestamp> {
        self.row.due_at
    }

    /// When they were told.
    async fn met_at(&self) -> Option<Timestamp> {
        self.row.met_at
    }

    /// Since when it is not owed any more.
    async fn stopped_at(&self) -> Option<Timestamp> {
        self.row.stopped_at
    }

    /// Where that is written.
    async fn source(&self) -> &str {
        &self.row.source
    }
}

/// How many of the affected live in a country.
#[Object(name = "AffectedCountry")]
impl CountryCount {
    /// The country; null for those of whom it is not known.
    #[graphql(name = "country")]
    async fn place(&self) -> Option<CountryCode> {
        CountryCode::parse(self.country.as_deref()?)
    }

    /// How many persons.
    async fn count(&self) -> Long {
        Long(self.number)
    }
}

/// What was said of a notification of an incident: nothing of it is changed later.
#[Object(name = "IncidentNotification")]
impl Notification {
    /// Identity.
    pub(crate) async fn id(&self) -> IncidentNotificationId {
        self.row.id
    }

    /// The incident.
    async fn incident(&self, context: &Context<'_>) -> Nullable<Incident> {
        load(context, self.row.incident_id).await.transpose()
    }

    /// Under which rule; null: under all.
    async fn regime(&self) -> Option<IncidentRegime> {
        self.row.regime
    }

    /// Who is told.
    async fn target(&self) -> NotificationTarget {
        self.row.target
    }

    /// What of it.
    async fn phase(&self) -> NotificationPhase {
        self.row.phase
    }

    /// Where it stood.
    async fn status(&self) -> NotificationStatus {
        self.row.status
    }

    /// Since when.
    async fn at(&self) -> Timestamp {
        self.row.at
    }

    /// When it was recorded.
    async fn recorded_at(&self) -> Timestamp {
        self.row.recorded_at
    }

    /// By what way.
    async fn channel(&self) -> Option<RequestChannel> {
        self.row.channel
    }

    /// The system that tells customers; null where people do.
    async fn system(&self) -> Option<&str> {
        self.row.system.as_deref()
    }

    /// Whether its tasks are still being planned.
    async fn planning(&self) -> bool {
        self.row.planning && self.row.withdrawn_at.is_none()
    }

    /// Since when customers are not told so any more, because it turned out that nothing happened: tasks that are not done
    /// are skipped. Null where it was not withdrawn.
    async fn withdrawn_at(&self) -> Option<Timestamp> {
        self.row.withdrawn_at
    }

    /// How many of the affected the system does not know, so that they are told otherwise; null until all tasks are planned.
    /// `affectedCustomers` with `untoldBy` lists them.
    async fn unreached(&self) -> Option<Long> {
        self.row.unreached.map(Long)
    }

    /// How many of its tasks are in which state.
    async fn task_counts(&self, context: &Context<'_>) -> Result<Vec<NoticeCount>> {
        let found: Option<TaskCounts> = load(context, TaskCountsOf(self.row.id)).await?;
        let counts = found.unwrap_or_default().into_iter();
        Ok(counts
            .map(|one| NoticeCount(one.status, one.number))
            .collect())
    }

    /// What is said. Null for a role without `READ_CASE_DETAILS`; so are the other texts.
    #[graphql(name = "text", directive = personal::apply("user.content.private".to_owned()))]
    async fn said(&self) -> Nullable<String> {
        open(self.text.as_ref()).transpose()
    }

    /// What whoever is told calls it.
    #[graphql(name = "reference", directive = personal::apply("user.content.private".to_owned()))]
    async fn known_as(&self) -> Nullable<String> {
        open(self.reference.as_ref()).transpose()
    }

    /// Why it is late, failed or is not needed.
    #[graphql(name = "reason", directive = personal::apply("user.content.private".to_owned()))]
    async fn why(&self) -> Nullable<String> {
        open(self.reason.as_ref()).transpose()
    }

    /// Who recorded it; null for the command line.
    async fn recorded_by(&self, context: &Context<'_>) -> Nullable<Integration> {
        load(context, self.row.integration_id?).await.transpose()
    }

    /// Its leaf in the ledger; null for those from whom the sealed log is kept, where it entered that.
    async fn event(&self, context: &Context<'_>) -> Nullable<EventNode> {
        load(context, self.row.event_id).await.transpose()
    }
}

/// How many tasks are in a state.
pub(crate) struct NoticeCount(TaskStatus, i64);

/// How many tasks of a notification are in a state.
#[Object(name = "IncidentTaskCount")]
impl NoticeCount {
    /// The state.
    async fn status(&self) -> TaskStatus {
        self.0
    }

    /// How many.
    async fn count(&self) -> Long {
        Long(self.1)
    }
}

/// Somebody whom an incident affects.
#[Object(name = "AffectedCustomer")]
impl Affected {
    /// Who; null for a role that may not read customers.
    async fn customer(&self, context: &Context<'_>) -> Nullable<Customer> {
        load(context, self.row.customer_id).await.transpose()
    }

    /// As what: a person, or a controller of what they host.
    #[graphql(name = "target")]
    async fn as_what(&self) -> NotificationTarget {
        self.target
    }

    /// When it was written down; null where it was not yet.
    async fn added_at(&self) -> Option<Timestamp> {
        self.row.added_at
    }
}
