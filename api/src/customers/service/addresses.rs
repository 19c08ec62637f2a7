//! The addresses by which persons are contacted: whose they are, and which somebody has.

use std::collections::HashMap;

use entity::enums::IdentifierKind;
use entity::id::CustomerId;
use entity::identifier;
use entity::time::Timestamp;

use super::cluster::clusters;
use crate::context::Ctx;
use crate::customers::store::{self, Wanted};
use crate::error::{Error, Result};
use crate::platform::personal::Personal;
use crate::vault::{CellKeys, Field, normalise};

/// An address in its one spelling.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    /// E-mail or telephone.
    pub(crate) kind: IdentifierKind,
    /// Its one spelling.
    pub(crate) normal: Personal,
}

impl Address {
    /// An e-mail address; `field` names its input in errors.
    ///
    /// # Errors
    /// Invalid.
    pub(crate) fn email(value: &Personal, field: &str) -> Result<Self> {
        let normal = normalise::email(value.expose());
        let normal = normal.map_err(|expected| Error::invalid(field, expected.to_string()))?;
        Ok(Self {
            kind: IdentifierKind::Email,
            normal: Personal::new(normal),
        })
    }

    /// A telephone number, international or of a country; `field` names its input in errors.
    ///
    /// # Errors
    /// Invalid.
    pub(crate) fn phone(value: &Personal, country: Option<&str>, field: &str) -> Result<Self> {
        let normal = normalise::phone(value.expose(), country);
        let normal = normal.map_err(|expected| Error::invalid(field, expected.to_string()))?;
        Ok(Self {
            kind: IdentifierKind::Phone,
            normal: Personal::new(normal),
        })
    }

    fn index(&self) -> Field {
        match self.kind {
            IdentifierKind::Phone => Field::CustomerPhone,
            _ => Field::CustomerEmail,
        }
    }
}

/// A customer that stands for itself and for all that were merged into it.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    /// The customer.
    pub(crate) root: CustomerId,
    /// The country, where it is known.
    pub(crate) country: Option<String>,
    /// What was merged into it, and since when it is one with it.
    pub(crate) merged: Vec<(CustomerId, Timestamp)>,
}

impl Person {
    /// Every customer of the person.
    pub(crate) fn all(&self) -> impl Iterator<Item = CustomerId> {
        std::iter::once(self.root).chain(self.merged.iter().map(|(customer, _)| *customer))
    }
}

/// Somebody who has an address.
#[derive(Debug, Clone)]
pub(crate) struct Owner {
    /// Who.
    pub(crate) person: Person,
    /// Whether it was made sure that it leads to them.
    pub(crate) is_verified: bool,
}

/// Whose each of some addresses is now: several may share one. One statement. It authorises nothing: the use case that asks
/// has done so.
///
/// # Errors
/// As every statement.
pub(crate) async fn owners(ctx: &Ctx, addresses: &[&Address]) -> Result<Vec<Vec<Owner>>> {
    let wanted = addresses.iter().enumerate().map(|(number, address)| {
        let field = address.index();
        let normal = address.normal.expose();
        let values = ctx.vault().index(ctx.controller(), field, normal)?;
        Ok(Wanted {
            number: i64::try_from(number).unwrap_or(i64::MAX),
            field,
            values: values.into_iter().map(|value| value.bytes).collect(),
            at: ctx.now(),
            port: None,
        })
    });
    let wanted = wanted.collect::<Result<Vec<_>>>()?;
    let mut found = store::owners(ctx.db(), ctx.scope(), &wanted).await?;
    let each = 0..addresses.len();
    Ok(each
        .map(|number| found.remove(&number).unwrap_or_default())
        .collect())
}

/// The persons that some customers belong to now, by what was asked for. One statement. It authorises nothing: the use case
/// that asks has done so.
///
/// # Errors
/// As every statement.
pub(crate) async fn persons(
    ctx: &Ctx,
    customers: &[CustomerId],
) -> Result<HashMap<CustomerId, Person>> {
    let found = store::persons(ctx.db(), ctx.scope(), customers).await?;
    let person = |(number, of): (usize, Vec<Owner>)| {
        let asked = customers.get(number)?;
        Some((*asked, of.into_iter().next()?.person))
    };
    Ok(found.into_iter().filter_map(person).collect())
}

/// An address that somebody has, or had.
#[derive(Debug, Clone)]
pub(crate) struct Reached {
    /// The address.
    pub(crate) address: Address,
    /// Whether it leads to them now.
    pub(crate) is_current: bool,
    /// Whether it leads to them now, and it was made sure that it does.
    pub(crate) is_verified: bool,
}

/// The addresses of a customer, or why they cannot be read.
pub(crate) type Addresses = Result<Vec<Reached>>;

/// The addresses of some customers with those who are one with them, ended ones among them. What was erased is left out. It
/// authorises nothing: the use case that asks has done so.
///
/// # Errors
/// As every statement.
pub(crate) async fn addresses(
    ctx: &Ctx,
    customers: &[CustomerId],
) -> Result<HashMap<CustomerId, Addresses>> {
    if customers.is_empty() {
        return Ok(HashMap::new());
    }
    let clusters = clusters(ctx, customers).await?;
    let mut rows = store::identifiers(ctx.db(), ctx.scope(), &clusters.all()).await?;
    rows.retain(|row| row.kind != IdentifierKind::ExternalId);
    // National numbers are those of the customer's country.
    let phones = rows.iter().filter(|row| row.kind == IdentifierKind::Phone);
    let phones: Vec<_> = phones.map(|row| row.customer_id).collect();
    let countries: HashMap<_, _> = store::by_ids(ctx.db(), ctx.scope(), &phones)
        .await?
        .into_iter()
        .map(|row| (row.id, row.country))
        .collect();
    let keys = rows.iter().map(|row| row.key_id);
    let keys = ctx.vault().cell_keys(ctx.db(), ctx.scope(), keys).await?;
    let mut known: HashMap<CustomerId, Vec<Result<Reached>>> = HashMap::new();
    for row in rows {
        let country = countries.get(&row.customer_id).and_then(Option::as_deref);
        let reached = reached(&keys, &row, country).transpose();
        known.entry(row.customer_id).or_default().extend(reached);
    }
    let of = |(root, members): &(CustomerId, Vec<CustomerId>)| {
        let members = members.iter().filter_map(|member| known.get(member));
        (*root, members.flatten().cloned().collect())
    };
    Ok(clusters.each().iter().map(of).collect())
}

/// The address of an identifier; nothing, where it was erased.
fn reached(
    keys: &CellKeys,
    row: &identifier::Model,
    country: Option<&str>,
) -> Result<Option<Reached>> {
    let locked = keys.lock(row.key_id, store::VALUE, row.id.uuid(), Some(&row.value));
    let Some(value) = locked.map(|locked| locked.open()).transpose()? else {
        return Ok(None);
    };
    let address = match row.kind {
        IdentifierKind::Phone => Address::phone(&value, country, "phone"),
        _ => Address::email(&value, "email"),
    };
    // What was a number in a country that is not on record any more cannot be told from others.
    let reached = address.ok().map(|address| Reached {
        address,
        is_current: row.ended_at.is_none(),
        is_verified: row.ended_at.is_none() && row.verified_at.is_some(),
    });
    Ok(reached)
}
