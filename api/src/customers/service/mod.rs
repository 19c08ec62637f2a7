//! Use cases over customers: registering, looking up, reading, assigning resources.

mod assign;
mod cluster;
mod lookup;
mod read;
mod register;

pub(crate) use super::rules::Match;
pub(crate) use assign::{NewAssignment, assignments, assignments_by_id, record_assignments};
pub(crate) use cluster::{Clusters, clusters};
pub(crate) use lookup::{Lookup, candidates, look_up, resolve};
pub(crate) use read::{
    Assignment, Customer, CustomerFilter, Identifier, by_ids, count, identifiers, list,
};
pub(crate) use register::{NewCustomer, NewIdentifier, add_identifier, register};
