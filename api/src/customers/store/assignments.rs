//! Statements over assignments.

use std::collections::HashMap;

use entity::enums::AssignmentSharing;
use entity::id::{AssignmentId, CustomerId, EventId};
use entity::time::Timestamp;
use entity::{assignment, blind_index};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait,
};

use crate::customers::service::Clusters;
use crate::error::Result;
use crate::platform::db::{Scope, after_place, for_each_parent};
use crate::platform::page::{CheckedPage, Cursor, Page};
use crate::vault::{self, Field};

pub(in crate::customers) async fn insert_assignments(
    db: &impl ConnectionTrait,
    rows: Vec<assignment::Model>,
) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    assignment::Entity::insert_many(rows.into_iter().map(IntoActiveModel::into_active_model))
        .exec_without_returning(db)
        .await?;
    Ok(())
}

pub(in crate::customers) async fn assignments_by_id(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[AssignmentId],
) -> Result<Vec<assignment::Model>> {
    let select = scope.select::<assignment::Entity>();
    Ok(select
        .filter(assignment::Column::Id.is_in(ids.iter().copied()))
        .all(db)
        .await?)
}

/// What some customers hold of prefixes with these index values, by value.
pub(in crate::customers) async fn assignments_like(
    db: &impl ConnectionTrait,
    scope: Scope,
    values: &[Vec<u8>],
    customers: &[CustomerId],
) -> Result<HashMap<Vec<u8>, Vec<assignment::Model>>> {
    let targets = vault::targets(db, scope, Field::AssignmentPrefix, values.to_vec()).await?;
    let same = scope
        .select::<blind_index::Entity>()
        .select_only()
        .column(blind_index::Column::TargetId)
        .filter(blind_index::Column::Field.eq(Field::AssignmentPrefix.as_str()))
        .filter(blind_index::Column::Value.is_in(values.iter().cloned()));
    let rows: HashMap<AssignmentId, assignment::Model> = scope
        .select::<assignment::Entity>()
        .filter(assignment::Column::Id.in_subquery(same.into_query()))
        .filter(assignment::Column::CustomerId.is_in(customers.iter().copied()))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    Ok(targets
        .into_iter()
        .map(|(value, ids)| {
            let ids = ids.into_iter().map(AssignmentId::from_uuid);
            (value, ids.filter_map(|id| rows.get(&id).cloned()).collect())
        })
        .collect())
}

/// Corrects how long an assignment lasts, and with whom it is shared.
pub(in crate::customers) async fn correct(
    db: &impl ConnectionTrait,
    scope: Scope,
    row: &assignment::Model,
    until: Option<Timestamp>,
    sharing: AssignmentSharing,
    event: EventId,
) -> Result<()> {
    assignment::Entity::update_many()
        .col_expr(assignment::Column::ValidUntil, Expr::val(until))
        .col_expr(assignment::Column::Sharing, sharing.as_str().into())
        .col_expr(assignment::Column::EventId, Expr::val(event))
        .col_expr(assignment::Column::Version, (row.version + 1).into())
        .filter(assignment::Column::ControllerId.eq(scope.controller))
        .filter(assignment::Column::Id.eq(row.id))
        .exec(db)
        .await?;
    Ok(())
}

/// A page of the assignments of each of some clusters, latest first.
pub(in crate::customers) async fn assignments_of(
    db: &impl ConnectionTrait,
    scope: Scope,
    clusters: &Clusters,
    page: &CheckedPage,
) -> Result<HashMap<CustomerId, Page<assignment::Model>>> {
    let customers = clusters.all();
    let selects = customers.iter().map(|customer| {
        let mut select = scope
            .select::<assignment::Entity>()
            .filter(assignment::Column::CustomerId.eq(*customer));
        if let Some(after) = page.after {
            let columns = (assignment::Column::ValidFrom, assignment::Column::Id);
            select = select.filter(after_place(columns, after, true));
        }
        select
            .order_by_desc(assignment::Column::ValidFrom)
            .order_by_desc(assignment::Column::Id)
            .limit(page.limit_and_one())
            .into_query()
    });
    let mut rows = Vec::new();
    for statement in for_each_parent(db.get_database_backend(), selects) {
        rows.extend(
            assignment::Model::find_by_statement(statement)
                .all(db)
                .await?,
        );
    }
    let place = |row: &assignment::Model| Cursor {
        key: row.valid_from.as_millis(),
        id: row.id.uuid(),
    };
    Ok(Page::by_parent(
        clusters.each(),
        rows,
        page,
        |row| Some(row.customer_id),
        place,
    ))
}
