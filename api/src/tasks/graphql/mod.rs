//! Tasks in the schema.

mod inputs;
mod lists;
mod types;

use async_graphql::{Context, Object, SimpleObject};

use inputs::{
    ClaimTasksInput, CompleteTaskInput, FailTaskInput, HeartbeatTaskInput, PostponeTaskInput,
    TaskFilterInput,
};
pub(crate) use lists::{TaskConnection, TasksOf};
use types::ClaimedTask;

use super::service::{self, Task};
use crate::error::Result;
use crate::graphql::{ctx, ctx_for, once, payloads, read_back};
use crate::platform::page::PageRequest;

/// Queries over tasks.
#[derive(Default)]
pub(crate) struct TasksQuery;

#[Object]
impl TasksQuery {
    /// The controller's tasks, in the order in which they were planned. Whoever may not read requests sees those of the
    /// systems that they serve.
    async fn tasks(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Page size: 1 to 100, 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The page after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "Which ones.")] filter: Option<TaskFilterInput>,
    ) -> Result<TaskConnection> {
        let filter = filter.unwrap_or_default().into();
        let page = service::list(ctx(context)?, &filter, PageRequest { first, after }).await?;
        Ok(TaskConnection::new(page))
    }
}

/// What `claimTasks` answers.
#[derive(SimpleObject)]
pub(crate) struct ClaimTasksPayload {
    /// The tasks that were handed out, those first that have waited longest; none where there is nothing to do.
    tasks: Vec<ClaimedTask>,
}

/// What `heartbeatTask` answers.
#[derive(SimpleObject)]
pub(crate) struct HeartbeatTaskPayload {
    /// The task, which is null never but for a fault. Where it is `suspended`, it was not kept for longer: stop, and report.
    task: Option<Task>,
}

payloads! {
    /// What `completeTask` answers.
    CompleteTaskPayload {
        /// The task as it is now; null when it was changed but could not be read.
        task: Task
    }
    /// What `failTask` answers.
    FailTaskPayload {
        /// The task as it is now; null when it was changed but could not be read.
        task: Task
    }
    /// What `postponeTask` answers.
    PostponeTaskPayload {
        /// The task as it is now; null when it was changed but could not be read.
        task: Task
    }
}

/// Changes to tasks, by those who do them.
#[derive(Default)]
pub(crate) struct TasksMutation;

#[Object]
impl TasksMutation {
    /// Hands out tasks of a system, each to one caller until its lease ends. A task that was not reported on by then has
    /// failed, and is handed out again after a while, so that it may be done twice: make what you do repeatable. Where
    /// there is nothing to do, nothing is recorded: ask as often as once a second, or when the feed shows `TASK_PLANNED`.
    /// Errors: BAD_USER_INPUT for a system that the integration does not serve.
    async fn claim_tasks(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Of what, and how many.")] input: ClaimTasksInput,
    ) -> Result<ClaimTasksPayload> {
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let claimed = service::claim(&ctx, &input.system, input.limit, input.lease_seconds).await?;
        Ok(ClaimTasksPayload {
            tasks: claimed.into_iter().map(ClaimedTask::new).collect(),
        })
    }

    /// Keeps a task for longer, and tells whether it is still wanted: ask right before what cannot be taken back. Errors:
    /// NOT_FOUND; LEASE_LOST; LEGAL_HOLD where it must not be erased now.
    async fn heartbeat_task(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which task, and for how long.")] input: HeartbeatTaskInput,
    ) -> Result<HeartbeatTaskPayload> {
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let seconds = input.lease_seconds;
        let task = service::heartbeat(&ctx, input.task_id, input.lease, seconds).await?;
        Ok(HeartbeatTaskPayload { task: Some(task) })
    }

    /// Says that a task was done, or as far as it could be, or that there was nothing to do. Said again under the same
    /// lease, it answers the same. Errors: NOT_FOUND; LEASE_LOST.
    async fn complete_task(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How it ended.")] input: CompleteTaskInput,
    ) -> Result<CompleteTaskPayload> {
        let once = once("completeTask", input.idempotency_key.as_ref(), &input)?;
        let (person, held, said) = input.split();
        let id = service::complete(&ctx_for(context, person)?, held, &said, once).await?;
        let task = read_back(context, id).await;
        Ok(CompleteTaskPayload { task })
    }

    /// Says that a task failed. It is handed out again after a minute, then after twice as long each time up to six hours;
    /// after 24 failures, or where that makes no sense, somebody has to look at it: `retryTask`. Errors: NOT_FOUND;
    /// LEASE_LOST.
    async fn fail_task(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What went wrong.")] input: FailTaskInput,
    ) -> Result<FailTaskPayload> {
        let once = once("failTask", input.idempotency_key.as_ref(), &input)?;
        let (person, held, said) = input.split();
        let id = service::fail(&ctx_for(context, person)?, held, &said, once).await?;
        let task = read_back(context, id).await;
        Ok(FailTaskPayload { task })
    }

    /// Says that a task has to wait for something, such as the end of a chargeback: it is handed out again later, and that
    /// is no failure. Errors: NOT_FOUND; LEASE_LOST.
    async fn postpone_task(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "For what it waits.")] input: PostponeTaskInput,
    ) -> Result<PostponeTaskPayload> {
        let once = once("postponeTask", input.idempotency_key.as_ref(), &input)?;
        let (person, held, said) = input.split();
        let id = service::postpone(&ctx_for(context, person)?, held, &said, once).await?;
        let task = read_back(context, id).await;
        Ok(PostponeTaskPayload { task })
    }
}
