//! Statements over instruments.

use entity::date::Date;
use entity::id::{InstrumentId, RecipientId};
use entity::instrument;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Set,
};

use crate::error::{Error, Result};
use crate::platform::db::{Scope, insert_rows, locked, rows};
use crate::platform::page::{CheckedPage, Cursor, Page};

pub(super) async fn insert(db: &impl ConnectionTrait, row: instrument::Model) -> Result<()> {
    insert_rows(db, vec![row]).await
}

pub(super) async fn by_ids(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[InstrumentId],
) -> Result<Vec<instrument::Model>> {
    let select = scope.select::<instrument::Entity>();
    let ids = ids.iter().copied();
    Ok(select
        .filter(instrument::Column::Id.is_in(ids))
        .all(db)
        .await?)
}

/// All instruments of some recipients, in the order in which they were recorded.
pub(super) async fn of_recipients(
    db: &impl ConnectionTrait,
    scope: Scope,
    recipients: &[RecipientId],
) -> Result<Vec<instrument::Model>> {
    let select = scope.select::<instrument::Entity>();
    let recipients = recipients.iter().copied();
    Ok(select
        .filter(instrument::Column::RecipientId.is_in(recipients))
        .order_by_asc(instrument::Column::Id)
        .all(db)
        .await?)
}

pub(super) async fn count_of(
    db: &impl ConnectionTrait,
    scope: Scope,
    recipient: RecipientId,
) -> Result<u64> {
    let select = scope.select::<instrument::Entity>();
    let select = select.filter(instrument::Column::RecipientId.eq(recipient));
    Ok(select.count(db).await?)
}

/// An instrument, kept from being changed by others until the change ends.
///
/// # Errors
/// `NotFound` when it is not there.
pub(super) async fn lock(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: InstrumentId,
    missing: Error,
) -> Result<instrument::Model> {
    let select = scope
        .select::<instrument::Entity>()
        .filter(instrument::Column::Id.eq(id));
    locked(db, select).one(db).await?.ok_or(missing)
}

/// Writes that an instrument ends.
pub(super) async fn save_end(
    db: &impl ConnectionTrait,
    scope: Scope,
    row: instrument::Model,
) -> Result<()> {
    let changed = instrument::ActiveModel {
        ends_on: Set(row.ends_on),
        ended_at: Set(row.ended_at),
        version: Set(row.version),
        event_id: Set(row.event_id),
        ..Default::default()
    };
    instrument::Entity::update_many()
        .set(changed)
        .filter(instrument::Column::ControllerId.eq(scope.controller))
        .filter(instrument::Column::Id.eq(row.id))
        .exec(db)
        .await?;
    Ok(())
}

/// A page of agreements whose last day is one of some days, by that day.
pub(super) async fn ending(
    db: &impl ConnectionTrait,
    scope: Scope,
    (from, until): (Date, Date),
    page: &CheckedPage,
) -> Result<Page<instrument::Model>> {
    use instrument::Column;
    let mut select = scope
        .select::<instrument::Entity>()
        .filter(Column::EndsOn.gte(from))
        .filter(Column::EndsOn.lte(until))
        .filter(Column::Agreement.is_not_null());
    if let Some(after) = page.after {
        let day = Date::from_number(after.key).unwrap_or(until);
        let same = Condition::all()
            .add(Column::EndsOn.eq(day))
            .add(Column::Id.gt(InstrumentId::from_uuid(after.id)));
        let place = Condition::any().add(Column::EndsOn.gt(day)).add(same);
        select = select.filter(place);
    }
    let select = select
        .order_by_asc(Column::EndsOn)
        .order_by_asc(Column::Id)
        .limit(page.limit_and_one());
    let rows = rows(db, select).await?;
    Ok(Page::of(rows, page, |row| Cursor {
        key: row.ends_on.map_or(0, Date::number),
        id: row.id.uuid(),
    }))
}
