//! How the run was asked for: environment variables with defaults, and the limits of what may be asked.

use std::path::PathBuf;
use std::time::Duration;

use crate::Outcome;

/// Requests before a measurement that are not counted.
pub(crate) const WARM_UP: usize = 100;
/// Connections of reads, and of the bare handler.
pub(crate) const CONNECTIONS: usize = 16;
/// Connections that send batches.
pub(crate) const BATCH_CONNECTIONS: usize = 8;
/// Time for a server to come to rest before its memory is read.
pub(crate) const SETTLE: Duration = Duration::from_secs(2);
/// What a measurement may take beyond its length, and any other step altogether.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// What was asked for.
pub(crate) struct Settings {
    /// Length of one run: `BENCH_SECONDS`.
    pub(crate) length: Duration,
    /// Runs of each measurement, of which the median counts: `BENCH_RUNS`.
    pub(crate) runs: usize,
    /// Customers in the database, each with 10 disclosures: `BENCH_CUSTOMERS`.
    pub(crate) customers: u64,
    /// Disclosures to be recorded before the accounting is measured once more; none, when 0: `BENCH_DISCLOSURES`.
    pub(crate) disclosures: u64,
    /// Writes in a second while the feed is followed: `BENCH_RATE`.
    pub(crate) rate: u32,
    /// The server to make databases on: `TEST_DATABASE_URL`.
    pub(crate) postgres: Option<String>,
    /// The program: `BENCH_PGBENCH`.
    pub(crate) pgbench: Option<PathBuf>,
    /// Where `PostGraphile` is installed: `BENCH_POSTGRAPHILE_DIR`.
    pub(crate) postgraphile: Option<PathBuf>,
}

impl Settings {
    /// Reads the environment.
    ///
    /// # Errors
    /// Names the variable that holds something else than a number within its limits.
    pub(crate) fn from_environment() -> Outcome<Self> {
        Ok(Self {
            length: Duration::from_secs(number("BENCH_SECONDS", 5, 1, 300)?),
            runs: usize::try_from(number("BENCH_RUNS", 3, 1, 99)?)?,
            customers: number("BENCH_CUSTOMERS", 1000, 20, 100_000)?,
            disclosures: number("BENCH_DISCLOSURES", 0, 0, 20_000_000)?,
            rate: u32::try_from(number("BENCH_RATE", 1000, 1, 100_000)?)?,
            postgres: text("TEST_DATABASE_URL"),
            pgbench: text("BENCH_PGBENCH").map(PathBuf::from),
            postgraphile: text("BENCH_POSTGRAPHILE_DIR").map(PathBuf::from),
        })
    }

    /// Length of a run of what hardly varies.
    pub(crate) fn brief(&self) -> Duration {
        self.length.min(Duration::from_secs(2))
    }
}

fn number(name: &str, default: u64, least: u64, most: u64) -> Outcome<u64> {
    let Some(text) = text(name) else {
        return Ok(default);
    };
    match text.parse() {
        Ok(number) if (least..=most).contains(&number) => Ok(number),
        _ => Err(format!("{name}: expected a whole number from {least} to {most}").into()),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a benchmark is not configured as the server is"
)]
fn text(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}
