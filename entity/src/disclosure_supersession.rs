//! Disclosures that others took the place of.

use crate::id::{ControllerId, DataKeyId, DisclosureId, EventId};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// Disclosures that others took the place of.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "disclosure_supersession")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// The one that counts no more.
    #[sea_orm(primary_key, auto_increment = false)]
    pub old_id: DisclosureId,
    /// The one that took its place.
    pub new_id: DisclosureId,
    /// Key of the encrypted column.
    pub key_id: DataKeyId,
    /// Encrypted: why.
    pub reason: Vec<u8>,
    /// When the row was made.
    pub recorded_at: Timestamp,
    /// Its leaf in the ledger.
    pub event_id: EventId,
}

crate::table!(scoped);
