//! Codes that were sent to whoever asks.

use crate::id::{ControllerId, DataKeyId, EventId, IdentifierId, RequestCodeId, RequestId, TaskId};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// Codes that were sent to whoever asks.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "request_code")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RequestCodeId,
    /// The request.
    pub request_id: RequestId,
    /// Where it was sent.
    pub identifier_id: IdentifierId,
    /// The task that sends it.
    pub task_id: TaskId,
    /// When it was made.
    pub recorded_at: Timestamp,
    /// When it counts no more.
    pub expires_at: Timestamp,
    /// When it was answered.
    pub used_at: Option<Timestamp>,
    /// Key of the encrypted column.
    pub key_id: DataKeyId,
    /// Encrypted, until it was answered.
    pub code: Option<Vec<u8>>,
    /// Its leaf.
    pub event_id: EventId,
}

crate::table!(scoped);
