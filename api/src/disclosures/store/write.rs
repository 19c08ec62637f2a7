//! Writing disclosures, many at once.

use entity::disclosure_subject;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::context::Tx;
use crate::disclosures::service::Ready;
use crate::error::Result;
use crate::platform::db::{Scope, insert_rows};
use crate::vault;

/// Inserts what some disclosures are made of, in one statement for each table.
pub(in crate::disclosures) async fn insert_all(tx: &Tx, all: &[&Ready]) -> Result<()> {
    let db = tx.db();
    let keys = all.iter().filter_map(|one| one.key.clone()).collect();
    vault::insert_keys(tx.inner(), keys).await?;
    let rows: Vec<_> = all.iter().map(|one| one.row.clone()).collect();
    insert_rows(db, rows).await?;
    let categories = all.iter().flat_map(|one| one.categories.iter().cloned());
    insert_rows(db, categories.collect()).await?;
    let subjects = all.iter().flat_map(|one| one.subjects.iter().cloned());
    insert_rows(db, subjects.collect()).await?;
    let index = all.iter().flat_map(|one| one.index.iter().cloned());
    vault::insert_index(tx.inner(), index.collect()).await?;
    for supersession in all.iter().filter_map(|one| one.supersession.as_ref()) {
        insert_rows(db, vec![supersession.clone()]).await?;
        count_no_more(db, tx.scope(), supersession.old_id).await?;
        super::findings::settle_findings_of(
            db,
            tx.scope(),
            supersession.old_id,
            supersession.recorded_at,
        )
        .await?;
    }
    Ok(())
}

/// Takes a disclosure out of accountings. It stays on record.
async fn count_no_more(
    db: &impl ConnectionTrait,
    scope: Scope,
    disclosure: entity::id::DisclosureId,
) -> Result<()> {
    disclosure_subject::Entity::update_many()
        .col_expr(disclosure_subject::Column::Superseded, true.into())
        .filter(disclosure_subject::Column::ControllerId.eq(scope.controller))
        .filter(disclosure_subject::Column::DisclosureId.eq(disclosure))
        .exec(db)
        .await?;
    Ok(())
}
