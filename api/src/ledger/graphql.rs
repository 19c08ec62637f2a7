//! Events in the schema.

use std::collections::HashMap;

use async_graphql::{Context, ID, Object};
use entity::enums::{EventType, Log};
use entity::event;
use entity::id::{CustomerId, EventId};
use entity::time::Timestamp;

use super::service;
use crate::auth::graphql::Integration;
use crate::context::Ctx;
use crate::error::Result;
use crate::graphql::{Batch, Nullable, connection, ctx, load};
use crate::platform::page::PageRequest;

/// An event as a caller sees it.
#[derive(Debug, Clone)]
pub(crate) struct EventNode(event::Model);

/// Something that happened: the record of a change, a leaf of the ledger. It carries ids and types; what it is about
/// is read under the caller's own rights.
#[Object(name = "Event")]
impl EventNode {
    /// Identity.
    pub(crate) async fn id(&self) -> EventId {
        self.0.id
    }

    /// Its number in the log: from 0, without a gap, never reused. Null until it is given, normally well within a
    /// second after the change.
    async fn idx(&self) -> Option<Long> {
        self.0.idx.map(Long)
    }

    /// Which log it is in.
    async fn log(&self) -> Log {
        self.0.log
    }

    /// What happened.
    async fn r#type(&self) -> EventType {
        self.0.r#type
    }

    /// When it was recorded. The order of events is that of their numbers.
    async fn at(&self) -> Timestamp {
        self.0.at
    }

    /// Id of what it is about: ask `node` for it.
    async fn object_id(&self) -> ID {
        ID(self.0.object.clone())
    }

    /// Id of the customer it is about.
    async fn customer_id(&self) -> Option<CustomerId> {
        self.0.customer_id
    }

    /// Who did it; null for the operator at the command line.
    async fn integration(&self, context: &Context<'_>) -> Nullable<Integration> {
        load(context, self.0.integration_id?).await.transpose()
    }

    /// The leaf, verbatim: JSON in which the content shows as salted digests only (RFC 9901).
    async fn leaf(&self) -> &str {
        &self.0.body
    }

    /// The hash of the leaf (RFC 6962, section 2.1), in hexadecimal.
    async fn leaf_hash(&self) -> String {
        data_encoding::HEXLOWER.encode(&self.0.leaf_hash)
    }
}

impl Batch for EventId {
    type Value = EventNode;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, EventNode>> {
        let found = service::events_by_id(ctx, keys).await?;
        Ok(found
            .into_iter()
            .map(|(id, row)| (id, EventNode(row)))
            .collect())
    }
}

/// A whole number of up to 64 bits. Written as a number; a reader whose numbers are smaller must take care.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Long(pub(crate) i64);

/// A whole number of up to 64 bits, written as a JSON number.
#[async_graphql::Scalar(specified_by_url = "https://scalars.graphql.org/jakobmerrild/long.html")]
impl async_graphql::ScalarType for Long {
    fn parse(value: async_graphql::Value) -> async_graphql::InputValueResult<Self> {
        match &value {
            async_graphql::Value::Number(number) => number.as_i64().map(Self),
            _ => None,
        }
        .ok_or_else(|| async_graphql::InputValueError::custom("expected a whole number"))
    }

    fn to_value(&self) -> async_graphql::Value {
        async_graphql::Value::Number(self.0.into())
    }
}

connection! {
    /// A page of events.
    EventConnection, EventEdge, EventNode
}

/// Queries over the ledger.
#[derive(Default)]
pub(crate) struct LedgerQuery;

#[Object]
impl LedgerQuery {
    /// The controller's events in the order of their numbers, nothing skipped: ask again with the cursor of the last
    /// one to go on, at any time. A cursor stays valid, whatever types are asked for.
    async fn events(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The events after this cursor; from the first, when absent.")]
        after: Option<String>,
        #[graphql(desc = "Of these types only.")] types: Option<Vec<EventType>>,
        #[graphql(desc = "Page size: 1 to 100, 20 when absent.")] first: Option<i32>,
    ) -> Result<EventConnection> {
        let request = PageRequest { first, after };
        let types = types.unwrap_or_default();
        let page = service::events(ctx(context)?, &types, request).await?;
        Ok(EventConnection::new(page.map(EventNode)))
    }
}
