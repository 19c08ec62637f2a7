//! Changing what is known of a recipient.

use entity::enums::{Action, EventType, Log, RecipientCategory, RecipientRole};
use entity::id::{CustomerId, RecipientId};
use entity::{blind_index, recipient};
use serde_json::Value;

use super::details::{self, NewContact};
use super::engage;
use super::register::index_of;
use crate::context::{Begun, Ctx, Once, Tx, only_id};
use crate::error::{Error, Result};
use crate::ledger::{Event, Fields};
use crate::platform::patch::Patch;
use crate::platform::personal::Personal;
use crate::recipients::store;
use crate::vault::{self, Column, DataKey, Field, Place};

/// What is different about a recipient.
#[derive(Debug, Clone)]
pub(crate) struct RecipientChange {
    /// Which one.
    pub(crate) id: RecipientId,
    /// What it is called.
    pub(crate) name: Option<Personal>,
    /// What it is in data-protection law.
    pub(crate) role: Option<RecipientRole>,
    /// What it does.
    pub(crate) category: Option<RecipientCategory>,
    /// Where it is, ISO 3166-1 alpha-2.
    pub(crate) country: Patch<String>,
    /// How to reach it.
    pub(crate) contacts: Patch<Vec<NewContact>>,
    /// Where its privacy notice is.
    pub(crate) notice_url: Patch<Personal>,
    /// For which recipient it works.
    pub(crate) engaged_by: Patch<RecipientId>,
    /// The version that the caller has seen.
    pub(crate) expected_version: Option<i32>,
}

/// Changes a recipient. Where nothing is different, nothing is recorded.
///
/// # Errors
/// Forbidden; `NotFound`; Invalid for values that cannot be, and for what a customer's record says of it; Conflict
/// when role and name are another's, or the version is not the expected one.
pub(crate) async fn update(ctx: &Ctx, change: RecipientChange, once: Once) -> Result<RecipientId> {
    ctx.authorize(Action::UpdateRecipient)?;
    // It may have changed since: what was answered then counts.
    if let Some(ids) = ctx.done_before(&once).await? {
        return only_id(&ids, "recipient");
    }
    let id = change.id;
    let row = store::by_id(ctx.db(), ctx.scope(), id).await?;
    let mut customers = store::customers(ctx.db(), ctx.scope(), [id]).await?;
    let customer = customers.remove(&id);
    let change = Checked::new(change, customer)?;
    let keys = ctx
        .vault()
        .keys(ctx.db(), ctx.scope(), [row.key_id])
        .await?;
    let erased = Error::Conflict("what was known of this recipient was erased");
    let key = keys.get(&row.key_id).ok_or(erased)?;
    let mut tx = match ctx.begin_once(&once, &[id.to_string()]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(ids) => return only_id(&ids, "recipient"),
    };
    let row = store::lock(tx.db(), tx.scope(), id).await?;
    ctx.vault()
        .pin(tx.inner(), tx.scope(), vec![key.id()])
        .await?;
    if change.version.is_some_and(|version| version != row.version) {
        return Err(Error::Conflict(
            "the recipient was changed meanwhile; read it again",
        ));
    }
    let mut engaged = store::engaged_by(tx.db(), tx.scope(), &[id]).await?;
    let changed = Changed::of(ctx, key, (row, engaged.remove(&id)), change)?;
    if changed.is_nothing() {
        // There is nothing to record, and nothing to replay.
        tx.rollback().await?;
    } else {
        changed.save(&mut tx, key, customer).await?;
        tx.commit().await?;
    }
    Ok(id)
}

/// A change whose values have been checked.
struct Checked {
    name: Option<Personal>,
    role: Option<RecipientRole>,
    category: Option<RecipientCategory>,
    country: Patch<String>,
    contacts: Patch<Personal>,
    notice_url: Patch<Personal>,
    engaged_by: Patch<RecipientId>,
    version: Option<i32>,
}

impl Checked {
    fn new(change: RecipientChange, customer: Option<CustomerId>) -> Result<Self> {
        if customer.is_some() {
            let stays = |field: &str| Error::invalid(field, "is what the customer's record says");
            let given = [
                ("name", change.name.is_some()),
                ("role", change.role.is_some()),
                ("category", change.category.is_some()),
            ];
            if let Some((field, _)) = given.into_iter().find(|(_, given)| *given) {
                return Err(stays(field));
            }
        }
        Ok(Self {
            name: change.name,
            role: change.role,
            category: change.category,
            country: change.country,
            contacts: match change.contacts {
                Patch::Set(contacts) => details::write(&contacts)?.map_or(Patch::Clear, Patch::Set),
                Patch::Clear => Patch::Clear,
                Patch::Keep => Patch::Keep,
            },
            notice_url: match change.notice_url {
                Patch::Set(url) => Patch::Set(details::check_url(&url)?),
                Patch::Clear => Patch::Clear,
                Patch::Keep => Patch::Keep,
            },
            engaged_by: change.engaged_by,
            version: change.expected_version,
        })
    }
}

/// A recipient after a change, with what is different.
struct Changed {
    row: recipient::Model,
    /// What makes it findable, where that is different.
    index: Option<Vec<blind_index::Model>>,
    /// For whom it works, where that is different.
    engaged_by: Patch<RecipientId>,
    fields: Fields,
}

impl Changed {
    fn of(
        ctx: &Ctx,
        key: &DataKey,
        (row, engaged_by): (recipient::Model, Option<RecipientId>),
        change: Checked,
    ) -> Result<Self> {
        let mut changed = Self {
            row,
            index: None,
            engaged_by: Patch::Keep,
            fields: Fields::new(),
        };
        changed.name_and_role(ctx, key, change.name.as_ref(), change.role)?;
        if let Some(category) = change.category.filter(|new| *new != changed.row.category) {
            changed.row.category = category;
            changed.note("category", category.as_str());
        }
        let country = change.country.apply(changed.row.country.clone());
        if country != changed.row.country {
            changed.note(
                "country",
                country.as_deref().map_or(Value::Null, Value::from),
            );
            changed.row.country = country;
        }
        changed.contacts(key, change.contacts)?;
        changed.notice_url(key, change.notice_url)?;
        changed.works_for(engaged_by, change.engaged_by)?;
        changed.row.version += 1;
        Ok(changed)
    }

    fn is_nothing(&self) -> bool {
        self.fields.is_empty()
    }

    fn note(&mut self, field: &'static str, value: impl Into<Value>) {
        self.fields = std::mem::take(&mut self.fields).with(field, value);
    }

    fn name_and_role(
        &mut self,
        ctx: &Ctx,
        key: &DataKey,
        name: Option<&Personal>,
        role: Option<RecipientRole>,
    ) -> Result<()> {
        let place = self.place(store::NAME);
        let before = key.open(place, &self.row.name)?;
        let name = name
            .map(|name| Personal::new(name.expose().trim().to_owned()))
            .filter(|name| *name != before);
        let role = role.filter(|role| *role != self.row.role);
        if name.is_none() && role.is_none() {
            return Ok(());
        }
        if let Some(role) = role {
            self.row.role = role;
            self.note("role", role.as_str());
        }
        let called = name.as_ref().unwrap_or(&before);
        self.index = Some(index_of(ctx, self.row.id, self.row.role, called, "name")?);
        if let Some(name) = name {
            self.row.name = key.close(place, name.expose())?;
            self.note("name", name.expose());
        }
        Ok(())
    }

    fn works_for(&mut self, before: Option<RecipientId>, patch: Patch<RecipientId>) -> Result<()> {
        let after = patch.apply(before);
        engage::check_role(self.row.role, after.is_some())?;
        if after != before {
            self.engaged_by = after.map_or(Patch::Clear, Patch::Set);
            let id = after.map_or(Value::Null, |id| Value::from(id.to_string()));
            self.note("engagedBy", id);
        }
        Ok(())
    }

    fn contacts(&mut self, key: &DataKey, patch: Patch<Personal>) -> Result<()> {
        let before = self.row.contacts.as_ref();
        match self.different(key, store::CONTACTS, before, patch)? {
            Patch::Keep => {}
            Patch::Clear => {
                self.row.contacts = None;
                self.note("contacts", Value::Null);
            }
            Patch::Set(contacts) => {
                let cell = key.close(self.place(store::CONTACTS), contacts.expose())?;
                self.row.contacts = Some(cell);
                self.note("contacts", details::as_json(&contacts)?);
            }
        }
        Ok(())
    }

    fn notice_url(&mut self, key: &DataKey, patch: Patch<Personal>) -> Result<()> {
        let before = self.row.notice_url.as_ref();
        match self.different(key, store::NOTICE_URL, before, patch)? {
            Patch::Keep => {}
            Patch::Clear => {
                self.row.notice_url = None;
                self.note("noticeUrl", Value::Null);
            }
            Patch::Set(url) => {
                let cell = key.close(self.place(store::NOTICE_URL), url.expose())?;
                self.row.notice_url = Some(cell);
                self.note("noticeUrl", url.expose());
            }
        }
        Ok(())
    }

    /// What of a change to a cell is different from what it holds.
    fn different(
        &self,
        key: &DataKey,
        column: Column,
        before: Option<&Vec<u8>>,
        patch: Patch<Personal>,
    ) -> Result<Patch<Personal>> {
        let before = before
            .map(|cell| key.open(self.place(column), cell))
            .transpose()?;
        Ok(match patch {
            Patch::Set(value) if before.as_ref() == Some(&value) => Patch::Keep,
            Patch::Clear if before.is_none() => Patch::Keep,
            patch => patch,
        })
    }

    fn place(&self, column: Column) -> Place {
        Place::of(self.row.controller_id, column, self.row.id.uuid())
    }

    async fn save(self, tx: &mut Tx, key: &DataKey, customer: Option<CustomerId>) -> Result<()> {
        let id = self.row.id;
        engage::check_new_role(tx, id, self.row.role).await?;
        if let Some(index) = self.index {
            let (inner, scope) = (tx.inner(), tx.scope());
            vault::delete_index(inner, scope, Field::RecipientName, id.uuid()).await?;
            vault::insert_index(inner, index).await?;
        }
        if self.engaged_by != Patch::Keep {
            engage::save(tx, id, self.engaged_by.apply(None)).await?;
        }
        tx.record(Event {
            kind: EventType::RecipientUpdated,
            log: Log::Main,
            object: id.to_string(),
            customer,
            key,
            fields: self.fields,
        })?;
        store::update(tx.db(), tx.scope(), self.row).await
    }
}
