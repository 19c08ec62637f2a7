//! The content of files, in parts.

use crate::id::{AttachmentChunkId, AttachmentId, ControllerId, DataKeyId};
use sea_orm::entity::prelude::*;

/// The content of files, in parts.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "task_attachment_chunk")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AttachmentChunkId,
    /// The file.
    pub attachment_id: AttachmentId,
    /// Place in the file, from 0.
    pub position: i32,
    /// Key of the encrypted column.
    pub key_id: DataKeyId,
    /// Encrypted: the place, and the bytes in base64.
    pub content: Vec<u8>,
}

crate::table!(scoped);
