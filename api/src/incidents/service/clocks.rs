//! Keeping the clocks of an incident true to it.

use entity::enums::{IncidentRegime, NotificationTarget};
use entity::id::IncidentId;
use entity::{incident, incident_clock};

use super::scope::House;
use crate::context::{Ctx, Tx};
use crate::error::Result;
use crate::incidents::rules::{self, Known};
use crate::incidents::store;

/// What became of the clocks of an incident.
pub(super) struct Kept {
    /// The incident, with the first end of those that run.
    pub(super) row: incident::Model,
    /// As they were.
    pub(super) before: Vec<incident_clock::Model>,
    /// As they are.
    pub(super) clocks: Vec<incident_clock::Model>,
}

/// The data protection laws that apply to an incident.
pub(super) async fn regimes(tx: &Tx, house: &House, id: IncidentId) -> Result<Vec<IncidentRegime>> {
    let countries = store::places(tx.db(), tx.scope(), id).await?;
    Ok(rules::regimes(house.establishment.as_deref(), &countries))
}

/// Writes the clocks of an incident as they are now, within a change to it.
pub(super) async fn keep(ctx: &Ctx, tx: &Tx, house: &House, row: incident::Model) -> Result<Kept> {
    let (db, scope, id) = (tx.db(), tx.scope(), row.id);
    let affected = store::affected_as(db, scope, id).await?;
    let regimes = regimes(tx, house, id).await?;
    let notifications = store::notifications_of(db, scope, &[id]).await?;
    let before = store::clocks_of(db, scope, &[id]).await?;
    let known = Known {
        incident: &row,
        notifications: &notifications,
        regimes: &regimes,
        affected: rules::Affected {
            subjects: affected.get(&NotificationTarget::Subject).copied(),
            controllers: affected.get(&NotificationTarget::Controller).copied(),
        },
    };
    let clocks = rules::clocks(known, before.clone(), ctx.now());
    store::save_clocks(db, &before, &clocks).await?;
    let next_due_at = rules::next_due(&clocks);
    Ok(Kept {
        row: incident::Model { next_due_at, ..row },
        before,
        clocks,
    })
}
