//! Statements over wrapped keys and blind indexes.

use std::collections::{HashMap, HashSet};

use entity::enums::DataClass;
use entity::id::{ControllerId, DataKeyId};
use entity::{blind_index, data_key};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

use super::{Field, IndexValue, Owner, normalise};
use crate::error::Result;
use crate::platform::db::{Scope, Transaction, insert_rows, pinned};

/// How many ids one statement names; `SQLite` takes 32,766 values.
const IDS_AT_ONCE: usize = 10_000;

pub(super) async fn by_ids(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: Vec<DataKeyId>,
) -> Result<Vec<data_key::Model>> {
    let select = scope.select::<data_key::Entity>();
    Ok(select
        .filter(data_key::Column::Id.is_in(ids))
        .all(db)
        .await?)
}

pub(super) async fn by_owners(
    db: &impl ConnectionTrait,
    scope: Scope,
    owners: &[Owner],
    class: DataClass,
) -> Result<Vec<data_key::Model>> {
    Ok(scope
        .select::<data_key::Entity>()
        .filter(data_key::Column::OwnerId.is_in(owners.iter().map(|owner| owner.id)))
        .filter(data_key::Column::Class.eq(class))
        .all(db)
        .await?)
}

/// Inserts keys of owners that have none of their class yet; the others keep theirs.
///
/// # Errors
/// As every statement.
pub(crate) async fn insert_missing(
    db: &impl ConnectionTrait,
    mut rows: Vec<data_key::Model>,
) -> Result<()> {
    // In one order, so that two calls cannot wait for each other.
    rows.sort_unstable_by_key(|row| row.owner_id);
    let owner = [
        data_key::Column::ControllerId,
        data_key::Column::OwnerId,
        data_key::Column::Class,
    ];
    // Eight values each; SQLite takes 32,766 a statement.
    for chunk in rows.chunks(2_000) {
        let rows = chunk
            .iter()
            .cloned()
            .map(IntoActiveModel::into_active_model);
        data_key::Entity::insert_many(rows)
            .on_conflict(OnConflict::columns(owner).do_nothing().to_owned())
            .exec_without_returning(db)
            .await?;
    }
    Ok(())
}

/// Inserts keys of owners that are made in the same transaction.
pub(crate) async fn insert_keys(tx: &Transaction, rows: Vec<data_key::Model>) -> Result<()> {
    insert_rows(tx.connection(), rows).await
}

/// Which of these keys exist; they cannot be destroyed until the transaction ends.
pub(super) async fn locked_ids(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[DataKeyId],
) -> Result<HashSet<DataKeyId>> {
    let mut found = HashSet::new();
    for chunk in ids.chunks(IDS_AT_ONCE) {
        let select = scope
            .select::<data_key::Entity>()
            .select_only()
            .column(data_key::Column::Id)
            .filter(data_key::Column::Id.is_in(chunk.iter().copied()))
            .order_by_asc(data_key::Column::Id);
        let rows: Vec<DataKeyId> = pinned(db, select).into_tuple().all(db).await?;
        found.extend(rows);
    }
    Ok(found)
}

/// Rows that make a record findable by a value, under every epoch in use.
pub(crate) fn index_rows(
    controller: ControllerId,
    field: Field,
    values: Vec<IndexValue>,
    target: Uuid,
    exclusive: bool,
) -> impl Iterator<Item = blind_index::Model> {
    values.into_iter().map(move |value| blind_index::Model {
        controller_id: controller,
        field: field.as_str().to_owned(),
        value: value.bytes,
        target_id: target,
        epoch: value.epoch,
        normaliser: normalise::VERSION,
        exclusive,
    })
}

/// Inserts index rows.
///
/// # Errors
/// [`crate::error::Error::Conflict`] when an exclusive value is taken.
pub(crate) async fn insert_index(
    tx: &Transaction,
    mut rows: Vec<blind_index::Model>,
) -> Result<()> {
    // In one order, so that two calls cannot wait for each other.
    rows.sort_unstable_by(|a, b| (&a.field, &a.value).cmp(&(&b.field, &b.value)));
    insert_rows(tx.connection(), rows).await
}

/// Deletes the index rows of a field that lead to a record, because its value has changed.
///
/// # Errors
/// As every statement.
pub(crate) async fn delete_index(
    tx: &Transaction,
    scope: Scope,
    field: Field,
    target: Uuid,
) -> Result<()> {
    blind_index::Entity::delete_many()
        .filter(blind_index::Column::ControllerId.eq(scope.controller))
        .filter(blind_index::Column::TargetId.eq(target))
        .filter(blind_index::Column::Field.eq(field.as_str()))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// The index rows that lead to some records, by record.
///
/// # Errors
/// As every statement.
pub(crate) async fn indexed(
    db: &impl ConnectionTrait,
    scope: Scope,
    targets: Vec<Uuid>,
) -> Result<HashMap<Uuid, Vec<blind_index::Model>>> {
    let mut found: HashMap<Uuid, Vec<blind_index::Model>> = HashMap::new();
    let rows = scope
        .select::<blind_index::Entity>()
        .filter(blind_index::Column::TargetId.is_in(targets))
        .all(db)
        .await?;
    for row in rows {
        found.entry(row.target_id).or_default().push(row);
    }
    Ok(found)
}

/// The records that index values lead to, by value.
pub(crate) async fn targets(
    db: &impl ConnectionTrait,
    scope: Scope,
    field: Field,
    values: Vec<Vec<u8>>,
) -> Result<HashMap<Vec<u8>, Vec<Uuid>>> {
    let mut found: HashMap<Vec<u8>, Vec<Uuid>> = HashMap::new();
    if values.is_empty() {
        return Ok(found);
    }
    let rows = scope
        .select::<blind_index::Entity>()
        .filter(blind_index::Column::Field.eq(field.as_str()))
        .filter(blind_index::Column::Value.is_in(values))
        .all(db)
        .await?;
    for row in rows {
        found.entry(row.value).or_default().push(row.target_id);
    }
    Ok(found)
}
