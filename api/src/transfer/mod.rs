//! Transfer: everything of a controller out of an installation, and into another one.
//!
//! It owns the form of an export. Words: a *kind* is a table, described once, in `store`; a *cell* leaves in the
//! clear and is encrypted again under a new key, which has the id and the owner of the old one; what was erased
//! leaves as erased, and stays so.
//!
//! Invariants: an export shows one instant, and a row comes after those that it refers to; an import is of a controller
//! that is not there yet, and keeps every id, every leaf and every number, so that the same questions have the same
//! answers.
//!
//! Its only door is the command line: what leaves is personal data in the clear, also what a gag order hides.

mod rules;
pub(crate) mod service;
mod store;
