//! Statements over what customers are to each other.

use std::collections::HashMap;

use entity::customer_relation;
use entity::enums::RelationKind;
use entity::id::{CustomerId, RelationId};
use entity::time::Timestamp;
use sea_orm::sea_query::{OnConflict, SelectStatement};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, Value,
};

use crate::customers::service::Clusters;
use crate::error::Result;
use crate::platform::db::{
    MOST_VALUES, Scope, after_place, for_each_parent, placeholders, raw, scoped,
};
use crate::platform::page::{CheckedPage, Cursor, Page};

/// Inserts a new relation, and writes the correction of a known one.
pub(in crate::customers) async fn save_relation(
    db: &impl ConnectionTrait,
    row: customer_relation::Model,
) -> Result<()> {
    let same = [
        customer_relation::Column::ControllerId,
        customer_relation::Column::Id,
    ];
    let corrected = [
        customer_relation::Column::ValidUntil,
        customer_relation::Column::Version,
        customer_relation::Column::EventId,
    ];
    let conflict = OnConflict::columns(same)
        .update_columns(corrected)
        .to_owned();
    customer_relation::Entity::insert_many([row.into_active_model()])
        .on_conflict(conflict)
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// The relation of a kind between two clusters that began at an instant; without one, the latest that lasts. Several,
/// where customers that were merged had the same.
pub(in crate::customers) async fn same_relations(
    db: &impl ConnectionTrait,
    scope: Scope,
    kind: RelationKind,
    [customer, related]: [&[CustomerId]; 2],
    from: Option<Timestamp>,
) -> Result<Vec<customer_relation::Model>> {
    let select = scope
        .select::<customer_relation::Entity>()
        .filter(customer_relation::Column::CustomerId.is_in(customer.iter().copied()))
        .filter(customer_relation::Column::Kind.eq(kind))
        .filter(customer_relation::Column::RelatedId.is_in(related.iter().copied()));
    let select = match from {
        Some(from) => select.filter(customer_relation::Column::ValidFrom.eq(from)),
        None => select.filter(customer_relation::Column::ValidUntil.is_null()),
    };
    let mut rows = select
        .order_by_desc(customer_relation::Column::ValidFrom)
        .order_by_asc(customer_relation::Column::Id)
        .all(db)
        .await?;
    let latest = rows.first().map(|row| row.valid_from);
    rows.retain(|row| Some(row.valid_from) == latest);
    Ok(rows)
}

/// That a customer is served by a reseller; both as who stands for them.
#[derive(Debug, FromQueryResult)]
pub(in crate::customers) struct Resold {
    /// Who is served.
    pub(in crate::customers) client_id: CustomerId,
    /// By whom.
    pub(in crate::customers) reseller_id: CustomerId,
    valid_from: Timestamp,
    valid_until: Option<Timestamp>,
}

impl Resold {
    /// Whether it is so at an instant.
    pub(in crate::customers) fn at(&self, instant: Timestamp) -> bool {
        self.valid_from <= instant && self.valid_until.is_none_or(|until| instant < until)
    }
}

/// The resellers, at any time, of some customers and of what was merged into them.
pub(in crate::customers) async fn resellers(
    db: &impl ConnectionTrait,
    scope: Scope,
    clients: &[CustomerId],
) -> Result<Vec<Resold>> {
    let mut found = Vec::new();
    // Each is bound twice.
    for clients in clients.chunks(MOST_VALUES / 2) {
        let clients_in = placeholders(2, clients.len());
        let sql = format!(
            "select coalesce(c.into_id, r.related_id) as client_id,
                coalesce(m.into_id, r.customer_id) as reseller_id, r.valid_from, r.valid_until
            from customer_relation r
            left join customer_merge c on c.controller_id = r.controller_id and c.customer_id = r.related_id
            left join customer_merge m on m.controller_id = r.controller_id and m.customer_id = r.customer_id
            where {} and r.kind = 'RESELLER' and r.related_id in (
                select id from customer where controller_id = $1 and id in ({clients_in})
                union all
                select customer_id from customer_merge where controller_id = $1 and into_id in ({clients_in})
            )",
            scoped("r", "$1"),
        );
        let controller = std::iter::once(Value::from(scope.controller));
        let binds = controller.chain(clients.iter().copied().map(Value::from));
        let statement = raw(db, &sql, binds);
        found.extend(Resold::find_by_statement(statement).all(db).await?);
    }
    Ok(found)
}

pub(in crate::customers) async fn relations_by_id(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[RelationId],
) -> Result<Vec<customer_relation::Model>> {
    let select = scope.select::<customer_relation::Entity>();
    Ok(select
        .filter(customer_relation::Column::Id.is_in(ids.iter().copied()))
        .all(db)
        .await?)
}

/// A page of the relations of each of some clusters, seen from either side, latest first.
pub(in crate::customers) async fn relations_of(
    db: &impl ConnectionTrait,
    scope: Scope,
    clusters: &Clusters,
    page: &CheckedPage,
) -> Result<HashMap<CustomerId, Page<customer_relation::Model>>> {
    let customers = clusters.all();
    let selects = customers.iter().flat_map(|customer| {
        [
            customer_relation::Column::CustomerId,
            customer_relation::Column::RelatedId,
        ]
        .map(|side| one_side(scope, side, *customer, page))
    });
    let mut rows = Vec::new();
    for statement in for_each_parent(db.get_database_backend(), selects) {
        let found = customer_relation::Model::find_by_statement(statement);
        for row in found.all(db).await? {
            // A row belongs to both whom it names.
            rows.push((row.customer_id, row.clone()));
            rows.push((row.related_id, row));
        }
    }
    let place = |(_, row): &(CustomerId, customer_relation::Model)| Cursor {
        key: row.valid_from.as_millis(),
        id: row.id.uuid(),
    };
    let side = |(side, _): &(CustomerId, _)| Some(*side);
    let pages = Page::by_parent(clusters.each(), rows, page, side, place);
    Ok(pages
        .into_iter()
        .map(|(customer, page)| (customer, page.map(|(_, row)| row)))
        .collect())
}

fn one_side(
    scope: Scope,
    side: customer_relation::Column,
    customer: CustomerId,
    page: &CheckedPage,
) -> SelectStatement {
    let mut select = scope
        .select::<customer_relation::Entity>()
        .filter(side.eq(customer));
    if let Some(after) = page.after {
        let columns = (
            customer_relation::Column::ValidFrom,
            customer_relation::Column::Id,
        );
        select = select.filter(after_place(columns, after, true));
    }
    select
        .order_by_desc(customer_relation::Column::ValidFrom)
        .order_by_desc(customer_relation::Column::Id)
        .limit(page.limit_and_one())
        .into_query()
}
