//! Terms that a controller has promised beyond the law.

use crate::enums::{ClockDuty, TermUnit};
use crate::id::{ControllerId, EventId, HouseTermId};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// Terms that a controller has promised beyond the law.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "house_term")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: HouseTermId,
    /// What is owed.
    pub duty: ClockDuty,
    /// For which types of requests, with a space between; for all, when empty.
    pub types: String,
    /// For residents of which places, with a space between: ISO 3166-1, ISO 3166-2, or EEA; for all, when empty.
    pub residences: String,
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
    /// Where it is promised.
    pub source: String,
    /// When it was recorded: requests that are opened from then on have it.
    pub recorded_at: Timestamp,
    /// When it ended: requests that are opened from then on have it no more.
    pub ended_at: Option<Timestamp>,
    /// Counts changes.
    pub version: i32,
    /// The leaf of the last change.
    pub event_id: EventId,
}

crate::table!(scoped);
