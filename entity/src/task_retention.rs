//! What tasks could not erase, and until when.

use crate::date::Date;
use crate::enums::RetentionGround;
use crate::id::{ControllerId, DataKeyId, TaskId, TaskRetentionId};
use sea_orm::entity::prelude::*;

/// What tasks could not erase, and until when.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "task_retention")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TaskRetentionId,
    /// The task.
    pub task_id: TaskId,
    /// Place in the report, from 0.
    pub position: i32,
    /// Why it is kept.
    pub ground: RetentionGround,
    /// The last day on which it is kept, where that is known.
    pub until: Option<Date>,
    /// Where that is written, such as a statute.
    pub source: Option<String>,
    /// Key of the encrypted column.
    pub key_id: DataKeyId,
    /// Encrypted: what is kept.
    pub what: Vec<u8>,
}

crate::table!(scoped);
