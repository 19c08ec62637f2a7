//! Statements over systems.

use entity::id::{IntegrationId, SystemId};
use entity::system;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Set,
};

use crate::error::{Error, Result};
use crate::platform::db::{Scope, insert_rows, locked, rows};
use crate::platform::page::{CheckedPage, Cursor, Page};

pub(in crate::data_map) async fn by_name(
    db: &impl ConnectionTrait,
    scope: Scope,
    name: &str,
) -> Result<Option<system::Model>> {
    let select = scope.select::<system::Entity>();
    Ok(select.filter(system::Column::Name.eq(name)).one(db).await?)
}

pub(in crate::data_map) async fn by_ids(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[SystemId],
) -> Result<Vec<system::Model>> {
    let select = scope.select::<system::Entity>();
    let ids = ids.iter().copied();
    Ok(select.filter(system::Column::Id.is_in(ids)).all(db).await?)
}

/// A system, kept from being changed by others until the change ends.
///
/// # Errors
/// `NotFound` when it is not there.
pub(in crate::data_map) async fn lock(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: SystemId,
) -> Result<system::Model> {
    let select = scope
        .select::<system::Entity>()
        .filter(system::Column::Id.eq(id));
    let missing = Error::NotFound { what: "system" };
    locked(db, select).one(db).await?.ok_or(missing)
}

pub(in crate::data_map) async fn all(
    db: &impl ConnectionTrait,
    scope: Scope,
) -> Result<Vec<system::Model>> {
    let select = scope.select::<system::Entity>();
    Ok(select.order_by_asc(system::Column::Name).all(db).await?)
}

/// The names of the systems whose tasks an integration does.
pub(in crate::data_map) async fn served_by(
    db: &impl ConnectionTrait,
    scope: Scope,
    integration: IntegrationId,
) -> Result<Vec<String>> {
    let select = scope.select::<system::Entity>();
    Ok(select
        .select_only()
        .column(system::Column::Name)
        .filter(system::Column::IntegrationId.eq(integration))
        .into_tuple()
        .all(db)
        .await?)
}

pub(in crate::data_map) async fn count(db: &impl ConnectionTrait, scope: Scope) -> Result<u64> {
    Ok(scope.select::<system::Entity>().count(db).await?)
}

/// A page of systems, in the order in which they were registered.
pub(in crate::data_map) async fn page(
    db: &impl ConnectionTrait,
    scope: Scope,
    page: &CheckedPage,
) -> Result<Page<system::Model>> {
    let mut select = scope.select::<system::Entity>();
    if let Some(after) = page.after {
        select = select.filter(system::Column::Id.gt(SystemId::from_uuid(after.id)));
    }
    let select = select
        .order_by_asc(system::Column::Id)
        .limit(page.limit_and_one());
    let rows = rows(db, select).await?;
    Ok(Page::of(rows, page, |row| Cursor {
        key: 0,
        id: row.id.uuid(),
    }))
}

/// Inserts a system.
///
/// # Errors
/// [`crate::error::Error::Conflict`] when there is one of this name.
pub(in crate::data_map) async fn insert(
    db: &impl ConnectionTrait,
    row: system::Model,
) -> Result<()> {
    insert_rows(db, vec![row]).await
}

/// Writes what may change of a system.
pub(in crate::data_map) async fn update(
    db: &impl ConnectionTrait,
    scope: Scope,
    row: system::Model,
) -> Result<()> {
    let changed = system::ActiveModel {
        known_by: Set(row.known_by),
        our_roles: Set(row.our_roles),
        integration_id: Set(row.integration_id),
        leaves_behind: Set(row.leaves_behind),
        owner: Set(row.owner),
        host_id: Set(row.host_id),
        country: Set(row.country),
        categories: Set(row.categories),
        subjects: Set(row.subjects),
        version: Set(row.version),
        event_id: Set(row.event_id),
        ..Default::default()
    };
    system::Entity::update_many()
        .set(changed)
        .filter(system::Column::ControllerId.eq(scope.controller))
        .filter(system::Column::Id.eq(row.id))
        .exec(db)
        .await?;
    Ok(())
}
