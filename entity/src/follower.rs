//! How far those who follow the ledger have read.

use crate::id::ControllerId;
use sea_orm::entity::prelude::*;

/// How far those who follow the ledger have read.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "follower")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Who follows.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// The number of the last event that was read.
    pub idx: i64,
}

crate::table!(scoped);
