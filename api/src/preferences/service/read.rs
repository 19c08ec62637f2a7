//! Reading what persons said, and what it comes to.

use std::collections::HashMap;

use entity::enums::{Action, OptOutScope, PreferenceMethod, PreferenceStatus};
use entity::id::{CustomerId, DataKeyId, PreferenceId};
use entity::preference;

use crate::context::Ctx;
use crate::customers;
use crate::data_map::Tree;
use crate::error::Result;
use crate::platform::page::{Page, PageRequest};
use crate::preferences::{rules, store};
use crate::vault::{CellKeys, Locked};

/// Something that was said, as a caller may see it.
#[derive(Debug, Clone)]
pub(crate) struct Preference {
    /// Its row.
    pub(crate) row: preference::Model,
    /// From which address of the network, for those who may read personal data; so is what follows.
    pub(crate) ip: Option<Locked>,
    /// By which program.
    pub(crate) user_agent: Option<Locked>,
    /// Anything else.
    pub(crate) note: Option<Locked>,
}

/// What a customer wants, about one thing.
#[derive(Debug, Clone)]
pub(crate) struct Current {
    /// What it comes to now.
    pub(crate) status: PreferenceStatus,
    /// Because of what.
    pub(crate) decides: Preference,
}

/// Which preferences are asked for. Empty lists ask for all.
#[derive(Debug, Clone, Default)]
pub(crate) struct PreferenceFilter {
    /// That say one of these.
    pub(crate) statuses: Vec<PreferenceStatus>,
    /// That were said in one of these ways.
    pub(crate) methods: Vec<PreferenceMethod>,
    /// About this use.
    pub(crate) purpose: Option<String>,
    /// About this.
    pub(crate) scope: Option<OptOutScope>,
}

/// A page of what was said, the latest first by when it was recorded.
///
/// # Errors
/// Forbidden; Invalid for a use that is none, and for a page that cannot be given.
pub(crate) async fn list(
    ctx: &Ctx,
    filter: &PreferenceFilter,
    page: PageRequest,
) -> Result<Page<Preference>> {
    ctx.authorize(Action::ReadPreferences)?;
    if let Some(purpose) = &filter.purpose {
        Tree::DataUse.checked(purpose, "filter.purpose")?;
    }
    let page = page.check(&format!("preferences {filter:?}"))?;
    let page = store::page(ctx.db(), ctx.scope(), filter, &page).await?;
    let keys = keys_of(ctx, page.rows.iter().map(|(_, row)| row.key_id)).await?;
    Ok(page.map(|row| seen(&keys, row)))
}

/// Preferences by id.
///
/// # Errors
/// Forbidden.
pub(crate) async fn by_ids(
    ctx: &Ctx,
    ids: &[PreferenceId],
) -> Result<HashMap<PreferenceId, Preference>> {
    ctx.authorize(Action::ReadPreferences)?;
    let rows = store::by_ids(ctx.db(), ctx.scope(), ids).await?;
    let keys = keys_of(ctx, rows.iter().map(|row| row.key_id)).await?;
    let rows = rows.into_iter();
    Ok(rows.map(|row| (row.id, seen(&keys, row))).collect())
}

/// A page of what each of some customers said, with whatever those said who were merged with them, the latest first.
///
/// # Errors
/// Forbidden; Invalid for a page that cannot be given.
pub(crate) async fn of_customers(
    ctx: &Ctx,
    customers: &[CustomerId],
    page: PageRequest,
) -> Result<HashMap<CustomerId, Page<Preference>>> {
    ctx.authorize(Action::ReadPreferences)?;
    let page = page.check("customer.preferences")?;
    let clusters = customers::service::clusters(ctx, customers).await?;
    let found = store::of_customers(ctx.db(), ctx.scope(), &clusters, &page).await?;
    let rows = found.values().flat_map(|page| &page.rows);
    let keys = keys_of(ctx, rows.map(|(_, row)| row.key_id)).await?;
    let pages = found.into_iter();
    Ok(pages
        .map(|(customer, page)| (customer, page.map(|row| seen(&keys, row))))
        .collect())
}

/// What each of some customers wants now, by what it is about. Of those who were merged, whatever one refused is refused.
///
/// # Errors
/// Forbidden.
pub(crate) async fn current_of(
    ctx: &Ctx,
    customers: &[CustomerId],
) -> Result<HashMap<CustomerId, Vec<Current>>> {
    ctx.authorize(Action::ReadPreferences)?;
    let clusters = customers::service::clusters(ctx, customers).await?;
    let rows = store::last_of(ctx.db(), ctx.scope(), &clusters.all()).await?;
    let keys = keys_of(ctx, rows.iter().map(|row| row.key_id)).await?;
    let now = ctx.now();
    let current = |(root, members): &(CustomerId, Vec<CustomerId>)| {
        let mut last: HashMap<_, &preference::Model> = HashMap::new();
        for row in rows.iter().filter(|row| members.contains(&row.customer_id)) {
            let about = (row.brand_id, row.purpose.as_deref(), row.scope, row.channel);
            let known = last.entry(about).or_insert(row);
            if rules::prevails(row, known) {
                *known = row;
            }
        }
        let mut last: Vec<_> = last.into_values().cloned().collect();
        last.sort_unstable_by_key(|row| std::cmp::Reverse((row.at, row.id)));
        let shown = last.into_iter().map(|row| Current {
            status: rules::status(&row, now),
            decides: seen(&keys, row),
        });
        (*root, shown.collect())
    };
    Ok(clusters.each().iter().map(current).collect())
}

async fn keys_of(ctx: &Ctx, keys: impl Iterator<Item = DataKeyId>) -> Result<CellKeys> {
    ctx.cell_keys(Action::ReadPersonalData, keys).await
}

fn seen(keys: &CellKeys, row: preference::Model) -> Preference {
    let lock = |column, cell: &Option<Vec<u8>>| {
        keys.lock(row.key_id, column, row.id.uuid(), cell.as_ref())
    };
    Preference {
        ip: lock(store::IP, &row.ip),
        user_agent: lock(store::USER_AGENT, &row.user_agent),
        note: lock(store::NOTE, &row.note),
        row,
    }
}
