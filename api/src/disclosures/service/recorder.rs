//! One commit for many: what is recorded at the same time is written in one transaction, so that all of it waits for
//! the disk once.
//!
//! A *group* is written whole or not at all. Whoever comes while a transaction is under way is taken along by the next
//! one. A group that cannot be written does not keep the others from it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use entity::id::ControllerId;
use entity::idempotency;

use super::ready::Ready;
use crate::context::{Ctx, Tx, idempotency as once};
use crate::disclosures::store;
use crate::error::{Error, Result};
use crate::platform::db::Db;
use crate::platform::together::{Limits, Together};
use crate::vault;

/// How many subjects of disclosures share a commit, unless one call alone brings more.
const MOST_AT_ONCE: usize = 1_000;
/// How many commits of a controller may be under way on a database that takes several.
const COMMITS_AT_ONCE: usize = 3;
/// How often a group is tried whose idempotency keys others use at the same time.
const TRIES: usize = 3;

/// What became of one disclosure of a group.
#[derive(Debug, Clone)]
pub(super) enum Written {
    /// It was written.
    New,
    /// It was recorded before, with these ids as its result.
    Replay(Vec<String>),
}

/// Disclosures that are written whole or not at all.
type Group = Vec<Ready>;
/// What became of a group.
type Outcome = Result<Vec<Written>>;

/// What waits to be written, by controller.
#[derive(Clone, Default)]
pub(crate) struct Recorder(Together<ControllerId, Group, Outcome>);

impl Recorder {
    /// Writes groups, together with whatever else comes at the same time; answers for each.
    ///
    /// # Errors
    /// Unavailable when the writer came to an end before it answered. Each group has an error of its own: Conflict
    /// when a key was destroyed meanwhile, `IdempotencyKeyReused`, Unavailable.
    pub(super) async fn write(ctx: &Ctx, groups: Vec<Group>) -> Result<Vec<Outcome>> {
        let limits = Limits {
            workers: match ctx.app.db {
                Db::Sqlite { .. } => 1,
                Db::Postgres { .. } => COMMITS_AT_ONCE,
            },
            weight: MOST_AT_ONCE,
        };
        let weight = groups.iter().flatten().map(weight).sum();
        // The commit is not any one caller's: it goes on when this one hangs up.
        let own = Ctx::new(Arc::clone(&ctx.app), ctx.actor.clone());
        let work = move |groups: Vec<Group>| {
            let own = own.clone();
            async move { write_all(&own, &groups).await }
        };
        let recorder = ctx.app.parts.get::<Self>().cloned().unwrap_or_default();
        let (key, tasks) = (ctx.controller(), &ctx.app.mutations);
        recorder
            .0
            .ask(key, limits, (groups, weight), tasks, work)
            .await
    }
}

/// What a disclosure weighs in a commit: its subjects.
fn weight(ready: &Ready) -> usize {
    ready.subjects.len().max(1)
}

/// Writes all groups together; where that fails, each by itself, so that what is wrong with one fails no other.
async fn write_all(ctx: &Ctx, groups: &[Group]) -> Vec<Outcome> {
    let all: Vec<_> = groups.iter().collect();
    let together = match attempt(ctx, &all).await {
        Ok(outcomes) => outcomes,
        Err(error @ Error::Unavailable(_)) => {
            return groups.iter().map(|_| Err(error.clone())).collect();
        }
        Err(_of_some_group) => groups.iter().map(|_| None).collect(),
    };
    let mut outcomes = Vec::new();
    for (group, outcome) in groups.iter().zip(together) {
        outcomes.push(match outcome {
            Some(outcome) => outcome,
            None => alone(ctx, group).await,
        });
    }
    outcomes
}

/// Writes one group. Another call with one of its idempotency keys may be under way: then its result is there at the
/// next try.
async fn alone(ctx: &Ctx, group: &Group) -> Outcome {
    let mut outcome = Err(Error::Conflict("another call with this key is under way"));
    for _ in 0..TRIES {
        outcome = match attempt(ctx, &[group]).await {
            Ok(outcomes) => match outcomes.into_iter().next().flatten() {
                Some(outcome) => return outcome,
                None => continue,
            },
            Err(error) => Err(error),
        };
        if !matches!(outcome, Err(Error::Conflict(_))) {
            break;
        }
    }
    outcome
}

/// Writes groups in one transaction. Those without an outcome are to be tried again, after the others.
async fn attempt(ctx: &Ctx, groups: &[&Group]) -> Result<Vec<Option<Outcome>>> {
    let mut tx = ctx.begin().await?;
    let judged = judge(ctx, &tx, groups).await?;
    let chosen: Vec<&Ready> = groups
        .iter()
        .zip(&judged)
        .filter_map(|(group, outcome)| Some((group, outcome.as_ref()?.as_ref().ok()?)))
        .flat_map(|(group, written)| group.iter().zip(written))
        .filter_map(|(ready, written)| is_new(written).then_some(ready))
        .collect();
    if chosen.is_empty() {
        tx.rollback().await?;
        return Ok(judged);
    }
    let keys: Vec<_> = chosen.iter().filter_map(|one| one.once.as_ref()).collect();
    let inserted = once::insert_all(tx.db(), &keys).await?;
    if inserted != u64::try_from(keys.len()).unwrap_or(u64::MAX) {
        tx.rollback().await?;
        return Err(Error::Conflict("another call with this key is under way"));
    }
    store::insert_all(&tx, &chosen).await?;
    tx.append(chosen.iter().flat_map(|one| one.leaves.iter().cloned()));
    tx.commit().await?;
    Ok(judged)
}

fn is_new(written: &Written) -> bool {
    matches!(written, Written::New)
}

/// Decides what becomes of each group; what was recorded before is not written again.
async fn judge(ctx: &Ctx, tx: &Tx, groups: &[&Group]) -> Result<Vec<Option<Outcome>>> {
    let all = || groups.iter().copied().flatten();
    let keys: Vec<_> = all().filter_map(|one| one.once.as_ref()).collect();
    let mut earlier = once::earlier_of(tx.db(), tx.scope(), &keys).await?;
    let expired = earlier.values().filter(|row| row.expires_at <= ctx.now());
    once::forget(tx.db(), tx.scope(), &expired.collect::<Vec<_>>(), ctx.now()).await?;
    earlier.retain(|_, row| row.expires_at > ctx.now());
    let mut pins: Vec<_> = all().flat_map(|one| &one.pins).copied().collect();
    pins.sort_unstable();
    pins.dedup();
    let pinned = ctx.vault().pinned(tx.inner(), tx.scope(), &pins).await?;
    let mut taken = HashSet::new();
    let mut judged = Vec::new();
    for group in groups {
        let names: Vec<_> = group.iter().filter_map(|one| one.once.as_ref()).collect();
        // The same key twice at the same time: the second sees the result of the first, later.
        let fresh = names.iter().all(|row| taken.insert(once::name_of(row)));
        let erased = group
            .iter()
            .flat_map(|one| &one.pins)
            .any(|pin| !pinned.contains(pin));
        judged.push(match (fresh, verdicts(group, &earlier)) {
            (false, _) => None,
            (true, Ok(written)) if erased && written.iter().any(is_new) => Some(Err(vault::ERASED)),
            (true, outcome) => Some(outcome),
        });
    }
    Ok(judged)
}

fn verdicts(
    group: &Group,
    earlier: &HashMap<(uuid::Uuid, String, Vec<u8>), idempotency::Model>,
) -> Outcome {
    let verdict = |ready: &Ready| match &ready.once {
        None => Ok(Written::New),
        Some(row) => match earlier.get(&once::name_of(row)) {
            None => Ok(Written::New),
            Some(earlier) => once::replay(earlier, row).map(Written::Replay),
        },
    };
    group.iter().map(verdict).collect()
}
