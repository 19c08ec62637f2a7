//! Statements over events and the state of the logs.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use entity::enums::{EventType, Log};
use entity::id::{ControllerId, EventId};
use entity::{event, ledger_state};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect, Statement,
};

use crate::error::{Error, Result};
use crate::platform::db::{Scope, Transaction, insert_rows, locked, raw, rows};

/// How many leaves are numbered at once.
pub(super) const BATCH: i64 = 4_096;

/// Inserts events. Where one transaction writes at a time, they are numbered at once: nobody waits for that, and the
/// sequencer need not write them again. Elsewhere they wait for the sequencer.
///
/// # Errors
/// As every statement.
pub(crate) async fn insert(tx: &Transaction, mut rows: Vec<event::Model>) -> Result<()> {
    if tx.connection().get_database_backend() == DbBackend::Sqlite {
        number_now(tx.connection(), &mut rows).await?;
    }
    insert_rows(tx.connection(), rows).await
}

/// Numbers events in the order in which they were recorded.
async fn number_now(db: &impl ConnectionTrait, rows: &mut [event::Model]) -> Result<()> {
    let mut sizes: BTreeMap<(ControllerId, Log), (i64, i64)> = BTreeMap::new();
    for row in rows.iter_mut() {
        let place = (row.controller_id, row.log);
        let (_, next) = match sizes.entry(place) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                let size = size_of(db, place).await?;
                unknown.insert((size, size))
            }
        };
        row.idx = Some(*next);
        *next += 1;
    }
    for ((controller, log), (before, after)) in sizes {
        if !advance(db, controller, log, before, after).await? {
            return Err(Error::internal("numbering events", Unnumbered::Moved));
        }
    }
    Ok(())
}

async fn size_of(db: &impl ConnectionTrait, (controller, log): (ControllerId, Log)) -> Result<i64> {
    let scope = Scope {
        controller,
        sealed: true,
    };
    let size: Option<i64> = scope
        .select::<ledger_state::Entity>()
        .select_only()
        .column(ledger_state::Column::Size)
        .filter(ledger_state::Column::Log.eq(log))
        .into_tuple()
        .one(db)
        .await?;
    size.ok_or_else(|| Error::internal("numbering events", Unnumbered::NoLog))
}

#[derive(Debug, thiserror::Error)]
enum Unnumbered {
    #[error("the controller has no logs")]
    NoLog,
    #[error("the end of the log moved meanwhile")]
    Moved,
}

/// Moves the end of a log; answers no where it is not where it was.
async fn advance(
    db: &impl ConnectionTrait,
    controller: ControllerId,
    log: Log,
    before: i64,
    after: i64,
) -> Result<bool> {
    let advanced = ledger_state::Entity::update_many()
        .col_expr(ledger_state::Column::Size, after.into())
        .filter(ledger_state::Column::ControllerId.eq(controller))
        .filter(ledger_state::Column::Log.eq(log))
        .filter(ledger_state::Column::Size.eq(before))
        .exec(db)
        .await?;
    Ok(advanced.rows_affected == 1)
}

/// Makes the two logs of a new controller.
pub(super) async fn insert_logs(tx: &Transaction, controller: ControllerId) -> Result<()> {
    let logs = [Log::Main, Log::Sealed].map(|log| {
        ledger_state::Model {
            controller_id: controller,
            log,
            size: 0,
        }
        .into_active_model()
    });
    ledger_state::Entity::insert_many(logs)
        .exec_without_returning(tx.connection())
        .await?;
    Ok(())
}

/// A log with leaves that have no number yet.
#[derive(Debug, FromQueryResult)]
pub(super) struct Pending {
    pub(super) controller_id: ControllerId,
    pub(super) log: Log,
}

/// The logs, of all controllers, with leaves that have no number yet.
pub(super) async fn pending(db: &impl ConnectionTrait) -> Result<Vec<Pending>> {
    let sql = "select distinct controller_id, log from event where idx is null";
    Ok(
        Pending::find_by_statement(Statement::from_string(db.get_database_backend(), sql))
            .all(db)
            .await?,
    )
}

/// Numbers the oldest leaves of a log; answers how many, or nothing where another sequencer was faster.
pub(super) async fn number(tx: &Transaction, log: &Pending) -> Result<Option<i64>> {
    let db = tx.connection();
    let scope = Scope {
        controller: log.controller_id,
        sealed: true,
    };
    let state = scope
        .select::<ledger_state::Entity>()
        .filter(ledger_state::Column::Log.eq(log.log));
    let Some(state) = locked(db, state).one(db).await? else {
        return Ok(Some(0));
    };
    let sql = "update event set idx = numbered.place + $3 from (
            select id, row_number() over (order by id) - 1 as place from event
            where controller_id = $1 and log = $2 and idx is null order by id limit $4
        ) as numbered
        where event.controller_id = $1 and event.id = numbered.id";
    let values: [sea_orm::Value; 4] = [
        log.controller_id.into(),
        log.log.as_str().into(),
        state.size.into(),
        BATCH.into(),
    ];
    let statement = raw(db, sql, values);
    let numbered = i64::try_from(db.execute_raw(statement).await?.rows_affected()).unwrap_or(0);
    // Another sequencer that was faster makes this one start over.
    let after = state.size + numbered;
    let advanced = advance(db, log.controller_id, log.log, state.size, after).await?;
    Ok(advanced.then_some(numbered))
}

/// How many leaves of open logs wait for a number, and since when the oldest does, in milliseconds since the
/// epoch. Sealed logs are left out, so that a metric does not betray them.
pub(super) async fn backlog(db: &impl ConnectionTrait) -> Result<(i64, Option<i64>)> {
    #[derive(FromQueryResult)]
    struct Backlog {
        waiting: i64,
        oldest: Option<i64>,
    }
    let sql = "select count(*) as waiting, min(at) as oldest from event
        where idx is null and log = 'MAIN'";
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let row = Backlog::find_by_statement(statement).one(db).await?;
    Ok(row.map_or((0, None), |row| (row.waiting, row.oldest)))
}

/// A page of a log, in order.
pub(super) async fn page(
    db: &impl ConnectionTrait,
    scope: Scope,
    log: Log,
    after: Option<i64>,
    types: &[EventType],
    limit: u64,
) -> Result<Vec<event::Model>> {
    let mut select = scope
        .select::<event::Entity>()
        .filter(event::Column::Log.eq(log))
        .filter(event::Column::Idx.gt(after.unwrap_or(-1)));
    if !types.is_empty() {
        select = select.filter(event::Column::Type.is_in(types.iter().copied()));
    }
    rows(db, select.order_by_asc(event::Column::Idx).limit(limit)).await
}

/// Events by id, of the logs that the viewer may read.
pub(super) async fn by_ids(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[EventId],
) -> Result<Vec<event::Model>> {
    let select = scope.select::<event::Entity>();
    Ok(select
        .filter(event::Column::Id.is_in(ids.iter().copied()))
        .all(db)
        .await?)
}
