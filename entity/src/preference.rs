//! What persons said about uses of their data, as it was said: rows are never changed.

use crate::enums::{ContactChannel, OptOutScope, PreferenceMethod, PreferenceStatus};
use crate::id::{
    BrandId, ControllerId, CustomerId, DataKeyId, EventId, IntegrationId, PreferenceId,
};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// What persons said about uses of their data, as it was said: rows are never changed.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "preference")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PreferenceId,
    /// Who said it; none where it was said of an address that led to no customer, or to several.
    pub customer_id: Option<CustomerId>,
    /// To which brand; none where it is to the controller.
    pub brand_id: Option<BrandId>,
    /// About which use, a taxonomy key; none where it is about what persons opt out of.
    pub purpose: Option<String>,
    /// About what persons opt out of.
    pub scope: Option<OptOutScope>,
    /// On which channel; none where it is on all.
    pub channel: Option<ContactChannel>,
    /// What.
    pub status: PreferenceStatus,
    /// When it was said.
    pub at: Timestamp,
    /// When the row was made.
    pub recorded_at: Timestamp,
    /// Until when a consent counts.
    pub expires_at: Option<Timestamp>,
    /// How it was said.
    pub method: PreferenceMethod,
    /// In which system.
    pub source: Option<String>,
    /// Which version of the notice was shown.
    pub notice_version: Option<String>,
    /// SHA-256 of the text that was shown, hexadecimal.
    pub text_digest: Option<String>,
    /// Who recorded it.
    pub integration_id: Option<IntegrationId>,
    /// Its leaf in the ledger.
    pub event_id: EventId,
    /// Key of the encrypted columns.
    pub key_id: DataKeyId,
    /// Encrypted: from which address of the network.
    pub ip: Option<Vec<u8>>,
    /// Encrypted: by which program.
    pub user_agent: Option<Vec<u8>>,
    /// Encrypted: anything else.
    pub note: Option<Vec<u8>>,
}

crate::table!(scoped);
