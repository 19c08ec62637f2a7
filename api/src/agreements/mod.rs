//! Agreements: what was agreed with recipients, and what allows that data goes to them.
//!
//! Words: an *instrument* is either an *agreement* (a data processing agreement and the like) or a *transfer mechanism*
//! (GDPR chapter V); it counts from its first to its last day; a *scheme* is a framework that a mechanism rests on, and may
//! be dead.
//!
//! Invariants: an instrument is of one recipient and never moves; what was agreed is not edited: it ends, and another is
//! added. What counts on a day follows from its days and its scheme alone (`rules::state`).

pub(crate) mod graphql;
mod rules;
pub(crate) mod service;
mod store;
