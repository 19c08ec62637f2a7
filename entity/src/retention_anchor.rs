//! What happened that the time for which data is kept counts from, as systems report it.

use crate::enums::RetentionAnchor;
use crate::id::{ControllerId, CustomerId, DataKeyId, EventId, IntegrationId, RetentionAnchorId};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// What happened that the time for which data is kept counts from, as systems report it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "retention_anchor")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RetentionAnchorId,
    /// Whose data.
    pub customer_id: CustomerId,
    /// What happened.
    pub anchor: RetentionAnchor,
    /// When; none where it is not so any more.
    pub at: Option<Timestamp>,
    /// The system whose thing it is about, where it is one.
    pub system: Option<String>,
    /// Key of the encrypted column.
    pub key_id: DataKeyId,
    /// Encrypted: what the thing is called there.
    pub reference: Option<Vec<u8>>,
    /// When it was recorded first.
    pub recorded_at: Timestamp,
    /// Who said so; none for the command line.
    pub integration_id: Option<IntegrationId>,
    /// Counts changes.
    pub version: i32,
    /// The leaf of the last change.
    pub event_id: EventId,
}

crate::table!(scoped);
