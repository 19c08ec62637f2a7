//! How tasks and their parts are loaded, one by one and in pages.

use std::collections::HashMap;

use entity::id::{RequestItemId, TaskId};

use crate::context::Ctx;
use crate::error::Result;
use crate::graphql::{Batch, connection, pages, parts};
use crate::tasks::service::{self, Attachment, Retention, Task};

connection! {
    /// A page of tasks.
    TaskConnection, TaskEdge, Task
}

impl Batch for TaskId {
    type Value = Task;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Task>> {
        service::by_ids(ctx, keys).await
    }
}

parts! {
    /// What a task could not erase.
    pub(super) RetentionsOf(TaskId): Vec<Retention>, service::retentions;
    /// The files of a task.
    pub(super) AttachmentsOf(TaskId): Vec<Attachment>, service::attachments;
    /// Whether a task erases what must not be erased now.
    pub(super) GuardOf(TaskId): bool, service::guarded;
}

pages! {
    /// A page of the tasks of a thing that was asked for.
    pub(crate) TasksOf(RequestItemId): Task, service::of_items;
}
