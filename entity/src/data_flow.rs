//! Data flows: that data goes from the customers or a system to a system or a recipient.

use crate::date::Date;
use crate::enums::{DisclosureFrequency, LegalBasis, ProcessingRole};
use crate::id::{
    ControllerId, DataFlowId, EventId, InstrumentId, IntegrationId, RecipientId, SystemId,
};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// Data flows: that data goes from the customers or a system to a system or a recipient.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "data_flow")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DataFlowId,
    /// The system that it comes from; none where it comes from the persons themselves.
    pub from_system: Option<SystemId>,
    /// The system that it goes to, where it goes to one.
    pub to_system: Option<SystemId>,
    /// The recipient that it goes to, where it goes to one.
    pub to_recipient: Option<RecipientId>,
    /// Keys of the data categories, with a space between.
    pub categories: String,
    /// Keys of the data subjects, with a space between.
    pub subjects: String,
    /// Key of the data use.
    pub purpose: String,
    /// What it rests on.
    pub legal_basis: Option<LegalBasis>,
    /// For whom the data is processed.
    pub our_role: ProcessingRole,
    /// How often it goes.
    pub frequency: Option<DisclosureFrequency>,
    /// The agreement that covers it.
    pub agreement_id: Option<InstrumentId>,
    /// What allows that it leaves the EEA.
    pub mechanism_id: Option<InstrumentId>,
    /// Its first day.
    pub valid_from: Date,
    /// Its last day.
    pub valid_until: Option<Date>,
    /// The flow in whose place it came.
    pub replaces: Option<DataFlowId>,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Who recorded it.
    pub integration_id: Option<IntegrationId>,
    /// Counts changes.
    pub version: i32,
    /// The leaf of the last change.
    pub event_id: EventId,
}

crate::table!(scoped);
