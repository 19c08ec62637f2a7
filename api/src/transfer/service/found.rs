//! Under which texts a row is indexed. The index itself holds keyed digests, which mean nothing in another
//! installation: the texts are made again from the row, and each is compared with the index.

use entity::blind_index;
use entity::enums::{IdentifierKind, RecipientRole, ResourceKind, RetentionAnchor};
use entity::id::CustomerId;

use super::Indexed;
use crate::context::Ctx;
use crate::disclosures;
use crate::error::{Error, Result};
use crate::platform::personal::Personal;
use crate::recipients;
use crate::requests;
use crate::retention;
use crate::transfer::rules;
use crate::transfer::store::{Kind, Row, Table};
use crate::vault::Field;

/// An index row that no text of its record explains: an import would not find the record again.
#[derive(Debug, thiserror::Error)]
#[error("{table} {id}: it is indexed as {field} by a text that it does not show")]
struct Unexplained {
    table: &'static str,
    id: uuid::Uuid,
    field: String,
}

/// Finds the texts of one row after another.
pub(super) struct Finder<'a> {
    ctx: &'a Ctx,
    /// Countries by which national phone numbers may have been read: those that fitted last come first.
    countries: Vec<&'static str>,
}

impl<'a> Finder<'a> {
    pub(super) fn new(ctx: &'a Ctx) -> Self {
        Self {
            ctx,
            countries: rust_iso3166::ALL_ALPHA2.to_vec(),
        }
    }

    /// The texts of a row that the index knows.
    ///
    /// # Errors
    /// Internal when the index knows another one.
    pub(super) fn texts(
        &mut self,
        (kind, table): (Kind, &Table),
        row: &Row,
        present: &[blind_index::Model],
    ) -> Result<Vec<Indexed>> {
        let mut texts = Vec::new();
        let mut left: Vec<_> = present.iter().collect();
        let mut take = |(field, text): rules::Indexed| -> Result<bool> {
            let (vault, controller) = (self.ctx.vault(), self.ctx.controller());
            let values = vault.index(controller, field, &text)?;
            let mut exclusive = None;
            left.retain(|row| {
                let is_this = row.field == field.as_str()
                    && values.iter().any(|value| value.bytes == row.value);
                if is_this {
                    exclusive = Some(row.exclusive);
                }
                !is_this
            });
            texts.extend(exclusive.map(|exclusive| (field.as_str().to_owned(), text, exclusive)));
            Ok(exclusive.is_some())
        };
        match kind {
            Kind::Identifier => identifier(table, row, &mut self.countries, &mut take)?,
            Kind::Assignment => assignment(table, row, &mut take)?,
            Kind::Recipient => recipient(table, row, &mut take)?,
            Kind::DisclosureSubject => subject(table, row, &mut take)?,
            Kind::RequestReference => reference(table, row, &mut take)?,
            Kind::RetentionAnchor => anchor(table, row, &mut take)?,
            _ => {}
        }
        match (left.first(), table.row_id(row)) {
            (Some(left), Some(id)) => {
                let cause = Unexplained {
                    table: table.name,
                    id,
                    field: left.field.clone(),
                };
                Err(Error::internal("telling how a record is found", cause))
            }
            _ => Ok(texts),
        }
    }
}

/// Offers a text; answers whether the index knows it.
type Take<'a> = &'a mut dyn FnMut(rules::Indexed) -> Result<bool>;

fn identifier(
    table: &Table,
    row: &Row,
    countries: &mut [&'static str],
    take: Take<'_>,
) -> Result<()> {
    let kind = parsed(table, row, "kind", IdentifierKind::from_text);
    let (Some(kind), Some(value)) = (kind, table.text(row, "value")) else {
        return Ok(());
    };
    let of = |country| rules::identifier(kind, table.text(row, "system"), value, country);
    if let Some(text) = of(None)
        && take(text)?
    {
        return Ok(());
    }
    if kind != IdentifierKind::Phone {
        return Ok(());
    }
    // It was read as a number of the country that its customer had then.
    for place in 0..countries.len() {
        let country = countries.get(place).copied();
        if let Some(text) = of(country)
            && take(text)?
        {
            if let Some(until) = countries.get_mut(..=place) {
                until.rotate_right(1);
            }
            return Ok(());
        }
    }
    Ok(())
}

fn assignment(table: &Table, row: &Row, take: Take<'_>) -> Result<()> {
    let kind = parsed(table, row, "resource_kind", ResourceKind::from_text);
    if let (Some(kind), Some(resource)) = (kind, table.text(row, "resource")) {
        take(rules::assignment(kind, resource))?;
    }
    Ok(())
}

fn recipient(table: &Table, row: &Row, take: Take<'_>) -> Result<()> {
    let role = parsed(table, row, "role", RecipientRole::from_text);
    if let (Some(role), Some(name)) = (role, table.text(row, "name")) {
        let name = Personal::new(name.to_owned());
        let normal = recipients::service::normal_name(role, &name, "name")?;
        take((Field::RecipientName, normal))?;
    }
    Ok(())
}

fn reference(table: &Table, row: &Row, take: Take<'_>) -> Result<()> {
    if let (Some(system), Some(number)) = (table.text(row, "system"), table.text(row, "reference"))
    {
        let number = Personal::new(number.to_owned());
        let normal = requests::service::normal_reference(system, &number)?;
        take((Field::RequestReference, normal))?;
    }
    Ok(())
}

fn anchor(table: &Table, row: &Row, take: Take<'_>) -> Result<()> {
    let customer = table.id(row, "customer_id").map(CustomerId::from_uuid);
    let kind = parsed(table, row, "anchor", RetentionAnchor::from_text);
    let thing = (table.text(row, "system"), table.text(row, "reference"));
    if let (Some(customer), Some(kind), (Some(system), Some(name))) = (customer, kind, thing) {
        let name = Personal::new(name.to_owned());
        let normal = retention::service::normal_anchor(customer, kind, system, &name)?;
        take((Field::AnchorReference, normal))?;
    }
    Ok(())
}

fn subject(table: &Table, row: &Row, take: Take<'_>) -> Result<()> {
    if let Some(kept) = table.text(row, "lookup") {
        let kept = Personal::new(kept.to_owned());
        for place in disclosures::service::neighbourhoods_of(&kept)? {
            take(place)?;
        }
    }
    Ok(())
}

fn parsed<T>(
    table: &Table,
    row: &Row,
    column: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    parse(table.text(row, column)?)
}
