//! Attempts to make sure who asks.

use crate::enums::{RequesterVerification, VerificationVerdict};
use crate::id::{ControllerId, DataKeyId, EventId, RequestId, RequestVerificationId};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// Attempts to make sure who asks.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "request_verification")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RequestVerificationId,
    /// The request.
    pub request_id: RequestId,
    /// How it was tried.
    pub method: RequesterVerification,
    /// What came of it.
    pub verdict: VerificationVerdict,
    /// When it was tried.
    pub at: Timestamp,
    /// When the row was made.
    pub recorded_at: Timestamp,
    /// Until when it counts, where it succeeded.
    pub valid_until: Option<Timestamp>,
    /// Key of the encrypted columns.
    pub key_id: DataKeyId,
    /// Encrypted: the digest of the evidence, which is not kept.
    pub evidence: Option<Vec<u8>>,
    /// Encrypted: why it was no more than was needed.
    pub note: Option<Vec<u8>>,
    /// Its leaf.
    pub event_id: EventId,
}

crate::table!(scoped);
