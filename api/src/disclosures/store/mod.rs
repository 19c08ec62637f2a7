//! Statements over disclosures and their subjects.

mod accounting;
mod change;
mod findings;
mod write;

use std::collections::HashMap;

use entity::id::{CustomerId, DisclosureId, RecipientId};
use entity::{
    disclosure, disclosure_category, disclosure_subject, disclosure_supersession, subject_finding,
};
use sea_orm::sea_query::{Expr, ExprTrait, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, FromQueryResult, Order, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, Select,
};

pub(super) use accounting::{Line, LineTotals, Period, lines, totals};
pub(super) use change::{
    lock_subject, resolve, sole_customer, subject, superseded_by, supersedes, supersessions,
};
pub(super) use findings::{
    Nearby, advance, insert_findings, known_findings, lock_current, nearby, open_findings,
    settle_findings, unread,
};
pub(super) use write::insert_all;

use super::service::{DisclosureFilter, DisclosureOrder};
use crate::customers::Clusters;
use crate::error::Result;
use crate::platform::db::{Scope, after_place, for_each_parent, rows};
use crate::platform::page::{CheckedPage, Cursor, MOST_COUNTED, Page};
use crate::vault::Column as CellColumn;

/// How many recipients of one customer's data are told of anything.
const MOST_RECIPIENTS: u64 = 1_000;

/// Whom data of some customers who are one went to, each once; by what counts still.
pub(super) async fn recipients_of(
    db: &impl ConnectionTrait,
    scope: Scope,
    customers: &[CustomerId],
) -> Result<Vec<RecipientId>> {
    let of = scope
        .select::<disclosure_subject::Entity>()
        .select_only()
        .column(disclosure_subject::Column::DisclosureId)
        .filter(disclosure_subject::Column::CustomerId.is_in(customers.iter().copied()))
        .filter(disclosure_subject::Column::Superseded.eq(false));
    let select = scope
        .select::<disclosure::Entity>()
        .select_only()
        .distinct()
        .column(disclosure::Column::RecipientId)
        .filter(disclosure::Column::Id.in_subquery(of.into_query()))
        .order_by_asc(disclosure::Column::RecipientId)
        .limit(MOST_RECIPIENTS);
    Ok(select.into_tuple().all(db).await?)
}

/// Cell of a disclosure's reference: table and column.
pub(super) const REFERENCE: CellColumn = ("disclosure", "reference");
/// Cell of its authority.
pub(super) const AUTHORITY: CellColumn = ("disclosure", "authority");
/// Cell of its note.
pub(super) const NOTE: CellColumn = ("disclosure", "note");
/// Cell of why a disclosure was superseded.
pub(super) const REASON: CellColumn = ("disclosure_supersession", "reason");
/// Cell of what was known of a subject.
pub(super) const LOOKUP: CellColumn = ("disclosure_subject", "lookup");

/// The condition under which a viewer may see a subject, in a statement written in SQL.
fn seen(scope: Scope) -> &'static str {
    if scope.sealed {
        ""
    } else {
        "and s.visibility = 'OPEN'"
    }
}

pub(super) async fn by_ids(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: impl IntoIterator<Item = DisclosureId>,
) -> Result<Vec<disclosure::Model>> {
    let select = scope.select::<disclosure::Entity>();
    Ok(select
        .filter(disclosure::Column::Id.is_in(ids))
        .all(db)
        .await?)
}

pub(super) async fn subjects(
    db: &impl ConnectionTrait,
    scope: Scope,
    disclosures: &[DisclosureId],
) -> Result<Vec<disclosure_subject::Model>> {
    let wanted = disclosures.iter().copied();
    Ok(scope
        .select::<disclosure_subject::Entity>()
        .filter(disclosure_subject::Column::DisclosureId.is_in(wanted))
        .order_by_asc(disclosure_subject::Column::DisclosureId)
        .order_by_asc(disclosure_subject::Column::Position)
        .all(db)
        .await?)
}

/// A page, for each of some clusters, of the disclosures about them, the latest first.
pub(super) async fn of_customers(
    db: &impl ConnectionTrait,
    scope: Scope,
    clusters: &Clusters,
    page: &CheckedPage,
) -> Result<HashMap<CustomerId, Page<disclosure::Model>>> {
    let backend = db.get_database_backend();
    let customers = clusters.all();
    let parts = customers
        .iter()
        .map(|customer| about(scope, *customer, page));
    let mut rows = Vec::new();
    for statement in for_each_parent(backend, parts) {
        for row in db.query_all_raw(statement).await? {
            let customer: CustomerId = row.try_get("", "customer_id")?;
            rows.push((customer, disclosure::Model::from_query_result(&row, "")?));
        }
    }
    let place = |(_, row): &(CustomerId, disclosure::Model)| Cursor {
        key: row.disclosed_at.as_millis(),
        id: row.id.uuid(),
    };
    let pages = Page::by_parent(
        clusters.each(),
        rows,
        page,
        |(customer, _)| Some(*customer),
        place,
    );
    Ok(pages
        .into_iter()
        .map(|(customer, page)| (customer, page.map(|(_, row)| row)))
        .collect())
}

/// The disclosures about a customer, found by the index of subjects.
fn about(scope: Scope, customer: CustomerId, page: &CheckedPage) -> SelectStatement {
    use disclosure_subject::{Column, Entity};
    let same = Condition::all()
        .add(
            Expr::col((Entity, Column::ControllerId))
                .equals((disclosure::Entity, disclosure::Column::ControllerId)),
        )
        .add(
            Expr::col((Entity, Column::DisclosureId))
                .equals((disclosure::Entity, disclosure::Column::Id)),
        );
    let mut select = scope.select::<disclosure::Entity>().into_query();
    select
        .column((Entity, Column::CustomerId))
        .inner_join(Entity, same)
        .and_where(Column::ControllerId.eq(scope.controller))
        .and_where(Column::CustomerId.eq(customer))
        .order_by((Entity, Column::DisclosedAt), Order::Desc)
        .order_by((Entity, Column::DisclosureId), Order::Desc)
        .limit(page.limit_and_one());
    if let Some(after) = page.after {
        let columns = (Column::DisclosedAt, Column::DisclosureId);
        select.and_where(after_place(columns, after, true));
    }
    select
}

fn filtered(scope: Scope, filter: &DisclosureFilter) -> Select<disclosure::Entity> {
    use disclosure::Column;
    let mut select = scope.select::<disclosure::Entity>();
    if !filter.customers.is_empty() {
        let customers = filter.customers.iter().copied();
        let about = scope
            .select::<disclosure_subject::Entity>()
            .select_only()
            .column(disclosure_subject::Column::DisclosureId)
            .filter(disclosure_subject::Column::CustomerId.is_in(customers));
        select = select.filter(Column::Id.in_subquery(about.into_query()));
    }
    if let Some(superseded) = filter.superseded {
        let old = scope
            .select::<disclosure_supersession::Entity>()
            .select_only()
            .column(disclosure_supersession::Column::OldId);
        let id = Column::Id.in_subquery(old.into_query());
        select = select.filter(if superseded { id } else { id.not() });
    }
    if let Some(questioned) = filter.questioned {
        let open = scope
            .select::<subject_finding::Entity>()
            .select_only()
            .column(subject_finding::Column::DisclosureId)
            .filter(subject_finding::Column::SettledAt.is_null());
        let id = Column::Id.in_subquery(open.into_query());
        select = select.filter(if questioned { id } else { id.not() });
    }
    if let Some(recipient) = filter.recipient {
        select = select.filter(Column::RecipientId.eq(recipient));
    }
    if !filter.grounds.is_empty() {
        select = select.filter(Column::Ground.is_in(filter.grounds.iter().copied()));
    }
    if let Some(from) = filter.disclosed.from {
        select = select.filter(Column::DisclosedAt.gte(from));
    }
    if let Some(until) = filter.disclosed.until {
        select = select.filter(Column::DisclosedAt.lt(until));
    }
    if let Some(unresolved) = filter.unresolved {
        let count = Column::UnresolvedCount;
        select = select.filter(if unresolved { count.gt(0) } else { count.eq(0) });
    }
    if let Some(category) = &filter.category {
        // The successor of "." bounds everything below the key: a range, where LIKE would scan.
        let below = Condition::all()
            .add(disclosure_category::Column::Category.gte(format!("{category}.")))
            .add(disclosure_category::Column::Category.lt(format!("{category}/")));
        let matching = scope
            .select::<disclosure_category::Entity>()
            .select_only()
            .column(disclosure_category::Column::DisclosureId)
            .filter(
                Condition::any()
                    .add(disclosure_category::Column::Category.eq(category.as_str()))
                    .add(below),
            );
        select = select.filter(Column::Id.in_subquery(matching.into_query()));
    }
    select
}

/// A page of disclosures.
pub(super) async fn page(
    db: &impl ConnectionTrait,
    scope: Scope,
    filter: &DisclosureFilter,
    order: DisclosureOrder,
    page: &CheckedPage,
) -> Result<Page<disclosure::Model>> {
    use disclosure::Column;
    let mut select = filtered(scope, filter);
    // Ids grow with the time of recording, so the primary key serves that order.
    let key = if order.recorded {
        Column::RecordedAt
    } else {
        Column::DisclosedAt
    };
    if let Some(after) = page.after {
        select = if order.recorded {
            let id = DisclosureId::from_uuid(after.id);
            select.filter(if order.descending {
                Column::Id.lt(id)
            } else {
                Column::Id.gt(id)
            })
        } else {
            select.filter(after_place((key, Column::Id), after, order.descending))
        };
    }
    let direction = if order.descending {
        Order::Desc
    } else {
        Order::Asc
    };
    if !order.recorded {
        select = select.order_by(key, direction.clone());
    }
    let select = select
        .order_by(Column::Id, direction)
        .limit(page.limit_and_one());
    let rows = rows(db, select).await?;
    Ok(Page::of(rows, page, |row| {
        let key = if order.recorded {
            row.recorded_at
        } else {
            row.disclosed_at
        };
        Cursor {
            key: key.as_millis(),
            id: row.id.uuid(),
        }
    }))
}

/// How many disclosures there are; counting stops at the most that it pays to count.
pub(super) async fn count(
    db: &impl ConnectionTrait,
    scope: Scope,
    filter: &DisclosureFilter,
) -> Result<i64> {
    let select = filtered(scope, filter)
        .select_only()
        .column(disclosure::Column::Id);
    let counted = select.limit(MOST_COUNTED).count(db).await?;
    Ok(i64::try_from(counted).unwrap_or(i64::MAX))
}
