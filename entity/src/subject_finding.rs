//! Findings: what is on record now says that a subject of a past disclosure was somebody else.

use crate::enums::{SubjectResolution, Visibility};
use crate::id::{ControllerId, CustomerId, DisclosureId, DisclosureSubjectId, EventId, FindingId};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// Findings: what is on record now says that a subject of a past disclosure was somebody else.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "subject_finding")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FindingId,
    /// The subject.
    pub subject_id: DisclosureSubjectId,
    /// Its disclosure.
    pub disclosure_id: DisclosureId,
    /// What the look-up finds now.
    pub resolution: SubjectResolution,
    /// The customer that it leads to now.
    pub customer_id: Option<CustomerId>,
    /// How many customers it could be now.
    pub candidate_count: i32,
    /// As in the disclosure.
    pub visibility: Visibility,
    /// When.
    pub raised_at: Timestamp,
    /// Its leaf in the ledger.
    pub event_id: EventId,
    /// When it was settled; none while it is open.
    pub settled_at: Option<Timestamp>,
    /// Whether a person settled it by saying that what is on record is right: then the same is not raised again.
    pub dismissed: bool,
}

crate::table!(scoped, open where Visibility is "OPEN");
