//! Data categories that legal holds are about.

use crate::id::{ControllerId, LegalHoldId};
use sea_orm::entity::prelude::*;

/// Data categories that legal holds are about.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "legal_hold_category")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// The hold.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hold_id: LegalHoldId,
    /// A taxonomy key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub category: String,
}

crate::table!(scoped);
