//! What the schema shows of requests.

use async_graphql::{Context, Object};
use entity::date::Date;
use entity::enums::{RequestChannel, RequestStatus, RequesterKind, SubjectResolution};
use entity::id::RequestId;
use entity::time::Timestamp;

use super::lists::{
    ClocksOf, ItemsOf, MessagesOf, ReferencesOf, RequestMessageConnection,
    RequestVerificationConnection, VerificationsOf,
};
use crate::auth::graphql::Integration;
use crate::customers::Customer;
use crate::error::Result;
use crate::graphql::{Nullable, load, open, personal};
use crate::ledger::graphql::EventNode;
use crate::platform::page::PageRequest;
use crate::requests::service::{Clock, Item, Reference, Request};

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

    /// Attempts to make sure who asks, the earliest first.
    async fn verifications(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Page size: 1 to 100, 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The page after this cursor of the same list.")] after: Option<String>,
    ) -> Nullable<RequestVerificationConnection> {
        let of = VerificationsOf(self.row.id, PageRequest { first, after });
        let page = load(context, of).await.transpose()?;
        Some(page.map(RequestVerificationConnection::new))
    }

    /// Another request, open when this one came in, of the same customer, that asks for everything that this one asks
    /// for. Whether it is a repetition, a person says: see the items.
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

    /// The last day on which they may ask for another, where that is known.
    async fn authority_until(&self) -> Option<Date> {
        self.0.row.authority_until
    }

    /// Why they may ask for another. Null for a role without `READ_PERSONAL_DATA`, and after erasure.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    async fn proof(&self) -> Nullable<String> {
        open(self.0.requester_proof.as_ref()).transpose()
    }
}
