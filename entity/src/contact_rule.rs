//! Whether advertising needs a consent, by country, channel and brand.

use crate::enums::{ContactBasis, ContactChannel};
use crate::id::{BrandId, ContactRuleId, ControllerId, EventId};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// Whether advertising needs a consent, by country, channel and brand.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "contact_rule")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ContactRuleId,
    /// Country, channel and brand as one text, so that there is one rule for each.
    pub place: String,
    /// For which brand; none where it is for all.
    pub brand_id: Option<BrandId>,
    /// In which country, ISO 3166-1 alpha-2; none where it is in all.
    pub country: Option<String>,
    /// On which channel; none where it is on all.
    pub channel: Option<ContactChannel>,
    /// What advertising rests on; none where the rule was taken back.
    pub basis: Option<ContactBasis>,
    /// When it was recorded first.
    pub recorded_at: Timestamp,
    /// Counts changes.
    pub version: i32,
    /// The leaf of the last change.
    pub event_id: EventId,
}

crate::table!(scoped);
