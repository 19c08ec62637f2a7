//! What systems have to do about an item, as it moves on.

use entity::enums::{
    Action, ErrorCode, RequestStatus as Status, RequestType, RequesterKind, TaskKind,
};
use entity::id::{CustomerId, RequestItemId, TaskId};
use entity::{request, request_item};

use super::case::{Case, Opened};
use super::check::{LONGEST_NOTE, check_text};
use crate::context::{Ctx, Once, only_id};
use crate::error::{Error, Result};
use crate::platform::personal::Personal;
use crate::requests::rules::states;
use crate::requests::store;
use crate::tasks::service::{self as tasks, NewTask, Pace, Standing};
use crate::vault::normalise;

/// What is answered to a correction that says nothing.
const INSTRUCT: &str = "must say what is to be corrected, and how";

/// How many tasks a request may get by hand and of itself.
const MOST_TASKS: u64 = 2_000;

/// What there is to do about an item.
pub(super) struct Work {
    kind: Option<TaskKind>,
    /// The systems that hold data of the customer.
    systems: Vec<String>,
}

impl Work {
    /// What there is to do about an item that comes to a state. Looked at before the request is locked.
    pub(super) async fn of(
        ctx: &Ctx,
        request: &request::Model,
        item: &request_item::Model,
        to: Status,
    ) -> Result<Self> {
        let kind = tasks::kind_for(item.kind);
        let matters = matches!(
            to,
            Status::InProgress | Status::Fulfilled | Status::PartiallyFulfilled
        );
        let systems = match subject(request) {
            Some(customer) if matters && kind.is_some() => tasks::holding(ctx, customer).await?,
            _ => Vec::new(),
        };
        Ok(Self { kind, systems })
    }

    /// Why the work that is done, or is not, keeps an item from a state.
    pub(super) fn refuse(
        &self,
        case: &Case,
        item: &request_item::Model,
        to: Status,
        standing: &Standing,
    ) -> Option<(ErrorCode, String)> {
        let not_yet = |reason: String| Some((ErrorCode::TasksOpen, reason));
        match to {
            Status::InProgress if waits_for_export(case, item) => Some((
                ErrorCode::TransitionNotAllowed,
                "what the person asks to see in the same request comes before what is erased"
                    .to_owned(),
            )),
            Status::Fulfilled | Status::PartiallyFulfilled => {
                let missing = self.missing(standing);
                if standing.open {
                    not_yet("tasks of this item are not done".to_owned())
                } else if !missing.is_empty() {
                    let missing = missing.join(", ");
                    not_yet(format!(
                        "these hold data and have no task: {missing}; see planTask"
                    ))
                } else if standing.kept && to == Status::Fulfilled {
                    let reason =
                        "something was kept, failed or was left out: PARTIALLY_FULFILLED says so";
                    Some((ErrorCode::NotAllFulfilled, reason.to_owned()))
                } else {
                    None
                }
            }
            _ if states::is_final(to) => refuse_end(standing),
            _ => None,
        }
    }

    /// The systems that hold data and have no task.
    fn missing(&self, standing: &Standing) -> Vec<&str> {
        let Some(kind) = self.kind else {
            return Vec::new();
        };
        let has = |system: &str| standing.systems.contains(&(system.to_owned(), kind));
        let systems = self.systems.iter().map(String::as_str);
        systems.filter(|system| !has(system)).collect()
    }

    /// What must be said with a step.
    pub(super) fn check(
        &self,
        to: Status,
        standing: &Standing,
        instructions: Option<&Personal>,
        note: Option<&Personal>,
    ) -> Result<()> {
        let plans = to == Status::InProgress && !self.missing(standing).is_empty();
        if instructions.is_some() && !plans {
            let problem =
                "are said where tasks are planned: with IN_PROGRESS, where systems hold data";
            return Err(Error::invalid("instructions", problem));
        }
        if plans && self.kind == Some(TaskKind::Correct) && instructions.is_none() {
            return Err(Error::invalid("instructions", INSTRUCT));
        }
        let nobody = self.kind.is_some() && !standing.any;
        if nobody && to == Status::Fulfilled && note.is_none() {
            let problem = "must say how it was fulfilled: no system had anything to do";
            return Err(Error::invalid("note", problem));
        }
        Ok(())
    }

    /// Plans what is not planned yet.
    pub(super) async fn plan(
        &self,
        ctx: &Ctx,
        case: &mut Case,
        item: &request_item::Model,
        standing: &Standing,
        instructions: Option<&Personal>,
    ) -> Result<()> {
        let Some(kind) = self.kind else {
            return Ok(());
        };
        let new = |system: &str| NewTask {
            request: Some(item.request_id),
            item: Some(item.id),
            scope: item.scope,
            instructions: instructions.cloned(),
            ..NewTask::of(kind, system.to_owned(), subject(&case.request))
        };
        let new: Vec<_> = self.missing(standing).into_iter().map(new).collect();
        tasks::plan(ctx, &mut case.tx, &case.key, new).await?;
        Ok(())
    }
}

/// The customer whose data systems are to act on. A user of a customer's site is not the customer, whose data nobody asked
/// for.
pub(super) fn subject(request: &request::Model) -> Option<CustomerId> {
    request
        .customer_id
        .filter(|_| request.requester != RequesterKind::EndUser)
}

/// Why what systems did, or are doing, keeps an item from an end that undoes nothing.
pub(super) fn refuse_end(standing: &Standing) -> Option<(ErrorCode, String)> {
    if standing.held {
        let reason = "a system is doing what was asked at this moment: put the item ON_HOLD first";
        return Some((ErrorCode::TasksOpen, reason.to_owned()));
    }
    if standing.changed {
        let reason = "a system has done what was asked already: PARTIALLY_FULFILLED says so, from IN_PROGRESS";
        return Some((ErrorCode::TransitionNotAllowed, reason.to_owned()));
    }
    None
}

/// Whether something is to be erased that the person asks to see in the same request.
fn waits_for_export(case: &Case, item: &request_item::Model) -> bool {
    let sees = |other: &request_item::Model| {
        let shows = matches!(other.kind, RequestType::Access | RequestType::Portability);
        shows && !states::is_final(other.status) && other.status != Status::InProgress
    };
    item.kind == RequestType::Deletion && case.items.iter().any(sees)
}

/// What an item in a state does to its tasks.
pub(super) fn pace(status: Status) -> Pace {
    match status {
        Status::InProgress => Pace::Works,
        status if states::is_final(status) => Pace::Ended,
        _ => Pace::Stands,
    }
}

/// A task that a person plans.
#[derive(Debug, Clone)]
pub(crate) struct PlannedTask {
    /// For which item.
    pub(crate) item: RequestItemId,
    /// In which system.
    pub(crate) system: String,
    /// What is to be done; what the item asks for, when absent.
    pub(crate) kind: Option<TaskKind>,
    /// What whoever does it must know.
    pub(crate) instructions: Option<Personal>,
}

/// Plans a task by hand, for an item that is being worked on.
///
/// # Errors
/// Forbidden; Invalid; `NotFound`; Refused (`TRANSITION_NOT_ALLOWED`) where the item is not being worked on.
pub(crate) async fn plan_task(ctx: &Ctx, new: PlannedTask, once: Once) -> Result<TaskId> {
    ctx.authorize(Action::HandleRequest)?;
    check_text("instructions", new.instructions.as_ref(), LONGEST_NOTE)?;
    let system = normalise::external_system(&new.system)
        .map_err(|expected| Error::invalid("system", expected.to_string()))?;
    let elsewhere = match new.kind {
        Some(TaskKind::SendCode) => Some("is planned by sendVerificationCode"),
        Some(TaskKind::Notify) => Some("is planned by recordIncidentNotification"),
        _ => None,
    };
    if let Some(problem) = elsewhere {
        return Err(Error::invalid("kind", problem));
    }
    if let Some(ids) = ctx.done_before(&once).await? {
        return only_id(&ids, "task");
    }
    let request = store::request_of_item(ctx.db(), ctx.scope(), new.item).await?;
    let mut case = match Case::open(ctx, request, &once, &[]).await? {
        Opened::Now(case) => case,
        Opened::Before(ids) => return only_id(&ids, "task"),
    };
    let item = case.item(new.item)?.clone();
    if !matches!(item.status, Status::InProgress | Status::OnHold) {
        let reason = "tasks are planned while the item is IN_PROGRESS or ON_HOLD".to_owned();
        let code = ErrorCode::TransitionNotAllowed;
        return Err(case.refuse(ctx, code, reason).await);
    }
    let kind = new.kind.or_else(|| tasks::kind_for(item.kind));
    let missing = || {
        Error::invalid(
            "kind",
            "must be said: systems do nothing about this of themselves",
        )
    };
    let kind = kind.ok_or_else(missing)?;
    if tasks::destroys(kind) && item.kind != RequestType::Deletion {
        let problem = "destroys data: the item does not ask for it";
        return Err(Error::invalid("kind", problem));
    }
    if kind == TaskKind::Correct && new.instructions.is_none() {
        return Err(Error::invalid("instructions", INSTRUCT));
    }
    if tasks::count(&case.tx, request).await? >= MOST_TASKS {
        return Err(Error::invalid("itemId", "has a request with 2000 tasks"));
    }
    let task = NewTask {
        request: Some(request),
        item: Some(item.id),
        scope: item.scope,
        instructions: new.instructions,
        ..NewTask::of(kind, system, subject(&case.request))
    };
    let ids = tasks::plan(ctx, &mut case.tx, &case.key, vec![task]).await?;
    let results: Vec<_> = ids.iter().map(ToString::to_string).collect();
    case.tx.answer_with(&results).await?;
    let pace = pace(item.status);
    tasks::follow(ctx, &mut case.tx, &case.key, item.id, pace).await?;
    case.save(ctx).await?;
    only_id(&results, "task")
}

/// Has a task done again that failed, was skipped or keeps something, or now that waits for a later time.
///
/// # Errors
/// Forbidden; Invalid; `NotFound`; Refused (`TRANSITION_NOT_ALLOWED`) where what it is for has ended otherwise.
pub(crate) async fn retry_task(ctx: &Ctx, id: TaskId, once: Once) -> Result<TaskId> {
    ctx.authorize(Action::HandleRequest)?;
    if let Some(ids) = ctx.done_before(&once).await? {
        return only_id(&ids, "task");
    }
    let (request, item) = tasks::place_of(ctx, id).await?;
    let Some(request) = request else {
        return tasks::retry_alone(ctx, id, once).await;
    };
    let mut case = match Case::open(ctx, request, &once, &[id.to_string()]).await? {
        Opened::Now(case) => case,
        Opened::Before(ids) => return only_id(&ids, "task"),
    };
    let status = item.map(|item| case.item(item).map(|item| item.status));
    let status = status.transpose()?;
    // What is kept for a time comes to its end after the request, too.
    let wanted = status.is_none_or(|status| {
        !states::is_final(status) || matches!(status, Status::PartiallyFulfilled)
    });
    if !wanted {
        let reason = "what it is for has ended".to_owned();
        let code = ErrorCode::TransitionNotAllowed;
        return Err(case.refuse(ctx, code, reason).await);
    }
    let stands = status.is_some_and(|status| pace(status) == Pace::Stands);
    tasks::retry(ctx, &mut case.tx, &case.key, id, stands).await?;
    case.save(ctx).await?;
    Ok(id)
}

/// States of tasks that keep an item from being fulfilled, for those who choose what is next.
pub(super) fn allowed(status: Status, standing: &Standing) -> Vec<Status> {
    let followers = states::followers(status).iter().copied();
    followers
        .filter(|to| match to {
            Status::Fulfilled => !standing.open && !standing.kept,
            Status::PartiallyFulfilled => !standing.open,
            to if states::is_final(*to) => !standing.held && !standing.changed,
            _ => true,
        })
        .collect()
}
