//! The two databases behind one face: connections, the scope of every read, transactions, and what database
//! errors mean.
//!
//! `SQLite` has one writer connection and a pool of readers; `PostgreSQL` has one pool. Nothing here knows
//! what the rows mean. Nothing else turns a database error into an [`Error`].

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use entity::Scoped;
use entity::id::ControllerId;
use sea_orm::sea_query::{
    Asterisk, BinOper, Expr, ExprTrait, LockType, Query, SelectStatement, SimpleExpr, UnionType,
    Value, Values,
};
use sea_orm::{
    ColumnTrait, ConnectOptions, ConnectionTrait, Database, DatabaseConnection,
    DatabaseTransaction, DbBackend, DbErr, EntityTrait, FromQueryResult, IntoSimpleExpr,
    QueryFilter, QuerySelect, QueryTrait, RuntimeErr, Select, SqlErr, SqliteTransactionMode,
    Statement, TransactionOptions, TransactionTrait,
};
use sqlx::Connection as _;
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::error::{Error, Result};
use crate::platform::config::{Config, DatabaseKind};
use crate::platform::page::Cursor;

/// Constant that names our migration lock among a `PostgreSQL` server's advisory locks.
const MIGRATION_LOCK: i64 = 0x7072_6976_6f70_7301;

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
                    .set_application_name("privops");
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
                        .pragma("journal_mode", "WAL")
                        .pragma("synchronous", "FULL")
                        // Erased rows must not linger in free pages.
                        .pragma("secure_delete", "ON")
                        .pragma("journal_size_limit", "67108864")
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

/// Whose rows, and which of them, a query may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Scope {
    /// The controller.
    pub(crate) controller: ControllerId,
    /// Whether rows that a gag order hides are visible.
    pub(crate) sealed: bool,
}

impl Scope {
    /// A query that can see nothing but what is in scope. Every select of a store starts here.
    pub(crate) fn select<E: Scoped>(self) -> Select<E> {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place where selects begin"
        )]
        let select = E::find().filter(E::CONTROLLER.eq(self.controller));
        match E::OPEN {
            Some((column, open)) if !self.sealed => select.filter(column.eq(open)),
            _ => select,
        }
    }
}

/// The scope of a statement written in SQL, over a table that is never sealed: the controller is the parameter.
pub(crate) fn scoped(alias: &str, parameter: &str) -> String {
    format!("{alias}.controller_id = {parameter}")
}

/// Rows after a place in the order of two columns, the second of which breaks ties.
pub(crate) fn after_place<C: ColumnTrait>(
    (key, id): (C, C),
    place: Cursor,
    descending: bool,
) -> SimpleExpr {
    let columns = Expr::tuple([key.into_simple_expr(), id.into_simple_expr()]);
    let values = Expr::tuple([Expr::val(place.key), Expr::val(place.id)]);
    columns.binary(
        if descending {
            BinOper::SmallerThan
        } else {
            BinOper::GreaterThan
        },
        values,
    )
}

/// `$n, $n+1, ..` for a list of values.
pub(crate) fn placeholders(first: usize, count: usize) -> String {
    let numbers: Vec<_> = (first..first + count).map(|n| format!("${n}")).collect();
    numbers.join(", ")
}

/// The rows of a limited select.
///
/// # Errors
/// As every statement.
pub(crate) async fn rows<E: EntityTrait>(
    db: &impl ConnectionTrait,
    select: Select<E>,
) -> Result<Vec<E::Model>> {
    let statement = fixed_limits(select.build(db.get_database_backend()));
    Ok(E::Model::find_by_statement(statement).all(db).await?)
}

/// Writes limits into the text of a statement. `SQLite` prepares a statement anew whenever a limit is bound, which
/// costs more than running it. There are few different limits, so that statements stay prepared.
fn fixed_limits(mut statement: Statement) -> Statement {
    const MARKER: &str = "LIMIT ?";
    if statement.db_backend != DbBackend::Sqlite || !statement.sql.contains(MARKER) {
        return statement;
    }
    let Some(values) = statement.values.take() else {
        return statement;
    };
    let mut values = values.0.into_iter();
    let (mut sql, mut kept) = (String::with_capacity(statement.sql.len()), Vec::new());
    for (number, part) in statement.sql.split(MARKER).enumerate() {
        if number > 0 {
            match values.next() {
                Some(Value::BigUnsigned(Some(limit))) => sql.push_str(&format!("LIMIT {limit}")),
                other => {
                    sql.push_str(MARKER);
                    kept.extend(other);
                }
            }
        }
        kept.extend(values.by_ref().take(part.matches('?').count()));
        sql.push_str(part);
    }
    statement.sql = sql;
    statement.values = Some(Values(kept));
    statement
}

/// How many parents one statement may ask for: `SQLite` puts at most 500 selects together.
const MOST_PARENTS: usize = 400;

/// The first rows for each of several parents: one limited select for each, so that every one of them ends at its
/// index, put together to as few statements as can be.
pub(crate) fn for_each_parent(
    backend: DbBackend,
    selects: impl IntoIterator<Item = SelectStatement>,
) -> Vec<Statement> {
    let parts: Vec<SelectStatement> = selects
        .into_iter()
        .map(|select| {
            Query::select()
                .column(Asterisk)
                .from_subquery(select, "part")
                .to_owned()
        })
        .collect();
    parts
        .chunks(MOST_PARENTS)
        .filter_map(|chunk| {
            let (first, rest) = chunk.split_first()?;
            let mut whole = first.clone();
            for part in rest {
                whole.union(UnionType::All, part.clone());
            }
            Some(fixed_limits(backend.build(&whole)))
        })
        .collect()
}

/// Locks the rows of a select until the transaction ends, against other changes but not against rows that refer to
/// them. `SQLite` has locked the whole file already.
pub(crate) fn locked<E: EntityTrait>(db: &impl ConnectionTrait, select: Select<E>) -> Select<E> {
    match db.get_database_backend() {
        DbBackend::Postgres => select.lock(LockType::NoKeyUpdate),
        _ => select,
    }
}

/// Keeps the rows of a select from being deleted or changed until the transaction ends.
pub(crate) fn pinned<E: EntityTrait>(db: &impl ConnectionTrait, select: Select<E>) -> Select<E> {
    match db.get_database_backend() {
        DbBackend::Postgres => select.lock(LockType::Share),
        _ => select,
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        if let Some(SqlErr::UniqueConstraintViolation(text)) = error.sql_err()
            && let Some(reason) = conflict(&text)
        {
            return Self::Conflict(reason);
        }
        if is_outage(&error) {
            return Self::Unavailable(Arc::new(error));
        }
        Self::internal("talking to the database", error)
    }
}

/// What a violated constraint means; `PostgreSQL` names it, `SQLite` names its columns.
fn conflict(text: &str) -> Option<&'static str> {
    if text.contains("blind_index") {
        Some("this identifier, or this name with this role, is on record already")
    } else if text.contains("integration_name") || text.contains("integration.name") {
        Some("an integration of this name exists already")
    } else {
        None
    }
}

/// Whether the database, not the statement, is to blame: gone, busy, locked, full or shutting down.
fn is_outage(error: &DbErr) -> bool {
    let (DbErr::Conn(runtime) | DbErr::Exec(runtime) | DbErr::Query(runtime)) = error else {
        return matches!(error, DbErr::ConnectionAcquire(_));
    };
    let RuntimeErr::SqlxError(cause) = runtime else {
        return false;
    };
    match &**cause {
        sqlx::Error::Database(answer) => answer.code().is_some_and(|code| is_outage_code(&code)),
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        _ => false,
    }
}

/// `SQLSTATE` classes 08 (connection), 40 (rollback), 53 (resources), 55 (not in state), 57 (intervention), 58
/// (system); the primary result codes of `SQLite` in the low byte: 5 busy, 6 locked, 8 read-only, 10 I/O, 13 full,
/// 14 cannot open.
fn is_outage_code(code: &str) -> bool {
    match code.parse::<u32>() {
        Ok(number) if code.len() < 5 => {
            return matches!(number & 0xff, 5 | 6 | 8 | 10 | 13 | 14);
        }
        _ => {}
    }
    ["08", "40", "53", "55", "57", "58"]
        .iter()
        .any(|class| code.starts_with(class))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outages_are_told_from_faults() {
        for code in [
            "5", "6", "13", "517", "2570", "08006", "40P01", "53100", "57P01",
        ] {
            assert!(is_outage_code(code), "{code}");
        }
        for code in ["1", "19", "2067", "23505", "42601", "22001"] {
            assert!(!is_outage_code(code), "{code}");
        }
    }

    #[test]
    fn limits_are_part_of_the_text_and_other_values_stay_bound() {
        let scope = Scope {
            controller: ControllerId::from_uuid(uuid::Uuid::nil()),
            sealed: false,
        };
        let select = |limit| {
            let select = scope.select::<entity::disclosure::Entity>();
            select
                .filter(entity::disclosure::Column::SubjectCount.gt(7))
                .limit(limit)
        };
        let plain = |limit| QueryTrait::into_query(select(limit));
        let [statement] = for_each_parent(DbBackend::Sqlite, [plain(3), plain(4)])
            .try_into()
            .unwrap();
        assert!(statement.sql.contains("LIMIT 3") && statement.sql.contains("LIMIT 4"));
        let values = statement.values.unwrap().0;
        assert_eq!(values.len(), statement.sql.matches('?').count());
        assert_eq!(values[2], Value::Int(Some(7)));
        let postgres = for_each_parent(DbBackend::Postgres, [plain(3)]);
        assert!(postgres[0].sql.contains("LIMIT $"));
    }

    #[test]
    fn only_known_constraints_become_conflicts() {
        let sqlite = "UNIQUE constraint failed: blind_index.controller_id, blind_index.field";
        assert!(conflict(sqlite).is_some());
        assert!(
            conflict("duplicate key value violates unique constraint \"integration_name\"")
                .is_some()
        );
        assert!(
            conflict("duplicate key value violates unique constraint \"event_pkey\"").is_none()
        );
    }
}
