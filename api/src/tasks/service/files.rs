//! Files that systems upload for their tasks. They come and go in parts, so that memory stays flat, and no part waits for
//! a slow network while the database is held.

use std::sync::Arc;
use std::time::Duration;

use entity::enums::{Action, ErrorCode, EventType, Log};
use entity::id::{AttachmentChunkId, AttachmentId, LeaseId, TaskId};
use entity::{task_attachment, task_attachment_chunk};

use super::held::{LOST, check_held, lost};
use crate::context::{App, Ctx, Tx};
use crate::error::{Error, Result};
use crate::ledger::{Event, Fields};
use crate::platform::personal::{Personal, check_text, is_odd as is_odd_in_text};
use crate::platform::random;
use crate::tasks::store;
use crate::vault::{DataKey, ERASED, Parts, Place};

/// How many files a task may have under one lease, whole or not.
const MOST_FILES: u64 = 20;
/// Longest name of a file, in characters.
const LONGEST_NAME: usize = 200;
/// Longest media type, in bytes.
const LONGEST_TYPE: usize = 100;
/// An upload that has not ended by then does not end any more.
const LONGEST_UPLOAD: Duration = Duration::from_hours(24);
/// How many of those are deleted in one transaction.
const EXPIRED_AT_ONCE: u64 = 100;

/// A file to be uploaded.
#[derive(Debug, Clone)]
pub(crate) struct NewFile {
    /// For which task.
    pub(crate) task: TaskId,
    /// Under which lease.
    pub(crate) lease: LeaseId,
    /// What it is called.
    pub(crate) name: Personal,
    /// What it is.
    pub(crate) media_type: String,
}

/// A file that is being uploaded.
pub(crate) struct Upload {
    ctx: Ctx,
    row: task_attachment::Model,
    name: Personal,
    key: Arc<DataKey>,
    parts: Parts,
}

impl Upload {
    /// Begins an upload.
    ///
    /// # Errors
    /// Forbidden; Invalid; `NotFound`; Refused (`LEASE_LOST`).
    pub(crate) async fn begin(ctx: &Ctx, new: NewFile) -> Result<Self> {
        ctx.authorize(Action::WorkOnTasks)?;
        check_text("name", Some(&new.name), LONGEST_NAME)?;
        if new.name.expose().contains(is_odd) {
            let problem = "must be the name of a file, in one line and without a path";
            return Err(Error::invalid("name", problem));
        }
        if !is_media_type(&new.media_type) {
            return Err(Error::invalid(
                "mediaType",
                "must be a media type, as text/csv",
            ));
        }
        let task = store::one(ctx.db(), ctx.scope(), new.task).await?;
        if !check_held(ctx, &task, new.lease) {
            return Err(lost());
        }
        let mut keys = ctx
            .vault()
            .keys(ctx.db(), ctx.scope(), [task.key_id])
            .await?;
        let key = keys.remove(&task.key_id).ok_or(ERASED)?;
        let id = AttachmentId::from_uuid(random::id());
        let place = Place::of(ctx.controller(), store::FILE_NAME, id.uuid());
        let row = task_attachment::Model {
            controller_id: ctx.controller(),
            id,
            task_id: new.task,
            lease: Some(new.lease),
            recorded_at: ctx.now(),
            completed_at: None,
            media_type: new.media_type,
            size: 0,
            chunks: 0,
            key_id: key.id(),
            name: key.close(place, new.name.expose())?,
            digest: None,
            event_id: None,
        };
        let tx = ctx.app.housekeeping().await?;
        let task = store::lock(tx.connection(), ctx.scope(), new.task).await?;
        if !check_held(ctx, &task, new.lease) {
            tx.rollback().await?;
            return Err(lost());
        }
        ctx.vault().pin(&tx, ctx.scope(), vec![key.id()]).await?;
        let count =
            store::count_attachments(tx.connection(), ctx.scope(), new.task, new.lease).await?;
        if count >= MOST_FILES {
            return Err(Error::invalid("taskId", "has 20 files already"));
        }
        store::insert_attachment(tx.connection(), row.clone()).await?;
        tx.commit().await?;
        Ok(Self {
            ctx: ctx.clone(),
            row,
            name: new.name,
            key,
            parts: Parts::new(),
        })
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// As every statement.
    pub(crate) async fn push(&mut self, mut bytes: &[u8]) -> Result<()> {
        while let Some(part) = self.parts.fill(&mut bytes) {
            self.write(&part).await?;
        }
        Ok(())
    }

    /// Writes a part down.
    async fn write(&mut self, part: &[u8]) -> Result<()> {
        let id = AttachmentChunkId::from_uuid(random::id());
        let place = Place::of(self.ctx.controller(), store::FILE_PART, id.uuid());
        let of = (self.row.id.uuid(), self.row.chunks);
        let row = task_attachment_chunk::Model {
            controller_id: self.ctx.controller(),
            id,
            attachment_id: self.row.id,
            position: self.row.chunks,
            key_id: self.key.id(),
            content: self.key.close_part(place, of, part)?,
        };
        let tx = self.ctx.app.housekeeping().await?;
        let (vault, scope) = (self.ctx.vault(), self.ctx.scope());
        vault.pin(&tx, scope, vec![self.key.id()]).await?;
        store::insert_chunk(tx.connection(), row).await?;
        tx.commit().await?;
        self.row.chunks += 1;
        self.row.size += i64::try_from(part.len()).unwrap_or_default();
        Ok(())
    }

    /// The file is whole. Uploaded twice under one lease, it is there once.
    ///
    /// # Errors
    /// Invalid for an empty file; Refused (`LEASE_LOST`).
    pub(crate) async fn finish(mut self) -> Result<(AttachmentId, i64, String)> {
        if let Some(part) = self.parts.rest() {
            self.write(&part).await?;
        }
        if self.row.size == 0 {
            self.discard().await?;
            return Err(Error::invalid("body", "is empty"));
        }
        let digest = self.parts.digest();
        let ctx = self.ctx.clone();
        let mut tx = ctx.begin().await?;
        let task = store::lock(tx.db(), tx.scope(), self.row.task_id).await?;
        let held = self
            .row
            .lease
            .is_some_and(|lease| check_held(&ctx, &task, lease));
        if !held {
            tx.rollback().await?;
            self.discard().await?;
            let object = task.id.to_string();
            return Err(ctx
                .refuse(ErrorCode::LeaseLost, LOST.to_owned(), object)
                .await);
        }
        ctx.vault()
            .pin(tx.inner(), tx.scope(), vec![self.key.id()])
            .await?;
        if let Some(id) = self.same(&tx, &digest).await? {
            let size = self.row.size;
            tx.rollback().await?;
            self.discard().await?;
            return Ok((id, size, digest));
        }
        let event = tx.record(Event {
            kind: EventType::AttachmentAdded,
            log: Log::Main,
            object: self.row.id.to_string(),
            customer: task.customer_id,
            key: &self.key,
            fields: Fields::new()
                .with("task", task.id.to_string())
                .with("mediaType", self.row.media_type.as_str())
                .with("size", self.row.size)
                .with("digest", digest.as_str()),
        })?;
        let place = Place::of(ctx.controller(), store::FILE_DIGEST, self.row.id.uuid());
        self.row.completed_at = Some(ctx.now());
        self.row.digest = Some(self.key.close(place, &digest)?);
        self.row.event_id = Some(event);
        store::finish_attachment(tx.db(), tx.scope(), self.row.clone()).await?;
        tx.commit().await?;
        Ok((self.row.id, self.row.size, digest))
    }

    /// The same file, where it was uploaded under the same lease before.
    async fn same(&self, tx: &Tx, digest: &str) -> Result<Option<AttachmentId>> {
        let task = self.row.task_id;
        let found = store::attachments_of(tx.db(), tx.scope(), &[task]).await?;
        for file in found.into_values().flatten() {
            if file.lease != self.row.lease || file.media_type != self.row.media_type {
                continue;
            }
            let place = |column| Place::of(file.controller_id, column, file.id.uuid());
            let name = self.key.open(place(store::FILE_NAME), &file.name)?;
            let cell = file.digest.as_deref().unwrap_or_default();
            let known = self.key.open(place(store::FILE_DIGEST), cell)?;
            if name == self.name && known.expose() == digest {
                return Ok(Some(file.id));
            }
        }
        Ok(None)
    }

    /// Nothing of it stays.
    ///
    /// # Errors
    /// As every statement.
    pub(crate) async fn discard(self) -> Result<()> {
        let tx = self.ctx.app.housekeeping().await?;
        store::delete_file(tx.connection(), &self.row).await?;
        tx.commit().await
    }
}

/// What has no place in the name of a file: paths, lines, and what turns the direction of a text.
fn is_odd(c: char) -> bool {
    is_odd_in_text(c) || matches!(c, '/' | '\\')
}

fn is_media_type(text: &str) -> bool {
    let token = |part: &str| {
        let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$&-^_.+".contains(c);
        !part.is_empty() && part.chars().all(is_token)
    };
    let parts = text.split_once('/');
    text.len() <= LONGEST_TYPE && parts.is_some_and(|(kind, rest)| token(kind) && token(rest))
}

/// A file that is being read.
pub(crate) struct Download {
    ctx: Ctx,
    key: Arc<DataKey>,
    /// What it is called.
    pub(crate) name: Personal,
    /// Its row.
    pub(crate) row: task_attachment::Model,
    next: i32,
}

impl Download {
    /// Begins to read a file; that somebody does is recorded first.
    ///
    /// # Errors
    /// Forbidden; `NotFound`; Conflict when it was erased.
    pub(crate) async fn begin(ctx: &Ctx, id: AttachmentId) -> Result<Self> {
        ctx.authorize(Action::ReadAttachments)?;
        let row = store::attachment(ctx.db(), ctx.scope(), id).await?;
        let task = store::one(ctx.db(), ctx.scope(), row.task_id).await?;
        let mut keys = ctx
            .vault()
            .keys(ctx.db(), ctx.scope(), [row.key_id])
            .await?;
        let key = keys.remove(&row.key_id).ok_or(ERASED)?;
        let place = Place::of(row.controller_id, store::FILE_NAME, row.id.uuid());
        let name = key.open(place, &row.name)?;
        let mut tx = ctx.begin().await?;
        ctx.vault()
            .pin(tx.inner(), tx.scope(), vec![key.id()])
            .await?;
        tx.record(Event {
            kind: EventType::AttachmentRead,
            log: Log::Main,
            object: id.to_string(),
            customer: task.customer_id,
            key: &key,
            fields: Fields::new().with("task", task.id.to_string()),
        })?;
        tx.commit().await?;
        ctx.note_shown(key.owner(), store::FILE_PART);
        Ok(Self {
            ctx: ctx.clone(),
            key,
            name,
            row,
            next: 0,
        })
    }

    /// The next bytes; nothing after the last.
    ///
    /// # Errors
    /// `NotFound` when a part is missing; Internal when one was tampered with.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        if self.next >= self.row.chunks {
            return Ok(None);
        }
        let (db, scope) = (self.ctx.db(), self.ctx.scope());
        let part = store::chunk(db, scope, self.row.id, self.next).await?;
        let part = part.ok_or(Error::NotFound { what: "attachment" })?;
        let place = Place::of(part.controller_id, store::FILE_PART, part.id.uuid());
        let of = (self.row.id.uuid(), self.next);
        self.next += 1;
        self.key.open_part(place, of, &part.content).map(Some)
    }
}

/// Deletes uploads that did not come to an end, of all controllers.
///
/// # Errors
/// As every statement.
pub(crate) async fn expire_uploads(app: &App) -> Result<()> {
    let before = app.clock.now().saturating_sub(LONGEST_UPLOAD);
    loop {
        let old = store::unfinished(app.db.reader(), before, EXPIRED_AT_ONCE).await?;
        if old.is_empty() {
            return Ok(());
        }
        let tx = app.housekeeping().await?;
        for row in &old {
            store::delete_file(tx.connection(), row).await?;
        }
        tx.commit().await?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types() {
        for good in [
            "application/json",
            "text/csv",
            "application/vnd.ms-excel",
            "image/svg+xml",
        ] {
            assert!(is_media_type(good), "{good}");
        }
        for bad in [
            "",
            "json",
            "/",
            "text/",
            "text/csv; charset=utf-8",
            "text/csv\r\nx: y",
            "a/b/c",
        ] {
            assert!(!is_media_type(bad), "{bad}");
        }
    }
}
