//! Registering customers and what outside systems know them by.

use entity::enums::{
    Action, CustomerKind, DataClass, DataSubjectCategory, EventType, IdentifierKind, KeyOwnerKind,
    Log,
};
use entity::id::{CustomerId, IdentifierId};
use entity::time::Timestamp;
use entity::{blind_index, customer, identifier};

use crate::context::{Begun, Ctx, Once, only_id};
use crate::customers::{rules, store};
use crate::error::{Error, Result};
use crate::ledger::{Event, Fields};
use crate::platform::personal::Personal;
use crate::platform::random;
use crate::vault::{self, DataKey, Field, Owner, Place, normalise};

/// Longest name, in characters.
const LONGEST_NAME: usize = 200;

/// What an outside system knows a customer by.
#[derive(Debug, Clone)]
pub(crate) enum NewIdentifier {
    /// An e-mail address.
    Email(Personal),
    /// A phone number: international, or national in the customer's country.
    Phone(Personal),
    /// An id in an outside system.
    ExternalId {
        /// The system.
        system: String,
        /// The id.
        id: Personal,
    },
}

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
    /// Since when they are known; now, when absent.
    pub(crate) registered_at: Option<Timestamp>,
    /// What outside systems know them by, each with its input field.
    pub(crate) identifiers: Vec<(String, NewIdentifier)>,
}

/// Registers a customer.
///
/// # Errors
/// Forbidden; Invalid for a value that cannot be used; Conflict when an external id leads to a customer already.
pub(crate) async fn register(ctx: &Ctx, new: NewCustomer, once: Once) -> Result<CustomerId> {
    ctx.authorize(match new.category {
        // An abuse desk knows who complained, and nobody else.
        DataSubjectCategory::Complainant => Action::RegisterComplainant,
        _ => Action::RegisterCustomer,
    })?;
    if new.identifiers.len() > rules::MOST_IDENTIFIERS {
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
    let row = customer_row(ctx, id, &key, &new, name.as_ref())?;
    let mut built: Vec<Built> = Vec::new();
    for (field, identifier) in &new.identifiers {
        let added = Built::new(ctx, id, &key, row.country.as_deref(), identifier, field)?;
        if built.iter().any(|other| other.is_same(&added)) {
            return Err(Error::invalid(field.as_str(), "is given twice"));
        }
        built.push(added);
    }
    let mut tx = match ctx.begin_once(&once, &[id.to_string()]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(ids) => return only_id(&ids, "customer"),
    };
    vault::insert_keys(tx.inner(), vec![key_row]).await?;
    let mut fields = Fields::new()
        .with("kind", row.kind.as_str())
        .with("category", row.category.as_str())
        .with_some("country", row.country.as_deref())
        .with_some("name", name.as_ref().map(Personal::expose))
        .with("registeredAt", row.registered_at.to_string());
    if !built.is_empty() {
        let texts: Vec<_> = built.iter().map(Built::text).collect();
        fields = fields.with("identifiers", texts);
    }
    tx.record(Event {
        kind: EventType::CustomerRegistered,
        log: Log::Main,
        object: id.to_string(),
        customer: Some(id),
        key: &key,
        fields,
    })?;
    store::insert(tx.db(), row).await?;
    let (rows, index): (Vec<_>, Vec<_>) = built
        .into_iter()
        .map(|built| (built.row, built.index))
        .unzip();
    vault::insert_index(tx.inner(), index.into_iter().flatten().collect()).await?;
    store::insert_identifiers(tx.db(), rows).await?;
    tx.commit().await?;
    Ok(id)
}

/// Adds an identifier to a customer.
///
/// # Errors
/// Forbidden; Invalid; `NotFound`; Conflict when the external id leads to a customer already.
pub(crate) async fn add_identifier(
    ctx: &Ctx,
    customer: CustomerId,
    identifier: NewIdentifier,
    once: Once,
) -> Result<CustomerId> {
    ctx.authorize(Action::AddIdentifier)?;
    // The customer may have been erased since: what was answered then counts.
    if let Some(ids) = ctx.done_before(&once).await? {
        return only_id(&ids, "customer");
    }
    let found = store::by_ids(ctx.db(), ctx.scope(), &[customer]).await?;
    let row = found
        .into_iter()
        .next()
        .ok_or(Error::NotFound { what: "customer" })?;
    let keys = ctx
        .vault()
        .keys(ctx.db(), ctx.scope(), [row.key_id])
        .await?;
    let erased = Error::Conflict("the profile of this customer was erased");
    let key = keys.get(&row.key_id).ok_or(erased)?;
    let built = Built::new(
        ctx,
        customer,
        key,
        row.country.as_deref(),
        &identifier,
        "identifier",
    )?;
    let mut tx = match ctx.begin_once(&once, &[customer.to_string()]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(ids) => return only_id(&ids, "customer"),
    };
    store::lock(tx.db(), tx.scope(), &[customer]).await?;
    ctx.vault()
        .pin(tx.inner(), tx.scope(), vec![key.id()])
        .await?;
    if store::count_identifiers(tx.db(), tx.scope(), customer).await? >= rules::MOST_IDENTIFIERS {
        return Err(too_many_identifiers());
    }
    tx.record(Event {
        kind: EventType::IdentifierAdded,
        log: Log::Main,
        object: customer.to_string(),
        customer: Some(customer),
        key,
        fields: Fields::new().with("identifier", built.text()),
    })?;
    vault::insert_index(tx.inner(), built.index).await?;
    store::insert_identifiers(tx.db(), vec![built.row]).await?;
    tx.commit().await?;
    Ok(customer)
}

fn customer_row(
    ctx: &Ctx,
    id: CustomerId,
    key: &DataKey,
    new: &NewCustomer,
    name: Option<&Personal>,
) -> Result<customer::Model> {
    let place = Place::of(ctx.controller(), store::NAME, id.uuid());
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
        registered_at: match new.registered_at {
            Some(at) => ctx.not_in_future("registeredAt", at)?,
            None => ctx.now(),
        },
        recorded_at: ctx.now(),
        version: 1,
        services_ended_at: None,
    })
}

fn too_many_identifiers() -> Error {
    Error::invalid("identifiers", "a customer has at most 100 identifiers")
}

fn checked_name(name: Option<&Personal>) -> Result<Option<Personal>> {
    match name {
        Some(name) if name.is_blank() => Ok(None),
        Some(name) if name.expose().chars().count() > LONGEST_NAME => {
            Err(Error::invalid("name", "must have at most 200 characters"))
        }
        name => Ok(name.cloned()),
    }
}

/// An identifier ready to be inserted.
struct Built {
    row: identifier::Model,
    index: Vec<blind_index::Model>,
    value: Personal,
}

impl Built {
    fn new(
        ctx: &Ctx,
        customer: CustomerId,
        key: &DataKey,
        country: Option<&str>,
        identifier: &NewIdentifier,
        field: &str,
    ) -> Result<Self> {
        let invalid = |expected: normalise::NotNormal| Error::invalid(field, expected.to_string());
        let (kind, system, index_field, normal, value) = match identifier {
            NewIdentifier::Email(value) => {
                let normal = normalise::email(value.expose()).map_err(invalid)?;
                (
                    IdentifierKind::Email,
                    None,
                    Field::CustomerEmail,
                    normal,
                    value,
                )
            }
            NewIdentifier::Phone(value) => {
                let normal = normalise::phone(value.expose(), country).map_err(invalid)?;
                (
                    IdentifierKind::Phone,
                    None,
                    Field::CustomerPhone,
                    normal,
                    value,
                )
            }
            NewIdentifier::ExternalId { system, id } => {
                let system = normalise::external_system(system).map_err(invalid)?;
                let normal = normalise::external_id(&system, id.expose()).map_err(invalid)?;
                let kind = IdentifierKind::ExternalId;
                (kind, Some(system), Field::CustomerExternalId, normal, id)
            }
        };
        let id = IdentifierId::from_uuid(random::id());
        let values = ctx.vault().index(ctx.controller(), index_field, &normal)?;
        // An e-mail address may belong to several customers; an id of another system may not.
        let exclusive = kind == IdentifierKind::ExternalId;
        let index = vault::index_rows(ctx.controller(), index_field, values, id.uuid(), exclusive);
        let place = Place::of(ctx.controller(), store::VALUE, id.uuid());
        let row = identifier::Model {
            controller_id: ctx.controller(),
            id,
            customer_id: customer,
            kind,
            system,
            key_id: key.id(),
            value: key.close(place, value.expose().trim())?,
            recorded_at: ctx.now(),
            ended_at: None,
            verified_at: None,
            verification: None,
            integration_id: ctx.actor.integration,
        };
        Ok(Self {
            row,
            index: index.collect(),
            value: value.clone(),
        })
    }

    /// Whether both say the same.
    fn is_same(&self, other: &Self) -> bool {
        let values = |built: &Self| -> Vec<(String, Vec<u8>)> {
            built
                .index
                .iter()
                .map(|row| (row.field.clone(), row.value.clone()))
                .collect()
        };
        values(self) == values(other)
    }

    /// What the event says of it.
    fn text(&self) -> String {
        let system = self.row.system.as_deref().unwrap_or_default();
        format!("{} {system} {}", self.row.kind, self.value.expose().trim())
    }
}
