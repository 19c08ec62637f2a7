//! What was asked under an idempotency key.

use crate::id::ControllerId;
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// What was asked under an idempotency key.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Token subject: the integration, or the controller for the command line.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: Uuid,
    /// Which mutation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub mutation: String,
    /// Keyed digest of the key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key_digest: Vec<u8>,
    /// Keyed digest of the input.
    pub input_digest: Vec<u8>,
    /// The epoch whose key made the digests.
    pub epoch: i32,
    /// Ids that the call produced, space-separated.
    pub results: String,
    /// When the row may be deleted.
    pub expires_at: Timestamp,
}

crate::table!(scoped);
