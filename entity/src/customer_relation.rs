//! What customers are to each other, from when to when.

use crate::enums::RelationKind;
use crate::id::{ControllerId, CustomerId, EventId, RelationId};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// What customers are to each other, from when to when.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "customer_relation")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RelationId,
    /// Who is something.
    pub customer_id: CustomerId,
    /// What.
    pub kind: RelationKind,
    /// To whom.
    pub related_id: CustomerId,
    /// First instant.
    pub valid_from: Timestamp,
    /// First instant after it; none while it lasts.
    pub valid_until: Option<Timestamp>,
    /// When the row was made.
    pub recorded_at: Timestamp,
    /// Counts corrections.
    pub version: i32,
    /// Its leaf in the ledger: of the last correction.
    pub event_id: EventId,
}

crate::table!(scoped);
