//! Having a package put together.

use std::sync::Arc;

use entity::access_package;
use entity::enums::{AccessPackageStatus as Status, Action, EventType, Log};
use entity::id::{AccessPackageId, CustomerId, RequestItemId};

use crate::context::{Begun, Ctx, Once, Tx, only_id};
use crate::error::{Error, Result};
use crate::ledger::{Event, Fields};
use crate::packages::store;
use crate::platform::random;
use crate::requests::service::{Answerable, answerable, hold};
use crate::vault::{DataKey, ERASED};

/// Orders a package for a request for data: it is put together soon, and takes the place of the one before. While one is
/// being put together, it is that one.
///
/// # Errors
/// Forbidden; `NotFound`; Invalid for what asks for no data; Refused (`TRANSITION_NOT_ALLOWED`, `TASKS_OPEN`,
/// `AUTHORITY_EXPIRED`); Conflict when the request was erased.
pub(crate) async fn order(ctx: &Ctx, item: RequestItemId, once: Once) -> Result<AccessPackageId> {
    ctx.authorize(Action::HandOutPackages)?;
    if let Some(ids) = ctx.done_before(&once).await? {
        return only_id(&ids, "access package");
    }
    let asked = allowed(ctx, item).await?;
    let request = asked.request;
    let key = key_of(ctx, request.key_id).await?;
    let id = AccessPackageId::from_uuid(random::id());
    let mut tx = match ctx.begin_once(&once, &[id.to_string()]).await? {
        Begun::New(tx) => *tx,
        Begun::Replay(ids) => return only_id(&ids, "access package"),
    };
    // Where there is no package yet, there is nothing else that two orders would wait for each other at.
    hold(&tx, request.id).await?;
    ctx.vault()
        .pin(tx.inner(), tx.scope(), vec![key.id()])
        .await?;
    let before = store::lock_of_item(tx.db(), tx.scope(), item).await?;
    if let Some(planned) = before.iter().find(|row| row.status == Status::Planned) {
        let id = planned.id;
        tx.rollback().await?;
        return Ok(id);
    }
    for row in before {
        end(&mut tx, row, Status::Expired, &key, Fields::new()).await?;
    }
    let event_id = record(
        &mut tx,
        EventType::PackageOrdered,
        (id, request.customer_id),
        &key,
        Fields::new()
            .with("request", request.id.to_string())
            .with("item", item.to_string()),
    )?;
    let row = access_package::Model {
        controller_id: ctx.controller(),
        id,
        request_id: request.id,
        item_id: item,
        customer_id: request.customer_id,
        status: Status::Planned,
        recorded_at: ctx.now(),
        ready_at: None,
        expires_at: None,
        attempts: 0,
        not_before: ctx.now(),
        lease: None,
        size: 0,
        chunks: 0,
        files: 0,
        key_id: key.id(),
        digest: None,
        version: 1,
        event_id,
    };
    store::insert(tx.db(), row).await?;
    tx.commit().await?;
    Ok(id)
}

/// A thing that was asked for, where it may be answered now. That a rule said no is recorded.
///
/// # Errors
/// As [`answerable`].
pub(super) async fn allowed(ctx: &Ctx, item: RequestItemId) -> Result<Answerable> {
    match answerable(ctx, item).await {
        Err(Error::Refused { code, reason }) => {
            Err(ctx.refuse(code, reason, item.to_string()).await)
        }
        answer => answer,
    }
}

/// The key of a request.
///
/// # Errors
/// Conflict when it was destroyed.
pub(super) async fn key_of(ctx: &Ctx, id: entity::id::DataKeyId) -> Result<Arc<DataKey>> {
    let mut keys = ctx.vault().keys(ctx.db(), ctx.scope(), [id]).await?;
    keys.remove(&id).ok_or(ERASED)
}

/// Records what became of a package.
///
/// # Errors
/// As [`Tx::record`].
pub(super) fn record(
    tx: &mut Tx,
    kind: EventType,
    (id, customer): (AccessPackageId, Option<CustomerId>),
    key: &DataKey,
    fields: Fields,
) -> Result<entity::id::EventId> {
    tx.record(Event {
        kind,
        log: Log::Main,
        object: id.to_string(),
        customer,
        key,
        fields,
    })
}

/// Ends a package: nobody can fetch it any more.
///
/// # Errors
/// As every statement.
pub(super) async fn end(
    tx: &mut Tx,
    row: access_package::Model,
    status: Status,
    key: &DataKey,
    fields: Fields,
) -> Result<()> {
    let kind = match status {
        Status::Failed => EventType::PackageFailed,
        _ => EventType::PackageExpired,
    };
    let of = (row.id, row.customer_id);
    let event_id = record(tx, kind, of, key, fields)?;
    let row = access_package::Model {
        status,
        lease: None,
        version: row.version + 1,
        event_id,
        ..row
    };
    store::update(tx.db(), row).await
}
