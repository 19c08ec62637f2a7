//! What the templates of integrations are for.

use crate::id::{BrandId, ControllerId, EventId, IntegrationId, MessageTemplateId};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// What the templates of integrations are for.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "message_template")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MessageTemplateId,
    /// Who sends it.
    pub integration_id: IntegrationId,
    /// What it is called there.
    pub name: String,
    /// For which use of data, a taxonomy key; none where that was taken back.
    pub purpose: Option<String>,
    /// In the name of which brand; none where that differs.
    pub brand_id: Option<BrandId>,
    /// When it was recorded first.
    pub recorded_at: Timestamp,
    /// Counts changes.
    pub version: i32,
    /// The leaf of the last change.
    pub event_id: EventId,
}

crate::table!(scoped);
