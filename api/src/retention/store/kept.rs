//! Statements over rules, what they count from, and what is due.

use std::collections::HashMap;

use entity::enums::{IdentifierKind, RetentionAnchor, TaskKind};
use entity::id::{CustomerId, RetentionAnchorId, RetentionRuleId, TaskId};
use entity::time::Timestamp;
use entity::{retention_anchor, retention_rule};
use sea_orm::sea_query::{SimpleExpr, Value};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, IntoActiveModel,
    QueryFilter, QueryOrder,
};
use uuid::Uuid;

use crate::customers::members_of;
use crate::error::{Error, Result};
use crate::platform::db::{Scope, condition, insert_rows, locked, placeholders, raw};
use crate::platform::page::Cursor;
use crate::vault::Column;

/// Cell of what a thing is called in its system.
pub(in crate::retention) const REFERENCE: Column = ("retention_anchor", "reference");

/// Every rule, by name.
pub(in crate::retention) async fn rules(
    db: &impl ConnectionTrait,
    scope: Scope,
) -> Result<Vec<retention_rule::Model>> {
    let select = scope.select::<retention_rule::Entity>();
    let select = select.order_by_asc(retention_rule::Column::Name);
    Ok(select.all(db).await?)
}

pub(in crate::retention) async fn insert_rule(
    db: &impl ConnectionTrait,
    row: retention_rule::Model,
) -> Result<()> {
    insert_rows(db, vec![row]).await
}

/// Writes everything of a rule.
pub(in crate::retention) async fn save_rule(
    db: &impl ConnectionTrait,
    row: retention_rule::Model,
) -> Result<()> {
    let changed = row.into_active_model().reset_all();
    retention_rule::Entity::update(changed)
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// Anchors by id.
pub(in crate::retention) async fn anchors_by_id(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[RetentionAnchorId],
) -> Result<Vec<retention_anchor::Model>> {
    let select = scope.select::<retention_anchor::Entity>();
    let ids = ids.iter().copied();
    let select = select.filter(retention_anchor::Column::Id.is_in(ids));
    Ok(select.all(db).await?)
}

/// What a customer as a whole is on record with.
pub(in crate::retention) async fn anchor_of(
    db: &impl ConnectionTrait,
    scope: Scope,
    customer: CustomerId,
    anchor: RetentionAnchor,
) -> Result<Option<retention_anchor::Model>> {
    use retention_anchor::Column;
    let select = scope.select::<retention_anchor::Entity>();
    let select = select
        .filter(Column::CustomerId.eq(customer))
        .filter(Column::Anchor.eq(anchor))
        .filter(Column::System.is_null());
    Ok(select.one(db).await?)
}

pub(in crate::retention) async fn lock_anchor(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: RetentionAnchorId,
) -> Result<retention_anchor::Model> {
    let select = scope.select::<retention_anchor::Entity>();
    let select = select.filter(retention_anchor::Column::Id.eq(id));
    let missing = Error::NotFound {
        what: "retention anchor",
    };
    locked(db, select).one(db).await?.ok_or(missing)
}

pub(in crate::retention) async fn insert_anchor(
    db: &impl ConnectionTrait,
    row: retention_anchor::Model,
) -> Result<()> {
    insert_rows(db, vec![row]).await
}

pub(in crate::retention) async fn save_anchor(
    db: &impl ConnectionTrait,
    row: retention_anchor::Model,
) -> Result<()> {
    let changed = row.into_active_model().reset_all();
    retention_anchor::Entity::update(changed)
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// Anchors of some instants, in one system: what a rule is about there.
#[derive(Debug, Clone)]
pub(crate) struct Span {
    /// The rule whose tasks count.
    pub(crate) rule: RetentionRuleId,
    /// What is done about it.
    pub(crate) kind: TaskKind,
    /// The system.
    pub(crate) system: String,
    /// Kinds of identifiers that the system knows customers by.
    pub(crate) kinds: Vec<IdentifierKind>,
    /// What is counted from.
    pub(crate) anchor: RetentionAnchor,
    /// The first instant.
    pub(crate) from: Timestamp,
    /// The first instant after it.
    pub(crate) until: Timestamp,
    /// Of whom; nobody: of everybody.
    pub(crate) customers: Vec<CustomerId>,
}

/// Something whose time is over, and that a system has not done yet.
#[derive(Debug, Clone, FromQueryResult)]
pub(crate) struct Due {
    /// The anchor as it was recorded, or the customer whose services ended.
    pub(crate) anchor_id: Uuid,
    /// Whose data.
    pub(crate) customer_id: CustomerId,
    /// When the anchor was.
    pub(crate) at: Timestamp,
    /// The task, once it is planned.
    pub(crate) task_id: Option<TaskId>,
}

/// What keeps an anchor of a customer as a whole from counting: by expressions for its controller, its customer, its kind
/// and its instant. Whoever is one with the customer has a later one, or goes on: somebody whose services did not end, or
/// whose account was not closed, unless the instant lies after the merge, when it was said of both.
fn contradicted(controller: &str, customer: &str, anchor: &str, at: &str) -> String {
    let members = members_of(controller, customer);
    let merged_before = format!(
        "exists (select 1 from customer_merge g where g.controller_id = {controller} and g.customer_id = m.id
            and g.merged_at <= {at})"
    );
    format!(
        "(exists (select 1 from retention_anchor o where o.controller_id = {controller} and o.customer_id in {members}
                and o.anchor = {anchor} and (o.at > {at} or o.at is null and o.system is null))
            or ({anchor} = 'SERVICE_TERMINATED' and exists (select 1 from customer m
                where m.controller_id = {controller} and m.id in {members}
                    and (m.services_ended_at > {at} or m.services_ended_at is null and not {merged_before})))
            or ({anchor} = 'ACCOUNT_CLOSED' and exists (select 1 from customer m
                where m.controller_id = {controller} and m.id in {members} and not {merged_before}
                    and not exists (select 1 from retention_anchor o where o.controller_id = {controller}
                        and o.customer_id = m.id and o.anchor = 'ACCOUNT_CLOSED' and o.system is null
                        and o.at is not null))))"
    )
}

/// What of a span is due, the earliest first; `unplanned` leaves out what has a task.
pub(in crate::retention) async fn due(
    db: &impl ConnectionTrait,
    scope: Scope,
    span: &Span,
    unplanned: bool,
    (after, limit): (Option<Cursor>, u64),
) -> Result<Vec<Due>> {
    let mut values = values_of(scope, span);
    let mut place = String::new();
    if let Some(after) = after {
        let first = values.len() + 1;
        place = format!("and (x.at, x.anchor_id) > (${first}, ${})", first + 1);
        values.extend([Value::from(after.key), Value::from(after.id)]);
    }
    let limit_at = values.len() + 1;
    values.push(i64::try_from(limit).unwrap_or(i64::MAX).into());
    let sql = format!(
        "select x.anchor_id, x.customer_id, x.at, t.id as task_id {} {place}
        order by x.at, x.anchor_id limit ${limit_at}",
        from_and_where(span, unplanned)
    );
    let statement = raw(db, &sql, values);
    Ok(Due::find_by_statement(statement).all(db).await?)
}

#[derive(FromQueryResult)]
struct Counted {
    number: i64,
}

/// How much of a span is due, as far as is counted.
pub(in crate::retention) async fn count_due(
    db: &impl ConnectionTrait,
    scope: Scope,
    span: &Span,
    most: u64,
) -> Result<i64> {
    let mut values = values_of(scope, span);
    let limit_at = values.len() + 1;
    values.push(i64::try_from(most).unwrap_or(i64::MAX).into());
    let sql = format!(
        "select count(*) as number from (select x.anchor_id {} limit ${limit_at}) found",
        from_and_where(span, false)
    );
    let statement = raw(db, &sql, values);
    let found = Counted::find_by_statement(statement).one(db).await?;
    Ok(found.map_or(0, |found| found.number))
}

fn values_of(scope: Scope, span: &Span) -> Vec<Value> {
    let mut values = vec![
        scope.controller.into(),
        span.anchor.as_str().into(),
        span.from.into(),
        span.until.into(),
        span.rule.into(),
        span.system.as_str().into(),
        span.kind.as_str().into(),
    ];
    values.extend(span.customers.iter().map(|id| Value::from(*id)));
    values
}

/// Anchors of the span that stand, of customers whom the system knows, and that it has not done yet.
fn from_and_where(span: &Span, unplanned: bool) -> String {
    let ended = match span.anchor {
        RetentionAnchor::ServiceTerminated => {
            "union all select c.id, c.id, c.services_ended_at, null from customer c
            where c.controller_id = $1 and c.services_ended_at >= $3 and c.services_ended_at < $4"
        }
        _ => "",
    };
    let open = if unplanned {
        "t.id is null"
    } else {
        "(t.id is null or t.status in ('PENDING', 'CLAIMED', 'FAILED'))"
    };
    let kinds: Vec<_> = span.kinds.iter().map(|kind| format!("'{kind}'")).collect();
    let kinds = if kinds.is_empty() {
        String::new()
    } else {
        format!("or i.system is null and i.kind in ({})", kinds.join(", "))
    };
    let (members, contradicted) = (
        members_of("$1", "x.customer_id"),
        contradicted("$1", "x.customer_id", "$2", "x.at"),
    );
    let among = match span.customers.len() {
        0 => String::new(),
        count => format!("and x.customer_id in ({})", placeholders(8, count)),
    };
    format!(
        "from (select a.id as anchor_id, a.customer_id as customer_id, a.at as at, a.system as system
            from retention_anchor a where a.controller_id = $1 and a.anchor = $2 and a.at >= $3 and a.at < $4 {ended}) x
        left join task t on t.controller_id = $1 and t.rule_id = $5 and t.anchor_id = x.anchor_id
            and t.system = $6 and t.kind = $7 and t.anchored_at = x.at and (t.skipped is null or t.skipped <> 'NOT_WANTED')
        where {open} {among} and (x.system is not null or not {contradicted})
            and exists (select 1 from identifier i where i.controller_id = $1 and i.customer_id in {members}
                and (i.system = $6 {kinds}))"
    )
}

/// Which tasks a rule that is set wants.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// The rule.
    pub(crate) rule: RetentionRuleId,
    /// Tasks of this system.
    pub(crate) system: String,
    /// Tasks of this kind.
    pub(crate) kind: TaskKind,
    /// About what happened before.
    pub(crate) before: Timestamp,
}

/// That a task of a retention rule is to be done still: the rule wants it, and what it counts from stands as it stood
/// when the task was planned.
pub(crate) fn is_wanted(db: &impl ConnectionTrait, wanted: &[Wanted]) -> SimpleExpr {
    let mut values = Vec::new();
    let mut any = Vec::new();
    for (n, one) in wanted.iter().enumerate() {
        let n = 4 * n;
        any.push(format!(
            "task.rule_id = ${} and task.system = ${} and task.kind = ${} and task.anchored_at < ${}",
            n + 1,
            n + 2,
            n + 3,
            n + 4
        ));
        let (system, kind) = (one.system.as_str(), one.kind.as_str());
        let before = Value::from(one.before);
        values.extend([one.rule.into(), system.into(), kind.into(), before]);
    }
    if any.is_empty() {
        return condition(db, "(1 = 0)", []);
    }
    let reported = contradicted("task.controller_id", "a.customer_id", "a.anchor", "a.at");
    let ended = contradicted(
        "task.controller_id",
        "c.id",
        "'SERVICE_TERMINATED'",
        "c.services_ended_at",
    );
    let sql = format!(
        "(({any}) and exists (select 1 from retention_rule r
            where r.controller_id = task.controller_id and r.id = task.rule_id and (exists (
                select 1 from retention_anchor a where a.controller_id = task.controller_id and a.id = task.anchor_id
                    and a.anchor = r.anchor and a.at = task.anchored_at and (a.system is not null or not {reported}))
            or r.anchor = 'SERVICE_TERMINATED' and exists (
                select 1 from customer c where c.controller_id = task.controller_id and c.id = task.anchor_id
                    and c.services_ended_at = task.anchored_at and not {ended}))))",
        any = any.join(" or ")
    );
    condition(db, &sql, values)
}

#[derive(FromQueryResult)]
struct Found {
    customer_id: CustomerId,
    anchor: String,
    at: Timestamp,
    whole: i64,
}

/// When something happened last.
#[derive(Debug, Clone, Copy)]
pub(in crate::retention) struct Latest {
    /// When.
    pub(in crate::retention) at: Timestamp,
    /// Whether it, or something of the kind before it, happened to the customer as a whole.
    pub(in crate::retention) whole: bool,
}

/// When each kind of anchor was last, of each of some customers.
pub(in crate::retention) async fn latest(
    db: &impl ConnectionTrait,
    scope: Scope,
    customers: &[CustomerId],
) -> Result<HashMap<(CustomerId, RetentionAnchor), Latest>> {
    let mut values: Vec<Value> = vec![scope.controller.into()];
    values.extend(customers.iter().map(|id| Value::from(*id)));
    let list = placeholders(2, customers.len());
    let sql = format!(
        "select a.customer_id as customer_id, a.anchor as anchor, max(a.at) as at,
                cast(max(case when a.system is null then 1 else 0 end) as bigint) as whole from retention_anchor a
            where a.controller_id = $1 and a.customer_id in ({list}) and a.at is not null
            group by a.customer_id, a.anchor
        union all select c.id, 'SERVICE_TERMINATED', c.services_ended_at, cast(1 as bigint) from customer c
            where c.controller_id = $1 and c.id in ({list}) and c.services_ended_at is not null"
    );
    let statement = raw(db, &sql, values);
    let mut found: HashMap<_, Latest> = HashMap::new();
    for row in Found::find_by_statement(statement).all(db).await? {
        if let Some(anchor) = RetentionAnchor::from_text(&row.anchor) {
            let new = Latest {
                at: row.at,
                whole: row.whole > 0,
            };
            let latest = found.entry((row.customer_id, anchor)).or_insert(new);
            latest.at = latest.at.max(new.at);
            latest.whole |= new.whole;
        }
    }
    Ok(found)
}
