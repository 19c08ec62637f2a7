//! The ledger: every change as an event, every event as a leaf, every leaf numbered once.
//!
//! It owns the leaf format, the numbering and the feed. Words: a *leaf* is the JSON text of an event, kept
//! verbatim; its *opening* is what the leaf only shows salted digests of; a *log* is MAIN, or SEALED for what a
//! gag order hides; the *sequencer* numbers committed leaves, so that writers never wait for each other.
//!
//! Invariants: a leaf is never altered; numbers of a log are gapless and never reused; nothing personal is in
//! a leaf in the clear.

pub(crate) mod graphql;
mod leaf;
pub(crate) mod sequencer;
pub(crate) mod service;
mod store;

pub(crate) use leaf::{Event, Fields, digest_of_text, is_whole, leaf};
pub(crate) use store::insert;
