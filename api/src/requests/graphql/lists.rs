//! How requests and their parts are loaded, one by one and in pages.

use std::collections::HashMap;

use entity::id::{CustomerId, RequestClockId, RequestId, RequestItemId, RequestVerificationId};

use crate::context::Ctx;
use crate::error::Result;
use crate::graphql::{Batch, connection, pages};
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

impl Batch for RequestVerificationId {
    type Value = Verification;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Verification>> {
        service::verifications_by_id(ctx, keys).await
    }
}

/// How far the tasks of an item are.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct StandingOf(pub(super) RequestItemId);

impl Batch for StandingOf {
    type Value = Standing;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Standing>> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = tasks::service::standings(ctx, &ids).await?;
        Ok(found
            .into_iter()
            .map(|(id, found)| (Self(id), found))
            .collect())
    }
}

/// Declares what is loaded by request: all of it, for all requests of a level.
macro_rules! parts {
    ($($name:ident: $value:ty, $load:ident;)+) => {$(
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub(super) struct $name(pub(super) RequestId);

        impl Batch for $name {
            type Value = Vec<$value>;

            async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Vec<$value>>> {
                let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
                let found = service::$load(ctx, &ids).await?;
                Ok(found.into_iter().map(|(id, parts)| (Self(id), parts)).collect())
            }
        }
    )+};
}

parts! {
    ItemsOf: Item, items;
    ClocksOf: Clock, clocks;
    ReferencesOf: Reference, references;
}

pages! {
    /// A page of the messages about a request.
    pub(super) MessagesOf(RequestId): Message, service::messages;
    /// A page of the attempts to make sure who asks.
    pub(super) VerificationsOf(RequestId): Verification, service::verifications;
    /// A page of what a customer asked for.
    pub(crate) RequestsOf(CustomerId): Request, service::of_customers;
}
