//! Identifiers: what outside systems know a customer by.

use crate::enums::{IdentifierKind, IdentifierVerification};
use crate::id::{ControllerId, CustomerId, DataKeyId, IdentifierId, IntegrationId};
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
    /// From when on it leads to the customer no more.
    pub ended_at: Option<Timestamp>,
    /// When it was made sure that it is the customer's.
    pub verified_at: Option<Timestamp>,
    /// How.
    pub verification: Option<IdentifierVerification>,
    /// Who recorded it; none for the command line.
    pub integration_id: Option<IntegrationId>,
}

crate::table!(scoped);
