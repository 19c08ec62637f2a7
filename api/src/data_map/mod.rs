//! Data map: which personal data the provider holds, and for what.
//!
//! Owns the taxonomy of data categories and data uses now, and the systems and
//! data flows later. The taxonomy is a seeded tree of strings and never a closed enum, because
//! fideslang changes keys between majors.
//!
//! Must not decide anything about a single customer, and must not hold personal data: a key
//! names a kind of data, never a value.

pub(crate) mod graphql;
mod taxonomy;

pub(crate) use taxonomy::Tree;
