//! Tasks that retention rules want: planned when something is due, ended when it is not any more.

use std::sync::Arc;

use entity::enums::DataClass;

use super::end::end_unwanted;
use super::plan::{ByRule, NewTask, plan_each};
use crate::auth;
use crate::context::{App, Ctx};
use crate::error::Result;
use crate::platform::page::Cursor;
use crate::retention::{self, service::Work};
use crate::tasks::store::Unwanted;
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
    let wanted = retention::service::wanted(ctx, ctx.db(), None).await?;
    while end_unwanted(ctx, Unwanted::ByRules(&wanted)).await? {}
    for work in retention::service::work(ctx).await? {
        // One that fails keeps no other from it.
        if let Err(error) = plan_all(ctx, &work).await {
            let (rule, cause) = (work.rule.row.id, error.for_log());
            tracing::error!(%rule, system = work.span.system, cause, "what is due could not be planned");
        }
    }
    Ok(())
}

async fn plan_all(ctx: &Ctx, work: &Work) -> Result<()> {
    let mut after = None;
    while let Some(last) = plan_some(ctx, work, after).await? {
        after = Some(last);
    }
    Ok(())
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
    let found = retention::service::unplanned_in(&tx, work, after, AT_ONCE).await?;
    let last = found.last().map(|due| Cursor {
        key: due.at.as_millis(),
        id: due.anchor_id,
    });
    let new = found.into_iter().filter_map(|due| {
        let key = keys.get(&due.customer_id.uuid())?;
        let by_rule = ByRule {
            rule: work.rule.row.id,
            version: work.rule.row.version,
            anchor: due.anchor_id,
            at: due.at,
        };
        let (kind, system) = (work.span.kind, work.span.system.clone());
        let task = NewTask {
            due: Some(by_rule),
            ..NewTask::of(kind, system, Some(due.customer_id))
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
