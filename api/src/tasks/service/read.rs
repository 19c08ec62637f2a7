//! Reading tasks, as far as the caller may.

use std::collections::HashMap;

use entity::enums::{Action, TaskKind, TaskStatus};
use entity::id::{
    CustomerId, DataKeyId, IncidentNotificationId, RequestId, RequestItemId, RetentionRuleId,
    TaskId,
};
use entity::{task, task_attachment, task_retention};
use serde::{Deserialize, Serialize};

use super::item::Standing;
use crate::context::{Ctx, Tx};
use crate::data_map;
use crate::error::{Error, Result};
use crate::platform::page::{Page, PageRequest};
use crate::platform::personal::Personal;
use crate::tasks::store;
use crate::vault::{CellKeys, Locked, normalise};

/// A task as a caller may see it.
#[derive(Debug, Clone)]
pub(crate) struct Task {
    /// Its row.
    pub(crate) row: task::Model,
    /// What whoever does it must know, for those who may read personal data; so is what follows.
    pub(crate) instructions: Option<Locked>,
    /// Why it failed, waits or was skipped.
    pub(crate) note: Option<Locked>,
    evidence: Option<Locked>,
}

/// What shows that a task was done.
#[derive(Debug, Clone, Default)]
pub(crate) struct Evidence {
    /// What the other system answered.
    pub(crate) remote_result: Option<Personal>,
    /// How it was asked.
    pub(crate) flags: Vec<Personal>,
    /// What is left behind.
    pub(crate) residuals: Vec<Personal>,
}

/// The form in which evidence is stored.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stored {
    remote_result: Option<String>,
    flags: Vec<String>,
    residuals: Vec<String>,
}

/// Something that a task could not erase.
#[derive(Debug, Clone)]
pub(crate) struct Retention {
    /// Its row.
    pub(crate) row: task_retention::Model,
    /// What it is.
    pub(crate) what: Option<Locked>,
}

/// A file.
#[derive(Debug, Clone)]
pub(crate) struct Attachment {
    /// Its row.
    pub(crate) row: task_attachment::Model,
    /// What it is called.
    pub(crate) name: Option<Locked>,
    /// SHA-256 of its content.
    pub(crate) digest: Option<Locked>,
}

/// Which tasks are asked for. Empty lists ask for all.
#[derive(Debug, Clone, Default)]
pub(crate) struct TaskFilter {
    /// Of this system.
    pub(crate) system: Option<String>,
    /// About this request.
    pub(crate) request: Option<RequestId>,
    /// That this retention rule wants.
    pub(crate) rule: Option<RetentionRuleId>,
    /// That are a part of this notification of an incident.
    pub(crate) notification: Option<IncidentNotificationId>,
    /// That were reported as done, or not, although something kept what they are about.
    pub(crate) despite: Option<bool>,
    /// In these states.
    pub(crate) statuses: Vec<TaskStatus>,
    /// Of these kinds.
    pub(crate) kinds: Vec<TaskKind>,
    /// Of these systems at the most.
    pub(in crate::tasks) among: Option<Vec<String>>,
}

impl Evidence {
    /// Adds what a system is known to leave behind.
    pub(super) fn add_residuals(&mut self, left: Vec<String>) {
        for left in left.into_iter().map(Personal::new) {
            if !self.residuals.contains(&left) {
                self.residuals.push(left);
            }
        }
    }

    /// The text that is stored; nothing, where nothing is said.
    pub(super) fn to_text(&self) -> Result<Option<Personal>> {
        if self.remote_result.is_none() && self.flags.is_empty() && self.residuals.is_empty() {
            return Ok(None);
        }
        let texts = |list: &[Personal]| list.iter().map(|text| text.expose().to_owned()).collect();
        let stored = Stored {
            remote_result: self
                .remote_result
                .as_ref()
                .map(|text| text.expose().to_owned()),
            flags: texts(&self.flags),
            residuals: texts(&self.residuals),
        };
        let text = serde_json::to_string(&stored);
        let text = text.map_err(|cause| Error::internal("writing evidence down", cause))?;
        Ok(Some(Personal::new(text)))
    }
}

impl Task {
    fn seen(keys: &CellKeys, row: task::Model) -> Self {
        let lock = |column, cell: &Option<Vec<u8>>| {
            keys.lock(row.key_id, column, row.id.uuid(), cell.as_ref())
        };
        Self {
            instructions: lock(store::INSTRUCTIONS, &row.instructions),
            note: lock(store::NOTE, &row.note),
            evidence: lock(store::EVIDENCE, &row.evidence),
            row,
        }
    }

    /// What shows that it was done.
    ///
    /// # Errors
    /// Internal when the cell was tampered with.
    pub(crate) fn evidence(&self) -> Result<Option<Evidence>> {
        let Some(locked) = &self.evidence else {
            return Ok(None);
        };
        let text = locked.open()?;
        let stored: Stored = serde_json::from_str(text.expose())
            .map_err(|cause| Error::internal("reading evidence", cause))?;
        let texts = |list: Vec<String>| list.into_iter().map(Personal::new).collect();
        Ok(Some(Evidence {
            remote_result: stored.remote_result.map(Personal::new),
            flags: texts(stored.flags),
            residuals: texts(stored.residuals),
        }))
    }
}

/// Of which systems the caller may see tasks: of all, or of those that it serves.
///
/// # Errors
/// Forbidden.
async fn visible(ctx: &Ctx) -> Result<Option<Vec<String>>> {
    if ctx.may(Action::ReadRequests) {
        return Ok(None);
    }
    ctx.authorize(Action::WorkOnTasks)?;
    data_map::service::served(ctx).await.map(Some)
}

/// Rows that the caller may see, with what they may see of them.
pub(super) async fn seen(ctx: &Ctx, rows: Vec<task::Model>) -> Result<Vec<Task>> {
    let keys = keys_of(ctx, rows.iter().map(|row| row.key_id)).await?;
    Ok(rows.into_iter().map(|row| Task::seen(&keys, row)).collect())
}

/// A page of tasks, in the order in which they were planned. Whoever may not read requests sees those of the systems that
/// they serve.
///
/// # Errors
/// Forbidden; Invalid for what is no system, or a page that cannot be given.
pub(crate) async fn list(ctx: &Ctx, filter: &TaskFilter, page: PageRequest) -> Result<Page<Task>> {
    let among = visible(ctx).await?;
    let page = page.check(&format!("tasks {filter:?}"))?;
    let system = filter.system.as_deref().map(normalise::external_system);
    let system = system
        .transpose()
        .map_err(|expected| Error::invalid("filter.system", expected.to_string()))?;
    let filter = TaskFilter {
        system,
        among,
        ..filter.clone()
    };
    let page = store::page(ctx.db(), ctx.scope(), &filter, &page).await?;
    let keys = keys_of(ctx, page.rows.iter().map(|(_, row)| row.key_id)).await?;
    Ok(page.map(|row| Task::seen(&keys, row)))
}

/// Tasks by id.
///
/// # Errors
/// Forbidden.
pub(crate) async fn by_ids(ctx: &Ctx, ids: &[TaskId]) -> Result<HashMap<TaskId, Task>> {
    let among = visible(ctx).await?;
    let mut rows = store::by_ids(ctx.db(), ctx.scope(), ids.iter().copied()).await?;
    rows.retain(|row| {
        among
            .as_ref()
            .is_none_or(|systems| systems.contains(&row.system))
    });
    let tasks = seen(ctx, rows).await?;
    Ok(tasks.into_iter().map(|task| (task.row.id, task)).collect())
}

/// A page of the tasks of each of some things that were asked for, in the order in which they were planned.
///
/// # Errors
/// Forbidden; Invalid for a page that cannot be given.
pub(crate) async fn of_items(
    ctx: &Ctx,
    items: &[RequestItemId],
    page: PageRequest,
) -> Result<HashMap<RequestItemId, Page<Task>>> {
    ctx.authorize(Action::ReadRequests)?;
    let page = page.check("item.tasks")?;
    let found = store::of_items(ctx.db(), ctx.scope(), items, &page).await?;
    let pages = found.values().flat_map(|page| &page.rows);
    let keys = keys_of(ctx, pages.map(|(_, row)| row.key_id)).await?;
    Ok(found
        .into_iter()
        .map(|(item, page)| (item, page.map(|row| Task::seen(&keys, row))))
        .collect())
}

/// How far the tasks of some things are that were asked for.
///
/// # Errors
/// Forbidden.
pub(crate) async fn standings(
    ctx: &Ctx,
    items: &[RequestItemId],
) -> Result<HashMap<RequestItemId, Standing>> {
    ctx.authorize(Action::ReadRequests)?;
    let rows = store::briefs_of_items(ctx.db(), ctx.scope(), items).await?;
    let mut of: HashMap<RequestItemId, Vec<&store::Brief>> = HashMap::new();
    for row in &rows {
        if let Some(item) = row.item_id {
            of.entry(item).or_default().push(row);
        }
    }
    let now = ctx.now();
    Ok(of
        .into_iter()
        .map(|(item, rows)| (item, Standing::of(rows, now)))
        .collect())
}

/// Of which request a task is, and of which thing of it: of none, where a retention rule wants it. It authorises nothing: the use case that asks has done so.
///
/// # Errors
/// `NotFound`.
pub(crate) async fn place_of(
    ctx: &Ctx,
    id: TaskId,
) -> Result<(Option<RequestId>, Option<RequestItemId>)> {
    let row = store::one(ctx.db(), ctx.scope(), id).await?;
    Ok((row.request_id, row.item_id))
}

/// How many tasks a request has, within a change.
///
/// # Errors
/// As every statement.
pub(crate) async fn count(tx: &Tx, request: RequestId) -> Result<u64> {
    store::count_of_request(tx.db(), tx.scope(), request).await
}

/// What some tasks could not erase, in the order in which it was reported.
///
/// # Errors
/// Forbidden.
pub(crate) async fn retentions(
    ctx: &Ctx,
    tasks: &[TaskId],
) -> Result<HashMap<TaskId, Vec<Retention>>> {
    visible(ctx).await?;
    let rows = store::retentions_of(ctx.db(), ctx.scope(), tasks).await?;
    let keys = keys_of(ctx, rows.iter().map(|row| row.key_id)).await?;
    let mut found: HashMap<TaskId, Vec<Retention>> = HashMap::new();
    for row in rows {
        let what = keys.lock(row.key_id, store::WHAT, row.id.uuid(), Some(&row.what));
        let of = found.entry(row.task_id).or_default();
        of.push(Retention { row, what });
    }
    Ok(found)
}

/// Something that a system kept when it erased.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    /// The system.
    pub(crate) system: String,
    /// What it is, and why.
    pub(crate) retention: Retention,
}

/// What systems keep of some customers who are one. It authorises nothing: the use case that asks has done so.
///
/// # Errors
/// As every statement.
pub(crate) async fn kept_of(ctx: &Ctx, customers: &[CustomerId]) -> Result<Vec<Kept>> {
    let rows = store::kept_of(ctx.db(), ctx.scope(), customers).await?;
    let keys = keys_of(ctx, rows.iter().map(|(_, row)| row.key_id)).await?;
    let kept = |(system, row): (String, task_retention::Model)| {
        let what = keys.lock(row.key_id, store::WHAT, row.id.uuid(), Some(&row.what));
        Kept {
            system,
            retention: Retention { row, what },
        }
    };
    Ok(rows.into_iter().map(kept).collect())
}

/// Which of some tasks erase what must not be erased now.
///
/// # Errors
/// Forbidden.
pub(crate) async fn guarded(ctx: &Ctx, tasks: &[TaskId]) -> Result<HashMap<TaskId, bool>> {
    visible(ctx).await?;
    let found = store::guarded(ctx.db(), ctx.scope(), tasks, ctx.now()).await?;
    Ok(tasks.iter().map(|id| (*id, found.contains(id))).collect())
}

/// The files of some tasks, in the order in which they came.
///
/// # Errors
/// Forbidden.
pub(crate) async fn attachments(
    ctx: &Ctx,
    tasks: &[TaskId],
) -> Result<HashMap<TaskId, Vec<Attachment>>> {
    visible(ctx).await?;
    let found = store::attachments_of(ctx.db(), ctx.scope(), tasks).await?;
    let keys = keys_of(ctx, found.values().flatten().map(|row| row.key_id)).await?;
    let file = |row: task_attachment::Model| {
        let lock =
            |column, cell: Option<&Vec<u8>>| keys.lock(row.key_id, column, row.id.uuid(), cell);
        Attachment {
            name: lock(store::FILE_NAME, Some(&row.name)),
            digest: lock(store::FILE_DIGEST, row.digest.as_ref()),
            row,
        }
    };
    Ok(found
        .into_iter()
        .map(|(task, files)| (task, files.into_iter().map(file).collect()))
        .collect())
}

async fn keys_of(ctx: &Ctx, keys: impl Iterator<Item = DataKeyId>) -> Result<CellKeys> {
    ctx.cell_keys(Action::ReadPersonalData, keys).await
}
