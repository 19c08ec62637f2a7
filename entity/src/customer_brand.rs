//! Which brand a customer is served under.

use crate::id::{BrandId, ControllerId, CustomerId};
use sea_orm::entity::prelude::*;

/// Which brand a customer is served under.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "customer_brand")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// The customer.
    #[sea_orm(primary_key, auto_increment = false)]
    pub customer_id: CustomerId,
    /// The brand.
    pub brand_id: BrandId,
}

crate::table!(scoped);
