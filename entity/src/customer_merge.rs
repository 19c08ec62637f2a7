//! Customers that were merged into others. What was merged into something that is merged itself leads on.

use crate::id::{ControllerId, CustomerId, EventId};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// Customers that were merged into others. What was merged into something that is merged itself leads on.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "customer_merge")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// The customer that was merged.
    #[sea_orm(primary_key, auto_increment = false)]
    pub customer_id: CustomerId,
    /// The customer that stands for both, itself not merged.
    pub into_id: CustomerId,
    /// Since when that one stands for it.
    pub merged_at: Timestamp,
    /// Its leaf in the ledger.
    pub event_id: EventId,
}

crate::table!(scoped);
