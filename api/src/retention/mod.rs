//! Retention: what must not be erased, and for how long.
//!
//! Words: a *legal hold* covers customers and systems until it is released or expires; a *deletion block* is what one
//! system must keep of one customer, as that system reports it, until it is settled or a day has passed.
//!
//! Invariants: nothing that is covered is handed out to be erased (`store::guard` is the one condition that says so,
//! asked inside the statement that hands it out); a hold is never deleted, and is released with a reason; what waits goes
//! on by itself when nothing is in its way any more.

pub(crate) mod graphql;
mod rules;
pub(crate) mod service;
mod store;

pub(crate) use store::{Guarded, guard, hold_still};
