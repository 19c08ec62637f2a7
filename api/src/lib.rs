//! Privops: privacy operations for web-hosting providers.
//!
//! The map, from the outside in:
//!
//! | module | what it is |
//! |---|---|
//! | `entry` | the doors: GraphQL, HTTP, command line, worker; each builds a context and calls a use case |
//! | `customers` `recipients` `agreements` `data_map` `disclosures` `preferences` `requests` `retention` `incidents` `tasks` `access_log` `packages` `transfer` | the capabilities, one folder each |
//! | `graphql` | what the GraphQL types of all capabilities share |
//! | `context` `auth` `ledger` `vault` `error` | the spine: who acts, what is recorded, what is encrypted |
//! | `platform` | technical parts without a business word |
//!
//! Directions: `entry` -> capabilities -> `graphql` -> spine -> `platform` -> the crate `entity`. Inside a
//! capability: `graphql` -> `service` -> `rules`, `store`. Between capabilities, the service, rules and store of the
//! left use the service and the re-exported types of the right, nothing else:
//!
//! - `disclosures` -> `customers`, `recipients`, `data_map`
//! - `recipients` -> `customers`
//! - `agreements` -> `recipients`
//! - `data_map` -> `recipients`, `agreements`
//! - `retention` -> `customers`, `data_map`
//! - `incidents` -> `customers`, `recipients`, `disclosures`, `data_map`
//! - `tasks` -> `customers`, `data_map`, `retention`, `incidents`
//! - `requests` -> `customers`, `recipients`, `disclosures`, `data_map`, `retention`, `tasks`
//! - `preferences` -> `customers`, `data_map`
//! - `access_log` -> `customers`
//! - `packages` -> `access_log`, `customers`, `recipients`, `disclosures`, `preferences`, `requests`, `retention`, `tasks`
//! - `transfer` -> `access_log`, `recipients`, `disclosures`, `requests`, `retention`
//!
//! The test `layers` reads this table.

mod access_log;
mod agreements;
mod auth;
mod context;
mod customers;
mod data_map;
mod disclosures;
pub mod entry;
mod error;
mod graphql;
mod incidents;
mod ledger;
mod packages;
pub mod platform;
mod preferences;
mod recipients;
mod requests;
mod retention;
mod tasks;
mod transfer;
mod vault;
