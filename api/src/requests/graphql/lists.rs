//! How requests and their parts are loaded, one by one and in pages.

use std::collections::HashMap;

use entity::id::{
    CustomerId, RequestClockId, RequestId, RequestItemId, RequestMessageId, RequestVerificationId,
};

use crate::context::Ctx;
use crate::error::Result;
use crate::graphql::{Batch, connection, pages, parts};
use crate::requests::service::{self, Clock, Item, Message, Reference, Request, Verification};
use crate::tasks::{self, service::Standing};

/// The number of all requests of a list.
pub(crate) struct RequestsTotal(pub(super) service::RequestFilter);

impl RequestsTotal {
    async fn count(&self, ctx: &Ctx) -> Result<i64> {
        service::count(ctx, &self.0).await
    }
}

connection! {
    /// A page of requests.
    RequestConnection, RequestEdge, Request, total: RequestsTotal
}

connection! {
    /// A page of what a customer asked for.
    CustomerRequestConnection, CustomerRequestEdge, Request
}

connection! {
    /// A page of clocks.
    RequestClockConnection, RequestClockEdge, Clock
}

connection! {
    /// A page of messages about a request.
    RequestMessageConnection, RequestMessageEdge, Message
}

connection! {
    /// A page of attempts to make sure who asks.
    RequestVerificationConnection, RequestVerificationEdge, Verification
}

impl Batch for RequestId {
    type Value = Request;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Request>> {
        service::by_ids(ctx, keys).await
    }
}

impl Batch for RequestItemId {
    type Value = Item;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Item>> {
        service::items_by_id(ctx, keys).await
    }
}

impl Batch for RequestClockId {
    type Value = Clock;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Clock>> {
        service::clocks_by_id(ctx, keys).await
    }
}

impl Batch for RequestMessageId {
    type Value = Message;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Message>> {
        service::messages_by_id(ctx, keys).await
    }
}

impl Batch for RequestVerificationId {
    type Value = Verification;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Verification>> {
        service::verifications_by_id(ctx, keys).await
    }
}

parts! {
    /// What a request asks for.
    pub(super) ItemsOf(RequestId): Vec<Item>, service::items;
    /// By when what is owed.
    pub(super) ClocksOf(RequestId): Vec<Clock>, service::clocks;
    /// What outside systems call a request.
    pub(super) ReferencesOf(RequestId): Vec<Reference>, service::references;
    /// How far the tasks of an item are.
    pub(super) StandingOf(RequestItemId): Standing, tasks::service::standings;
}

pages! {
    /// A page of the messages about a request.
    pub(super) MessagesOf(RequestId): Message, service::messages;
    /// A page of the attempts to make sure who asks.
    pub(super) VerificationsOf(RequestId): Verification, service::verifications;
    /// A page of what a customer asked for.
    pub(crate) RequestsOf(CustomerId): Request, service::of_customers;
}
