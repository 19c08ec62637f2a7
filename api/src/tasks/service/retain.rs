//! Tasks that retention rules want: planned when something is due, ended when it is not any more.

use std::sync::Arc;

use entity::enums::DataClass;
use entity::task;

use super::item::skip;
use super::plan::{ByRule, NewTask, plan_each};
use crate::auth;
use crate::context::{App, Ctx};
use crate::error::Result;
use crate::platform::page::Cursor;
use crate::retention::{self, service::Work};
use crate::tasks::store;
use crate::vault::Owner;

/// How many tasks are planned in one change: others must write in between.
const AT_ONCE: u64 = 500;

/// Plans what is due by the retention rules of all controllers, and ends what is not any more.
///
/// # Errors
/// As every statement, where the controllers cannot be listed.
pub(crate) async fn retain(app: &Arc<App>) -> Result<()> {
    for row in auth::service::controllers(app).await? {
        let ctx = auth::service::operator(app, &row);
        // One that fails keeps no other from it.
        if let Err(error) = retain_one(&ctx).await {
            let cause = error.for_log();
            tracing::error!(controller = %row.id, cause, "what is due by retention rules could not be planned");
        }
    }
    Ok(())
}

async fn retain_one(ctx: &Ctx) -> Result<()> {
    while end_unwanted(ctx).await? {}
    for work in retention::service::work(ctx).await? {
        let mut after = None;
        while let Some(last) = plan_some(ctx, &work, after).await? {
            after = Some(last);
        }
    }
    Ok(())
}

/// Ends some tasks that are not wanted any more; whether there may be others.
async fn end_unwanted(ctx: &Ctx) -> Result<bool> {
    let wanted = retention::service::wanted(ctx, None).await?;
    let found = store::unwanted(ctx.db(), ctx.scope(), &wanted, false).await?;
    if found.is_empty() {
        return Ok(false);
    }
    let keys = found.iter().map(|row| row.key_id);
    let keys = ctx.vault().keys(ctx.db(), ctx.scope(), keys).await?;
    let controller_key = ctx.controller_key().await?;
    // What was erased meanwhile has no key any more; that it is not due is nobody's secret.
    let key_of = |row: &task::Model| keys.get(&row.key_id).unwrap_or(&controller_key);
    let mut tx = ctx.begin().await?;
    let rows = store::unwanted(tx.db(), tx.scope(), &wanted, true).await?;
    if rows.is_empty() {
        tx.rollback().await?;
        return Ok(false);
    }
    for row in rows {
        let key = Arc::clone(key_of(&row));
        let skipped = skip(ctx, &mut tx, &key, row)?;
        store::update(tx.db(), tx.scope(), skipped).await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// Plans some of what is due, after a place; gives the place of the last, where there may be more.
async fn plan_some(ctx: &Ctx, work: &Work, after: Option<Cursor>) -> Result<Option<Cursor>> {
    let found = retention::service::unplanned(ctx, &work.span, after, AT_ONCE).await?;
    if found.is_empty() {
        return Ok(None);
    }
    let mut owners: Vec<_> = found.iter().map(|due| due.customer_id).collect();
    owners.sort_unstable();
    owners.dedup();
    let owners: Vec<_> = owners.into_iter().map(Owner::customer).collect();
    let (scope, class) = (ctx.scope(), DataClass::Request);
    let keys = ctx
        .vault()
        .ensure(&ctx.app.db, scope, &owners, class, ctx.now());
    let keys = keys.await?;
    let mut tx = ctx.begin().await?;
    // Another instance may have planned them meanwhile.
    let found = retention::service::unplanned_in(&tx, &work.span, after, AT_ONCE).await?;
    let last = found.last().map(|due| Cursor {
        key: due.at.as_millis(),
        id: due.anchor_id,
    });
    let new = found.into_iter().filter_map(|due| {
        let key = keys.get(&due.customer_id.uuid())?;
        let task = NewTask {
            kind: work.span.kind,
            system: work.span.system.clone(),
            request: None,
            item: None,
            scope: None,
            customer: Some(due.customer_id),
            identifier: None,
            instructions: None,
            secret: None,
            due: Some(ByRule {
                rule: work.rule.row.id,
                version: work.rule.row.version,
                anchor: due.anchor_id,
                at: due.at,
            }),
        };
        Some((Arc::clone(key), task))
    });
    let new: Vec<_> = new.collect();
    if new.is_empty() {
        tx.rollback().await?;
        return Ok(last);
    }
    let pins = new.iter().map(|(key, _)| key.id());
    let mut pins: Vec<_> = pins.collect();
    pins.sort_unstable();
    pins.dedup();
    ctx.vault().pin(tx.inner(), tx.scope(), pins).await?;
    let count = new.len();
    plan_each(ctx, &mut tx, new).await?;
    tx.commit().await?;
    tracing::info!(rule = %work.rule.row.id, system = work.span.system, count, "planned what is due");
    Ok(last)
}
