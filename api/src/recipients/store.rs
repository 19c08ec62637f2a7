//! Statements over recipients.

use entity::enums::{RecipientCategory, RecipientRole};
use entity::id::RecipientId;
use entity::recipient;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};

use crate::error::Result;
use crate::platform::db::{Scope, rows};
use crate::platform::page::{CheckedPage, Cursor, Page};
use crate::vault::Column;

/// Cell of a recipient's name.
pub(super) const NAME: Column = ("recipient", "name");

pub(super) async fn insert(db: &impl ConnectionTrait, row: recipient::Model) -> Result<()> {
    recipient::Entity::insert(row.into_active_model())
        .exec_without_returning(db)
        .await?;
    Ok(())
}

pub(super) async fn by_ids(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: impl IntoIterator<Item = RecipientId>,
) -> Result<Vec<recipient::Model>> {
    let select = scope.select::<recipient::Entity>();
    Ok(select
        .filter(recipient::Column::Id.is_in(ids))
        .all(db)
        .await?)
}

/// A page of recipients in the order they were registered; `among` restricts it to some ids; without `persons`
/// it leaves out whoever `rules::is_person` says is one.
pub(super) async fn page(
    db: &impl ConnectionTrait,
    scope: Scope,
    roles: &[RecipientRole],
    categories: &[RecipientCategory],
    among: Option<Vec<RecipientId>>,
    persons: bool,
    page: &CheckedPage,
) -> Result<Page<recipient::Model>> {
    let mut select = scope.select::<recipient::Entity>();
    if !roles.is_empty() {
        select = select.filter(recipient::Column::Role.is_in(roles.iter().copied()));
    }
    if !categories.is_empty() {
        select = select.filter(recipient::Column::Category.is_in(categories.iter().copied()));
    }
    if let Some(ids) = among {
        select = select.filter(recipient::Column::Id.is_in(ids));
    }
    if !persons {
        select = select
            .filter(recipient::Column::Role.ne(RecipientRole::DataSubject))
            .filter(recipient::Column::Category.ne(RecipientCategory::Complainant));
    }
    if let Some(after) = page.after {
        select = select.filter(recipient::Column::Id.gt(RecipientId::from_uuid(after.id)));
    }
    let select = select
        .order_by_asc(recipient::Column::Id)
        .limit(page.limit_and_one());
    let rows = rows(db, select).await?;
    Ok(Page::of(rows, page, |row| Cursor {
        key: 0,
        id: row.id.uuid(),
    }))
}
