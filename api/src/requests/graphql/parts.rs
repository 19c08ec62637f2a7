//! What the schema shows of the parts of requests.

use async_graphql::{Context, Object};
use entity::enums::{
    ClockDuty, ClockState, CorrespondenceDirection, CorrespondenceKind, DelayReason,
    DeliveryStatus, DenialReason, OptOutScope, Regime, RequestChannel, RequestStatus, RequestType,
    RequesterVerification, StatusStandard, VerificationVerdict,
};
use entity::id::{
    RequestClockId, RequestItemId, RequestMessageId, RequestReferenceId, RequestVerificationId,
};
use entity::time::Timestamp;

use super::lists::StandingOf;
use super::notices::{NoticesOf, RecipientNoticeConnection};
use crate::error::Result;
use crate::graphql::{Nullable, load, open, personal};
use crate::ledger::graphql::EventNode;
use crate::packages::graphql::PackageOf;
use crate::packages::service::Package;
use crate::platform::page::PageRequest;
use crate::requests::service::{Clock, Item, Message, Reference, Request, Verification};
use crate::tasks::graphql::{TaskConnection, TasksOf};

/// One thing that a request asks for.
#[Object(name = "RequestItem")]
impl Item {
    /// Identity.
    async fn id(&self) -> RequestItemId {
        self.row.id
    }

    /// The request.
    async fn request(&self, context: &Context<'_>) -> Nullable<Request> {
        load(context, self.row.request_id).await.transpose()
    }

    /// What is asked for.
    #[graphql(name = "type")]
    async fn kind(&self) -> RequestType {
        self.row.kind
    }

    /// Of what, where it is an opt-out.
    async fn scope(&self) -> Option<OptOutScope> {
        self.row.scope
    }

    /// Where it stands.
    async fn status(&self) -> RequestStatus {
        self.row.status
    }

    /// Since when.
    async fn status_at(&self) -> Timestamp {
        self.row.status_at
    }

    /// What may follow, as far as its own tasks say: by `transitionItem`, `denyItem` for `DENIED`, and `withdrawRequest` for
    /// `WITHDRAWN`.
    async fn allowed_transitions(&self, context: &Context<'_>) -> Result<Vec<RequestStatus>> {
        let standing = load(context, StandingOf(self.row.id)).await?;
        Ok(self.followers(&standing.unwrap_or_default()))
    }

    /// What systems have to do about it, in the order in which it was planned.
    async fn tasks(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Page size: 1 to 100, 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The page after this cursor of the same list.")] after: Option<String>,
    ) -> Nullable<TaskConnection> {
        let of = TasksOf(self.row.id, PageRequest { first, after });
        let page = load(context, of).await.transpose()?;
        Some(page.map(TaskConnection::new))
    }

    /// What its state is called in a vocabulary that others speak.
    async fn status_in(
        &self,
        #[graphql(desc = "Which one.")] standard: StatusStandard,
    ) -> &'static str {
        self.state_name(standard)
    }

    /// To which body the person may turn, or has turned, where it is a complaint: a supervisory authority (GDPR Art. 77), a
    /// court, an ombudsman. Null where nobody said so.
    async fn escalation_body(&self) -> Option<&str> {
        self.row.escalation_body.as_deref()
    }

    /// Why it was denied.
    async fn denial_reason(&self) -> Option<DenialReason> {
        self.row.denial
    }

    /// What it was said to repeat.
    async fn duplicate_of(&self, context: &Context<'_>) -> Nullable<Request> {
        load(context, self.row.duplicate_of?).await.transpose()
    }

    /// What was said with the last step. Null for a role without `READ_PERSONAL_DATA`, and after erasure.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    async fn note(&self) -> Nullable<String> {
        open(self.note.as_ref()).transpose()
    }

    /// What the person gets, where it asks for data: the last package that was ordered.
    async fn access_package(&self, context: &Context<'_>) -> Nullable<Package> {
        load(context, PackageOf(self.row.id)).await.transpose()
    }

    /// Which recipients are told of it, in the order in which that was planned.
    async fn recipient_notices(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Page size: 1 to 100, 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The page after this cursor of the same list.")] after: Option<String>,
    ) -> Nullable<RecipientNoticeConnection> {
        let of = NoticesOf(self.row.id, PageRequest { first, after });
        let page = load(context, of).await.transpose()?;
        Some(page.map(RecipientNoticeConnection::new))
    }

    /// Counts steps.
    async fn version(&self) -> i32 {
        self.row.version
    }

    /// The leaf of its last step.
    async fn event(&self, context: &Context<'_>) -> Nullable<EventNode> {
        load(context, self.row.event_id).await.transpose()
    }
}

/// By when something is owed about one thing that a request asks for, under one regime.
#[Object(name = "RequestClock")]
impl Clock {
    /// Identity.
    async fn id(&self) -> RequestClockId {
        self.row.id
    }

    /// The request.
    async fn request(&self, context: &Context<'_>) -> Nullable<Request> {
        load(context, self.row.request_id).await.transpose()
    }

    /// What is asked for.
    async fn item(&self, context: &Context<'_>) -> Nullable<Item> {
        load(context, self.row.item_id).await.transpose()
    }

    /// Whose rule it follows.
    async fn regime(&self) -> Regime {
        self.row.regime
    }

    /// What is owed.
    async fn duty(&self) -> ClockDuty {
        self.row.duty
    }

    /// Where the rule is written.
    async fn source(&self) -> &str {
        &self.row.source
    }

    /// Where it stands now.
    async fn state(&self) -> ClockState {
        self.state
    }

    /// When it began.
    async fn since(&self) -> Timestamp {
        self.row.since
    }

    /// The last instant in time. While it stands still, the one of when it was stopped.
    async fn due_at(&self) -> Timestamp {
        self.row.due_at
    }

    /// The same as it was at first.
    async fn first_due_at(&self) -> Timestamp {
        self.row.first_due_at
    }

    /// IANA time zone in which its days begin.
    async fn time_zone(&self) -> &str {
        &self.row.zone
    }

    /// Whose public holidays count, ISO 3166-1; null where no country is known.
    async fn country(&self) -> Option<&str> {
        self.row.country.as_deref()
    }

    /// Whether public holidays of that country were counted; otherwise Saturdays and Sundays alone.
    async fn holidays_counted(&self) -> bool {
        self.counts_holidays()
    }

    /// Whether it can be extended.
    async fn can_be_extended(&self) -> bool {
        self.row.extended_length.is_some() && self.row.extended_at.is_none()
    }

    /// Whether it can stand still.
    async fn can_be_paused(&self) -> bool {
        self.row.pauses
    }

    /// Since when it stands still.
    async fn paused_at(&self) -> Option<Timestamp> {
        self.row.paused_at
    }

    /// For how many whole days it stood still before.
    #[graphql(name = "pausedDays")]
    async fn still(&self) -> i32 {
        self.paused_days()
    }

    /// Why it stands still, or stood still the last time.
    async fn pause_reason(&self) -> Option<DelayReason> {
        self.row.pause_reason
    }

    /// What was said about that. Null for a role without `READ_PERSONAL_DATA`, and after erasure.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    async fn pause_note(&self) -> Nullable<String> {
        open(self.pause_note.as_ref()).transpose()
    }

    /// Why it was extended.
    async fn delay_reason(&self) -> Option<DelayReason> {
        self.row.delay
    }

    /// When it was extended.
    async fn extended_at(&self) -> Option<Timestamp> {
        self.row.extended_at
    }

    /// When whoever asks was told of the extension.
    async fn notified_at(&self) -> Option<Timestamp> {
        self.row.notified_at
    }

    /// What was said about the extension. Null for a role without `READ_PERSONAL_DATA`, and after erasure.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    async fn note(&self) -> Nullable<String> {
        open(self.note.as_ref()).transpose()
    }

    /// When that happened what is owed.
    async fn met_at(&self) -> Option<Timestamp> {
        self.row.met_at
    }

    /// When it was not owed any more.
    async fn stopped_at(&self) -> Option<Timestamp> {
        self.row.stopped_at
    }
}

/// What an outside system calls a request.
#[Object(name = "RequestReference")]
impl Reference {
    /// Identity.
    async fn id(&self) -> RequestReferenceId {
        self.row.id
    }

    /// The system.
    async fn system(&self) -> &str {
        &self.row.system
    }

    /// The number there. Null for a role without `READ_PERSONAL_DATA`, and after erasure.
    #[graphql(directive = personal::apply("user.unique_id".to_owned()))]
    async fn reference(&self) -> Nullable<String> {
        open(self.number.as_ref()).transpose()
    }

    /// When it was recorded.
    async fn recorded_at(&self) -> Timestamp {
        self.row.recorded_at
    }
}

/// An attempt to make sure who asks.
#[Object(name = "RequestVerification")]
impl Verification {
    /// Identity.
    async fn id(&self) -> RequestVerificationId {
        self.row.id
    }

    /// How it was tried.
    async fn method(&self) -> RequesterVerification {
        self.row.method
    }

    /// What came of it.
    async fn verdict(&self) -> VerificationVerdict {
        self.row.verdict
    }

    /// When it was tried.
    async fn at(&self) -> Timestamp {
        self.row.at
    }

    /// Until when it counts, where it succeeded.
    async fn valid_until(&self) -> Option<Timestamp> {
        self.row.valid_until
    }

    /// SHA-256 of the evidence, which itself is not kept. Null for a role without `READ_PERSONAL_DATA`, and after
    /// erasure.
    #[graphql(directive = personal::apply("user.government_id".to_owned()))]
    async fn evidence_digest(&self) -> Nullable<String> {
        open(self.evidence.as_ref()).transpose()
    }

    /// Why it was no more than was needed. Null for a role without `READ_PERSONAL_DATA`, and after erasure.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    async fn note(&self) -> Nullable<String> {
        open(self.note.as_ref()).transpose()
    }
}

/// A message about a request.
#[Object(name = "RequestMessage")]
impl Message {
    /// Identity.
    async fn id(&self) -> RequestMessageId {
        self.row.id
    }

    /// What it says.
    async fn kind(&self) -> CorrespondenceKind {
        self.row.kind
    }

    /// From whom it is.
    async fn direction(&self) -> CorrespondenceDirection {
        self.row.direction
    }

    /// By what way it went.
    async fn channel(&self) -> RequestChannel {
        self.row.channel
    }

    /// When it was sent, or came in.
    async fn at(&self) -> Timestamp {
        self.row.at
    }

    /// When it was recorded.
    async fn recorded_at(&self) -> Timestamp {
        self.row.recorded_at
    }

    /// Its text. Null for a role without `READ_PERSONAL_DATA`, and after erasure.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    async fn text(&self) -> Nullable<String> {
        open(self.body.as_ref()).transpose()
    }

    /// Whether it reached the person; null while nobody said so, and for messages that came in.
    async fn delivery(&self) -> Option<DeliveryStatus> {
        self.row.delivery
    }

    /// Since when.
    async fn delivery_at(&self) -> Option<Timestamp> {
        self.row.delivery_at
    }

    /// The leaf of the last change in the ledger.
    async fn event(&self, context: &Context<'_>) -> Nullable<EventNode> {
        load(context, self.row.event_id).await.transpose()
    }
}
