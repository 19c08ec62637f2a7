//! Use cases over customers: registering, changing, merging, relating, looking up, reading, assigning resources.

mod addresses;
mod assign;
mod brands;
mod cluster;
mod held;
mod identifiers;
mod import;
mod known;
mod lookup;
mod merge;
mod pair;
mod profile;
mod question;
mod read;
mod register;
mod relate;
mod resource;
mod snapshot;
mod update;

pub(crate) use super::rules::Match;
pub(crate) use addresses::{
    Address, Addresses, Owner, Person, Reached, addresses, owners, persons,
};
pub(crate) use assign::{NewAssignment, record_assignments};
pub(crate) use brands::{
    brands, brands_by_id, brands_of, check_brand, existing_brands, register_brand,
};
pub(crate) use cluster::{Clusters, clusters, clusters_around};
pub(crate) use held::{assignments, assignments_by_id, holders};
pub(crate) use identifiers::{
    NewIdentifier, add_identifier, end_identifier, identifiers_by_id, verify_identifier,
};
pub(crate) use import::{CustomerImport, Imported, import};
pub(crate) use known::{KnownAs, known_as};
pub(crate) use lookup::{Lookup, candidates, look_up, resolve, resolve_each};
pub(crate) use merge::{count_merged, merge, merged_from, roots};
pub(crate) use read::{
    Assignment, Customer, CustomerFilter, Identifier, by_ids, count, country, identifiers, list,
};
pub(crate) use register::{NewCustomer, register};
pub(crate) use relate::{NewRelation, relate, relations, relations_by_id};
pub(crate) use resource::{NewResource, ResourceLookup};
pub(crate) use snapshot::{
    Part, count_surplus, expire_snapshots, reconcile, snapshots_by_id, surplus,
};
pub(crate) use update::{CustomerChanges, close, update};
