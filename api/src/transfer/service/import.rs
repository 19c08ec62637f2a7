//! Everything of a controller in. The file is read twice: first all of it is checked, and nothing is written if
//! anything is wrong; then it is written, some hundred rows a transaction, so that no other writer waits for long.
//!
//! The logs of the controller come last. One without logs is one whose import was interrupted: the same file finishes
//! it, and skips what is there.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use entity::enums::{DataClass, KeyOwnerKind};
use entity::id::{ControllerId, DataKeyId};
use entity::time::Timestamp;
use entity::{blind_index, data_key};

use super::lines::Head;
use super::read::{Next, Read, Reader};
use crate::context::App;
use crate::error::{Error, Result};
use crate::platform::db::Scope;
use crate::transfer::store::{self, Kind, Presence, Row, Scalar, Table};
use crate::vault::{self, DataKey, Field, Place};

/// How many rows are written in one transaction.
const AT_ONCE: usize = 500;
/// After how many rows the progress is told.
const TOLD_AFTER: u64 = 1_000;

/// An export that was found in order.
pub(crate) struct Import {
    path: PathBuf,
    head: Head,
    rows: BTreeMap<String, u64>,
}

impl Import {
    /// Checks all of an export; `progress` is told how many rows of how many were checked so far.
    ///
    /// # Errors
    /// Invalid, naming the line, for what is no whole export of this version; Internal when the file cannot be read.
    pub(crate) fn check(path: &Path, progress: impl Fn(u64, u64)) -> Result<Self> {
        let (mut reader, head) = Reader::open(path)?;
        let scope = everything(head.controller);
        let mut last = Kind::Controller;
        let mut rows: BTreeMap<String, u64> = Kind::ALL
            .iter()
            .map(|kind| (kind.as_str().to_owned(), 0))
            .collect();
        let mut done = 0;
        loop {
            match reader.next()? {
                Next::Row(read) => {
                    if read.kind < last {
                        return Err(reader.wrong("is not where rows of its table belong"));
                    }
                    last = read.kind;
                    reader.check(scope, &read)?;
                    *rows.entry(read.kind.as_str().to_owned()).or_default() += 1;
                    done += 1;
                    if done % TOLD_AFTER == 0 {
                        progress(done, head.rows);
                    }
                }
                Next::End(end, digest) => {
                    let whole = end.rows == rows && end.sha256 == digest && head.rows == done;
                    if !whole || rows.get(Kind::Controller.as_str()) != Some(&1) {
                        return Err(reader.wrong("does not fit what is before it"));
                    }
                    if !reader.is_done()? {
                        return Err(reader.wrong("is the end, and there is more"));
                    }
                    let path = path.to_owned();
                    return Ok(Self { path, head, rows });
                }
            }
        }
    }

    /// The controller.
    pub(crate) fn controller(&self) -> ControllerId {
        self.head.controller
    }

    /// How many rows there are.
    pub(crate) fn total(&self) -> u64 {
        self.head.rows
    }

    /// Writes the export into a database that does not have its controller. For the operator at the command line only:
    /// it asks for no right. `name` is what the controller is called from now on, where that is to be another name.
    ///
    /// # Errors
    /// Conflict when the controller is there already; Invalid for a name of no or more than 200 characters; Internal
    /// when an import of another file was begun before.
    pub(crate) async fn run(
        self,
        app: &App,
        name: Option<&str>,
        progress: impl Fn(u64, u64),
    ) -> Result<()> {
        if name.is_some_and(|name| !(1..=200).contains(&name.trim().chars().count())) {
            return Err(Error::invalid("name", "must have 1 to 200 characters"));
        }
        let scope = everything(self.head.controller);
        let again = match store::presence(app.db.reader(), scope).await? {
            Presence::Absent => false,
            Presence::Unfinished => true,
            Presence::Whole => {
                return Err(Error::Conflict(
                    "this controller is in this database already; nothing was changed",
                ));
            }
        };
        let mut writer = Writer {
            app,
            scope,
            again,
            batch: Vec::new(),
        };
        let (mut reader, _) = Reader::open(&self.path)?;
        let mut done = 0;
        while let Next::Row(read) = reader.next()? {
            let read = renamed(*read, name, &reader)?;
            if writer.is_full(read.kind) {
                writer.flush(&reader).await?;
                progress(done, self.head.rows);
            }
            if read.kind == Kind::Log {
                self.compare(app, scope).await?;
            }
            writer.batch.push(read);
            done += 1;
        }
        writer.flush(&reader).await?;
        progress(done, self.head.rows);
        Ok(())
    }

    /// Whether everything is there that must be, before the controller counts as whole.
    async fn compare(&self, app: &App, scope: Scope) -> Result<()> {
        for kind in Kind::ALL.iter().copied().filter(|kind| *kind != Kind::Log) {
            let there = kind.count(app.db.reader(), scope).await?;
            if self.rows.get(kind.as_str()) != Some(&there) {
                let table = kind.as_str();
                return Err(Error::internal("importing", NotWhole { table }));
            }
        }
        Ok(())
    }
}

#[derive(Debug, thiserror::Error)]
#[error(
    "{table}: another number of rows is there than in the file; it is not the one that was begun with"
)]
struct NotWhole {
    table: &'static str,
}

/// Where all of a controller is seen.
fn everything(controller: ControllerId) -> Scope {
    Scope {
        controller,
        sealed: true,
    }
}

/// A row, with the controller's new name.
fn renamed(mut read: Read, name: Option<&str>, reader: &Reader) -> Result<Read> {
    if let (Kind::Controller, Some(name)) = (read.kind, name) {
        let place = reader.table(read.kind)?.place("name");
        if let Some(value) = place.and_then(|place| read.row.get_mut(place)) {
            *value = Scalar::Text(name.trim().to_owned());
        }
    }
    Ok(read)
}

/// Collects rows of one table and writes them together.
struct Writer<'a> {
    app: &'a App,
    scope: Scope,
    /// Whether some rows may be there already.
    again: bool,
    batch: Vec<Read>,
}

impl Writer<'_> {
    /// Whether a row of this kind belongs to the next transaction.
    fn is_full(&self, kind: Kind) -> bool {
        let other = self.batch.first().is_some_and(|first| first.kind != kind);
        other || self.batch.len() >= AT_ONCE
    }

    async fn flush(&mut self, reader: &Reader) -> Result<()> {
        let batch = std::mem::take(&mut self.batch);
        let Some(kind) = batch.first().map(|first| first.kind) else {
            return Ok(());
        };
        let table = reader.table(kind)?;
        let index = self.index(table, &batch)?;
        let rows: Vec<Row> = batch.into_iter().map(|read| read.row).collect();
        if kind == Kind::Key {
            return self.insert_keys(table, &rows).await;
        }
        let rows = self.close(table, rows).await?;
        let tx = self.app.housekeeping().await?;
        kind.insert(tx.connection(), self.scope, table, &rows, self.again)
            .await?;
        store::insert_index(tx.connection(), index).await?;
        tx.commit().await
    }

    /// Makes new keys for the old owners, with the old ids: what was erased is known by them.
    async fn insert_keys(&self, table: &Table, rows: &[Row]) -> Result<()> {
        let keys = rows
            .iter()
            .map(|row| {
                let key = key_row(self.scope.controller, table, row);
                let key = key.ok_or(Error::NotFound { what: "key" })?;
                self.app.vault.renewed_key(key)
            })
            .collect::<Result<Vec<_>>>()?;
        let tx = self.app.housekeeping().await?;
        vault::insert_missing(tx.connection(), keys).await?;
        tx.commit().await
    }

    /// Encrypts the cells of some rows.
    async fn close(&self, table: &Table, rows: Vec<Row>) -> Result<Vec<Row>> {
        let key = |row| table.id(row, "key_id").map(DataKeyId::from_uuid);
        let ids: Vec<_> = rows.iter().filter_map(key).collect();
        let (vault, db) = (&self.app.vault, self.app.db.reader());
        let keys = vault.keys(db, self.scope, ids).await?;
        rows.into_iter()
            .map(|row| close_row(self.scope.controller, table, row, &keys))
            .collect()
    }

    fn index(&self, table: &Table, batch: &[Read]) -> Result<Vec<blind_index::Model>> {
        let controller = self.scope.controller;
        let mut rows = Vec::new();
        for read in batch {
            let target = table.row_id(&read.row).unwrap_or_default();
            for (field, text, exclusive) in &read.indexed {
                if let Some(field) = Field::column(field) {
                    let values = self.app.vault.index(controller, field, text)?;
                    let of = vault::index_rows(controller, field, values, target, *exclusive);
                    rows.extend(of);
                }
            }
        }
        Ok(rows)
    }
}

fn close_row(
    controller: ControllerId,
    table: &Table,
    mut row: Row,
    keys: &HashMap<DataKeyId, Arc<DataKey>>,
) -> Result<Row> {
    let id = table.row_id(&row).unwrap_or_default();
    let key = table.id(&row, "key_id").map(DataKeyId::from_uuid);
    let key = key.and_then(|key| keys.get(&key));
    for (column, value) in table.columns.iter().zip(&mut row) {
        let (Some(place), Scalar::Text(text)) = (column.cell, &*value) else {
            continue;
        };
        let key =
            key.ok_or_else(|| Error::invalid(column.name, "is under a key that is not there"))?;
        *value = Scalar::Bytes(key.close(Place::of(controller, place, id), text)?);
    }
    Ok(row)
}

fn key_row(controller: ControllerId, table: &Table, row: &Row) -> Option<data_key::Model> {
    let created = match table.value(row, "created_at")? {
        Scalar::Number(millis) => Timestamp::from_millis(*millis),
        _ => return None,
    };
    Some(data_key::Model {
        controller_id: controller,
        id: DataKeyId::from_uuid(table.id(row, "id")?),
        owner_kind: KeyOwnerKind::from_text(table.text(row, "owner_kind")?)?,
        owner_id: table.id(row, "owner_id")?,
        class: DataClass::from_text(table.text(row, "class")?)?,
        epoch: 0,
        wrapped: Vec::new(),
        created_at: created,
    })
}
