//! Messages about requests, to and from the person.

use crate::enums::{CorrespondenceDirection, CorrespondenceKind, DeliveryStatus, RequestChannel};
use crate::id::{ControllerId, DataKeyId, EventId, RequestId, RequestMessageId};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// Messages about requests, to and from the person.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "request_message")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RequestMessageId,
    /// The request.
    pub request_id: RequestId,
    /// What it says.
    pub kind: CorrespondenceKind,
    /// From whom it is.
    pub direction: CorrespondenceDirection,
    /// By what way it went.
    pub channel: RequestChannel,
    /// When it was sent, or came in.
    pub at: Timestamp,
    /// When the row was made.
    pub recorded_at: Timestamp,
    /// Key of the encrypted column.
    pub key_id: DataKeyId,
    /// Encrypted: its text.
    pub body: Option<Vec<u8>>,
    /// Whether it arrived, where somebody said so.
    pub delivery: Option<DeliveryStatus>,
    /// Since when.
    pub delivery_at: Option<Timestamp>,
    /// Counts changes.
    pub version: i32,
    /// The leaf of the last change.
    pub event_id: EventId,
}

crate::table!(scoped);
