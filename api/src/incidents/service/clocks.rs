//! Keeping the clocks of an incident true to it.

use entity::enums::NotificationTarget;
use entity::{incident, incident_clock};

use super::scope::House;
use crate::context::{Ctx, Tx};
use crate::error::Result;
use crate::incidents::rules::{self, Known};
use crate::incidents::store;

/// Writes the clocks of an incident as they are now, within a change to it; gives it with the first end of those that run,
/// and the clocks.
pub(super) async fn keep(
    ctx: &Ctx,
    tx: &Tx,
    house: &House,
    row: incident::Model,
) -> Result<(incident::Model, Vec<incident_clock::Model>)> {
    let (db, scope, id) = (tx.db(), tx.scope(), row.id);
    let targets = store::affected_as(db, scope, id).await?;
    let countries = store::countries(db, scope, &[id]).await?.into_iter();
    let countries: Vec<_> = countries.filter_map(|one| one.country).collect();
    let regimes = rules::regimes(house.establishment.as_deref(), &countries);
    let notifications = store::notifications_of(db, scope, &[id]).await?;
    let before = store::clocks_of(db, scope, &[id]).await?;
    let known = Known {
        incident: &row,
        notifications: &notifications,
        regimes: &regimes,
        affected: rules::Affected {
            subjects: targets.contains(&NotificationTarget::Subject),
            controllers: targets.contains(&NotificationTarget::Controller),
        },
    };
    let clocks = rules::clocks(known, before.clone(), ctx.now());
    store::save_clocks(db, &before, &clocks).await?;
    let next_due_at = rules::next_due(&clocks);
    let row = incident::Model { next_due_at, ..row };
    Ok((row, clocks))
}
