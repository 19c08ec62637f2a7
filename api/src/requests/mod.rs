//! Requests: what persons ask for, by right or out of interest.
//!
//! Words: a *request* is one message with one or more *items*, each of which asks for one thing. A *clock* says by when
//! something is owed about an item, under one *regime*; where several regimes apply, each keeps its own clocks.
//!
//! Invariants: a state is left by the table of `rules::states` and no other way, through one function; a request stands
//! where its items stand together; clocks are counted from when the message came in, and what they are counted by is
//! kept with them. What people typed is in cells under the customer's REQUEST key, or the request's own.

pub(crate) mod graphql;
mod rules;
pub(crate) mod service;
mod store;
