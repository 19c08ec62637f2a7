//! Incidents: breaches of personal data, and of the security of systems.

use crate::enums::{IncidentCause, IncidentStatus, RiskLevel};
use crate::id::{ControllerId, DataKeyId, DisclosureId, EventId, IncidentId, IntegrationId};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// Incidents: breaches of personal data, and of the security of systems.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "incident")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: IncidentId,
    /// Where it stands.
    pub status: IncidentStatus,
    /// Since when.
    pub status_at: Timestamp,
    /// What was breached, with a space between.
    pub kinds: String,
    /// What happened to data.
    pub cause: Option<IncidentCause>,
    /// What it means for the persons.
    pub risk: RiskLevel,
    /// Whether it is significant in the sense of the NIS 2 Directive.
    pub significant: bool,
    /// Whether only those who handle incidents see it.
    pub confidential: bool,
    /// The disclosure that it was, where it was one.
    pub disclosure_id: Option<DisclosureId>,
    /// Names of the systems that it is about, with a space between.
    pub systems: String,
    /// Keys of the data categories that it is about, with a space between.
    pub categories: String,
    /// When it began.
    pub began_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// When it was detected.
    pub detected_at: Option<Timestamp>,
    /// When the controller became aware of it: clocks count from then.
    pub aware_at: Option<Timestamp>,
    /// When it was reported here.
    pub recorded_at: Timestamp,
    /// When it was written down who is affected.
    pub frozen_at: Option<Timestamp>,
    /// When it was over: closed, a false alarm or a near miss.
    pub closed_at: Option<Timestamp>,
    /// When the first of its clocks that run runs out.
    pub next_due_at: Option<Timestamp>,
    /// How many persons are affected, as far as somebody estimates it.
    pub persons: Option<i64>,
    /// How many records are affected, likewise.
    pub records: Option<i64>,
    /// Key of the encrypted columns: its own.
    pub key_id: DataKeyId,
    /// Encrypted: what it is called.
    pub title: Vec<u8>,
    /// Encrypted: what happened.
    pub description: Option<Vec<u8>>,
    /// Encrypted: what comes of it, or may.
    pub consequences: Option<Vec<u8>>,
    /// Encrypted: what is done about it.
    pub measures: Option<Vec<u8>>,
    /// Encrypted: why it was changed, the last time that somebody said so.
    pub last_reason: Option<Vec<u8>>,
    /// Who reported it; none for the command line.
    pub integration_id: Option<IntegrationId>,
    /// Counts changes.
    pub version: i32,
    /// The leaf of the last change.
    pub event_id: EventId,
}

crate::table!(scoped);
