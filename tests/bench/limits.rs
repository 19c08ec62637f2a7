//! What the machine can do at best: the numbers that a measurement is to be compared with.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::time::{Duration, Instant};

use poem::endpoint::make_sync;
use poem::listener::TcpAcceptor;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DbBackend, Statement, Value};
use tokio::net::TcpListener;

use crate::Outcome;
use crate::client::Target;
use crate::load::{self, Sample, Workload, rate};
use crate::server::folder;
use crate::settings::{CONNECTIONS, Settings};

/// Like a database's log: a file that is there already, overwritten from the beginning to the end.
const LOG_PAGES: u64 = 2048;
const PAGE: [u8; 8192] = [1; 8192];

const ANSWER: &str = r#"{"data":{"__typename":"Query"}}"#;

const TABLE: &str = "create table disclosure (id integer primary key, customer_id integer not null,
    disclosed_at integer not null, ground text not null, purpose text not null, tier text not null, reference text)";
const INSERT: &str =
    "insert into disclosure (customer_id, disclosed_at, ground, purpose, tier, reference)
    values ($1, $2, $3, $4, $5, $6)";

/// The machine's limits.
pub(crate) struct Limits {
    /// Processor cores that this process may use.
    pub(crate) cores: usize,
    /// Pages written and synced in a second, where the databases are.
    pub(crate) syncs: f64,
    /// A handler that does nothing, in this process, by the same client.
    pub(crate) bare: Sample,
    /// Rows inserted, each in a transaction of its own, in a second by one connection to SQLite.
    pub(crate) sqlite: f64,
    /// The same by pgbench: with so many clients, so many.
    pub(crate) pgbench: Vec<(usize, f64)>,
}

impl Limits {
    /// Measures what needs no server.
    pub(crate) async fn measure(settings: &Settings) -> Outcome<Self> {
        let (mut synced, mut inserted) = (Vec::new(), Vec::new());
        for _ in 0..settings.runs {
            let length = settings.brief();
            synced.push(tokio::task::spawn_blocking(move || syncs(length)).await??);
            inserted.push(inserts(length).await?);
        }
        Ok(Self {
            cores: std::thread::available_parallelism()?.get(),
            syncs: middle(synced)?,
            bare: bare(settings).await?,
            sqlite: middle(inserted)?,
            pgbench: Vec::new(),
        })
    }
}

/// The median.
pub(crate) fn middle(mut numbers: Vec<f64>) -> Outcome<f64> {
    numbers.sort_by(f64::total_cmp);
    numbers
        .get(numbers.len() / 2)
        .copied()
        .ok_or_else(|| "nothing was measured".into())
}

fn syncs(length: Duration) -> Outcome<f64> {
    let folder = folder()?;
    let file = File::create(folder.path().join("log"))?;
    let page_bytes = u64::try_from(PAGE.len())?;
    for place in 0..LOG_PAGES {
        file.write_all_at(&PAGE, place * page_bytes)?;
    }
    file.sync_all()?;
    let begun = Instant::now();
    let mut count: usize = 0;
    while begun.elapsed() < length {
        let place = u64::try_from(count)? % LOG_PAGES;
        file.write_all_at(&PAGE, place * page_bytes)?;
        file.sync_data()?;
        count += 1;
    }
    Ok(rate(count, begun.elapsed()))
}

async fn bare(settings: &Settings) -> Outcome<Sample> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let target = Target {
        address: listener.local_addr()?,
        token: None,
    };
    let server = poem::Server::new_with_acceptor(TcpAcceptor::from_tokio(listener)?);
    let serving = tokio::spawn(server.run(make_sync(|_| ANSWER)));
    let workload = Workload::new(&target, ANSWER, |_| {
        r#"{"query":"{ __typename }"}"#.to_owned()
    });
    let sample = load::median(&workload, CONNECTIONS, settings).await;
    serving.abort();
    sample
}

/// With the same durability as the server's writer.
async fn inserts(length: Duration) -> Outcome<f64> {
    let folder = folder()?;
    let path = folder.path().join("plain.db");
    let mut options = ConnectOptions::new(format!("sqlite:{}?mode=rwc", path.display()));
    options
        .max_connections(1)
        .sqlx_logging(false)
        .test_before_acquire(false)
        .map_sqlx_sqlite_opts(|options| {
            options
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", "FULL")
        });
    let connection = Database::connect(options).await?;
    connection.execute_unprepared(TABLE).await?;
    let begun = Instant::now();
    let mut count: usize = 0;
    while begun.elapsed() < length {
        let number = i64::try_from(count)?;
        let values: [Value; 6] = [
            number.into(),
            number.into(),
            "BLOCKLIST_REPORT".into(),
            "essential.service.abuse_handling".into(),
            "SUBSCRIBER".into(),
            "SBL654321".into(),
        ];
        #[expect(clippy::disallowed_methods, reason = "it is measured without Privops")]
        let insert = Statement::from_sql_and_values(DbBackend::Sqlite, INSERT, values);
        connection.execute_raw(insert).await?;
        count += 1;
    }
    let rate = rate(count, begun.elapsed());
    connection.close().await?;
    Ok(rate)
}
