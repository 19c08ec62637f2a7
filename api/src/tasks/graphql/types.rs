//! What the schema shows of tasks.

use async_graphql::{Context, Object};
use entity::date::Date;
use entity::enums::{
    Action, IdentifierKind, NotificationPhase, NotificationTarget, OptOutScope, Protection,
    RetentionAnchor, RetentionGround, TaskKind, TaskSkipReason, TaskStatus,
};
use entity::id::{AttachmentId, IncidentId, LeaseId, TaskId};
use entity::time::Timestamp;

use super::lists::{AttachmentsOf, GuardOf, RetentionsOf};
use crate::auth::graphql::Integration;
use crate::customers::Customer;
use crate::error::Result;
use crate::graphql::{Long, Nullable, ctx, load, open, personal};
use crate::incidents::service::{Notice, Notification};
use crate::ledger::graphql::EventNode;
use crate::platform::personal::Personal;
use crate::requests::service::{Item, Request};
use crate::retention::service::{Anchor, KeptByLaw, Rule};
use crate::tasks::service::{Attachment, Claimed, Evidence, Retention, Task};

/// What a system has to do about a request or an incident, or because the time for which it keeps something is over.
#[Object]
impl Task {
    /// Identity.
    pub(crate) async fn id(&self) -> TaskId {
        self.row.id
    }

    /// What is to be done.
    async fn kind(&self) -> TaskKind {
        self.row.kind
    }

    /// In which system: its name, as in external ids.
    async fn system(&self) -> &str {
        &self.row.system
    }

    /// Of what the person opts out, where it is that.
    async fn scope(&self) -> Option<OptOutScope> {
        self.row.scope
    }

    /// Where it stands.
    async fn status(&self) -> TaskStatus {
        self.row.status
    }

    /// Since when.
    async fn status_at(&self) -> Timestamp {
        self.row.status_at
    }

    /// When it was planned.
    async fn planned_at(&self) -> Timestamp {
        self.row.planned_at
    }

    /// From when on it is handed out: later than now where it failed or was postponed, and where something is kept, the
    /// end of what is kept the shortest time. Null where it is not handed out any more.
    async fn not_before(&self) -> Option<Timestamp> {
        let comes = matches!(self.row.status, TaskStatus::Pending | TaskStatus::Retained);
        let at = self.row.not_before;
        (comes && at < Timestamp::MAX).then_some(at)
    }

    /// What it waits for, where it was postponed.
    async fn postponed_for(&self) -> Option<RetentionGround> {
        self.row.postponed
    }

    /// How often it was handed out.
    async fn attempts(&self) -> i32 {
        self.row.attempts
    }

    /// How often it failed, or was not reported on in time, since it was planned or `retryTask` was called.
    async fn failures(&self) -> i32 {
        self.row.failures
    }

    /// Whether it is not to be done now, because what it is for stands still or has ended.
    async fn suspended(&self) -> bool {
        self.row.suspended
    }

    /// Whether a legal hold, or something that the system must keep for now, is in the way: it is not handed out until that
    /// is over. `deletionPlan` says what it is.
    async fn held(&self, context: &Context<'_>) -> Result<bool> {
        let held = load(context, GuardOf(self.row.id)).await?;
        Ok(held.unwrap_or_default())
    }

    /// Until when it was handed out; null where it is not.
    async fn leased_until(&self) -> Option<Timestamp> {
        let held = self.row.status == TaskStatus::Claimed;
        self.row.leased_until.filter(|_| held)
    }

    /// Who has it, or had it last; null for the command line, and where nobody had it yet.
    async fn leased_to(&self, context: &Context<'_>) -> Nullable<Integration> {
        load(context, self.row.leased_to?).await.transpose()
    }

    /// The request; null where a retention rule or an incident wants it, and for a role that may not read requests.
    async fn request(&self, context: &Context<'_>) -> Nullable<Request> {
        load(context, self.row.request_id?).await.transpose()
    }

    /// The thing that was asked for; null where it is for the whole request, and for a role that may not read requests.
    async fn item(&self, context: &Context<'_>) -> Nullable<Item> {
        load(context, self.row.item_id?).await.transpose()
    }

    /// The retention rule that wants it; null where a request does, and for a role without `READ_RETENTION`.
    async fn retention_rule(&self, context: &Context<'_>) -> Nullable<Rule> {
        match ctx(context) {
            Ok(ctx) if ctx.may(Action::ReadRetention) => {
                load(context, self.row.rule_id?).await.transpose()
            }
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        }
    }

    /// What kept the data when it was reported as done all the same, and not as kept; null where nothing did.
    async fn despite(&self) -> Option<Protection> {
        self.row.despite
    }

    /// When that was which the time counts from, where a retention rule wants it.
    async fn anchored_at(&self) -> Option<Timestamp> {
        self.row.anchored_at
    }

    /// The notification of an incident that it is a part of; null where it is for something else, and for a role without
    /// `READ_INCIDENTS`.
    async fn incident_notification(&self, context: &Context<'_>) -> Nullable<Notification> {
        match ctx(context) {
            Ok(ctx) if ctx.may(Action::ReadIncidents) => {
                load(context, self.row.notification_id?).await.transpose()
            }
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        }
    }

    /// Whose data it is about; null where that is not known, and for a role that may not read customers.
    async fn customer(&self, context: &Context<'_>) -> Nullable<Customer> {
        load(context, self.row.customer_id?).await.transpose()
    }

    /// What whoever does it must know. Null for a role without `READ_PERSONAL_DATA`, and after erasure; whoever claims
    /// the task is told.
    #[graphql(name = "instructions", directive = personal::apply("user.content.private".to_owned()))]
    async fn said(&self) -> Nullable<String> {
        open(self.instructions.as_ref()).transpose()
    }

    /// Why it failed, waits or was skipped. Null for a role without `READ_PERSONAL_DATA`, and after erasure.
    #[graphql(name = "note", directive = personal::apply("user.content.private".to_owned()))]
    async fn remark(&self) -> Nullable<String> {
        open(self.note.as_ref()).transpose()
    }

    /// Why it was skipped.
    async fn skip_reason(&self) -> Option<TaskSkipReason> {
        self.row.skipped
    }

    /// What shows that it was done. Null for a role without `READ_PERSONAL_DATA`, where nothing was said, and after
    /// erasure.
    #[graphql(name = "evidence")]
    async fn shown(&self) -> Nullable<TaskEvidence> {
        let evidence = self.evidence().transpose()?;
        Some(evidence.map(TaskEvidence))
    }

    /// What could not be erased, as it was reported: at most 50.
    async fn retained(&self, context: &Context<'_>) -> Result<Vec<Retention>> {
        let found = load(context, RetentionsOf(self.row.id)).await?;
        Ok(found.unwrap_or_default())
    }

    /// Files that were uploaded for it, whole ones: at most 20.
    async fn attachments(&self, context: &Context<'_>) -> Result<Vec<Attachment>> {
        let found = load(context, AttachmentsOf(self.row.id)).await?;
        Ok(found.unwrap_or_default())
    }

    /// Counts changes, but for leases.
    async fn version(&self) -> i32 {
        self.row.version
    }

    /// The leaf of the last change in the ledger.
    async fn event(&self, context: &Context<'_>) -> Nullable<EventNode> {
        load(context, self.row.event_id).await.transpose()
    }
}

/// What shows that a task was done.
pub(crate) struct TaskEvidence(Evidence);

/// What shows that a task was done.
#[Object]
impl TaskEvidence {
    /// What the other system answered.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    async fn remote_result(&self) -> Option<&str> {
        self.0.remote_result.as_ref().map(Personal::expose)
    }

    /// How it was asked: options of the call.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    async fn flags(&self) -> Vec<&str> {
        self.0.flags.iter().map(Personal::expose).collect()
    }

    /// What is left behind: what was reported, and what the system was known to leave behind when it erased.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    async fn residuals(&self) -> Vec<&str> {
        self.0.residuals.iter().map(Personal::expose).collect()
    }
}

/// Something that a task could not erase.
#[Object(name = "TaskRetention")]
impl Retention {
    /// What it is. Null for a role without `READ_PERSONAL_DATA`, and after erasure.
    #[graphql(name = "what", directive = personal::apply("user.content.private".to_owned()))]
    async fn kept(&self) -> Nullable<String> {
        open(self.what.as_ref()).transpose()
    }

    /// Why it is kept.
    async fn ground(&self) -> RetentionGround {
        self.row.ground
    }

    /// The last day on which it is kept; null where that is not known.
    async fn until(&self) -> Option<Date> {
        self.row.until
    }

    /// Where that is written, such as a statute.
    async fn source(&self) -> Option<&str> {
        self.row.source.as_deref()
    }
}

/// A file that was uploaded for a task: `POST /tasks/{id}/attachments`. It is read at `GET /attachments/{id}`, by roles
/// with `READ_ATTACHMENTS`.
#[Object]
impl Attachment {
    /// Identity.
    async fn id(&self) -> AttachmentId {
        self.row.id
    }

    /// What it is called. Null for a role without `READ_PERSONAL_DATA`, and after erasure.
    #[graphql(name = "name", directive = personal::apply("user.content.private".to_owned()))]
    async fn file_name(&self) -> Nullable<String> {
        open(self.name.as_ref()).transpose()
    }

    /// What it is (RFC 9110), as the system says.
    async fn media_type(&self) -> &str {
        &self.row.media_type
    }

    /// How many bytes it has.
    async fn size(&self) -> Long {
        Long(self.row.size)
    }

    /// SHA-256 of its content, in hexadecimal digits. Null for a role without `READ_PERSONAL_DATA`, and after erasure.
    #[graphql(name = "sha256", directive = personal::apply("user.content.private".to_owned()))]
    async fn content_digest(&self) -> Nullable<String> {
        open(self.digest.as_ref()).transpose()
    }

    /// When the upload began.
    async fn recorded_at(&self) -> Timestamp {
        self.row.recorded_at
    }

    /// Its leaf in the ledger.
    async fn event(&self, context: &Context<'_>) -> Nullable<EventNode> {
        load(context, self.row.event_id?).await.transpose()
    }
}

/// A task that was handed out, with what whoever does it must know.
pub(crate) struct ClaimedTask(Claimed);

impl ClaimedTask {
    pub(super) fn new(claimed: Claimed) -> Self {
        Self(claimed)
    }
}

/// A task that was handed out, with what whoever does it must know: it is told here, and nowhere else, to roles that may
/// not read personal data.
#[Object]
impl ClaimedTask {
    /// The task.
    async fn task(&self) -> Task {
        self.0.task.clone()
    }

    /// The lease: say it with every report. Null never, but for a fault.
    async fn lease(&self) -> Option<LeaseId> {
        self.0.task.row.lease
    }

    /// Until when it is held.
    async fn leased_until(&self) -> Option<Timestamp> {
        self.0.task.row.leased_until
    }

    /// What the system knows the customer by.
    async fn identifiers(&self) -> Vec<TaskIdentifier> {
        let identifiers = self.0.identifiers.iter().cloned();
        identifiers.map(TaskIdentifier).collect()
    }

    /// What else must be known.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    async fn instructions(&self) -> Option<&str> {
        self.0.instructions.as_ref().map(Personal::expose)
    }

    /// The retention rule that wants it, with the categories that it is about; null where a request does.
    async fn retention_rule(&self) -> Option<Rule> {
        self.0.rule.clone()
    }

    /// What the time counts from: where it names a thing, such as an invoice, only that is meant, and otherwise everything
    /// that the rule is about. Null where a request wants it, and where the customer's services ended.
    async fn anchor(&self) -> Option<TaskAnchor> {
        self.0.anchor.clone().map(TaskAnchor)
    }

    /// What must not be erased by law, whatever the task says: report it as kept.
    async fn keep(&self) -> Vec<KeptByLaw> {
        self.0.keep.clone()
    }

    /// What the customer is told, with `NOTIFY`.
    async fn notice(&self) -> Option<TaskNotice> {
        self.0.notice.clone().map(TaskNotice)
    }

    /// The code to be sent, with `SEND_CODE`.
    #[graphql(directive = personal::apply("user.authorization".to_owned()))]
    async fn code(&self) -> Option<&str> {
        self.0.code.as_ref().map(Personal::expose)
    }
}

/// What the time of a task counts from.
pub(crate) struct TaskAnchor((Anchor, Option<Personal>));

/// What the time of a task counts from.
#[Object]
impl TaskAnchor {
    /// What happened.
    #[graphql(name = "anchor")]
    async fn happened(&self) -> RetentionAnchor {
        self.0.0.row.anchor
    }

    /// When; null where it is not so any more.
    async fn at(&self) -> Option<Timestamp> {
        self.0.0.row.at
    }

    /// The system whose thing it is about; null where it is about the customer as a whole.
    async fn system(&self) -> Option<&str> {
        self.0.0.row.system.as_deref()
    }

    /// What the thing is called there, such as the number of an invoice.
    #[graphql(directive = personal::apply("user.unique_id".to_owned()))]
    async fn reference(&self) -> Option<&str> {
        self.0.1.as_ref().map(Personal::expose)
    }
}

/// What a customer is told of an incident.
pub(crate) struct TaskNotice((Notice, Option<Personal>));

/// What a customer is told of an incident.
#[Object]
impl TaskNotice {
    /// The incident.
    async fn incident_id(&self) -> IncidentId {
        self.0.0.row.incident_id
    }

    /// As what: `SUBJECT`, as a person whose data it is (GDPR Art. 34), or `CONTROLLER`, as the controller of what they host
    /// (Art. 33(2)).
    async fn target(&self) -> NotificationTarget {
        self.0.0.row.target
    }

    /// Whether it is the first word, or more.
    async fn phase(&self) -> NotificationPhase {
        self.0.0.row.phase
    }

    /// What is said.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    async fn text(&self) -> Option<&str> {
        self.0.1.as_ref().map(Personal::expose)
    }
}

/// What a system knows a customer by.
pub(crate) struct TaskIdentifier((IdentifierKind, Personal, bool));

/// What a system knows a customer by.
#[Object]
impl TaskIdentifier {
    /// Which kind.
    async fn kind(&self) -> IdentifierKind {
        self.0.0
    }

    /// Its value, as it was typed.
    #[graphql(directive = personal::apply("user.unique_id".to_owned()))]
    async fn value(&self) -> &str {
        self.0.1.expose()
    }

    /// Whether it leads to other customers as well: erase nothing by it alone.
    async fn shared(&self) -> bool {
        self.0.2
    }
}
