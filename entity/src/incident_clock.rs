//! By when who is to be told of an incident.

use crate::enums::{IncidentRegime, NotificationPhase, NotificationTarget};
use crate::id::{ControllerId, IncidentId};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// By when who is to be told of an incident.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "incident_clock")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// The incident.
    #[sea_orm(primary_key, auto_increment = false)]
    pub incident_id: IncidentId,
    /// Whose rule it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub regime: IncidentRegime,
    /// Who is told.
    #[sea_orm(primary_key, auto_increment = false)]
    pub target: NotificationTarget,
    /// What of it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub phase: NotificationPhase,
    /// From when on it counts.
    pub since: Timestamp,
    /// The last instant; none where it is without undue delay.
    pub due_at: Option<Timestamp>,
    /// When they were told.
    pub met_at: Option<Timestamp>,
    /// Since when it is not owed any more.
    pub stopped_at: Option<Timestamp>,
    /// Where that is written.
    pub source: String,
}

crate::table!(scoped);
