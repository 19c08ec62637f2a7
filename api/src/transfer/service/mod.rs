//! Everything of a controller out of an installation, and into another one.

mod export;
mod found;
mod import;
mod lines;
mod read;
mod tables;
mod value;

use crate::error::Result;
use crate::transfer::store::{Row, Table};

pub(crate) use export::Export;
pub(crate) use import::Import;
pub(crate) use lines::Lines;
pub(crate) use tables::Tables;

/// Under what a row is indexed: the field, the normal text, and whether no other row may have it.
pub(super) type Indexed = (String, String, bool);

/// What takes an export.
pub(crate) trait Sink {
    /// The rows of another table follow.
    fn table(&mut self, table: &Table) -> Result<()>;
    /// A row, with its cells in the clear.
    fn row(&mut self, table: &Table, row: &Row, indexed: Vec<Indexed>) -> Result<()>;
    /// There is no more.
    fn end(&mut self) -> Result<()>;
}
