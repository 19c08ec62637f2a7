//! Changing what is known of a customer, and closing it.

use entity::customer;
use entity::enums::{Action, CustomerKind, DataSubjectCategory, EventType, Log};
use entity::id::{BrandId, CustomerId};
use entity::time::Timestamp;

use super::brands;
use super::profile::Profiles;
use crate::context::{Begun, Ctx, Once, only_id};
use crate::customers::store;
use crate::error::{Error, Result};
use crate::ledger::{Event, Fields};
use crate::platform::patch::Patch;
use crate::platform::personal::Personal;
use crate::vault::{DataKey, Place};

/// Longest name, in characters.
const LONGEST_NAME: usize = 200;

/// What is to be changed about a customer.
#[derive(Debug, Clone)]
pub(crate) struct CustomerChanges {
    /// Person or organisation.
    pub(crate) kind: Patch<CustomerKind>,
    /// What they are to the controller.
    pub(crate) category: Patch<DataSubjectCategory>,
    /// ISO 3166-1 alpha-2.
    pub(crate) country: Patch<String>,
    /// What they are called.
    pub(crate) name: Patch<Personal>,
    /// Under which brand they are served.
    pub(crate) brand: Patch<BrandId>,
    /// When their last service ended.
    pub(crate) services_ended_at: Patch<Timestamp>,
    /// Since when they are known.
    pub(crate) registered_at: Patch<Timestamp>,
}

impl CustomerChanges {
    /// Checks what can be checked without knowing the customer. A blank name is none.
    pub(super) fn checked(self, ctx: &Ctx) -> Result<Self> {
        self.kind.required("kind")?;
        self.category.required("category")?;
        if let Some(at) = self.registered_at.required("registeredAt")? {
            ctx.not_in_future("registeredAt", at)?;
        }
        if let Patch::Set(at) = self.services_ended_at {
            ctx.not_in_future("servicesEndedAt", at)?;
        }
        let name = match self.name {
            Patch::Set(name) => match checked_name(Some(&name))? {
                Some(name) => Patch::Set(name),
                None => Patch::Clear,
            },
            other => other,
        };
        Ok(Self { name, ..self })
    }
}

pub(super) fn checked_name(name: Option<&Personal>) -> Result<Option<Personal>> {
    match name {
        Some(name) if name.is_blank() => Ok(None),
        Some(name) if name.expose().chars().count() > LONGEST_NAME => {
            Err(Error::invalid("name", "must have at most 200 characters"))
        }
        name => Ok(name.cloned()),
    }
}

/// Changes what is known of a customer.
///
/// # Errors
/// Forbidden; Invalid for a value that cannot be used; `NotFound`; Conflict when the customer was changed since the
/// version that the caller expects.
pub(crate) async fn update(
    ctx: &Ctx,
    customer: CustomerId,
    changes: CustomerChanges,
    expected_version: Option<i32>,
    once: Once,
) -> Result<CustomerId> {
    ctx.authorize(Action::UpdateCustomer)?;
    if let Some(ids) = ctx.done_before(&once).await? {
        return only_id(&ids, "customer");
    }
    let changes = changes.checked(ctx)?;
    if let Patch::Set(brand) = changes.brand {
        brands::check_brand(ctx, Some(brand)).await?;
    }
    let mut profiles = Profiles::load(ctx, &[customer]).await?;
    profiles.key(customer)?;
    let mut tx = match ctx.begin_once(&once, &[customer.to_string()]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(ids) => return only_id(&ids, "customer"),
    };
    profiles.hold(ctx, &tx).await?;
    let (row, key) = (profiles.row(customer)?, profiles.key(customer)?);
    if expected_version.is_some_and(|expected| expected != row.version) {
        return Err(Error::Conflict(
            "the customer was changed since: read it again",
        ));
    }
    let brands = store::brands_of(tx.db(), tx.scope(), &[customer]).await?;
    let brand = brands.get(&customer).copied();
    let Some(after) = Changed::of(row.clone(), brand, key, &changes)? else {
        tx.rollback().await?;
        return Ok(customer);
    };
    tx.record(after.event(key))?;
    store::set_brands(tx.db(), tx.scope(), after.served.as_slice()).await?;
    store::save(tx.db(), vec![after.row]).await?;
    tx.commit().await?;
    Ok(customer)
}

/// Writes down when a customer's last service ended. Once more with another instant corrects the instant.
///
/// # Errors
/// Forbidden; Invalid for an instant that lies ahead; `NotFound`.
pub(crate) async fn close(
    ctx: &Ctx,
    customer: CustomerId,
    at: Option<Timestamp>,
    once: Once,
) -> Result<CustomerId> {
    ctx.authorize(Action::UpdateCustomer)?;
    if let Some(ids) = ctx.done_before(&once).await? {
        return only_id(&ids, "customer");
    }
    if let Some(at) = at {
        ctx.not_in_future("servicesEndedAt", at)?;
    }
    let mut profiles = Profiles::load(ctx, &[customer]).await?;
    profiles.key(customer)?;
    let mut tx = match ctx.begin_once(&once, &[customer.to_string()]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(ids) => return only_id(&ids, "customer"),
    };
    profiles.hold(ctx, &tx).await?;
    let mut row = profiles.row(customer)?.clone();
    let at = at.or(row.services_ended_at).unwrap_or(ctx.now());
    if row.services_ended_at == Some(at) {
        tx.rollback().await?;
        return Ok(customer);
    }
    row.services_ended_at = Some(at);
    row.version += 1;
    tx.record(Event {
        kind: EventType::CustomerClosed,
        log: Log::Main,
        object: customer.to_string(),
        customer: Some(customer),
        key: profiles.key(customer)?,
        fields: Fields::new().with("servicesEndedAt", at.to_string()),
    })?;
    store::save(tx.db(), vec![row]).await?;
    tx.commit().await?;
    Ok(customer)
}

/// A customer after some changes that made a difference.
pub(super) struct Changed {
    /// Its row.
    pub(super) row: customer::Model,
    /// Its brand, where that is what changed.
    pub(super) served: Option<(CustomerId, Option<BrandId>)>,
    difference: Difference,
}

/// What is different: new values, and the names of the fields that have none any more.
#[derive(Default)]
struct Difference {
    fields: Fields,
    cleared: Vec<&'static str>,
    any: bool,
}

impl Difference {
    /// Notes the new value of a field; none when it was cleared.
    fn note(&mut self, name: &'static str, value: Option<String>) {
        self.any = true;
        match value {
            Some(value) => self.fields = std::mem::take(&mut self.fields).with(name, value),
            None => self.cleared.push(name),
        }
    }

    /// Applies a change to a field that may be empty.
    fn apply<T: Clone + PartialEq + ToString>(
        &mut self,
        name: &'static str,
        field: &mut Option<T>,
        change: Patch<T>,
    ) {
        let after = change.apply(field.clone());
        if after != *field {
            self.note(name, after.as_ref().map(ToString::to_string));
            *field = after;
        }
    }

    /// Applies a change to a field that always has a value.
    fn replace<T: PartialEq + ToString>(
        &mut self,
        name: &'static str,
        field: &mut T,
        change: Patch<T>,
    ) {
        if let Patch::Set(value) = change
            && value != *field
        {
            self.note(name, Some(value.to_string()));
            *field = value;
        }
    }
}

impl Changed {
    /// A customer after some changes; nothing when they make no difference.
    pub(super) fn of(
        mut row: customer::Model,
        brand: Option<BrandId>,
        key: &DataKey,
        changes: &CustomerChanges,
    ) -> Result<Option<Self>> {
        let mut difference = Difference::default();
        difference.replace("kind", &mut row.kind, changes.kind);
        difference.replace("category", &mut row.category, changes.category);
        difference.apply("country", &mut row.country, changes.country.clone());
        let registered_at = &mut row.registered_at;
        difference.replace("registeredAt", registered_at, changes.registered_at);
        let ended_at = &mut row.services_ended_at;
        difference.apply("servicesEndedAt", ended_at, changes.services_ended_at);
        let mut served = brand;
        difference.apply("brand", &mut served, changes.brand);
        rename(&mut row, key, &changes.name, &mut difference)?;
        if !difference.any {
            return Ok(None);
        }
        row.version += 1;
        Ok(Some(Self {
            served: (served != brand).then_some((row.id, served)),
            row,
            difference,
        }))
    }

    /// The record of the change.
    pub(super) fn event<'a>(&self, key: &'a DataKey) -> Event<'a> {
        let Difference {
            fields, cleared, ..
        } = &self.difference;
        let cleared = (!cleared.is_empty()).then(|| cleared.clone());
        Event {
            kind: EventType::CustomerUpdated,
            log: Log::Main,
            object: self.row.id.to_string(),
            customer: Some(self.row.id),
            key,
            fields: fields.clone().with_some("cleared", cleared),
        }
    }
}

/// Changes the name: what it was is known to the key only.
fn rename(
    row: &mut customer::Model,
    key: &DataKey,
    change: &Patch<Personal>,
    difference: &mut Difference,
) -> Result<()> {
    let place = Place::of(row.controller_id, store::NAME, row.id.uuid());
    let before = row.name.as_ref().map(|cell| key.open(place, cell));
    let before = before.transpose()?;
    let after = change.clone().apply(before.clone());
    if after == before {
        return Ok(());
    }
    let text = after.as_ref().map(|name| name.expose().to_owned());
    difference.note("name", text);
    row.name = after
        .map(|name| key.close(place, name.expose()))
        .transpose()?;
    Ok(())
}
