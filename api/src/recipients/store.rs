//! Statements over recipients.

use std::collections::HashMap;

use entity::enums::{RecipientCategory, RecipientRole};
use entity::id::{CustomerId, RecipientId};
use entity::{controller, recipient, recipient_customer, recipient_engagement};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, Set,
};

use super::service::RecipientFilter;
use crate::error::{Error, Result};
use crate::platform::db::{MOST_VALUES, Scope, insert_rows, locked, rows};
use crate::platform::page::{CheckedPage, Cursor, Page};
use crate::vault::Column;

/// Cell of a recipient's name.
pub(super) const NAME: Column = ("recipient", "name");
/// Cell of a recipient's contacts.
pub(super) const CONTACTS: Column = ("recipient", "contacts");
/// Cell of where a recipient's privacy notice is.
pub(super) const NOTICE_URL: Column = ("recipient", "notice_url");

pub(super) async fn insert(db: &impl ConnectionTrait, row: recipient::Model) -> Result<()> {
    recipient::Entity::insert(row.into_active_model())
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// Makes a recipient one that is a customer.
pub(super) async fn insert_customer(
    db: &impl ConnectionTrait,
    row: recipient_customer::Model,
) -> Result<()> {
    recipient_customer::Entity::insert(row.into_active_model())
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// Writes what may change of a recipient.
pub(super) async fn update(
    db: &impl ConnectionTrait,
    scope: Scope,
    row: recipient::Model,
) -> Result<()> {
    let changed = recipient::ActiveModel {
        role: Set(row.role),
        category: Set(row.category),
        country: Set(row.country),
        name: Set(row.name),
        contacts: Set(row.contacts),
        notice_url: Set(row.notice_url),
        version: Set(row.version),
        ..Default::default()
    };
    recipient::Entity::update_many()
        .set(changed)
        .filter(recipient::Column::ControllerId.eq(scope.controller))
        .filter(recipient::Column::Id.eq(row.id))
        .exec(db)
        .await?;
    Ok(())
}

pub(super) async fn by_ids(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: impl IntoIterator<Item = RecipientId>,
) -> Result<Vec<recipient::Model>> {
    let ids: Vec<_> = ids.into_iter().collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let select = scope.select::<recipient::Entity>();
    Ok(select
        .filter(recipient::Column::Id.is_in(ids))
        .all(db)
        .await?)
}

/// A recipient.
///
/// # Errors
/// `NotFound` when it is not there.
pub(super) async fn by_id(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: RecipientId,
) -> Result<recipient::Model> {
    let found = by_ids(db, scope, [id]).await?;
    found.into_iter().next().ok_or(NOT_FOUND)
}

/// A recipient, kept from being changed by others until the change ends.
///
/// # Errors
/// `NotFound` when it is not there.
pub(super) async fn lock(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: RecipientId,
) -> Result<recipient::Model> {
    let select = scope
        .select::<recipient::Entity>()
        .filter(recipient::Column::Id.eq(id));
    locked(db, select).one(db).await?.ok_or(NOT_FOUND)
}

const NOT_FOUND: Error = Error::NotFound { what: "recipient" };

/// The customers that some recipients are, by recipient.
pub(super) async fn customers(
    db: &impl ConnectionTrait,
    scope: Scope,
    recipients: impl IntoIterator<Item = RecipientId>,
) -> Result<HashMap<RecipientId, CustomerId>> {
    let rows = scope
        .select::<recipient_customer::Entity>()
        .filter(recipient_customer::Column::RecipientId.is_in(recipients))
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.recipient_id, row.customer_id))
        .collect())
}

/// The recipients that some customers are, by customer.
pub(super) async fn of_customers(
    db: &impl ConnectionTrait,
    scope: Scope,
    customers: &[CustomerId],
) -> Result<HashMap<CustomerId, RecipientId>> {
    let mut found = HashMap::new();
    for customers in customers.chunks(MOST_VALUES) {
        let rows = scope
            .select::<recipient_customer::Entity>()
            .filter(recipient_customer::Column::CustomerId.is_in(customers.iter().copied()))
            .all(db)
            .await?;
        let pairs = rows.into_iter();
        found.extend(pairs.map(|row| (row.customer_id, row.recipient_id)));
    }
    Ok(found)
}

/// A page of recipients in the order they were registered; `among` restricts it to some ids; without `persons`
/// it leaves out data subjects and complainants. Customers need not be left out: they are processors of nobody, and
/// no name of theirs is indexed.
pub(super) async fn page(
    db: &impl ConnectionTrait,
    scope: Scope,
    filter: &RecipientFilter,
    among: Option<Vec<RecipientId>>,
    persons: bool,
    page: &CheckedPage,
) -> Result<Page<recipient::Model>> {
    let mut select = scope.select::<recipient::Entity>();
    if !filter.roles.is_empty() {
        let roles = filter.roles.iter().copied();
        select = select.filter(recipient::Column::Role.is_in(roles));
    }
    if !filter.categories.is_empty() {
        let categories = filter.categories.iter().copied();
        select = select.filter(recipient::Column::Category.is_in(categories));
    }
    if !filter.countries.is_empty() {
        let countries = filter.countries.iter().map(String::as_str);
        select = select.filter(recipient::Column::Country.is_in(countries));
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

/// Keeps others from changing who works for whom until the change ends.
pub(super) async fn wait_for_engagements(db: &impl ConnectionTrait, scope: Scope) -> Result<()> {
    locked(db, scope.select::<controller::Entity>())
        .one(db)
        .await?;
    Ok(())
}

pub(super) async fn insert_engagement(
    db: &impl ConnectionTrait,
    scope: Scope,
    recipient_id: RecipientId,
    engaged_by: RecipientId,
) -> Result<()> {
    let row = recipient_engagement::Model {
        controller_id: scope.controller,
        recipient_id,
        engaged_by,
    };
    insert_rows(db, vec![row]).await
}

pub(super) async fn delete_engagement(
    db: &impl ConnectionTrait,
    scope: Scope,
    recipient: RecipientId,
) -> Result<()> {
    recipient_engagement::Entity::delete_many()
        .filter(recipient_engagement::Column::ControllerId.eq(scope.controller))
        .filter(recipient_engagement::Column::RecipientId.eq(recipient))
        .exec(db)
        .await?;
    Ok(())
}

/// For whom some recipients work.
pub(super) async fn engaged_by(
    db: &impl ConnectionTrait,
    scope: Scope,
    recipients: &[RecipientId],
) -> Result<HashMap<RecipientId, RecipientId>> {
    let recipients = recipients.iter().copied();
    let rows = scope
        .select::<recipient_engagement::Entity>()
        .filter(recipient_engagement::Column::RecipientId.is_in(recipients))
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.recipient_id, row.engaged_by))
        .collect())
}

/// Who works for some recipients, in the order in which they were registered.
pub(super) async fn engaged(
    db: &impl ConnectionTrait,
    scope: Scope,
    by: &[RecipientId],
) -> Result<Vec<recipient_engagement::Model>> {
    let by = by.iter().copied();
    Ok(scope
        .select::<recipient_engagement::Entity>()
        .filter(recipient_engagement::Column::EngagedBy.is_in(by))
        .order_by_asc(recipient_engagement::Column::RecipientId)
        .all(db)
        .await?)
}

/// Who works for whom, all of them.
pub(super) async fn all_engaged(
    db: &impl ConnectionTrait,
    scope: Scope,
) -> Result<Vec<recipient_engagement::Model>> {
    let select = scope.select::<recipient_engagement::Entity>();
    let select = select.order_by_asc(recipient_engagement::Column::RecipientId);
    Ok(select.all(db).await?)
}

pub(super) async fn count_engaged(
    db: &impl ConnectionTrait,
    scope: Scope,
    by: RecipientId,
) -> Result<u64> {
    let select = scope.select::<recipient_engagement::Entity>();
    let select = select.filter(recipient_engagement::Column::EngagedBy.eq(by));
    Ok(select.count(db).await?)
}
