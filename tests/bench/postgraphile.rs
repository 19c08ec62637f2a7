//! Two plain tables on the same PostgreSQL, and what others make of them: pgbench, the limit of the database, and
//! `PostGraphile`, the peer.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use serde_json::json;
use tempfile::TempDir;

use crate::Outcome;
use crate::client::Target;
use crate::limits;
use crate::load::{self, Workload};
use crate::postgres::Database;
use crate::process::{self, Process};
use crate::scenario::{expect_objects, operation};
use crate::server::folder;
use crate::settings::{CONNECTIONS, PATIENCE, SETTLE, Settings};
use crate::table::{Figures, Row};

const SCHEMA: &str = include_str!("postgraphile/schema.sql");
const INSERT: &str = include_str!("postgraphile/insert.sql");
/// Rows of `plain.customer`.
const CUSTOMERS: u64 = 1000;
const NESTED_OBJECTS: usize = 220;

/// The same objects in the same order as the nested read of Privops, whose order is part of its API.
const NESTED: &str = "{ allCustomers(first: 20, orderBy: [REGISTERED_AT_DESC, ROW_ID_DESC]) { nodes { rowId
    registeredAt disclosuresByCustomerId(first: 10, orderBy: [DISCLOSED_AT_DESC, ROW_ID_DESC]) { nodes { rowId
    disclosedAt ground } } } } }";
const CREATE: &str = "mutation($input: CreateDisclosureInput!) {
    createDisclosure(input: $input) { disclosure { rowId } } }";

/// A database with the tables.
pub(crate) struct Plain {
    database: Database,
    folder: TempDir,
}

impl Plain {
    /// Makes and fills them.
    pub(crate) async fn create(server: &str) -> Outcome<Self> {
        let database = Database::create(server).await?;
        database.execute(SCHEMA).await?;
        Ok(Self {
            database,
            folder: folder()?,
        })
    }

    /// Rows inserted in a second, each in a transaction of its own, by so many clients.
    pub(crate) async fn pgbench(
        &self,
        settings: &Settings,
        program: &Path,
    ) -> Outcome<Vec<(usize, f64)>> {
        let script = self.folder.path().join("insert.sql");
        std::fs::write(&script, INSERT)?;
        let mut medians = Vec::new();
        for clients in [16, 64] {
            let mut rates = Vec::new();
            for _ in 0..settings.runs {
                let mut command = Command::new(program);
                command
                    .args(["-n", "-M", "prepared", "-j", "2", "-c"])
                    .arg(clients.to_string())
                    .arg("-T")
                    .arg(settings.length.as_secs().to_string())
                    .arg("-f")
                    .arg(&script)
                    .arg(&self.database.url);
                let within = settings.length + PATIENCE;
                let said = process::finish(&mut command, self.folder.path(), within).await?;
                rates.push(transactions(&said)?);
            }
            medians.push((clients, limits::middle(rates)?));
        }
        Ok(medians)
    }

    /// The rows of the table that `PostGraphile` has something for, one process of it.
    pub(crate) async fn postgraphile(
        &self,
        settings: &Settings,
        installed: &Path,
    ) -> Outcome<Figures> {
        let mut command = Command::new("node");
        command
            .arg("server.mjs")
            .current_dir(installed)
            .env("DATABASE_URL", &self.database.url)
            .env("NODE_ENV", "production")
            .env("GRAPHILE_ENV", "production");
        let mut server = Process::spawn(&mut command, self.folder.path())?;
        let address = server
            .line_after("postgraphile listening on http://")
            .await?
            .parse()?;
        let target = Target {
            address,
            token: None,
        };
        let mut figures = Figures::default();
        tokio::time::sleep(SETTLE).await;
        figures.idle(server.memory());

        let nested = operation(NESTED, &json!({}));
        expect_objects(&target, &nested, "\"rowId\":", NESTED_OBJECTS).await?;
        let typename = operation("{ __typename }", &json!({}));
        for (row, begins, body) in [
            (Row::Typename, r#"{"data":{"__typename":"Query"}"#, typename),
            (
                Row::NestedRead,
                r#"{"data":{"allCustomers":{"nodes":[{"rowId":""#,
                nested,
            ),
        ] {
            let workload = Workload::new(&target, begins, move |_| body.clone());
            figures.sample(row, load::median(&workload, CONNECTIONS, settings).await?);
        }
        let writes = creates(&target);
        for (row, connections) in [(Row::Write16, 16), (Row::Write64, 64)] {
            figures.sample(row, load::median(&writes, connections, settings).await?);
        }
        tokio::time::sleep(SETTLE).await;
        figures.loaded(server.memory());
        Ok(figures)
    }

    /// Removes them.
    pub(crate) async fn remove(self) -> Outcome<()> {
        self.database.remove().await
    }
}

fn creates(target: &Target) -> Arc<Workload> {
    let begins = r#"{"data":{"createDisclosure":{"disclosure":{"rowId":""#;
    Workload::new(target, begins, |number| {
        let customer = format!("00000000-0000-0000-0000-{:012x}", number % CUSTOMERS + 1);
        let disclosure = json!({
            "customerId": customer,
            "disclosedAt": "2026-01-05T09:00:00Z",
            "ground": "BLOCKLIST_REPORT",
            "purpose": "essential.service.abuse_handling",
            "tier": "SUBSCRIBER",
            "reference": "SBL654321",
        });
        operation(CREATE, &json!({ "input": { "disclosure": disclosure } }))
    })
}

/// What pgbench says of its rate.
fn transactions(said: &str) -> Outcome<f64> {
    let rate = said.lines().find_map(|line| line.strip_prefix("tps = "));
    let rate = rate
        .and_then(|rest| rest.split(' ').next())
        .ok_or("pgbench named no rate")?;
    Ok(rate.parse()?)
}
