//! The ids of snapshots, as values of the blind index.

use crate::id::{ControllerId, SnapshotId};
use sea_orm::entity::prelude::*;

/// The ids of snapshots, as values of the blind index.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "snapshot_value")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// The snapshot.
    #[sea_orm(primary_key, auto_increment = false)]
    pub snapshot_id: SnapshotId,
    /// Index value of the id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub value: Vec<u8>,
}

crate::table!(scoped);
