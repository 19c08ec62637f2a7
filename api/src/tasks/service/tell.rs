//! Tasks by which customers are told of incidents: planned when somebody has said so, ended when nothing happened after all.

use std::sync::Arc;

use entity::enums::{DataClass, IdentifierKind, TaskKind};
use entity::id::CustomerId;
use entity::incident_notification;

use super::end::end_unwanted;
use super::plan::{NewTask, plan_each};
use crate::auth;
use crate::context::{App, Ctx};
use crate::error::Result;
use crate::incidents;
use crate::tasks::store::{self, Unwanted};
use crate::vault::{ERASED, Owner};

/// How many tasks are planned in one change: others must write in between.
const AT_ONCE: u64 = 500;

/// Plans the tasks of the notifications of all controllers, and ends those that are not wanted any more.
///
/// # Errors
/// As every statement, where the controllers cannot be listed.
pub(crate) async fn tell(app: &Arc<App>) -> Result<()> {
    for row in auth::service::controllers(app).await? {
        let ctx = auth::service::operator(app, &row);
        // One that fails keeps no other from it.
        if let Err(error) = tell_one(&ctx).await {
            let cause = error.for_log();
            tracing::error!(controller = %row.id, cause, "notices of incidents could not be planned");
        }
    }
    Ok(())
}

async fn tell_one(ctx: &Ctx) -> Result<()> {
    for (said, kinds) in incidents::service::planning(ctx).await? {
        // One that fails keeps no other from it.
        if let Err(error) = tell_of(ctx, &said, &kinds).await {
            let cause = error.for_log();
            tracing::error!(notification = %said.id, cause, "who is told could not be planned");
        }
    }
    Ok(())
}

async fn tell_of(
    ctx: &Ctx,
    said: &incident_notification::Model,
    kinds: &[IdentifierKind],
) -> Result<()> {
    if said.withdrawn_at.is_some() {
        return withdraw(ctx, said).await;
    }
    let mut after = None;
    while let Some(next) = plan_some(ctx, said, kinds, after).await? {
        after = next;
    }
    finish(ctx, said, kinds).await
}

/// Ends the tasks of a notification that was withdrawn; one that somebody is at is ended later.
async fn withdraw(ctx: &Ctx, said: &incident_notification::Model) -> Result<()> {
    while end_unwanted(ctx, Unwanted::Notices(said.id)).await? {}
    if store::is_any_left(ctx.db(), ctx.scope(), said.id).await? {
        return Ok(());
    }
    incidents::service::withdrawn(ctx, said).await
}

/// Plans some of the tasks of a notification, after a place; gives the place to go on after, where there may be more.
async fn plan_some(
    ctx: &Ctx,
    said: &incident_notification::Model,
    kinds: &[IdentifierKind],
    after: Option<CustomerId>,
) -> Result<Option<Option<CustomerId>>> {
    let place = (after, AT_ONCE);
    let found = incidents::service::untold(ctx, said, kinds, place).await?;
    if found.is_empty() {
        return Ok(None);
    }
    let owners: Vec<_> = found
        .iter()
        .map(|row| Owner::customer(row.customer_id))
        .collect();
    let (scope, class) = (ctx.scope(), DataClass::Request);
    let keys = ctx
        .vault()
        .ensure(&ctx.app.db, scope, &owners, class, ctx.now());
    let keys = keys.await?;
    let mut tx = ctx.begin().await?;
    // Another instance may have planned them meanwhile, or nothing happened after all.
    let found = incidents::service::untold_in(&tx, said, kinds, place).await?;
    let Some(found) = found.filter(|found| !found.is_empty()) else {
        tx.rollback().await?;
        return Ok(None);
    };
    if found
        .iter()
        .any(|row| !keys.contains_key(&row.customer_id.uuid()))
    {
        // Another instance has planned those whose keys these are: the next ones have theirs to be made first.
        tx.rollback().await?;
        return Ok(Some(after));
    }
    let last = found.last().map(|row| row.customer_id);
    let system = said.system.clone().unwrap_or_default();
    let new = found.into_iter().filter_map(|row| {
        let key = keys.get(&row.customer_id.uuid())?;
        let task = NewTask {
            notification: Some(said.id),
            ..NewTask::of(TaskKind::Notify, system.clone(), Some(row.customer_id))
        };
        Some((Arc::clone(key), task))
    });
    let new: Vec<_> = new.collect();
    let pins = new.iter().map(|(key, _)| key.id()).collect();
    ctx.vault().pin(tx.inner(), tx.scope(), pins).await?;
    plan_each(ctx, &mut tx, new).await?;
    tx.commit().await?;
    Ok(Some(last))
}

/// Says that all tasks of a notification are planned, where they are.
async fn finish(
    ctx: &Ctx,
    said: &incident_notification::Model,
    kinds: &[IdentifierKind],
) -> Result<()> {
    let keys = ctx.vault().keys(ctx.db(), ctx.scope(), [said.key_id]);
    let key = keys.await?.remove(&said.key_id).ok_or(ERASED)?;
    let mut tx = ctx.begin().await?;
    let left = incidents::service::untold_in(&tx, said, kinds, (None, 1)).await?;
    if left.is_none_or(|left| !left.is_empty()) {
        // Somebody else has said so, or somebody came to be known meanwhile: they are looked for again.
        return tx.rollback().await;
    }
    incidents::service::stay_untold(&mut tx, said, &key).await?;
    tx.commit().await?;
    tracing::info!(notification = %said.id, "planned who is told");
    Ok(())
}
