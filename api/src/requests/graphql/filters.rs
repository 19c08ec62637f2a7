//! How requests are named, chosen and ordered.

use async_graphql::{InputObject, OneofObject};
use entity::enums::{RequestChannel, RequestStatus, RequestType};
use entity::id::RequestId;

use crate::customers::graphql::ExternalIdInput;
use crate::graphql::{InstantFilter, OrderDirection};
use crate::requests::service::RequestFilter;

/// How a request is named.
#[derive(OneofObject)]
pub(crate) enum RequestLookupInput {
    /// By its id.
    Id(RequestId),
    /// By what an outside system calls it. Where several are called so, the one that came in last.
    ExternalReference(ExternalIdInput),
}

/// Which requests are asked for; what is absent does not restrict.
#[derive(Default, InputObject)]
pub(crate) struct RequestFilterInput {
    /// In one of these states.
    status: Option<Vec<RequestStatus>>,
    /// That ask for one of these.
    #[graphql(name = "type")]
    kind: Option<Vec<RequestType>>,
    /// That came by one of these ways.
    channel: Option<Vec<RequestChannel>>,
    /// Whether something of it is open.
    open: Option<bool>,
    /// That came in within these bounds.
    received_at: Option<InstantFilter>,
    /// Of which the first clock runs out within these bounds.
    due: Option<InstantFilter>,
    /// Whether a clock has run out.
    overdue: Option<bool>,
    /// Whether a message of it did not reach the person.
    undelivered: Option<bool>,
    /// That an outside system calls so.
    external_reference: Option<ExternalIdInput>,
}

impl From<RequestFilterInput> for RequestFilter {
    fn from(input: RequestFilterInput) -> Self {
        Self {
            statuses: input.status.unwrap_or_default(),
            kinds: input.kind.unwrap_or_default(),
            channels: input.channel.unwrap_or_default(),
            open: input.open,
            received: input.received_at.unwrap_or_default().into(),
            due: input.due.unwrap_or_default().into(),
            overdue: input.overdue,
            undelivered: input.undelivered,
            reference: input.external_reference.map(ExternalIdInput::split),
            ..Self::default()
        }
    }
}

/// What a list of requests can be ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, async_graphql::Enum)]
pub(crate) enum RequestOrderField {
    /// When they came in.
    ReceivedAt,
    /// When the first of their clocks runs out; those without a running clock are left out.
    DueAt,
}

/// The order of a list of requests; ties are broken by id.
#[derive(InputObject)]
pub(crate) struct RequestOrderInput {
    /// By what.
    pub(super) field: RequestOrderField,
    /// Which way.
    pub(super) direction: OrderDirection,
}
