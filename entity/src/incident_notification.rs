//! What was said of who is told of incidents: nothing of it is changed later.

use crate::enums::{
    IncidentRegime, NotificationPhase, NotificationStatus, NotificationTarget, RequestChannel,
};
use crate::id::{
    ControllerId, DataKeyId, EventId, IncidentId, IncidentNotificationId, IntegrationId,
};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// What was said of who is told of incidents: nothing of it is changed later.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "incident_notification")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: IncidentNotificationId,
    /// The incident.
    pub incident_id: IncidentId,
    /// Under which rule; none: under all.
    pub regime: Option<IncidentRegime>,
    /// Who is told.
    pub target: NotificationTarget,
    /// What of it.
    pub phase: NotificationPhase,
    /// Where it stands.
    pub status: NotificationStatus,
    /// Since when.
    pub at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// By what way.
    pub channel: Option<RequestChannel>,
    /// The system that tells the customers, where one does.
    pub system: Option<String>,
    /// Whether its tasks are still to be planned, or to be ended where it was withdrawn.
    pub planning: bool,
    /// Since when nobody is told so any more, because nothing happened.
    pub withdrawn_at: Option<Timestamp>,
    /// How many customers that system does not know, once all are planned.
    pub unreached: Option<i64>,
    /// How often all of its tasks were planned: again, when more customers turned out to be affected.
    pub plannings: i32,
    /// Key of the encrypted columns.
    pub key_id: DataKeyId,
    /// Encrypted: what is said.
    pub text: Option<Vec<u8>>,
    /// Encrypted: what whoever is told calls it.
    pub reference: Option<Vec<u8>>,
    /// Encrypted: why it is late, failed or is not needed.
    pub reason: Option<Vec<u8>>,
    /// Who recorded it; none for the command line.
    pub integration_id: Option<IntegrationId>,
    /// Its leaf.
    pub event_id: EventId,
}

crate::table!(scoped);
