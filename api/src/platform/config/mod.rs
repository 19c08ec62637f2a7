//! Settings: what an operator may choose, where a choice comes from, and what is refused.
//!
//! Owns the typed [`Config`] and the only reading of the process environment. Layers, the later
//! one winning: the defaults in `config.default.toml`, an optional file, the environment, flags.
//! It must not open the database, create a file or log, and must never show a secret, not even in
//! an error.

mod checks;
mod load;
mod rules;
mod secret;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

pub use load::{ConfigError, Sources};
pub use secret::Secret;

/// The lowest layer, and the documentation of every key.
pub const DEFAULTS: &str = include_str!("../../../config.default.toml");

/// Every setting of one process, checked.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Directory of what the process stores itself.
    pub data_dir: PathBuf,
    /// File with the key-encryption keys; never inside `data_dir`.
    pub keyring: PathBuf,
    /// Name of the first controller, for an empty database only.
    pub controller_name: String,
    /// What is logged, and how.
    pub log: Log,
    /// The listening side.
    pub http: Http,
    /// What one operation and one integration may cost.
    pub limits: Limits,
    /// Where data is stored.
    pub database: Database,
    /// The tokens that this installation issues and accepts.
    pub auth: Auth,
    /// The logs of events.
    pub ledger: Ledger,
    /// Remembering of mutations already done.
    pub idempotency: Idempotency,
    /// Who read personal data.
    pub access_log: AccessLog,
}

impl Config {
    /// Reads, layers and checks the settings.
    ///
    /// # Errors
    /// Every problem found. Rules between keys are judged once each key is right by itself.
    pub fn load(sources: &Sources) -> Result<Self, ConfigError> {
        load::merge(sources)?.settle()
    }

    /// Which database to use.
    pub fn database_kind(&self) -> DatabaseKind {
        let url = self.database.url.expose();
        match url.strip_prefix("sqlite:") {
            Some(path) => DatabaseKind::Sqlite(path.strip_prefix("//").unwrap_or(path).into()),
            None if url.is_empty() => DatabaseKind::Sqlite(self.data_dir.join("privops.db")),
            None => DatabaseKind::Postgres(self.database.url.clone()),
        }
    }
}

/// Where the tables live.
#[derive(Clone, Debug)]
pub enum DatabaseKind {
    /// The file of an embedded SQLite database.
    Sqlite(PathBuf),
    /// The URL of a PostgreSQL database, with its password.
    Postgres(Secret),
}

/// Section `log`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// How a log line looks.
    pub format: LogFormat,
    /// Directives of `tracing_subscriber::EnvFilter`, known to parse.
    pub level: String,
}

/// How a log line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For a person at a terminal.
    Text,
    /// One JSON object a line.
    Json,
}

/// Section `http`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// Address to listen on.
    pub listen: SocketAddr,
    /// Where persons reach this server; empty where nobody said so.
    pub public_url: String,
    /// Connections open at the same time.
    pub max_connections: u32,
    header_timeout_seconds: u64,
    body_timeout_seconds: u64,
    /// Largest request body, in bytes.
    pub max_body_bytes: usize,
    /// Largest file that a system may upload for a task, in bytes.
    pub max_attachment_bytes: usize,
    query_timeout_seconds: u64,
    mutation_timeout_seconds: u64,
    shutdown_seconds: u64,
    /// Whether metrics are served.
    pub metrics: bool,
    /// Whether queries may come by GET.
    pub allow_get: bool,
    /// Who may read the schema.
    pub introspection: Introspection,
}

impl Http {
    /// How long a client may take to send a request's head.
    pub fn header_timeout(&self) -> Duration {
        Duration::from_secs(self.header_timeout_seconds)
    }

    /// How long a client may take to send a request's body.
    pub fn body_timeout(&self) -> Duration {
        Duration::from_secs(self.body_timeout_seconds)
    }

    /// How long a query may run.
    pub fn query_timeout(&self) -> Duration {
        Duration::from_secs(self.query_timeout_seconds)
    }

    /// How long a client waits for a mutation.
    pub fn mutation_timeout(&self) -> Duration {
        Duration::from_secs(self.mutation_timeout_seconds)
    }

    /// How long requests in flight may take to end after a stop was asked for.
    pub fn shutdown_timeout(&self) -> Duration {
        Duration::from_secs(self.shutdown_seconds)
    }
}

/// Who may read the schema by introspection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Introspection {
    /// Callers with a valid token.
    Authenticated,
    /// Everyone.
    Public,
}

/// Section `limits`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Largest GraphQL document, in bytes.
    pub document_bytes: usize,
    /// Cost points that one operation may have.
    pub query_cost: u64,
    /// Cost points that an integration gains each second.
    pub points_per_second: u64,
    /// Cost points that an integration may have saved up; at least the two above.
    pub burst_points: u64,
}

/// Section `database`; [`Config::database_kind`] says which one it is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    url: Secret,
    url_file: PathBuf,
    /// Connections of the PostgreSQL pool.
    pub max_connections: u32,
    /// Reading connections on SQLite, which has one writer besides.
    pub readers: u32,
    acquire_timeout_seconds: u64,
    statement_timeout_seconds: u64,
}

impl Database {
    /// How long to wait for a free connection.
    pub fn acquire_timeout(&self) -> Duration {
        Duration::from_secs(self.acquire_timeout_seconds)
    }

    /// How long one statement may run on PostgreSQL.
    pub fn statement_timeout(&self) -> Duration {
        Duration::from_secs(self.statement_timeout_seconds)
    }
}

/// Section `auth`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    /// Claim `iss` of own tokens.
    pub issuer: String,
    /// Claim `aud` of own tokens.
    pub audience: String,
    leeway_seconds: u64,
    /// Life of a token whose issuer names none, in days; at most `max_days`.
    pub default_days: u32,
    /// Longest life of a token, in days.
    pub max_days: u32,
}

impl Auth {
    /// Clock difference forgiven when `exp` and `nbf` are checked.
    pub fn leeway(&self) -> Duration {
        Duration::from_secs(self.leeway_seconds)
    }

    /// Life of a token whose issuer names none; a day is 24 hours.
    pub fn default_lifetime(&self) -> Duration {
        days(self.default_days)
    }

    /// Longest life of a token; a day is 24 hours.
    pub fn max_lifetime(&self) -> Duration {
        days(self.max_days)
    }
}

/// Section `ledger`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ledger {
    /// URL without scheme that begins the names of the logs of controllers yet to be created.
    pub origin: String,
    sequence_interval_ms: u64,
}

impl Ledger {
    /// How long the sequencer rests between batches.
    pub fn sequence_interval(&self) -> Duration {
        Duration::from_millis(self.sequence_interval_ms)
    }
}

/// Section `idempotency`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Idempotency {
    keep_hours: u64,
}

impl Idempotency {
    /// How long an idempotency key is remembered.
    pub fn keep(&self) -> Duration {
        Duration::from_secs(self.keep_hours.saturating_mul(3600))
    }
}

/// Section `access_log`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessLog {
    keep_days: u32,
}

impl AccessLog {
    /// How long it is kept who read personal data; a day is 24 hours.
    pub fn keep(&self) -> Duration {
        days(self.keep_days)
    }
}

fn days(count: u32) -> Duration {
    Duration::from_secs(u64::from(count).saturating_mul(86_400))
}
