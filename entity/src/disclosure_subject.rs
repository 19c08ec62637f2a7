//! Subjects of disclosures: whose data it was, or what is known of that.

use crate::enums::{SubjectResolution, Visibility};
use crate::id::{ControllerId, CustomerId, DataKeyId, DisclosureId, DisclosureSubjectId, EventId};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// Subjects of disclosures: whose data it was, or what is known of that.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "disclosure_subject")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DisclosureSubjectId,
    /// The disclosure.
    pub disclosure_id: DisclosureId,
    /// Place in the input, from 0.
    pub position: i32,
    /// The customer, where it is one.
    pub customer_id: Option<CustomerId>,
    /// What the look-up found.
    pub resolution: SubjectResolution,
    /// How many customers it could have been.
    pub candidate_count: i32,
    /// As in the disclosure: a customer's list is ordered by it.
    pub disclosed_at: Timestamp,
    /// As in the disclosure.
    pub visibility: Visibility,
    /// The leaf about this customer.
    pub event_id: EventId,
    /// Key of the encrypted column.
    pub key_id: DataKeyId,
    /// Encrypted: what the caller knew.
    pub lookup: Vec<u8>,
    /// As in the disclosure.
    pub disclosed_until: Option<Timestamp>,
    /// As in the disclosure.
    pub occurrences: i64,
    /// Whether the disclosure counts no more, because another took its place.
    pub superseded: bool,
    /// The instant that the look-up asked for, where it asked for one.
    pub lookup_at: Option<Timestamp>,
    /// Whether a person said who it was.
    pub resolved_by_hand: bool,
    /// Digest of what repeated disclosures have in common: a line of the accounting.
    pub line: Vec<u8>,
}

crate::table!(scoped, open where Visibility is "OPEN");
