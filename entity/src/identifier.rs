//! Identifiers: what outside systems know a customer by.

use crate::enums::IdentifierKind;
use crate::id::{ControllerId, CustomerId, DataKeyId, IdentifierId};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// Identifiers: what outside systems know a customer by.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "identifier")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: IdentifierId,
    /// Whose it is.
    pub customer_id: CustomerId,
    /// Which kind.
    pub kind: IdentifierKind,
    /// The outside system, of an external id.
    pub system: Option<String>,
    /// The customer's PROFILE key.
    pub key_id: DataKeyId,
    /// Encrypted, as it was typed.
    pub value: Vec<u8>,
    /// When the row was made.
    pub recorded_at: Timestamp,
}

crate::table!(scoped);
