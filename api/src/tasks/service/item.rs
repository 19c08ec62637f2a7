//! The tasks of one thing that a request asks for: how far they are, and what becomes of them as it moves on. But for
//! `retry_alone`, every function here is called within a change of others, who have locked what the task is for.

use std::collections::HashSet;
use std::sync::Arc;

use entity::enums::{ErrorCode, EventType, Log, TaskKind, TaskSkipReason, TaskStatus};
use entity::id::{RequestId, RequestItemId, TaskId};
use entity::task;
use entity::time::Timestamp;

use crate::context::{Begun, Ctx, Once, Tx, only_id};
use crate::error::{Error, Result};
use crate::ledger::{Event, Fields};
use crate::retention;
use crate::tasks::store::Brief;
use crate::tasks::{rules, store};
use crate::vault::{DataKey, ERASED};

/// How far the tasks of an item are.
#[derive(Debug, Clone, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "what is so of some tasks, independently of each other"
)]
pub(crate) struct Standing {
    /// Whether there are any.
    pub(crate) any: bool,
    /// Whether one waits to be done, or is being done.
    pub(crate) open: bool,
    /// Whether one is being done at this moment.
    pub(crate) held: bool,
    /// Whether something was kept, failed, or was skipped although it was to be done.
    pub(crate) kept: bool,
    /// Whether something was changed already that cannot be taken back.
    pub(crate) changed: bool,
    /// When a system exported something last, or said that it cannot.
    pub(crate) exported_at: Option<Timestamp>,
    /// What there is to do in which system.
    pub(crate) systems: HashSet<(String, TaskKind)>,
}

impl Standing {
    pub(super) fn of<'a>(rows: impl IntoIterator<Item = &'a Brief>, now: Timestamp) -> Self {
        let mut standing = Self::default();
        for row in rows {
            standing.any = true;
            standing.open |= rules::is_open(row.status);
            standing.held |= is_held(row, now);
            standing.kept |= match row.status {
                TaskStatus::Retained | TaskStatus::Failed => true,
                TaskStatus::Skipped => !rules::is_nothing_missing(row.skipped),
                _ => false,
            };
            standing.changed |= row.changed;
            if row.kind == TaskKind::Export {
                standing.exported_at = standing.exported_at.max(Some(row.status_at));
            }
            standing.systems.insert((row.system.clone(), row.kind));
        }
        standing
    }
}

fn is_held(row: &Brief, now: Timestamp) -> bool {
    let until = |until: Timestamp| until.saturating_add(rules::GRACE);
    row.status == TaskStatus::Claimed && row.leased_until.is_some_and(|end| now < until(end))
}

/// How far the tasks of an item are.
///
/// # Errors
/// As every statement.
pub(crate) async fn standing(ctx: &Ctx, tx: &Tx, item: RequestItemId) -> Result<Standing> {
    // The request is locked: tasks begin and end meanwhile, and are not planned or tried again.
    let rows = store::briefs_of_items(tx.db(), tx.scope(), &[item]).await?;
    Ok(Standing::of(&rows, ctx.now()))
}

/// What an item does, to its tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// It is being worked on.
    Works,
    /// It stands still.
    Stands,
    /// It has ended.
    Ended,
}

/// Lets the tasks of an item follow it: they go on, stand still, or are not wanted any more.
///
/// # Errors
/// As every statement.
pub(crate) async fn follow(
    ctx: &Ctx,
    tx: &mut Tx,
    key: &Arc<DataKey>,
    item: RequestItemId,
    pace: Pace,
) -> Result<()> {
    let rows = store::lock_of_item(tx.db(), tx.scope(), item).await?;
    for row in rows {
        let open = rules::is_open(row.status);
        let after = match pace {
            Pace::Works => task::Model {
                suspended: false,
                ..row.clone()
            },
            Pace::Stands if open => task::Model {
                suspended: true,
                ..row.clone()
            },
            Pace::Ended if open => skip(ctx, tx, key, row.clone())?,
            // What failed is nobody's to wait for any more.
            Pace::Ended if row.status == TaskStatus::Failed => task::Model {
                suspended: true,
                ..row.clone()
            },
            Pace::Stands | Pace::Ended => continue,
        };
        if after != row {
            store::update(tx.db(), tx.scope(), after).await?;
        }
    }
    Ok(())
}

fn skipped(row: task::Model, now: Timestamp) -> task::Model {
    task::Model {
        status: TaskStatus::Skipped,
        status_at: now,
        skipped: Some(TaskSkipReason::NotWanted),
        suspended: false,
        postponed: None,
        secret: None,
        // Whoever holds it says nothing about it any more.
        lease: None,
        version: row.version + 1,
        ..row
    }
}

/// Has a task done again that failed, was skipped, or kept something.
///
/// # Errors
/// `NotFound`; Invalid for a task that has not ended so.
pub(crate) async fn retry(
    ctx: &Ctx,
    tx: &mut Tx,
    key: &Arc<DataKey>,
    id: TaskId,
    suspended: bool,
) -> Result<()> {
    let row = store::lock(tx.db(), tx.scope(), id).await?;
    again(ctx, tx, key, row, suspended).await
}

/// The same of a task that is of no request, in a change of its own.
///
/// # Errors
/// `NotFound`; Invalid for a task that has not ended so; Refused (`TRANSITION_NOT_ALLOWED`) where it is not wanted any
/// more.
pub(crate) async fn retry_alone(ctx: &Ctx, id: TaskId, once: Once) -> Result<TaskId> {
    let key_id = store::one(ctx.db(), ctx.scope(), id).await?.key_id;
    let mut keys = ctx.vault().keys(ctx.db(), ctx.scope(), [key_id]).await?;
    let key = keys.remove(&key_id).ok_or(ERASED)?;
    let wanted = retention::service::wanted(ctx, ctx.db(), None).await?;
    let mut tx = match ctx.begin_once(&once, &[id.to_string()]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(ids) => return only_id(&ids, "task"),
    };
    let row = store::lock(tx.db(), tx.scope(), id).await?;
    if row.skipped == Some(TaskSkipReason::NotWanted)
        || !store::is_wanted_still(tx.db(), tx.scope(), id, &wanted).await?
    {
        tx.rollback().await?;
        let reason = "it is not wanted any more".to_owned();
        let code = ErrorCode::TransitionNotAllowed;
        return Err(ctx.refuse(code, reason, id.to_string()).await);
    }
    again(ctx, &mut tx, &key, row, false).await?;
    tx.commit().await?;
    Ok(id)
}

async fn again(
    ctx: &Ctx,
    tx: &mut Tx,
    key: &Arc<DataKey>,
    row: task::Model,
    suspended: bool,
) -> Result<()> {
    let ended = matches!(
        row.status,
        TaskStatus::Failed | TaskStatus::Skipped | TaskStatus::Retained
    );
    // One that waits is tried now.
    let waits = row.status == TaskStatus::Pending && ctx.now() < row.not_before;
    if !(ended || waits) || row.kind == TaskKind::SendCode {
        let problem = "is not one that failed, was skipped, keeps something or waits";
        return Err(Error::invalid("taskId", problem));
    }
    let fields = Fields::new().with("before", row.status.as_str());
    let event_id = record(tx, key, &row, EventType::TaskRetried, fields)?;
    let now = ctx.now();
    let again = task::Model {
        status: TaskStatus::Pending,
        status_at: now,
        not_before: now,
        failures: 0,
        suspended,
        postponed: None,
        skipped: None,
        lease: None,
        version: row.version + 1,
        event_id,
        ..row
    };
    store::update(tx.db(), tx.scope(), again).await
}

/// Takes back what is still to be sent of codes for a request: a newer one takes their place, or nobody waits for it.
///
/// # Errors
/// As every statement.
pub(crate) async fn withdraw_codes(
    ctx: &Ctx,
    tx: &mut Tx,
    key: &Arc<DataKey>,
    request: RequestId,
) -> Result<()> {
    for row in store::lock_codes(tx.db(), tx.scope(), request).await? {
        let skipped = skip(ctx, tx, key, row)?;
        store::update(tx.db(), tx.scope(), skipped).await?;
    }
    Ok(())
}

/// A task that is not wanted any more.
pub(super) fn skip(
    ctx: &Ctx,
    tx: &mut Tx,
    key: &Arc<DataKey>,
    row: task::Model,
) -> Result<task::Model> {
    let skipped = skipped(row, ctx.now());
    let fields = Fields::new()
        .with("status", skipped.status.as_str())
        .with("skipReason", TaskSkipReason::NotWanted.as_str());
    let event_id = record(tx, key, &skipped, EventType::TaskCompleted, fields)?;
    Ok(task::Model {
        event_id,
        ..skipped
    })
}

fn record(
    tx: &mut Tx,
    key: &Arc<DataKey>,
    row: &task::Model,
    kind: EventType,
    fields: Fields,
) -> Result<entity::id::EventId> {
    tx.record(Event {
        kind,
        log: Log::Main,
        object: row.id.to_string(),
        customer: row.customer_id,
        key,
        fields: fields.with("system", row.system.as_str()),
    })
}
