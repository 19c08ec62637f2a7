//! Customers who are affected by an incident: those named, and, once it was confirmed, all.

use crate::enums::NotificationTarget;
use crate::id::{ControllerId, CustomerId, IncidentId};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// Customers who are affected by an incident: those named, and, once it was confirmed, all.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "incident_customer")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// The incident.
    #[sea_orm(primary_key, auto_increment = false)]
    pub incident_id: IncidentId,
    /// As what: a person, or a controller of what they host.
    #[sea_orm(primary_key, auto_increment = false)]
    pub target: NotificationTarget,
    /// Who.
    #[sea_orm(primary_key, auto_increment = false)]
    pub customer_id: CustomerId,
    /// Where they lived then: ISO 3166-1 alpha-2, or a part of a country; none where that was not known.
    pub country: Option<String>,
    /// When it was written down.
    pub added_at: Timestamp,
}

crate::table!(scoped);
