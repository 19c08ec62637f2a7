//! The benchmark: what Privops does in a second, beside what the machine can do and, where asked for, beside
//! `PostGraphile` on the same PostgreSQL. `tests/bench/run` builds everything, runs it and prints one table.
//!
//! Owns the order of the measurements. The server under test is the release binary as a child process, with its
//! defaults but for the rate limit and the log. It never fails a test run: nothing here judges a number, and
//! without the argument `--bench` nothing is measured.

mod client;
mod feed;
mod limits;
mod load;
mod postgraphile;
mod postgres;
mod process;
mod scenario;
mod server;
mod settings;
mod table;

use std::io::Write;
use std::process::ExitCode;

use limits::Limits;
use postgraphile::Plain;
use server::Server;
use settings::Settings;
use table::{Figures, Report};
use tokio::signal::unix::{SignalKind, signal};

/// What everything here answers; whatever is wrong ends the run.
type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> ExitCode {
    // `cargo test --all-targets` and `cargo nextest` run this program too: a benchmark is no test.
    if !std::env::args().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    let outcome = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(until_stopped()));
    let told = match &outcome {
        Ok(report) => writeln!(std::io::stdout().lock(), "{report}"),
        Err(error) => writeln!(std::io::stderr().lock(), "the benchmark failed: {error}"),
    };
    if outcome.is_ok() && told.is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Ends early when told to, so that the children go with this process.
async fn until_stopped() -> Outcome<String> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        outcome = measure() => outcome,
        _ = interrupt.recv() => Err("interrupted".into()),
        _ = terminate.recv() => Err("terminated".into()),
    }
}

async fn measure() -> Outcome<String> {
    let settings = Settings::from_environment()?;
    progress("the machine's limits")?;
    let mut limits = Limits::measure(&settings).await?;
    let mut plain = Figures::default();
    if let Some(server) = &settings.postgres {
        let tables = Plain::create(server).await?;
        if let Some(pgbench) = &settings.pgbench {
            progress("pgbench")?;
            limits.pgbench = tables.pgbench(&settings, pgbench).await?;
        }
        if let Some(folder) = &settings.postgraphile {
            progress("PostGraphile")?;
            plain = tables.postgraphile(&settings, folder).await?;
        }
        tables.remove().await?;
    }
    let sqlite = privops(&settings, "SQLite", None).await?;
    let postgres = match &settings.postgres {
        Some(server) => privops(&settings, "PostgreSQL", Some(server)).await?,
        None => Figures::default(),
    };
    Report {
        settings: &settings,
        limits,
        sqlite,
        postgres,
        postgraphile: plain,
    }
    .text()
}

/// All rows on one database. Reads come first, while every customer still has the same number of disclosures.
async fn privops(settings: &Settings, name: &str, postgres: Option<&str>) -> Outcome<Figures> {
    let mut figures = Figures::default();
    let mut starts = Vec::new();
    for _ in 1..settings.runs {
        let server = Server::start(postgres).await?;
        starts.push(server.ready_after);
        server.remove().await?;
    }
    let server = Server::start(postgres).await?;
    starts.push(server.ready_after);
    figures.start(starts);
    tokio::time::sleep(settings::SETTLE).await;
    figures.idle(server.memory());

    progress(&format!(
        "{name}: {} customers with 10 disclosures each",
        settings.customers
    ))?;
    let data = scenario::fill(server.target(), settings.customers).await?;
    server.analyze().await?;
    for measurement in scenario::reads(server.target(), &data).await? {
        progress(&format!("{name}: {}", measurement.row.title()))?;
        figures.sample(measurement.row, measurement.run(settings).await?);
    }
    scenario::say(server.target(), &data).await?;
    server.analyze().await?;
    let gate = scenario::gate(server.target(), &data);
    for (row, connections) in [
        (table::Row::Gate16, settings::CONNECTIONS),
        (table::Row::Gate64, 64),
    ] {
        progress(&format!("{name}: {}", row.title()))?;
        figures.sample(row, load::median(&gate, connections, settings).await?);
    }
    progress(&format!("{name}: {}", table::Row::GateBatch.title()))?;
    let gates = scenario::gates(server.target(), &data);
    let sample = load::median(&gates, settings::BATCH_CONNECTIONS, settings).await?;
    figures.batches(table::Row::GateBatch, sample, scenario::BATCH);
    progress(&format!("{name}: {}", table::Row::Feed.title()))?;
    let writes = scenario::writes(server.target(), &data);
    let lag = feed::lag(server.target(), &writes, settings).await?;
    figures.sample(table::Row::Feed, lag);
    server.analyze().await?;
    for (row, connections) in [(table::Row::Write16, 16), (table::Row::Write64, 64)] {
        progress(&format!("{name}: {}", row.title()))?;
        figures.sample(row, load::median(&writes, connections, settings).await?);
    }
    progress(&format!("{name}: {}", table::Row::Batch.title()))?;
    let batches = scenario::batches(server.target(), &data, "load");
    let sample = load::median(&batches, settings::BATCH_CONNECTIONS, settings).await?;
    figures.batches(table::Row::Batch, sample, scenario::BATCH);
    if settings.disclosures > 0 {
        let count = settings.disclosures;
        progress(&format!("{name}: {count} disclosures, set up"))?;
        scenario::fill_up(server.target(), &data, count).await?;
        figures.count(table::Row::Filled, count);
        progress(&format!("{name}: {}", table::Row::AccountingMany.title()))?;
        let accounting = scenario::accounting(server.target(), &data);
        let sample = load::median(&accounting, settings::CONNECTIONS, settings).await?;
        figures.sample(table::Row::AccountingMany, sample);
    }
    tokio::time::sleep(settings::SETTLE).await;
    figures.loaded(server.memory());
    server.remove().await?;
    Ok(figures)
}

/// Tells whoever waits what is going on; standard output is the table's alone.
fn progress(what: &str) -> Outcome<()> {
    writeln!(std::io::stderr().lock(), "measuring {what}")?;
    Ok(())
}
