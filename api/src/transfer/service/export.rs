//! Everything of a controller out, a page at a time, as it was at one instant.

use entity::id::DataKeyId;

use super::found::Finder;
use super::{Indexed, Sink};
use crate::access_log;
use crate::context::Ctx;
use crate::error::Result;
use crate::platform::db::{Scope, Transaction};
use crate::transfer::store::{Kind, Row, Scalar, Table};
use crate::vault::{self, CellKeys};

/// An export about to be written. For the operator at the command line only: it asks for no right.
pub(crate) struct Export<'a> {
    ctx: &'a Ctx,
    snapshot: Transaction,
    total: u64,
}

impl<'a> Export<'a> {
    /// Begins to read.
    ///
    /// # Errors
    /// Unavailable.
    pub(crate) async fn begin(ctx: &'a Ctx) -> Result<Self> {
        // Before anything is read, and so among what is exported.
        access_log::service::record_everything(ctx, "privops export").await?;
        let snapshot = ctx.app.db.snapshot().await?;
        let mut total = 0;
        for kind in Kind::ALL {
            total += kind.count(snapshot.connection(), everything(ctx)).await?;
        }
        Ok(Self {
            ctx,
            snapshot,
            total,
        })
    }

    /// How many rows there are.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// Reads everything; `progress` is told how many rows were read so far.
    ///
    /// # Errors
    /// Internal when a cell was tampered with, when a record is indexed by a text that it does not show, and when it
    /// cannot be written.
    pub(crate) async fn run(self, sink: &mut impl Sink, progress: impl Fn(u64)) -> Result<()> {
        let mut finder = Finder::new(self.ctx);
        let mut done = 0;
        for kind in Kind::ALL.iter().copied() {
            let table = kind.table();
            sink.table(&table)?;
            let mut last = None;
            loop {
                let (db, scope) = (self.snapshot.connection(), everything(self.ctx));
                let rows = kind.page(db, scope, &table, last.as_ref()).await?;
                let Some(after) = rows.last().cloned() else {
                    break;
                };
                let page = Page::load(&self, kind, &table, &rows).await?;
                for row in rows {
                    let (row, indexed) = page.open(&mut finder, row)?;
                    sink.row(&table, &row, indexed)?;
                    done += 1;
                }
                progress(done);
                last = Some(after);
            }
        }
        sink.end()?;
        self.snapshot.rollback().await
    }
}

/// What the operator exports: also what a gag order hides, or it would be lost.
fn everything(ctx: &Ctx) -> Scope {
    Scope {
        sealed: true,
        ..ctx.scope()
    }
}

/// What opens the rows of a page.
struct Page<'a> {
    kind: Kind,
    table: &'a Table,
    keys: CellKeys,
    index: std::collections::HashMap<uuid::Uuid, Vec<entity::blind_index::Model>>,
}

impl<'a> Page<'a> {
    async fn load(export: &Export<'_>, kind: Kind, table: &'a Table, rows: &[Row]) -> Result<Self> {
        let (db, scope) = (export.snapshot.connection(), everything(export.ctx));
        let key = |row| table.id(row, "key_id").map(DataKeyId::from_uuid);
        let keys = rows.iter().filter_map(key);
        let index = if kind.is_indexed() {
            let ids = rows.iter().filter_map(|row| table.row_id(row)).collect();
            vault::indexed(db, scope, ids).await?
        } else {
            std::collections::HashMap::new()
        };
        Ok(Self {
            kind,
            table,
            keys: export.ctx.vault().cell_keys(db, scope, keys).await?,
            index,
        })
    }

    /// A row with its cells in the clear, and the texts by which it is found.
    fn open(&self, finder: &mut Finder<'_>, row: Row) -> Result<(Row, Vec<Indexed>)> {
        let id = self.table.row_id(&row).unwrap_or_default();
        let key = self.table.id(&row, "key_id").map(DataKeyId::from_uuid);
        let mut opened = row;
        let mut erased = false;
        for (column, value) in self.table.columns.iter().zip(&mut opened) {
            let (Some(place), Some(key), Scalar::Bytes(cell)) = (column.cell, key, &*value) else {
                continue;
            };
            *value = match self.keys.lock(key, place, id, Some(cell)) {
                Some(locked) => Scalar::Text(locked.open()?.expose().to_owned()),
                None => {
                    erased = true;
                    Scalar::Erased
                }
            };
        }
        // What is left of the index of what was erased leads nowhere.
        let present = self.index.get(&id).filter(|_| !erased);
        let indexed = match present {
            Some(present) => finder.texts((self.kind, self.table), &opened, present)?,
            None => Vec::new(),
        };
        Ok((opened, indexed))
    }
}
