//! Access log: who read which customer's personal fields, when, and what for.
//!
//! It owns the lines of the log. Which fields an answer shows is noted where their cells are opened, so that no capability
//! can forget it; what was noted is written here, before the answer leaves.
//!
//! Invariants: an answer that shows personal fields leaves after its lines are durable, or not at all; what is alike within
//! a minute is as a rule one line; a line names fields and never holds their values, and outlasts the customer; lines about
//! what a gag order hides are hidden as that is.

pub(crate) mod graphql;
mod rules;
pub(crate) mod service;
mod store;
