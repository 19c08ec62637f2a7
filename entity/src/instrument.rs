//! Instruments: agreements with recipients, and what allows that data goes to them.

use crate::date::Date;
use crate::enums::{AgreementKind, TransferDerogation, TransferMechanismKind, TransferScheme};
use crate::id::{ControllerId, EventId, InstrumentId, IntegrationId, RecipientId};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// Instruments: agreements with recipients, and what allows that data goes to them.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "instrument")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InstrumentId,
    /// With whom.
    pub recipient_id: RecipientId,
    /// What kind of agreement it is, where it is one.
    pub agreement: Option<AgreementKind>,
    /// What kind of transfer mechanism it is, where it is one.
    pub mechanism: Option<TransferMechanismKind>,
    /// The framework that the mechanism rests on.
    pub scheme: Option<TransferScheme>,
    /// The exception that the mechanism rests on.
    pub derogation: Option<TransferDerogation>,
    /// Its first day; none where nobody knows.
    pub valid_from: Option<Date>,
    /// The last day that was agreed.
    pub valid_until: Option<Date>,
    /// The last day that counts: the one that was agreed, or the one on which it was ended before.
    pub ends_on: Option<Date>,
    /// When it was said that it ends before it would.
    pub ended_at: Option<Timestamp>,
    /// Where the document is, and which version it is.
    pub reference: Option<String>,
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
