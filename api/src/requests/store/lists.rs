//! Statements over lists of requests and clocks.

use std::collections::HashMap;

use entity::enums::DeliveryStatus;
use entity::id::CustomerId;
use entity::{request, request_clock, request_item, request_message};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ColumnTrait, ConnectionTrait, FromQueryResult, Order, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select,
};

use crate::customers::Clusters;
use crate::error::Result;
use crate::platform::db::{Scope, after_place, for_each_parent, rows};
use crate::platform::page::{CheckedPage, Cursor, MOST_COUNTED, Page};
use crate::requests::service::{RequestFilter, RequestOrder};

fn filtered(scope: Scope, filter: &RequestFilter) -> Select<request::Entity> {
    use request::Column;
    let mut select = scope.select::<request::Entity>();
    if let Some(among) = &filter.among {
        select = select.filter(Column::Id.is_in(among.iter().copied()));
    }
    if !filter.statuses.is_empty() {
        select = select.filter(Column::Status.is_in(filter.statuses.iter().copied()));
    }
    if !filter.kinds.is_empty() {
        let same = Expr::col((request_item::Entity, request_item::Column::RequestId))
            .equals((request::Entity, Column::Id));
        let asks = scope
            .select::<request_item::Entity>()
            .select_only()
            .column(request_item::Column::Id)
            .filter(same)
            .filter(request_item::Column::Kind.is_in(filter.kinds.iter().copied()));
        select = select.filter(Expr::exists(asks.into_query()));
    }
    if !filter.channels.is_empty() {
        select = select.filter(Column::Channel.is_in(filter.channels.iter().copied()));
    }
    if let Some(undelivered) = filter.undelivered {
        let same = Expr::col((request_message::Entity, request_message::Column::RequestId))
            .equals((request::Entity, Column::Id));
        let failed = scope
            .select::<request_message::Entity>()
            .select_only()
            .column(request_message::Column::Id)
            .filter(same)
            .filter(request_message::Column::Delivery.eq(DeliveryStatus::Failed));
        let failed = Expr::exists(failed.into_query());
        select = select.filter(if undelivered { failed } else { failed.not() });
    }
    if let Some(open) = filter.open {
        select = select.filter(if open {
            Column::ClosedAt.is_null()
        } else {
            Column::ClosedAt.is_not_null()
        });
    }
    if let Some(from) = filter.received.from {
        select = select.filter(Column::ReceivedAt.gte(from));
    }
    if let Some(until) = filter.received.until {
        select = select.filter(Column::ReceivedAt.lt(until));
    }
    if let Some(from) = filter.due.from {
        select = select.filter(Column::NextDueAt.gte(from));
    }
    if let Some(until) = filter.due.until {
        select = select.filter(Column::NextDueAt.lt(until));
    }
    match filter.overdue_at {
        Some((now, true)) => select.filter(Column::NextDueAt.lt(now)),
        Some((now, false)) => select.filter(
            sea_orm::Condition::any()
                .add(Column::NextDueAt.is_null())
                .add(Column::NextDueAt.gte(now)),
        ),
        None => select,
    }
}

/// A page of requests.
pub(in crate::requests) async fn page(
    db: &impl ConnectionTrait,
    scope: Scope,
    filter: &RequestFilter,
    order: RequestOrder,
    page: &CheckedPage,
) -> Result<Page<request::Model>> {
    use request::Column;
    let key = if order.due {
        Column::NextDueAt
    } else {
        Column::ReceivedAt
    };
    let mut select = filtered(scope, filter);
    if order.due {
        // What is due at no instant has no place in this order.
        select = select.filter(Column::NextDueAt.is_not_null());
    }
    if let Some(after) = page.after {
        select = select.filter(after_place((key, Column::Id), after, order.descending));
    }
    let direction = if order.descending {
        Order::Desc
    } else {
        Order::Asc
    };
    let select = select
        .order_by(key, direction.clone())
        .order_by(Column::Id, direction)
        .limit(page.limit_and_one());
    let rows = rows(db, select).await?;
    Ok(Page::of(rows, page, |row| Cursor {
        key: match (order.due, row.next_due_at) {
            (true, Some(due)) => due.as_millis(),
            _ => row.received_at.as_millis(),
        },
        id: row.id.uuid(),
    }))
}

/// How many requests there are; counting stops at the most that it pays to count.
pub(in crate::requests) async fn count(
    db: &impl ConnectionTrait,
    scope: Scope,
    filter: &RequestFilter,
) -> Result<i64> {
    let select = filtered(scope, filter)
        .select_only()
        .column(request::Column::Id);
    let counted = select.limit(MOST_COUNTED).count(db).await?;
    Ok(i64::try_from(counted).unwrap_or(i64::MAX))
}

/// A page, for each of some clusters, of what they asked for, the latest first.
pub(in crate::requests) async fn of_customers(
    db: &impl ConnectionTrait,
    scope: Scope,
    clusters: &Clusters,
    page: &CheckedPage,
) -> Result<HashMap<CustomerId, Page<request::Model>>> {
    use request::Column;
    let customers = clusters.all();
    let selects = customers.iter().map(|customer| {
        let mut select = scope
            .select::<request::Entity>()
            .filter(Column::CustomerId.eq(*customer));
        if let Some(after) = page.after {
            select = select.filter(after_place((Column::ReceivedAt, Column::Id), after, true));
        }
        select
            .order_by_desc(Column::ReceivedAt)
            .order_by_desc(Column::Id)
            .limit(page.limit_and_one())
            .into_query()
    });
    let mut rows = Vec::new();
    for statement in for_each_parent(db.get_database_backend(), selects) {
        let found = request::Model::find_by_statement(statement);
        rows.extend(found.all(db).await?);
    }
    let place = |row: &request::Model| Cursor {
        key: row.received_at.as_millis(),
        id: row.id.uuid(),
    };
    let of = |row: &request::Model| row.customer_id;
    Ok(Page::by_parent(clusters.each(), rows, page, of, place))
}

/// A page of the clocks that run, the first to run out first.
pub(in crate::requests) async fn agenda(
    db: &impl ConnectionTrait,
    scope: Scope,
    page: &CheckedPage,
) -> Result<Page<request_clock::Model>> {
    use request_clock::Column;
    let mut select = scope
        .select::<request_clock::Entity>()
        .filter(Column::MetAt.is_null())
        .filter(Column::StoppedAt.is_null())
        .filter(Column::PausedAt.is_null());
    if let Some(after) = page.after {
        select = select.filter(after_place((Column::DueAt, Column::Id), after, false));
    }
    let select = select
        .order_by_asc(Column::DueAt)
        .order_by_asc(Column::Id)
        .limit(page.limit_and_one());
    let rows = rows(db, select).await?;
    Ok(Page::of(rows, page, |row| Cursor {
        key: row.due_at.as_millis(),
        id: row.id.uuid(),
    }))
}
