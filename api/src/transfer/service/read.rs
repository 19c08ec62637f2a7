//! Reading an export line by line, without believing it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use aws_lc_rs::digest::{Context, SHA256};
use data_encoding::HEXLOWER;
use serde::de::DeserializeOwned;

use super::lines::{End, FORMAT, Head, Line, VERSION};
use super::{Indexed, value};
use crate::error::{Error, Result};
use crate::ledger;
use crate::platform::db::Scope;
use crate::transfer::store::{Kind, Row, Scalar, Table};
use crate::vault::{Field, normalise};

/// A row that was read, with its cells in the clear.
pub(super) struct Read {
    pub(super) kind: Kind,
    pub(super) row: Row,
    pub(super) indexed: Vec<Indexed>,
}

/// What the next line is.
pub(super) enum Next {
    /// A row.
    Row(Box<Read>),
    /// The end, with the digest of everything before it.
    End(End, String),
}

/// Reads an export.
pub(super) struct Reader {
    file: BufReader<File>,
    digest: Context,
    buffer: Vec<u8>,
    line: u64,
    tables: BTreeMap<Kind, Table>,
}

impl Reader {
    /// Opens an export and reads its head.
    ///
    /// # Errors
    /// Invalid for what is no export, or of another version; Internal when the file cannot be read.
    pub(super) fn open(path: &Path) -> Result<(Self, Head)> {
        let mut reader = Self {
            file: BufReader::new(File::open(path).map_err(unreadable)?),
            digest: Context::new(&SHA256),
            buffer: Vec::new(),
            line: 0,
            tables: Kind::ALL.iter().map(|kind| (*kind, kind.table())).collect(),
        };
        reader.advance()?;
        let head: Head = reader.parse("is not the head of an export")?;
        if head.format != FORMAT || head.version != VERSION {
            return Err(reader.wrong("is the head of an export of another version"));
        }
        if head.normaliser != normalise::VERSION {
            return Err(reader.wrong("says that its texts follow other rules; use another version"));
        }
        reader.digest.update(&reader.buffer);
        Ok((reader, head))
    }

    /// The table of a kind.
    pub(super) fn table(&self, kind: Kind) -> Result<&Table> {
        let table = self.tables.get(&kind);
        table.ok_or_else(|| self.wrong("names no table of an export"))
    }

    /// Reads the next line.
    ///
    /// # Errors
    /// Invalid, naming the line; Internal when the file cannot be read.
    pub(super) fn next(&mut self) -> Result<Next> {
        self.advance()?;
        if let Ok(line) = serde_json::from_slice::<Line>(&self.buffer) {
            self.digest.update(&self.buffer);
            return Ok(Next::Row(Box::new(self.decode(line)?)));
        }
        let end: End = self.parse("is neither a row nor the end of an export")?;
        let digest = HEXLOWER.encode(self.digest.clone().finish().as_ref());
        Ok(Next::End(end, digest))
    }

    /// Whether there is nothing more.
    pub(super) fn is_done(&mut self) -> Result<bool> {
        Ok(self.file.fill_buf().map_err(unreadable)?.is_empty())
    }

    /// A fault of the line that was read last.
    pub(super) fn wrong(&self, problem: &str) -> Error {
        Error::invalid(format!("line {}", self.line), problem)
    }

    fn advance(&mut self) -> Result<()> {
        self.buffer.clear();
        self.line += 1;
        let file = &mut self.file;
        file.read_until(b'\n', &mut self.buffer)
            .map_err(unreadable)?;
        if self.buffer.ends_with(b"\n") {
            Ok(())
        } else {
            Err(self.wrong("is missing or cut off: the export is not whole"))
        }
    }

    fn parse<T: DeserializeOwned>(&self, problem: &str) -> Result<T> {
        // The cause is dropped because it may repeat what is there.
        let parsed = serde_json::from_slice(&self.buffer).ok();
        parsed.ok_or_else(|| self.wrong(problem))
    }

    fn decode(&self, line: Line) -> Result<Read> {
        let kind = Kind::named(&line.table);
        let kind = kind.ok_or_else(|| self.wrong("names no table of an export"))?;
        let table = self.table(kind)?;
        if line.row.len() != table.columns.len() {
            return Err(self.wrong("has not the columns of its table"));
        }
        let mut row = Row::new();
        for column in &table.columns {
            let given = line.row.get(column.name);
            let value = given.and_then(|given| value::from_json(column, given));
            let problem = || self.wrong(&format!("has no value for {}", column.name));
            row.push(value.ok_or_else(problem)?);
        }
        let known = |(field, _, _): &Indexed| Field::column(field).is_some();
        if !line.index.iter().all(known) {
            return Err(self.wrong("names no field of the index"));
        }
        Ok(Read {
            kind,
            row,
            indexed: line.index,
        })
    }

    /// Checks what a row holds, as far as it can be checked without the others.
    ///
    /// # Errors
    /// Invalid, naming the line.
    pub(super) fn check(&self, scope: Scope, read: &Read) -> Result<()> {
        let table = self.table(read.kind)?;
        let closed: Row = table
            .columns
            .iter()
            .zip(&read.row)
            .map(|(column, value)| match value {
                Scalar::Text(_) if column.is_cell() => Scalar::Erased,
                other => other.clone(),
            })
            .collect();
        read.kind
            .check(scope, table, &closed)
            .map_err(|error| error.at(&format!("line {}", self.line)))?;
        let own = scope.controller.uuid();
        match read.kind {
            Kind::Event if !is_whole(table, &read.row) => {
                Err(self.wrong("holds a leaf that does not fit its hash or its opening"))
            }
            Kind::Controller if table.row_id(&read.row) != Some(own) => {
                Err(self.wrong("is not the controller that the head names"))
            }
            _ => Ok(()),
        }
    }
}

fn is_whole(table: &Table, row: &Row) -> bool {
    let (body, hash) = (table.text(row, "body"), table.value(row, "leaf_hash"));
    match (body, hash) {
        (Some(body), Some(Scalar::Bytes(hash))) => {
            ledger::is_whole(body, hash, table.text(row, "opening"))
        }
        _ => false,
    }
}

fn unreadable(cause: std::io::Error) -> Error {
    Error::internal("reading the export", cause)
}
