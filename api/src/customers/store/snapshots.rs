//! Statements over snapshots: the ids that outside systems say they have, as values of the blind index.

use std::collections::{HashMap, HashSet};

use entity::id::{CustomerId, SnapshotId};
use entity::time::Timestamp;
use entity::{snapshot, snapshot_value};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, Value,
};

use super::lookup::place;
use crate::error::Result;
use crate::platform::db::{Scope, locked, placeholders, raw, scoped};
use crate::platform::page::{CheckedPage, MOST_COUNTED, Page};
use crate::vault::Field;

/// How many values are deleted in one transaction: others must write in between.
const FORGOTTEN_AT_ONCE: u64 = 5_000;

pub(in crate::customers) async fn insert_snapshot(
    db: &impl ConnectionTrait,
    row: snapshot::Model,
) -> Result<()> {
    snapshot::Entity::insert(row.into_active_model())
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// A snapshot, kept from being changed by others until the change ends.
pub(in crate::customers) async fn lock_snapshot(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: SnapshotId,
) -> Result<Option<snapshot::Model>> {
    let select = scope
        .select::<snapshot::Entity>()
        .filter(snapshot::Column::Id.eq(id));
    Ok(locked(db, select).one(db).await?)
}

pub(in crate::customers) async fn snapshots_by_id(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[SnapshotId],
) -> Result<Vec<snapshot::Model>> {
    let select = scope.select::<snapshot::Entity>();
    Ok(select
        .filter(snapshot::Column::Id.is_in(ids.iter().copied()))
        .all(db)
        .await?)
}

/// Writes down how far a snapshot has come.
pub(in crate::customers) async fn save_snapshot(
    db: &impl ConnectionTrait,
    scope: Scope,
    row: &snapshot::Model,
) -> Result<()> {
    snapshot::Entity::update_many()
        .col_expr(snapshot::Column::Received, Expr::val(row.received))
        .col_expr(snapshot::Column::Unknown, Expr::val(row.unknown))
        .col_expr(snapshot::Column::CompletedAt, Expr::val(row.completed_at))
        .filter(snapshot::Column::ControllerId.eq(scope.controller))
        .filter(snapshot::Column::Id.eq(row.id))
        .exec(db)
        .await?;
    Ok(())
}

/// Which of these values a snapshot names already.
pub(in crate::customers) async fn named(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: SnapshotId,
    values: &[Vec<u8>],
) -> Result<HashSet<Vec<u8>>> {
    let found: Vec<Vec<u8>> = scope
        .select::<snapshot_value::Entity>()
        .select_only()
        .column(snapshot_value::Column::Value)
        .filter(snapshot_value::Column::SnapshotId.eq(id))
        .filter(snapshot_value::Column::Value.is_in(values.iter().cloned()))
        .into_tuple()
        .all(db)
        .await?;
    Ok(found.into_iter().collect())
}

/// Adds values to a snapshot that does not name them yet.
pub(in crate::customers) async fn add_values(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: SnapshotId,
    values: Vec<Vec<u8>>,
) -> Result<()> {
    if values.is_empty() {
        return Ok(());
    }
    let rows = values.into_iter().map(|value| {
        let row = snapshot_value::Model {
            controller_id: scope.controller,
            snapshot_id: id,
            value,
        };
        row.into_active_model()
    });
    snapshot_value::Entity::insert_many(rows)
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// Which of these index values lead to a customer, and whether that customer, or the one that stands for it, is
/// closed.
pub(in crate::customers) async fn system_ids(
    db: &impl ConnectionTrait,
    scope: Scope,
    values: Vec<Vec<u8>>,
) -> Result<HashMap<Vec<u8>, bool>> {
    #[derive(FromQueryResult)]
    struct Row {
        value: Vec<u8>,
        services_ended_at: Option<Timestamp>,
    }
    let sql = format!(
        "select b.value, c.services_ended_at from blind_index b
        join identifier i on i.controller_id = b.controller_id and i.id = b.target_id
        left join customer_merge m on m.controller_id = i.controller_id and m.customer_id = i.customer_id
        join customer c on c.controller_id = i.controller_id and c.id = coalesce(m.into_id, i.customer_id)
        where {} and b.field = '{}' and i.ended_at is null and b.value in ({})",
        scoped("b", "$1"),
        Field::CustomerExternalId.as_str(),
        placeholders(2, values.len()),
    );
    let mut binds: Vec<Value> = vec![scope.controller.into()];
    binds.extend(values.into_iter().map(Value::from));
    let statement = raw(db, &sql, binds);
    let rows = Row::find_by_statement(statement).all(db).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.value, row.services_ended_at.is_some()))
        .collect())
}

/// The customers who have an id of a snapshot's system that it does not name: neither closed nor merged, and with an
/// id that was on record when the snapshot began.
fn surplus_of(columns: &str, rest: &str) -> String {
    format!(
        "select {columns} from customer c
        where {} and c.services_ended_at is null
            and not exists (select 1 from customer_merge m
                where m.controller_id = c.controller_id and m.customer_id = c.id)
            and exists (select 1 from identifier i
                where i.controller_id = c.controller_id and i.system = $2 and i.customer_id = c.id
                    and i.ended_at is null and i.recorded_at <= $3
                    and not exists (select 1 from blind_index b
                        join snapshot_value v on v.controller_id = b.controller_id
                            and v.snapshot_id = $4 and v.value = b.value
                        where b.controller_id = i.controller_id and b.target_id = i.id))
            {rest}",
        scoped("c", "$1"),
    )
}

fn binds(scope: Scope, row: &snapshot::Model) -> Vec<Value> {
    vec![
        scope.controller.into(),
        row.system.clone().into(),
        row.recorded_at.into(),
        row.id.into(),
    ]
}

/// A page of a snapshot's surplus, by id.
pub(in crate::customers) async fn surplus(
    db: &impl ConnectionTrait,
    scope: Scope,
    row: &snapshot::Model,
    page: &CheckedPage,
) -> Result<Page<CustomerId>> {
    #[derive(FromQueryResult)]
    struct Row {
        customer_id: CustomerId,
    }
    let sql = surplus_of(
        "c.id as customer_id",
        "and c.id > $5 order by c.id limit $6",
    );
    let after = page.after.map_or(uuid::Uuid::nil(), |cursor| cursor.id);
    let limit = i64::try_from(page.limit_and_one()).unwrap_or(i64::MAX);
    let mut binds = binds(scope, row);
    binds.extend([after.into(), limit.into()]);
    let statement = raw(db, &sql, binds);
    let rows = Row::find_by_statement(statement).all(db).await?;
    let rows = rows.into_iter().map(|row| row.customer_id).collect();
    Ok(Page::of(rows, page, |customer| place(*customer)))
}

/// How many customers a snapshot's surplus has; counting stops at the most that it pays to count.
pub(in crate::customers) async fn count_surplus(
    db: &impl ConnectionTrait,
    scope: Scope,
    row: &snapshot::Model,
) -> Result<i64> {
    #[derive(FromQueryResult)]
    struct Row {
        customers: i64,
    }
    let found = surplus_of("1", "limit $5");
    let sql = format!("select count(*) as customers from ({found}) as found");
    let mut binds = binds(scope, row);
    binds.push(i64::try_from(MOST_COUNTED).unwrap_or(i64::MAX).into());
    let statement = raw(db, &sql, binds);
    let row = Row::find_by_statement(statement).one(db).await?;
    Ok(row.map_or(0, |row| row.customers))
}

/// A snapshot, of any controller, that was begun before an instant.
pub(in crate::customers) async fn begun_before(
    db: &impl ConnectionTrait,
    at: Timestamp,
) -> Result<Option<snapshot::Model>> {
    #[expect(
        clippy::disallowed_methods,
        reason = "snapshots of all controllers expire"
    )]
    let select = snapshot::Entity::find();
    Ok(select
        .filter(snapshot::Column::RecordedAt.lt(at))
        .order_by_asc(snapshot::Column::RecordedAt)
        .one(db)
        .await?)
}

/// Deletes a part of a snapshot; the last part with the snapshot itself.
pub(in crate::customers) async fn forget_part(
    db: &impl ConnectionTrait,
    row: &snapshot::Model,
) -> Result<()> {
    // Up to a value, not one of a list of values: a database that knows nothing of the table yet compares each with each.
    #[expect(
        clippy::disallowed_methods,
        reason = "the controller is the snapshot's"
    )]
    let select = snapshot_value::Entity::find();
    let first_kept: Option<Vec<u8>> = select
        .select_only()
        .column(snapshot_value::Column::Value)
        .filter(snapshot_value::Column::ControllerId.eq(row.controller_id))
        .filter(snapshot_value::Column::SnapshotId.eq(row.id))
        .order_by_asc(snapshot_value::Column::Value)
        .offset(FORGOTTEN_AT_ONCE)
        .limit(1)
        .into_tuple()
        .one(db)
        .await?;
    let mut delete = snapshot_value::Entity::delete_many()
        .filter(snapshot_value::Column::ControllerId.eq(row.controller_id))
        .filter(snapshot_value::Column::SnapshotId.eq(row.id));
    if let Some(value) = &first_kept {
        delete = delete.filter(snapshot_value::Column::Value.lt(value.clone()));
    }
    delete.exec(db).await?;
    if first_kept.is_none() {
        snapshot::Entity::delete_many()
            .filter(snapshot::Column::ControllerId.eq(row.controller_id))
            .filter(snapshot::Column::Id.eq(row.id))
            .exec(db)
            .await?;
    }
    Ok(())
}
