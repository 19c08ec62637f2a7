//! Statements over the parts of requests.

use std::collections::HashMap;

use entity::id::{RequestClockId, RequestId, RequestItemId, RequestReferenceId};
use entity::time::Timestamp;
use entity::{
    Scoped, request_clock, request_item, request_message, request_reference, request_verification,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use uuid::Uuid;

use crate::error::Result;
use crate::platform::db::{Scope, after_place, for_each_parent};
use crate::platform::page::{CheckedPage, Cursor, Page};

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

/// A page of the attempts to make sure who asks, for each of some requests, the earliest first.
pub(in crate::requests) async fn verifications_of(
    db: &impl ConnectionTrait,
    scope: Scope,
    requests: &[RequestId],
    page: &CheckedPage,
) -> Result<HashMap<RequestId, Page<request_verification::Model>>> {
    use request_verification::{Column, Entity, Model};
    let columns = [Column::RequestId, Column::At, Column::Id];
    let place = |row: &Model| (row.request_id, row.at, row.id.uuid());
    by_request::<Entity>(db, scope, requests, page, columns, place).await
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
    let place = |row: &Model| (row.request_id, row.at, row.id.uuid());
    by_request::<Entity>(db, scope, requests, page, columns, place).await
}

/// Pages of parts, one for each request, the earliest part first. The columns, and `place` of a row, say whose a part
/// is, and where.
async fn by_request<E: Scoped>(
    db: &impl ConnectionTrait,
    scope: Scope,
    requests: &[RequestId],
    page: &CheckedPage,
    [of, at, id]: [E::Column; 3],
    place: impl Fn(&E::Model) -> (RequestId, Timestamp, Uuid),
) -> Result<HashMap<RequestId, Page<E::Model>>> {
    let selects = requests.iter().map(|request| {
        let mut select = scope.select::<E>().filter(of.eq(*request));
        if let Some(after) = page.after {
            select = select.filter(after_place((at, id), after, false));
        }
        let select = select.order_by_asc(at).order_by_asc(id);
        select.limit(page.limit_and_one()).into_query()
    });
    let mut found: HashMap<RequestId, Vec<E::Model>> = HashMap::new();
    for statement in for_each_parent(db.get_database_backend(), selects) {
        for row in E::Model::find_by_statement(statement).all(db).await? {
            found.entry(place(&row).0).or_default().push(row);
        }
    }
    let cursor = |row: &E::Model| {
        let (_, at, id) = place(row);
        Cursor {
            key: at.as_millis(),
            id,
        }
    };
    Ok(requests
        .iter()
        .map(|request| {
            let mut rows = found.remove(request).unwrap_or_default();
            // A database may put the parts of a union together in any order.
            rows.sort_unstable_by_key(|row| place(row));
            (*request, Page::of(rows, page, cursor))
        })
        .collect())
}
