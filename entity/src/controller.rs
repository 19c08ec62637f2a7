//! Controllers: the legal entities that decide why and how data is processed.

use crate::id::ControllerId;
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// Controllers: the legal entities that decide why and how data is processed.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "controller")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ControllerId,
    /// Name as the operator typed it.
    pub name: String,
    /// Prefix of the origins of its logs, fixed at creation.
    pub log_origin: String,
    /// When the row was made.
    pub created_at: Timestamp,
    /// Where it is established: ISO 3166-1, or ISO 3166-2.
    pub establishment: Option<String>,
    /// IANA time zone of its days.
    pub time_zone: Option<String>,
}

crate::table!();

/// A controller is in its own scope.
impl crate::Scoped for Entity {
    const CONTROLLER: Column = Column::Id;
}
