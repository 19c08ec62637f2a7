//! Reading holds and blocks, as far as the caller may.

use std::collections::HashMap;

use entity::date::Date;
use entity::enums::{Action, HoldStatus};
use entity::id::{CustomerId, DataKeyId, DeletionBlockId, LegalHoldId};
use entity::time::Timestamp;
use entity::{deletion_block, legal_hold};

use crate::context::Ctx;
use crate::customers::{self, Lookup};
use crate::error::{Error, Result};
use crate::platform::page::{Page, PageRequest};
use crate::retention::{rules, store};
use crate::vault::{CellKeys, Locked};

/// How many blocks of all who are one are shown in a plan.
const MOST_SHOWN: u64 = 5_000;

/// A hold as a caller may see it.
#[derive(Debug, Clone)]
pub(crate) struct Hold {
    /// Its row.
    pub(crate) row: legal_hold::Model,
    /// Where it stands now.
    pub(crate) status: HoldStatus,
    /// Why it was placed.
    pub(crate) reason: Option<Locked>,
    /// On whose authority.
    pub(crate) authority: Option<Locked>,
    /// Why it was extended, or released.
    pub(crate) last_reason: Option<Locked>,
}

/// What a hold covers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cover {
    /// Customers that it names.
    pub(crate) customers: Vec<CustomerId>,
    /// Systems that it names.
    pub(crate) systems: Vec<String>,
    /// Data categories that it is about.
    pub(crate) categories: Vec<String>,
}

/// What a system must keep of a customer, as a caller may see it.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    /// Its row.
    pub(crate) row: deletion_block::Model,
    /// What is kept.
    pub(crate) what: Option<Locked>,
}

/// Which holds are asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct HoldFilter {
    /// That count now, or do not any more.
    pub(crate) active: Option<bool>,
    /// That cover this customer.
    pub(crate) customer: Option<Lookup>,
    /// The first at an instant.
    pub(in crate::retention) active_at: Option<(bool, Timestamp)>,
    /// Those that the customer is one with.
    pub(in crate::retention) among: Option<Vec<CustomerId>>,
}

impl Block {
    /// Whether an erasure waits for it.
    pub(crate) fn is_waited_for(&self) -> bool {
        rules::WAITED_FOR.contains(&self.row.ground)
    }
}

fn hold(keys: &CellKeys, row: legal_hold::Model, now: Timestamp) -> Hold {
    let lock = |column, cell| keys.lock(row.key_id, column, row.id.uuid(), cell);
    Hold {
        status: rules::status(&row, now),
        reason: lock(store::REASON, Some(&row.reason)),
        authority: lock(store::AUTHORITY, row.authority.as_ref()),
        last_reason: lock(store::LAST_REASON, row.last_reason.as_ref()),
        row,
    }
}

/// A page of holds, the latest first.
///
/// # Errors
/// Forbidden; Invalid for a look-up or a page that cannot be used; Ambiguous.
pub(crate) async fn holds(ctx: &Ctx, filter: &HoldFilter, page: PageRequest) -> Result<Page<Hold>> {
    ctx.authorize(Action::ReadLegalHolds)?;
    let active_at = filter.active.map(|active| (active, ctx.now()));
    let among = match &filter.customer {
        Some(lookup) => {
            // Or the answer would tell an address to whom it is not shown.
            ctx.authorize(Action::LookUpCustomers)?;
            Some(members_of(ctx, lookup).await?)
        }
        None => None,
    };
    let page = page.check(&format!("holds {:?} {among:?}", filter.active))?;
    let filter = HoldFilter {
        active_at,
        among,
        ..filter.clone()
    };
    let page = store::page_of_holds(ctx.db(), ctx.scope(), &filter, &page).await?;
    let keys = keys_of(ctx, page.rows.iter().map(|(_, row)| row.key_id)).await?;
    let now = ctx.now();
    Ok(page.map(|row| hold(&keys, row, now)))
}

pub(super) async fn members_of(ctx: &Ctx, lookup: &Lookup) -> Result<Vec<CustomerId>> {
    let asked = [(lookup, ctx.now())];
    let found = customers::service::resolve(ctx, &asked, |_| "filter.customer".to_owned()).await?;
    let customer = match found.into_iter().next() {
        Some(customers::Match::One(customer)) => customer,
        Some(customers::Match::Several(candidates)) => return Err(Error::Ambiguous { candidates }),
        Some(customers::Match::Nobody) | None => return Ok(Vec::new()),
    };
    Ok(customers::service::clusters(ctx, &[customer]).await?.all())
}

async fn keys_of(ctx: &Ctx, keys: impl Iterator<Item = DataKeyId>) -> Result<CellKeys> {
    ctx.cell_keys(Action::ReadPersonalData, keys).await
}

/// Holds by id.
///
/// # Errors
/// Forbidden.
pub(crate) async fn holds_by_id(
    ctx: &Ctx,
    ids: &[LegalHoldId],
) -> Result<HashMap<LegalHoldId, Hold>> {
    ctx.authorize(Action::ReadLegalHolds)?;
    let rows = store::holds_by_id(ctx.db(), ctx.scope(), ids).await?;
    let keys = keys_of(ctx, rows.iter().map(|row| row.key_id)).await?;
    let now = ctx.now();
    let rows = rows.into_iter();
    Ok(rows.map(|row| (row.id, hold(&keys, row, now))).collect())
}

/// What each of some holds covers.
///
/// # Errors
/// Forbidden.
pub(crate) async fn covers(ctx: &Ctx, ids: &[LegalHoldId]) -> Result<HashMap<LegalHoldId, Cover>> {
    ctx.authorize(Action::ReadLegalHolds)?;
    let (db, scope) = (ctx.db(), ctx.scope());
    let mut customers = store::customers_of(db, scope, ids).await?;
    let mut systems = store::systems_of(db, scope, ids).await?;
    let mut categories = store::categories_of(db, scope, ids).await?;
    let cover = |id: &LegalHoldId| Cover {
        customers: customers.remove(id).unwrap_or_default(),
        systems: systems.remove(id).unwrap_or_default(),
        categories: categories.remove(id).unwrap_or_default(),
    };
    let mut cover = cover;
    Ok(ids.iter().map(|id| (*id, cover(id))).collect())
}

/// The holds that count now over some customers who are one, with the systems that they cover: nothing, where it is all.
/// It authorises nothing: the use case that asks has done so.
///
/// # Errors
/// As every statement.
pub(crate) async fn holds_over(
    ctx: &Ctx,
    customers: &[CustomerId],
) -> Result<Vec<(legal_hold::Model, Option<Vec<String>>)>> {
    let (db, scope, now) = (ctx.db(), ctx.scope(), ctx.now());
    let mut rows = store::holds_over(db, scope, customers).await?;
    rows.retain(|row| rules::is_active(row, now));
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let mut systems = store::systems_of(db, scope, &ids).await?;
    let with = |row: legal_hold::Model| {
        let named = systems.remove(&row.id).unwrap_or_default();
        let named = (!row.all_systems).then_some(named);
        (row, named)
    };
    Ok(rows.into_iter().map(with).collect())
}

/// What systems must keep of some customers who are one. It authorises nothing: the use case that asks has done so.
///
/// # Errors
/// As every statement.
pub(crate) async fn blocks_of(ctx: &Ctx, customers: &[CustomerId]) -> Result<Vec<Block>> {
    let rows = store::blocks_of(
        ctx.db(),
        ctx.scope(),
        customers,
        Date::of(ctx.now()),
        MOST_SHOWN,
    )
    .await?;
    blocks(ctx, rows).await
}

async fn blocks(ctx: &Ctx, rows: Vec<deletion_block::Model>) -> Result<Vec<Block>> {
    let keys = keys_of(ctx, rows.iter().map(|row| row.key_id)).await?;
    let block = |row: deletion_block::Model| Block {
        what: keys.lock(row.key_id, store::WHAT, row.id.uuid(), Some(&row.what)),
        row,
    };
    Ok(rows.into_iter().map(block).collect())
}

/// Blocks by id.
///
/// # Errors
/// Forbidden.
pub(crate) async fn blocks_by_id(
    ctx: &Ctx,
    ids: &[DeletionBlockId],
) -> Result<HashMap<DeletionBlockId, Block>> {
    ctx.authorize(Action::PlanDeletion)?;
    let rows = store::blocks_by_id(ctx.db(), ctx.scope(), ids).await?;
    let blocks = blocks(ctx, rows).await?.into_iter();
    Ok(blocks.map(|block| (block.row.id, block)).collect())
}
