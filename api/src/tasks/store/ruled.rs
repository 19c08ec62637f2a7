//! Statements over tasks that are for no request, and may not be wanted any more: those of retention rules, and those that
//! tell of incidents.

use entity::enums::TaskStatus;
use entity::id::{IncidentNotificationId, TaskId};
use entity::task;
use sea_orm::sea_query::{ExprTrait as _, SimpleExpr};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, QueryFilter, QuerySelect};

use crate::error::Result;
use crate::incidents;
use crate::platform::db::{Scope, locked_skipping, rows};
use crate::retention;

/// How many tasks that are not wanted any more are ended in one change.
const MOST_UNWANTED: u64 = 100;

/// Which tasks are not wanted any more.
#[derive(Debug, Clone, Copy)]
pub(in crate::tasks) enum Unwanted<'a> {
    /// Those that retention rules do not want, which want these.
    ByRules(&'a [retention::Wanted]),
    /// Those of this notification of an incident, which was withdrawn.
    Notices(IncidentNotificationId),
}

impl Unwanted<'_> {
    fn condition(self, db: &impl ConnectionTrait) -> Condition {
        use task::Column;
        match self {
            Self::ByRules(wanted) => Condition::all()
                .add(Column::RuleId.is_not_null())
                .add(retention::is_wanted(db, wanted).not()),
            Self::Notices(id) => Condition::all().add(Column::NotificationId.eq(id)),
        }
    }
}

/// That a task is for a request, or is still wanted by what else it is for.
pub(super) fn is_wanted(db: &impl ConnectionTrait, rules: &[retention::Wanted]) -> Condition {
    use task::Column;
    let or_none =
        |column: Column, wanted: SimpleExpr| Condition::any().add(column.is_null()).add(wanted);
    Condition::all()
        .add(or_none(Column::RuleId, retention::is_wanted(db, rules)))
        .add(or_none(Column::NotificationId, incidents::still_tells()))
}

/// Whether a task is still wanted.
pub(in crate::tasks) async fn is_wanted_still(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: TaskId,
    wanted: &[retention::Wanted],
) -> Result<bool> {
    let select = scope
        .select::<task::Entity>()
        .filter(task::Column::Id.eq(id))
        .filter(is_wanted(db, wanted));
    Ok(select.one(db).await?.is_some())
}

/// Tasks that are not wanted any more, but for those that somebody is at; kept for the caller until its transaction ends.
pub(in crate::tasks) async fn unwanted(
    db: &impl ConnectionTrait,
    scope: Scope,
    unwanted: Unwanted<'_>,
    kept: bool,
) -> Result<Vec<task::Model>> {
    let open = [
        TaskStatus::Pending,
        TaskStatus::Failed,
        TaskStatus::Retained,
    ];
    let select = scope
        .select::<task::Entity>()
        .filter(task::Column::Status.is_in(open))
        .filter(unwanted.condition(db))
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

/// Whether a task of a notification has not ended.
pub(in crate::tasks) async fn is_any_left(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: IncidentNotificationId,
) -> Result<bool> {
    use task::Column;
    let open = [TaskStatus::Pending, TaskStatus::Claimed, TaskStatus::Failed];
    let select = scope
        .select::<task::Entity>()
        .filter(Column::NotificationId.eq(id))
        .filter(Column::Status.is_in(open))
        .limit(1);
    Ok(!rows(db, select).await?.is_empty())
}
