//! Statements over packages, their parts and their links.

use std::collections::HashMap;
use std::time::Duration;

use entity::enums::AccessPackageStatus as Status;
use entity::id::{AccessPackageId, AccessPackageLinkId, LeaseId, RequestItemId};
use entity::time::Timestamp;
use entity::{access_package, access_package_chunk, access_package_link};
use sea_orm::sea_query::{Expr, ExprTrait as _, SimpleExpr};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel as _,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};

use crate::error::{Error, Result};
use crate::platform::db::{Scope, insert_rows, locked};
use crate::vault::Column;

/// Cell of the digest of a package.
pub(super) const DIGEST: Column = ("access_package", "digest");
/// Cell of a part of a package.
pub(super) const PART: Column = ("access_package_chunk", "content");

const NOT_FOUND: Error = Error::NotFound {
    what: "access package",
};

/// How many parts are deleted in one statement.
const DELETED_AT_ONCE: u64 = 100;

pub(super) async fn insert(db: &impl ConnectionTrait, row: access_package::Model) -> Result<()> {
    insert_rows(db, vec![row]).await
}

pub(super) async fn by_ids(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[AccessPackageId],
) -> Result<Vec<access_package::Model>> {
    let select = scope
        .select::<access_package::Entity>()
        .filter(access_package::Column::Id.is_in(ids.iter().copied()));
    Ok(select.all(db).await?)
}

/// The last package of each of some things that were asked for.
pub(super) async fn of_items(
    db: &impl ConnectionTrait,
    scope: Scope,
    items: &[RequestItemId],
) -> Result<HashMap<RequestItemId, access_package::Model>> {
    let select = scope
        .select::<access_package::Entity>()
        .filter(access_package::Column::ItemId.is_in(items.iter().copied()))
        .order_by_asc(access_package::Column::Id);
    let mut rows = select.all(db).await?;
    // Whatever can be fetched goes before what is gone, also where a clock was put back in between.
    rows.sort_by_key(|row| matches!(row.status, Status::Planned | Status::Ready));
    Ok(rows.into_iter().map(|row| (row.item_id, row)).collect())
}

/// A package, kept for the caller until its transaction ends.
///
/// # Errors
/// `NotFound`.
pub(super) async fn lock(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: AccessPackageId,
) -> Result<access_package::Model> {
    let select = scope
        .select::<access_package::Entity>()
        .filter(access_package::Column::Id.eq(id));
    locked(db, select).one(db).await?.ok_or(NOT_FOUND)
}

/// What is open or ready of a thing that was asked for, kept for the caller until its transaction ends.
pub(super) async fn lock_of_item(
    db: &impl ConnectionTrait,
    scope: Scope,
    item: RequestItemId,
) -> Result<Vec<access_package::Model>> {
    let select = scope
        .select::<access_package::Entity>()
        .filter(access_package::Column::ItemId.eq(item))
        .filter(access_package::Column::Status.is_in([Status::Planned, Status::Ready]));
    Ok(locked(db, select).all(db).await?)
}

/// Writes a package that was changed.
pub(super) async fn update(db: &impl ConnectionTrait, row: access_package::Model) -> Result<()> {
    row.into_active_model().reset_all().update(db).await?;
    Ok(())
}

/// Nothing waits for longer on purpose.
const LONGEST_WAIT: Duration = Duration::from_hours(1);

/// Whether a package may be begun: its instant has come, or was written down by a clock that was ahead.
fn due_at(now: Timestamp) -> SimpleExpr {
    use access_package::Column;
    let late = Column::NotBefore.lte(now);
    late.or(Column::NotBefore.gt(now.saturating_add(LONGEST_WAIT)))
}

/// A package of any controller that is to be put together.
pub(super) async fn due(
    db: &impl ConnectionTrait,
    now: Timestamp,
) -> Result<Option<access_package::Model>> {
    use access_package::Column;
    #[expect(
        clippy::disallowed_methods,
        reason = "those of all controllers are put together"
    )]
    let select = access_package::Entity::find();
    Ok(select
        .filter(Column::Status.eq(Status::Planned))
        .filter(due_at(now))
        .order_by_asc(Column::NotBefore)
        .limit(1)
        .one(db)
        .await?)
}

/// Takes a package on under a lease, unless somebody else did.
pub(super) async fn take(
    db: &impl ConnectionTrait,
    row: &access_package::Model,
    lease: LeaseId,
    (now, until): (Timestamp, Timestamp),
) -> Result<bool> {
    use access_package::Column;
    let done = access_package::Entity::update_many()
        .col_expr(Column::Lease, Expr::value(lease))
        .col_expr(Column::NotBefore, Expr::value(until))
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .filter(Column::ControllerId.eq(row.controller_id))
        .filter(Column::Id.eq(row.id))
        .filter(Column::Status.eq(Status::Planned))
        .filter(due_at(now))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Holds on to a package under a lease; false where somebody else has taken it on.
pub(super) async fn hold(
    db: &impl ConnectionTrait,
    row: &access_package::Model,
    until: Timestamp,
) -> Result<bool> {
    use access_package::Column;
    let done = access_package::Entity::update_many()
        .col_expr(Column::NotBefore, Expr::value(until))
        .filter(Column::ControllerId.eq(row.controller_id))
        .filter(Column::Id.eq(row.id))
        .filter(Column::Status.eq(Status::Planned))
        .filter(Column::Lease.eq(row.lease))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

pub(super) async fn insert_part(
    db: &impl ConnectionTrait,
    row: access_package_chunk::Model,
) -> Result<()> {
    insert_rows(db, vec![row]).await
}

/// How many parts a package has.
pub(super) async fn count_parts(
    db: &impl ConnectionTrait,
    scope: Scope,
    package: AccessPackageId,
) -> Result<u64> {
    let select = scope.select::<access_package_chunk::Entity>();
    let select = select.filter(access_package_chunk::Column::PackageId.eq(package));
    Ok(select.count(db).await?)
}

/// The part of a package at a place.
pub(super) async fn part(
    db: &impl ConnectionTrait,
    scope: Scope,
    package: AccessPackageId,
    position: i32,
) -> Result<Option<access_package_chunk::Model>> {
    use access_package_chunk::Column;
    let select = scope.select::<access_package_chunk::Entity>();
    Ok(select
        .filter(Column::PackageId.eq(package))
        .filter(Column::Position.eq(position))
        .one(db)
        .await?)
}

/// Deletes some parts of a package; whether there may be more.
pub(super) async fn delete_parts(
    db: &impl ConnectionTrait,
    row: &access_package::Model,
) -> Result<bool> {
    use access_package_chunk::Column;
    let scope = Scope {
        controller: row.controller_id,
        sealed: true,
    };
    let ids: Vec<entity::id::AccessPackageChunkId> = scope
        .select::<access_package_chunk::Entity>()
        .select_only()
        .column(Column::Id)
        .filter(Column::PackageId.eq(row.id))
        .limit(DELETED_AT_ONCE)
        .into_tuple()
        .all(db)
        .await?;
    if ids.is_empty() {
        return Ok(false);
    }
    access_package_chunk::Entity::delete_many()
        .filter(Column::ControllerId.eq(row.controller_id))
        .filter(Column::Id.is_in(ids))
        .exec(db)
        .await?;
    Ok(true)
}

/// Packages of all controllers whose time is over, or that are gone but for their parts.
pub(super) async fn over(
    db: &impl ConnectionTrait,
    now: Timestamp,
    after: Option<AccessPackageId>,
    most: u64,
) -> Result<Vec<access_package::Model>> {
    use access_package::Column;
    #[expect(clippy::disallowed_methods, reason = "those of all controllers end")]
    let select = access_package::Entity::find();
    let ended = Column::Status
        .eq(Status::Ready)
        .and(Column::ExpiresAt.lte(now));
    let gone = Column::Status.is_in([Status::Expired, Status::Failed]);
    let select = match after {
        Some(after) => select.filter(Column::Id.gt(after)),
        None => select,
    };
    Ok(select
        .filter(Column::Chunks.gt(0))
        .filter(ended.or(gone))
        .order_by_asc(Column::Id)
        .limit(most)
        .all(db)
        .await?)
}

/// Says that no part of a package is left.
pub(super) async fn empty(db: &impl ConnectionTrait, row: &access_package::Model) -> Result<()> {
    let changed = access_package::ActiveModel {
        chunks: Set(0),
        ..Default::default()
    };
    access_package::Entity::update_many()
        .set(changed)
        .filter(access_package::Column::ControllerId.eq(row.controller_id))
        .filter(access_package::Column::Id.eq(row.id))
        .filter(access_package::Column::Status.is_in([Status::Expired, Status::Failed]))
        .exec(db)
        .await?;
    Ok(())
}

pub(super) async fn insert_link(
    db: &impl ConnectionTrait,
    row: access_package_link::Model,
) -> Result<()> {
    insert_rows(db, vec![row]).await
}

/// The links to some packages, in the order in which they were made.
pub(super) async fn links_of(
    db: &impl ConnectionTrait,
    scope: Scope,
    packages: &[AccessPackageId],
) -> Result<HashMap<AccessPackageId, Vec<access_package_link::Model>>> {
    let rows = scope
        .select::<access_package_link::Entity>()
        .filter(access_package_link::Column::PackageId.is_in(packages.iter().copied()))
        .order_by_asc(access_package_link::Column::Id)
        .all(db)
        .await?;
    let mut found: HashMap<AccessPackageId, Vec<_>> = HashMap::new();
    for row in rows {
        found.entry(row.package_id).or_default().push(row);
    }
    Ok(found)
}

/// The link of a digest, of any controller: whoever has it is known by nothing else.
pub(super) async fn link_of(
    db: &impl ConnectionTrait,
    digest: &[u8],
) -> Result<Option<access_package_link::Model>> {
    #[expect(clippy::disallowed_methods, reason = "the link tells the controller")]
    let select = access_package_link::Entity::find();
    Ok(select
        .filter(access_package_link::Column::TokenDigest.eq(digest))
        .one(db)
        .await?)
}

/// Uses a link up; false where it was used before.
pub(super) async fn use_link(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: AccessPackageLinkId,
    now: Timestamp,
    event: entity::id::EventId,
) -> Result<bool> {
    use access_package_link::Column;
    let done = access_package_link::Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(now))
        .col_expr(Column::EventId, Expr::value(event))
        .filter(Column::ControllerId.eq(scope.controller))
        .filter(Column::Id.eq(id))
        .filter(Column::UsedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}
