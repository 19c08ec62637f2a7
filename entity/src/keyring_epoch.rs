//! Check values of the keyring, one an epoch: a server with another keyring must not start.

use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// Check values of the keyring, one an epoch: a server with another keyring must not start.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "keyring_epoch")]
pub struct Model {
    /// The epoch.
    #[sea_orm(primary_key, auto_increment = false)]
    pub epoch: i32,
    /// Proof of knowing the epoch's keys.
    pub check_value: Vec<u8>,
    /// When the row was made.
    pub created_at: Timestamp,
}

crate::table!();
