//! Putting packages together: one at a time, in parts, so that memory stays flat. Whoever dies over it is followed by
//! another who begins again.

use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use entity::enums::{AccessPackageStatus as Status, ErrorCode, EventType};
use entity::id::{AccessPackageChunkId, LeaseId};
use entity::{access_package, access_package_chunk};
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use super::gather::{Gathered, gather};
use super::order::{end, key_of, record};
use crate::auth;
use crate::context::{App, Ctx};
use crate::error::{Error, Result};
use crate::ledger::Fields;
use crate::packages::{rules, store};
use crate::platform::random;
use crate::tasks::{self, service::Download};
use crate::vault::{DataKey, PART, Parts, Place};

/// Whoever has not been heard of for so long is taken for dead.
const LEASE: Duration = Duration::from_secs(20);
/// How often whoever is alive says so.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// How often it is tried.
const MOST_ATTEMPTS: i32 = 8;
/// How long it waits after the first failure; twice as long after each further one.
const PAUSE: Duration = Duration::from_secs(15);
/// How long a package is kept.
const KEPT: Duration = Duration::from_hours(24 * 30);
/// Files that are larger need another form of entry in the archive.
const LARGE: i64 = 0x7fff_ffff;

/// Puts one package together, of any controller; false when there is none to be put together.
///
/// # Errors
/// As every statement; what is wrong with a package alone is recorded, and it is tried again later.
pub(crate) async fn build_due(app: &Arc<App>) -> Result<bool> {
    let now = app.clock.now();
    let Some(mut row) = store::due(app.db.reader(), now).await? else {
        return Ok(false);
    };
    let lease = LeaseId::from_uuid(uuid::Uuid::from_bytes(random::bytes()?));
    let tx = app.housekeeping().await?;
    let until = now.saturating_add(LEASE);
    let taken = store::take(tx.connection(), &row, lease, (now, until)).await?;
    tx.commit().await?;
    if !taken {
        return Ok(true);
    }
    row.lease = Some(lease);
    row.attempts += 1;
    let own = auth::service::operator_over(app, row.controller_id).await?;
    let (own, ctx) = own.ok_or(Error::NotFound { what: "controller" })?;
    // Of whoever died over it, nobody heard.
    let done = match row.attempts {
        ..=MOST_ATTEMPTS => build_alive(&ctx, &own.name, &row).await,
        _ => Err(Error::Conflict("it was begun too often")),
    };
    match done {
        // Or somebody else has it, who thought that we were dead.
        Ok(()) | Err(Error::Conflict(LOST)) => {}
        Err(error) => put_off(&ctx, &row, error).await?,
    }
    Ok(true)
}

/// What is said where another took a package on.
const LOST: &str = "the package is being put together by another instance";

/// Tries again later, or not any more.
async fn put_off(ctx: &Ctx, row: &access_package::Model, error: Error) -> Result<()> {
    // A system may be exporting again, and its old files go when it is done.
    let again = matches!(
        &error,
        Error::Internal { .. }
            | Error::Unavailable(_)
            | Error::NotFound { what: "attachment" }
            | Error::Refused {
                code: ErrorCode::TasksOpen,
                ..
            }
    );
    tracing::error!(package = %row.id, attempt = row.attempts, cause = error.for_log(), "a package could not be put together");
    if again && row.attempts < MOST_ATTEMPTS {
        let doublings = u32::try_from(row.attempts - 1).unwrap_or_default();
        let pause = PAUSE.saturating_mul(2_u32.saturating_pow(doublings));
        let tx = ctx.app.housekeeping().await?;
        store::hold(tx.connection(), row, ctx.now().saturating_add(pause)).await?;
        return tx.commit().await;
    }
    // The key of the request may be what is missing.
    let key = ctx.controller_key().await?;
    let mut tx = ctx.begin().await?;
    let known = store::lock(tx.db(), tx.scope(), row.id).await?;
    if known.status != Status::Planned || known.lease != row.lease {
        return tx.rollback().await;
    }
    // What was written of it may be there; whoever deletes it looks for this.
    let known = access_package::Model { chunks: 1, ..known };
    let fields = Fields::new().with("code", error.code().as_str());
    end(&mut tx, known, Status::Failed, &key, fields).await?;
    tx.commit().await
}

/// Puts a package together, and says every now and then that somebody does.
async fn build_alive(ctx: &Ctx, controller: &str, row: &access_package::Model) -> Result<()> {
    let alive = async {
        loop {
            tokio::time::sleep(HEARTBEAT).await;
            let tx = ctx.app.housekeeping().await?;
            let until = ctx.now().saturating_add(LEASE);
            let held = store::hold(tx.connection(), row, until).await?;
            tx.commit().await?;
            if !held {
                return Err(Error::Conflict(LOST));
            }
        }
    };
    // Both go on side by side: one that waits must not keep the other from giving the database back.
    tokio::select! {
        done = build(ctx, controller, row) => done,
        lost = alive => lost,
    }
}

async fn build(ctx: &Ctx, controller: &str, row: &access_package::Model) -> Result<()> {
    // Of whoever died over it. It is asked each time whose it is: another may have it by now, and parts of its own.
    loop {
        let tx = ctx.app.housekeeping().await?;
        let until = ctx.now().saturating_add(LEASE);
        if !store::hold(tx.connection(), row, until).await? {
            return Err(Error::Conflict(LOST));
        }
        let more = store::delete_parts(tx.connection(), row).await?;
        tx.commit().await?;
        if !more {
            break;
        }
    }
    let key = key_of(ctx, row.key_id).await?;
    let began = ctx.now();
    let gathered = gather(ctx, controller, row).await?;
    let mut writer = Writer {
        ctx,
        row: access_package::Model {
            size: 0,
            chunks: 0,
            ..row.clone()
        },
        key,
        parts: Parts::new(),
    };
    write(&mut writer, gathered).await?;
    let mut standings = tasks::service::standings(ctx, &[row.item_id]).await?;
    let standing = standings.remove(&row.item_id).unwrap_or_default();
    if standing.exported_at.is_some_and(|at| at > began) {
        return Err(Error::internal("putting a package together", Overtaken));
    }
    writer.finish().await
}

/// The archive: the page, its data, their schema, the files of systems.
async fn write(writer: &mut Writer<'_>, gathered: Gathered) -> Result<()> {
    let Gathered { document, files } = gathered;
    writer.row.files = i32::try_from(files.len()).unwrap_or(i32::MAX);
    let data = serde_json::to_vec_pretty(&document)
        .map_err(|cause| Error::internal("writing a package", cause))?;
    let page = rules::page(&document).into_bytes();
    drop(document);
    let mut archive = Archive::new();
    for (name, content) in [
        ("index.html", page.as_slice()),
        ("data.json", data.as_slice()),
        ("schema.json", super::schema().as_bytes()),
    ] {
        archive.file(name, 0)?;
        for piece in content.chunks(PART) {
            archive.add(piece)?;
            writer.push(&archive.taken()).await?;
        }
    }
    for (attachment, file) in files {
        archive.file(&file.path, file.size)?;
        let mut reading = Download::begin(writer.ctx, attachment).await?;
        while let Some(piece) = reading.next().await? {
            archive.add(&piece)?;
            writer.push(&archive.taken()).await?;
        }
    }
    writer.push(&archive.finish()?).await
}

#[derive(Debug, thiserror::Error)]
#[error("a system has exported meanwhile")]
struct Overtaken;

#[derive(Debug, thiserror::Error)]
#[error("parts of the package are missing, or there are too many")]
struct Incomplete;

/// What an archive wrote and nobody took yet.
#[derive(Debug, Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Buffer {
    fn taken(&self) -> Vec<u8> {
        let mut bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *bytes)
    }
}

impl std::io::Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut buffer = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        buffer.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A ZIP file that is written from its beginning to its end.
struct Archive {
    buffer: Buffer,
    zip: ZipWriter<StreamWriter<Buffer>>,
}

impl Archive {
    fn new() -> Self {
        let buffer = Buffer::default();
        Self {
            zip: ZipWriter::new_stream(buffer.clone()),
            buffer,
        }
    }

    fn file(&mut self, name: &str, size: i64) -> Result<()> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .large_file(size > LARGE);
        let begun = self.zip.start_file(name, options);
        begun.map_err(|cause| Error::internal("writing an archive", cause))
    }

    fn add(&mut self, bytes: &[u8]) -> Result<()> {
        let written = self.zip.write_all(bytes);
        written.map_err(|cause| Error::internal("writing an archive", cause))
    }

    fn taken(&self) -> Vec<u8> {
        self.buffer.taken()
    }

    fn finish(self) -> Result<Vec<u8>> {
        let done = self.zip.finish();
        done.map_err(|cause| Error::internal("writing an archive", cause))?;
        Ok(self.buffer.taken())
    }
}

/// Writes a package down, in parts.
struct Writer<'a> {
    ctx: &'a Ctx,
    row: access_package::Model,
    key: Arc<DataKey>,
    parts: Parts,
}

impl Writer<'_> {
    async fn push(&mut self, mut bytes: &[u8]) -> Result<()> {
        while let Some(part) = self.parts.fill(&mut bytes) {
            self.write(&part).await?;
        }
        Ok(())
    }

    async fn write(&mut self, part: &[u8]) -> Result<()> {
        let ctx = self.ctx;
        let id = AccessPackageChunkId::from_uuid(random::id());
        let place = Place::of(ctx.controller(), store::PART, id.uuid());
        let of = (self.row.id.uuid(), self.row.chunks);
        let row = access_package_chunk::Model {
            controller_id: ctx.controller(),
            id,
            package_id: self.row.id,
            position: self.row.chunks,
            key_id: self.key.id(),
            content: self.key.close_part(place, of, part)?,
        };
        let tx = ctx.app.housekeeping().await?;
        let until = ctx.now().saturating_add(LEASE);
        if !store::hold(tx.connection(), &self.row, until).await? {
            return Err(Error::Conflict(LOST));
        }
        ctx.vault()
            .pin(&tx, ctx.scope(), vec![self.key.id()])
            .await?;
        store::insert_part(tx.connection(), row).await?;
        tx.commit().await?;
        self.row.chunks += 1;
        self.row.size += i64::try_from(part.len()).unwrap_or_default();
        Ok(())
    }

    /// The package is whole.
    async fn finish(mut self) -> Result<()> {
        if let Some(part) = self.parts.rest() {
            self.write(&part).await?;
        }
        let ctx = self.ctx;
        let digest = self.parts.digest();
        let mut tx = ctx.begin().await?;
        let known = store::lock(tx.db(), tx.scope(), self.row.id).await?;
        if known.status != Status::Planned || known.lease != self.row.lease {
            return tx.rollback().await;
        }
        let parts = store::count_parts(tx.db(), tx.scope(), self.row.id).await?;
        if u64::try_from(self.row.chunks).ok() != Some(parts) {
            tx.rollback().await?;
            return Err(Error::internal("putting a package together", Incomplete));
        }
        ctx.vault()
            .pin(tx.inner(), tx.scope(), vec![self.key.id()])
            .await?;
        let fields = Fields::new()
            .with("size", self.row.size)
            .with("files", i64::from(self.row.files))
            .with("digest", digest.as_str());
        let of = (known.id, known.customer_id);
        let event_id = record(&mut tx, EventType::PackageReady, of, &self.key, fields)?;
        let place = Place::of(ctx.controller(), store::DIGEST, known.id.uuid());
        let row = access_package::Model {
            status: Status::Ready,
            ready_at: Some(ctx.now()),
            expires_at: Some(ctx.now().saturating_add(KEPT)),
            lease: None,
            size: self.row.size,
            chunks: self.row.chunks,
            files: self.row.files,
            digest: Some(self.key.close(place, &digest)?),
            version: known.version + 1,
            event_id,
            ..known
        };
        store::update(tx.db(), row).await?;
        tx.commit().await
    }
}
