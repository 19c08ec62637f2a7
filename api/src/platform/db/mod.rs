//! The two databases behind one face: connections, the scope of every read, transactions, and what database
//! errors mean.
//!
//! `SQLite` has one writer connection and a pool of readers; `PostgreSQL` has one pool. Nothing here knows
//! what the rows mean. Nothing else turns a database error into an [`Error`].

mod fault;
mod statement;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sea_orm::{
    AccessMode, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction,
    DbErr, IsolationLevel, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use sqlx::Connection as _;
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::error::{Error, Result};
use crate::platform::config::{Config, DatabaseKind};

pub(crate) use statement::{
    MOST_VALUES, Scope, after_place, condition, for_each_parent, insert_rows, join_in_order,
    locked, locked_skipping, padded, pages_of, pinned, placeholder_rows, placeholders, raw, rows,
    scoped,
};

/// Constant that names our migration lock among a `PostgreSQL` server's advisory locks.
const MIGRATION_LOCK: i64 = 0x7072_6976_6f70_7301;

/// How many statements a connection keeps prepared.
const STATEMENTS_PREPARED: usize = 200;

/// How many rows of `SQLite` may wait between the driver's thread and ours.
const ROWS_BUFFERED: usize = 2_048;

/// A database, embedded or served.
#[derive(Debug)]
pub(crate) enum Db {
    /// One file, one process that writes at a time.
    Sqlite {
        /// The only connection that writes.
        writer: DatabaseConnection,
        /// First come, first served at the writer.
        turn: Arc<Mutex<()>>,
        /// Connections that cannot write.
        readers: DatabaseConnection,
        /// How long a change waits for its turn.
        patience: Duration,
        /// The file.
        path: PathBuf,
    },
    /// A server that several instances may share.
    Postgres {
        /// Its connections.
        pool: DatabaseConnection,
    },
}

impl Db {
    /// Connects. Makes the file of an embedded database, not its tables.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the server does not answer or the file cannot be opened.
    pub(crate) async fn connect(config: &Config) -> Result<Self> {
        match config.database_kind() {
            DatabaseKind::Sqlite(path) => Self::open(&path, config).await,
            DatabaseKind::Postgres(url) => {
                let mut options = ConnectOptions::new(url.expose());
                quiet(&mut options)
                    .max_connections(config.database.max_connections)
                    .connect_timeout(config.database.acquire_timeout())
                    .acquire_timeout(config.database.acquire_timeout())
                    .statement_timeout(config.database.statement_timeout())
                    // A ping before each use would be a round trip a statement.
                    .test_before_acquire_if_idle_for(Duration::from_secs(1))
                    .set_application_name("privops")
                    .map_sqlx_postgres_opts(|options| {
                        options.statement_cache_capacity(STATEMENTS_PREPARED)
                    });
                Ok(Self::Postgres {
                    pool: Database::connect(options).await?,
                })
            }
        }
    }

    async fn open(path: &Path, config: &Config) -> Result<Self> {
        let timeout = config.database.acquire_timeout();
        let connect = |connections: u32, read_only: bool| {
            let mut options = ConnectOptions::new("sqlite:");
            let path = path.to_owned();
            quiet(&mut options)
                .max_connections(connections)
                .min_connections(1)
                .acquire_timeout(timeout)
                .test_before_acquire(false)
                .map_sqlx_sqlite_opts(move |options| {
                    let options = options
                        // Not in the URL, where some characters of a path mean something else.
                        .filename(&path)
                        .create_if_missing(true)
                        .busy_timeout(timeout)
                        // Rows cross from the driver's thread: a small buffer means a switch for every few.
                        .row_buffer_size(ROWS_BUFFERED)
                        .statement_cache_capacity(STATEMENTS_PREPARED)
                        .pragma("journal_mode", "WAL")
                        .pragma("synchronous", "FULL")
                        // Erased rows must not linger in free pages.
                        .pragma("secure_delete", "ON")
                        .pragma("journal_size_limit", "67108864")
                        // Pages that are written again and again go to the database once in 64 MiB, not in 4.
                        .pragma("wal_autocheckpoint", "16384")
                        .pragma("temp_store", "MEMORY")
                        .pragma("cache_size", "-32768");
                    if read_only {
                        options.pragma("query_only", "ON")
                    } else {
                        options
                    }
                });
            // After a full disk the database has rolled back by itself, and the driver believes that the
            // transaction goes on: what the next ones write would never be committed.
            options.map_sqlx_sqlite_pool_opts(|pool| {
                pool.after_release(|connection, _| {
                    Box::pin(async move {
                        connection.ping().await?;
                        Ok(!connection.is_in_transaction())
                    })
                })
            });
            Database::connect(options)
        };
        // Two first starts at once would meet at the change of the journal mode.
        let lock = lock_file(path).await?;
        // The writer comes first: it makes the file and sets its journal mode.
        let writer = connect(1, false).await?;
        let readers = connect(config.database.readers, true).await?;
        drop(lock);
        Ok(Self::Sqlite {
            writer,
            turn: Arc::new(Mutex::new(())),
            patience: timeout,
            readers,
            path: path.to_owned(),
        })
    }

    /// A connection for statements that change nothing.
    pub(crate) fn reader(&self) -> &DatabaseConnection {
        match self {
            Self::Sqlite { readers, .. } => readers,
            Self::Postgres { pool } => pool,
        }
    }

    /// A connection that migrations run on: their statements may take long.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the server does not answer.
    pub(crate) async fn migrator(&self, config: &Config) -> Result<DatabaseConnection> {
        match (self, config.database_kind()) {
            (Self::Sqlite { writer, .. }, _) => Ok(writer.clone()),
            (Self::Postgres { .. }, DatabaseKind::Postgres(url)) => {
                let mut options = ConnectOptions::new(url.expose());
                quiet(&mut options)
                    .max_connections(1)
                    .set_application_name("privops migrations");
                Ok(Database::connect(options).await?)
            }
            (Self::Postgres { pool }, DatabaseKind::Sqlite(_)) => Ok(pool.clone()),
        }
    }

    /// Begins a transaction. Callers outside `context.rs` go through `Ctx::begin`.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when no connection is to be had in time.
    pub(crate) async fn begin(&self) -> Result<Transaction> {
        match self {
            Self::Sqlite {
                writer,
                turn,
                patience,
                ..
            } => {
                let turn = Arc::clone(turn).lock_owned();
                let turn = tokio::time::timeout(*patience, turn).await;
                let turn = turn.map_err(|elapsed| Error::Unavailable(Arc::new(elapsed)))?;
                // A deferred transaction that turns into a writer fails at once when another process wrote.
                let options = TransactionOptions {
                    sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                    ..TransactionOptions::default()
                };
                let inner = begin(writer, options).await?;
                Ok(Transaction {
                    inner,
                    _turn: Some(turn),
                })
            }
            Self::Postgres { pool } => {
                let inner = begin(pool, TransactionOptions::default()).await?;
                Ok(Transaction { inner, _turn: None })
            }
        }
    }

    /// Begins to read the database as it is now, whatever is written meanwhile.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when no connection is to be had in time.
    pub(crate) async fn snapshot(&self) -> Result<Transaction> {
        let (connection, options) = match self {
            // A transaction of a reader sees what its first statement saw.
            Self::Sqlite { readers, .. } => (readers, TransactionOptions::default()),
            Self::Postgres { pool } => {
                let options = TransactionOptions {
                    isolation_level: Some(IsolationLevel::RepeatableRead),
                    access_mode: Some(AccessMode::ReadOnly),
                    ..TransactionOptions::default()
                };
                (pool, options)
            }
        };
        let inner = begin(connection, options).await?;
        Ok(Transaction { inner, _turn: None })
    }

    /// Runs `work` while no other instance does: migrations and the first start.
    ///
    /// # Errors
    /// Whatever `work` says; [`Error::Unavailable`] when the lock cannot be had.
    pub(crate) async fn alone<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        match self {
            Self::Sqlite { path, .. } => {
                let file = lock_file(path).await?;
                let outcome = work.await;
                drop(file);
                outcome
            }
            Self::Postgres { pool } => {
                // The lock belongs to a transaction, so that it also holds behind a transaction pooler.
                let lock = begin(pool, TransactionOptions::default()).await?;
                lock.execute_unprepared("set local statement_timeout = 0")
                    .await?;
                lock.execute_unprepared(&format!("select pg_advisory_xact_lock({MIGRATION_LOCK})"))
                    .await?;
                let outcome = work.await;
                lock.rollback().await?;
                outcome
            }
        }
    }

    /// Closes all connections; `SQLite` then tidies its journal.
    pub(crate) async fn close(&self) {
        let outcomes = match self {
            Self::Sqlite {
                writer, readers, ..
            } => {
                vec![readers.close_by_ref().await, writer.close_by_ref().await]
            }
            Self::Postgres { pool } => vec![pool.close_by_ref().await],
        };
        for error in outcomes.into_iter().filter_map(Result::err) {
            tracing::warn!(%error, "closing the database");
        }
    }
}

/// Waits for the lock file beside a database file.
async fn lock_file(database: &Path) -> Result<std::fs::File> {
    let path = database.with_extension("lock");
    tokio::task::spawn_blocking(move || {
        let file = std::fs::OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)?;
        file.lock().map(|()| file)
    })
    .await
    .map_err(|cause| Error::internal("waiting for the start-up lock", cause))?
    .map_err(|cause| Error::Unavailable(Arc::new(cause)))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where transactions begin"
)]
async fn begin(
    connection: &DatabaseConnection,
    options: TransactionOptions,
) -> Result<DatabaseTransaction, DbErr> {
    connection.begin_with_options(options).await
}

/// Statements carry ciphertexts and ids at most, but they have no business in logs.
fn quiet(options: &mut ConnectOptions) -> &mut ConnectOptions {
    options.sqlx_logging(false).record_stmt_in_spans(false)
}

/// A transaction: rolled back when dropped.
#[derive(Debug)]
pub(crate) struct Transaction {
    // Before the turn, so that it is dropped before the next one may begin.
    inner: DatabaseTransaction,
    _turn: Option<OwnedMutexGuard<()>>,
}

impl Transaction {
    /// The connection that statements of this transaction run on.
    pub(crate) fn connection(&self) -> &DatabaseTransaction {
        &self.inner
    }

    /// Makes the changes durable.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database did not confirm: it is then unknown whether they are.
    pub(crate) async fn commit(self) -> Result<()> {
        Ok(self.inner.commit().await?)
    }

    /// Undoes the changes.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the connection is gone, in which case the database undoes them.
    pub(crate) async fn rollback(self) -> Result<()> {
        Ok(self.inner.rollback().await?)
    }
}
