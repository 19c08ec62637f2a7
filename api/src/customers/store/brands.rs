//! Statements over brands, and over which of them customers are served under.

use std::collections::HashMap;

use entity::id::{BrandId, CustomerId};
use entity::{brand, customer_brand};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};

use crate::error::Result;
use crate::platform::db::{Scope, rows};
use crate::platform::page::{CheckedPage, Cursor, Page};

/// Inserts a brand.
///
/// # Errors
/// [`crate::error::Error::Conflict`] when there is one of this name.
pub(in crate::customers) async fn insert_brand(
    db: &impl ConnectionTrait,
    row: brand::Model,
) -> Result<()> {
    brand::Entity::insert(row.into_active_model())
        .exec_without_returning(db)
        .await?;
    Ok(())
}

pub(in crate::customers) async fn brands_by_id(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[BrandId],
) -> Result<Vec<brand::Model>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let select = scope.select::<brand::Entity>();
    Ok(select
        .filter(brand::Column::Id.is_in(ids.iter().copied()))
        .all(db)
        .await?)
}

/// A page of brands in the order they were registered.
pub(in crate::customers) async fn page_of_brands(
    db: &impl ConnectionTrait,
    scope: Scope,
    page: &CheckedPage,
) -> Result<Page<brand::Model>> {
    let mut select = scope.select::<brand::Entity>();
    if let Some(after) = page.after {
        select = select.filter(brand::Column::Id.gt(BrandId::from_uuid(after.id)));
    }
    let select = select
        .order_by_asc(brand::Column::Id)
        .limit(page.limit_and_one());
    let rows = rows(db, select).await?;
    Ok(Page::of(rows, page, |row| Cursor {
        key: 0,
        id: row.id.uuid(),
    }))
}

/// Which brand each of some customers is served under.
pub(in crate::customers) async fn brands_of(
    db: &impl ConnectionTrait,
    scope: Scope,
    customers: &[CustomerId],
) -> Result<HashMap<CustomerId, BrandId>> {
    if customers.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = scope
        .select::<customer_brand::Entity>()
        .filter(customer_brand::Column::CustomerId.is_in(customers.iter().copied()))
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.customer_id, row.brand_id))
        .collect())
}

/// Sets which brand customers are served under, or that it is none.
pub(in crate::customers) async fn set_brands(
    db: &impl ConnectionTrait,
    scope: Scope,
    brands: &[(CustomerId, Option<BrandId>)],
) -> Result<()> {
    let none: Vec<_> = brands
        .iter()
        .filter(|(_, brand)| brand.is_none())
        .map(|(customer, _)| *customer)
        .collect();
    if !none.is_empty() {
        customer_brand::Entity::delete_many()
            .filter(customer_brand::Column::ControllerId.eq(scope.controller))
            .filter(customer_brand::Column::CustomerId.is_in(none))
            .exec(db)
            .await?;
    }
    let rows: Vec<_> = brands
        .iter()
        .filter_map(|(customer, brand)| {
            let row = customer_brand::Model {
                controller_id: scope.controller,
                customer_id: *customer,
                brand_id: (*brand)?,
            };
            Some(row.into_active_model())
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    let same = [
        customer_brand::Column::ControllerId,
        customer_brand::Column::CustomerId,
    ];
    let conflict = OnConflict::columns(same)
        .update_column(customer_brand::Column::BrandId)
        .to_owned();
    customer_brand::Entity::insert_many(rows)
        .on_conflict(conflict)
        .exec_without_returning(db)
        .await?;
    Ok(())
}
