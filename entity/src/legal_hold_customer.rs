//! Customers that legal holds cover.

use crate::id::{ControllerId, CustomerId, LegalHoldId};
use sea_orm::entity::prelude::*;

/// Customers that legal holds cover.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "legal_hold_customer")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// The hold.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hold_id: LegalHoldId,
    /// The customer.
    #[sea_orm(primary_key, auto_increment = false)]
    pub customer_id: CustomerId,
}

crate::table!(scoped);
