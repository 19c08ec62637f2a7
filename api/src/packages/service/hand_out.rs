//! Handing packages out: links that work once.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::BASE64URL_NOPAD;
use entity::enums::{AccessPackageStatus as Status, Action, EventType};
use entity::id::{AccessPackageId, AccessPackageLinkId};
use entity::time::Timestamp;
use entity::{access_package, access_package_link};

use super::order::{allowed, key_of, record};
use super::read::status;
use crate::auth;
use crate::context::{App, Begun, Ctx, Once};
use crate::error::{Error, Result};
use crate::ledger::Fields;
use crate::packages::{rules, store};
use crate::platform::html::notice;
use crate::platform::personal::Personal;
use crate::platform::random;
use crate::requests::service::{Answerable, answerable};
use crate::vault::{DataKey, Place};

/// How many links a package may have, used or not.
const MOST_LINKS: usize = 20;
/// How long a link works when nothing is said.
const USUAL: Duration = Duration::from_hours(24 * 7);

/// A link that was made.
#[derive(Debug, Clone)]
pub(crate) struct NewLink {
    /// The package.
    pub(crate) package: AccessPackageId,
    /// The link.
    pub(crate) id: AccessPackageLinkId,
    /// The path that hands the package out, shown this once; nothing where the call was sent again.
    pub(crate) path: Option<Personal>,
}

/// Makes a link under which a package can be fetched once, until an instant.
///
/// # Errors
/// Forbidden; `NotFound`; Invalid for an end in the past or after that of the package, and for too many links; Refused
/// (`TRANSITION_NOT_ALLOWED` for a package that is not ready, and as [`super::order()`]).
pub(crate) async fn link(
    ctx: &Ctx,
    package: AccessPackageId,
    expires_at: Option<Timestamp>,
    once: Once,
) -> Result<NewLink> {
    ctx.authorize(Action::HandOutPackages)?;
    if let Some(ids) = ctx.done_before(&once).await? {
        return made_before(&ids);
    }
    let rows = store::by_ids(ctx.db(), ctx.scope(), &[package]).await?;
    let missing = || Error::NotFound {
        what: "access package",
    };
    let row = rows.into_iter().next().ok_or_else(missing)?;
    let asked = allowed(ctx, row.item_id).await?;
    let end = match row.expires_at {
        Some(end) if is_current(&row, &asked, ctx.now()) => end,
        _ => return Err(not_ready(ctx, package).await),
    };
    let usual = ctx.now().saturating_add(USUAL).min(end);
    let expires_at = expires_at.unwrap_or(usual);
    if expires_at <= ctx.now() || expires_at > end {
        let problem = format!("must lie between now and {end}");
        return Err(Error::invalid("expiresAt", problem));
    }
    let key = key_of(ctx, row.key_id).await?;
    let secret = zeroize::Zeroizing::new(random::bytes::<32>()?);
    let token = zeroize::Zeroizing::new(BASE64URL_NOPAD.encode(&*secret));
    let id = AccessPackageLinkId::from_uuid(random::id());
    let results = [package.to_string(), id.to_string()];
    let mut tx = match ctx.begin_once(&once, &results).await? {
        Begun::New(tx) => *tx,
        Begun::Replay(ids) => return made_before(&ids),
    };
    let row = store::lock(tx.db(), tx.scope(), package).await?;
    ctx.vault()
        .pin(tx.inner(), tx.scope(), vec![key.id()])
        .await?;
    if row.status != Status::Ready {
        tx.rollback().await?;
        return Err(not_ready(ctx, package).await);
    }
    let links = store::links_of(tx.db(), tx.scope(), &[package]).await?;
    if links.values().map(Vec::len).sum::<usize>() >= MOST_LINKS {
        return Err(Error::invalid(
            "packageId",
            "has 20 links already, used or not: order another package",
        ));
    }
    let fields = Fields::new()
        .with("link", id.to_string())
        .with("expiresAt", expires_at.to_string());
    let of = (package, row.customer_id);
    let event_id = record(&mut tx, EventType::PackageLinked, of, &key, fields)?;
    let link = access_package_link::Model {
        controller_id: ctx.controller(),
        id,
        package_id: package,
        token_digest: digest_of(&token),
        recorded_at: ctx.now(),
        expires_at,
        used_at: None,
        integration_id: ctx.actor.integration,
        event_id,
    };
    store::insert_link(tx.db(), link).await?;
    tx.commit().await?;
    // Whoever has the path can fetch everything.
    ctx.note_shown(key.owner(), store::PART);
    let path = Personal::new(format!("/packages/{}", *token));
    Ok(NewLink {
        package,
        id,
        path: Some(path),
    })
}

async fn not_ready(ctx: &Ctx, package: AccessPackageId) -> Error {
    let reason =
        "the package is not ready, its time is over, or a system has exported since: order another"
            .to_owned();
    let code = entity::enums::ErrorCode::TransitionNotAllowed;
    ctx.refuse(code, reason, package.to_string()).await
}

fn made_before(ids: &[String]) -> Result<NewLink> {
    let [package, id] = ids else {
        let missing = Error::NotFound { what: "link" };
        return Err(missing);
    };
    let missing = Error::NotFound { what: "link" };
    match (package.parse(), id.parse()) {
        (Ok(package), Ok(id)) => Ok(NewLink {
            package,
            id,
            path: None,
        }),
        _ => Err(missing),
    }
}

fn digest_of(token: &str) -> Vec<u8> {
    digest(&SHA256, token.as_bytes()).as_ref().to_vec()
}

/// Whether a package is ready, and no system has exported anything since.
fn is_current(row: &access_package::Model, asked: &Answerable, now: Timestamp) -> bool {
    let exported = asked.standing.exported_at;
    let since = exported.is_some_and(|at| row.ready_at.is_none_or(|ready| at > ready));
    status(row, now) == Status::Ready && !since
}

/// A link that works now, with its package.
struct Open {
    ctx: Ctx,
    controller: String,
    link: access_package_link::Model,
    package: access_package::Model,
    key: Arc<DataKey>,
}

/// What is behind a token. Whatever is in the way, the answer is the same: nothing.
async fn open(app: &Arc<App>, token: &str) -> Result<Option<Open>> {
    let Some(link) = store::link_of(app.db.reader(), &digest_of(token)).await? else {
        return Ok(None);
    };
    if link.used_at.is_some() || link.expires_at <= app.clock.now() {
        return Ok(None);
    }
    let Some((own, ctx)) = auth::service::operator_over(app, link.controller_id).await? else {
        return Ok(None);
    };
    let packages = store::by_ids(ctx.db(), ctx.scope(), &[link.package_id]).await?;
    let package = packages.into_iter().next();
    let Some(package) = package else {
        return Ok(None);
    };
    match answerable(&ctx, package.item_id).await {
        Ok(asked) if is_current(&package, &asked, ctx.now()) => {}
        Err(error @ (Error::Internal { .. } | Error::Unavailable(_))) => return Err(error),
        Ok(_) | Err(_) => return Ok(None),
    }
    let mut keys = ctx
        .vault()
        .keys(ctx.db(), ctx.scope(), [package.key_id])
        .await?;
    Ok(keys.remove(&package.key_id).map(|key| Open {
        controller: own.name,
        ctx,
        link,
        package,
        key,
    }))
}

/// The page at a link, which hands nothing out yet: programs that look at links must not use them up. Nothing, where the
/// link does not work.
///
/// # Errors
/// As every statement.
pub(crate) async fn front(app: &Arc<App>, token: &str) -> Result<Option<String>> {
    let found = open(app, token).await?;
    Ok(found.map(|open| {
        let until = open.link.expires_at.to_string();
        rules::door(&open.controller, open.package.size, &until)
    }))
}

/// The page where there is nothing.
pub(crate) fn nothing_there() -> String {
    notice(
        "This link does not work",
        "It was used, its time is over, or it was never one. Ask whoever sent it for another one.",
    )
}

/// A package that is being handed out.
pub(crate) struct Handing {
    ctx: Ctx,
    key: Arc<DataKey>,
    /// Its row.
    pub(crate) row: access_package::Model,
    next: i32,
}

impl Handing {
    /// Uses a link up: that the package is fetched is recorded first. Nothing, where the link does not work.
    ///
    /// # Errors
    /// As every statement.
    pub(crate) async fn begin(app: &Arc<App>, token: &str) -> Result<Option<Self>> {
        let Some(Open {
            ctx,
            link,
            key,
            package,
            ..
        }) = open(app, token).await?
        else {
            return Ok(None);
        };
        let mut tx = ctx.begin().await?;
        let row = store::lock(tx.db(), tx.scope(), package.id).await?;
        ctx.vault()
            .pin(tx.inner(), tx.scope(), vec![key.id()])
            .await?;
        let fields = Fields::new().with("link", link.id.to_string());
        let of = (row.id, row.customer_id);
        let event = record(&mut tx, EventType::PackageDownloaded, of, &key, fields)?;
        let first = store::use_link(tx.db(), tx.scope(), link.id, ctx.now(), event).await?;
        if !first || row.status != Status::Ready {
            tx.rollback().await?;
            return Ok(None);
        }
        tx.commit().await?;
        Ok(Some(Self {
            ctx,
            key,
            row,
            next: 0,
        }))
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
        let part = store::part(db, scope, self.row.id, self.next).await?;
        let part = part.ok_or(Error::NotFound {
            what: "access package",
        })?;
        let place = Place::of(part.controller_id, store::PART, part.id.uuid());
        let of = (self.row.id.uuid(), self.next);
        self.next += 1;
        self.key.open_part(place, of, &part.content).map(Some)
    }
}
