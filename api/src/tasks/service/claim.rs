//! Handing tasks out, and keeping them.

use std::collections::HashMap;
use std::time::Duration;

use entity::enums::{Action, ErrorCode, EventType, IdentifierKind, Log, TaskKind, TaskStatus};
use entity::id::{
    CustomerId, IncidentNotificationId, LeaseId, RetentionAnchorId, RetentionRuleId, TaskId,
};
use entity::task;
use entity::time::Timestamp;

use super::held::{check_held, lost};
use super::item::skip;
use super::read::Task;
use crate::context::Ctx;
use crate::customers::{self, service::KnownAs};
use crate::data_map;
use crate::error::{Error, Result};
use crate::incidents::{self, service::Notice};
use crate::ledger::{Event, Fields};
use crate::platform::personal::Personal;
use crate::platform::random;
use crate::retention::{
    self,
    service::{Anchor, KeptByLaw, Rule},
};
use crate::tasks::{rules, store};
use crate::vault::{CellKeys, Column, Locked, Owner, normalise};

/// How many tasks one claim may ask for.
const MOST_CLAIMED: i32 = 100;
/// How long a lease may be, in seconds; and how long it is when nothing is said.
const LEASE_SECONDS: std::ops::RangeInclusive<i32> = 30..=3_600;
const USUAL_LEASE: i32 = 300;
/// A code that is older is not sent any more.
const OLDEST_CODE: Duration = Duration::from_mins(20);

/// A task that was handed out, with what whoever does it must know.
#[derive(Debug, Clone)]
pub(crate) struct Claimed {
    /// The task.
    pub(crate) task: Task,
    /// What the system knows the customer by.
    pub(crate) identifiers: Vec<(IdentifierKind, Personal, bool)>,
    /// What else must be known.
    pub(crate) instructions: Option<Personal>,
    /// A code to be sent.
    pub(crate) code: Option<Personal>,
    /// The retention rule that wants it.
    pub(crate) rule: Option<Rule>,
    /// What its time counts from, where that was recorded of a thing or a customer.
    pub(crate) anchor: Option<(Anchor, Option<Personal>)>,
    /// What must be kept, where something may be gone by it.
    pub(crate) keep: Vec<KeptByLaw>,
    /// What the customer is told of an incident.
    pub(crate) notice: Option<(Notice, Option<Personal>)>,
}

/// Hands out tasks of a system, those first that have waited longest, each to one caller until its lease lapses. A task
/// that was not reported on in time has failed, and is handed out again after a while.
///
/// # Errors
/// Forbidden; Invalid, also for a system that the caller does not serve.
pub(crate) async fn claim(
    ctx: &Ctx,
    system: &str,
    limit: Option<i32>,
    lease_seconds: Option<i32>,
) -> Result<Vec<Claimed>> {
    ctx.authorize(Action::WorkOnTasks)?;
    let system = normalise::external_system(system)
        .map_err(|expected| Error::invalid("system", expected.to_string()))?;
    let limit = limit.unwrap_or(1);
    if !(1..=MOST_CLAIMED).contains(&limit) {
        return Err(Error::invalid("limit", "must be 1 to 100"));
    }
    let lease = lease_of(lease_seconds)?;
    let known = data_map::service::named(ctx, &system).await?;
    let serves = known.as_ref().and_then(|system| system.row.integration_id);
    let serves = serves.is_some() && serves == ctx.actor.integration;
    if !serves && !ctx.may(Action::WorkByHand) {
        let problem = "is not served by this integration: see registerSystem";
        return Err(Error::invalid("system", problem));
    }
    release_lapsed(ctx, &system).await?;
    let wanted = store::Wanted {
        system: &system,
        // Whoever could read a code could answer with it.
        codes_since: serves.then(|| ctx.now().saturating_sub(OLDEST_CODE)),
        now: ctx.now(),
        rules: &retention::service::wanted(ctx, ctx.db(), Some(&system)).await?,
        limit: u64::try_from(limit).unwrap_or_default(),
    };
    let rows = hand_out(ctx, wanted, lease).await?;
    let kinds = known.map(|system| system.known_by()).unwrap_or_default();
    with_knowledge(ctx, rows, &kinds).await
}

fn lease_of(seconds: Option<i32>) -> Result<Duration> {
    let seconds = seconds.unwrap_or(USUAL_LEASE);
    if !LEASE_SECONDS.contains(&seconds) {
        return Err(Error::invalid("leaseSeconds", "must be 30 to 3600"));
    }
    Ok(Duration::from_secs(
        u64::try_from(seconds).unwrap_or_default(),
    ))
}

async fn hand_out(
    ctx: &Ctx,
    wanted: store::Wanted<'_>,
    length: Duration,
) -> Result<Vec<task::Model>> {
    // Most who ask find nothing to do: that costs no turn of the writer.
    if !store::is_any_due(ctx.db(), ctx.scope(), wanted).await? {
        return Ok(Vec::new());
    }
    let lease = LeaseId::from_uuid(uuid::Uuid::from_bytes(random::bytes()?));
    let until = ctx.now().saturating_add(length);
    let tx = ctx.app.housekeeping().await?;
    store::hold_still(tx.connection(), ctx.scope()).await?;
    // What was said of rules since is not said in vain.
    let rules = retention::service::wanted(ctx, tx.connection(), Some(wanted.system)).await?;
    let wanted = store::Wanted {
        rules: &rules,
        ..wanted
    };
    let mut rows = store::due(tx.connection(), ctx.scope(), wanted).await?;
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let to = ctx.actor.integration;
    let handed = (lease, to, until);
    store::lease(tx.connection(), ctx.scope(), &ids, handed, wanted.now).await?;
    tx.commit().await?;
    for row in &mut rows {
        row.status = TaskStatus::Claimed;
        row.status_at = wanted.now;
        row.attempts += 1;
        row.lease = Some(lease);
        row.leased_to = to;
        row.leased_until = Some(until);
    }
    Ok(rows)
}

/// What customers are known by, which is handed out with tasks.
const IDENTIFIER: Column = ("identifier", "value");

/// What whoever does them must know.
async fn with_knowledge(
    ctx: &Ctx,
    rows: Vec<task::Model>,
    kinds: &[IdentifierKind],
) -> Result<Vec<Claimed>> {
    let customers: Vec<_> = rows.iter().filter_map(|row| row.customer_id).collect();
    let known = customers::service::known_as(ctx, &customers).await?;
    let keys: Vec<_> = rows.iter().map(|row| row.key_id).collect();
    // A code is nothing about a person: that it was opened is not noted.
    let codes = ctx.vault().cell_keys(ctx.db(), ctx.scope(), keys.clone());
    let codes = codes.await?;
    let own = ctx.cell_keys(Action::WorkOnTasks, keys).await?;
    let rules = Rules::of(ctx, &rows).await?;
    let notices: Vec<_> = rows.iter().filter_map(|row| row.notification_id).collect();
    let notices = incidents::service::notices_told(ctx, &notices).await?;
    let mut claimed = Vec::new();
    for task in super::read::seen(ctx, rows).await? {
        let identifiers = identifiers_of(&task.row, &known, kinds);
        if let Some(customer) = task.row.customer_id.filter(|_| !identifiers.is_empty()) {
            ctx.note_shown(Owner::customer(customer), IDENTIFIER);
        }
        claimed.push(Claimed {
            instructions: open(
                &own,
                &task,
                store::INSTRUCTIONS,
                task.row.instructions.as_ref(),
            ),
            code: open(&codes, &task, store::SECRET, task.row.secret.as_ref()),
            rule: rules.rule(&task.row),
            anchor: rules.anchor(&task.row),
            keep: rules.keep(&task.row),
            notice: notice(&task.row, &notices),
            identifiers,
            task,
        });
    }
    Ok(claimed)
}

/// A text of a task. One that cannot be opened must not keep the other tasks from whoever claims them.
fn open(keys: &CellKeys, task: &Task, column: Column, cell: Option<&Vec<u8>>) -> Option<Personal> {
    let row = &task.row;
    let locked = keys.lock(row.key_id, column, row.id.uuid(), cell)?;
    opened(row, &locked)
}

fn opened(row: &task::Model, locked: &Locked) -> Option<Personal> {
    match locked.open() {
        Ok(text) => Some(text),
        Err(error) => {
            tracing::error!(task = %row.id, %error, "cannot be opened");
            None
        }
    }
}

/// What the customer of a task is told of an incident.
fn notice(
    row: &task::Model,
    notices: &HashMap<IncidentNotificationId, Notice>,
) -> Option<(Notice, Option<Personal>)> {
    let notice = notices.get(&row.notification_id?)?;
    let text = notice.text.as_ref();
    Some((notice.clone(), text.and_then(|text| opened(row, text))))
}

/// What retention rules say about some tasks.
struct Rules {
    by_id: HashMap<RetentionRuleId, Rule>,
    anchors: HashMap<RetentionAnchorId, Anchor>,
    kept: HashMap<CustomerId, Vec<KeptByLaw>>,
}

impl Rules {
    async fn of(ctx: &Ctx, rows: &[task::Model]) -> Result<Self> {
        let ids: Vec<_> = rows.iter().filter_map(|row| row.rule_id).collect();
        let anchors = rows.iter().filter_map(|row| row.anchor_id);
        let anchors: Vec<_> = anchors.map(RetentionAnchorId::from_uuid).collect();
        let destroying = rows.iter().filter(|row| rules::is_guarded(row.kind));
        let mut customers: Vec<_> = destroying.filter_map(|row| row.customer_id).collect();
        customers.sort_unstable();
        customers.dedup();
        Ok(Self {
            by_id: retention::service::rules_told(ctx, &ids).await?,
            anchors: retention::service::anchors_told(ctx, &anchors).await?,
            kept: retention::service::kept_by_law(ctx, &customers).await?,
        })
    }

    fn rule(&self, row: &task::Model) -> Option<Rule> {
        self.by_id.get(&row.rule_id?).cloned()
    }

    fn anchor(&self, row: &task::Model) -> Option<(Anchor, Option<Personal>)> {
        let id = RetentionAnchorId::from_uuid(row.anchor_id?);
        let anchor = self.anchors.get(&id)?;
        let reference = anchor.reference.as_ref();
        Some((
            anchor.clone(),
            reference.and_then(|locked| opened(row, locked)),
        ))
    }

    /// What must be kept in its system, but for what the task itself is about.
    fn keep(&self, row: &task::Model) -> Vec<KeptByLaw> {
        let of = row.customer_id.filter(|_| rules::is_guarded(row.kind));
        let kept = of.and_then(|customer| self.kept.get(&customer));
        let kept = kept.into_iter().flatten().filter(|kept| {
            let own = Some(kept.rule.row.id) == row.rule_id;
            !own && kept.rule.systems().any(|system| system == row.system)
        });
        kept.cloned().collect()
    }
}

/// What a system knows the customer of a task by.
fn identifiers_of(
    row: &task::Model,
    known: &HashMap<CustomerId, Vec<KnownAs>>,
    kinds: &[IdentifierKind],
) -> Vec<(IdentifierKind, Personal, bool)> {
    let Some(known) = row.customer_id.and_then(|customer| known.get(&customer)) else {
        return Vec::new();
    };
    let is_known = |identifier: &&KnownAs| match row.kind {
        TaskKind::SendCode => Some(identifier.id) == row.identifier_id,
        _ => match &identifier.system {
            Some(system) => *system == row.system,
            None => kinds.contains(&identifier.kind),
        },
    };
    let shown = known.iter().filter(is_known);
    shown
        .map(|identifier| (identifier.kind, identifier.value.clone(), identifier.shared))
        .collect()
}

/// Takes tasks back whose holder did not report in time: they have failed, and wait for another. Codes that are too old are
/// not sent any more.
async fn release_lapsed(ctx: &Ctx, system: &str) -> Result<()> {
    let before = ctx.now().saturating_sub(rules::GRACE);
    let oldest = ctx.now().saturating_sub(OLDEST_CODE);
    let mut late = store::lapsed(ctx.db(), ctx.scope(), system, before, false).await?;
    late.extend(store::old_codes(ctx.db(), ctx.scope(), system, oldest, false).await?);
    if late.is_empty() {
        return Ok(());
    }
    let keys = late.iter().map(|row| row.key_id);
    let keys = ctx.vault().keys(ctx.db(), ctx.scope(), keys).await?;
    let controller_key = ctx.controller_key().await?;
    // What was erased meanwhile has no key any more; that it lapsed is nobody's secret.
    let key_of = |row: &task::Model| keys.get(&row.key_id).unwrap_or(&controller_key);
    let mut tx = ctx.begin().await?;
    // Another may have taken them back, or its holder may have reported.
    let lapsed = store::lapsed(tx.db(), tx.scope(), system, before, true).await?;
    let old = store::old_codes(tx.db(), tx.scope(), system, oldest, true).await?;
    if lapsed.is_empty() && old.is_empty() {
        return tx.rollback().await;
    }
    for row in lapsed {
        let key = key_of(&row);
        let mut row = failed(row, ctx.now());
        row.lease = None;
        row.event_id = tx.record(Event {
            kind: EventType::TaskFailed,
            log: Log::Main,
            object: row.id.to_string(),
            customer: row.customer_id,
            key,
            fields: Fields::new()
                .with("system", row.system.as_str())
                .with("lapsed", true)
                .with("failures", row.failures)
                .with("status", row.status.as_str()),
        })?;
        store::update(tx.db(), tx.scope(), row).await?;
    }
    for row in old {
        let key = key_of(&row);
        let row = skip(ctx, &mut tx, key, row)?;
        store::update(tx.db(), tx.scope(), row).await?;
    }
    tx.commit().await
}

/// A task after one more failure: it waits for another attempt, or has failed for good.
pub(super) fn failed(row: task::Model, now: Timestamp) -> task::Model {
    let failures = row.failures.saturating_add(1);
    let pause = rules::pause_after(failures);
    task::Model {
        status: pause.map_or(TaskStatus::Failed, |_| TaskStatus::Pending),
        status_at: now,
        not_before: now.saturating_add(pause.unwrap_or_default()),
        failures,
        postponed: None,
        version: row.version + 1,
        ..row
    }
}

/// Keeps a task for longer. One that stands still is not kept: whoever does it must stop.
///
/// # Errors
/// Forbidden; Invalid; `NotFound`; Refused (`LEASE_LOST`; `LEGAL_HOLD` where it must not be erased now;
/// `TRANSITION_NOT_ALLOWED` where it is not wanted any more).
pub(crate) async fn heartbeat(
    ctx: &Ctx,
    id: TaskId,
    lease: LeaseId,
    lease_seconds: Option<i32>,
) -> Result<Task> {
    ctx.authorize(Action::WorkOnTasks)?;
    let length = lease_of(lease_seconds)?;
    let tx = ctx.app.housekeeping().await?;
    let mut row = store::lock(tx.connection(), ctx.scope(), id).await?;
    if !check_held(ctx, &row, lease) {
        tx.rollback().await?;
        return Err(lost());
    }
    let guarded = store::guarded(tx.connection(), ctx.scope(), &[id], ctx.now()).await?;
    if !guarded.is_empty() {
        tx.rollback().await?;
        let reason = "it must not be erased now: do not begin, and postpone the task".to_owned();
        return Err(ctx
            .refuse(ErrorCode::LegalHold, reason, id.to_string())
            .await);
    }
    let wanted = retention::service::wanted(ctx, tx.connection(), Some(&row.system)).await?;
    if !store::is_wanted_still(tx.connection(), ctx.scope(), id, &wanted).await? {
        tx.rollback().await?;
        let reason = "it is not wanted any more: do not begin, and report what was done".to_owned();
        let code = ErrorCode::TransitionNotAllowed;
        return Err(ctx.refuse(code, reason, id.to_string()).await);
    }
    if !row.suspended {
        // Never for less long than before.
        let until = row.leased_until.into_iter();
        let until = until.fold(ctx.now().saturating_add(length), Timestamp::max);
        store::prolong(tx.connection(), ctx.scope(), id, until).await?;
        row.leased_until = Some(until);
    }
    tx.commit().await?;
    super::read::seen(ctx, vec![row])
        .await?
        .pop()
        .ok_or_else(lost)
}
