//! Clocks: by when something is owed about an item of a request.

use crate::enums::{ClockDuty, DelayReason, Regime, TermUnit};
use crate::id::{ControllerId, DataKeyId, EventId, RequestClockId, RequestId, RequestItemId};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// Clocks: by when something is owed about an item of a request.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "request_clock")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RequestClockId,
    /// The request.
    pub request_id: RequestId,
    /// The item.
    pub item_id: RequestItemId,
    /// Whose rule it follows.
    pub regime: Regime,
    /// What is owed.
    pub duty: ClockDuty,
    /// Where the rule is written.
    pub source: String,
    /// When it began.
    pub since: Timestamp,
    /// The last instant in time.
    pub due_at: Timestamp,
    /// The same before any extension and pause.
    pub first_due_at: Timestamp,
    /// How many of the unit.
    pub length: i32,
    /// In what it is counted.
    pub unit: TermUnit,
    /// How many at the most, from the beginning; nothing where it cannot be extended.
    pub extended_length: Option<i32>,
    /// In what that is counted.
    pub extended_unit: Option<TermUnit>,
    /// Whether a last day on which nobody works makes way for the next.
    pub rolls: bool,
    /// Whether it may stand still.
    pub pauses: bool,
    /// IANA time zone of its days.
    pub zone: String,
    /// Whose holidays count, ISO 3166-1.
    pub country: Option<String>,
    /// Since when it stands still.
    pub paused_at: Option<Timestamp>,
    /// For how long it stood still before, in milliseconds.
    pub paused_ms: i64,
    /// When it went on the last time.
    pub resumed_at: Option<Timestamp>,
    /// Why it stands still, or stood still the last time.
    pub pause_reason: Option<DelayReason>,
    /// Encrypted: what was said about that.
    pub pause_note: Option<Vec<u8>>,
    /// Why it was extended.
    pub delay: Option<DelayReason>,
    /// When it was extended.
    pub extended_at: Option<Timestamp>,
    /// When whoever asks was told so.
    pub notified_at: Option<Timestamp>,
    /// When that happened what is owed.
    pub met_at: Option<Timestamp>,
    /// When it was not owed any more.
    pub stopped_at: Option<Timestamp>,
    /// Key of the encrypted columns.
    pub key_id: DataKeyId,
    /// Encrypted: what was said about the extension.
    pub note: Option<Vec<u8>>,
    /// The leaf of the last change.
    pub event_id: EventId,
}

crate::table!(scoped);
