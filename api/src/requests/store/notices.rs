//! Statements over notices to recipients.

use std::collections::HashMap;

use entity::id::{RecipientNoticeId, RequestItemId};
use entity::recipient_notice;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};

use crate::error::Result;
use crate::platform::db::{Scope, after_place, insert_rows, pages_of, rows};
use crate::platform::page::{CheckedPage, Cursor, Page};
use crate::requests::service::NoticeFilter;

pub(in crate::requests) async fn insert_notices(
    db: &impl ConnectionTrait,
    rows: Vec<recipient_notice::Model>,
) -> Result<()> {
    insert_rows(db, rows).await
}

pub(in crate::requests) async fn notices_by_id(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[RecipientNoticeId],
) -> Result<Vec<recipient_notice::Model>> {
    let select = scope.select::<recipient_notice::Entity>();
    Ok(select
        .filter(recipient_notice::Column::Id.is_in(ids.iter().copied()))
        .all(db)
        .await?)
}

/// A page of notices, in the order in which they were planned.
pub(in crate::requests) async fn page_of_notices(
    db: &impl ConnectionTrait,
    scope: Scope,
    filter: &NoticeFilter,
    page: &CheckedPage,
) -> Result<Page<recipient_notice::Model>> {
    use recipient_notice::Column;
    let mut select = scope.select::<recipient_notice::Entity>();
    if let Some(request) = filter.request {
        select = select.filter(Column::RequestId.eq(request));
    }
    if let Some(recipient) = filter.recipient {
        select = select.filter(Column::RecipientId.eq(recipient));
    }
    if !filter.statuses.is_empty() {
        select = select.filter(Column::Status.is_in(filter.statuses.iter().copied()));
    }
    if let Some(after) = page.after {
        let place = after_place((Column::PlannedAt, Column::Id), after, false);
        select = select.filter(place);
    }
    let select = select
        .order_by_asc(Column::PlannedAt)
        .order_by_asc(Column::Id)
        .limit(page.limit_and_one());
    let rows = rows(db, select).await?;
    Ok(Page::of(rows, page, |row| Cursor {
        key: row.planned_at.as_millis(),
        id: row.id.uuid(),
    }))
}

/// A page of the notices about each of some items, in the order in which they were planned.
pub(in crate::requests) async fn notices_of_items(
    db: &impl ConnectionTrait,
    scope: Scope,
    items: &[RequestItemId],
    page: &CheckedPage,
) -> Result<HashMap<RequestItemId, Page<recipient_notice::Model>>> {
    use recipient_notice::{Column, Entity, Model};
    let columns = [Column::ItemId, Column::PlannedAt, Column::Id];
    let place = |row: &Model| (Some(row.item_id), row.planned_at, row.id.uuid());
    pages_of::<Entity, _>(db, scope, items, page, columns, place).await
}

/// Writes what may change of a notice.
pub(in crate::requests) async fn update_notice(
    db: &impl ConnectionTrait,
    scope: Scope,
    row: recipient_notice::Model,
) -> Result<()> {
    let id = row.id;
    let changed = recipient_notice::ActiveModel {
        status: Set(row.status),
        status_at: Set(row.status_at),
        channel: Set(row.channel),
        note: Set(row.note),
        version: Set(row.version),
        event_id: Set(row.event_id),
        ..Default::default()
    };
    recipient_notice::Entity::update_many()
        .set(changed)
        .filter(recipient_notice::Column::ControllerId.eq(scope.controller))
        .filter(recipient_notice::Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
}
