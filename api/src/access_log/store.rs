//! Statements over the access log.

use entity::access_log_entry::{Column, Entity, Model};
use entity::id::{AccessLogEntryId, CustomerId, IntegrationId};
use entity::time::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait as _,
};

use super::service::AccessFilter;
use crate::error::Result;
use crate::platform::db::{Scope, after_place, insert_rows};
use crate::platform::page::{CheckedPage, Cursor, Page};
use crate::vault;

/// Cell of what the person is known by on whose behalf it was.
pub(super) const STAFF: vault::Column = ("access_log_entry", "staff");
/// Cell of what it was for.
pub(super) const REASON: vault::Column = ("access_log_entry", "reason");

/// A day, in milliseconds.
pub(super) const DAY: i64 = 86_400_000;
/// How many different things of one customer are read at once: the latest.
const MOST_DAYS: u64 = 5_000;

pub(super) async fn insert(db: &impl ConnectionTrait, rows: Vec<Model>) -> Result<()> {
    insert_rows(db, rows).await
}

pub(super) async fn by_ids(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[AccessLogEntryId],
) -> Result<Vec<Model>> {
    let select = scope
        .select::<Entity>()
        .filter(Column::Id.is_in(ids.iter().copied()));
    Ok(select.all(db).await?)
}

/// Lines about one of some customers, or about everything.
fn about(customers: &[CustomerId]) -> Condition {
    let everything = Condition::all()
        .add(Column::CustomerId.is_null())
        .add(Column::RecordId.is_null());
    Condition::any()
        .add(Column::CustomerId.is_in(customers.iter().copied()))
        .add(everything)
}

/// A page of the log, the latest first.
pub(super) async fn page(
    db: &impl ConnectionTrait,
    scope: Scope,
    filter: &AccessFilter,
    page: &CheckedPage,
) -> Result<Page<Model>> {
    let mut select = scope.select::<Entity>();
    if let Some(among) = &filter.among {
        select = select.filter(about(among));
    }
    if let Some(integration) = filter.integration {
        select = select.filter(Column::IntegrationId.eq(integration));
    }
    if let Some(from) = filter.at.from {
        select = select.filter(Column::At.gte(from));
    }
    if let Some(until) = filter.at.until {
        select = select.filter(Column::At.lt(until));
    }
    if let Some(after) = page.after {
        select = select.filter(after_place((Column::At, Column::Id), after, true));
    }
    let select = select
        .order_by_desc(Column::At)
        .order_by_desc(Column::Id)
        .limit(page.limit_and_one());
    Ok(Page::of(select.all(db).await?, page, |row: &Model| {
        Cursor {
            key: row.at.as_millis(),
            id: row.id.uuid(),
        }
    }))
}

/// What was read on a day, by whom.
#[derive(Debug, FromQueryResult)]
pub(super) struct Daily {
    /// How many days after 1970-01-01.
    pub(super) day: i64,
    /// By whom; none for the command line.
    pub(super) integration_id: Option<IntegrationId>,
    /// Which fields.
    pub(super) fields: String,
}

/// What was read of some customers, each different thing once a day, the latest first, and by whom it was read.
pub(super) async fn days(
    db: &impl ConnectionTrait,
    scope: Scope,
    customers: &[CustomerId],
) -> Result<Vec<Daily>> {
    let day = Expr::col(Column::At).div(DAY);
    let select = scope
        .select::<Entity>()
        .select_only()
        .expr_as(day, "day")
        .column(Column::IntegrationId)
        .column(Column::Fields)
        .filter(about(customers))
        .distinct()
        .order_by_desc(Expr::col("day"))
        .order_by_asc(Column::IntegrationId)
        .limit(MOST_DAYS);
    Ok(select.into_model().all(db).await?)
}

/// Deletes some of the lines that are older than an instant, the oldest first; answers how many.
pub(super) async fn delete_before(
    db: &impl ConnectionTrait,
    scope: Scope,
    before: Timestamp,
    most: u64,
) -> Result<u64> {
    let oldest = scope
        .select::<Entity>()
        .select_only()
        .column(Column::Id)
        .filter(Column::At.lt(before))
        .order_by_asc(Column::At)
        .order_by_asc(Column::Id)
        .limit(most);
    let deleted = Entity::delete_many()
        .filter(Column::ControllerId.eq(scope.controller))
        .filter(Column::Id.in_subquery(oldest.into_query()))
        .exec(db)
        .await?;
    Ok(deleted.rows_affected)
}
