//! Statements over files and their parts.

use std::collections::HashMap;

use entity::id::{AttachmentId, LeaseId, TaskId};
use entity::time::Timestamp;
use entity::{task_attachment, task_attachment_chunk};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Set,
};

use crate::error::{Error, Result};
use crate::platform::db::{Scope, insert_rows};

pub(in crate::tasks) async fn insert_attachment(
    db: &impl ConnectionTrait,
    row: task_attachment::Model,
) -> Result<()> {
    insert_rows(db, vec![row]).await
}

pub(in crate::tasks) async fn insert_chunk(
    db: &impl ConnectionTrait,
    row: task_attachment_chunk::Model,
) -> Result<()> {
    insert_rows(db, vec![row]).await
}

/// A file that is whole.
///
/// # Errors
/// `NotFound` when there is none.
pub(in crate::tasks) async fn attachment(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: AttachmentId,
) -> Result<task_attachment::Model> {
    let select = scope
        .select::<task_attachment::Entity>()
        .filter(task_attachment::Column::Id.eq(id))
        .filter(task_attachment::Column::CompletedAt.is_not_null());
    let missing = Error::NotFound { what: "attachment" };
    select.one(db).await?.ok_or(missing)
}

/// The part of a file at a place.
pub(in crate::tasks) async fn chunk(
    db: &impl ConnectionTrait,
    scope: Scope,
    file: AttachmentId,
    position: i32,
) -> Result<Option<task_attachment_chunk::Model>> {
    use task_attachment_chunk::Column;
    let select = scope.select::<task_attachment_chunk::Entity>();
    Ok(select
        .filter(Column::AttachmentId.eq(file))
        .filter(Column::Position.eq(position))
        .one(db)
        .await?)
}

/// Says that a file is whole.
///
/// # Errors
/// `NotFound` when it was deleted meanwhile.
pub(in crate::tasks) async fn finish_attachment(
    db: &impl ConnectionTrait,
    scope: Scope,
    row: task_attachment::Model,
) -> Result<()> {
    let changed = task_attachment::ActiveModel {
        completed_at: Set(row.completed_at),
        size: Set(row.size),
        chunks: Set(row.chunks),
        digest: Set(row.digest),
        event_id: Set(row.event_id),
        ..Default::default()
    };
    let done = task_attachment::Entity::update_many()
        .set(changed)
        .filter(task_attachment::Column::ControllerId.eq(scope.controller))
        .filter(task_attachment::Column::Id.eq(row.id))
        .exec(db)
        .await?;
    if done.rows_affected == 0 {
        return Err(Error::NotFound { what: "attachment" });
    }
    Ok(())
}

/// How many files a task has under a lease, whole or not.
pub(in crate::tasks) async fn count_attachments(
    db: &impl ConnectionTrait,
    scope: Scope,
    task: TaskId,
    lease: LeaseId,
) -> Result<u64> {
    let select = scope
        .select::<task_attachment::Entity>()
        .filter(task_attachment::Column::TaskId.eq(task))
        .filter(task_attachment::Column::Lease.eq(lease));
    Ok(select.count(db).await?)
}

/// The files of some tasks that are whole, in the order in which they came.
pub(in crate::tasks) async fn attachments_of(
    db: &impl ConnectionTrait,
    scope: Scope,
    tasks: &[TaskId],
) -> Result<HashMap<TaskId, Vec<task_attachment::Model>>> {
    let rows = scope
        .select::<task_attachment::Entity>()
        .filter(task_attachment::Column::TaskId.is_in(tasks.iter().copied()))
        .filter(task_attachment::Column::CompletedAt.is_not_null())
        .order_by_asc(task_attachment::Column::Id)
        .all(db)
        .await?;
    let mut found: HashMap<TaskId, Vec<_>> = HashMap::new();
    for row in rows {
        found.entry(row.task_id).or_default().push(row);
    }
    Ok(found)
}

/// Uploads of all controllers that began before an instant and did not come to an end.
pub(in crate::tasks) async fn unfinished(
    db: &impl ConnectionTrait,
    before: Timestamp,
    most: u64,
) -> Result<Vec<task_attachment::Model>> {
    #[expect(clippy::disallowed_methods, reason = "uploads of all controllers end")]
    let select = task_attachment::Entity::find();
    Ok(select
        .filter(task_attachment::Column::CompletedAt.is_null())
        .filter(task_attachment::Column::RecordedAt.lt(before))
        .limit(most)
        .all(db)
        .await?)
}

/// Deletes a file with its parts.
pub(in crate::tasks) async fn delete_file(
    db: &impl ConnectionTrait,
    row: &task_attachment::Model,
) -> Result<()> {
    use task_attachment_chunk::Column;
    task_attachment_chunk::Entity::delete_many()
        .filter(Column::ControllerId.eq(row.controller_id))
        .filter(Column::AttachmentId.eq(row.id))
        .exec(db)
        .await?;
    task_attachment::Entity::delete_many()
        .filter(task_attachment::Column::ControllerId.eq(row.controller_id))
        .filter(task_attachment::Column::Id.eq(row.id))
        .exec(db)
        .await?;
    Ok(())
}
