//! What keeps data of a customer from being erased, as systems report it.

use crate::date::Date;
use crate::enums::RetentionGround;
use crate::id::{ControllerId, CustomerId, DataKeyId, DeletionBlockId, EventId, IntegrationId};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// What keeps data of a customer from being erased, as systems report it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "deletion_block")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DeletionBlockId,
    /// The customer.
    pub customer_id: CustomerId,
    /// The system that must keep it.
    pub system: String,
    /// Why.
    pub ground: RetentionGround,
    /// The last day, where that is known.
    pub until: Option<Date>,
    /// Where that is written, such as a statute.
    pub source: Option<String>,
    /// Since when.
    pub since: Timestamp,
    /// When the row was made.
    pub recorded_at: Timestamp,
    /// When it was over.
    pub settled_at: Option<Timestamp>,
    /// Who recorded it.
    pub integration_id: Option<IntegrationId>,
    /// The customer's REQUEST key.
    pub key_id: DataKeyId,
    /// Encrypted: what is kept.
    pub what: Vec<u8>,
    /// Counts changes.
    pub version: i32,
    /// The leaf of the last change.
    pub event_id: EventId,
}

crate::table!(scoped);
