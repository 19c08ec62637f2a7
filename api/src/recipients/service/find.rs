//! The recipients that changes name, as far as they are registered.

use std::collections::{HashMap, HashSet};

use entity::enums::{Action, RecipientCategory, RecipientRole};
use entity::id::{CustomerId, RecipientId};

use super::register::{NewRecipient, RecipientRef, normal_name};
use crate::context::Ctx;
use crate::customers::{self, Lookup};
use crate::error::{Error, Result};
use crate::platform::personal::Personal;
use crate::recipients::store;
use crate::vault::{self, Field};

/// What is known of a recipient that a change names.
pub(super) enum Known {
    /// It is registered.
    Registered(RecipientId),
    /// It is not yet.
    New(NewRecipient, Option<CustomerId>),
}

/// Finds recipients that changes name, all of them in one statement for each kind of question. `field` is the input
/// field that names them.
///
/// # Errors
/// Unavailable. For each: `NotFound` for an id or a customer that is not the controller's; Ambiguous for a look-up that
/// leads to several customers; Invalid for a value that cannot be used; Forbidden for a customer when the caller may
/// not look customers up.
pub(super) async fn find(
    ctx: &Ctx,
    named: &[&RecipientRef],
    field: &str,
) -> Result<Vec<Result<Known>>> {
    let (mut ids, mut new, mut lookups) = (Vec::new(), Vec::new(), Vec::new());
    for one in named {
        match one {
            RecipientRef::Id(id) => ids.push(*id),
            RecipientRef::Named(one) => new.push(one),
            RecipientRef::Customer(lookup) => lookups.push(lookup),
        }
    }
    let registered = store::by_ids(ctx.db(), ctx.scope(), ids).await?;
    let registered: HashSet<_> = registered.into_iter().map(|row| row.id).collect();
    let mut by_name = by_names(ctx, &new, field).await?.into_iter();
    let mut by_customer = by_customers(ctx, &lookups, field).await?.into_iter();
    let gone = || Error::NotFound { what: "recipient" }.at(field);
    let known = named.iter().map(|one| match one {
        RecipientRef::Id(id) if registered.contains(id) => Ok(Known::Registered(*id)),
        RecipientRef::Id(_) => Err(gone()),
        RecipientRef::Named(_) => by_name.next().unwrap_or_else(|| Err(gone())),
        RecipientRef::Customer(_) => by_customer.next().unwrap_or_else(|| Err(gone())),
    });
    Ok(known.collect())
}

async fn by_names(ctx: &Ctx, names: &[&NewRecipient], field: &str) -> Result<Vec<Result<Known>>> {
    let field = format!("{field}.name");
    let indexed = |new: &&NewRecipient| {
        let normal = normal_name(new.role, &new.name, &field)?;
        let values = ctx
            .vault()
            .index(ctx.controller(), Field::RecipientName, &normal)?;
        Ok(values.into_iter().map(|value| value.bytes).collect())
    };
    let indexed: Vec<Result<Vec<Vec<u8>>>> = names.iter().map(indexed).collect();
    let values: Vec<_> = indexed.iter().flatten().flatten().cloned().collect();
    let found = vault::targets(ctx.db(), ctx.scope(), Field::RecipientName, values).await?;
    let known = indexed.into_iter().zip(names).map(|(values, new)| {
        let ids = values?;
        let mut ids = ids.iter().filter_map(|value| found.get(value)).flatten();
        Ok(match ids.next() {
            Some(id) => Known::Registered(RecipientId::from_uuid(*id)),
            None => Known::New((*new).clone(), None),
        })
    });
    Ok(known.collect())
}

async fn by_customers(ctx: &Ctx, lookups: &[&Lookup], field: &str) -> Result<Vec<Result<Known>>> {
    if lookups.is_empty() {
        return Ok(Vec::new());
    }
    if let Err(error) = ctx.authorize(Action::LookUpCustomers) {
        return Ok(lookups
            .iter()
            .map(|_| Err(error.clone().at(field)))
            .collect());
    }
    let field = format!("{field}.customer");
    let asked: Vec<_> = lookups.iter().map(|lookup| (*lookup, ctx.now())).collect();
    let found = customers::service::resolve_each(ctx, &asked, |_| field.clone()).await?;
    let sole = |found: Result<customers::Match>| {
        found.and_then(|found| found.sole().map_err(|error| error.at(&field)))
    };
    let found: Vec<_> = found.into_iter().map(sole).collect();
    let roots: Vec<_> = found.iter().flatten().copied().collect();
    // One may have been a recipient before it was merged.
    let clusters = customers::service::clusters(ctx, &roots).await?;
    let recipients = store::of_customers(ctx.db(), ctx.scope(), &clusters.all()).await?;
    let known = found.into_iter().map(|customer| {
        let customer = customer?;
        let members = clusters.of(customer).iter();
        let first = members.filter_map(|member| recipients.get(member)).min();
        Ok(match first {
            Some(id) => Known::Registered(*id),
            None => Known::New(as_recipient(customer), Some(customer)),
        })
    });
    Ok(known.collect())
}

/// What a customer is as a recipient. The name tells nothing: what it is called is read from the customer, so that
/// it goes when the customer's profile is erased.
fn as_recipient(customer: CustomerId) -> NewRecipient {
    NewRecipient {
        name: Personal::new(format!("customer {customer}")),
        role: RecipientRole::PrivateParty,
        category: RecipientCategory::Customer,
        country: None,
        contacts: Vec::new(),
        notice_url: None,
        engaged_by: None,
    }
}

/// Recipients of changes in bulk, by what tells them apart.
pub(super) async fn find_distinct(
    ctx: &Ctx,
    named: &[RecipientRef],
    field: &str,
) -> Result<HashMap<String, Result<Known>>> {
    let mut distinct: HashMap<String, &RecipientRef> = HashMap::new();
    for one in named {
        distinct
            .entry(one.describe().expose().to_owned())
            .or_insert(one);
    }
    let (keys, distinct): (Vec<_>, Vec<_>) = distinct.into_iter().unzip();
    let found = find(ctx, &distinct, field).await?;
    Ok(keys.into_iter().zip(found).collect())
}
