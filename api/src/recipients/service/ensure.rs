//! The recipients that changes in bulk name.

use std::collections::HashMap;

use entity::id::RecipientId;

use super::register::{Prepared, RecipientRef, prepare, register_in};
use crate::context::Ctx;
use crate::error::{Error, Result};

/// The recipients that some changes name: found, or registered now, in a change of its own, where they are new.
/// Each comes with the input field that names it, and is looked for once, however often it is named.
///
/// # Errors
/// For each: `NotFound` for an id that is not the controller's; Invalid for a name that cannot be used; Forbidden when
/// it is new and the caller may not register recipients.
pub(crate) async fn ensure(
    ctx: &Ctx,
    named: &[(RecipientRef, String)],
) -> Vec<Result<RecipientId>> {
    let mut known: HashMap<String, Result<RecipientId>> = HashMap::new();
    let mut found = Vec::new();
    for (named, field) in named {
        let name = named.describe().expose().to_owned();
        let one = match known.get(&name) {
            Some(known) => known.clone(),
            None => find_or_register(ctx, named, field).await,
        };
        known.insert(name, one.clone());
        found.push(one);
    }
    found
}

async fn find_or_register(ctx: &Ctx, named: &RecipientRef, field: &str) -> Result<RecipientId> {
    let mut again = true;
    loop {
        let prepared = prepare(ctx, named.clone(), field).await?;
        if let Prepared::Existing(id) = prepared {
            return Ok(id);
        }
        let id = prepared.id();
        let mut tx = ctx.begin().await?;
        let registered = match register_in(&mut tx, prepared).await {
            Ok(()) => tx.commit().await,
            Err(error) => tx.rollback().await.and(Err(error)),
        };
        match registered {
            Ok(()) => return Ok(id),
            // Another call registered the same one meanwhile: now it will be found.
            Err(Error::Conflict(_)) if again => again = false,
            Err(error) => return Err(error),
        }
    }
}
