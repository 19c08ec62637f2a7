//! Statements over customers, identifiers and assignments.

mod assignments;
mod lookup;
mod merges;

use std::collections::HashMap;

use entity::id::CustomerId;
use entity::{customer, identifier};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, Select, Statement, Value,
};

pub(super) use assignments::{
    assignments_by_id, assignments_like, assignments_of, correct, covering, insert_assignments,
};
pub(super) use lookup::{
    AllHolders, Identified, WantedHolder, WantedIdentifier, WantedResource,
    candidates_by_identifier, candidates_by_resource, held_by, holders, identified, place,
};

pub(super) use merges::{members, roots};

use super::service::CustomerFilter;
use crate::error::{Error, Result};
use crate::platform::db::{Scope, after_place, locked, placeholders, rows, scoped};
use crate::platform::page::{CheckedPage, Cursor, MOST_COUNTED, Page};
use crate::vault::Column;

/// Cell of a customer's name: table and column.
pub(super) const NAME: Column = ("customer", "name");
/// Cell of an identifier's value.
pub(super) const VALUE: Column = ("identifier", "value");
/// Cell of an assigned resource.
pub(super) const RESOURCE: Column = ("assignment", "resource");

pub(super) async fn insert(db: &impl ConnectionTrait, row: customer::Model) -> Result<()> {
    customer::Entity::insert(row.into_active_model())
        .exec_without_returning(db)
        .await?;
    Ok(())
}

pub(super) async fn insert_identifiers(
    db: &impl ConnectionTrait,
    rows: Vec<identifier::Model>,
) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    identifier::Entity::insert_many(rows.into_iter().map(IntoActiveModel::into_active_model))
        .exec_without_returning(db)
        .await?;
    Ok(())
}

pub(super) async fn by_ids(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[CustomerId],
) -> Result<Vec<customer::Model>> {
    let select = scope.select::<customer::Entity>();
    Ok(select
        .filter(customer::Column::Id.is_in(ids.iter().copied()))
        .all(db)
        .await?)
}

/// Which of these ids are customers of the controller, each with the customer that stands for it.
pub(super) async fn known(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[CustomerId],
) -> Result<HashMap<CustomerId, CustomerId>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: CustomerId,
        into_id: Option<CustomerId>,
    }
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "select c.id, m.into_id from customer c
        left join customer_merge m on m.controller_id = c.controller_id and m.customer_id = c.id
        where {} and c.id in ({})",
        scoped("c", "$1"),
        placeholders(2, ids.len()),
    );
    let controller = std::iter::once(Value::from(scope.controller));
    let binds: Vec<Value> = controller
        .chain(ids.iter().copied().map(Value::from))
        .collect();
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, binds);
    let rows = Row::find_by_statement(statement).all(db).await?;
    let root = |row: Row| (row.id, row.into_id.unwrap_or(row.id));
    Ok(rows.into_iter().map(root).collect())
}

/// Keeps customers from being changed by others until the change ends. In ascending order, so that two changes
/// cannot wait for each other.
///
/// # Errors
/// `NotFound` when one is not there.
pub(super) async fn lock(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[CustomerId],
) -> Result<()> {
    let select = scope
        .select::<customer::Entity>()
        .select_only()
        .column(customer::Column::Id)
        .filter(customer::Column::Id.is_in(ids.iter().copied()))
        .order_by_asc(customer::Column::Id);
    let found: Vec<CustomerId> = locked(db, select).into_tuple().all(db).await?;
    if found.len() == ids.len() {
        Ok(())
    } else {
        Err(Error::NotFound { what: "customer" })
    }
}

pub(super) async fn identifiers(
    db: &impl ConnectionTrait,
    scope: Scope,
    customers: &[CustomerId],
) -> Result<Vec<identifier::Model>> {
    Ok(scope
        .select::<identifier::Entity>()
        .filter(identifier::Column::CustomerId.is_in(customers.iter().copied()))
        .order_by_asc(identifier::Column::Id)
        .all(db)
        .await?)
}

pub(super) async fn count_identifiers(
    db: &impl ConnectionTrait,
    scope: Scope,
    customer: CustomerId,
) -> Result<usize> {
    let select = scope.select::<identifier::Entity>();
    let count = select
        .filter(identifier::Column::CustomerId.eq(customer))
        .count(db)
        .await?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

fn filtered(scope: Scope, filter: &CustomerFilter) -> Select<customer::Entity> {
    let mut select = scope.select::<customer::Entity>();
    if !filter.categories.is_empty() {
        let categories = filter.categories.iter().copied();
        select = select.filter(customer::Column::Category.is_in(categories));
    }
    if let Some(from) = filter.registered.from {
        select = select.filter(customer::Column::RegisteredAt.gte(from));
    }
    if let Some(until) = filter.registered.until {
        select = select.filter(customer::Column::RegisteredAt.lt(until));
    }
    select
}

/// A page of customers by the instant they were registered.
pub(super) async fn page(
    db: &impl ConnectionTrait,
    scope: Scope,
    filter: &CustomerFilter,
    descending: bool,
    page: &CheckedPage,
) -> Result<Page<customer::Model>> {
    let mut select = filtered(scope, filter);
    if let Some(after) = page.after {
        let columns = (customer::Column::RegisteredAt, customer::Column::Id);
        select = select.filter(after_place(columns, after, descending));
    }
    let order = if descending {
        sea_orm::Order::Desc
    } else {
        sea_orm::Order::Asc
    };
    let select = select
        .order_by(customer::Column::RegisteredAt, order.clone())
        .order_by(customer::Column::Id, order)
        .limit(page.limit_and_one());
    let rows = rows(db, select).await?;
    Ok(Page::of(rows, page, |row| Cursor {
        key: row.registered_at.as_millis(),
        id: row.id.uuid(),
    }))
}

/// How many customers there are; counting stops at the most that it pays to count.
pub(super) async fn count(
    db: &impl ConnectionTrait,
    scope: Scope,
    filter: &CustomerFilter,
) -> Result<i64> {
    let select = filtered(scope, filter)
        .select_only()
        .column(customer::Column::Id);
    let counted = select.limit(MOST_COUNTED).count(db).await?;
    Ok(i64::try_from(counted).unwrap_or(i64::MAX))
}
