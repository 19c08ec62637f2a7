//! The recipients that changes in bulk name.

use std::collections::HashMap;

use entity::id::RecipientId;

use super::find::{Known, find_distinct};
use super::register::{Prepared, RecipientRef, prepare, prepare_known, register_in};
use crate::context::Ctx;
use crate::error::{Error, Result};

/// The recipients that some changes name: found, or registered now, in a change of its own, where they are new.
/// `field` is the input field that names them. Each is looked for once, however often it is named. With
/// `all_or_none`, none is registered where one cannot be.
///
/// # Errors
/// For each: `NotFound` for an id that is not the controller's; Invalid for a name that cannot be used; Forbidden when
/// it is new and the caller may not register recipients.
pub(crate) async fn ensure(
    ctx: &Ctx,
    named: &[RecipientRef],
    field: &str,
    all_or_none: bool,
) -> Vec<Result<RecipientId>> {
    // Where all name the same, there are no others.
    if all_or_none && named.windows(2).any(differ) {
        let found = each(ctx, named, field, false).await;
        if found.iter().any(Result::is_err) {
            return found;
        }
    }
    each(ctx, named, field, true).await
}

fn differ(two: &[RecipientRef]) -> bool {
    match two {
        [one, other] => one.describe() != other.describe(),
        _ => false,
    }
}

/// Looks for each, once, however often it is named; registers what is new, or gives the id that it would have.
async fn each(
    ctx: &Ctx,
    named: &[RecipientRef],
    field: &str,
    register: bool,
) -> Vec<Result<RecipientId>> {
    let mut known = match find_distinct(ctx, named, field).await {
        Ok(known) => known,
        Err(error) => return named.iter().map(|_| Err(error.clone())).collect(),
    };
    let mut ids: HashMap<String, Result<RecipientId>> = HashMap::new();
    let mut found = Vec::new();
    for named in named {
        let name = named.describe().expose().to_owned();
        let one = match (ids.get(&name), known.remove(&name)) {
            (Some(id), _) => id.clone(),
            (None, Some(Ok(Known::New(..)))) if register => {
                find_or_register(ctx, named, field).await
            }
            (None, Some(known)) => known
                .and_then(|known| prepare_known(ctx, known, field))
                .map(|prepared| prepared.id()),
            (None, None) => Err(Error::NotFound { what: "recipient" }),
        };
        ids.insert(name, one.clone());
        found.push(one);
    }
    found
}

async fn find_or_register(ctx: &Ctx, named: &RecipientRef, field: &str) -> Result<RecipientId> {
    let mut again = true;
    loop {
        let prepared = prepare(ctx, named, field).await?;
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
