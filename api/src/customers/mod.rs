//! Customers: the persons and organisations whose personal data the controller holds.
//!
//! It owns customers, what outside systems know them by (*identifiers*), which brand serves them, what they are to
//! each other (*relations*), which of them turned out to be one (*merges*), and which resources they held from when to
//! when (*assignments*); and so the answer to "whose was this?". *Snapshots* are the ids that an outside system says it
//! has: comparing them finds calls that were lost.
//!
//! Invariants: an external id that has not ended leads to one customer of a controller; what is personal is in cells
//! under the customer's PROFILE key and findable only by equality; a merge moves nothing, and leads to a customer that
//! was not merged itself; of a snapshot, only index values are kept; the narrowest prefix that covers an address at an
//! instant decides who held it.

pub(crate) mod graphql;
mod rules;
pub(crate) mod service;
mod store;

pub(crate) use service::{Clusters, Customer, Lookup, Match};
pub(crate) use store::members_of;
