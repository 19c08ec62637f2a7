//! Reading packages, as far as the caller may.

use std::collections::HashMap;

use entity::enums::{AccessPackageStatus as Status, Action};
use entity::id::{AccessPackageId, RequestItemId};
use entity::{access_package, access_package_link};

use crate::context::Ctx;
use crate::error::Result;
use crate::packages::store;
use crate::vault::Locked;

/// A package as a caller may see it.
#[derive(Debug, Clone)]
pub(crate) struct Package {
    /// Its row.
    pub(crate) row: access_package::Model,
    /// Where it stands now.
    pub(crate) status: Status,
    /// SHA-256 of it, hexadecimal.
    pub(crate) digest: Option<Locked>,
}

/// A link to a package.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    /// Its row.
    pub(crate) row: access_package_link::Model,
}

/// Packages by id.
///
/// # Errors
/// Forbidden.
pub(crate) async fn by_ids(
    ctx: &Ctx,
    ids: &[AccessPackageId],
) -> Result<HashMap<AccessPackageId, Package>> {
    ctx.authorize(Action::ReadRequests)?;
    let rows = store::by_ids(ctx.db(), ctx.scope(), ids).await?;
    let shown = seen(ctx, rows).await?;
    Ok(shown.into_iter().map(|one| (one.row.id, one)).collect())
}

/// The last package of each of some things that were asked for.
///
/// # Errors
/// Forbidden.
pub(crate) async fn of_items(
    ctx: &Ctx,
    items: &[RequestItemId],
) -> Result<HashMap<RequestItemId, Package>> {
    ctx.authorize(Action::ReadRequests)?;
    let rows = store::of_items(ctx.db(), ctx.scope(), items).await?;
    let shown = seen(ctx, rows.into_values().collect()).await?;
    Ok(shown
        .into_iter()
        .map(|one| (one.row.item_id, one))
        .collect())
}

/// The links to some packages, in the order in which they were made.
///
/// # Errors
/// Forbidden.
pub(crate) async fn links_of(
    ctx: &Ctx,
    packages: &[AccessPackageId],
) -> Result<HashMap<AccessPackageId, Vec<Link>>> {
    ctx.authorize(Action::ReadRequests)?;
    let found = store::links_of(ctx.db(), ctx.scope(), packages).await?;
    let shown = |rows: Vec<_>| rows.into_iter().map(|row| Link { row }).collect();
    Ok(found
        .into_iter()
        .map(|(id, rows)| (id, shown(rows)))
        .collect())
}

async fn seen(ctx: &Ctx, rows: Vec<access_package::Model>) -> Result<Vec<Package>> {
    let keys = rows.iter().map(|row| row.key_id);
    let keys = ctx.cell_keys(Action::ReadPersonalData, keys).await?;
    let now = ctx.now();
    let shown = |row: access_package::Model| Package {
        digest: keys.lock(
            row.key_id,
            store::DIGEST,
            row.id.uuid(),
            row.digest.as_ref(),
        ),
        status: status(&row, now),
        row,
    };
    Ok(rows.into_iter().map(shown).collect())
}

/// Where a package stands: its time may be over before anybody looked.
pub(super) fn status(row: &access_package::Model, now: entity::time::Timestamp) -> Status {
    match row.expires_at {
        Some(end) if row.status == Status::Ready && end <= now => Status::Expired,
        _ => row.status,
    }
}
