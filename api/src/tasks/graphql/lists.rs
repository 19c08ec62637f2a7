//! How tasks and their parts are loaded, one by one and in pages.

use std::collections::HashMap;

use entity::id::{RequestItemId, TaskId};

use crate::context::Ctx;
use crate::error::Result;
use crate::graphql::{Batch, connection, pages};
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

/// Declares what is loaded by the id of something: all of it, for all of a level.
macro_rules! parts {
    ($($(#[$doc:meta])* $name:ident($of:ty): $value:ty, $load:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub(super) struct $name(pub(super) $of);

        impl Batch for $name {
            type Value = Vec<$value>;

            async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Vec<$value>>> {
                let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
                let found = service::$load(ctx, &ids).await?;
                Ok(found.into_iter().map(|(id, parts)| (Self(id), parts)).collect())
            }
        }
    )+};
}

parts! {
    /// What a task could not erase.
    RetentionsOf(TaskId): Retention, retentions;
    /// The files of a task.
    AttachmentsOf(TaskId): Attachment, attachments;
}

pages! {
    /// A page of the tasks of a thing that was asked for.
    pub(crate) TasksOf(RequestItemId): Task, service::of_items;
}
