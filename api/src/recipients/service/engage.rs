//! Who works for whom: processors engage others (GDPR Art. 28(2) and (4)).

use std::collections::HashMap;

use entity::enums::{Action, RecipientRole};
use entity::id::RecipientId;

use crate::context::{Ctx, Tx};
use crate::error::{Error, Result};
use crate::recipients::store;

/// How many recipients one may engage: they are shown whole.
const MOST: u64 = 100;
/// How long a chain of recipients may be, each of whom works for the next.
const LONGEST_CHAIN: usize = 10;

/// Whether a recipient of a role can work for another.
///
/// # Errors
/// Invalid.
pub(super) fn check_role(role: RecipientRole, engaged: bool) -> Result<()> {
    if engaged && role != RecipientRole::SubProcessor {
        let problem = "is said of a SUB_PROCESSOR only: null for the others";
        return Err(Error::invalid("engagedBy", problem));
    }
    Ok(())
}

/// Writes down for whom a recipient works, or that it works for no other.
///
/// # Errors
/// `NotFound`; Invalid for one that processes nothing, that works for the recipient itself, or that has 100 already.
pub(super) async fn save(
    tx: &Tx,
    recipient: RecipientId,
    engaged_by: Option<RecipientId>,
) -> Result<()> {
    let (db, scope) = (tx.db(), tx.scope());
    // Chains are looked at one change after the other: two that each look right could make a circle.
    store::wait_for_engagements(db, scope).await?;
    store::delete_engagement(db, scope, recipient).await?;
    let Some(by) = engaged_by else {
        return Ok(());
    };
    let found = store::by_id(db, scope, by).await;
    let found = found.map_err(|error| error.at("engagedBy"))?;
    let wrong = |problem: &str| Err(Error::invalid("engagedBy", problem));
    if !matches!(
        found.role,
        RecipientRole::Processor | RecipientRole::SubProcessor
    ) {
        return wrong("must be a PROCESSOR or a SUB_PROCESSOR");
    }
    if store::count_engaged(db, scope, by).await? >= MOST {
        return wrong("engages 100 others already");
    }
    let mut above = Some(by);
    for _ in 0..LONGEST_CHAIN {
        let Some(one) = above else {
            return store::insert_engagement(db, scope, recipient, by).await;
        };
        if one == recipient {
            return wrong("works for this recipient itself");
        }
        above = store::engaged_by(db, scope, &[one]).await?.remove(&one);
    }
    wrong("would make a chain of more than 10 recipients")
}

/// For whom some recipients work.
///
/// # Errors
/// Forbidden.
pub(crate) async fn engaged_by(
    ctx: &Ctx,
    ids: &[RecipientId],
) -> Result<HashMap<RecipientId, RecipientId>> {
    ctx.authorize(Action::ReadRecipients)?;
    store::engaged_by(ctx.db(), ctx.scope(), ids).await
}

/// Who works for some recipients.
///
/// # Errors
/// Forbidden.
pub(crate) async fn engaged(
    ctx: &Ctx,
    ids: &[RecipientId],
) -> Result<HashMap<RecipientId, Vec<RecipientId>>> {
    ctx.authorize(Action::ReadRecipients)?;
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for row in store::engaged(ctx.db(), ctx.scope(), ids).await? {
        found
            .entry(row.engaged_by)
            .or_default()
            .push(row.recipient_id);
    }
    Ok(found)
}
