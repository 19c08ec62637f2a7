//! Statements over merged customers. A *cluster* is a customer with all that were merged into it; the customer that
//! stands for it is its *root*.

use std::collections::HashMap;

use entity::customer_merge;
use entity::id::CustomerId;
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QuerySelect};

use crate::error::Result;
use crate::platform::db::Scope;

/// The roots of those of some customers that were merged.
pub(in crate::customers) async fn roots(
    db: &impl ConnectionTrait,
    scope: Scope,
    customers: &[CustomerId],
) -> Result<HashMap<CustomerId, CustomerId>> {
    if customers.is_empty() {
        return Ok(HashMap::new());
    }
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
    Ok(rows.into_iter().collect())
}

/// What was merged into some customers, by root; a root is not among its own members.
pub(in crate::customers) async fn members(
    db: &impl ConnectionTrait,
    scope: Scope,
    roots: &[CustomerId],
) -> Result<HashMap<CustomerId, Vec<CustomerId>>> {
    let mut found: HashMap<CustomerId, Vec<CustomerId>> = HashMap::new();
    if roots.is_empty() {
        return Ok(found);
    }
    let rows: Vec<(CustomerId, CustomerId)> = scope
        .select::<customer_merge::Entity>()
        .select_only()
        .columns([
            customer_merge::Column::IntoId,
            customer_merge::Column::CustomerId,
        ])
        .filter(customer_merge::Column::IntoId.is_in(roots.iter().copied()))
        .into_tuple()
        .all(db)
        .await?;
    for (root, member) in rows {
        found.entry(root).or_default().push(member);
    }
    Ok(found)
}
