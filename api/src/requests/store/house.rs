//! Statements over terms that controllers have promised.

use entity::house_term;
use entity::id::HouseTermId;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};

use crate::error::{Error, Result};
use crate::platform::db::{Scope, insert_rows, locked, rows};
use crate::platform::page::{CheckedPage, Cursor, Page};

pub(in crate::requests) async fn insert_house_term(
    db: &impl ConnectionTrait,
    row: house_term::Model,
) -> Result<()> {
    insert_rows(db, vec![row]).await
}

/// The terms that have not ended, in the order in which they were promised.
pub(in crate::requests) async fn house_terms(
    db: &impl ConnectionTrait,
    scope: Scope,
) -> Result<Vec<house_term::Model>> {
    let select = scope.select::<house_term::Entity>();
    Ok(select
        .filter(house_term::Column::EndedAt.is_null())
        .order_by_asc(house_term::Column::Id)
        .all(db)
        .await?)
}

pub(in crate::requests) async fn house_terms_by_id(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[HouseTermId],
) -> Result<Vec<house_term::Model>> {
    let select = scope.select::<house_term::Entity>();
    let ids = ids.iter().copied();
    Ok(select
        .filter(house_term::Column::Id.is_in(ids))
        .all(db)
        .await?)
}

/// A page of terms, in the order in which they were promised.
pub(in crate::requests) async fn page_of_house_terms(
    db: &impl ConnectionTrait,
    scope: Scope,
    page: &CheckedPage,
) -> Result<Page<house_term::Model>> {
    let mut select = scope.select::<house_term::Entity>();
    if let Some(after) = page.after {
        select = select.filter(house_term::Column::Id.gt(HouseTermId::from_uuid(after.id)));
    }
    let select = select
        .order_by_asc(house_term::Column::Id)
        .limit(page.limit_and_one());
    let rows = rows(db, select).await?;
    Ok(Page::of(rows, page, |row| Cursor {
        key: 0,
        id: row.id.uuid(),
    }))
}

/// A term, kept from being changed by others until the change ends.
///
/// # Errors
/// `NotFound` when it is not there.
pub(in crate::requests) async fn lock_house_term(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: HouseTermId,
) -> Result<house_term::Model> {
    let select = scope
        .select::<house_term::Entity>()
        .filter(house_term::Column::Id.eq(id));
    let missing = Error::NotFound { what: "house term" };
    locked(db, select).one(db).await?.ok_or(missing)
}

/// Writes what may change of a term.
pub(in crate::requests) async fn update_house_term(
    db: &impl ConnectionTrait,
    scope: Scope,
    row: house_term::Model,
) -> Result<()> {
    let changed = house_term::ActiveModel {
        ended_at: Set(row.ended_at),
        version: Set(row.version),
        event_id: Set(row.event_id),
        ..Default::default()
    };
    house_term::Entity::update_many()
        .set(changed)
        .filter(house_term::Column::ControllerId.eq(scope.controller))
        .filter(house_term::Column::Id.eq(row.id))
        .exec(db)
        .await?;
    Ok(())
}
