//! Registering recipients, on their own or with the change that needs them.

use std::sync::Arc;

use entity::enums::{
    Action, DataClass, EventType, KeyOwnerKind, Log, RecipientCategory, RecipientRole,
};
use entity::id::{CustomerId, RecipientId};
use entity::{blind_index, data_key, recipient, recipient_customer};

use super::details::{self, NewContact};
use super::engage;
use super::find::{Known, find};
use crate::context::{Begun, Ctx, Once, Tx, only_id};
use crate::customers::Lookup;
use crate::error::{Error, Result};
use crate::ledger::{Event, Fields};
use crate::platform::personal::Personal;
use crate::platform::random;
use crate::recipients::store;
use crate::vault::{self, DataKey, Field, Owner, Place, normalise};

/// A recipient to be registered.
#[derive(Debug, Clone)]
pub(crate) struct NewRecipient {
    /// What it is called.
    pub(crate) name: Personal,
    /// What it is in data-protection law.
    pub(crate) role: RecipientRole,
    /// What it does.
    pub(crate) category: RecipientCategory,
    /// Where it is, ISO 3166-1 alpha-2.
    pub(crate) country: Option<String>,
    /// How to reach it.
    pub(crate) contacts: Vec<NewContact>,
    /// Where its privacy notice is.
    pub(crate) notice_url: Option<Personal>,
    /// For which recipient it works.
    pub(crate) engaged_by: Option<RecipientId>,
}

/// How a caller names a recipient.
#[derive(Debug, Clone)]
pub(crate) enum RecipientRef {
    /// One that is registered.
    Id(RecipientId),
    /// By role and name; registered on the way if it is new.
    Named(NewRecipient),
    /// A customer; registered on the way if it is not a recipient yet.
    Customer(Lookup),
}

impl RecipientRef {
    /// Tells apart what is named; in memory only.
    pub(super) fn describe(&self) -> Personal {
        match self {
            Self::Id(id) => Personal::new(id.to_string()),
            Self::Named(new) => Personal::new(format!("named {} {}", new.role, new.name.expose())),
            Self::Customer(lookup) => {
                Personal::new(format!("customer {}", lookup.describe().expose()))
            }
        }
    }
}

/// A recipient that a change is about to use: registered already, or with the change.
#[derive(Debug)]
pub(super) enum Prepared {
    /// It is there.
    Existing(RecipientId),
    /// It comes with the change.
    New(Box<Rows>),
}

/// What makes a new recipient.
#[derive(Debug)]
pub(super) struct Rows {
    row: recipient::Model,
    key_row: data_key::Model,
    key: Arc<DataKey>,
    index: Vec<blind_index::Model>,
    customer: Option<CustomerId>,
    engaged_by: Option<RecipientId>,
    fields: Fields,
}

impl Prepared {
    /// Its id.
    pub(super) fn id(&self) -> RecipientId {
        match self {
            Self::Existing(id) => *id,
            Self::New(rows) => rows.row.id,
        }
    }
}

/// Registers a recipient.
///
/// # Errors
/// Forbidden; Invalid for a name that cannot be used; Conflict when role and name are registered already.
pub(crate) async fn register(ctx: &Ctx, new: NewRecipient, once: Once) -> Result<RecipientId> {
    ctx.authorize(Action::RegisterRecipient)?;
    let rows = build(ctx, new, None, "name")?;
    let id = rows.row.id;
    let mut tx = match ctx.begin_once(&once, &[id.to_string()]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(ids) => return only_id(&ids, "recipient"),
    };
    insert_in(&mut tx, rows).await?;
    tx.commit().await?;
    Ok(id)
}

/// Finds the recipient of a change, or prepares to register it. To be called before the change begins.
///
/// # Errors
/// As [`find`]; Forbidden when it is new and the caller may not register recipients.
pub(super) async fn prepare(ctx: &Ctx, named: &RecipientRef, field: &str) -> Result<Prepared> {
    let found = find(ctx, &[named], field).await?.into_iter().next();
    let gone = || Err(Error::NotFound { what: "recipient" }.at(field));
    prepare_known(ctx, found.unwrap_or_else(gone)?, field)
}

/// Prepares to register a recipient, if it is new.
///
/// # Errors
/// Invalid for a value that cannot be used; Forbidden when the caller may not register recipients.
pub(super) fn prepare_known(ctx: &Ctx, known: Known, field: &str) -> Result<Prepared> {
    match known {
        Known::Registered(id) => Ok(Prepared::Existing(id)),
        Known::New(new, customer) => {
            ctx.authorize(Action::RegisterRecipient)
                .map_err(|error| error.at(field))?;
            let rows = build(ctx, new, customer, &format!("{field}.name"))?;
            Ok(Prepared::New(Box::new(rows)))
        }
    }
}

/// Registers a prepared recipient within a change, if it is new.
///
/// # Errors
/// Conflict when it was registered meanwhile.
pub(super) async fn register_in(tx: &mut Tx, prepared: Prepared) -> Result<()> {
    match prepared {
        Prepared::Existing(_) => Ok(()),
        Prepared::New(rows) => insert_in(tx, *rows).await,
    }
}

/// What a recipient is indexed by: role and name.
///
/// # Errors
/// [`Error::Invalid`] for a name that cannot be used.
pub(crate) fn normal_name(role: RecipientRole, name: &Personal, field: &str) -> Result<String> {
    let name = normalise::name(name.expose())
        .map_err(|expected| Error::invalid(field, expected.to_string()))?;
    Ok(format!("{role}\u{1f}{name}"))
}

/// The index rows that make a recipient findable by role and name.
pub(super) fn index_of(
    ctx: &Ctx,
    id: RecipientId,
    role: RecipientRole,
    name: &Personal,
    field: &str,
) -> Result<Vec<blind_index::Model>> {
    let normal = normal_name(role, name, field)?;
    let (controller, of) = (ctx.controller(), Field::RecipientName);
    let values = ctx.vault().index(controller, of, &normal)?;
    Ok(vault::index_rows(controller, of, values, id.uuid(), true).collect())
}

fn build(ctx: &Ctx, new: NewRecipient, customer: Option<CustomerId>, field: &str) -> Result<Rows> {
    let id = RecipientId::from_uuid(random::id());
    engage::check_role(new.role, new.engaged_by.is_some())?;
    // A customer is found as such: under a name, another recipient could take its place.
    let index = match customer {
        Some(_) => Vec::new(),
        None => index_of(ctx, id, new.role, &new.name, field)?,
    };
    let contacts = details::write(&new.contacts)?;
    let notice_url = new.notice_url.as_ref();
    let notice_url = notice_url.map(details::check_url).transpose()?;
    let owner = Owner {
        kind: KeyOwnerKind::Record,
        id: id.uuid(),
    };
    let (key_row, key) =
        ctx.vault()
            .new_key(ctx.controller(), owner, DataClass::Record, ctx.now())?;
    let close = |column, value: &str| {
        let place = Place::of(ctx.controller(), column, id.uuid());
        key.close(place, value)
    };
    let close_some = |column, value: Option<&Personal>| {
        value.map(|value| close(column, value.expose())).transpose()
    };
    let fields = Fields::new()
        .with("name", new.name.expose())
        .with("role", new.role.as_str())
        .with("category", new.category.as_str())
        .with_some("country", new.country.as_deref())
        .with_some(
            "contacts",
            contacts.as_ref().map(details::as_json).transpose()?,
        )
        .with_some("noticeUrl", notice_url.as_ref().map(Personal::expose))
        .with_some("engagedBy", new.engaged_by.map(|id| id.to_string()));
    let row = recipient::Model {
        controller_id: ctx.controller(),
        id,
        role: new.role,
        category: new.category,
        country: new.country,
        key_id: key.id(),
        name: close(store::NAME, new.name.expose().trim())?,
        recorded_at: ctx.now(),
        contacts: close_some(store::CONTACTS, contacts.as_ref())?,
        notice_url: close_some(store::NOTICE_URL, notice_url.as_ref())?,
        version: 1,
    };
    Ok(Rows {
        row,
        key_row,
        key,
        index,
        customer,
        engaged_by: new.engaged_by,
        fields,
    })
}

async fn insert_in(tx: &mut Tx, rows: Rows) -> Result<()> {
    let row = rows.row;
    let (controller_id, recipient_id) = (row.controller_id, row.id);
    vault::insert_index(tx.inner(), rows.index).await?;
    vault::insert_keys(tx.inner(), vec![rows.key_row]).await?;
    tx.record(Event {
        kind: EventType::RecipientRegistered,
        log: Log::Main,
        object: row.id.to_string(),
        customer: rows.customer,
        key: &rows.key,
        fields: rows.fields,
    })?;
    store::insert(tx.db(), row).await?;
    if rows.engaged_by.is_some() {
        engage::save(tx, recipient_id, rows.engaged_by).await?;
    }
    if let Some(customer_id) = rows.customer {
        let row = recipient_customer::Model {
            controller_id,
            recipient_id,
            customer_id,
        };
        store::insert_customer(tx.db(), row).await?;
    }
    Ok(())
}
