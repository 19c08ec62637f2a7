//! Recipients: whoever receives data.
//!
//! It owns the register of recipients: what they are, where, how they are reached, where their privacy notice is,
//! and which of them are customers. Words: a *processor* is a recipient under contract (GDPR Art. 28); others are
//! third parties, affiliates, acquirers, public authorities; a *person* among them is one whose name and contacts
//! not everybody may read.
//!
//! Invariants: role and name, without regard to case and spacing, lead to one recipient of a controller; a customer
//! is at most one recipient, a private party, and has the name that the customer has.

pub(crate) mod graphql;
mod rules;
pub(crate) mod service;
mod store;

pub(crate) use service::RecipientRef;
