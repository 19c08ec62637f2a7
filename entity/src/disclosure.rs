//! Disclosures: events in which data went to a recipient.

use crate::enums::{DataTier, DisclosureGround, DisclosureMethod, Visibility};
use crate::id::{ControllerId, DataKeyId, DisclosureId, EventId, IntegrationId, RecipientId};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// Disclosures: events in which data went to a recipient.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "disclosure")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DisclosureId,
    /// Who received.
    pub recipient_id: RecipientId,
    /// Why.
    pub ground: DisclosureGround,
    /// Data use, a taxonomy key.
    pub purpose: String,
    /// How deep.
    pub tier: DataTier,
    /// How it was sent.
    pub method: Option<DisclosureMethod>,
    /// Taxonomy keys, space-separated; the rows of `disclosure_category` are for filtering.
    pub data_categories: String,
    /// When data went out.
    pub disclosed_at: Timestamp,
    /// When the row was made.
    pub recorded_at: Timestamp,
    /// Open, or sealed by a gag order.
    pub visibility: Visibility,
    /// Who recorded it.
    pub integration_id: Option<IntegrationId>,
    /// Its leaf in the ledger.
    pub event_id: EventId,
    /// How many subjects.
    pub subject_count: i32,
    /// How many of them are not known customers.
    pub unresolved_count: i32,
    /// Key of the encrypted columns.
    pub key_id: DataKeyId,
    /// Encrypted.
    pub reference: Option<Vec<u8>>,
    /// Encrypted.
    pub authority: Option<Vec<u8>>,
    /// Encrypted.
    pub note: Option<Vec<u8>>,
    /// The last instant, where the record stands for several over a period.
    pub disclosed_until: Option<Timestamp>,
    /// How many times data went out.
    pub occurrences: i64,
}

crate::table!(scoped, open where Visibility is "OPEN");
