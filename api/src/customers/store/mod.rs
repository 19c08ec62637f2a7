//! Statements over customers and what belongs to them.

mod assignments;
mod brands;
mod cluster;
mod identifiers;
mod lookup;
mod merges;
mod relations;
mod snapshots;

use std::collections::HashMap;

use entity::id::CustomerId;
use entity::{customer, customer_brand, customer_merge};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, SelectStatement};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select, Value,
};

pub(super) use assignments::{
    assignments_by_id, assignments_like, assignments_of, correct, covering, insert_assignments,
};
pub(crate) use cluster::members_of;
pub(super) use lookup::{
    AllHolders, Identified, Wanted, WantedHolder, candidates_by_identifier, candidates_by_resource,
    held_by, holders, identified, owners, persons, place,
};

pub(super) use brands::{brands_by_id, brands_of, insert_brand, page_of_brands, set_brands};
pub(super) use identifiers::{
    Known, count_identifiers, end, holders_of_ids, identifiers, identifiers_by_id,
    insert_identifiers, known_to, verify,
};
pub(super) use merges::{count_merged, members, merge, merged_into, roots};
pub(super) use relations::{
    Resold, relations_by_id, relations_of, resellers, same_relations, save_relation,
};
pub(super) use snapshots::{
    add_values, begun_before, count_surplus, forget_part, insert_snapshot, lock_snapshot, named,
    save_snapshot, snapshots_by_id, surplus, system_ids,
};

use super::service::CustomerFilter;
use crate::error::{Error, Result};
use crate::platform::db::{
    MOST_VALUES, Scope, after_place, locked, placeholders, raw, rows, scoped,
};
use crate::platform::page::{CheckedPage, Cursor, MOST_COUNTED, Page};
use crate::vault::Column;

/// Cell of a customer's name: table and column.
pub(super) const NAME: Column = ("customer", "name");
/// Cell of an identifier's value.
pub(super) const VALUE: Column = ("identifier", "value");
/// Cell of an assigned resource.
pub(super) const RESOURCE: Column = ("assignment", "resource");

/// Inserts new customers, and writes the changes of known ones.
pub(super) async fn save(db: &impl ConnectionTrait, rows: Vec<customer::Model>) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let same = [customer::Column::ControllerId, customer::Column::Id];
    let changed = [
        customer::Column::Kind,
        customer::Column::Category,
        customer::Column::Country,
        customer::Column::Name,
        customer::Column::RegisteredAt,
        customer::Column::ServicesEndedAt,
        customer::Column::Version,
    ];
    let conflict = OnConflict::columns(same).update_columns(changed).to_owned();
    customer::Entity::insert_many(rows.into_iter().map(IntoActiveModel::into_active_model))
        .on_conflict(conflict)
        .exec_without_returning(db)
        .await?;
    Ok(())
}

pub(super) async fn by_ids(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[CustomerId],
) -> Result<Vec<customer::Model>> {
    let mut found = Vec::new();
    for ids in ids.chunks(MOST_VALUES) {
        let select = scope.select::<customer::Entity>();
        let select = select.filter(customer::Column::Id.is_in(ids.iter().copied()));
        found.extend(select.all(db).await?);
    }
    Ok(found)
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
    let statement = raw(db, &sql, binds);
    let rows = Row::find_by_statement(statement).all(db).await?;
    let root = |row: Row| (row.id, row.into_id.unwrap_or(row.id));
    Ok(rows.into_iter().map(root).collect())
}

/// Keeps customers from being changed by others until the change ends, and reads them as they are then. In ascending
/// order, so that two changes cannot wait for each other.
///
/// # Errors
/// `NotFound` when one is not there.
pub(super) async fn hold(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[CustomerId],
) -> Result<Vec<customer::Model>> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    let mut found = Vec::new();
    for ids in ids.chunks(MOST_VALUES) {
        let select = scope
            .select::<customer::Entity>()
            .filter(customer::Column::Id.is_in(ids.iter().copied()))
            .order_by_asc(customer::Column::Id);
        found.extend(locked(db, select).all(db).await?);
    }
    if found.len() == ids.len() {
        Ok(found)
    } else {
        Err(Error::NotFound { what: "customer" })
    }
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
    if let Some(brand) = filter.brand {
        let served = scope
            .select::<customer_brand::Entity>()
            .select_only()
            .column(customer_brand::Column::CustomerId)
            .filter(customer_brand::Column::BrandId.eq(brand));
        select = select.filter(customer::Column::Id.in_subquery(served.into_query()));
    }
    match filter.closed {
        Some(true) => select = select.filter(customer::Column::ServicesEndedAt.is_not_null()),
        Some(false) => select = select.filter(customer::Column::ServicesEndedAt.is_null()),
        None => {}
    }
    let merged = Expr::exists(merge_of(scope));
    select.filter(if filter.merged { merged } else { merged.not() })
}

/// The merge of the customer of the statement around it, if it was merged.
fn merge_of(scope: Scope) -> SelectStatement {
    let customer = Expr::col((customer::Entity, customer::Column::Id));
    let merged = Expr::col((customer_merge::Entity, customer_merge::Column::CustomerId));
    scope
        .select::<customer_merge::Entity>()
        .select_only()
        .column(customer_merge::Column::CustomerId)
        .filter(ExprTrait::eq(merged, customer))
        .into_query()
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
