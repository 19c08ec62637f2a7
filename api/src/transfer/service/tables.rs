//! An export as tables: a CSV file (RFC 4180) for each kind, for people and spreadsheets. It cannot be imported.

use std::io::{self, Write};

use super::lines::failed;
use super::{Indexed, Sink, value};
use crate::error::Result;
use crate::transfer::store::{Row, Scalar, Table};

/// Opens the file of a table.
type Open = Box<dyn FnMut(&str) -> io::Result<Box<dyn Write>>>;

/// Writes an export as tables.
pub(crate) struct Tables {
    open: Open,
    current: Option<csv::Writer<Box<dyn Write>>>,
}

impl Tables {
    /// Begins an export; `open` opens the file of a table.
    pub(crate) fn begin(open: impl FnMut(&str) -> io::Result<Box<dyn Write>> + 'static) -> Self {
        Self {
            open: Box::new(open),
            current: None,
        }
    }
}

impl Sink for Tables {
    fn table(&mut self, table: &Table) -> Result<()> {
        self.end()?;
        let file = (self.open)(table.name).map_err(failed)?;
        let mut writer = csv::Writer::from_writer(file);
        let names = table.columns.iter().map(|column| column.name);
        let erased = table.has_cells().then_some("erased");
        writer.write_record(names.chain(erased)).map_err(failed)?;
        self.current = Some(writer);
        Ok(())
    }

    fn row(&mut self, table: &Table, row: &Row, _indexed: Vec<Indexed>) -> Result<()> {
        let columns = || table.columns.iter().zip(row);
        let values = columns().map(|(column, one)| harmless(value::to_text(column, one)));
        let gone: Vec<_> = columns()
            .filter(|(_, one)| **one == Scalar::Erased)
            .map(|(column, _)| column.name)
            .collect();
        let erased = table.has_cells().then(|| gone.join(" "));
        match &mut self.current {
            Some(writer) => writer.write_record(values.chain(erased)).map_err(failed),
            None => Ok(()),
        }
    }

    fn end(&mut self) -> Result<()> {
        match self.current.take() {
            Some(mut writer) => writer.flush().map_err(failed),
            None => Ok(()),
        }
    }
}

/// A text that no spreadsheet takes for a formula: names and notes come from strangers. What could be one gets an
/// apostrophe before it.
fn harmless(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_is_a_text() {
        let text = |text: &str| harmless(text.to_owned());
        assert_eq!(text("=HYPERLINK(\"x\")"), "'=HYPERLINK(\"x\")");
        assert_eq!(text("+49 30 123456"), "'+49 30 123456");
        assert_eq!(text("Ada = Example"), "Ada = Example");
        assert_eq!(text(""), "");
    }
}
