//! How many leaves of a log are numbered.

use crate::enums::Log;
use crate::id::ControllerId;
use sea_orm::entity::prelude::*;

/// How many leaves of a log are numbered.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_state")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Which of its logs.
    #[sea_orm(primary_key, auto_increment = false)]
    pub log: Log,
    /// Number of leaves that have an index.
    pub size: i64,
}

crate::table!(scoped);
