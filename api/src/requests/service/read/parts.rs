//! Reading what belongs to requests: references, messages, attempts to make sure who asks.

use std::collections::HashMap;

use entity::enums::Action;
use entity::id::{RequestId, RequestMessageId, RequestVerificationId};
use entity::request_reference;

use super::{Keys, Message, Reference, Verification, grouped};
use crate::context::Ctx;
use crate::error::Result;
use crate::platform::page::{Page, PageRequest};
use crate::requests::store;

/// What outside systems call some requests, in the order in which it was recorded.
///
/// # Errors
/// Forbidden.
pub(crate) async fn references(
    ctx: &Ctx,
    requests: &[RequestId],
) -> Result<HashMap<RequestId, Vec<Reference>>> {
    ctx.authorize(Action::ReadRequests)?;
    let rows = store::references_of(ctx.db(), ctx.scope(), requests).await?;
    let keys = Keys::load(ctx, rows.iter().map(|row| row.key_id)).await?;
    let reference = |row: request_reference::Model| Reference {
        number: keys.lock(
            row.key_id,
            store::REFERENCE,
            row.id.uuid(),
            Some(&row.reference),
        ),
        row,
    };
    let rows = rows.into_iter();
    Ok(grouped(rows.map(|row| (row.request_id, reference(row)))))
}

/// A page of the messages about each of some requests, the earliest first.
///
/// # Errors
/// Forbidden; Invalid for a page that cannot be given.
pub(crate) async fn messages(
    ctx: &Ctx,
    requests: &[RequestId],
    page: PageRequest,
) -> Result<HashMap<RequestId, Page<Message>>> {
    ctx.authorize(Action::ReadRequests)?;
    let page = page.check("request.correspondence")?;
    let found = store::messages_of(ctx.db(), ctx.scope(), requests, &page).await?;
    let pages = found.values().flat_map(|page| &page.rows);
    let keys = Keys::load(ctx, pages.map(|(_, row)| row.key_id)).await?;
    Ok(found
        .into_iter()
        .map(|(request, page)| (request, page.map(|row| keys.message(row))))
        .collect())
}

/// Messages by id.
///
/// # Errors
/// Forbidden.
pub(crate) async fn messages_by_id(
    ctx: &Ctx,
    ids: &[RequestMessageId],
) -> Result<HashMap<RequestMessageId, Message>> {
    ctx.authorize(Action::ReadRequests)?;
    let rows = store::messages_by_id(ctx.db(), ctx.scope(), ids).await?;
    let keys = Keys::load(ctx, rows.iter().map(|row| row.key_id)).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.id, keys.message(row)))
        .collect())
}

/// A page of the attempts to make sure who asks, for each of some requests, the earliest first.
///
/// # Errors
/// Forbidden; Invalid for a page that cannot be given.
pub(crate) async fn verifications(
    ctx: &Ctx,
    requests: &[RequestId],
    page: PageRequest,
) -> Result<HashMap<RequestId, Page<Verification>>> {
    ctx.authorize(Action::ReadRequests)?;
    let page = page.check("request.verifications")?;
    let found = store::verifications_of(ctx.db(), ctx.scope(), requests, &page).await?;
    let pages = found.values().flat_map(|page| &page.rows);
    let keys = Keys::load(ctx, pages.map(|(_, row)| row.key_id)).await?;
    Ok(found
        .into_iter()
        .map(|(request, page)| (request, page.map(|row| keys.verification(row))))
        .collect())
}

/// Attempts to make sure who asks, by id.
///
/// # Errors
/// Forbidden.
pub(crate) async fn verifications_by_id(
    ctx: &Ctx,
    ids: &[RequestVerificationId],
) -> Result<HashMap<RequestVerificationId, Verification>> {
    ctx.authorize(Action::ReadRequests)?;
    let rows = store::verifications_by_id(ctx.db(), ctx.scope(), ids).await?;
    let keys = Keys::load(ctx, rows.iter().map(|row| row.key_id)).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.id, keys.verification(row)))
        .collect())
}
