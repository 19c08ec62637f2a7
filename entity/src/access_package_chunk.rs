//! The content of packages, in parts.

use crate::id::{AccessPackageChunkId, AccessPackageId, ControllerId, DataKeyId};
use sea_orm::entity::prelude::*;

/// The content of packages, in parts.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "access_package_chunk")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccessPackageChunkId,
    /// The package.
    pub package_id: AccessPackageId,
    /// Its place in it, from nought.
    pub position: i32,
    /// Key of the encrypted column.
    pub key_id: DataKeyId,
    /// Encrypted: the bytes.
    pub content: Vec<u8>,
}

crate::table!(scoped);
