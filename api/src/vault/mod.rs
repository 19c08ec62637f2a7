//! The vault: keyring, data keys, encrypted cells, blind indexes.
//!
//! It owns every secret and every use of one. What it hands out is either unreadable (cells, index values)
//! or a key that prints as nothing. Words: an *epoch* is a generation of the keyring; a *data key* belongs
//! to a customer or a record and one retention class, and is stored wrapped; a *cell* is one encrypted
//! value, bound to its place; a *blind index* finds a value without showing it.
//!
//! Invariants: no personal value is stored outside a cell; a cell opens at its own place only; destroying a
//! data key makes its cells unreadable in every copy.

mod cell;
mod contact;
pub(crate) mod epochs;
mod index;
mod keyring;
pub(crate) mod normalise;
mod part;
mod shown;
mod store;

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use entity::data_key;
use entity::enums::{DataClass, KeyOwnerKind};
use entity::id::{ControllerId, CustomerId, DataKeyId};
use entity::time::Timestamp;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

pub(crate) use cell::{Column, DataKey, Place};
pub(crate) use contact::{ClosedLink, ContactKey};
pub(crate) use index::{Field, IndexValue};
pub(crate) use keyring::{Epoch, Keyring};
pub(crate) use part::{PART, Parts};
use shown::Note;
pub(crate) use shown::{Shown, Subject};

use crate::error::{Error, Result};
use crate::platform::db::{Db, Scope, Transaction};
use crate::platform::personal::Personal;
use crate::platform::random;

/// How many unwrapped data keys are kept, and for how long: an erasure reaches every instance within it.
const CACHED_KEYS: u64 = 10_000;
const CACHED_FOR: Duration = Duration::from_mins(1);

/// What is answered when a key was destroyed while something was about to be written under it.
pub(crate) const ERASED: Error = Error::Conflict("the data of this record was erased meanwhile");

/// Data keys by the owner they belong to.
pub(crate) type KeysByOwner = HashMap<Uuid, Arc<DataKey>>;

/// Who owns a data key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Owner {
    /// A customer, or a record about no known customer.
    pub(crate) kind: KeyOwnerKind,
    /// Which one.
    pub(crate) id: Uuid,
}

impl Owner {
    /// A customer.
    pub(crate) fn customer(id: CustomerId) -> Self {
        Self {
            kind: KeyOwnerKind::Customer,
            id: id.uuid(),
        }
    }

    fn of(row: &data_key::Model) -> Self {
        Self {
            kind: row.owner_kind,
            id: row.owner_id,
        }
    }
}

/// Opens and closes what is personal.
#[derive(Debug)]
pub(crate) struct Vault {
    keyring: Keyring,
    keys: moka::sync::Cache<(ControllerId, DataKeyId), Arc<DataKey>>,
    by_owner: moka::sync::Cache<(ControllerId, Uuid, DataClass), Arc<DataKey>>,
    indexes: index::Indexes,
}

impl Vault {
    /// A vault over an opened keyring.
    pub(crate) fn new(keyring: Keyring) -> Self {
        Self {
            indexes: index::Indexes::default(),
            keyring,
            keys: cache(),
            by_owner: cache(),
        }
    }

    /// The keys that tokens are signed with.
    pub(crate) fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// A new data key and its row, to be inserted in the transaction that makes its owner.
    ///
    /// # Errors
    /// [`Error::Internal`] when the system gives no randomness.
    pub(crate) fn new_key(
        &self,
        controller: ControllerId,
        owner: Owner,
        class: DataClass,
        now: Timestamp,
    ) -> Result<(data_key::Model, Arc<DataKey>)> {
        self.with_new_secret(data_key::Model {
            controller_id: controller,
            id: DataKeyId::from_uuid(random::id()),
            owner_kind: owner.kind,
            owner_id: owner.id,
            class,
            epoch: 0,
            wrapped: Vec::new(),
            created_at: now,
        })
    }

    /// A data key whose id and owner are known, and whose secret comes from no other installation.
    ///
    /// # Errors
    /// [`Error::Internal`] when the system gives no randomness.
    pub(crate) fn renewed_key(&self, row: data_key::Model) -> Result<data_key::Model> {
        Ok(self.with_new_secret(row)?.0)
    }

    fn with_new_secret(&self, mut row: data_key::Model) -> Result<(data_key::Model, Arc<DataKey>)> {
        let secret = zeroize::Zeroizing::new(random::bytes::<32>()?);
        let epoch = self.keyring.current();
        row.epoch = epoch.number;
        row.wrapped = epoch.wrap(&secret, &row)?;
        let key = Arc::new(DataKey::new(row.id, Owner::of(&row), &secret)?);
        Ok((row, key))
    }

    /// The data keys with these ids. One that is missing from the answer has been destroyed.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database does not answer; [`Error::Internal`] when a wrapped key was
    /// tampered with.
    pub(crate) async fn keys(
        &self,
        db: &impl ConnectionTrait,
        scope: Scope,
        ids: impl IntoIterator<Item = DataKeyId>,
    ) -> Result<HashMap<DataKeyId, Arc<DataKey>>> {
        let mut found = HashMap::new();
        let mut missing = Vec::new();
        for id in ids {
            match self.keys.get(&(scope.controller, id)) {
                Some(key) => {
                    found.insert(id, key);
                }
                None => missing.push(id),
            }
        }
        if !missing.is_empty() {
            missing.sort_unstable();
            missing.dedup();
            for row in store::by_ids(db, scope, missing).await? {
                found.insert(row.id, self.unwrap(&row)?);
            }
        }
        Ok(found)
    }

    /// The keys to the cells of some rows.
    ///
    /// # Errors
    /// As [`Self::keys`].
    pub(crate) async fn cell_keys(
        &self,
        db: &impl ConnectionTrait,
        scope: Scope,
        ids: impl IntoIterator<Item = DataKeyId>,
    ) -> Result<CellKeys> {
        Ok(CellKeys {
            controller: scope.controller,
            keys: self.keys(db, scope, ids).await?,
            shown: None,
        })
    }

    /// The keys of `owners` for a class; those that do not exist yet are made, in a transaction of their own.
    /// Not to be called inside a transaction.
    ///
    /// # Errors
    /// As [`Self::keys`].
    pub(crate) async fn ensure(
        &self,
        db: &Db,
        scope: Scope,
        owners: &[Owner],
        class: DataClass,
        now: Timestamp,
    ) -> Result<KeysByOwner> {
        // Writing pins what it uses, so that a key destroyed meanwhile is not written under.
        let mut keys = KeysByOwner::new();
        for owner in owners {
            if let Some(key) = self.by_owner.get(&(scope.controller, owner.id, class)) {
                keys.insert(owner.id, key);
            }
        }
        let unknown: Vec<_> = owners
            .iter()
            .copied()
            .filter(|owner| !keys.contains_key(&owner.id))
            .collect();
        if unknown.is_empty() {
            return Ok(keys);
        }
        keys.extend(self.keys_of(db.reader(), scope, &unknown, class).await?);
        let rows = owners
            .iter()
            .filter(|owner| !keys.contains_key(&owner.id))
            .map(|owner| Ok(self.new_key(scope.controller, *owner, class, now)?.0))
            .collect::<Result<Vec<_>>>()?;
        if !rows.is_empty() {
            let tx = db.begin().await?;
            store::insert_missing(tx.connection(), rows).await?;
            // Read again: another instance may have been first.
            keys.extend(
                self.keys_of(tx.connection(), scope, &unknown, class)
                    .await?,
            );
            tx.commit().await?;
        }
        for owner in unknown {
            if let Some(key) = keys.get(&owner.id) {
                let place = (scope.controller, owner.id, class);
                self.by_owner.insert(place, Arc::clone(key));
            }
        }
        Ok(keys)
    }

    async fn keys_of(
        &self,
        db: &impl ConnectionTrait,
        scope: Scope,
        owners: &[Owner],
        class: DataClass,
    ) -> Result<KeysByOwner> {
        store::by_owners(db, scope, owners, class)
            .await?
            .iter()
            .map(|row| Ok((row.owner_id, self.unwrap(row)?)))
            .collect()
    }

    /// Makes sure, inside the transaction, that keys used for writing have not been destroyed meanwhile.
    ///
    /// # Errors
    /// [`Error::Conflict`] when one has.
    pub(crate) async fn pin(
        &self,
        tx: &Transaction,
        scope: Scope,
        mut ids: Vec<DataKeyId>,
    ) -> Result<()> {
        ids.sort_unstable();
        ids.dedup();
        if self.pinned(tx, scope, &ids).await?.len() == ids.len() {
            Ok(())
        } else {
            Err(ERASED)
        }
    }

    /// Which of these keys have not been destroyed; they will not be, until the transaction ends. Each id once.
    ///
    /// # Errors
    /// As every statement.
    pub(crate) async fn pinned(
        &self,
        tx: &Transaction,
        scope: Scope,
        ids: &[DataKeyId],
    ) -> Result<HashSet<DataKeyId>> {
        if ids.is_empty() {
            return Ok(HashSet::new());
        }
        store::locked_ids(tx.connection(), scope, ids).await
    }

    fn unwrap(&self, row: &data_key::Model) -> Result<Arc<DataKey>> {
        let place = (row.controller_id, row.id);
        if let Some(key) = self.keys.get(&place) {
            return Ok(key);
        }
        let secret = self.keyring.epoch(row.epoch)?.unwrap(row)?;
        let key = Arc::new(DataKey::new(row.id, Owner::of(row), &secret)?);
        self.keys.insert(place, Arc::clone(&key));
        Ok(key)
    }

    /// The index values of a normalised value: one for each epoch that is still in use, newest first.
    ///
    /// # Errors
    /// [`Error::Internal`] when a key cannot be derived.
    pub(crate) fn index(
        &self,
        controller: ControllerId,
        field: Field,
        normal: &str,
    ) -> Result<Vec<IndexValue>> {
        self.indexes
            .values(&self.keyring, controller, field, normal)
    }

    /// A keyed digest that only this installation can make: of idempotency keys and inputs.
    ///
    /// # Errors
    /// [`Error::Internal`] when a key cannot be derived.
    pub(crate) fn digest(&self, controller: ControllerId, text: &str) -> Result<IndexValue> {
        self.indexes
            .current(&self.keyring, controller, Field::Idempotency, text)
    }
}

pub(crate) use store::{
    delete_index, index_rows, indexed, insert_index, insert_keys, insert_missing, targets,
};

fn cache<K: Hash + Eq + Send + Sync + 'static>() -> moka::sync::Cache<K, Arc<DataKey>> {
    moka::sync::Cache::builder()
        .max_capacity(CACHED_KEYS)
        .time_to_live(CACHED_FOR)
        .build()
}

/// A cell with the key that opens it: what a reader with the right to it gets, opened when it is shown.
#[derive(Debug, Clone)]
pub(crate) struct Locked {
    key: Arc<DataKey>,
    place: Place,
    cell: Vec<u8>,
    note: Option<Note>,
}

impl Locked {
    /// The value in the clear.
    ///
    /// # Errors
    /// [`Error::Internal`] when the cell was tampered with.
    pub(crate) fn open(&self) -> Result<Personal> {
        let value = self.key.open(self.place, &self.cell)?;
        if let Some(note) = &self.note {
            note.shown.note(note.subject, self.place.column());
        }
        Ok(value)
    }

    /// The same cell, of a row that a gag order may hide: that it was opened is hidden, too.
    #[must_use]
    pub(crate) fn of_sealed(mut self, is_sealed: bool) -> Self {
        if let Some(note) = &mut self.note {
            note.subject.1 = is_sealed;
        }
        self
    }

    /// The same cell for a caller: that it is opened is noted, as about its key's owner where nobody else is named.
    #[must_use]
    pub(crate) fn noting(self, shown: &Arc<Shown>, about: Option<Owner>) -> Self {
        let owner = about.unwrap_or_else(|| self.key.owner());
        Self {
            note: Some(Note {
                shown: Arc::clone(shown),
                subject: (owner, false),
            }),
            ..self
        }
    }
}

/// The keys to the cells of some rows of a controller.
#[derive(Debug)]
pub(crate) struct CellKeys {
    controller: ControllerId,
    keys: HashMap<DataKeyId, Arc<DataKey>>,
    shown: Option<Arc<Shown>>,
}

impl CellKeys {
    /// The same keys, for a caller: what they open is noted.
    #[must_use]
    pub(crate) fn noting(self, shown: &Arc<Shown>) -> Self {
        Self {
            shown: Some(Arc::clone(shown)),
            ..self
        }
    }

    /// No key at all: for those who may not read what the cells hold.
    pub(crate) fn empty(controller: ControllerId) -> Self {
        Self {
            controller,
            keys: HashMap::new(),
            shown: None,
        }
    }

    /// A cell with its key; nothing where there is no cell, or where its key is not here or was destroyed.
    pub(crate) fn lock(
        &self,
        key: DataKeyId,
        column: Column,
        row: Uuid,
        cell: Option<&Vec<u8>>,
    ) -> Option<Locked> {
        let key = Arc::clone(self.keys.get(&key)?);
        let note = self.shown.as_ref().map(|shown| Note {
            shown: Arc::clone(shown),
            subject: (key.owner(), false),
        });
        Some(Locked {
            key,
            place: Place::of(self.controller, column, row),
            cell: cell?.clone(),
            note,
        })
    }
}
