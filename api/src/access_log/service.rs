//! Use cases over the access log: writing down what an answer shows, and reading who read what.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use entity::access_log_entry as entry;
use entity::enums::{Action, KeyOwnerKind, Role, Visibility};
use entity::id::{AccessLogEntryId, ControllerId, CustomerId, IntegrationId};
use entity::integration;
use entity::time::Timestamp;
use moka::policy::EvictionPolicy;
use uuid::Uuid;

use super::{rules, store};
use crate::auth;
use crate::context::{App, Ctx};
use crate::customers::{self, Lookup, Match};
use crate::error::{Error, Result};
use crate::platform::db::Scope;
use crate::platform::page::{InstantRange, Page, PageRequest};
use crate::platform::personal::Personal;
use crate::platform::random;
use crate::platform::together::{Limits, Together};
use crate::vault::{CellKeys, DataKey, Locked, Place};

/// How many lines are known to be written, the latest, and for how long: they are alike within a minute only.
const MOST_KNOWN: u64 = 50_000;
const KNOWN_FOR: Duration = Duration::from_mins(2);
/// How many lines one transaction writes, unless one answer alone brings more; and how many of those there are at a time.
const LIMITS: Limits = Limits {
    workers: 2,
    weight: 1_000,
};
/// How many old lines are deleted in one transaction: others must write in between.
const DELETED_AT_ONCE: u64 = 1_000;

/// What an instance knows of the log: which lines it wrote lately, and what is being written.
#[derive(Clone)]
pub(crate) struct AccessLog {
    written: moka::sync::Cache<Vec<u8>, ()>,
    writing: Together<ControllerId, entry::Model, Result<()>>,
}

impl Default for AccessLog {
    fn default() -> Self {
        Self {
            written: marks(MOST_KNOWN),
            writing: Together::default(),
        }
    }
}

/// A memory of marks. The latest are those that come again: the cache's usual policy would keep the oldest.
fn marks(most: u64) -> moka::sync::Cache<Vec<u8>, ()> {
    moka::sync::Cache::builder()
        .max_capacity(most)
        .eviction_policy(EvictionPolicy::lru())
        .time_to_live(KNOWN_FOR)
        .build()
}

#[derive(Debug, thiserror::Error)]
#[error("the instance was put together without it")]
struct NoLog;

/// What is to be written of one customer or record.
struct Line {
    customer: Option<CustomerId>,
    record: Option<Uuid>,
    fields: String,
    visibility: Visibility,
}

/// Writes down what was opened for a request, by which operation. Only then may the answer leave.
///
/// # Errors
/// As every statement: then nothing may be shown.
pub(crate) async fn record(ctx: &Ctx, operation: &str) -> Result<()> {
    let log = known(ctx)?;
    let at = ctx.now();
    let (mut lines, mut marks) = (Vec::new(), Vec::new());
    for line in lines_of(ctx) {
        let mark = mark(ctx, operation, &line, at)?;
        if !log.written.contains_key(&mark) {
            marks.push(mark);
            lines.push(line);
        }
    }
    if lines.is_empty() {
        return Ok(());
    }
    write(ctx, &log, (operation, at), lines).await?;
    for mark in marks {
        log.written.insert(mark, ());
    }
    Ok(())
}

/// Writes down that everything of a controller is read.
///
/// # Errors
/// As every statement.
pub(crate) async fn record_everything(ctx: &Ctx, operation: &str) -> Result<()> {
    let everything = Line {
        customer: None,
        record: None,
        fields: String::new(),
        visibility: Visibility::Open,
    };
    write(ctx, &known(ctx)?, (operation, ctx.now()), vec![everything]).await
}

fn known(ctx: &Ctx) -> Result<AccessLog> {
    let log = ctx.app.parts.get::<AccessLog>().cloned();
    log.ok_or_else(|| Error::internal("writing the access log", NoLog))
}

/// What was opened for a request. What is under the controller's own key is about no customer.
fn lines_of(ctx: &Ctx) -> impl Iterator<Item = Line> {
    let own = ctx.controller().uuid();
    let shown = ctx.take_shown().into_iter();
    let foreign = shown.filter(move |((owner, _), _)| owner.id != own);
    foreign.map(|((owner, is_sealed), columns)| {
        let is_customer = owner.kind == KeyOwnerKind::Customer;
        Line {
            customer: is_customer.then(|| CustomerId::from_uuid(owner.id)),
            record: (!is_customer).then_some(owner.id),
            fields: rules::fields(&columns),
            visibility: if is_sealed {
                Visibility::Sealed
            } else {
                Visibility::Open
            },
        }
    })
}

/// What tells a line from others within its minute. It is kept as a digest: what was typed is nobody's business.
fn mark(ctx: &Ctx, operation: &str, line: &Line, at: Timestamp) -> Result<Vec<u8>> {
    let person = ctx.person().map(|person| {
        let system = person.system.as_str();
        (system, person.staff_id.expose())
    });
    let reason = ctx.reason().map(Personal::expose);
    let what = (
        (rules::minute(at), ctx.controller(), ctx.actor.integration),
        (operation, person, reason),
        (line.customer, line.record, &line.fields),
        line.visibility.as_str(),
    );
    let text = serde_json::to_vec(&what);
    let text = text.map_err(|cause| Error::internal("comparing lines of the access log", cause))?;
    Ok(digest(&SHA256, &text).as_ref().to_vec())
}

/// Writes lines, with whatever else is to be written at the same time.
async fn write(ctx: &Ctx, log: &AccessLog, by: (&str, Timestamp), lines: Vec<Line>) -> Result<()> {
    let key = ctx.controller_key().await?;
    let rows = lines.into_iter().map(|line| row(ctx, &key, by, line));
    let rows = rows.collect::<Result<Vec<_>>>()?;
    let app = Arc::clone(&ctx.app);
    let work = move |rows| {
        let app = Arc::clone(&app);
        async move { insert(&app, rows).await }
    };
    let weight = rows.len();
    let tasks = &ctx.app.mutations;
    let written = log
        .writing
        .ask(ctx.controller(), LIMITS, (rows, weight), tasks, work);
    written.await?.into_iter().collect()
}

fn row(
    ctx: &Ctx,
    key: &DataKey,
    (operation, at): (&str, Timestamp),
    line: Line,
) -> Result<entry::Model> {
    let id = AccessLogEntryId::from_uuid(random::id());
    let close = |column, text: &str| {
        let place = Place::of(ctx.controller(), column, id.uuid());
        key.close(place, text)
    };
    let person = ctx.person();
    let staff = person.map(|person| close(store::STAFF, person.staff_id.expose()));
    let reason = ctx
        .reason()
        .map(|reason| close(store::REASON, reason.expose()));
    Ok(entry::Model {
        controller_id: ctx.controller(),
        id,
        at,
        customer_id: line.customer,
        record_id: line.record,
        fields: line.fields,
        visibility: line.visibility,
        operation: operation.to_owned(),
        integration_id: ctx.actor.integration,
        staff_system: person.map(|person| person.system.clone()),
        key_id: key.id(),
        staff: staff.transpose()?,
        reason: reason.transpose()?,
    })
}

async fn insert(app: &App, rows: Vec<entry::Model>) -> Vec<Result<()>> {
    let count = rows.len();
    let work = async {
        let tx = app.housekeeping().await?;
        store::insert(tx.connection(), rows).await?;
        tx.commit().await
    };
    vec![work.await; count]
}

/// A line of the log, as a caller may see it.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    /// Its row.
    pub(crate) row: entry::Model,
    /// What the person is known by on whose behalf it was, for those who may read personal data.
    pub(crate) staff: Option<Locked>,
    /// What it was for; so is this.
    pub(crate) reason: Option<Locked>,
}

impl Access {
    /// The id of the record that was read, where that is about no known customer, or about several.
    pub(crate) fn record(&self) -> Option<String> {
        rules::record(&self.row.fields, self.row.record_id?)
    }
}

/// Which lines are asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct AccessFilter {
    /// Of whom.
    pub(crate) customer: Option<Lookup>,
    /// By whom.
    pub(crate) integration: Option<IntegrationId>,
    /// When.
    pub(crate) at: InstantRange,
    /// Those that the customer is one with.
    pub(super) among: Option<Vec<CustomerId>>,
}

/// A page of the log, the latest first.
///
/// # Errors
/// Forbidden; Invalid for a look-up or a page that cannot be used; Ambiguous.
pub(crate) async fn list(
    ctx: &Ctx,
    mut filter: AccessFilter,
    page: PageRequest,
) -> Result<Page<Access>> {
    ctx.authorize(Action::ReadAccessLog)?;
    if let Some(lookup) = filter.customer.take() {
        filter.among = Some(members_of(ctx, &lookup).await?);
    }
    let page = page.check(&format!("access log {filter:?}"))?;
    if filter.among.as_ref().is_some_and(Vec::is_empty) {
        return Ok(Page {
            rows: Vec::new(),
            has_next: false,
            has_previous: false,
        });
    }
    let page = store::page(ctx.db(), ctx.scope(), &filter, &page).await?;
    let keys = keys_of(ctx, page.rows.iter().map(|(_, row)| row)).await?;
    Ok(page.map(|row| seen(&keys, row)))
}

async fn members_of(ctx: &Ctx, lookup: &Lookup) -> Result<Vec<CustomerId>> {
    if !matches!(lookup, Lookup::Id(_)) {
        // Or the answer would tell an address to whom it is not shown.
        ctx.authorize(Action::LookUpCustomers)?;
    }
    let asked = [(lookup, ctx.now())];
    let found = customers::service::resolve(ctx, &asked, |_| "filter.customer".to_owned()).await?;
    match found.into_iter().next() {
        Some(Match::One(customer)) => {
            let cluster = customers::service::clusters(ctx, &[customer]).await?;
            Ok(cluster.all())
        }
        Some(Match::Several(candidates)) => Err(Error::Ambiguous { candidates }),
        Some(Match::Nobody) | None => Ok(Vec::new()),
    }
}

/// Lines by id.
///
/// # Errors
/// Forbidden.
pub(crate) async fn by_ids(
    ctx: &Ctx,
    ids: &[AccessLogEntryId],
) -> Result<HashMap<AccessLogEntryId, Access>> {
    ctx.authorize(Action::ReadAccessLog)?;
    let rows = store::by_ids(ctx.db(), ctx.scope(), ids).await?;
    let keys = keys_of(ctx, rows.iter()).await?;
    let rows = rows.into_iter();
    Ok(rows.map(|row| (row.id, seen(&keys, row))).collect())
}

async fn keys_of(ctx: &Ctx, rows: impl Iterator<Item = &entry::Model>) -> Result<CellKeys> {
    let keys = rows.map(|row| row.key_id);
    ctx.cell_keys(Action::ReadPersonalData, keys).await
}

fn seen(keys: &CellKeys, row: entry::Model) -> Access {
    let lock = |column, cell: &Option<Vec<u8>>| {
        keys.lock(row.key_id, column, row.id.uuid(), cell.as_ref())
    };
    Access {
        staff: lock(store::STAFF, &row.staff),
        reason: lock(store::REASON, &row.reason),
        row,
    }
}

/// What was read of a customer on one day.
#[derive(Debug)]
pub(crate) struct AccessDay {
    /// The first instant of the day, in UTC.
    pub(crate) day: Timestamp,
    /// By which integration; none for the command line.
    pub(crate) by: Option<integration::Model>,
    /// Which fields, as table and column with a dot between; none where it was everything.
    pub(crate) fields: Vec<String>,
}

/// On which days what was read of a customer and those who are one with it, and by which integrations, the latest first.
/// What the legal desk read may be under a gag order, and is left out. It authorises nothing: the use case that asks has done so.
///
/// # Errors
/// As every statement.
pub(crate) async fn days_of(ctx: &Ctx, customer: CustomerId) -> Result<Vec<AccessDay>> {
    let cluster = customers::service::clusters(ctx, &[customer]).await?;
    let rows = store::days(ctx.db(), ctx.scope(), &cluster.all()).await?;
    let mut by: Vec<_> = rows.iter().filter_map(|row| row.integration_id).collect();
    by.sort_unstable();
    by.dedup();
    let by = auth::service::integrations_by_id(ctx, &by).await?;
    let mut days: Vec<AccessDay> = Vec::new();
    let mut last = None;
    for row in rows {
        let integration = row.integration_id.and_then(|id| by.get(&id));
        let is_known = integration.is_some() == row.integration_id.is_some();
        if !is_known || integration.is_some_and(|own| own.role == Role::Legal) {
            continue;
        }
        let fields = row.fields.split_whitespace().map(str::to_owned);
        let place = Some((row.day, row.integration_id, row.fields.is_empty()));
        match days.last_mut().filter(|_| last == place) {
            Some(day) => day.fields.extend(fields),
            None => days.push(AccessDay {
                day: Timestamp::from_millis(row.day.saturating_mul(store::DAY)),
                by: integration.cloned(),
                fields: fields.collect(),
            }),
        }
        last = place;
    }
    for day in &mut days {
        day.fields.sort_unstable();
        day.fields.dedup();
    }
    Ok(days)
}

/// Deletes lines that are older than they are kept, of all controllers, a part at a time.
///
/// # Errors
/// As every statement.
pub(crate) async fn expire(app: &Arc<App>) -> Result<()> {
    let before = app.clock.now().saturating_sub(app.config.access_log.keep());
    for own in auth::service::controllers(app).await? {
        let scope = Scope {
            controller: own.id,
            sealed: true,
        };
        loop {
            let tx = app.housekeeping().await?;
            let db = tx.connection();
            let deleted = store::delete_before(db, scope, before, DELETED_AT_ONCE).await?;
            tx.commit().await?;
            if deleted < DELETED_AT_ONCE {
                break;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::marks;

    #[test]
    fn the_latest_marks_are_known_however_many_there_were() {
        let known = marks(10);
        for number in 0..1_000_u32 {
            known.insert(number.to_be_bytes().to_vec(), ());
            known.run_pending_tasks();
            assert!(
                known.contains_key(number.to_be_bytes().as_slice()),
                "{number}"
            );
        }
        assert!(known.entry_count() <= 10);
    }
}
