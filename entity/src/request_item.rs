//! What requests ask for: one thing each.

use crate::enums::{DenialReason, OptOutScope, RequestStatus, RequestType};
use crate::id::{ControllerId, DataKeyId, EventId, RequestId, RequestItemId};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// What requests ask for: one thing each.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "request_item")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RequestItemId,
    /// The request.
    pub request_id: RequestId,
    /// Place in the input, from 0.
    pub position: i32,
    /// What is asked for.
    pub kind: RequestType,
    /// What the person opts out of.
    pub scope: Option<OptOutScope>,
    /// Where it stands.
    pub status: RequestStatus,
    /// Since when.
    pub status_at: Timestamp,
    /// Why it was denied.
    pub denial: Option<DenialReason>,
    /// What it was said to repeat.
    pub duplicate_of: Option<RequestId>,
    /// To which body the person may turn, or has turned, where it is a complaint.
    pub escalation_body: Option<String>,
    /// Key of the encrypted column.
    pub key_id: DataKeyId,
    /// Encrypted: what was said with the last step.
    pub note: Option<Vec<u8>>,
    /// Counts steps.
    pub version: i32,
    /// The leaf of the last step.
    pub event_id: EventId,
}

crate::table!(scoped);
