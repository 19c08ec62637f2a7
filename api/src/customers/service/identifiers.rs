//! What outside systems know customers by: it is added, verified, and ends.

use std::collections::HashMap;

use entity::enums::{Action, EventType, IdentifierKind, IdentifierVerification, Log};
use entity::id::{CustomerId, IdentifierId};
use entity::time::Timestamp;
use entity::{blind_index, identifier};

use super::profile::Profiles;
use super::read::{Identifier, Keys};
use crate::context::{Begun, Ctx, Once, Tx, only_id};
use crate::customers::{rules, store};
use crate::error::{Error, Result};
use crate::ledger::{Event, Fields};
use crate::platform::personal::Personal;
use crate::platform::random;
use crate::vault::{self, DataKey, Field, IndexValue, Place, normalise};

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

/// An identifier that was found in order, with its index values.
pub(super) struct Normal {
    kind: IdentifierKind,
    system: Option<String>,
    field: Field,
    values: Vec<IndexValue>,
    value: Personal,
}

impl Normal {
    /// Checks an identifier; `field` names its input. National phone numbers are read as numbers of `country`.
    pub(super) fn of(
        ctx: &Ctx,
        identifier: &NewIdentifier,
        country: Option<&str>,
        field: &str,
    ) -> Result<Self> {
        let invalid = |expected: normalise::NotNormal| Error::invalid(field, expected.to_string());
        let (kind, system, index, normal, value) = match identifier {
            NewIdentifier::Email(value) => {
                let normal = normalise::email(value.expose()).map_err(invalid)?;
                let kind = IdentifierKind::Email;
                (kind, None, Field::CustomerEmail, normal, value)
            }
            NewIdentifier::Phone(value) => {
                let normal = normalise::phone(value.expose(), country).map_err(invalid)?;
                let kind = IdentifierKind::Phone;
                (kind, None, Field::CustomerPhone, normal, value)
            }
            NewIdentifier::ExternalId { system, id } => {
                let system = normalise::external_system(system).map_err(invalid)?;
                let normal = normalise::external_id(&system, id.expose()).map_err(invalid)?;
                let kind = IdentifierKind::ExternalId;
                (kind, Some(system), Field::CustomerExternalId, normal, id)
            }
        };
        Ok(Self {
            kind,
            system,
            field: index,
            values: ctx.vault().index(ctx.controller(), index, &normal)?,
            value: value.clone(),
        })
    }

    /// Which kind.
    pub(super) fn kind(&self) -> IdentifierKind {
        self.kind
    }

    /// Its index values, one for each epoch in use.
    pub(super) fn values(&self) -> impl Iterator<Item = &Vec<u8>> {
        self.values.iter().map(|value| &value.bytes)
    }

    /// Whether both say the same.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.kind == other.kind && self.values == other.values
    }
}

/// An identifier ready to be inserted.
pub(super) struct Built {
    row: identifier::Model,
    index: Vec<blind_index::Model>,
    value: Personal,
}

impl Built {
    /// An identifier of a customer, under the customer's key.
    pub(super) fn new(
        ctx: &Ctx,
        customer: CustomerId,
        key: &DataKey,
        normal: Normal,
    ) -> Result<Self> {
        let id = IdentifierId::from_uuid(random::id());
        // An e-mail address may belong to several customers; an id of another system may not.
        let exclusive = normal.kind == IdentifierKind::ExternalId;
        let (field, values) = (normal.field, normal.values);
        let index = vault::index_rows(ctx.controller(), field, values, id.uuid(), exclusive);
        let place = Place::of(ctx.controller(), store::VALUE, id.uuid());
        let row = identifier::Model {
            controller_id: ctx.controller(),
            id,
            customer_id: customer,
            kind: normal.kind,
            system: normal.system,
            key_id: key.id(),
            value: key.close(place, normal.value.expose().trim())?,
            recorded_at: ctx.now(),
            ended_at: None,
            verified_at: None,
            verification: None,
            integration_id: ctx.actor.integration,
        };
        Ok(Self {
            row,
            index: index.collect(),
            value: normal.value,
        })
    }

    /// What the event says of it.
    pub(super) fn text(&self) -> String {
        let system = self.row.system.as_deref().unwrap_or_default();
        format!("{} {system} {}", self.row.kind, self.value.expose().trim())
    }

    /// Records that it was added to a customer who was there already.
    pub(super) fn record_added(&self, tx: &mut Tx, key: &DataKey) -> Result<()> {
        tx.record(Event {
            kind: EventType::IdentifierAdded,
            log: Log::Main,
            object: self.row.customer_id.to_string(),
            customer: Some(self.row.customer_id),
            key,
            fields: Fields::new().with("identifier", self.text()),
        })?;
        Ok(())
    }
}

/// Inserts identifiers of customers that are there.
///
/// # Errors
/// Conflict when an external id leads to another customer.
pub(super) async fn insert_in(tx: &Tx, built: Vec<Built>) -> Result<()> {
    let (rows, index): (Vec<_>, Vec<_>) = built
        .into_iter()
        .map(|built| (built.row, built.index))
        .unzip();
    vault::insert_index(tx.inner(), index.into_iter().flatten().collect()).await?;
    store::insert_identifiers(tx.db(), rows).await
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
    let mut profiles = Profiles::load(ctx, &[customer]).await?;
    let country = profiles.row(customer)?.country.as_deref();
    let normal = Normal::of(ctx, &identifier, country, "identifier")?;
    let built = Built::new(ctx, customer, profiles.key(customer)?, normal)?;
    let mut tx = match ctx.begin_once(&once, &[customer.to_string()]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(ids) => return only_id(&ids, "customer"),
    };
    profiles.hold(ctx, &tx).await?;
    if store::count_identifiers(tx.db(), tx.scope(), customer).await? >= rules::MOST_IDENTIFIERS {
        return Err(too_many_identifiers());
    }
    built.record_added(&mut tx, profiles.key(customer)?)?;
    insert_in(&tx, vec![built]).await?;
    tx.commit().await?;
    Ok(customer)
}

pub(super) fn too_many_identifiers() -> Error {
    Error::invalid(
        "identifiers",
        "a customer has at most 100 identifiers, those that ended among them",
    )
}

/// Ends an identifier: it leads to its customer no more. Once more with another instant corrects the instant.
///
/// # Errors
/// Forbidden; Invalid for an instant that lies ahead; `NotFound`.
pub(crate) async fn end_identifier(
    ctx: &Ctx,
    id: IdentifierId,
    at: Option<Timestamp>,
    once: Once,
) -> Result<IdentifierId> {
    ctx.authorize(Action::EndIdentifier)?;
    if let Some(ids) = ctx.done_before(&once).await? {
        return only_id(&ids, "identifier");
    }
    if let Some(at) = at {
        ctx.not_in_future("endedAt", at)?;
    }
    let mut profiles = holder(ctx, id).await?;
    let mut tx = match ctx.begin_once(&once, &[id.to_string()]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(ids) => return only_id(&ids, "identifier"),
    };
    profiles.hold(ctx, &tx).await?;
    let row = as_it_is(&tx, id).await?;
    let at = at.or(row.ended_at).unwrap_or(ctx.now());
    if row.ended_at == Some(at) {
        tx.rollback().await?;
        return Ok(id);
    }
    record_ended(&mut tx, &row, at, profiles.key(row.customer_id)?)?;
    store::end(tx.db(), tx.scope(), &[id], at).await?;
    tx.commit().await?;
    Ok(id)
}

/// Records that an identifier leads to its customer no more.
pub(super) fn record_ended(
    tx: &mut Tx,
    row: &identifier::Model,
    at: Timestamp,
    key: &DataKey,
) -> Result<()> {
    let fields = about(row).with("endedAt", at.to_string());
    tx.record(event(EventType::IdentifierEnded, row, key, fields))?;
    Ok(())
}

/// Writes down how it was made sure, and when, that an identifier is its customer's.
///
/// # Errors
/// Forbidden; Invalid for an instant that lies ahead; `NotFound`.
pub(crate) async fn verify_identifier(
    ctx: &Ctx,
    id: IdentifierId,
    method: IdentifierVerification,
    at: Option<Timestamp>,
    once: Once,
) -> Result<IdentifierId> {
    ctx.authorize(Action::VerifyIdentifier)?;
    if let Some(ids) = ctx.done_before(&once).await? {
        return only_id(&ids, "identifier");
    }
    let at = ctx.not_in_future("verifiedAt", at.unwrap_or(ctx.now()))?;
    let mut profiles = holder(ctx, id).await?;
    let mut tx = match ctx.begin_once(&once, &[id.to_string()]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(ids) => return only_id(&ids, "identifier"),
    };
    profiles.hold(ctx, &tx).await?;
    let row = as_it_is(&tx, id).await?;
    if (row.verified_at, row.verification) == (Some(at), Some(method)) {
        tx.rollback().await?;
        return Ok(id);
    }
    let fields = about(&row)
        .with("method", method.as_str())
        .with("verifiedAt", at.to_string());
    let key = profiles.key(row.customer_id)?;
    tx.record(event(EventType::IdentifierVerified, &row, key, fields))?;
    store::verify(tx.db(), tx.scope(), id, method, at).await?;
    tx.commit().await?;
    Ok(id)
}

fn about(row: &identifier::Model) -> Fields {
    Fields::new()
        .with("identifier", row.id.to_string())
        .with("kind", row.kind.as_str())
        .with_some("system", row.system.as_deref())
}

fn event<'a>(
    kind: EventType,
    row: &identifier::Model,
    key: &'a DataKey,
    fields: Fields,
) -> Event<'a> {
    Event {
        kind,
        log: Log::Main,
        object: row.customer_id.to_string(),
        customer: Some(row.customer_id),
        key,
        fields,
    }
}

/// An identifier within a change that holds its customer.
async fn as_it_is(tx: &Tx, id: IdentifierId) -> Result<identifier::Model> {
    let rows = store::identifiers_by_id(tx.db(), tx.scope(), &[id]).await?;
    let row = rows.into_iter().next();
    row.ok_or(Error::NotFound { what: "identifier" })
}

/// Whose an identifier is.
async fn holder(ctx: &Ctx, id: IdentifierId) -> Result<Profiles> {
    let rows = store::identifiers_by_id(ctx.db(), ctx.scope(), &[id]).await?;
    let row = rows.first().ok_or(Error::NotFound { what: "identifier" })?;
    Profiles::load(ctx, &[row.customer_id]).await
}

/// Identifiers by id.
///
/// # Errors
/// Forbidden.
pub(crate) async fn identifiers_by_id(
    ctx: &Ctx,
    ids: &[IdentifierId],
) -> Result<HashMap<IdentifierId, Identifier>> {
    ctx.authorize(Action::ReadCustomers)?;
    let rows = store::identifiers_by_id(ctx.db(), ctx.scope(), ids).await?;
    let keys = Keys::load(ctx, rows.iter().map(|row| row.key_id)).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.id, keys.identifier(row)))
        .collect())
}
