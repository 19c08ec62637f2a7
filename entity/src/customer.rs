//! Customers: persons and organisations whose personal data the controller holds.

use crate::enums::{CustomerKind, DataSubjectCategory};
use crate::id::{ControllerId, CustomerId, DataKeyId};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// Customers: persons and organisations whose personal data the controller holds.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "customer")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CustomerId,
    /// Person or organisation.
    pub kind: CustomerKind,
    /// What they are to the controller.
    pub category: DataSubjectCategory,
    /// ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// Their PROFILE key.
    pub key_id: DataKeyId,
    /// Encrypted.
    pub name: Option<Vec<u8>>,
    /// Since when they are known to the controller.
    pub registered_at: Timestamp,
    /// When the row was made.
    pub recorded_at: Timestamp,
    /// Counts changes.
    pub version: i32,
    /// When their last service ended; none while there is one, and while nobody has said.
    pub services_ended_at: Option<Timestamp>,
}

crate::table!(scoped);
