//! Use cases over packages: ordering, putting together, handing out, reading.

use std::sync::LazyLock;

mod build;
mod expire;
mod gather;
mod hand_out;
mod order;
mod read;

pub(crate) use build::build_due;
pub(crate) use expire::expire;
pub(crate) use hand_out::{Handing, front, link, nothing_there};
pub(crate) use order::order;
pub(crate) use read::{Link, Package, by_ids, links_of, of_items};

pub(crate) use super::rules::SCHEMA_PATH;

static SCHEMA: LazyLock<String> = LazyLock::new(|| {
    let schema = super::rules::schema();
    let text = serde_json::to_string_pretty(&schema);
    text.unwrap_or_default() + "\n"
});

/// The published schema of `data.json`, JSON Schema 2020-12.
pub(crate) fn schema() -> &'static str {
    &SCHEMA
}
