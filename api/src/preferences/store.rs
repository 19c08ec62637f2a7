//! Statements over preferences.

use std::collections::HashMap;

use entity::id::{CustomerId, PreferenceId};
use entity::preference::{self, Column, Entity};
use sea_orm::sea_query::{
    Alias, Expr, ExprTrait as _, Order, OverStatement as _, Query, WindowStatement,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use super::service::PreferenceFilter;
use crate::customers::Clusters;
use crate::error::Result;
use crate::platform::db::{Scope, after_place, for_each_parent, insert_rows};
use crate::platform::page::{CheckedPage, Cursor, Page};
use crate::vault;

/// Cell of the address of the network.
pub(super) const IP: vault::Column = ("preference", "ip");
/// Cell of the program.
pub(super) const USER_AGENT: vault::Column = ("preference", "user_agent");
/// Cell of anything else.
pub(super) const NOTE: vault::Column = ("preference", "note");

pub(super) async fn insert(db: &impl ConnectionTrait, rows: Vec<preference::Model>) -> Result<()> {
    insert_rows(db, rows).await
}

pub(super) async fn by_ids(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[PreferenceId],
) -> Result<Vec<preference::Model>> {
    let select = scope
        .select::<Entity>()
        .filter(Column::Id.is_in(ids.iter().copied()));
    Ok(select.all(db).await?)
}

fn place(row: &preference::Model) -> Cursor {
    Cursor {
        key: row.at.as_millis(),
        id: row.id.uuid(),
    }
}

/// A page of what was said, the latest first by when it was recorded.
pub(super) async fn page(
    db: &impl ConnectionTrait,
    scope: Scope,
    filter: &PreferenceFilter,
    page: &CheckedPage,
) -> Result<Page<preference::Model>> {
    let mut select = scope.select::<Entity>();
    if !filter.statuses.is_empty() {
        select = select.filter(Column::Status.is_in(filter.statuses.iter().copied()));
    }
    if !filter.methods.is_empty() {
        select = select.filter(Column::Method.is_in(filter.methods.iter().copied()));
    }
    if let Some(purpose) = &filter.purpose {
        select = select.filter(Column::Purpose.eq(purpose.as_str()));
    }
    if let Some(scope) = filter.scope {
        select = select.filter(Column::Scope.eq(scope));
    }
    if let Some(after) = page.after {
        select = select.filter(after_place((Column::RecordedAt, Column::Id), after, true));
    }
    let select = select
        .order_by_desc(Column::RecordedAt)
        .order_by_desc(Column::Id)
        .limit(page.limit_and_one());
    let rows = select.all(db).await?;
    Ok(Page::of(rows, page, |row: &preference::Model| Cursor {
        key: row.recorded_at.as_millis(),
        id: row.id.uuid(),
    }))
}

/// A page of what each of some customers said, the latest first.
pub(super) async fn of_customers(
    db: &impl ConnectionTrait,
    scope: Scope,
    clusters: &Clusters,
    page: &CheckedPage,
) -> Result<HashMap<CustomerId, Page<preference::Model>>> {
    let customers = clusters.all();
    let selects = customers.iter().map(|customer| {
        let mut select = scope
            .select::<Entity>()
            .filter(Column::CustomerId.eq(*customer));
        if let Some(after) = page.after {
            select = select.filter(after_place((Column::At, Column::Id), after, true));
        }
        select
            .order_by_desc(Column::At)
            .order_by_desc(Column::Id)
            .limit(page.limit_and_one())
            .into_query()
    });
    let mut rows = Vec::new();
    for statement in for_each_parent(db.get_database_backend(), selects) {
        rows.extend(
            preference::Model::find_by_statement(statement)
                .all(db)
                .await?,
        );
    }
    let of = |row: &preference::Model| Some(row.customer_id);
    Ok(Page::by_parent(clusters.each(), rows, page, of, place))
}

/// What each of some customers said last about each thing, whatever they said about it before.
pub(super) async fn last_of(
    db: &impl ConnectionTrait,
    scope: Scope,
    customers: &[CustomerId],
) -> Result<Vec<preference::Model>> {
    let window = WindowStatement::new()
        .partition_by(Column::CustomerId)
        .partition_by(Column::BrandId)
        .partition_by(Column::Purpose)
        .partition_by(Column::Scope)
        .partition_by(Column::Channel)
        .order_by(Column::At, Order::Desc)
        .order_by(Column::Id, Order::Desc)
        .take();
    let numbered = Query::select()
        .column(Column::Id)
        .expr_window_as(Expr::cust("row_number()"), window, Alias::new("number"))
        .from(Entity)
        .and_where(Expr::col(Column::ControllerId).eq(scope.controller))
        .and_where(Expr::col(Column::CustomerId).is_in(customers.iter().copied()))
        .take();
    let last = Query::select()
        .column(Alias::new("id"))
        .from_subquery(numbered, Alias::new("numbered"))
        .and_where(Expr::col(Alias::new("number")).eq(1))
        .take();
    let select = scope
        .select::<Entity>()
        .filter(Column::Id.in_subquery(last));
    Ok(select.all(db).await?)
}
