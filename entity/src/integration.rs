//! Integrations: machine clients of a controller.

use crate::enums::Role;
use crate::id::{ControllerId, IntegrationId};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// Integrations: machine clients of a controller.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "integration")]
pub struct Model {
    /// The controller it calls for.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: IntegrationId,
    /// Unique within the controller.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// When the row was made.
    pub created_at: Timestamp,
    /// Last authenticated call, to within seconds.
    pub last_used_at: Option<Timestamp>,
}

crate::table!(scoped);
