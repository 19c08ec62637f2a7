//! Statements over tasks that retention rules want, or do not want any more.

use entity::enums::TaskStatus;
use entity::id::TaskId;
use entity::task;
use sea_orm::sea_query::ExprTrait as _;
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QuerySelect};

use crate::error::Result;
use crate::platform::db::{Scope, locked_skipping, rows};
use crate::retention;

/// How many tasks that are not wanted any more are ended in one change.
const MOST_UNWANTED: u64 = 100;

/// Whether retention rules still want a task that is theirs; so they do any other.
pub(in crate::tasks) async fn is_wanted_still(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: TaskId,
    wanted: &[retention::Wanted],
) -> Result<bool> {
    let select = scope
        .select::<task::Entity>()
        .filter(task::Column::Id.eq(id))
        .filter(task::Column::RuleId.is_not_null())
        .filter(retention::is_wanted(db, wanted).not());
    Ok(select.one(db).await?.is_none())
}

/// Tasks that retention rules do not want any more, but for those that somebody is at; kept for the caller until its
/// transaction ends.
pub(in crate::tasks) async fn unwanted(
    db: &impl ConnectionTrait,
    scope: Scope,
    wanted: &[retention::Wanted],
    kept: bool,
) -> Result<Vec<task::Model>> {
    use task::Column;
    let open = [
        TaskStatus::Pending,
        TaskStatus::Failed,
        TaskStatus::Retained,
    ];
    let select = scope
        .select::<task::Entity>()
        .filter(Column::RuleId.is_not_null())
        .filter(Column::Status.is_in(open))
        .filter(retention::is_wanted(db, wanted).not())
        .limit(MOST_UNWANTED);
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
