//! Statements over tasks and what they could not erase.

mod attachments;
mod lists;
mod ruled;

use std::collections::HashMap;

use entity::enums::{TaskKind, TaskStatus};
use entity::id::{CustomerId, IntegrationId, LeaseId, RequestId, RequestItemId, TaskId};
use entity::time::Timestamp;
use entity::{task, task_retention};
use sea_orm::sea_query::{Expr, ExprTrait as _, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select, Set,
};

use crate::customers::members_of;
use crate::error::{Error, Result};
use crate::platform::db::{Scope, insert_rows, locked, locked_skipping, rows};
pub(super) use crate::retention::hold_still;
use crate::retention::{self, Guarded, guard};
use crate::tasks::rules;
use crate::vault::Column;

pub(super) use attachments::{
    attachment, attachments_of, chunk, count_attachments, delete_file, finish_attachment,
    insert_attachment, insert_chunk, unfinished,
};
pub(super) use lists::{Brief, briefs_of_items, count_of_request, of_items, page};
pub(super) use ruled::{Unwanted, is_any_left, is_wanted_still, unwanted};

/// Cell of what whoever does a task must know.
pub(super) const INSTRUCTIONS: Column = ("task", "instructions");
/// Cell of what nobody else may know.
pub(super) const SECRET: Column = ("task", "secret");
/// Cell of why a task failed or was skipped.
pub(super) const NOTE: Column = ("task", "note");
/// Cell of what shows that a task was done.
pub(super) const EVIDENCE: Column = ("task", "evidence");
/// Cell of what is kept.
pub(super) const WHAT: Column = ("task_retention", "what");
/// Cell of what a file is called.
pub(super) const FILE_NAME: Column = ("task_attachment", "name");
/// Cell of the digest of a file.
pub(super) const FILE_DIGEST: Column = ("task_attachment", "digest");
/// Cell of a part of a file.
pub(super) const FILE_PART: Column = ("task_attachment_chunk", "content");

/// How many tasks in which something is kept are shown of a customer.
const MOST_KEPT: u64 = 100;

/// How many lapsed tasks are looked at in one change.
const MOST_LAPSED: u64 = 100;

const NOT_FOUND: Error = Error::NotFound { what: "task" };

/// Whose data a task erases, and where. One that is about a user of a customer's site counts as the customer's.
const OF_TASK: Guarded<'static> = Guarded {
    controller: "task.controller_id",
    customer: "coalesce(task.customer_id, (select q.customer_id from request q
        where q.controller_id = task.controller_id and q.id = task.request_id))",
    system: "task.system",
};

/// What somebody asks for who wants to work.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// The system.
    pub(super) system: &'a str,
    /// Codes are given that were made since; none, where they may not be given any.
    pub(super) codes_since: Option<Timestamp>,
    /// The present instant.
    pub(super) now: Timestamp,
    /// What retention rules want.
    pub(super) rules: &'a [retention::Wanted],
    /// How many at the most.
    pub(super) limit: u64,
}

/// Tasks that can be handed out now, those first that have waited longest; kept for the caller until its transaction
/// ends. Those that somebody else is being given at this moment are left out.
pub(super) async fn due(
    db: &impl ConnectionTrait,
    scope: Scope,
    wanted: Wanted<'_>,
) -> Result<Vec<task::Model>> {
    rows(db, locked_skipping(db, handed_out(db, scope, wanted))).await
}

/// Whether there are any.
pub(super) async fn is_any_due(
    db: &impl ConnectionTrait,
    scope: Scope,
    wanted: Wanted<'_>,
) -> Result<bool> {
    let first = Wanted { limit: 1, ..wanted };
    Ok(!rows(db, handed_out(db, scope, first)).await?.is_empty())
}

fn handed_out(db: &impl ConnectionTrait, scope: Scope, wanted: Wanted<'_>) -> Select<task::Entity> {
    use task::Column;
    let in_the_way = Condition::any()
        .add(exports_to_come())
        .add(guard(db, &OF_TASK, wanted.now));
    let erases = Condition::all()
        .add(Column::Kind.is_in(rules::GUARDED))
        .add(in_the_way);
    let mut select = scope
        .select::<task::Entity>()
        .filter(Column::System.eq(wanted.system))
        .filter(Column::Status.is_in([TaskStatus::Pending, TaskStatus::Retained]))
        .filter(Column::NotBefore.lte(wanted.now))
        .filter(Column::Suspended.eq(false))
        .filter(erases.not())
        .filter(ruled::is_wanted(db, wanted.rules));
    select = select.filter(match wanted.codes_since {
        // One that counts no more when it arrives helps nobody.
        Some(since) => Condition::any()
            .add(Column::Kind.ne(TaskKind::SendCode))
            .add(
                // Of one that came from another installation, the code did not.
                Condition::all()
                    .add(Column::PlannedAt.gte(since))
                    .add(Column::Secret.is_not_null()),
            ),
        None => Condition::any().add(Column::Kind.ne(TaskKind::SendCode)),
    });
    select
        .order_by_asc(Column::NotBefore)
        .order_by_asc(Column::Id)
        .limit(wanted.limit)
}

/// Tasks whose holder did not report in time; kept for the caller until its transaction ends.
pub(super) async fn lapsed(
    db: &impl ConnectionTrait,
    scope: Scope,
    system: &str,
    before: Timestamp,
    kept: bool,
) -> Result<Vec<task::Model>> {
    use task::Column;
    let select = scope
        .select::<task::Entity>()
        .filter(Column::System.eq(system))
        .filter(Column::Status.eq(TaskStatus::Claimed))
        .filter(Column::LeasedUntil.lt(before))
        .limit(MOST_LAPSED);
    rows(
        db,
        if kept {
            locked_skipping(db, select)
        } else {
            select
        },
    )
    .await
}

/// That exports for the same request, or the same customer, are to come: what was erased cannot be exported any more. One
/// that failed is to be tried again, unless what it was for has ended. What is due by a retention rule waits for every
/// request of the customer to see their data.
fn exports_to_come() -> SimpleExpr {
    let members = members_of("task.controller_id", "task.customer_id");
    let asks = "q.closed_at is null and exists (select 1 from request_item i where i.controller_id = q.controller_id
        and i.request_id = q.id and i.kind in ('ACCESS', 'PORTABILITY'))";
    let open = "x.kind = 'EXPORT' and (x.status in ('PENDING', 'CLAIMED') or x.status = 'FAILED' and not x.suspended)";
    // Separate questions, so that each has its index.
    Expr::cust(format!(
        "(exists (select 1 from task x where x.controller_id = task.controller_id
                and x.request_id = task.request_id and {open})
            or exists (select 1 from task x where x.controller_id = task.controller_id
                and x.customer_id in {members} and {open})
            or task.rule_id is not null and exists (select 1 from request q where q.controller_id = task.controller_id
                and q.customer_id in {members} and {asks}))"
    ))
}

/// Those of some tasks that erase what must not be erased now.
pub(super) async fn guarded(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[TaskId],
    now: Timestamp,
) -> Result<Vec<TaskId>> {
    use task::Column;
    let select = scope
        .select::<task::Entity>()
        .select_only()
        .column(Column::Id)
        .filter(Column::Id.is_in(ids.iter().copied()))
        .filter(Column::Kind.is_in(rules::GUARDED))
        .filter(Column::Status.is_in([
            TaskStatus::Pending,
            TaskStatus::Claimed,
            TaskStatus::Retained,
        ]))
        .filter(guard(db, &OF_TASK, now));
    Ok(select.into_tuple().all(db).await?)
}

/// Hands tasks out under a lease.
pub(super) async fn lease(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[TaskId],
    (lease, to, until): (LeaseId, Option<IntegrationId>, Timestamp),
    now: Timestamp,
) -> Result<()> {
    use task::Column;
    let attempts = Expr::col(Column::Attempts).add(1);
    task::Entity::update_many()
        .col_expr(Column::Attempts, attempts)
        .set(task::ActiveModel {
            status: Set(TaskStatus::Claimed),
            status_at: Set(now),
            lease: Set(Some(lease)),
            leased_to: Set(to),
            leased_until: Set(Some(until)),
            ..Default::default()
        })
        .filter(Column::ControllerId.eq(scope.controller))
        .filter(Column::Id.is_in(ids.iter().copied()))
        .exec(db)
        .await?;
    Ok(())
}

/// Prolongs the lease of a task.
pub(super) async fn prolong(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: TaskId,
    until: Timestamp,
) -> Result<()> {
    let changed = task::ActiveModel {
        leased_until: Set(Some(until)),
        ..Default::default()
    };
    update_one(db, scope, id, changed).await
}

/// Inserts planned tasks.
pub(super) async fn insert(db: &impl ConnectionTrait, rows: Vec<task::Model>) -> Result<()> {
    insert_rows(db, rows).await
}

/// Inserts what a task could not erase.
pub(super) async fn insert_retentions(
    db: &impl ConnectionTrait,
    rows: Vec<task_retention::Model>,
) -> Result<()> {
    insert_rows(db, rows).await
}

/// Forgets what an earlier attempt at a task could not erase: the ledger keeps it.
pub(super) async fn delete_retentions(
    db: &impl ConnectionTrait,
    scope: Scope,
    task: TaskId,
) -> Result<()> {
    task_retention::Entity::delete_many()
        .filter(task_retention::Column::ControllerId.eq(scope.controller))
        .filter(task_retention::Column::TaskId.eq(task))
        .exec(db)
        .await?;
    Ok(())
}

/// What some tasks could not erase, as it was reported.
pub(super) async fn retentions_of(
    db: &impl ConnectionTrait,
    scope: Scope,
    tasks: &[TaskId],
) -> Result<Vec<task_retention::Model>> {
    use task_retention::Column;
    let select = scope.select::<task_retention::Entity>();
    Ok(select
        .filter(Column::TaskId.is_in(tasks.iter().copied()))
        .order_by_asc(Column::TaskId)
        .order_by_asc(Column::Position)
        .all(db)
        .await?)
}

/// What systems keep of some customers, each with the name of the system; as much as is shown at the most.
pub(super) async fn kept_of(
    db: &impl ConnectionTrait,
    scope: Scope,
    customers: &[CustomerId],
) -> Result<Vec<(String, task_retention::Model)>> {
    let kept = scope
        .select::<task_retention::Entity>()
        .select_only()
        .column(task_retention::Column::TaskId);
    let tasks = scope
        .select::<task::Entity>()
        .filter(task::Column::CustomerId.is_in(customers.iter().copied()))
        // Also while it is done again: it is kept until somebody says otherwise.
        .filter(task::Column::Id.in_subquery(kept.into_query()))
        .order_by_asc(task::Column::Id)
        .limit(MOST_KEPT);
    let tasks = rows(db, tasks).await?;
    let ids: Vec<_> = tasks.iter().map(|task| task.id).collect();
    let systems: HashMap<_, _> = tasks
        .into_iter()
        .map(|task| (task.id, task.system))
        .collect();
    let kept = retentions_of(db, scope, &ids).await?.into_iter();
    let with = |row: task_retention::Model| Some((systems.get(&row.task_id)?.clone(), row));
    Ok(kept.filter_map(with).collect())
}

pub(super) async fn by_ids(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: impl IntoIterator<Item = TaskId>,
) -> Result<Vec<task::Model>> {
    let select = scope.select::<task::Entity>();
    Ok(select.filter(task::Column::Id.is_in(ids)).all(db).await?)
}

/// A task.
///
/// # Errors
/// `NotFound` when it is not there.
pub(super) async fn one(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: TaskId,
) -> Result<task::Model> {
    by_ids(db, scope, [id]).await?.pop().ok_or(NOT_FOUND)
}

/// A task, kept from being changed by others until the change ends.
///
/// # Errors
/// `NotFound` when it is not there.
pub(super) async fn lock(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: TaskId,
) -> Result<task::Model> {
    let select = scope
        .select::<task::Entity>()
        .filter(task::Column::Id.eq(id));
    locked(db, select).one(db).await?.ok_or(NOT_FOUND)
}

/// The tasks of an item, kept from being changed by others until the change ends.
pub(super) async fn lock_of_item(
    db: &impl ConnectionTrait,
    scope: Scope,
    item: RequestItemId,
) -> Result<Vec<task::Model>> {
    let select = scope
        .select::<task::Entity>()
        .filter(task::Column::ItemId.eq(item))
        .order_by_asc(task::Column::Id);
    Ok(locked(db, select).all(db).await?)
}

/// The tasks of a request that send a code and have not been claimed, kept from being changed by others until the change
/// ends.
pub(super) async fn lock_codes(
    db: &impl ConnectionTrait,
    scope: Scope,
    request: RequestId,
) -> Result<Vec<task::Model>> {
    let select = scope
        .select::<task::Entity>()
        .filter(task::Column::RequestId.eq(request))
        .filter(task::Column::Kind.eq(TaskKind::SendCode))
        .filter(task::Column::Status.eq(TaskStatus::Pending))
        .order_by_asc(task::Column::Id);
    Ok(locked(db, select).all(db).await?)
}

/// Tasks of a system that send a code which is too old; kept for the caller until its transaction ends.
pub(super) async fn old_codes(
    db: &impl ConnectionTrait,
    scope: Scope,
    system: &str,
    before: Timestamp,
    kept: bool,
) -> Result<Vec<task::Model>> {
    let select = scope
        .select::<task::Entity>()
        .filter(task::Column::System.eq(system))
        .filter(task::Column::Status.eq(TaskStatus::Pending))
        .filter(task::Column::Kind.eq(TaskKind::SendCode))
        .filter(task::Column::PlannedAt.lt(before))
        .limit(MOST_LAPSED);
    rows(
        db,
        if kept {
            locked_skipping(db, select)
        } else {
            select
        },
    )
    .await
}

/// Writes what may change of a task.
pub(super) async fn update(
    db: &impl ConnectionTrait,
    scope: Scope,
    row: task::Model,
) -> Result<()> {
    let id = row.id;
    let changed = task::ActiveModel {
        status: Set(row.status),
        status_at: Set(row.status_at),
        postponed: Set(row.postponed),
        skipped: Set(row.skipped),
        not_before: Set(row.not_before),
        failures: Set(row.failures),
        changed: Set(row.changed),
        despite: Set(row.despite),
        suspended: Set(row.suspended),
        lease: Set(row.lease),
        leased_to: Set(row.leased_to),
        leased_until: Set(row.leased_until),
        secret: Set(row.secret),
        note: Set(row.note),
        evidence: Set(row.evidence),
        version: Set(row.version),
        event_id: Set(row.event_id),
        ..Default::default()
    };
    update_one(db, scope, id, changed).await
}

async fn update_one(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: TaskId,
    changed: task::ActiveModel,
) -> Result<()> {
    task::Entity::update_many()
        .set(changed)
        .filter(task::Column::ControllerId.eq(scope.controller))
        .filter(task::Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
}
