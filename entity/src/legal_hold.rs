//! Legal holds: what must not be erased meanwhile.

use crate::enums::HoldKind;
use crate::id::{ControllerId, DataKeyId, EventId, LegalHoldId};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// Legal holds: what must not be erased meanwhile.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "legal_hold")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LegalHoldId,
    /// What it is for.
    pub kind: HoldKind,
    /// Whether it covers every customer.
    pub all_customers: bool,
    /// Whether it covers every system.
    pub all_systems: bool,
    /// Since when.
    pub placed_at: Timestamp,
    /// When the row was made.
    pub recorded_at: Timestamp,
    /// When it ends of itself; nothing, where somebody has to release it.
    pub expires_at: Option<Timestamp>,
    /// When it was extended the last time.
    pub extended_at: Option<Timestamp>,
    /// When it was released.
    pub released_at: Option<Timestamp>,
    /// Its own key.
    pub key_id: DataKeyId,
    /// Encrypted: why.
    pub reason: Vec<u8>,
    /// Encrypted: on whose authority.
    pub authority: Option<Vec<u8>>,
    /// Encrypted: why it was extended, or released.
    pub last_reason: Option<Vec<u8>>,
    /// Counts changes.
    pub version: i32,
    /// The leaf of the last change.
    pub event_id: EventId,
}

crate::table!(scoped);
