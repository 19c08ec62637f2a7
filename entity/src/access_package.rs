//! Packages of what is known of a person, for whoever asks for it.

use crate::enums::AccessPackageStatus;
use crate::id::{
    AccessPackageId, ControllerId, CustomerId, DataKeyId, EventId, LeaseId, RequestId,
    RequestItemId,
};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// Packages of what is known of a person, for whoever asks for it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "access_package")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccessPackageId,
    /// The request.
    pub request_id: RequestId,
    /// The thing that it asks for.
    pub item_id: RequestItemId,
    /// Whose data it is, where that is known.
    pub customer_id: Option<CustomerId>,
    /// Where it stands.
    pub status: AccessPackageStatus,
    /// When it was ordered.
    pub recorded_at: Timestamp,
    /// When it was ready.
    pub ready_at: Option<Timestamp>,
    /// From when on it is gone.
    pub expires_at: Option<Timestamp>,
    /// How often it was begun.
    pub attempts: i32,
    /// From when on it may be begun.
    pub not_before: Timestamp,
    /// Under what an instance builds it.
    pub lease: Option<LeaseId>,
    /// How many bytes it has, as far as it is built.
    pub size: i64,
    /// How many parts it has.
    pub chunks: i32,
    /// How many files of systems are in it.
    pub files: i32,
    /// Key of the encrypted columns.
    pub key_id: DataKeyId,
    /// Encrypted: SHA-256 of it, hexadecimal.
    pub digest: Option<Vec<u8>>,
    /// Counts changes.
    pub version: i32,
    /// The leaf of the last change.
    pub event_id: EventId,
}

crate::table!(scoped);
