//! Requests: what persons ask for.

use crate::date::Date;
use crate::enums::{RequestChannel, RequestStatus, RequesterKind, SubjectResolution};
use crate::id::{ControllerId, CustomerId, DataKeyId, EventId, IntegrationId, RequestId};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// Requests: what persons ask for.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "request")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RequestId,
    /// By what way it came.
    pub channel: RequestChannel,
    /// When the message of the person came in: clocks start there.
    pub received_at: Timestamp,
    /// When the row was made.
    pub recorded_at: Timestamp,
    /// Who asks.
    pub requester: RequesterKind,
    /// The last day on which they may ask for another, where that is known.
    pub authority_until: Option<Date>,
    /// The customer, where it is one.
    pub customer_id: Option<CustomerId>,
    /// What the look-up found.
    pub resolution: SubjectResolution,
    /// How many customers it could have been.
    pub candidate_count: i32,
    /// Where the person lives: ISO 3166-1, or ISO 3166-2.
    pub residence: Option<String>,
    /// Where its items stand together.
    pub status: RequestStatus,
    /// When the first of its running clocks runs out.
    pub next_due_at: Option<Timestamp>,
    /// When its last item came to its end.
    pub closed_at: Option<Timestamp>,
    /// A request that was open when this one came in, and asks for the same, of the same customer.
    pub duplicate_of: Option<RequestId>,
    /// Who recorded it.
    pub integration_id: Option<IntegrationId>,
    /// Counts changes.
    pub version: i32,
    /// Its leaf.
    pub event_id: EventId,
    /// Key of the encrypted columns.
    pub key_id: DataKeyId,
    /// Encrypted: what the caller knew of the customer.
    pub lookup: Option<Vec<u8>>,
    /// Encrypted: what whoever asks is called.
    pub requester_name: Option<Vec<u8>>,
    /// Encrypted: how to reach them.
    pub requester_contact: Option<Vec<u8>>,
    /// Encrypted: why they may ask for another.
    pub requester_proof: Option<Vec<u8>>,
    /// Encrypted: what they wrote.
    pub body: Option<Vec<u8>>,
    /// Encrypted: why other regimes apply than those that follow from the places.
    pub regime_note: Option<Vec<u8>>,
}

crate::table!(scoped);
