//! Statements over codes that were sent to whoever asks.

use entity::id::{IdentifierId, RequestId};
use entity::request_code;
use entity::time::Timestamp;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Set,
};

use crate::error::Result;
use crate::platform::db::{Scope, insert_rows, rows};

/// How many codes of a request count at the same time: a mail may come late, after a newer one was asked for.
const MOST_OPEN: u64 = 3;

pub(in crate::requests) async fn insert_code(
    db: &impl ConnectionTrait,
    row: request_code::Model,
) -> Result<()> {
    insert_rows(db, vec![row]).await
}

/// The codes of a request that count, the newest first.
pub(in crate::requests) async fn open_codes(
    db: &impl ConnectionTrait,
    scope: Scope,
    request: RequestId,
    now: Timestamp,
) -> Result<Vec<request_code::Model>> {
    use request_code::Column;
    let select = scope
        .select::<request_code::Entity>()
        .filter(Column::RequestId.eq(request))
        .filter(Column::UsedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .filter(Column::Code.is_not_null())
        .order_by_desc(Column::RecordedAt)
        .order_by_desc(Column::Id)
        .limit(MOST_OPEN);
    rows(db, select).await
}

/// How many codes went to an address after an instant.
pub(in crate::requests) async fn count_codes(
    db: &impl ConnectionTrait,
    scope: Scope,
    address: IdentifierId,
    since: Timestamp,
) -> Result<u64> {
    use request_code::Column;
    let select = scope.select::<request_code::Entity>();
    Ok(select
        .filter(Column::IdentifierId.eq(address))
        .filter(Column::RecordedAt.gt(since))
        .count(db)
        .await?)
}

/// No code of a request counts any more, and none of them is kept; `used_at`, where one was answered with.
pub(in crate::requests) async fn end_codes(
    db: &impl ConnectionTrait,
    scope: Scope,
    request: RequestId,
    used_at: Option<Timestamp>,
) -> Result<()> {
    use request_code::Column;
    let changed = request_code::ActiveModel {
        used_at: Set(used_at),
        code: Set(None),
        ..Default::default()
    };
    request_code::Entity::update_many()
        .set(changed)
        .filter(Column::ControllerId.eq(scope.controller))
        .filter(Column::RequestId.eq(request))
        .filter(Column::Code.is_not_null())
        .exec(db)
        .await?;
    Ok(())
}

/// Forgets codes of all controllers that count no more.
pub(in crate::requests) async fn forget_codes(
    db: &impl ConnectionTrait,
    now: Timestamp,
) -> Result<()> {
    use request_code::Column;
    let changed = request_code::ActiveModel {
        code: Set(None),
        ..Default::default()
    };
    request_code::Entity::update_many()
        .set(changed)
        .filter(Column::ExpiresAt.lte(now))
        .filter(Column::Code.is_not_null())
        .exec(db)
        .await?;
    Ok(())
}
