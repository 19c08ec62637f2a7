//! Snapshots: the ids that an outside system says it has.

use crate::id::{ControllerId, IntegrationId, SnapshotId};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// Snapshots: the ids that an outside system says it has.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "snapshot")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SnapshotId,
    /// The outside system.
    pub system: String,
    /// How many ids came so far.
    pub received: i64,
    /// How many of them led to nobody.
    pub unknown: i64,
    /// When the last part came; none while parts are missing.
    pub completed_at: Option<Timestamp>,
    /// When the first part came.
    pub recorded_at: Timestamp,
    /// Who sends it.
    pub integration_id: Option<IntegrationId>,
}

crate::table!(scoped);
