//! Brands: the trading names under which a controller serves its customers.

use crate::id::{BrandId, ControllerId, EventId};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// Brands: the trading names under which a controller serves its customers.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "brand")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BrandId,
    /// As it was typed. A trading name is not personal.
    pub name: String,
    /// Without regard to case and spacing: unique.
    pub normal_name: String,
    /// When the row was made.
    pub recorded_at: Timestamp,
    /// Its leaf in the ledger.
    pub event_id: EventId,
}

crate::table!(scoped);
