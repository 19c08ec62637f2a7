//! Registering and finding recipients.

use std::collections::HashMap;
use std::sync::Arc;

use entity::enums::{
    Action, DataClass, EventType, KeyOwnerKind, Log, RecipientCategory, RecipientRole,
};
use entity::id::RecipientId;
use entity::{blind_index, data_key, recipient};

use super::{rules, store};
use crate::context::{Begun, Ctx, Once, Tx, only_id};
use crate::error::{Error, Result};
use crate::ledger::{Event, Fields};
use crate::platform::page::{Page, PageRequest};
use crate::platform::personal::Personal;
use crate::platform::random;
use crate::vault::{self, CellKeys, DataKey, Field, Locked, Owner, Place, normalise};

/// A recipient as a caller may see it.
#[derive(Debug, Clone)]
pub(crate) struct Recipient {
    /// Its row.
    pub(crate) row: recipient::Model,
    /// Its name; withheld where it is a person's and the caller may not read personal data.
    pub(crate) name: Option<Locked>,
}

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
}

/// How a caller names a recipient.
#[derive(Debug, Clone)]
pub(crate) enum RecipientRef {
    /// One that is registered.
    Id(RecipientId),
    /// By role and name; registered on the way if it is new.
    Named(NewRecipient),
}

impl RecipientRef {
    /// Tells apart what is named; in memory only.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Id(id) => id.to_string(),
            Self::Named(new) => format!("{} {}", new.role, new.name.expose()),
        }
    }
}

/// A recipient that a change is about to use: registered already, or with the change.
#[derive(Debug)]
pub(crate) enum Prepared {
    /// It is there.
    Existing(RecipientId),
    /// It comes with the change.
    New(Box<Rows>),
}

/// What makes a new recipient.
#[derive(Debug)]
pub(crate) struct Rows {
    row: recipient::Model,
    key_row: data_key::Model,
    key: Arc<DataKey>,
    index: Vec<blind_index::Model>,
    name: Personal,
}

impl Prepared {
    /// Its id.
    pub(crate) fn id(&self) -> RecipientId {
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
    let prepared = build(ctx, new, "name")?;
    let id = prepared.row.id;
    let mut tx = match ctx.begin_once(&once, &[id.to_string()]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(ids) => return only_id(&ids, "recipient"),
    };
    insert_in(&mut tx, prepared).await?;
    tx.commit().await?;
    Ok(id)
}

/// Finds the recipient of a change, or prepares to register it. To be called before the change begins.
///
/// # Errors
/// `NotFound` for an id that is not the controller's; Invalid for a name that cannot be used; Forbidden when
/// it is new and the caller may not register recipients.
pub(crate) async fn prepare(ctx: &Ctx, named: RecipientRef, field: &str) -> Result<Prepared> {
    match named {
        RecipientRef::Id(id) => {
            let found = store::by_ids(ctx.db(), ctx.scope(), [id]).await?;
            let row = found
                .into_iter()
                .next()
                .ok_or(Error::NotFound { what: "recipient" })?;
            Ok(Prepared::Existing(row.id))
        }
        RecipientRef::Named(new) => {
            match by_name(ctx, new.role, &new.name, &format!("{field}.name")).await? {
                Some(id) => Ok(Prepared::Existing(id)),
                None => {
                    ctx.authorize(Action::RegisterRecipient)?;
                    let rows = build(ctx, new, &format!("{field}.name"))?;
                    Ok(Prepared::New(Box::new(rows)))
                }
            }
        }
    }
}

/// Registers a prepared recipient within a change, if it is new.
///
/// # Errors
/// Conflict when it was registered meanwhile.
pub(crate) async fn register_in(tx: &mut Tx, prepared: Prepared) -> Result<()> {
    match prepared {
        Prepared::Existing(_) => Ok(()),
        Prepared::New(rows) => insert_in(tx, *rows).await,
    }
}

async fn by_name(
    ctx: &Ctx,
    role: RecipientRole,
    name: &Personal,
    field: &str,
) -> Result<Option<RecipientId>> {
    let normal = normal_name(role, name, field)?;
    let values = ctx
        .vault()
        .index(ctx.controller(), Field::RecipientName, &normal)?;
    let values = values.into_iter().map(|value| value.bytes).collect();
    let found = vault::targets(ctx.db(), ctx.scope(), Field::RecipientName, values).await?;
    Ok(found
        .into_values()
        .flatten()
        .next()
        .map(RecipientId::from_uuid))
}

fn normal_name(role: RecipientRole, name: &Personal, field: &str) -> Result<String> {
    let name = normalise::name(name.expose())
        .map_err(|expected| Error::invalid(field, expected.to_string()))?;
    Ok(format!("{role}\u{1f}{name}"))
}

fn build(ctx: &Ctx, new: NewRecipient, field: &str) -> Result<Rows> {
    let normal = normal_name(new.role, &new.name, field)?;
    let id = RecipientId::from_uuid(random::id());
    let owner = Owner {
        kind: KeyOwnerKind::Record,
        id: id.uuid(),
    };
    let (key_row, key) =
        ctx.vault()
            .new_key(ctx.controller(), owner, DataClass::Record, ctx.now())?;
    let values = ctx
        .vault()
        .index(ctx.controller(), Field::RecipientName, &normal)?;
    let row = recipient::Model {
        controller_id: ctx.controller(),
        id,
        role: new.role,
        category: new.category,
        country: new.country,
        key_id: key.id(),
        name: key.close(
            Place::of(ctx.controller(), store::NAME, id.uuid()),
            new.name.expose().trim(),
        )?,
        recorded_at: ctx.now(),
        contacts: None,
        notice_url: None,
        version: 1,
    };
    let index = vault::index_rows(
        ctx.controller(),
        Field::RecipientName,
        values,
        id.uuid(),
        true,
    )
    .collect();
    Ok(Rows {
        row,
        key_row,
        key,
        index,
        name: new.name,
    })
}

async fn insert_in(tx: &mut Tx, rows: Rows) -> Result<()> {
    let Rows {
        row,
        key_row,
        key,
        index,
        name,
    } = rows;
    vault::insert_index(tx.inner(), index).await?;
    vault::insert_keys(tx.inner(), vec![key_row]).await?;
    tx.record(Event {
        kind: EventType::RecipientRegistered,
        log: Log::Main,
        object: row.id.to_string(),
        customer: None,
        key: &key,
        fields: Fields::new()
            .with("name", name.expose())
            .with("role", row.role.as_str())
            .with("category", row.category.as_str())
            .with_some("country", row.country.as_deref()),
    })?;
    store::insert(tx.db(), row).await
}

/// Which recipients are asked for. Empty lists ask for all.
#[derive(Debug, Clone, Default)]
pub(crate) struct RecipientFilter {
    /// In these roles.
    pub(crate) roles: Vec<RecipientRole>,
    /// In these categories.
    pub(crate) categories: Vec<RecipientCategory>,
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
    let list = format!("recipients {:?} {:?}", filter.roles, filter.categories);
    let page = page.check(&list)?;
    let among = match &filter.name {
        Some(name) => Some(named(ctx, name).await?),
        None => None,
    };
    let RecipientFilter {
        roles, categories, ..
    } = filter;
    // A name that may not be shown must not be confirmed either.
    let persons = filter.name.is_none() || ctx.may(Action::ReadPersonalData);
    let page = store::page(
        ctx.db(),
        ctx.scope(),
        &roles,
        &categories,
        among,
        persons,
        &page,
    )
    .await?;
    let keys = keys(ctx, page.rows.iter().map(|(_, row)| row)).await?;
    Ok(page.map(|row| show(ctx, row, &keys)))
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
    let keys = keys(ctx, &rows).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.id, show(ctx, row, &keys)))
        .collect())
}

async fn keys<'a>(
    ctx: &Ctx,
    rows: impl IntoIterator<Item = &'a recipient::Model>,
) -> Result<CellKeys> {
    let ids: Vec<_> = rows.into_iter().map(|row| row.key_id).collect();
    ctx.vault().cell_keys(ctx.db(), ctx.scope(), ids).await
}

fn show(ctx: &Ctx, row: recipient::Model, keys: &CellKeys) -> Recipient {
    let readable = !rules::is_person(row.role, row.category) || ctx.may(Action::ReadPersonalData);
    let name = readable
        .then(|| keys.lock(row.key_id, store::NAME, row.id.uuid(), Some(&row.name)))
        .flatten();
    Recipient { row, name }
}
