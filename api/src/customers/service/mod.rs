//! Use cases over customers: registering, looking up, reading, assigning resources.

mod assign;
mod cluster;
mod held;
mod lookup;
mod question;
mod read;
mod register;
mod resource;

pub(crate) use super::rules::Match;
pub(crate) use assign::{NewAssignment, record_assignments};
pub(crate) use cluster::{Clusters, clusters, roots};
pub(crate) use held::{assignments, assignments_by_id, holders};
pub(crate) use lookup::{Lookup, candidates, look_up, resolve, resolve_each};
pub(crate) use read::{
    Assignment, Customer, CustomerFilter, Identifier, by_ids, count, identifiers, list,
};
pub(crate) use register::{NewCustomer, NewIdentifier, add_identifier, register};
pub(crate) use resource::{NewResource, ResourceLookup};
