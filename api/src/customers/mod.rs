//! Customers: the persons and organisations whose personal data the controller holds.
//!
//! It owns customers, what outside systems know them by (*identifiers*), and which resources they held from
//! when to when (*assignments*); and so the answer to "whose was this?".
//!
//! Invariants: an external id leads to one customer of a controller; what is personal is in cells under the
//! customer's PROFILE key and findable only by equality; the narrowest prefix that covers an address at an
//! instant decides who held it.

pub(crate) mod graphql;
mod rules;
pub(crate) mod service;
mod store;

pub(crate) use service::{Clusters, Customer, Lookup, Match};
