//! What an import says, checked and looked up before the change begins: one statement of each kind for all items.

use std::collections::{HashMap, HashSet};

use entity::enums::{CustomerKind, DataSubjectCategory};
use entity::id::{BrandId, CustomerId};

use super::CustomerImport;
use crate::context::Ctx;
use crate::customers::service::existing_brands;
use crate::customers::service::identifiers::{NewIdentifier, Normal};
use crate::customers::service::profile::Profiles;
use crate::customers::service::register::{NewCustomer, Newcomer};
use crate::customers::service::update::CustomerChanges;
use crate::customers::{rules, store};
use crate::error::{Error, Result};
use crate::platform::personal::Personal;

/// An item whose external ids are in order.
pub(super) struct Addressed<'a> {
    number: usize,
    item: &'a CustomerImport,
    primary: Normal,
    others: Vec<Normal>,
}

impl Addressed<'_> {
    /// The index values of all its external ids.
    fn values(&self) -> impl Iterator<Item = &Vec<u8>> {
        let ids = std::iter::once(&self.primary).chain(&self.others);
        ids.flat_map(Normal::values)
    }
}

fn place(number: usize) -> String {
    format!("customers[{number}]")
}

/// Checks the external ids of all items: no two items may name the same.
pub(super) fn address<'a>(ctx: &Ctx, items: &'a [CustomerImport]) -> Vec<Result<Addressed<'a>>> {
    let mut named: HashMap<Vec<u8>, usize> = HashMap::new();
    let items = items.iter().enumerate();
    items
        .map(|(number, item)| {
            let addressed =
                address_one(ctx, number, item).map_err(|error| error.at(&place(number)))?;
            let first = addressed.values().find_map(|value| named.get(value));
            if let Some(first) = first {
                let problem = format!("repeats an external id of customers[{first}]");
                return Err(Error::invalid(place(number), problem));
            }
            named.extend(addressed.values().map(|value| (value.clone(), number)));
            Ok(addressed)
        })
        .collect()
}

fn address_one<'a>(ctx: &Ctx, number: usize, item: &'a CustomerImport) -> Result<Addressed<'a>> {
    let primary = Normal::of(ctx, &item.external_id, None, "externalId")?;
    let mut others = distinct(ctx, &item.external_ids, None, "externalIds")?;
    others.retain(|other| !other.is_same(&primary));
    Ok(Addressed {
        number,
        item,
        primary,
        others,
    })
}

/// Identifiers in order, each once.
fn distinct(
    ctx: &Ctx,
    identifiers: &[NewIdentifier],
    country: Option<&str>,
    field: &str,
) -> Result<Vec<Normal>> {
    if identifiers.len() > rules::MOST_IDENTIFIERS {
        return Err(Error::invalid(field, "must have at most 100 items"));
    }
    let mut all: Vec<Normal> = Vec::new();
    for (n, identifier) in identifiers.iter().enumerate() {
        let normal = Normal::of(ctx, identifier, country, &format!("{field}[{n}]"))?;
        if !all.iter().any(|other| other.is_same(&normal)) {
            all.push(normal);
        }
    }
    Ok(all)
}

/// What is on record about the external ids and brands of some items.
pub(super) struct Found {
    holders: HashMap<Vec<u8>, CustomerId>,
    /// Who stands for those of them that were merged.
    roots: HashMap<CustomerId, CustomerId>,
    brands: HashSet<BrandId>,
}

/// Looks up external ids and brands.
pub(super) async fn find(ctx: &Ctx, items: &[Result<Addressed<'_>>]) -> Result<Found> {
    let (mut values, mut brands) = (Vec::new(), Vec::new());
    for item in items.iter().flatten() {
        values.extend(item.values().cloned());
        brands.extend(item.item.changes.brand.apply(None));
    }
    brands.sort_unstable();
    brands.dedup();
    let holders = store::holders_of_ids(ctx.db(), ctx.scope(), values).await?;
    let customers: Vec<_> = holders.values().copied().collect();
    Ok(Found {
        roots: store::roots(ctx.db(), ctx.scope(), &customers).await?,
        holders,
        brands: existing_brands(ctx, &brands).await?,
    })
}

/// An item with the customer that holds its external id, if there is one.
pub(super) struct Placed<'a> {
    addressed: Addressed<'a>,
    changes: CustomerChanges,
    holder: Option<CustomerId>,
}

impl Found {
    /// Puts each item to its customer: no two may lead to the same.
    pub(super) fn place<'a>(
        &self,
        ctx: &Ctx,
        items: Vec<Result<Addressed<'a>>>,
    ) -> Vec<Result<Placed<'a>>> {
        let mut taken = HashMap::new();
        let items = items.into_iter();
        items
            .map(|item| {
                let placed = self.place_one(ctx, item?)?;
                let number = placed.addressed.number;
                let Some(holder) = placed.holder else {
                    return Ok(placed);
                };
                match taken.insert(holder, number) {
                    None => Ok(placed),
                    Some(first) => {
                        let problem = format!("leads to the same customer as customers[{first}]");
                        Err(Error::invalid(place(number), problem))
                    }
                }
            })
            .collect()
    }

    fn place_one<'a>(&self, ctx: &Ctx, mut addressed: Addressed<'a>) -> Result<Placed<'a>> {
        let at = |field: &str, error: Error| error.at(field).at(&place(addressed.number));
        let changes = addressed.item.changes.clone().checked(ctx);
        let changes = changes.map_err(|error| error.at(&place(addressed.number)))?;
        let brand = changes.brand.apply(None);
        if brand.is_some_and(|brand| !self.brands.contains(&brand)) {
            return Err(at("brandId", Error::NotFound { what: "brand" }));
        }
        let holder = self.holder(&addressed.primary);
        let root = holder.map(|holder| self.root(holder));
        let mut others = addressed.others.iter().filter_map(|id| self.holder(id));
        if others.any(|other| Some(self.root(other)) != root) {
            let problem = "one of these external ids leads to another customer";
            return Err(at("externalIds", Error::Conflict(problem)));
        }
        // An id of one that was merged with this customer stays where it is.
        let here = |id: &Normal| self.holder(id).is_none_or(|other| Some(other) == holder);
        addressed.others.retain(here);
        Ok(Placed {
            addressed,
            changes,
            holder,
        })
    }

    fn root(&self, customer: CustomerId) -> CustomerId {
        self.roots.get(&customer).copied().unwrap_or(customer)
    }

    fn holder(&self, id: &Normal) -> Option<CustomerId> {
        id.values()
            .find_map(|value| self.holders.get(value))
            .copied()
    }
}

/// An item that can be imported.
pub(super) enum Ready {
    /// It is not known.
    New(Box<Newcomer>),
    /// It is.
    Known(Box<Said>),
}

/// What an item says of a customer who is known.
pub(super) struct Said {
    /// Where the item is in the input.
    pub(super) place: String,
    /// The customer.
    pub(super) customer: CustomerId,
    /// The external id that leads to it.
    pub(super) primary: Normal,
    /// What is to be changed.
    pub(super) changes: CustomerChanges,
    /// What it is known by, too.
    pub(super) external_ids: Vec<Normal>,
    /// All its e-mail addresses, where the item speaks of them.
    pub(super) emails: Option<Vec<Normal>>,
    /// All its phone numbers, where the item speaks of them.
    pub(super) phones: Option<Vec<Normal>>,
}

/// Makes everything ready to be written.
pub(super) async fn prepare(
    ctx: &Ctx,
    items: Vec<Result<Placed<'_>>>,
) -> Result<(Profiles, Vec<Result<Ready>>)> {
    let holders: Vec<_> = items
        .iter()
        .flatten()
        .filter_map(|item| item.holder)
        .collect();
    let profiles = Profiles::load(ctx, &holders).await?;
    let ready = items
        .into_iter()
        .map(|item| {
            let item = item?;
            let number = item.addressed.number;
            prepare_one(ctx, &profiles, item).map_err(|error| error.at(&place(number)))
        })
        .collect();
    Ok((profiles, ready))
}

fn prepare_one(ctx: &Ctx, profiles: &Profiles, placed: Placed<'_>) -> Result<Ready> {
    let Placed {
        addressed,
        changes,
        holder,
    } = placed;
    let before = match holder {
        Some(customer) => {
            profiles.key(customer)?;
            profiles.row(customer)?.country.clone()
        }
        None => None,
    };
    let country = changes.country.clone().apply(before);
    let item = addressed.item;
    let emails = contacts(
        ctx,
        item.emails.as_deref(),
        NewIdentifier::Email,
        None,
        "emails",
    )?;
    let phones = contacts(
        ctx,
        item.phones.as_deref(),
        NewIdentifier::Phone,
        country.as_deref(),
        "phones",
    )?;
    let Some(customer) = holder else {
        let mut known = vec![addressed.primary];
        known.extend(addressed.others);
        known.extend(emails.into_iter().chain(phones).flatten());
        let new = newcomer(changes);
        return Ok(Ready::New(Box::new(Newcomer::new(ctx, &new, known)?)));
    };
    Ok(Ready::Known(Box::new(Said {
        place: place(addressed.number),
        customer,
        primary: addressed.primary,
        changes,
        external_ids: addressed.others,
        emails,
        phones,
    })))
}

fn contacts(
    ctx: &Ctx,
    said: Option<&[Personal]>,
    kind: fn(Personal) -> NewIdentifier,
    country: Option<&str>,
    field: &str,
) -> Result<Option<Vec<Normal>>> {
    said.map(|said| {
        let said: Vec<_> = said.iter().cloned().map(kind).collect();
        distinct(ctx, &said, country, field)
    })
    .transpose()
}

/// What is said of a customer, who is not known, as a registration.
fn newcomer(changes: CustomerChanges) -> NewCustomer {
    NewCustomer {
        kind: changes.kind.apply(None).unwrap_or(CustomerKind::Person),
        category: changes
            .category
            .apply(None)
            .unwrap_or(DataSubjectCategory::Customer),
        country: changes.country.apply(None),
        name: changes.name.apply(None),
        brand: changes.brand.apply(None),
        registered_at: changes.registered_at.apply(None),
        services_ended_at: changes.services_ended_at.apply(None),
    }
}
