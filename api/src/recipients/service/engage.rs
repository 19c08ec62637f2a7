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
    if !processes(found.role) {
        return wrong("must be a PROCESSOR or a SUB_PROCESSOR");
    }
    if store::count_engaged(db, scope, by).await? >= MOST {
        return wrong("engages 100 others already");
    }
    let mut length = 1 + depth_below(tx, recipient).await?;
    let mut above = Some(by);
    while let Some(one) = above {
        if one == recipient {
            return wrong("works for this recipient itself");
        }
        length += 1;
        if length > LONGEST_CHAIN {
            return wrong("would make a chain of more than 10 recipients");
        }
        above = store::engaged_by(db, scope, &[one]).await?.remove(&one);
    }
    store::insert_engagement(db, scope, recipient, by).await
}

/// How long the longest chain is of those who work for a recipient.
async fn depth_below(tx: &Tx, recipient: RecipientId) -> Result<usize> {
    let mut level = vec![recipient];
    for depth in 0..LONGEST_CHAIN {
        let below = store::engaged(tx.db(), tx.scope(), &level).await?;
        if below.is_empty() {
            return Ok(depth);
        }
        level = below.into_iter().map(|row| row.recipient_id).collect();
    }
    Ok(LONGEST_CHAIN)
}

/// Makes sure that a recipient whose role changes is one that others can work for, where some do.
///
/// # Errors
/// Invalid.
pub(super) async fn check_new_role(
    tx: &Tx,
    recipient: RecipientId,
    role: RecipientRole,
) -> Result<()> {
    if processes(role) {
        return Ok(());
    }
    let (db, scope) = (tx.db(), tx.scope());
    store::wait_for_engagements(db, scope).await?;
    if store::count_engaged(db, scope, recipient).await? > 0 {
        let problem = "must be PROCESSOR or SUB_PROCESSOR: others work for it";
        return Err(Error::invalid("role", problem));
    }
    Ok(())
}

const fn processes(role: RecipientRole) -> bool {
    matches!(role, RecipientRole::Processor | RecipientRole::SubProcessor)
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

/// Who works for whom, all of them: who engages, and who is engaged. It authorises nothing: the use case that asks has done
/// so.
///
/// # Errors
/// As every statement.
pub(crate) async fn engagements(ctx: &Ctx) -> Result<Vec<(RecipientId, RecipientId)>> {
    let rows = store::all_engaged(ctx.db(), ctx.scope()).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.engaged_by, row.recipient_id))
        .collect())
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
