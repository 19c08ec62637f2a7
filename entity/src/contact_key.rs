//! The key of the digests of addresses, one for each controller.

use crate::id::{ContactKeyId, ControllerId, DataKeyId};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// The key of the digests of addresses, one for each controller. It is never replaced: a digest cannot be made anew once
/// its address is gone.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "contact_key")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity, part of the cell's associated data.
    pub id: ContactKeyId,
    /// Key of the encrypted column.
    pub key_id: DataKeyId,
    /// Encrypted: what the digests are keyed with.
    pub secret: Vec<u8>,
    /// When the row was made.
    pub created_at: Timestamp,
}

crate::table!(scoped);
