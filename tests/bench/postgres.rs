//! Databases of our own on the PostgreSQL server of the run.

use std::sync::atomic::{AtomicU32, Ordering};

use sea_orm::{ConnectionTrait, Database as Connector};

use crate::Outcome;

static MADE: AtomicU32 = AtomicU32::new(0);

/// A new database. Without [`Database::remove`] it stays until its server goes.
pub(crate) struct Database {
    /// Its URL.
    pub(crate) url: String,
    server: String,
    name: String,
}

impl Database {
    /// Makes one on the server that this URL leads to.
    pub(crate) async fn create(server: &str) -> Outcome<Self> {
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("bench_{}_{number}", std::process::id());
        execute(server, &format!("create database {name}")).await?;
        let (address, parameters) = match server.split_once('?') {
            Some((address, parameters)) => (address, format!("?{parameters}")),
            None => (server, String::new()),
        };
        let (base, _) = address
            .rsplit_once('/')
            .ok_or("TEST_DATABASE_URL names no database")?;
        Ok(Self {
            url: format!("{base}/{name}{parameters}"),
            server: server.to_owned(),
            name,
        })
    }

    /// Runs statements.
    pub(crate) async fn execute(&self, statements: &str) -> Outcome<()> {
        execute(&self.url, statements).await
    }

    /// Removes it, whoever is connected.
    pub(crate) async fn remove(self) -> Outcome<()> {
        execute(
            &self.server,
            &format!("drop database {} with (force)", self.name),
        )
        .await
    }
}

async fn execute(url: &str, statements: &str) -> Outcome<()> {
    let connection = Connector::connect(url).await?;
    connection.execute_unprepared(statements).await?;
    connection.close().await?;
    Ok(())
}
