//! Files that systems upload for their tasks.

use crate::id::{AttachmentId, ControllerId, DataKeyId, EventId, LeaseId, TaskId};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// Files that systems upload for their tasks.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "task_attachment")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AttachmentId,
    /// The task.
    pub task_id: TaskId,
    /// The lease under which it was uploaded.
    pub lease: Option<LeaseId>,
    /// When the upload began.
    pub recorded_at: Timestamp,
    /// When it was whole; nothing while it is not.
    pub completed_at: Option<Timestamp>,
    /// Media type (RFC 9110).
    pub media_type: String,
    /// How many bytes.
    pub size: i64,
    /// How many chunks.
    pub chunks: i32,
    /// Key of the encrypted column.
    pub key_id: DataKeyId,
    /// Encrypted: what the file is called.
    pub name: Vec<u8>,
    /// Encrypted: SHA-256 of the content, in hexadecimal digits.
    pub digest: Option<Vec<u8>>,
    /// Its leaf.
    pub event_id: Option<EventId>,
}

crate::table!(scoped);
