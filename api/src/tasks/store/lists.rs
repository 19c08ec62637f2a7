//! Statements over lists of tasks.

use std::collections::HashMap;

use entity::enums::{TaskKind, TaskSkipReason, TaskStatus};
use entity::id::{RequestId, RequestItemId};
use entity::task;
use entity::time::Timestamp;
use sea_orm::{
    ColumnTrait, ConnectionTrait, FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use crate::error::Result;
use crate::platform::db::{Scope, after_place, pages_of, rows};
use crate::platform::page::{CheckedPage, Cursor, Page};
use crate::tasks::service::TaskFilter;

/// A page of tasks, in the order in which they were planned.
pub(in crate::tasks) async fn page(
    db: &impl ConnectionTrait,
    scope: Scope,
    filter: &TaskFilter,
    page: &CheckedPage,
) -> Result<Page<task::Model>> {
    use task::Column;
    let mut select = scope.select::<task::Entity>();
    if let Some(system) = &filter.system {
        select = select.filter(Column::System.eq(system.as_str()));
    }
    if let Some(among) = &filter.among {
        select = select.filter(Column::System.is_in(among));
    }
    if let Some(request) = filter.request {
        select = select.filter(Column::RequestId.eq(request));
    }
    if let Some(rule) = filter.rule {
        select = select.filter(Column::RuleId.eq(rule));
    }
    if let Some(notification) = filter.notification {
        select = select.filter(Column::NotificationId.eq(notification));
    }
    if let Some(despite) = filter.despite {
        let is = if despite {
            Column::Despite.is_not_null()
        } else {
            Column::Despite.is_null()
        };
        select = select.filter(is);
    }
    if !filter.statuses.is_empty() {
        select = select.filter(Column::Status.is_in(filter.statuses.iter().copied()));
    }
    if !filter.kinds.is_empty() {
        select = select.filter(Column::Kind.is_in(filter.kinds.iter().copied()));
    }
    if let Some(after) = page.after {
        let place = after_place((Column::PlannedAt, Column::Id), after, false);
        select = select.filter(place);
    }
    let select = select
        .order_by_asc(Column::PlannedAt)
        .order_by_asc(Column::Id)
        .limit(page.limit_and_one());
    let rows = rows(db, select).await?;
    Ok(Page::of(rows, page, |row| Cursor {
        key: row.planned_at.as_millis(),
        id: row.id.uuid(),
    }))
}

/// What tells how far a task is.
#[derive(Debug, Clone, FromQueryResult)]
pub(in crate::tasks) struct Brief {
    pub(in crate::tasks) item_id: Option<RequestItemId>,
    pub(in crate::tasks) kind: TaskKind,
    pub(in crate::tasks) system: String,
    pub(in crate::tasks) status: TaskStatus,
    pub(in crate::tasks) status_at: Timestamp,
    pub(in crate::tasks) skipped: Option<TaskSkipReason>,
    pub(in crate::tasks) changed: bool,
    pub(in crate::tasks) leased_until: Option<Timestamp>,
}

/// How far the tasks of some items are.
pub(in crate::tasks) async fn briefs_of_items(
    db: &impl ConnectionTrait,
    scope: Scope,
    items: &[RequestItemId],
) -> Result<Vec<Brief>> {
    use task::Column;
    let columns = [
        Column::ItemId,
        Column::Kind,
        Column::System,
        Column::Status,
        Column::StatusAt,
        Column::Skipped,
        Column::Changed,
        Column::LeasedUntil,
    ];
    let select = scope.select::<task::Entity>();
    Ok(select
        .select_only()
        .columns(columns)
        .filter(Column::ItemId.is_in(items.iter().copied()))
        .into_model::<Brief>()
        .all(db)
        .await?)
}

/// A page of the tasks of each of some items, in the order in which they were planned.
pub(in crate::tasks) async fn of_items(
    db: &impl ConnectionTrait,
    scope: Scope,
    items: &[RequestItemId],
    page: &CheckedPage,
) -> Result<HashMap<RequestItemId, Page<task::Model>>> {
    use task::{Column, Entity, Model};
    let columns = [Column::ItemId, Column::PlannedAt, Column::Id];
    let place = |row: &Model| (row.item_id, row.planned_at, row.id.uuid());
    pages_of::<Entity, _>(db, scope, items, page, columns, place).await
}

/// How many tasks a request has.
pub(in crate::tasks) async fn count_of_request(
    db: &impl ConnectionTrait,
    scope: Scope,
    request: RequestId,
) -> Result<u64> {
    let select = scope.select::<task::Entity>();
    Ok(select
        .filter(task::Column::RequestId.eq(request))
        .count(db)
        .await?)
}
