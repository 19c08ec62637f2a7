//! Reading the ledger: the feed that integrations follow.

use std::collections::HashMap;

use entity::enums::{Action, EventType, Log};
use entity::event;
use entity::id::EventId;

use super::store;
use crate::context::{Ctx, Tx};
use crate::error::Result;
use crate::platform::page::{Cursor, Page, PageRequest};

/// Makes the logs of a new controller.
///
/// # Errors
/// As every statement.
pub(crate) async fn open_logs_in(tx: &Tx) -> Result<()> {
    store::insert_logs(tx.inner(), tx.scope().controller).await
}

/// Events of the MAIN log in the order of their numbers, of all types or of some.
///
/// # Errors
/// Forbidden; Invalid for a cursor or page size that cannot be used.
pub(crate) async fn events(
    ctx: &Ctx,
    types: &[EventType],
    page: PageRequest,
) -> Result<Page<event::Model>> {
    ctx.authorize(Action::ReadEvents)?;
    // The cursor is bound to the log and not to the filter: a reader may change what it follows.
    let request = page.check("events")?;
    let after = request.after.map(|cursor| cursor.key);
    let limit = request.limit_and_one();
    let rows = store::page(ctx.db(), ctx.scope(), Log::Main, after, types, limit).await?;
    Ok(Page::of(rows, &request, |row| Cursor {
        key: row.idx.unwrap_or_default(),
        id: row.id.uuid(),
    }))
}

/// Events by id, those that the caller may see.
///
/// # Errors
/// Forbidden.
pub(crate) async fn events_by_id(
    ctx: &Ctx,
    ids: &[EventId],
) -> Result<HashMap<EventId, event::Model>> {
    ctx.authorize(Action::ReadEvents)?;
    let rows = store::by_ids(ctx.db(), ctx.scope(), ids).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}
