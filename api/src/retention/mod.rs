//! Retention: what must not be erased, for how long what is kept, and what becomes of it then.
//!
//! Words: a *legal hold* covers customers and systems until it is released or expires; a *deletion block* is what one
//! system must keep of one customer, as that system reports it, until it is settled or a day has passed; a *retention
//! rule* says for how long systems keep what, counted from an *anchor*, such as the date of an invoice.
//!
//! Invariants: nothing that is covered is handed out to be erased (`store::guard` is the one condition that says so,
//! asked inside the statement that hands it out); a hold is never deleted, and is released with a reason; what waits goes
//! on by itself when nothing is in its way any more. What is due is computed from rules and anchors, never stored: a task is
//! planned for it, and handed out only while rules and anchors still say so (`store::is_wanted`).

pub(crate) mod graphql;
mod rules;
pub(crate) mod service;
mod store;

pub(crate) use store::{Guarded, Wanted, guard, hold_still, is_wanted};
