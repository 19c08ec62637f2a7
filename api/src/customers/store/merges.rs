//! Statements over merged customers. A *cluster* is a customer with all that were merged into it; the customer that
//! stands for it is its *root*.

use std::collections::HashMap;

use entity::customer_merge;
use entity::id::CustomerId;
use entity::time::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use super::lookup::place;
use crate::error::Result;
use crate::platform::db::{MOST_VALUES, Scope, for_each_parent};
use crate::platform::page::{CheckedPage, Page};

/// The roots of those of some customers that were merged.
pub(in crate::customers) async fn roots(
    db: &impl ConnectionTrait,
    scope: Scope,
    customers: &[CustomerId],
) -> Result<HashMap<CustomerId, CustomerId>> {
    let mut found = HashMap::new();
    for customers in customers.chunks(MOST_VALUES) {
        let rows: Vec<(CustomerId, CustomerId)> = scope
            .select::<customer_merge::Entity>()
            .select_only()
            .columns([
                customer_merge::Column::CustomerId,
                customer_merge::Column::IntoId,
            ])
            .filter(customer_merge::Column::CustomerId.is_in(customers.iter().copied()))
            .into_tuple()
            .all(db)
            .await?;
        found.extend(rows);
    }
    Ok(found)
}

/// What was merged into some customers, and since when they are one, by root; a root is not among its own members.
pub(in crate::customers) async fn members(
    db: &impl ConnectionTrait,
    scope: Scope,
    roots: &[CustomerId],
) -> Result<HashMap<CustomerId, Vec<(CustomerId, Timestamp)>>> {
    let mut found: HashMap<CustomerId, Vec<(CustomerId, Timestamp)>> = HashMap::new();
    for roots in roots.chunks(MOST_VALUES) {
        let rows: Vec<(CustomerId, CustomerId, Timestamp)> = scope
            .select::<customer_merge::Entity>()
            .select_only()
            .columns([
                customer_merge::Column::IntoId,
                customer_merge::Column::CustomerId,
                customer_merge::Column::MergedAt,
            ])
            .filter(customer_merge::Column::IntoId.is_in(roots.iter().copied()))
            .into_tuple()
            .all(db)
            .await?;
        for (root, member, at) in rows {
            found.entry(root).or_default().push((member, at));
        }
    }
    Ok(found)
}

/// Merges a customer into another. What was merged into it before leads on, and is one with that other from now on only.
pub(in crate::customers) async fn merge(
    db: &impl ConnectionTrait,
    scope: Scope,
    row: customer_merge::Model,
) -> Result<()> {
    customer_merge::Entity::update_many()
        .col_expr(customer_merge::Column::IntoId, Expr::val(row.into_id))
        .col_expr(customer_merge::Column::MergedAt, Expr::val(row.merged_at))
        .filter(customer_merge::Column::ControllerId.eq(scope.controller))
        .filter(customer_merge::Column::IntoId.eq(row.customer_id))
        .exec(db)
        .await?;
    customer_merge::Entity::insert(row.into_active_model())
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// How many customers were merged into one.
pub(in crate::customers) async fn count_merged(
    db: &impl ConnectionTrait,
    scope: Scope,
    root: CustomerId,
) -> Result<i64> {
    let select = scope.select::<customer_merge::Entity>();
    let count = select
        .filter(customer_merge::Column::IntoId.eq(root))
        .count(db)
        .await?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}

/// A page of what was merged into each of some customers, by id.
pub(in crate::customers) async fn merged_into(
    db: &impl ConnectionTrait,
    scope: Scope,
    roots: &[CustomerId],
    page: &CheckedPage,
) -> Result<HashMap<CustomerId, Page<CustomerId>>> {
    let after = page.after.map(|cursor| CustomerId::from_uuid(cursor.id));
    let selects = roots.iter().map(|root| {
        let mut select = scope
            .select::<customer_merge::Entity>()
            .filter(customer_merge::Column::IntoId.eq(*root));
        if let Some(after) = after {
            select = select.filter(customer_merge::Column::CustomerId.gt(after));
        }
        select
            .order_by_asc(customer_merge::Column::CustomerId)
            .limit(page.limit_and_one())
            .into_query()
    });
    let mut found: HashMap<CustomerId, Vec<CustomerId>> = HashMap::new();
    for statement in for_each_parent(db.get_database_backend(), selects) {
        let rows = customer_merge::Model::find_by_statement(statement);
        for row in rows.all(db).await? {
            found.entry(row.into_id).or_default().push(row.customer_id);
        }
    }
    Ok(roots
        .iter()
        .map(|root| {
            let mut merged = found.remove(root).unwrap_or_default();
            // A database may put the parts of a union together in any order.
            merged.sort_unstable();
            (*root, Page::of(merged, page, |customer| place(*customer)))
        })
        .collect())
}
