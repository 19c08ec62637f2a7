//! Merging customers: one stands for both from then on, and nothing moves.

use std::collections::HashMap;

use entity::customer_merge;
use entity::enums::{Action, ErrorCode, EventType, Log};
use entity::id::CustomerId;

use super::lookup::Lookup;
use super::pair::pair;
use super::profile::Profiles;
use super::read::{Customer, by_ids};
use crate::context::{Begun, Ctx, Once};
use crate::customers::{rules, store};
use crate::error::{Error, Result};
use crate::ledger::{Event, Fields};
use crate::platform::page::{Page, PageRequest};

/// A customer that was merged, and the one that stands for it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Merged {
    /// The one that went in.
    pub(crate) from: CustomerId,
    /// The one that stands for both.
    pub(crate) into: CustomerId,
}

/// Merges a customer into another, with all that were merged into it. Rows keep their customer and key.
///
/// # Errors
/// Forbidden; Invalid for a look-up that cannot be asked and for a cluster that would be too large; `NotFound`;
/// Ambiguous; Refused when both are one already.
pub(crate) async fn merge(ctx: &Ctx, lookups: [Lookup; 2], once: Once) -> Result<Merged> {
    ctx.authorize(Action::MergeCustomers)?;
    // They are one since: what was answered then counts.
    if let Some(ids) = ctx.done_before(&once).await? {
        return replayed(&ids);
    }
    match Box::pin(attempt(ctx, lookups.clone(), &once)).await {
        // One of them was merged meanwhile: now its look-up leads to where it went.
        Err(Error::Conflict(_)) => Box::pin(attempt(ctx, lookups, &once)).await,
        outcome => outcome,
    }
}

fn replayed(ids: &[String]) -> Result<Merged> {
    let ids: Vec<CustomerId> = ids.iter().filter_map(|id| id.parse().ok()).collect();
    match ids.as_slice() {
        [from, into] => Ok(Merged {
            from: *from,
            into: *into,
        }),
        _ => Err(Error::NotFound { what: "customer" }),
    }
}

async fn attempt(ctx: &Ctx, lookups: [Lookup; 2], once: &Once) -> Result<Merged> {
    let both = pair(ctx, lookups, ["from", "into"]).await?;
    let [from, into] = both;
    if from == into {
        let reason = "both are one customer already".to_owned();
        let code = ErrorCode::CustomerMerged;
        return Err(ctx.refuse(code, reason, from.to_string()).await);
    }
    let mut profiles = Profiles::load(ctx, &both).await?;
    profiles.key(from)?;
    let results = both.map(|id| id.to_string());
    let mut tx = match ctx.begin_once(once, &results).await? {
        Begun::New(tx) => tx,
        Begun::Replay(ids) => return replayed(&ids),
    };
    profiles.hold(ctx, &tx).await?;
    // Whoever merges one of them holds it, too: from here on, both stay what they are.
    if !store::roots(tx.db(), tx.scope(), &both).await?.is_empty() {
        return Err(Error::Conflict(
            "one of these customers was merged meanwhile",
        ));
    }
    let went_in = store::count_merged(tx.db(), tx.scope(), from).await?;
    if !rules::fits(
        went_in,
        store::count_merged(tx.db(), tx.scope(), into).await?,
    ) {
        let problem = "would stand for more than 100 customers";
        return Err(Error::invalid("into", problem));
    }
    let event_id = tx.record(Event {
        kind: EventType::CustomerMerged,
        log: Log::Main,
        object: from.to_string(),
        customer: Some(from),
        key: profiles.key(from)?,
        fields: Fields::new().with("into", into.to_string()),
    })?;
    let row = customer_merge::Model {
        controller_id: ctx.controller(),
        customer_id: from,
        into_id: into,
        merged_at: ctx.now(),
        event_id,
    };
    store::merge(tx.db(), tx.scope(), row).await?;
    tx.commit().await?;
    Ok(Merged { from, into })
}

/// The customers that stand for those of some that were merged.
///
/// # Errors
/// Forbidden.
pub(crate) async fn roots(
    ctx: &Ctx,
    customers: &[CustomerId],
) -> Result<HashMap<CustomerId, CustomerId>> {
    ctx.authorize(Action::ReadCustomers)?;
    store::roots(ctx.db(), ctx.scope(), customers).await
}

/// A page of what was merged into each of some customers, by id.
///
/// # Errors
/// Forbidden; Invalid for a page that cannot be given.
pub(crate) async fn merged_from(
    ctx: &Ctx,
    customers: &[CustomerId],
    page: PageRequest,
) -> Result<HashMap<CustomerId, Page<Customer>>> {
    ctx.authorize(Action::ReadCustomers)?;
    let page = page.check("mergedFrom")?;
    let found = store::merged_into(ctx.db(), ctx.scope(), customers, &page).await?;
    let ids: Vec<_> = found
        .values()
        .flat_map(|page| page.rows.iter().map(|(_, id)| *id))
        .collect();
    let known = by_ids(ctx, &ids).await?;
    Ok(found
        .into_iter()
        .map(|(root, page)| (root, page.filter_map(|id| known.get(&id).cloned())))
        .collect())
}

/// How many customers were merged into one.
///
/// # Errors
/// Forbidden.
pub(crate) async fn count_merged(ctx: &Ctx, customer: CustomerId) -> Result<i64> {
    ctx.authorize(Action::ReadCustomers)?;
    store::count_merged(ctx.db(), ctx.scope(), customer).await
}
