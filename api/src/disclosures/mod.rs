//! Disclosures: events in which personal data went to a recipient.
//!
//! It owns the record of who got whose data, when, why, and on what authority. Recording never refuses what
//! happened: a subject that a look-up cannot find, or finds several times over, is kept as unresolved.
//!
//! Invariants: a disclosure is never edited, only superseded; each has its leaf in the ledger, and one leaf
//! for each customer when there are several; what people typed is in cells under the customer's DISCLOSURE
//! key, or the record's own.

pub(crate) mod graphql;
mod rules;
pub(crate) mod service;
mod store;
