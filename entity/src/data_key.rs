//! Data keys, wrapped by the key of their epoch.

use crate::enums::{DataClass, KeyOwnerKind};
use crate::id::{ControllerId, DataKeyId};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// Data keys, wrapped by the key of their epoch.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "data_key")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity, part of every cell's associated data.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DataKeyId,
    /// What kind of thing owns it.
    pub owner_kind: KeyOwnerKind,
    /// The customer or record that owns it.
    pub owner_id: Uuid,
    /// The retention class it protects.
    pub class: DataClass,
    /// The epoch whose key wraps it.
    pub epoch: i32,
    /// The wrapped key.
    pub wrapped: Vec<u8>,
    /// When the row was made.
    pub created_at: Timestamp,
}

crate::table!(scoped);
