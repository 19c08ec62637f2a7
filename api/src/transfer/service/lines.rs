//! An export as lines of JSON: a head, a line for each row, and an end that says how many rows there were and what
//! the digest of all lines before it is. So a file that was cut off, or altered by accident, is known by its end.

use std::collections::BTreeMap;
use std::io::Write;

use aws_lc_rs::digest::{Context, SHA256};
use data_encoding::HEXLOWER;
use entity::id::ControllerId;
use entity::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Indexed, Sink, value};
use crate::context::Ctx;
use crate::error::{Error, Result};
use crate::transfer::store::{Row, Table};
use crate::vault::normalise;

/// What the first line says that the file is.
pub(super) const FORMAT: &str = "privops export";
/// The version of the form. Another form gets another number.
pub(super) const VERSION: u32 = 1;

/// The first line.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    pub(super) format: String,
    pub(super) version: u32,
    /// The rules by which the texts of the index were made.
    pub(super) normaliser: i16,
    pub(super) controller: ControllerId,
    pub(super) exported_at: Timestamp,
    /// How many rows follow.
    pub(super) rows: u64,
}

/// A row.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    pub(super) table: String,
    pub(super) row: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) index: Vec<Indexed>,
}

/// The last line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct End {
    /// How many rows each table had.
    pub(super) rows: BTreeMap<String, u64>,
    /// The digest of all lines before this one.
    pub(super) sha256: String,
}

/// Writes an export as lines.
pub(crate) struct Lines<W> {
    out: W,
    digest: Context,
    rows: BTreeMap<String, u64>,
}

impl<W: Write> Lines<W> {
    /// Begins an export of so many rows.
    ///
    /// # Errors
    /// Internal when it cannot be written.
    pub(crate) fn begin(ctx: &Ctx, out: W, rows: u64) -> Result<Self> {
        let mut lines = Self {
            out,
            digest: Context::new(&SHA256),
            rows: BTreeMap::new(),
        };
        lines.write(&Head {
            format: FORMAT.to_owned(),
            version: VERSION,
            normaliser: normalise::VERSION,
            controller: ctx.controller(),
            exported_at: ctx.now(),
            rows,
        })?;
        Ok(lines)
    }

    fn write(&mut self, line: &impl Serialize) -> Result<()> {
        let mut text = serde_json::to_vec(line).map_err(failed)?;
        text.push(b'\n');
        self.digest.update(&text);
        self.out.write_all(&text).map_err(failed)
    }
}

impl<W: Write> Sink for Lines<W> {
    fn table(&mut self, table: &Table) -> Result<()> {
        self.rows.insert(table.name.to_owned(), 0);
        Ok(())
    }

    fn row(&mut self, table: &Table, row: &Row, indexed: Vec<Indexed>) -> Result<()> {
        if let Some(count) = self.rows.get_mut(table.name) {
            *count += 1;
        }
        let columns = table.columns.iter().zip(row);
        self.write(&Line {
            table: table.name.to_owned(),
            row: columns
                .map(|(column, one)| (column.name.to_owned(), value::to_json(column, one)))
                .collect(),
            index: indexed,
        })
    }

    fn end(&mut self) -> Result<()> {
        let digest = self.digest.clone().finish();
        let end = End {
            rows: std::mem::take(&mut self.rows),
            sha256: HEXLOWER.encode(digest.as_ref()),
        };
        self.write(&end)?;
        self.out.flush().map_err(failed)
    }
}

pub(super) fn failed(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::internal("writing the export", cause)
}
