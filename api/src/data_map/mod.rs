//! Data map: which personal data the provider holds, where, for what, and where it goes.
//!
//! It owns the taxonomy of data categories, uses and subjects, the register of *systems* (where data about customers lives,
//! by what it knows them, and which integration does its tasks), and the *data flows* between persons, systems and
//! recipients. The taxonomy is a seeded tree of strings and never a closed enum, because fideslang changes keys between
//! majors.
//!
//! Invariants: a system's name is the one that external ids use, and is that of one system of a controller. A flow is never
//! edited: it is retired, and another takes its place, so that what went where on any day can be shown; systems, recipients and
//! where they are show as they are now. Nothing is decided here about
//! a single customer, and nothing personal is held: a key names a kind of data, never a value.

pub(crate) mod graphql;
mod rules;
pub(crate) mod service;
mod store;
mod taxonomy;

pub(crate) use taxonomy::Tree;
