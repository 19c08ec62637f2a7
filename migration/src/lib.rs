//! Schema history of Privops, one change a file, on SQLite and PostgreSQL alike.
//!
//! Migrations are expand/contract: an instance of the version before must keep working while a newer one
//! has migrated already. Each runs in a transaction. Foreign keys are composite with the controller, so
//! that a row of one controller cannot refer to a row of another.

use sea_orm_migration::prelude::*;

pub use sea_orm_migration::MigratorTrait;

mod m20261122_000001_controllers;
mod m20261122_000002_keys;
mod m20261122_000003_ledger;
mod m20261122_000004_idempotency;
mod m20261122_000005_customers;
mod m20261122_000006_recipients;
mod m20261122_000007_disclosures;
mod m20261125_000008_brands;
mod m20261125_000009_customer_lives;
mod m20261125_000010_snapshots;
mod m20261125_000011_resources;
mod m20261125_000012_recipient_details;
mod m20261125_000013_disclosure_lines;
mod m20261125_000014_disclosure_histories;
mod m20261125_000015_requests;
mod m20261125_000016_tasks;
mod m20261125_000017_holds;
mod m20261125_000018_recipient_notices;
mod m20261125_000019_authorities;
mod m20261125_000020_house_terms;
mod m20261125_000021_deliveries;
mod m20261126_000022_access_packages;
mod m20261126_000023_preferences;
mod m20261126_000024_contacts;
mod m20261126_000025_access_log;
mod m20261126_000026_retention;
mod m20261127_000027_incidents;
mod m20261128_000028_agreements;
mod m20261128_000029_data_flows;

/// The ordered list of migrations.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_controllers::Migration),
            Box::new(m20261122_000002_keys::Migration),
            Box::new(m20261122_000003_ledger::Migration),
            Box::new(m20261122_000004_idempotency::Migration),
            Box::new(m20261122_000005_customers::Migration),
            Box::new(m20261122_000006_recipients::Migration),
            Box::new(m20261122_000007_disclosures::Migration),
            Box::new(m20261125_000008_brands::Migration),
            Box::new(m20261125_000009_customer_lives::Migration),
            Box::new(m20261125_000010_snapshots::Migration),
            Box::new(m20261125_000011_resources::Migration),
            Box::new(m20261125_000012_recipient_details::Migration),
            Box::new(m20261125_000013_disclosure_lines::Migration),
            Box::new(m20261125_000014_disclosure_histories::Migration),
            Box::new(m20261125_000015_requests::Migration),
            Box::new(m20261125_000016_tasks::Migration),
            Box::new(m20261125_000017_holds::Migration),
            Box::new(m20261125_000018_recipient_notices::Migration),
            Box::new(m20261125_000019_authorities::Migration),
            Box::new(m20261125_000020_house_terms::Migration),
            Box::new(m20261125_000021_deliveries::Migration),
            Box::new(m20261126_000022_access_packages::Migration),
            Box::new(m20261126_000023_preferences::Migration),
            Box::new(m20261126_000024_contacts::Migration),
            Box::new(m20261126_000025_access_log::Migration),
            Box::new(m20261126_000026_retention::Migration),
            Box::new(m20261127_000027_incidents::Migration),
            Box::new(m20261128_000028_agreements::Migration),
            Box::new(m20261128_000029_data_flows::Migration),
        ]
    }
}

/// Runs statements written once for both databases: `{uuid}` and `{bytes}` stand for the two column types
/// whose names differ, `{bytes_of:column}` for the bytes of a UUID.
async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    let (uuid, bytes) = match manager.get_database_backend() {
        sea_orm::DbBackend::Postgres => ("uuid", "bytea"),
        _ => ("blob", "blob"),
    };
    let sql = bytes_of(manager, sql)
        .replace("{uuid}", uuid)
        .replace("{bytes}", bytes);
    for statement in sql.split(';').filter(|part| !part.trim().is_empty()) {
        manager
            .get_connection()
            .execute_unprepared(statement)
            .await?;
    }
    Ok(())
}

/// Writes the bytes of a UUID column out.
fn bytes_of(manager: &SchemaManager<'_>, sql: &str) -> String {
    let Some((before, (column, after))) = sql
        .split_once("{bytes_of:")
        .and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    else {
        return sql.to_owned();
    };
    match manager.get_database_backend() {
        sea_orm::DbBackend::Postgres => format!("{before}uuid_send({column}){after}"),
        _ => format!("{before}{column}{after}"),
    }
}

/// Makes a migration out of two texts.
macro_rules! sql_migration {
    ($up:expr, $down:expr) => {
        #[derive(sea_orm_migration::prelude::DeriveMigrationName)]
        pub(crate) struct Migration;

        #[expect(
            elided_lifetimes_in_paths,
            reason = "async_trait needs the form of the trait"
        )]
        #[sea_orm_migration::async_trait::async_trait]
        impl sea_orm_migration::MigrationTrait for Migration {
            // On SQLite the default is no transaction, and a crash would leave half a schema.
            fn use_transaction(&self) -> Option<bool> {
                Some(true)
            }

            async fn up(
                &self,
                manager: &sea_orm_migration::SchemaManager,
            ) -> Result<(), sea_orm_migration::DbErr> {
                crate::run(manager, $up).await
            }

            async fn down(
                &self,
                manager: &sea_orm_migration::SchemaManager,
            ) -> Result<(), sea_orm_migration::DbErr> {
                crate::run(manager, $down).await
            }
        }
    };
}
pub(crate) use sql_migration;
