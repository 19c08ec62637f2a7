//! Systems that legal holds cover.

use crate::id::{ControllerId, LegalHoldId};
use sea_orm::entity::prelude::*;

/// Systems that legal holds cover.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "legal_hold_system")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// The hold.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hold_id: LegalHoldId,
    /// The name of the system.
    #[sea_orm(primary_key, auto_increment = false)]
    pub system: String,
}

crate::table!(scoped);
