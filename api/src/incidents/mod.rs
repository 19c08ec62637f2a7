//! Incidents: what happened to data or to systems, who is affected, and who is told by when.
//!
//! Words: the *scope* of an incident are the systems, recipients, customers and the disclosure that it is about; its
//! *affected* are the customers whom these lead to, *frozen* when it is confirmed; a *clock* says by when whom the law wants
//! to be told; a *notification* is what was said of that: planned, sent, failed or not needed.
//!
//! Invariants: nobody who was frozen is taken out again; what was said of a notification is never edited; a clock follows
//! from the incident and its notifications alone (`rules::clocks`); what is kept from view is seen by those only who handle
//! incidents (`store::Sight` is the one condition that says so), and its events enter the sealed log.

pub(crate) mod graphql;
mod rules;
pub(crate) mod service;
mod store;

pub(crate) use store::still_tells;
