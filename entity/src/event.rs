//! Events: the record of every change, the leaves of the ledger, the feed.

use crate::enums::{EventType, Log};
use crate::id::{ControllerId, CustomerId, DataKeyId, EventId, IntegrationId};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// Events: the record of every change, the leaves of the ledger, the feed.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EventId,
    /// Which log it belongs to.
    pub log: Log,
    /// Its number in the log, given after the commit.
    pub idx: Option<i64>,
    /// What happened.
    pub r#type: EventType,
    /// When it was recorded: a claim, not an order.
    pub at: Timestamp,
    /// Which integration did it; none for the command line.
    pub integration_id: Option<IntegrationId>,
    /// Id of what it is about.
    pub object: String,
    /// The customer it is about.
    pub customer_id: Option<CustomerId>,
    /// The leaf, verbatim.
    pub body: String,
    /// RFC 6962 leaf hash of the body.
    pub leaf_hash: Vec<u8>,
    /// The key of the opening.
    pub key_id: DataKeyId,
    /// Encrypted salts and values of the leaf's digests.
    pub opening: Vec<u8>,
}

crate::table!(scoped, open where Log is "MAIN");
