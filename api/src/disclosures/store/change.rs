//! Statements over what is found out about disclosures later.

use std::collections::HashMap;

use entity::id::{CustomerId, DisclosureId, DisclosureSubjectId};
use entity::{disclosure, disclosure_subject, disclosure_supersession};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::error::{Error, Result};
use crate::platform::db::{Scope, locked};

/// What took the place of some disclosures.
pub(in crate::disclosures) async fn supersessions(
    db: &impl ConnectionTrait,
    scope: Scope,
    old: &[DisclosureId],
) -> Result<Vec<disclosure_supersession::Model>> {
    let select = scope.select::<disclosure_supersession::Entity>();
    let old = disclosure_supersession::Column::OldId.is_in(old.iter().copied());
    Ok(select.filter(old).all(db).await?)
}

/// By what some disclosures were superseded.
pub(in crate::disclosures) async fn superseded_by(
    db: &impl ConnectionTrait,
    scope: Scope,
    old: &[DisclosureId],
) -> Result<HashMap<DisclosureId, disclosure_supersession::Model>> {
    let rows = supersessions(db, scope, old).await?;
    Ok(rows.into_iter().map(|row| (row.old_id, row)).collect())
}

/// What some disclosures took the place of.
pub(in crate::disclosures) async fn supersedes(
    db: &impl ConnectionTrait,
    scope: Scope,
    new: &[DisclosureId],
) -> Result<HashMap<DisclosureId, disclosure_supersession::Model>> {
    let rows = scope
        .select::<disclosure_supersession::Entity>()
        .filter(disclosure_supersession::Column::NewId.is_in(new.iter().copied()))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.new_id, row)).collect())
}

/// The customer of a disclosure about one.
pub(in crate::disclosures) async fn sole_customer(
    db: &impl ConnectionTrait,
    scope: Scope,
    disclosure: DisclosureId,
) -> Result<Option<CustomerId>> {
    let rows = super::subjects(db, scope, &[disclosure]).await?;
    Ok(match rows.as_slice() {
        [only] => only.customer_id,
        _ => None,
    })
}

/// A subject.
pub(in crate::disclosures) async fn subject(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: DisclosureSubjectId,
) -> Result<Option<disclosure_subject::Model>> {
    let select = scope.select::<disclosure_subject::Entity>();
    let id = disclosure_subject::Column::Id.eq(id);
    Ok(select.filter(id).one(db).await?)
}

/// A subject, which others cannot change until the change ends.
pub(in crate::disclosures) async fn lock_subject(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: DisclosureSubjectId,
) -> Result<disclosure_subject::Model> {
    let select = scope.select::<disclosure_subject::Entity>();
    let select = select.filter(disclosure_subject::Column::Id.eq(id));
    locked(db, select).one(db).await?.ok_or(Error::NotFound {
        what: "subject of a disclosure",
    })
}

/// Writes down who a subject is; its disclosure has one unresolved subject less.
pub(in crate::disclosures) async fn resolve(
    db: &impl ConnectionTrait,
    scope: Scope,
    row: &disclosure_subject::Model,
) -> Result<()> {
    use disclosure_subject::Column;
    disclosure_subject::Entity::update_many()
        .col_expr(Column::CustomerId, Expr::val(row.customer_id))
        .col_expr(Column::Resolution, row.resolution.as_str().into())
        .col_expr(Column::ResolvedByHand, row.resolved_by_hand.into())
        .col_expr(Column::EventId, Expr::val(row.event_id))
        .col_expr(Column::KeyId, Expr::val(row.key_id))
        .col_expr(Column::Lookup, Expr::val(row.lookup.clone()))
        .filter(Column::ControllerId.eq(scope.controller))
        .filter(Column::Id.eq(row.id))
        .exec(db)
        .await?;
    let count = disclosure::Column::UnresolvedCount;
    disclosure::Entity::update_many()
        .col_expr(count, Expr::col(count).sub(1))
        .filter(disclosure::Column::ControllerId.eq(scope.controller))
        .filter(disclosure::Column::Id.eq(row.disclosure_id))
        .exec(db)
        .await?;
    Ok(())
}
