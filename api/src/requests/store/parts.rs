//! Statements over the parts of requests.

use std::collections::HashMap;

use entity::id::{
    RequestClockId, RequestId, RequestItemId, RequestMessageId, RequestReferenceId,
    RequestVerificationId,
};
use entity::time::Timestamp;
use entity::{
    request_clock, request_item, request_message, request_reference, request_verification,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};

use crate::error::{Error, Result};
use crate::platform::db::{Scope, pages_of};
use crate::platform::page::{CheckedPage, Page};

/// The items of some requests, in the order in which they were named.
pub(in crate::requests) async fn items_of(
    db: &impl ConnectionTrait,
    scope: Scope,
    requests: &[RequestId],
) -> Result<Vec<request_item::Model>> {
    let select = scope.select::<request_item::Entity>();
    Ok(select
        .filter(request_item::Column::RequestId.is_in(requests.iter().copied()))
        .order_by_asc(request_item::Column::RequestId)
        .order_by_asc(request_item::Column::Position)
        .all(db)
        .await?)
}

pub(in crate::requests) async fn items_by_id(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[RequestItemId],
) -> Result<Vec<request_item::Model>> {
    let select = scope.select::<request_item::Entity>();
    Ok(select
        .filter(request_item::Column::Id.is_in(ids.iter().copied()))
        .all(db)
        .await?)
}

/// The clocks of some requests, the first to run out first.
pub(in crate::requests) async fn clocks_of(
    db: &impl ConnectionTrait,
    scope: Scope,
    requests: &[RequestId],
) -> Result<Vec<request_clock::Model>> {
    let select = scope.select::<request_clock::Entity>();
    Ok(select
        .filter(request_clock::Column::RequestId.is_in(requests.iter().copied()))
        .order_by_asc(request_clock::Column::DueAt)
        .order_by_asc(request_clock::Column::Id)
        .all(db)
        .await?)
}

pub(in crate::requests) async fn clocks_by_id(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[RequestClockId],
) -> Result<Vec<request_clock::Model>> {
    let select = scope.select::<request_clock::Entity>();
    Ok(select
        .filter(request_clock::Column::Id.is_in(ids.iter().copied()))
        .all(db)
        .await?)
}

/// What outside systems call some requests, in the order in which it was recorded.
pub(in crate::requests) async fn references_of(
    db: &impl ConnectionTrait,
    scope: Scope,
    requests: &[RequestId],
) -> Result<Vec<request_reference::Model>> {
    let select = scope.select::<request_reference::Entity>();
    Ok(select
        .filter(request_reference::Column::RequestId.is_in(requests.iter().copied()))
        .order_by_asc(request_reference::Column::Id)
        .all(db)
        .await?)
}

/// The requests that some references belong to, each once.
pub(in crate::requests) async fn requests_of_references(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[RequestReferenceId],
) -> Result<Vec<RequestId>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut found: Vec<RequestId> = scope
        .select::<request_reference::Entity>()
        .select_only()
        .column(request_reference::Column::RequestId)
        .filter(request_reference::Column::Id.is_in(ids.iter().copied()))
        .into_tuple()
        .all(db)
        .await?;
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// The attempts to make sure who asks that were recorded after an instant.
pub(in crate::requests) async fn verifications_since(
    db: &impl ConnectionTrait,
    scope: Scope,
    request: RequestId,
    since: Timestamp,
) -> Result<Vec<request_verification::Model>> {
    let select = scope.select::<request_verification::Entity>();
    Ok(select
        .filter(request_verification::Column::RequestId.eq(request))
        .filter(request_verification::Column::RecordedAt.gt(since))
        .all(db)
        .await?)
}

pub(in crate::requests) async fn verifications_by_id(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[RequestVerificationId],
) -> Result<Vec<request_verification::Model>> {
    let select = scope.select::<request_verification::Entity>();
    Ok(select
        .filter(request_verification::Column::Id.is_in(ids.iter().copied()))
        .all(db)
        .await?)
}

/// A page of the attempts to make sure who asks, for each of some requests, the earliest first.
pub(in crate::requests) async fn verifications_of(
    db: &impl ConnectionTrait,
    scope: Scope,
    requests: &[RequestId],
    page: &CheckedPage,
) -> Result<HashMap<RequestId, Page<request_verification::Model>>> {
    use request_verification::{Column, Entity, Model};
    let columns = [Column::RequestId, Column::At, Column::Id];
    let place = |row: &Model| (Some(row.request_id), row.at, row.id.uuid());
    pages_of::<Entity, _>(db, scope, requests, page, columns, place).await
}

pub(in crate::requests) async fn messages_by_id(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[RequestMessageId],
) -> Result<Vec<request_message::Model>> {
    let select = scope.select::<request_message::Entity>();
    Ok(select
        .filter(request_message::Column::Id.is_in(ids.iter().copied()))
        .all(db)
        .await?)
}

/// A message.
///
/// # Errors
/// `NotFound` when it is not there.
pub(in crate::requests) async fn message(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: RequestMessageId,
) -> Result<request_message::Model> {
    let found = messages_by_id(db, scope, &[id]).await?.into_iter().next();
    found.ok_or(Error::NotFound { what: "message" })
}

/// Writes what may change of a message.
pub(in crate::requests) async fn update_message(
    db: &impl ConnectionTrait,
    scope: Scope,
    row: request_message::Model,
) -> Result<()> {
    let changed = request_message::ActiveModel {
        delivery: Set(row.delivery),
        delivery_at: Set(row.delivery_at),
        version: Set(row.version),
        event_id: Set(row.event_id),
        ..Default::default()
    };
    request_message::Entity::update_many()
        .set(changed)
        .filter(request_message::Column::ControllerId.eq(scope.controller))
        .filter(request_message::Column::Id.eq(row.id))
        .exec(db)
        .await?;
    Ok(())
}

/// A page of the messages about each of some requests, the earliest first.
pub(in crate::requests) async fn messages_of(
    db: &impl ConnectionTrait,
    scope: Scope,
    requests: &[RequestId],
    page: &CheckedPage,
) -> Result<HashMap<RequestId, Page<request_message::Model>>> {
    use request_message::{Column, Entity, Model};
    let columns = [Column::RequestId, Column::At, Column::Id];
    let place = |row: &Model| (Some(row.request_id), row.at, row.id.uuid());
    pages_of::<Entity, _>(db, scope, requests, page, columns, place).await
}
