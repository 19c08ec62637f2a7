//! Preferences: what persons said about uses of their data.
//!
//! Words: a *preference* is one thing that was said: consent, refusal, withdrawal or objection, to a use of data (a key of
//! the taxonomy) or to what persons opt out of, on one channel or on all, to one brand or to the controller. The *current*
//! ones follow from all of them.
//!
//! What was said of an address counts for that address, whoever has it: as a keyed digest, which outlasts customers. The
//! *gate* says whether a message may be sent.
//!
//! Invariants: what was said is never changed, only followed by something else; that nobody said anything is no refusal;
//! a refusal is lifted by a later consent of the same person, to the same or a part of it, and by nothing else; no answer of
//! the gate is older than the database; what the service needs is never kept back.

pub(crate) mod graphql;
mod rules;
pub(crate) mod service;
mod store;
