//! What whoever holds a task says of how it went.

use std::sync::Arc;

use entity::date::Date;
use entity::enums::{
    Action, ErrorCode, EventType, Log, RetentionGround, TaskKind, TaskSkipReason, TaskStatus,
};
use entity::id::{LeaseId, TaskId, TaskRetentionId};
use entity::time::Timestamp;
use entity::{task, task_retention};
use serde_json::{Value, json};

use super::claim::failed;
use super::held::{LOST, check_held, was_held};
use super::read::Evidence;
use crate::context::{Begun, Ctx, Once, Tx, only_id};
use crate::data_map;
use crate::error::{Error, Result};
use crate::ledger::{Event, Fields, digest_of_text};
use crate::platform::personal::{Personal, check_length, check_text};
use crate::platform::random;
use crate::retention;
use crate::tasks::{rules, store};
use crate::vault::{Column, DataKey, ERASED, Place};

/// Longest reason, in characters.
const LONGEST_NOTE: usize = 2_000;
/// Longest result of another system, in characters.
const LONGEST_RESULT: usize = 20_000;
/// How many things a report may list, and how long each is, in characters.
const MOST_LISTED: usize = 50;
const LONGEST_LISTED: usize = 500;
/// A task is tried again so late when it was postponed and nothing was said.
const USUAL_WAIT: std::time::Duration = std::time::Duration::from_hours(24);
/// It is tried again by then at the latest: what waits must not be forgotten.
const LONGEST_WAIT: std::time::Duration = std::time::Duration::from_hours(24 * 90);

/// Which task is reported on, and under which lease.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Held {
    /// The task.
    pub(crate) task: TaskId,
    /// The lease.
    pub(crate) lease: LeaseId,
}

/// The end of a task.
#[derive(Debug, Clone)]
pub(crate) struct Completion {
    /// How it ended.
    pub(crate) outcome: TaskStatus,
    /// What is kept.
    pub(crate) retained: Vec<NewRetention>,
    /// What shows that it was done.
    pub(crate) evidence: Evidence,
    /// Why it was skipped.
    pub(crate) skipped: Option<TaskSkipReason>,
    /// What is to be said about it.
    pub(crate) note: Option<Personal>,
}

/// Something that is kept.
#[derive(Debug, Clone)]
pub(crate) struct NewRetention {
    /// What.
    pub(crate) what: Personal,
    /// Why.
    pub(crate) ground: RetentionGround,
    /// The last day.
    pub(crate) until: Option<Date>,
    /// Where that is written.
    pub(crate) source: Option<String>,
}

/// A failure.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    /// What went wrong.
    pub(crate) note: Personal,
    /// Whether it is tried again.
    pub(crate) again: bool,
}

/// A wait for something.
#[derive(Debug, Clone)]
pub(crate) struct Postponement {
    /// For what.
    pub(crate) ground: RetentionGround,
    /// Until when; a day, when absent.
    pub(crate) until: Option<Timestamp>,
    /// What is to be said about it.
    pub(crate) note: Option<Personal>,
}

/// Says that a task was done, or as far as it could be, or was skipped. Said again under the same lease, it answers the
/// same.
///
/// # Errors
/// Forbidden; Invalid; `NotFound`; Refused (`LEASE_LOST`).
pub(crate) async fn complete(
    ctx: &Ctx,
    held: Held,
    said: &Completion,
    once: Once,
) -> Result<TaskId> {
    ctx.authorize(Action::WorkOnTasks)?;
    said.check()?;
    let despite_law = is_despite_law(ctx, held.task, said).await?;
    let same = |row: &task::Model| row.status == said.outcome;
    let report = match Report::open(ctx, held, &once, same).await? {
        Opened::Now(report) => report,
        Opened::Before(id) => return Ok(id),
    };
    said.check_days(ctx)?;
    let (db, scope) = (report.tx.db(), report.tx.scope());
    let files = store::attachments_of(db, scope, &[held.task]).await?;
    let files: Vec<_> = files.into_values().flatten().collect();
    let outcome = rules::Said {
        retains: !said.retained.is_empty(),
        explains: said.skipped.is_some(),
        attaches: files.iter().any(|file| file.lease == Some(held.lease)),
    };
    if let Err((field, problem)) = rules::check_end(report.row.kind, said.outcome, outcome) {
        return Err(Error::invalid(field, problem));
    }
    let mut left = Vec::new();
    if report.row.kind == TaskKind::Export {
        // What somebody uploaded who did not come to the end is a part at the most.
        for file in files.iter().filter(|file| file.lease != Some(held.lease)) {
            store::delete_file(db, file).await?;
            left.push(file.id.to_string());
        }
    }
    report.end(ctx, said, left, despite_law).await
}

/// Whether something is said to be gone although a rule that is protected keeps something of the customer in the system,
/// beside what the task itself is about, and nothing is said to be kept by law.
async fn is_despite_law(ctx: &Ctx, task: TaskId, said: &Completion) -> Result<bool> {
    if !matches!(said.outcome, TaskStatus::Done | TaskStatus::Retained) || said.keeps_by_law() {
        return Ok(false);
    }
    let row = store::one(ctx.db(), ctx.scope(), task).await?;
    let customers: Vec<_> = row.customer_id.into_iter().collect();
    if !rules::is_guarded(row.kind) || customers.is_empty() {
        return Ok(false);
    }
    let kept = retention::service::kept_by_law(ctx, &customers).await?;
    let mut kept = kept.into_values().flatten();
    Ok(kept.any(|kept| {
        let own = Some(kept.rule.row.id) == row.rule_id;
        !own && kept.rule.systems().any(|system| system == row.system)
    }))
}

/// Says that a task failed: it is tried again after a while, or not at all.
///
/// # Errors
/// Forbidden; Invalid; `NotFound`; Refused (`LEASE_LOST`).
pub(crate) async fn fail(ctx: &Ctx, held: Held, said: &Failure, once: Once) -> Result<TaskId> {
    ctx.authorize(Action::WorkOnTasks)?;
    check_text("reason", Some(&said.note), LONGEST_NOTE)?;
    let waits = [TaskStatus::Pending, TaskStatus::Failed];
    let same = |row: &task::Model| waits.contains(&row.status) && row.postponed.is_none();
    let report = match Report::open(ctx, held, &once, same).await? {
        Opened::Now(report) => report,
        Opened::Before(id) => return Ok(id),
    };
    let mut row = failed(report.row.clone(), ctx.now());
    if !said.again {
        row.status = TaskStatus::Failed;
    }
    row.note = report.close(store::NOTE, Some(&said.note))?;
    let fields = Fields::new()
        .with("failures", row.failures)
        .with("status", row.status.as_str())
        .with("notBefore", row.not_before.to_string())
        .with_text("reason", Some(&said.note));
    report.save(EventType::TaskFailed, fields, row).await
}

/// Says that a task has to wait for something, such as the end of a chargeback: that is no failure.
///
/// # Errors
/// Forbidden; Invalid; `NotFound`; Refused (`LEASE_LOST`).
pub(crate) async fn postpone(
    ctx: &Ctx,
    held: Held,
    said: &Postponement,
    once: Once,
) -> Result<TaskId> {
    ctx.authorize(Action::WorkOnTasks)?;
    check_text("note", said.note.as_ref(), LONGEST_NOTE)?;
    let same = |row: &task::Model| row.postponed == Some(said.ground);
    let report = match Report::open(ctx, held, &once, same).await? {
        Opened::Now(report) => report,
        Opened::Before(id) => return Ok(id),
    };
    let now = ctx.now();
    let until = said.until.unwrap_or(now.saturating_add(USUAL_WAIT));
    if until <= now || until > now.saturating_add(LONGEST_WAIT) {
        return Err(Error::invalid(
            "until",
            "must lie ahead, by 90 days at the most",
        ));
    }
    if report.row.kind == TaskKind::SendCode {
        return Err(Error::invalid("taskId", "is one that cannot wait"));
    }
    // Where something is in the way, the end of that is waited for, and not an instant.
    let (db, scope) = (report.tx.db(), report.tx.scope());
    let guarded = store::guarded(db, scope, &[report.row.id], now).await?;
    let until = if guarded.is_empty() { until } else { now };
    let row = task::Model {
        status: TaskStatus::Pending,
        status_at: now,
        not_before: until,
        postponed: Some(said.ground),
        note: report.close(store::NOTE, said.note.as_ref())?,
        version: report.row.version + 1,
        ..report.row.clone()
    };
    let fields = Fields::new()
        .with("ground", said.ground.as_str())
        .with("until", until.to_string())
        .with_text("note", said.note.as_ref());
    report.save(EventType::TaskPostponed, fields, row).await
}

/// A task under its lock, held by the caller.
struct Report {
    tx: Tx,
    row: task::Model,
    key: Arc<DataKey>,
}

enum Opened {
    Now(Box<Report>),
    Before(TaskId),
}

impl Report {
    /// Takes the lock of a task that the caller holds. Where the caller held it last and it is as this report would leave
    /// it, the answer to the first one was lost.
    async fn open(
        ctx: &Ctx,
        held: Held,
        once: &Once,
        same: impl Fn(&task::Model) -> bool,
    ) -> Result<Opened> {
        let row = store::one(ctx.db(), ctx.scope(), held.task).await?;
        let mut keys = ctx
            .vault()
            .keys(ctx.db(), ctx.scope(), [row.key_id])
            .await?;
        let key = keys.remove(&row.key_id).ok_or(ERASED)?;
        let tx = match ctx.begin_once(once, &[held.task.to_string()]).await? {
            Begun::New(tx) => *tx,
            Begun::Replay(ids) => return only_id(&ids, "task").map(Opened::Before),
        };
        let row = store::lock(tx.db(), tx.scope(), held.task).await?;
        if check_held(ctx, &row, held.lease) {
            ctx.vault()
                .pin(tx.inner(), tx.scope(), vec![key.id()])
                .await?;
            return Ok(Opened::Now(Box::new(Self { tx, row, key })));
        }
        tx.rollback().await?;
        if was_held(ctx, &row, held.lease) && same(&row) {
            return Ok(Opened::Before(held.task));
        }
        let object = held.task.to_string();
        Err(ctx
            .refuse(ErrorCode::LeaseLost, LOST.to_owned(), object)
            .await)
    }

    fn close(&self, column: Column, text: Option<&Personal>) -> Result<Option<Vec<u8>>> {
        let place = Place::of(self.row.controller_id, column, self.row.id.uuid());
        text.map(|text| self.key.close(place, text.expose()))
            .transpose()
    }

    async fn end(
        self,
        ctx: &Ctx,
        said: &Completion,
        deleted: Vec<String>,
        despite_law: bool,
    ) -> Result<TaskId> {
        let mut evidence = said.evidence.clone();
        if rules::destroys(self.row.kind) && said.outcome != TaskStatus::Skipped {
            let system = data_map::service::named_in(&self.tx, &self.row.system).await?;
            evidence.add_residuals(
                system
                    .map(|system| system.leaves_behind())
                    .unwrap_or_default(),
            );
        }
        let evidence = evidence.to_text()?;
        // What was done is recorded, also where it should not have been.
        let (db, scope) = (self.tx.db(), self.tx.scope());
        let guarded = store::guarded(db, scope, &[self.row.id], ctx.now()).await?;
        let erased = matches!(said.outcome, TaskStatus::Done | TaskStatus::Retained);
        let despite_hold = erased && !guarded.is_empty();
        let retained: Vec<Value> = said.retained.iter().map(NewRetention::in_event).collect();
        let fields = Fields::new()
            .with("status", said.outcome.as_str())
            .with_some("skipReason", said.skipped.map(TaskSkipReason::as_str))
            .with_some("retained", (!retained.is_empty()).then_some(retained))
            .with_some(
                "evidenceDigest",
                evidence.as_ref().map(|text| digest_of_text(text.expose())),
            )
            .with_some(
                "deletedAttachments",
                (!deleted.is_empty()).then_some(deleted),
            )
            .with_some("despiteHold", despite_hold.then_some(true))
            .with_some("despiteRetention", despite_law.then_some(true))
            .with_text("note", said.note.as_ref());
        let now = ctx.now();
        let row = task::Model {
            status: said.outcome,
            status_at: now,
            // What is kept falls due again when the first of it may go.
            not_before: said.first_end().unwrap_or(Timestamp::MAX),
            failures: 0,
            changed: self.row.changed
                || erased && !matches!(self.row.kind, TaskKind::Export | TaskKind::Review),
            despite: rules::despite(self.row.despite, despite_hold, despite_law),
            postponed: None,
            skipped: said.skipped,
            secret: None,
            note: self.close(store::NOTE, said.note.as_ref())?,
            evidence: self.close(store::EVIDENCE, evidence.as_ref())?,
            version: self.row.version + 1,
            ..self.row.clone()
        };
        store::delete_retentions(db, scope, self.row.id).await?;
        store::insert_retentions(db, said.rows(&self.row, &self.key)?).await?;
        self.save(EventType::TaskCompleted, fields, row).await
    }

    async fn save(
        mut self,
        kind: EventType,
        fields: Fields,
        mut row: task::Model,
    ) -> Result<TaskId> {
        let id = row.id;
        row.event_id = self.tx.record(Event {
            kind,
            log: Log::Main,
            object: id.to_string(),
            customer: row.customer_id,
            key: &self.key,
            fields: fields.with("system", row.system.as_str()),
        })?;
        store::update(self.tx.db(), self.tx.scope(), row).await?;
        self.tx.commit().await?;
        Ok(id)
    }
}

impl Completion {
    fn check(&self) -> Result<()> {
        check_text("note", self.note.as_ref(), LONGEST_NOTE)?;
        self.evidence.check()?;
        if self.retained.len() > MOST_LISTED {
            return Err(Error::invalid("retained", "must have at most 50 items"));
        }
        for (n, kept) in self.retained.iter().enumerate() {
            let field = |part: &str| format!("retained[{n}].{part}");
            check_text(&field("what"), Some(&kept.what), LONGEST_LISTED)?;
            if let Some(source) = &kept.source {
                check_length(&field("source"), source, LONGEST_LISTED)?;
            }
            let (until, source) = (kept.until.is_some(), kept.source.is_some());
            if let Some(part) = rules::missing_of(kept.ground, until, source) {
                return Err(Error::invalid(field(part), "must be said on this ground"));
            }
        }
        Ok(())
    }

    /// Whether something is kept because a law says so.
    fn keeps_by_law(&self) -> bool {
        let mut kept = self.retained.iter();
        kept.any(|kept| kept.ground == RetentionGround::StatutoryRetention)
    }

    /// What is kept is kept for a time to come.
    fn check_days(&self, ctx: &Ctx) -> Result<()> {
        for (n, kept) in self.retained.iter().enumerate() {
            if kept.until.is_some_and(|until| until.end() <= ctx.now()) {
                let field = format!("retained[{n}].until");
                return Err(Error::invalid(field, "lies in the past"));
            }
        }
        Ok(())
    }

    /// When the first of what is kept may go.
    fn first_end(&self) -> Option<Timestamp> {
        let days = self.retained.iter().filter_map(|kept| kept.until);
        days.min().map(Date::end)
    }

    fn rows(&self, of: &task::Model, key: &DataKey) -> Result<Vec<task_retention::Model>> {
        let kept = self.retained.iter().zip(0..);
        kept.map(|(kept, position)| {
            let id = TaskRetentionId::from_uuid(random::id());
            let place = Place::of(of.controller_id, store::WHAT, id.uuid());
            Ok(task_retention::Model {
                controller_id: of.controller_id,
                id,
                task_id: of.id,
                position,
                ground: kept.ground,
                until: kept.until,
                source: kept.source.clone(),
                key_id: key.id(),
                what: key.close(place, kept.what.expose())?,
            })
        })
        .collect()
    }
}

impl NewRetention {
    fn in_event(&self) -> Value {
        json!({
            "ground": self.ground.as_str(),
            "until": self.until.map(|until| until.to_string()),
            "source": self.source,
            "what": self.what.expose(),
        })
    }
}

impl Evidence {
    fn check(&self) -> Result<()> {
        let result = self.remote_result.as_ref();
        check_text("evidence.remoteResult", result, LONGEST_RESULT)?;
        for (field, list) in [("flags", &self.flags), ("residuals", &self.residuals)] {
            if list.len() > MOST_LISTED {
                let problem = "must have at most 50 items";
                return Err(Error::invalid(format!("evidence.{field}"), problem));
            }
            for (n, text) in list.iter().enumerate() {
                check_text(
                    &format!("evidence.{field}[{n}]"),
                    Some(text),
                    LONGEST_LISTED,
                )?;
            }
        }
        Ok(())
    }
}
