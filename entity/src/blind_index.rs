//! Blind indexes: keyed digests of normalised identifiers, for exact look-up only.

use crate::id::ControllerId;
use sea_orm::entity::prelude::*;

/// Blind indexes: keyed digests of normalised identifiers, for exact look-up only.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "blind_index")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Which kind of value.
    #[sea_orm(primary_key, auto_increment = false)]
    pub field: String,
    /// The first 128 bits of the HMAC.
    #[sea_orm(primary_key, auto_increment = false)]
    pub value: Vec<u8>,
    /// The row that it leads to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub target_id: Uuid,
    /// The epoch whose key made it.
    pub epoch: i32,
    /// Version of the normaliser.
    pub normaliser: i16,
    /// Whether no other row may have the same value.
    pub exclusive: bool,
}

crate::table!(scoped);
