//! Access log: who read which customer's personal fields, when, and what for.
//!
//! It owns the lines of the log. Which fields an answer shows is noted where their cells are opened, so that no capability
//! can forget it; what was noted is written here, before the answer leaves.
//!
//! Invariants: an answer that shows personal fields leaves after its lines are durable, or not at all; what is alike within
//! a minute is one line; a line holds no personal value of a customer, and outlasts the customer.

pub(crate) mod graphql;
mod rules;
pub(crate) mod service;
mod store;
