//! Which recipients are customers.

use crate::id::{ControllerId, CustomerId, RecipientId};
use sea_orm::entity::prelude::*;

/// Which recipients are customers.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recipient_customer")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// The recipient.
    #[sea_orm(primary_key, auto_increment = false)]
    pub recipient_id: RecipientId,
    /// The customer.
    pub customer_id: CustomerId,
}

crate::table!(scoped);
