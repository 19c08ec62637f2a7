//! Reading what persons said, and what it comes to.

use std::collections::{HashMap, HashSet};

use entity::enums::{Action, OptOutScope, PreferenceMethod, PreferenceStatus};
use entity::id::{CustomerId, DataKeyId, PreferenceId};
use entity::preference;
use entity::time::Timestamp;

use super::address::{self, NewAddress};
use crate::context::Ctx;
use crate::customers;
use crate::data_map::Tree;
use crate::error::Result;
use crate::platform::page::{Page, PageRequest};
use crate::preferences::rules::{About, Reading, Said, Verdict, ask_again_from, verdict};
use crate::preferences::store;
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
    /// From when on they may be asked again, where a law says so.
    pub(crate) ask_again_from: Option<Timestamp>,
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
    /// That count for this address.
    pub(crate) address: Option<NewAddress>,
    /// Its digest.
    pub(crate) digest: Option<Vec<u8>>,
}

/// A page of what was said, the latest first by when it was recorded.
///
/// # Errors
/// Forbidden; Invalid for a use or an address that is none, and for a page that cannot be given.
pub(crate) async fn list(
    ctx: &Ctx,
    mut filter: PreferenceFilter,
    page: PageRequest,
) -> Result<Page<Preference>> {
    ctx.authorize(Action::ReadPreferences)?;
    if let Some(purpose) = &filter.purpose {
        Tree::Use.checked(purpose, "filter.purpose")?;
    }
    if let Some(address) = filter.address.take() {
        // Who asks for an address is told whether somebody has it.
        ctx.authorize(Action::LookUpCustomers)?;
        let address = address.normal("filter.address")?;
        let key = address::known_key(ctx).await?;
        // Before anything was ever said of an address, no digest is that of one.
        let digest = key.map(|key| address::digest(&key, &address));
        filter.digest = Some(digest.unwrap_or_default());
    }
    let page = page.check(&format!("preferences {filter:?}"))?;
    let page = store::page(ctx.db(), ctx.scope(), &filter, &page).await?;
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

/// What each of some customers wants now, by what it is about. Of those who were merged, what one refused stays refused
/// until they consent as one.
///
/// # Errors
/// Forbidden.
pub(crate) async fn current_of(
    ctx: &Ctx,
    customers: &[CustomerId],
) -> Result<HashMap<CustomerId, Vec<Current>>> {
    ctx.authorize(Action::ReadPreferences)?;
    let clusters = customers::service::clusters(ctx, customers).await?;
    let rows = store::last_of_customers(ctx.db(), ctx.scope(), &clusters.all()).await?;
    let keys = keys_of(ctx, rows.iter().map(|row| row.key_id)).await?;
    let persons = customers::service::persons(ctx, customers).await?;
    let now = ctx.now();
    let current = |(root, members): &(CustomerId, Vec<CustomerId>)| {
        let is_theirs = |row: &&preference::Model| {
            let customer = row.customer_id;
            customer.is_some_and(|customer| members.contains(&customer))
        };
        let said = rows.iter().filter(is_theirs).map(|row| Said {
            row,
            root: Some(*root),
            joined: row
                .customer_id
                .and_then(|customer| clusters.joined(customer)),
            is_of_address: false,
        });
        let said: Vec<_> = said.collect();
        let mut current = standing(&said, now);
        current.sort_unstable_by_key(|(_, row)| std::cmp::Reverse((row.at, row.id)));
        let person = persons.get(root);
        let country = person.and_then(|person| person.country.as_deref());
        let shown = current.into_iter().map(|(status, row)| Current {
            status,
            decides: seen(&keys, row.clone()),
            ask_again_from: ask_again_from(row, country),
        });
        (*root, shown.collect())
    };
    Ok(clusters.each().iter().map(current).collect())
}

/// What was said of the addresses that a customer has for sure, and by no customer, the latest first, without its evidence: of
/// each, whether it counts now. It authorises nothing: the use case that asks has done so.
///
/// # Errors
/// As every statement.
pub(crate) async fn said_at_addresses(
    ctx: &Ctx,
    customer: CustomerId,
) -> Result<Vec<(Preference, bool)>> {
    let Some(key) = address::known_key(ctx).await? else {
        return Ok(Vec::new());
    };
    let known = customers::service::addresses(ctx, &[customer]).await?;
    let known = known.into_values().collect::<Result<Vec<_>>>()?;
    let sure = known.iter().flatten().filter(|one| one.is_verified);
    let digests: Vec<_> = sure
        .map(|one| address::digest(&key, &one.address))
        .collect();
    let rows = store::of_nobody(ctx.db(), ctx.scope(), &digests).await?;
    let said: Vec<_> = rows.iter().map(Said::of_address).collect();
    let counting = standing(&said, ctx.now());
    let counting: HashSet<_> = counting.into_iter().map(|(_, row)| row.id).collect();
    let shown = rows.iter().map(|row| {
        // It may have been somebody else who had the address then: from where they said it is nobody's business.
        let shown = Preference {
            ip: None,
            user_agent: None,
            note: None,
            row: row.clone(),
        };
        (shown, counting.contains(&row.id))
    });
    Ok(shown.collect())
}

/// What everything that somebody said comes to, about each thing that it was about. What something wider decides is shown
/// there, and not at everything narrower as well.
fn standing<'a>(
    said: &[Said<'a>],
    now: Timestamp,
) -> Vec<(PreferenceStatus, &'a preference::Model)> {
    let about: HashSet<_> = said.iter().map(|one| About::of(one.row)).collect();
    let decided = about.into_iter().filter_map(|about| {
        let (status, row) = match verdict(said, about, Reading::Exact, now) {
            Verdict::Refused(no) => (no.row.status, no.row),
            Verdict::Consented(yes) => (yes.row.status, yes.row),
            Verdict::Neither(last) => {
                let row = last?.row;
                let over = row.status == PreferenceStatus::Given;
                let status = if over {
                    PreferenceStatus::Expired
                } else {
                    row.status
                };
                (status, row)
            }
        };
        (About::of(row) == about).then_some((status, row))
    });
    decided.collect()
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
