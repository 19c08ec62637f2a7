//! Recipients: whoever receives data.

use crate::enums::{RecipientCategory, RecipientRole};
use crate::id::{ControllerId, DataKeyId, RecipientId};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// Recipients: whoever receives data.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recipient")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RecipientId,
    /// What they are in data-protection law.
    pub role: RecipientRole,
    /// What they do.
    pub category: RecipientCategory,
    /// ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// Their record's key.
    pub key_id: DataKeyId,
    /// Encrypted.
    pub name: Vec<u8>,
    /// When the row was made.
    pub recorded_at: Timestamp,
    /// Encrypted: how to reach them.
    pub contacts: Option<Vec<u8>>,
    /// Encrypted: where their privacy notice is.
    pub notice_url: Option<Vec<u8>>,
    /// Counts changes.
    pub version: i32,
}

crate::table!(scoped);
