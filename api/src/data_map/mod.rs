//! Data map: which personal data the provider holds, where, and for what.
//!
//! It owns the taxonomy of data categories and data uses, and the register of *systems*: where data about customers
//! lives, by what it knows them, and which integration does its tasks. The taxonomy is a seeded tree of strings and
//! never a closed enum, because fideslang changes keys between majors.
//!
//! Invariants: a system's name is the one that external ids use, and is that of one system of a controller. Nothing is
//! decided here about a single customer, and nothing personal is held: a key names a kind of data, never a value.

pub(crate) mod graphql;
pub(crate) mod service;
mod store;
mod taxonomy;

pub(crate) use taxonomy::Tree;
