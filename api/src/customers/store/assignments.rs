//! Statements over assignments.

use std::collections::HashMap;

use entity::assignment;
use entity::enums::AssignmentSharing;
use entity::id::{AssignmentId, CustomerId, EventId};
use entity::time::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, Value,
};
use uuid::Uuid;

use crate::customers::service::Clusters;
use crate::customers::store::Wanted;
use crate::error::Result;
use crate::platform::db::{
    MOST_VALUES, Scope, after_place, for_each_parent, join_in_order, placeholders, raw, scoped,
};
use crate::platform::page::{CheckedPage, Cursor, Page};
use crate::vault::Field;

/// Where resources are indexed.
const RESOURCES: [Field; 4] = [
    Field::AssignmentPrefix,
    Field::AssignmentPorts,
    Field::AssignmentDomain,
    Field::AssignmentMailbox,
];

/// Orders what covers something: mailboxes, domains, ports, prefixes, each from the narrowest.
const BREADTH: &str = "cast(case a.resource_kind when 'MAILBOX' then 0 when 'DOMAIN' then 1000
    when 'PORT_RANGE' then 2000 else 3000 end - a.prefix_length as bigint)";

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

/// What some customers hold of resources with these index values, by value.
pub(in crate::customers) async fn assignments_like(
    db: &impl ConnectionTrait,
    scope: Scope,
    values: &[Vec<u8>],
    customers: &[CustomerId],
) -> Result<HashMap<Vec<u8>, Vec<assignment::Model>>> {
    let mut found: HashMap<Vec<u8>, Vec<assignment::Model>> = HashMap::new();
    for customers in customers.chunks(MOST_VALUES / 2) {
        let sql = format!(
            "select a.*, b.value as value from blind_index b
        join assignment a on a.controller_id = b.controller_id and a.id = b.target_id
        where {} and b.field in ({}) and b.value in ({}) and a.customer_id in ({})",
            scoped("b", "$1"),
            RESOURCES
                .map(|field| format!("'{}'", field.as_str()))
                .join(", "),
            placeholders(2, values.len()),
            placeholders(2 + values.len(), customers.len()),
        );
        let mut binds: Vec<Value> = vec![scope.controller.into()];
        binds.extend(values.iter().cloned().map(Value::from));
        binds.extend(customers.iter().copied().map(Value::from));
        let statement = raw(db, &sql, binds);
        for row in db.query_all_raw(statement).await? {
            let value = row.try_get("", "value")?;
            let row = assignment::Model::from_query_result(&row, "")?;
            found.entry(value).or_default().push(row);
        }
    }
    Ok(found)
}

/// A page of the assignments that cover something at an instant, the narrowest first.
pub(in crate::customers) async fn covering(
    db: &impl ConnectionTrait,
    scope: Scope,
    wanted: &[Wanted],
    page: &CheckedPage,
) -> Result<Page<assignment::Model>> {
    let (mut all, mut binds) = (Vec::new(), vec![Value::from(scope.controller)]);
    // Each kind by itself: an index serves one at a time.
    for one in wanted {
        let first = binds.len() + 1;
        all.push(format!(
            "select distinct a.*, {BREADTH} as breadth from blind_index b
            {} assignment a on a.controller_id = b.controller_id and a.id = b.target_id
            where {} and b.field = ${first} and a.valid_from <= ${at}
                and (a.valid_until is null or ${at} < a.valid_until)
                and (a.first_port is null or ${} between a.first_port and a.last_port) and b.value in ({})",
            join_in_order(db.get_database_backend()),
            scoped("b", "$1"),
            first + 2,
            placeholders(first + 3, one.values.len()),
            at = first + 1,
        ));
        binds.extend([one.field.as_str().into(), one.at.into(), one.port.into()]);
        binds.extend(one.values.iter().cloned().map(Value::from));
    }
    let (after, last) = page
        .after
        .map_or((i64::MIN, Uuid::nil()), |after| (after.key, after.id));
    let next = binds.len() + 1;
    let sql = format!(
        "select * from ({}) as covering where (breadth, id) > (${next}, ${}) order by breadth, id limit ${}",
        all.join(" union all "),
        next + 1,
        next + 2,
    );
    let limit = i64::try_from(page.limit_and_one()).unwrap_or(i64::MAX);
    binds.extend([after.into(), last.into(), limit.into()]);
    let statement = raw(db, &sql, binds);
    let mut rows = Vec::new();
    for row in db.query_all_raw(statement).await? {
        let breadth: i64 = row.try_get("", "breadth")?;
        rows.push((breadth, assignment::Model::from_query_result(&row, "")?));
    }
    let page = Page::of(rows, page, |(breadth, row)| Cursor {
        key: *breadth,
        id: row.id.uuid(),
    });
    Ok(page.map(|(_, row)| row))
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
