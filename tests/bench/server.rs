//! The server under test: the release binary as a child process over a database of its own.

use std::process::Command;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::Outcome;
use crate::client::{Connection, Target};
use crate::postgres::Database;
use crate::process::{Memory, Process};
use crate::settings::PATIENCE;

/// A running server.
pub(crate) struct Server {
    // Dropped in this order: the process goes before its files.
    process: Process,
    target: Target,
    database: Option<Database>,
    /// From the start of the process to the first `/readyz` that says so.
    pub(crate) ready_after: Duration,
    folder: TempDir,
}

impl Server {
    /// Starts one over an empty directory and, given a PostgreSQL server, an empty database there.
    pub(crate) async fn start(postgres: Option<&str>) -> Outcome<Self> {
        let folder = folder()?;
        let database = match postgres {
            Some(server) => Some(Database::create(server).await?),
            None => None,
        };
        let mut command = Command::new(env!("CARGO_BIN_EXE_privops"));
        command
            .arg("serve")
            .current_dir(folder.path())
            .env_clear()
            .env("PRIVOPS_DATA_DIR", folder.path().join("data"))
            .env("PRIVOPS_KEYRING", folder.path().join("keyring.json"))
            .env("PRIVOPS_HTTP__LISTEN", "127.0.0.1:0")
            .env("PRIVOPS_LOG__LEVEL", "warn")
            // What is throttled measures nothing but the throttle.
            .env("PRIVOPS_LIMITS__POINTS_PER_SECOND", "1000000")
            .env("PRIVOPS_LIMITS__BURST_POINTS", "100000000");
        if let Some(database) = &database {
            command.env("PRIVOPS_DATABASE__URL", &database.url);
        }
        let begun = Instant::now();
        let mut process = Process::spawn(&mut command, folder.path())?;
        let address = process
            .line_after("privops listening on http://")
            .await?
            .parse()?;
        ready(&Target {
            address,
            token: None,
        })
        .await?;
        let ready_after = begun.elapsed();
        let token = Some(process.line_after("token: ").await?);
        let target = Target { address, token };
        Ok(Self {
            process,
            target,
            database,
            ready_after,
            folder,
        })
    }

    /// How to call it.
    pub(crate) fn target(&self) -> &Target {
        &self.target
    }

    /// Lets `PostgreSQL` know how large its tables are, as it does by itself within a minute or so, and as is done
    /// for the tables of the comparison. Until then it goes by plans that were made for empty tables.
    pub(crate) async fn analyze(&self) -> Outcome<()> {
        match &self.database {
            Some(database) => database.execute("analyze").await,
            None => Ok(()),
        }
    }

    /// Its memory.
    pub(crate) fn memory(&self) -> Option<Memory> {
        self.process.memory()
    }

    /// Ends it and removes its data.
    pub(crate) async fn remove(self) -> Outcome<()> {
        let Self {
            process,
            database,
            folder,
            ..
        } = self;
        drop(process);
        folder.close()?;
        match database {
            Some(database) => database.remove().await,
            None => Ok(()),
        }
    }
}

/// A folder for data, where the throw-away PostgreSQL has its own: below `TMPDIR`.
pub(crate) fn folder() -> Outcome<TempDir> {
    Ok(tempfile::Builder::new()
        .prefix("privops-bench.")
        .tempdir()?)
}

/// Waits until a server says that it is ready.
async fn ready(target: &Target) -> Outcome<()> {
    let request = target.get("/readyz");
    let asking = async {
        let mut connection = Connection::open(target.address).await?;
        while connection.exchange(&request).await?.status != 200 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Outcome::Ok(())
    };
    tokio::time::timeout(PATIENCE, asking).await?
}
