//! What outside systems call requests: numbers of tickets.

use crate::id::{ControllerId, DataKeyId, EventId, RequestId, RequestReferenceId};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// What outside systems call requests: numbers of tickets.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "request_reference")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RequestReferenceId,
    /// The request.
    pub request_id: RequestId,
    /// The system.
    pub system: String,
    /// Key of the encrypted column.
    pub key_id: DataKeyId,
    /// Encrypted: the number there.
    pub reference: Vec<u8>,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The leaf that says so.
    pub event_id: EventId,
}

crate::table!(scoped);
