//! Statements over identifiers.

use std::collections::HashMap;

use entity::enums::IdentifierVerification;
use entity::id::{CustomerId, IdentifierId};
use entity::time::Timestamp;
use entity::{blind_index, identifier};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, IntoActiveModel, PaginatorTrait,
    QueryFilter, Value,
};

use crate::error::Result;
use crate::platform::db::{MOST_VALUES, Scope, placeholders, raw, scoped};
use crate::vault::Field;

pub(in crate::customers) async fn insert_identifiers(
    db: &impl ConnectionTrait,
    rows: Vec<identifier::Model>,
) -> Result<()> {
    // Each row binds twelve values; SQLite takes 32,766 a statement.
    let mut rows = rows
        .into_iter()
        .map(IntoActiveModel::into_active_model)
        .peekable();
    while rows.peek().is_some() {
        identifier::Entity::insert_many(rows.by_ref().take(2_000))
            .exec_without_returning(db)
            .await?;
    }
    Ok(())
}

/// The identifiers of some customers, oldest first.
pub(in crate::customers) async fn identifiers(
    db: &impl ConnectionTrait,
    scope: Scope,
    customers: &[CustomerId],
) -> Result<Vec<identifier::Model>> {
    let mut rows = Vec::new();
    for customers in customers.chunks(MOST_VALUES) {
        let select = scope.select::<identifier::Entity>();
        let of = identifier::Column::CustomerId.is_in(customers.iter().copied());
        rows.extend(select.filter(of).all(db).await?);
    }
    // Asked for an order, SQLite reads all identifiers of the controller in that order.
    rows.sort_unstable_by_key(|row| row.id);
    Ok(rows)
}

pub(in crate::customers) async fn count_identifiers(
    db: &impl ConnectionTrait,
    scope: Scope,
    customer: CustomerId,
) -> Result<usize> {
    let select = scope.select::<identifier::Entity>();
    let count = select
        .filter(identifier::Column::CustomerId.eq(customer))
        .count(db)
        .await?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

pub(in crate::customers) async fn identifiers_by_id(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[IdentifierId],
) -> Result<Vec<identifier::Model>> {
    let select = scope.select::<identifier::Entity>();
    Ok(select
        .filter(identifier::Column::Id.is_in(ids.iter().copied()))
        .all(db)
        .await?)
}

/// Ends identifiers. An id of an outside system may then be given to somebody else.
pub(in crate::customers) async fn end(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[IdentifierId],
    at: Timestamp,
) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    identifier::Entity::update_many()
        .col_expr(identifier::Column::EndedAt, Expr::val(at))
        .filter(identifier::Column::ControllerId.eq(scope.controller))
        .filter(identifier::Column::Id.is_in(ids.iter().copied()))
        .exec(db)
        .await?;
    blind_index::Entity::update_many()
        .col_expr(blind_index::Column::Exclusive, Expr::val(false))
        .filter(blind_index::Column::ControllerId.eq(scope.controller))
        .filter(blind_index::Column::TargetId.is_in(ids.iter().map(|id| id.uuid())))
        .exec(db)
        .await?;
    Ok(())
}

/// Writes down when and how an identifier was verified.
pub(in crate::customers) async fn verify(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: IdentifierId,
    method: IdentifierVerification,
    at: Timestamp,
) -> Result<()> {
    identifier::Entity::update_many()
        .col_expr(identifier::Column::VerifiedAt, Expr::val(at))
        .col_expr(identifier::Column::Verification, Expr::val(method.as_str()))
        .filter(identifier::Column::ControllerId.eq(scope.controller))
        .filter(identifier::Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
}

/// Which customer holds each of some ids of outside systems now, by index value: the one that it is recorded for,
/// merged or not.
pub(in crate::customers) async fn holders_of_ids(
    db: &impl ConnectionTrait,
    scope: Scope,
    values: Vec<Vec<u8>>,
) -> Result<HashMap<Vec<u8>, CustomerId>> {
    #[derive(FromQueryResult)]
    struct Row {
        value: Vec<u8>,
        customer_id: CustomerId,
    }
    let mut found = HashMap::new();
    for values in values.chunks(MOST_VALUES) {
        let sql = format!(
            "select b.value, i.customer_id from blind_index b
            join identifier i on i.controller_id = b.controller_id and i.id = b.target_id
            where {} and b.field = '{}' and i.ended_at is null and b.value in ({})",
            scoped("b", "$1"),
            Field::CustomerExternalId.as_str(),
            placeholders(2, values.len()),
        );
        let mut binds: Vec<Value> = vec![scope.controller.into()];
        binds.extend(values.iter().cloned().map(Value::from));
        let statement = raw(db, &sql, binds);
        let rows = Row::find_by_statement(statement).all(db).await?;
        found.extend(rows.into_iter().map(|row| (row.value, row.customer_id)));
    }
    Ok(found)
}

/// What a customer is known by, ended or not, with its index values.
#[derive(Debug)]
pub(in crate::customers) struct Known {
    /// Its row.
    pub(in crate::customers) row: identifier::Model,
    /// Its index values, one for each epoch.
    pub(in crate::customers) values: Vec<Vec<u8>>,
}

/// What some customers are known by.
pub(in crate::customers) async fn known_to(
    db: &impl ConnectionTrait,
    scope: Scope,
    customers: &[CustomerId],
) -> Result<HashMap<CustomerId, Vec<Known>>> {
    let mut found: HashMap<CustomerId, Vec<Known>> = HashMap::new();
    if customers.is_empty() {
        return Ok(found);
    }
    let rows = identifiers(db, scope, customers).await?;
    let targets: Vec<_> = rows.iter().map(|row| row.id.uuid()).collect();
    let mut values: HashMap<_, Vec<_>> = HashMap::new();
    // SQLite takes 32,766 values a statement.
    for targets in targets.chunks(30_000) {
        let index = scope
            .select::<blind_index::Entity>()
            .filter(blind_index::Column::TargetId.is_in(targets.iter().copied()))
            .all(db)
            .await?;
        for row in index {
            values.entry(row.target_id).or_default().push(row.value);
        }
    }
    for row in rows {
        let values = values.remove(&row.id.uuid()).unwrap_or_default();
        let of = found.entry(row.customer_id).or_default();
        of.push(Known { row, values });
    }
    Ok(found)
}
