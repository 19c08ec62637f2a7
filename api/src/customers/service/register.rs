//! Registering customers.

use std::sync::Arc;

use entity::enums::{
    Action, CustomerKind, DataClass, DataSubjectCategory, EventType, KeyOwnerKind, Log,
};
use entity::id::{BrandId, CustomerId};
use entity::time::Timestamp;
use entity::{customer, data_key};

use super::brands;
use super::identifiers::{self, Built, NewIdentifier, Normal, too_many_identifiers};
use super::update::checked_name;
use crate::context::{Begun, Ctx, Once, Tx, only_id};
use crate::customers::{rules, store};
use crate::error::{Error, Result};
use crate::ledger::{Event, Fields};
use crate::platform::personal::Personal;
use crate::platform::random;
use crate::vault::{self, DataKey, Owner, Place};

/// A customer to be registered.
#[derive(Debug, Clone)]
pub(crate) struct NewCustomer {
    /// Person or organisation.
    pub(crate) kind: CustomerKind,
    /// What they are to the controller.
    pub(crate) category: DataSubjectCategory,
    /// ISO 3166-1 alpha-2.
    pub(crate) country: Option<String>,
    /// What they are called.
    pub(crate) name: Option<Personal>,
    /// Under which brand they are served.
    pub(crate) brand: Option<BrandId>,
    /// Since when they are known; now, when absent.
    pub(crate) registered_at: Option<Timestamp>,
    /// When their last service ended, of one who has left.
    pub(crate) services_ended_at: Option<Timestamp>,
}

/// Registers a customer with what outside systems know it by, each with its input field.
///
/// # Errors
/// Forbidden; Invalid for a value that cannot be used; `NotFound` for the brand; Conflict when an external id leads
/// to a customer already.
pub(crate) async fn register(
    ctx: &Ctx,
    new: NewCustomer,
    identifiers: &[(String, NewIdentifier)],
    once: Once,
) -> Result<CustomerId> {
    ctx.authorize(match new.category {
        // An abuse desk knows who complained, and nobody else.
        DataSubjectCategory::Complainant => Action::RegisterComplainant,
        _ => Action::RegisterCustomer,
    })?;
    // An id in the billing system leads to one customer: nobody else may take it before billing does.
    let external =
        |(_, one): &&(String, NewIdentifier)| matches!(one, NewIdentifier::ExternalId { .. });
    if let Some((field, _)) = identifiers.iter().find(external) {
        ctx.authorize(Action::AddIdentifier)
            .map_err(|error| error.at(field))?;
    }
    brands::check_brand(ctx, new.brand).await?;
    let known = checked_identifiers(ctx, identifiers, new.country.as_deref())?;
    let newcomer = Newcomer::new(ctx, &new, known)?;
    let id = newcomer.row.id;
    let mut tx = match ctx.begin_once(&once, &[id.to_string()]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(ids) => return only_id(&ids, "customer"),
    };
    newcomer.record(&mut tx)?;
    let Parts {
        key,
        row,
        brand,
        identifiers,
    } = newcomer.into_parts();
    vault::insert_keys(tx.inner(), vec![key]).await?;
    store::save(tx.db(), vec![row]).await?;
    store::set_brands(tx.db(), tx.scope(), brand.as_slice()).await?;
    identifiers::insert_in(&tx, identifiers).await?;
    tx.commit().await?;
    Ok(id)
}

fn checked_identifiers(
    ctx: &Ctx,
    identifiers: &[(String, NewIdentifier)],
    country: Option<&str>,
) -> Result<Vec<Normal>> {
    if identifiers.len() > rules::MOST_IDENTIFIERS {
        return Err(too_many_identifiers());
    }
    let mut known: Vec<Normal> = Vec::new();
    for (field, identifier) in identifiers {
        let normal = Normal::of(ctx, identifier, country, field)?;
        if known.iter().any(|other| other.is_same(&normal)) {
            return Err(Error::invalid(field.as_str(), "is given twice"));
        }
        known.push(normal);
    }
    Ok(known)
}

/// A customer ready to be inserted.
pub(super) struct Newcomer {
    key_row: data_key::Model,
    key: Arc<DataKey>,
    row: customer::Model,
    name: Option<Personal>,
    brand: Option<BrandId>,
    identifiers: Vec<Built>,
}

/// What is inserted of a new customer.
pub(super) struct Parts {
    /// Its key.
    pub(super) key: data_key::Model,
    /// Its row.
    pub(super) row: customer::Model,
    /// Its brand.
    pub(super) brand: Option<(CustomerId, Option<BrandId>)>,
    /// What it is known by.
    pub(super) identifiers: Vec<Built>,
}

impl Newcomer {
    /// Checks a customer, and encrypts what is personal about it.
    pub(super) fn new(ctx: &Ctx, new: &NewCustomer, known: Vec<Normal>) -> Result<Self> {
        if known.len() > rules::MOST_IDENTIFIERS {
            return Err(too_many_identifiers());
        }
        let id = CustomerId::from_uuid(random::id());
        let owner = Owner {
            kind: KeyOwnerKind::Customer,
            id: id.uuid(),
        };
        let (key_row, key) =
            ctx.vault()
                .new_key(ctx.controller(), owner, DataClass::Profile, ctx.now())?;
        let name = checked_name(new.name.as_ref())?;
        let row = customer_row(ctx, id, &key, new, name.as_ref())?;
        let identifiers = known
            .into_iter()
            .map(|normal| Built::new(ctx, id, &key, normal))
            .collect::<Result<_>>()?;
        Ok(Self {
            key_row,
            key,
            row,
            name,
            brand: new.brand,
            identifiers,
        })
    }

    /// Records that it was registered.
    pub(super) fn record(&self, tx: &mut Tx) -> Result<()> {
        let row = &self.row;
        let ended = row.services_ended_at.map(|at| at.to_string());
        let mut fields = Fields::new()
            .with("kind", row.kind.as_str())
            .with("category", row.category.as_str())
            .with_some("country", row.country.as_deref())
            .with_some("name", self.name.as_ref().map(Personal::expose))
            .with_some("brand", self.brand.map(|brand| brand.to_string()))
            .with("registeredAt", row.registered_at.to_string())
            .with_some("servicesEndedAt", ended);
        if !self.identifiers.is_empty() {
            let texts: Vec<_> = self.identifiers.iter().map(Built::text).collect();
            fields = fields.with("identifiers", texts);
        }
        tx.record(Event {
            kind: EventType::CustomerRegistered,
            log: Log::Main,
            object: row.id.to_string(),
            customer: Some(row.id),
            key: &self.key,
            fields,
        })?;
        Ok(())
    }

    /// What is inserted of it.
    pub(super) fn into_parts(self) -> Parts {
        Parts {
            key: self.key_row,
            brand: self.brand.map(|brand| (self.row.id, Some(brand))),
            row: self.row,
            identifiers: self.identifiers,
        }
    }
}

fn customer_row(
    ctx: &Ctx,
    id: CustomerId,
    key: &DataKey,
    new: &NewCustomer,
    name: Option<&Personal>,
) -> Result<customer::Model> {
    let place = Place::of(ctx.controller(), store::NAME, id.uuid());
    let past =
        |field: &str, at: Option<Timestamp>| at.map(|at| ctx.not_in_future(field, at)).transpose();
    Ok(customer::Model {
        controller_id: ctx.controller(),
        id,
        kind: new.kind,
        category: new.category,
        country: new.country.clone(),
        key_id: key.id(),
        name: name
            .map(|name| key.close(place, name.expose()))
            .transpose()?,
        registered_at: past("registeredAt", new.registered_at)?.unwrap_or(ctx.now()),
        recorded_at: ctx.now(),
        version: 1,
        services_ended_at: past("servicesEndedAt", new.services_ended_at)?,
    })
}
