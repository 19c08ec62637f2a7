//! Stories and standing tests, black box: an actor does something, the system answers, the ledger shows.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::pedantic,
    unreachable_pub,
    reason = "a test fails by panicking, and looks at the world as it is"
)]

#[path = "../harness/mod.rs"]
mod harness;

mod access;
mod access_log;
mod accounting;
mod bad_days;
mod canaries;
mod contact;
mod crash;
mod customers;
mod data_map;
mod deletes;
mod demo;
mod disclosing;
mod findings;
mod incidents;
mod isolation;
mod layers;
mod ledger;
mod mail;
mod main_job;
mod migrations;
mod preferences;
mod readme;
mod recipients;
mod requests;
mod resources;
mod schema;
mod tokens;
mod transfer;
mod xarf;
