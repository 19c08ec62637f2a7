//! Tasks: what systems have to do about requests, about incidents, and when the time for which data is kept is over.

use crate::enums::{
    OptOutScope, Protection, RetentionGround, TaskKind, TaskSkipReason, TaskStatus,
};
use crate::id::{
    ControllerId, CustomerId, DataKeyId, EventId, IdentifierId, IncidentNotificationId,
    IntegrationId, LeaseId, RequestId, RequestItemId, RetentionRuleId, TaskId,
};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// Tasks: what systems have to do about requests, and when the time for which data is kept is over.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "task")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TaskId,
    /// What is to be done.
    pub kind: TaskKind,
    /// In which system.
    pub system: String,
    /// The request; none where a retention rule or an incident wants it.
    pub request_id: Option<RequestId>,
    /// The thing that it asks for.
    pub item_id: Option<RequestItemId>,
    /// Of what the person opts out, where it is that.
    pub scope: Option<OptOutScope>,
    /// Whose data it is about.
    pub customer_id: Option<CustomerId>,
    /// The identifier that it is about, where it is one.
    pub identifier_id: Option<IdentifierId>,
    /// Where it stands.
    pub status: TaskStatus,
    /// Since when.
    pub status_at: Timestamp,
    /// When it was planned.
    pub planned_at: Timestamp,
    /// It is handed out from then on.
    pub not_before: Timestamp,
    /// How often it was handed out.
    pub attempts: i32,
    /// How often it failed, or its lease lapsed, since it was planned or was to be tried again.
    pub failures: i32,
    /// Whether something was changed by it that cannot be taken back.
    pub changed: bool,
    /// Whether it is not to be handed out, because what it is for stands still.
    pub suspended: bool,
    /// What kept the data, where it was reported as done all the same.
    pub despite: Option<Protection>,
    /// What it waits for, where it was postponed.
    pub postponed: Option<RetentionGround>,
    /// Why it was skipped.
    pub skipped: Option<TaskSkipReason>,
    /// Under which lease it was handed out.
    pub lease: Option<LeaseId>,
    /// To whom.
    pub leased_to: Option<IntegrationId>,
    /// Until when.
    pub leased_until: Option<Timestamp>,
    /// Key of the encrypted columns.
    pub key_id: DataKeyId,
    /// Encrypted: what whoever does it must know.
    pub instructions: Option<Vec<u8>>,
    /// Encrypted: what nobody but whoever does it may know, until it is done.
    pub secret: Option<Vec<u8>>,
    /// Encrypted: why it failed or was skipped.
    pub note: Option<Vec<u8>>,
    /// Encrypted: what shows that it was done, as JSON.
    pub evidence: Option<Vec<u8>>,
    /// Counts changes.
    pub version: i32,
    /// The leaf of the last change.
    pub event_id: EventId,
    /// The retention rule that wants it.
    pub rule_id: Option<RetentionRuleId>,
    /// The version of that rule.
    pub rule_version: Option<i32>,
    /// What the period counts from: an anchor as it was recorded, or the customer whose services ended.
    pub anchor_id: Option<Uuid>,
    /// When that was.
    pub anchored_at: Option<Timestamp>,
    /// The notification of an incident that it is a part of.
    pub notification_id: Option<IncidentNotificationId>,
}

crate::table!(scoped);
