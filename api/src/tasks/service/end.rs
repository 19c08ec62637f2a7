//! Ending tasks that are not wanted any more.

use std::sync::Arc;

use entity::task;

use super::item::skip;
use crate::context::Ctx;
use crate::error::Result;
use crate::tasks::store::{self, Unwanted};

/// Ends some tasks that are not wanted any more; whether there may be others.
///
/// # Errors
/// As every statement.
pub(super) async fn end_unwanted(ctx: &Ctx, unwanted: Unwanted<'_>) -> Result<bool> {
    let found = store::unwanted(ctx.db(), ctx.scope(), unwanted, false).await?;
    if found.is_empty() {
        return Ok(false);
    }
    let keys = found.iter().map(|row| row.key_id);
    let keys = ctx.vault().keys(ctx.db(), ctx.scope(), keys).await?;
    let controller_key = ctx.controller_key().await?;
    // What was erased meanwhile has no key any more; that it is not wanted is nobody's secret.
    let key_of = |row: &task::Model| keys.get(&row.key_id).unwrap_or(&controller_key);
    let mut tx = ctx.begin().await?;
    let rows = store::unwanted(tx.db(), tx.scope(), unwanted, true).await?;
    if rows.is_empty() {
        tx.rollback().await?;
        return Ok(false);
    }
    for row in rows {
        let key = Arc::clone(key_of(&row));
        let skipped = skip(ctx, &mut tx, &key, row)?;
        store::update(tx.db(), tx.scope(), skipped).await?;
    }
    tx.commit().await?;
    Ok(true)
}
