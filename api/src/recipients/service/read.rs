//! Reading recipients, as far as the caller may.

use std::collections::HashMap;

use entity::enums::{Action, RecipientCategory, RecipientRole};
use entity::id::{CustomerId, RecipientId};
use entity::recipient;

use super::details::{self, Contact};
use super::register::normal_name;
use crate::context::{Ctx, Tx};
use crate::customers;
use crate::error::Result;
use crate::platform::page::{Page, PageRequest};
use crate::platform::personal::Personal;
use crate::recipients::rules::Kind;
use crate::recipients::store;
use crate::vault::{self, CellKeys, Field, Locked, Owner};

/// A recipient as a caller may see it.
#[derive(Debug, Clone)]
pub(crate) struct Recipient {
    /// Its row.
    pub(crate) row: recipient::Model,
    /// Its name; withheld where it is a person's and the caller may not read personal data.
    pub(crate) name: Option<Locked>,
    /// Where its privacy notice is; withheld as its name.
    pub(crate) notice_url: Option<Locked>,
    /// The customer that it is.
    pub(crate) customer: Option<CustomerId>,
    contacts: Option<Locked>,
    /// Whether the caller may read what is personal where it is a person.
    readable: bool,
}

impl Recipient {
    /// What it is to a reader.
    pub(crate) fn kind(&self) -> Kind {
        Kind::of(self.row.role, self.row.category, self.customer.is_some())
    }

    /// How to reach it; nothing where that is withheld, and after erasure.
    ///
    /// # Errors
    /// Internal when the cell was tampered with.
    pub(crate) fn contacts(&self) -> Result<Option<Vec<Contact>>> {
        match &self.contacts {
            Some(contacts) => Ok(Some(details::read(&contacts.open()?)?)),
            None if self.readable && self.row.contacts.is_none() => Ok(Some(Vec::new())),
            None => Ok(None),
        }
    }
}

/// Which recipients are asked for. Empty lists ask for all.
#[derive(Debug, Clone, Default)]
pub(crate) struct RecipientFilter {
    /// In these roles.
    pub(crate) roles: Vec<RecipientRole>,
    /// In these categories.
    pub(crate) categories: Vec<RecipientCategory>,
    /// In these countries, ISO 3166-1 alpha-2.
    pub(crate) countries: Vec<String>,
    /// With this name, in any role, without regard to case and spacing.
    pub(crate) name: Option<Personal>,
}

/// A page of recipients, in the order they were registered.
///
/// # Errors
/// Forbidden; Invalid for a page that cannot be given.
pub(crate) async fn list(
    ctx: &Ctx,
    filter: RecipientFilter,
    page: PageRequest,
) -> Result<Page<Recipient>> {
    ctx.authorize(Action::ReadRecipients)?;
    // A name that may not be shown must not be confirmed either.
    let persons = filter.name.is_none() || ctx.may(Action::ReadPersonalData);
    pages(ctx, "recipients", &filter, persons, &page).await
}

/// A page of those that process data under contract, in the order they were registered.
///
/// # Errors
/// As [`list`].
pub(crate) async fn processors(
    ctx: &Ctx,
    filter: RecipientFilter,
    page: PageRequest,
) -> Result<Page<Recipient>> {
    ctx.authorize(Action::ReadRecipients)?;
    let filter = RecipientFilter {
        roles: vec![RecipientRole::Processor, RecipientRole::SubProcessor],
        ..filter
    };
    pages(ctx, "processors", &filter, false, &page).await
}

async fn pages(
    ctx: &Ctx,
    list: &str,
    filter: &RecipientFilter,
    persons: bool,
    page: &PageRequest,
) -> Result<Page<Recipient>> {
    let RecipientFilter {
        roles,
        categories,
        countries,
        name,
    } = filter;
    let page = page.check(&format!("{list} {roles:?} {categories:?} {countries:?}"))?;
    let among = match name {
        Some(name) => Some(named(ctx, name).await?),
        None => None,
    };
    let page = store::page(ctx.db(), ctx.scope(), filter, among, persons, &page).await?;
    let shown = Shown::load(ctx, page.rows.iter().map(|(_, row)| row)).await?;
    Ok(page.map(|row| shown.recipient(row)))
}

/// The recipients of a name, in any role.
async fn named(ctx: &Ctx, name: &Personal) -> Result<Vec<RecipientId>> {
    let mut values = Vec::new();
    for role in RecipientRole::ALL {
        let normal = normal_name(*role, name, "filter.name")?;
        values.extend(
            ctx.vault()
                .index(ctx.controller(), Field::RecipientName, &normal)?,
        );
    }
    let values = values.into_iter().map(|value| value.bytes).collect();
    let found = vault::targets(ctx.db(), ctx.scope(), Field::RecipientName, values).await?;
    Ok(found
        .into_values()
        .flatten()
        .map(RecipientId::from_uuid)
        .collect())
}

/// Keeps a recipient from being changed by others until the change ends that refers to it.
///
/// # Errors
/// `NotFound`.
pub(crate) async fn lock_in(tx: &Tx, id: RecipientId) -> Result<()> {
    store::lock(tx.db(), tx.scope(), id).await?;
    Ok(())
}

/// Where those of some recipients are that there are: ISO 3166-1 alpha-2. It authorises nothing: the use case that asks has
/// done so.
///
/// # Errors
/// As every statement.
pub(crate) async fn countries(
    ctx: &Ctx,
    ids: &[RecipientId],
) -> Result<HashMap<RecipientId, Option<String>>> {
    let rows = store::by_ids(ctx.db(), ctx.scope(), ids.iter().copied()).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.country)).collect())
}

/// Recipients by id.
///
/// # Errors
/// Forbidden.
pub(crate) async fn by_ids(
    ctx: &Ctx,
    ids: &[RecipientId],
) -> Result<HashMap<RecipientId, Recipient>> {
    ctx.authorize(Action::ReadRecipients)?;
    let rows = store::by_ids(ctx.db(), ctx.scope(), ids.iter().copied()).await?;
    let shown = Shown::load(ctx, &rows).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.id, shown.recipient(row)))
        .collect())
}

/// What some rows are shown with.
struct Shown {
    keys: CellKeys,
    customers: HashMap<RecipientId, CustomerId>,
    /// What customers are called, for those who may read it.
    names: HashMap<CustomerId, Locked>,
    /// Who looks.
    ctx: Ctx,
}

impl Shown {
    async fn load<'a>(
        ctx: &Ctx,
        rows: impl IntoIterator<Item = &'a recipient::Model>,
    ) -> Result<Self> {
        let (ids, keys): (Vec<_>, Vec<_>) =
            rows.into_iter().map(|row| (row.id, row.key_id)).unzip();
        let customers = store::customers(ctx.db(), ctx.scope(), ids).await?;
        Ok(Self {
            keys: ctx.vault().cell_keys(ctx.db(), ctx.scope(), keys).await?,
            names: names(ctx, customers.values().copied().collect()).await?,
            customers,
            ctx: ctx.clone(),
        })
    }

    fn recipient(&self, row: recipient::Model) -> Recipient {
        let customer = self.customers.get(&row.id).copied();
        let person = Kind::of(row.role, row.category, customer.is_some()) == Kind::Person;
        let readable = !person || self.ctx.may(Action::ReadPersonalData);
        let about = customer.map(Owner::customer);
        let lock = |column, cell: Option<&Vec<u8>>| {
            let locked = self.keys.lock(row.key_id, column, row.id.uuid(), cell)?;
            let is_noted = person || customer.is_some();
            Some(if is_noted {
                self.ctx.noted(locked, about)
            } else {
                locked
            })
        };
        let personal = |column, cell| readable.then(|| lock(column, cell)).flatten();
        Recipient {
            name: match customer {
                Some(customer) => self.names.get(&customer).cloned(),
                None => personal(store::NAME, Some(&row.name)),
            },
            contacts: personal(store::CONTACTS, row.contacts.as_ref()),
            notice_url: personal(store::NOTICE_URL, row.notice_url.as_ref()),
            customer,
            readable,
            row,
        }
    }
}

/// What customers are called, as far as the caller may read that.
async fn names(ctx: &Ctx, ids: Vec<CustomerId>) -> Result<HashMap<CustomerId, Locked>> {
    if ids.is_empty() || !ctx.may(Action::ReadCustomers) {
        return Ok(HashMap::new());
    }
    let found = customers::service::by_ids(ctx, &ids).await?;
    Ok(found
        .into_iter()
        .filter_map(|(id, customer)| Some((id, customer.name?)))
        .collect())
}
