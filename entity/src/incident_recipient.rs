//! Recipients of data at whom an incident happened.

use crate::id::{ControllerId, IncidentId, RecipientId};
use sea_orm::entity::prelude::*;

/// Recipients of data at whom an incident happened.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "incident_recipient")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// The recipient.
    #[sea_orm(primary_key, auto_increment = false)]
    pub recipient_id: RecipientId,
    /// The incident.
    #[sea_orm(primary_key, auto_increment = false)]
    pub incident_id: IncidentId,
}

crate::table!(scoped);
