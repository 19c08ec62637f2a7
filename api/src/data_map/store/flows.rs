//! Statements over data flows.

use entity::data_flow;
use entity::date::Date;
use entity::id::{DataFlowId, RecipientId, SystemId};
use sea_orm::sea_query::SimpleExpr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Set,
};

use crate::data_map::service::Node;
use crate::error::{Error, Result};
use crate::platform::db::{Scope, condition, insert_rows, locked, rows};
use crate::platform::page::{CheckedPage, Cursor, Page};
use crate::platform::place::EEA;

/// Which flows are asked for, of those that count on a day.
#[derive(Debug, Clone, Default)]
pub(in crate::data_map) struct FlowsWhere {
    /// Of this category, or one below it.
    pub(in crate::data_map) category: Option<String>,
    /// For this use, or one below it.
    pub(in crate::data_map) purpose: Option<String>,
    /// From or to one of these places.
    pub(in crate::data_map) nodes: Option<Vec<Node>>,
    /// That leave the EEA, or do not, where it is known; the country in which the controller is.
    pub(in crate::data_map) leaves_eea: Option<(bool, Option<String>)>,
}

pub(in crate::data_map) async fn insert_flow(
    db: &impl ConnectionTrait,
    row: data_flow::Model,
) -> Result<()> {
    insert_rows(db, vec![row]).await
}

pub(in crate::data_map) async fn flows_by_id(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[DataFlowId],
) -> Result<Vec<data_flow::Model>> {
    let select = scope.select::<data_flow::Entity>();
    let ids = ids.iter().copied();
    Ok(select
        .filter(data_flow::Column::Id.is_in(ids))
        .all(db)
        .await?)
}

pub(in crate::data_map) async fn count_flows(
    db: &impl ConnectionTrait,
    scope: Scope,
) -> Result<u64> {
    Ok(scope.select::<data_flow::Entity>().count(db).await?)
}

/// A flow, kept from being changed by others until the change ends.
///
/// # Errors
/// `NotFound` when it is not there.
pub(in crate::data_map) async fn lock_flow(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: DataFlowId,
) -> Result<data_flow::Model> {
    let select = scope
        .select::<data_flow::Entity>()
        .filter(data_flow::Column::Id.eq(id));
    let missing = Error::NotFound { what: "data flow" };
    locked(db, select).one(db).await?.ok_or(missing)
}

/// The flow that took the place of another.
pub(in crate::data_map) async fn successor(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: DataFlowId,
) -> Result<Option<data_flow::Model>> {
    let select = scope.select::<data_flow::Entity>();
    Ok(select
        .filter(data_flow::Column::Replaces.eq(id))
        .one(db)
        .await?)
}

/// Writes until when a flow counts.
pub(in crate::data_map) async fn save_end(
    db: &impl ConnectionTrait,
    scope: Scope,
    row: data_flow::Model,
) -> Result<()> {
    let changed = data_flow::ActiveModel {
        valid_until: Set(row.valid_until),
        version: Set(row.version),
        event_id: Set(row.event_id),
        ..Default::default()
    };
    data_flow::Entity::update_many()
        .set(changed)
        .filter(data_flow::Column::ControllerId.eq(scope.controller))
        .filter(data_flow::Column::Id.eq(row.id))
        .exec(db)
        .await?;
    Ok(())
}

/// What counts on a day.
fn counts_on(day: Date) -> Condition {
    use data_flow::Column;
    let open = Condition::any()
        .add(Column::ValidUntil.is_null())
        .add(Column::ValidUntil.gte(day));
    Condition::all().add(Column::ValidFrom.lte(day)).add(open)
}

/// Every flow that counts on a day, in the order in which they were recorded.
pub(in crate::data_map) async fn flows_on(
    db: &impl ConnectionTrait,
    scope: Scope,
    day: Date,
) -> Result<Vec<data_flow::Model>> {
    let select = scope.select::<data_flow::Entity>().filter(counts_on(day));
    let select = select.order_by_asc(data_flow::Column::Id);
    Ok(select.all(db).await?)
}

/// The flows that go from one place to another, also those that do not count any more.
pub(in crate::data_map) async fn flows_between(
    db: &impl ConnectionTrait,
    scope: Scope,
    from: Option<SystemId>,
    (system, recipient): (Option<SystemId>, Option<RecipientId>),
) -> Result<Vec<data_flow::Model>> {
    use data_flow::Column;
    let from = match from {
        Some(from) => Column::FromSystem.eq(from),
        None => Column::FromSystem.is_null(),
    };
    let to = match (system, recipient) {
        (Some(system), _) => Column::ToSystem.eq(system),
        (None, Some(recipient)) => Column::ToRecipient.eq(recipient),
        (None, None) => return Ok(Vec::new()),
    };
    let select = scope.select::<data_flow::Entity>();
    Ok(select.filter(from).filter(to).all(db).await?)
}

/// A page of flows that count on a day, in the order in which they were recorded.
pub(in crate::data_map) async fn flows_page(
    db: &impl ConnectionTrait,
    scope: Scope,
    wanted: &FlowsWhere,
    day: Date,
    page: &CheckedPage,
) -> Result<Page<data_flow::Model>> {
    use data_flow::Column;
    let mut select = scope.select::<data_flow::Entity>().filter(counts_on(day));
    if let Some(category) = &wanted.category {
        select = select.filter(has_key(db, "categories", category));
    }
    if let Some(purpose) = &wanted.purpose {
        select = select.filter(has_key(db, "purpose", purpose));
    }
    if let Some(nodes) = &wanted.nodes {
        select = select.filter(touches(nodes));
    }
    if let Some((leaves, establishment)) = &wanted.leaves_eea {
        select = select.filter(leaves_eea(db, *leaves, establishment.as_deref()));
    }
    if let Some(after) = page.after {
        select = select.filter(Column::Id.gt(DataFlowId::from_uuid(after.id)));
    }
    let select = select.order_by_asc(Column::Id).limit(page.limit_and_one());
    let rows = rows(db, select).await?;
    Ok(Page::of(rows, page, |row| Cursor {
        key: 0,
        id: row.id.uuid(),
    }))
}

/// From or to one of some places; nothing, where there are none.
fn touches(nodes: &[Node]) -> Condition {
    use data_flow::Column;
    let systems = nodes.iter().filter_map(|node| match node {
        Node::System(id) => Some(*id),
        _ => None,
    });
    let recipients = nodes.iter().filter_map(|node| match node {
        Node::Recipient(id) => Some(*id),
        _ => None,
    });
    let any = Condition::any()
        .add(Column::FromSystem.is_in(systems.clone()))
        .add(Column::ToSystem.is_in(systems))
        .add(Column::ToRecipient.is_in(recipients));
    if nodes.contains(&Node::Customer) {
        any.add(Column::FromSystem.is_null())
    } else {
        any
    }
}

/// That a column of keys has a key, or one below it. Keys have no character that means something in a pattern but `_`, which
/// is escaped.
fn has_key(db: &impl ConnectionTrait, column: &str, key: &str) -> SimpleExpr {
    let key = key.replace('_', "!_");
    let sql = format!(
        "(' ' || data_flow.{column} || ' ' like $1 escape '!' or ' ' || data_flow.{column} like $2 escape '!')"
    );
    condition(
        db,
        &sql,
        [format!("% {key} %").into(), format!("% {key}.%").into()],
    )
}

/// That data goes from a country of the EEA to one outside, or that it does not; nothing, where a country is not known that
/// would tell: of two conditions, one that is false decides (`Flow::leaves_eea` says the same).
fn leaves_eea(db: &impl ConnectionTrait, leaves: bool, establishment: Option<&str>) -> SimpleExpr {
    let countries = EEA.join("', '");
    let of_system = |column: &str| {
        format!(
            "(select coalesce(s.country, h.country) from system s
                left join recipient h on h.controller_id = s.controller_id and h.id = s.host_id
                where s.controller_id = data_flow.controller_id and s.id = data_flow.{column})"
        )
    };
    let to = format!(
        "coalesce((select r.country from recipient r where r.controller_id = data_flow.controller_id
            and r.id = data_flow.to_recipient), {})",
        of_system("to_system")
    );
    let sql = format!(
        "((coalesce({}, $1) in ('{countries}') and {to} not in ('{countries}')) = {leaves})",
        of_system("from_system")
    );
    condition(db, &sql, [establishment.map(str::to_owned).into()])
}
