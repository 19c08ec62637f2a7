//! Statements over who is affected by incidents, and over the tasks that tell them.

use std::collections::HashMap;

use entity::enums::{IdentifierKind, NotificationTarget, TaskStatus};
use entity::id::{CustomerId, DisclosureId, IncidentId, IncidentNotificationId, RecipientId};
use entity::incident_notification;
use entity::time::Timestamp;
use sea_orm::sea_query::{Expr, SimpleExpr, Value};
use sea_orm::{ConnectionTrait, FromQueryResult};

use crate::customers::members_of;
use crate::error::Result;
use crate::platform::db::{Scope, placeholders, raw};
use crate::platform::page::MOST_COUNTED;

/// Where those are looked for who are affected.
#[derive(Debug, Clone, Default)]
pub(in crate::incidents) struct Reach {
    /// Those whom these systems know an id of.
    pub(in crate::incidents) systems: Vec<String>,
    /// Those of whom such an identifier is on record.
    pub(in crate::incidents) kinds: Vec<IdentifierKind>,
    /// Those whose data went to these, as far as no gag order hides it.
    pub(in crate::incidents) recipients: Vec<RecipientId>,
    /// Those whom this was about.
    pub(in crate::incidents) disclosure: Option<DisclosureId>,
    /// Those who are written down for this.
    pub(in crate::incidents) named: Option<(IncidentId, NotificationTarget)>,
    /// These.
    pub(in crate::incidents) customers: Vec<CustomerId>,
    /// Only clients among those whom systems know: nobody else hosts anything.
    pub(in crate::incidents) clients: bool,
}

impl Reach {
    /// A select of customers, each once and none that was merged, and its values: `$1` is the controller.
    fn select(&self, scope: Scope) -> (String, Vec<Value>) {
        let mut values: Vec<Value> = vec![scope.controller.into()];
        let mut parts = Vec::new();
        let clients = if self.clients {
            " and exists (select 1 from customer k where k.controller_id = $1 and k.id = i.customer_id
                and k.category = 'CUSTOMER')"
        } else {
            ""
        };
        if !self.systems.is_empty() {
            let list = placeholders(values.len() + 1, self.systems.len());
            values.extend(self.systems.iter().map(|name| Value::from(name.as_str())));
            parts.push(format!(
                "select i.customer_id from identifier i
                    where i.controller_id = $1 and i.kind = 'EXTERNAL_ID' and i.system in ({list}){clients}"
            ));
        }
        if !self.kinds.is_empty() {
            let list = placeholders(values.len() + 1, self.kinds.len());
            values.extend(self.kinds.iter().map(|kind| Value::from(kind.as_str())));
            parts.push(format!(
                "select i.customer_id from identifier i
                    where i.controller_id = $1 and i.kind in ({list}) and i.system is null and i.ended_at is null{clients}"
            ));
        }
        let subjects = "select s.customer_id from disclosure_subject s
            where s.controller_id = $1 and s.customer_id is not null and s.visibility = 'OPEN'";
        if !self.recipients.is_empty() {
            let list = placeholders(values.len() + 1, self.recipients.len());
            values.extend(self.recipients.iter().map(|id| Value::from(*id)));
            parts.push(format!(
                "{subjects} and not s.superseded and s.disclosure_id in (select d.id from disclosure d
                    where d.controller_id = $1 and d.recipient_id in ({list}) and d.visibility = 'OPEN')"
            ));
        }
        if let Some(disclosure) = self.disclosure {
            values.push(disclosure.into());
            parts.push(format!(
                "{subjects} and s.disclosure_id = ${}",
                values.len()
            ));
        }
        if let Some((incident, target)) = self.named {
            values.push(incident.into());
            parts.push(format!(
                "select n.customer_id from incident_customer n
                    where n.controller_id = $1 and n.incident_id = ${} and n.target = '{target}'",
                values.len()
            ));
        }
        if !self.customers.is_empty() {
            let list = placeholders(values.len() + 1, self.customers.len());
            values.extend(self.customers.iter().map(|id| Value::from(*id)));
            parts.push(format!(
                "select c.id as customer_id from customer c where c.controller_id = $1 and c.id in ({list})"
            ));
        }
        if parts.is_empty() {
            parts.push(
                "select n.customer_id from incident_customer n where n.controller_id = $1 and 1 = 0"
                    .to_owned(),
            );
        }
        let sql = format!(
            "select distinct coalesce(m.into_id, x.customer_id) as customer_id from ({}) x
                left join customer_merge m on m.controller_id = $1 and m.customer_id = x.customer_id",
            parts.join(" union ")
        );
        (sql, values)
    }
}

/// Somebody who is affected.
#[derive(Debug, Clone, Copy, FromQueryResult)]
pub(crate) struct AffectedRow {
    /// Who.
    pub(crate) customer_id: CustomerId,
    /// When that was written down; none where it was not yet.
    pub(crate) added_at: Option<Timestamp>,
}

/// Some of those whom an incident reaches, in the order of their ids.
pub(in crate::incidents) async fn affected(
    db: &impl ConnectionTrait,
    scope: Scope,
    reach: &Reach,
    (after, limit): (Option<CustomerId>, u64),
) -> Result<Vec<AffectedRow>> {
    let (select, mut values) = reach.select(scope);
    let after = place_after("a.customer_id", after, &mut values);
    let limit = limited(limit, &mut values);
    let sql = format!(
        "select a.customer_id, cast(null as bigint) as added_at from ({select}) a where 1 = 1 {after}
            order by a.customer_id {limit}"
    );
    let statement = raw(db, &sql, values);
    Ok(AffectedRow::find_by_statement(statement).all(db).await?)
}

fn place_after(column: &str, after: Option<CustomerId>, values: &mut Vec<Value>) -> String {
    let Some(after) = after else {
        return String::new();
    };
    values.push(after.into());
    format!("and {column} > ${}", values.len())
}

fn limited(limit: u64, values: &mut Vec<Value>) -> String {
    values.push(i64::try_from(limit).unwrap_or(i64::MAX).into());
    format!("limit ${}", values.len())
}

#[derive(FromQueryResult)]
struct Counted {
    number: i64,
}

async fn counted(db: &impl ConnectionTrait, sql: &str, values: Vec<Value>) -> Result<i64> {
    let found = Counted::find_by_statement(raw(db, sql, values))
        .one(db)
        .await?;
    Ok(found.map_or(0, |found| found.number))
}

/// How many an incident reaches, as far as is counted.
pub(in crate::incidents) async fn count_affected(
    db: &impl ConnectionTrait,
    scope: Scope,
    reach: &Reach,
) -> Result<i64> {
    let (select, mut values) = reach.select(scope);
    let limit = limited(MOST_COUNTED, &mut values);
    let sql = format!("select count(*) as number from ({select} {limit}) a");
    counted(db, &sql, values).await
}

/// Writes down whom an incident reaches, and where they live; those who are written down stay. Tells whether there was
/// anybody new.
pub(in crate::incidents) async fn freeze(
    db: &impl ConnectionTrait,
    scope: Scope,
    incident: IncidentId,
    (target, reach): (NotificationTarget, &Reach),
    now: Timestamp,
) -> Result<bool> {
    let (select, mut values) = reach.select(scope);
    let first = values.len() + 1;
    let more: [Value; 3] = [incident.into(), target.as_str().into(), now.into()];
    values.extend(more);
    let sql = format!(
        "insert into incident_customer (controller_id, incident_id, target, customer_id, country, added_at)
            select $1, ${first}, ${}, a.customer_id, c.country, ${} from ({select}) a
                join customer c on c.controller_id = $1 and c.id = a.customer_id where 1 = 1 order by a.customer_id
            on conflict (controller_id, incident_id, target, customer_id) do nothing",
        first + 1,
        first + 2
    );
    let written = db.execute_raw(raw(db, &sql, values)).await?;
    Ok(written.rows_affected() > 0)
}

/// Those of the affected who are meant: all, or those whom a notification plans no task for. Of those who are one since, one.
fn frozen_where(
    scope: Scope,
    (incident, target): (IncidentId, NotificationTarget),
    untold_by: Option<IncidentNotificationId>,
) -> (String, Vec<Value>) {
    let mut values: Vec<Value> = vec![
        scope.controller.into(),
        incident.into(),
        target.as_str().into(),
    ];
    let members = members_of("$1", "n.customer_id");
    let untold = match untold_by {
        Some(notification) => {
            values.push(notification.into());
            format!(
                "and not exists (select 1 from task t where t.controller_id = $1
                    and t.notification_id = $4 and t.customer_id in {members})"
            )
        }
        None => String::new(),
    };
    let sql = format!(
        "from incident_customer n
        where n.controller_id = $1 and n.incident_id = $2 and n.target = $3
            and not exists (select 1 from incident_customer o where o.controller_id = $1 and o.incident_id = $2
                and o.target = $3 and o.customer_id in {members} and o.customer_id < n.customer_id) {untold}"
    );
    (sql, values)
}

/// Some of those who were written down as affected, in the order of their ids.
pub(in crate::incidents) async fn frozen(
    db: &impl ConnectionTrait,
    scope: Scope,
    of: (IncidentId, NotificationTarget),
    untold_by: Option<IncidentNotificationId>,
    (after, limit): (Option<CustomerId>, u64),
) -> Result<Vec<AffectedRow>> {
    let (from, mut values) = frozen_where(scope, of, untold_by);
    let after = place_after("n.customer_id", after, &mut values);
    let limit = limited(limit, &mut values);
    let sql =
        format!("select n.customer_id, n.added_at {from} {after} order by n.customer_id {limit}");
    let statement = raw(db, &sql, values);
    Ok(AffectedRow::find_by_statement(statement).all(db).await?)
}

/// How many were written down as affected, as far as is counted.
pub(in crate::incidents) async fn count_frozen(
    db: &impl ConnectionTrait,
    scope: Scope,
    of: (IncidentId, NotificationTarget),
    untold_by: Option<IncidentNotificationId>,
) -> Result<i64> {
    let (from, mut values) = frozen_where(scope, of, untold_by);
    let limit = limited(MOST_COUNTED, &mut values);
    let sql = format!("select count(*) as number from (select n.customer_id {from} {limit}) a");
    counted(db, &sql, values).await
}

/// How many of them there are whom a notification plans no task for.
pub(in crate::incidents) async fn count_untold(
    db: &impl ConnectionTrait,
    scope: Scope,
    said: &incident_notification::Model,
) -> Result<i64> {
    let of = (said.incident_id, said.target);
    let (from, values) = frozen_where(scope, of, Some(said.id));
    counted(db, &format!("select count(*) as number {from}"), values).await
}

#[derive(FromQueryResult)]
struct Target {
    target: String,
    last: Timestamp,
}

/// As whom customers were written down as affected, and when the last of them was.
pub(in crate::incidents) async fn affected_as(
    db: &impl ConnectionTrait,
    scope: Scope,
    incident: IncidentId,
) -> Result<HashMap<NotificationTarget, Timestamp>> {
    let sql = "select n.target, max(n.added_at) as last from incident_customer n
        where n.controller_id = $1 and n.incident_id = $2 group by n.target";
    let values: [Value; 2] = [scope.controller.into(), incident.into()];
    let found = Target::find_by_statement(raw(db, sql, values))
        .all(db)
        .await?;
    Ok(found
        .iter()
        .filter_map(|row| Some((NotificationTarget::from_text(&row.target)?, row.last)))
        .collect())
}

/// How many of the affected live in a country.
#[derive(Debug, Clone, FromQueryResult)]
pub(crate) struct CountryCount {
    /// The incident.
    pub(in crate::incidents) incident_id: IncidentId,
    /// The country; none where it is not known.
    pub(crate) country: Option<String>,
    /// How many.
    pub(crate) number: i64,
}

/// Where the persons lived who were written down as affected, most of them first.
pub(in crate::incidents) async fn countries(
    db: &impl ConnectionTrait,
    scope: Scope,
    incidents: &[IncidentId],
) -> Result<Vec<CountryCount>> {
    let mut values: Vec<Value> = vec![scope.controller.into()];
    values.extend(incidents.iter().map(|id| Value::from(*id)));
    let sql = format!(
        "select n.incident_id, n.country, count(*) as number from incident_customer n
            where n.controller_id = $1 and n.incident_id in ({}) and n.target = 'SUBJECT'
            group by n.incident_id, n.country order by number desc, n.country",
        placeholders(2, incidents.len())
    );
    let statement = raw(db, &sql, values);
    Ok(CountryCount::find_by_statement(statement).all(db).await?)
}

#[derive(FromQueryResult)]
struct Place {
    country: String,
}

/// Where anybody lived who was written down as affected, as whatever.
pub(in crate::incidents) async fn places(
    db: &impl ConnectionTrait,
    scope: Scope,
    incident: IncidentId,
) -> Result<Vec<String>> {
    let sql = "select distinct n.country from incident_customer n
        where n.controller_id = $1 and n.incident_id = $2 and n.country is not null";
    let values: [Value; 2] = [scope.controller.into(), incident.into()];
    let found = Place::find_by_statement(raw(db, sql, values));
    let found = found.all(db).await?.into_iter();
    Ok(found.map(|row| row.country).collect())
}

/// Some of those whom a notification plans no task for, although its system knows them, in the order of their ids.
pub(in crate::incidents) async fn untold(
    db: &impl ConnectionTrait,
    scope: Scope,
    said: &incident_notification::Model,
    kinds: &[IdentifierKind],
    (after, limit): (Option<CustomerId>, u64),
) -> Result<Vec<AffectedRow>> {
    let (from, mut values) = frozen_where(scope, (said.incident_id, said.target), Some(said.id));
    values.push(said.system.as_deref().unwrap_or_default().into());
    let system = values.len();
    let known = if kinds.is_empty() {
        String::new()
    } else {
        let list = placeholders(values.len() + 1, kinds.len());
        values.extend(kinds.iter().map(|kind| Value::from(kind.as_str())));
        format!("or i.system is null and i.kind in ({list}) and i.ended_at is null")
    };
    let members = members_of("$1", "n.customer_id");
    let after = place_after("n.customer_id", after, &mut values);
    let limit = limited(limit, &mut values);
    let sql = format!(
        "select n.customer_id, n.added_at {from} and exists (select 1 from identifier i where i.controller_id = $1
            and i.customer_id in {members} and (i.system = ${system} {known})) {after}
        order by n.customer_id {limit}"
    );
    let statement = raw(db, &sql, values);
    Ok(AffectedRow::find_by_statement(statement).all(db).await?)
}

/// How many tasks of a notification are in a state.
#[derive(Debug, Clone, FromQueryResult)]
pub(crate) struct TaskCount {
    /// The notification.
    pub(in crate::incidents) notification_id: IncidentNotificationId,
    /// The state.
    pub(crate) status: TaskStatus,
    /// How many.
    pub(crate) number: i64,
}

/// How many tasks of some notifications are in which state.
pub(in crate::incidents) async fn task_counts(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[IncidentNotificationId],
) -> Result<Vec<TaskCount>> {
    let mut values: Vec<Value> = vec![scope.controller.into()];
    values.extend(ids.iter().map(|id| Value::from(*id)));
    let sql = format!(
        "select t.notification_id, t.status, count(*) as number from task t
            where t.controller_id = $1 and t.notification_id in ({})
            group by t.notification_id, t.status order by t.status",
        placeholders(2, ids.len())
    );
    let statement = raw(db, &sql, values);
    Ok(TaskCount::find_by_statement(statement).all(db).await?)
}

/// How many tasks are not done yet, or not even planned, that tell somebody the same; one that is to be planned counts as
/// one.
pub(in crate::incidents) async fn open_tasks(
    db: &impl ConnectionTrait,
    scope: Scope,
    said: &incident_notification::Model,
) -> Result<i64> {
    let values: [Value; 4] = [
        scope.controller.into(),
        said.incident_id.into(),
        said.target.as_str().into(),
        said.phase.as_str().into(),
    ];
    let same = "o.controller_id = $1 and o.incident_id = $2 and o.target = $3 and o.phase = $4";
    let sql = format!(
        "select (select count(*) from incident_notification o where {same} and o.planning and o.withdrawn_at is null)
            + (select count(*) from incident_notification o join task t on t.controller_id = $1
                and t.notification_id = o.id and t.status in ('PENDING', 'CLAIMED') where {same} and o.withdrawn_at is null) as number"
    );
    counted(db, &sql, values.to_vec()).await
}

/// How many of the affected no task has told, where systems tell the same as is said; none, where no system does.
pub(in crate::incidents) async fn missed(
    db: &impl ConnectionTrait,
    scope: Scope,
    said: &incident_notification::Model,
) -> Result<i64> {
    let (from, mut values) = frozen_where(scope, (said.incident_id, said.target), None);
    values.push(said.phase.as_str().into());
    let members = members_of("$1", "n.customer_id");
    let same = "o.controller_id = $1 and o.incident_id = $2 and o.target = $3 and o.phase = $4
        and o.system is not null and o.withdrawn_at is null";
    let sql = format!(
        "select count(*) as number {from} and exists (select 1 from incident_notification o where {same})
            and not exists (select 1 from incident_notification o join task t on t.controller_id = $1
                and t.notification_id = o.id and t.customer_id in {members} and t.status = 'DONE' where {same})"
    );
    counted(db, &sql, values).await
}

/// That a task is a part of a notification that was not withdrawn.
pub(crate) fn still_tells() -> SimpleExpr {
    Expr::cust(
        "exists (select 1 from incident_notification n where n.controller_id = task.controller_id
            and n.id = task.notification_id and n.withdrawn_at is null)",
    )
}
