//! Notices to recipients about what was corrected, erased or restricted.

use crate::enums::{RecipientNoticeStatus, RequestChannel};
use crate::id::{
    ControllerId, DataKeyId, EventId, RecipientId, RecipientNoticeId, RequestId, RequestItemId,
};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// Notices to recipients about what was corrected, erased or restricted.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recipient_notice")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RecipientNoticeId,
    /// The request.
    pub request_id: RequestId,
    /// The thing that it asks for.
    pub item_id: RequestItemId,
    /// Who is told.
    pub recipient_id: RecipientId,
    /// Where it stands.
    pub status: RecipientNoticeStatus,
    /// Since when.
    pub status_at: Timestamp,
    /// When it was planned.
    pub planned_at: Timestamp,
    /// By what way it was sent.
    pub channel: Option<RequestChannel>,
    /// Key of the encrypted column.
    pub key_id: DataKeyId,
    /// Encrypted: why it failed or is not needed, or what the recipient answered.
    pub note: Option<Vec<u8>>,
    /// Counts changes.
    pub version: i32,
    /// The leaf of the last change.
    pub event_id: EventId,
}

crate::table!(scoped);
