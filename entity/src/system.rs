//! Systems: where data about customers lives.

use crate::id::{ControllerId, EventId, IntegrationId, RecipientId, SystemId};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// Systems: where data about customers lives.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "system")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SystemId,
    /// Its name, in the spelling of external ids: unique within the controller.
    pub name: String,
    /// Kinds of identifiers that it knows customers by, beside their ids there, with a space between.
    pub known_by: String,
    /// For whom what it holds is processed, with a space between.
    pub our_roles: String,
    /// Who does its tasks.
    pub integration_id: Option<IntegrationId>,
    /// What it is known to leave behind when it erases, a line each.
    pub leaves_behind: String,
    /// Which team or function answers for it.
    pub owner: Option<String>,
    /// The recipient that runs it; none where the controller does.
    pub host_id: Option<RecipientId>,
    /// Where it is, ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// Keys of the data categories that it holds, with a space between.
    pub categories: String,
    /// Keys of the data subjects whose data it holds, with a space between.
    pub subjects: String,
    /// When it was registered.
    pub recorded_at: Timestamp,
    /// Counts changes.
    pub version: i32,
    /// The leaf of the last change.
    pub event_id: EventId,
}

crate::table!(scoped);
