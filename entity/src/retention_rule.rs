//! For how long systems keep what, counted from when, and what becomes of it then.

use crate::enums::{LegalBasis, RetentionAction, RetentionAnchor};
use crate::id::{ControllerId, EventId, RetentionRuleId};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// For how long systems keep what, counted from when, and what becomes of it then.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "retention_rule")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RetentionRuleId,
    /// What the controller calls it: unique within the controller.
    pub name: String,
    /// The systems that it is about, in alphabetical order, with a space between.
    pub systems: String,
    /// Keys of the data categories that it is about, with a space between.
    pub categories: String,
    /// What the period counts from.
    pub anchor: RetentionAnchor,
    /// Whether it counts from the end of the calendar year of that.
    pub from_year_end: bool,
    /// How long: an ISO 8601 duration of years, months and days.
    pub period: String,
    /// What is done then.
    pub action: RetentionAction,
    /// What keeping it so long rests on.
    pub basis: Option<LegalBasis>,
    /// Where that is written, such as a statute.
    pub statute: Option<String>,
    /// Whether it is kept so long against the wish of the person.
    pub protected: bool,
    /// When it was set first.
    pub recorded_at: Timestamp,
    /// Since when it is not applied any more.
    pub ended_at: Option<Timestamp>,
    /// Counts changes.
    pub version: i32,
    /// The leaf of the last change.
    pub event_id: EventId,
}

crate::table!(scoped);
