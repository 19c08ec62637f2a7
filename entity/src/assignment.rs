//! Assignments: who held a resource, from when to when.

use crate::enums::{AssignmentSharing, ResourceKind};
use crate::id::{AssignmentId, ControllerId, CustomerId, DataKeyId, EventId};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// Assignments: who held a resource, from when to when.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "assignment")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AssignmentId,
    /// Who held it.
    pub customer_id: CustomerId,
    /// What kind of resource.
    pub resource_kind: ResourceKind,
    /// How narrow it is among those of its kind: bits of an IP prefix, labels of a domain.
    pub prefix_length: i16,
    /// Alone or with others.
    pub sharing: AssignmentSharing,
    /// The customer's PROFILE key.
    pub key_id: DataKeyId,
    /// Encrypted canonical text.
    pub resource: Vec<u8>,
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
    /// The first port of a range.
    pub first_port: Option<i32>,
    /// The last port of a range.
    pub last_port: Option<i32>,
}

crate::table!(scoped);
