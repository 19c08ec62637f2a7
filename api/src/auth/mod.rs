//! Who is calling, and what they may do.
//!
//! It owns integrations and their tokens, and the table of roles and actions. Words: an *integration* is a
//! machine client of one controller with one role; a *token* is a signed JWT that names it. The database
//! knows a token by its `jti` only; a role is read from the database, so that the token cannot outlive it.
//!
//! Invariants: a token is for one controller; a controller keeps at least one token that can issue others.

pub(crate) mod graphql;
pub(crate) mod rules;
pub(crate) mod service;
mod store;
mod tokens;

pub(crate) use tokens::Tokens;
