//! Data categories of disclosures, for filtering by prefix.

use crate::id::{ControllerId, DisclosureId};
use sea_orm::entity::prelude::*;

/// Data categories of disclosures, for filtering by prefix.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "disclosure_category")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// The disclosure.
    #[sea_orm(primary_key, auto_increment = false)]
    pub disclosure_id: DisclosureId,
    /// A taxonomy key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub category: String,
}

crate::table!(scoped);
