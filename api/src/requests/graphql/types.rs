//! What the schema shows of requests.

use async_graphql::{Context, Object};
use entity::enums::{
    ClockDuty, ClockState, CorrespondenceDirection, CorrespondenceKind, DelayReason, DenialReason,
    OptOutScope, Regime, RequestChannel, RequestStatus, RequestType, RequesterKind, StatusStandard,
    SubjectResolution,
};
use entity::id::{RequestClockId, RequestId, RequestItemId, RequestMessageId, RequestReferenceId};
use entity::time::Timestamp;

use super::lists::{ClocksOf, ItemsOf, MessagesOf, ReferencesOf, RequestMessageConnection};
use crate::auth::graphql::Integration;
use crate::customers::Customer;
use crate::error::Result;
use crate::graphql::{Nullable, load, open, personal};
use crate::ledger::graphql::EventNode;
use crate::platform::page::PageRequest;
use crate::requests::service::{Clock, Item, Message, Reference, Request};

/// What a person asked for.
#[Object]
impl Request {
    /// Identity.
    pub(crate) async fn id(&self) -> RequestId {
        self.row.id
    }

    /// By what way it came.
    async fn channel(&self) -> RequestChannel {
        self.row.channel
    }

    /// When the person's message came in: clocks start there.
    async fn received_at(&self) -> Timestamp {
        self.row.received_at
    }

    /// When it was recorded.
    async fn recorded_at(&self) -> Timestamp {
        self.row.recorded_at
    }

    /// Where its items stand together: with the least advanced of those that are open. Where all have ended and not all
    /// were fulfilled, it is `PARTIALLY_FULFILLED` if one was.
    async fn status(&self) -> RequestStatus {
        self.row.status
    }

    /// When its last item came to its end; null while one is open.
    async fn closed_at(&self) -> Option<Timestamp> {
        self.row.closed_at
    }

    /// When the first of its running clocks runs out; null where none runs.
    async fn next_due_at(&self) -> Option<Timestamp> {
        self.row.next_due_at
    }

    /// Who asks.
    async fn requester(&self) -> Requester {
        Requester(self.clone())
    }

    /// The customer whose data it is about; null where that is not known, and for a role that may not read customers.
    async fn customer(&self, context: &Context<'_>) -> Nullable<Customer> {
        load(context, self.row.customer_id?).await.transpose()
    }

    /// What the look-up of the customer found.
    async fn resolution(&self) -> SubjectResolution {
        self.row.resolution
    }

    /// How many customers it could have been.
    async fn candidate_count(&self) -> i32 {
        self.row.candidate_count
    }

    /// What was known of the customer. Null for a role without `READ_PERSONAL_DATA`, and after erasure.
    #[graphql(directive = personal::apply("user.unique_id".to_owned()))]
    async fn lookup(&self) -> Nullable<String> {
        self.known().transpose()
    }

    /// Where the person lives, as far as it is known: ISO 3166-1, or ISO 3166-2.
    async fn residence(&self) -> Option<&str> {
        self.row.residence.as_deref()
    }

    /// What the person wrote. Null for a role without `READ_PERSONAL_DATA`, and after erasure.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    async fn text(&self) -> Nullable<String> {
        open(self.body.as_ref()).transpose()
    }

    /// Why other regimes apply than those that follow from the places. Null for a role without `READ_PERSONAL_DATA`, and
    /// after erasure.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    async fn regimes_reason(&self) -> Nullable<String> {
        open(self.regime_note.as_ref()).transpose()
    }

    /// What it asks for, in the order in which that was named: at most 20.
    async fn items(&self, context: &Context<'_>) -> Result<Vec<Item>> {
        Ok(load(context, ItemsOf(self.row.id))
            .await?
            .unwrap_or_default())
    }

    /// By when what is owed, the first to run out first.
    async fn clocks(&self, context: &Context<'_>) -> Result<Vec<Clock>> {
        Ok(load(context, ClocksOf(self.row.id))
            .await?
            .unwrap_or_default())
    }

    /// What outside systems call it, in the order in which that was recorded.
    async fn external_references(&self, context: &Context<'_>) -> Result<Vec<Reference>> {
        let found = load(context, ReferencesOf(self.row.id)).await?;
        Ok(found.unwrap_or_default())
    }

    /// Messages to and from the person, the earliest first.
    async fn correspondence(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Page size: 1 to 100, 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The page after this cursor of the same list.")] after: Option<String>,
    ) -> Nullable<RequestMessageConnection> {
        let of = MessagesOf(self.row.id, PageRequest { first, after });
        let page = load(context, of).await.transpose()?;
        Some(page.map(RequestMessageConnection::new))
    }

    /// Another request, open when this one came in, of the same customer, that asks for everything that this one asks
    /// for; or the one that this one was said to repeat.
    async fn duplicate_of(&self, context: &Context<'_>) -> Nullable<Request> {
        load(context, self.row.duplicate_of?).await.transpose()
    }

    /// Who recorded it; null for the command line.
    async fn recorded_by(&self, context: &Context<'_>) -> Nullable<Integration> {
        load(context, self.row.integration_id?).await.transpose()
    }

    /// Counts changes.
    async fn version(&self) -> i32 {
        self.row.version
    }

    /// Its leaf in the ledger.
    async fn event(&self, context: &Context<'_>) -> Nullable<EventNode> {
        load(context, self.row.event_id).await.transpose()
    }
}

/// Who asks.
pub(crate) struct Requester(Request);

/// Who asks.
#[Object]
impl Requester {
    /// What they are to the person whose data it is.
    async fn kind(&self) -> RequesterKind {
        self.0.row.requester
    }

    /// What they are called. Null for a role without `READ_PERSONAL_DATA`, and after erasure.
    #[graphql(directive = personal::apply("user.name".to_owned()))]
    async fn name(&self) -> Nullable<String> {
        open(self.0.requester_name.as_ref()).transpose()
    }

    /// How to reach them. Null for a role without `READ_PERSONAL_DATA`, and after erasure.
    #[graphql(directive = personal::apply("user.contact".to_owned()))]
    async fn contact(&self) -> Nullable<String> {
        open(self.0.requester_contact.as_ref()).transpose()
    }

    /// Why they may ask for another. Null for a role without `READ_PERSONAL_DATA`, and after erasure.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    async fn proof(&self) -> Nullable<String> {
        open(self.0.requester_proof.as_ref()).transpose()
    }
}

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

    /// What may follow: by `transitionItem`, `denyItem` for `DENIED`, and `withdrawRequest` for `WITHDRAWN`.
    async fn allowed_transitions(&self) -> &'static [RequestStatus] {
        self.followers()
    }

    /// What its state is called in a vocabulary that others speak.
    async fn status_in(
        &self,
        #[graphql(desc = "Which one.")] standard: StatusStandard,
    ) -> &'static str {
        self.state_name(standard)
    }

    /// Why it was denied.
    async fn denial_reason(&self) -> Option<DenialReason> {
        self.row.denial
    }

    /// What was said with the last step. Null for a role without `READ_PERSONAL_DATA`, and after erasure.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    async fn note(&self) -> Nullable<String> {
        open(self.note.as_ref()).transpose()
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

    /// For how many days it stood still before.
    async fn paused_days(&self) -> i32 {
        self.row.paused_days
    }

    /// Why it was extended, or stands still.
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

    /// What was said about the delay. Null for a role without `READ_PERSONAL_DATA`, and after erasure.
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

    /// Its leaf in the ledger.
    async fn event(&self, context: &Context<'_>) -> Nullable<EventNode> {
        load(context, self.row.event_id).await.transpose()
    }
}
