//! Statements over preferences.

mod last;
mod settings;

use std::collections::HashMap;

use entity::id::{CustomerId, PreferenceId};
use entity::preference::{self, Column, Entity};
use entity::preference_address;
use sea_orm::{
    ColumnTrait, ConnectionTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

pub(super) use last::{last_of_addresses, last_of_customers};
pub(super) use settings::{
    contact_key, insert_contact_key, insert_rule, insert_template, lock_rule, lock_template,
    rule_at, rules, template_named, templates, update_rule, update_template,
};

use super::service::PreferenceFilter;
use crate::customers::Clusters;
use crate::error::Result;
use crate::platform::db::{Scope, after_place, for_each_parent, insert_rows};
use crate::platform::page::{CheckedPage, Cursor, Page};
use crate::vault;

/// Cell of the address of the network.
pub(super) const IP: vault::Column = ("preference", "ip");
/// Cell of the program.
pub(super) const USER_AGENT: vault::Column = ("preference", "user_agent");
/// Cell of anything else.
pub(super) const NOTE: vault::Column = ("preference", "note");

/// Cell of what digests of addresses are keyed with.
pub(super) const SECRET: vault::Column = ("contact_key", "secret");

/// Inserts what was said, and the addresses that it counts for.
pub(super) async fn insert(
    db: &impl ConnectionTrait,
    rows: Vec<preference::Model>,
    addresses: Vec<preference_address::Model>,
) -> Result<()> {
    insert_rows(db, rows).await?;
    insert_rows(db, addresses).await
}

pub(super) async fn by_ids(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[PreferenceId],
) -> Result<Vec<preference::Model>> {
    let select = scope
        .select::<Entity>()
        .filter(Column::Id.is_in(ids.iter().copied()));
    Ok(select.all(db).await?)
}

fn place(row: &preference::Model) -> Cursor {
    Cursor {
        key: row.at.as_millis(),
        id: row.id.uuid(),
    }
}

/// A page of what was said, the latest first by when it was recorded.
pub(super) async fn page(
    db: &impl ConnectionTrait,
    scope: Scope,
    filter: &PreferenceFilter,
    page: &CheckedPage,
) -> Result<Page<preference::Model>> {
    let mut select = scope.select::<Entity>();
    if !filter.statuses.is_empty() {
        select = select.filter(Column::Status.is_in(filter.statuses.iter().copied()));
    }
    if !filter.methods.is_empty() {
        select = select.filter(Column::Method.is_in(filter.methods.iter().copied()));
    }
    if let Some(purpose) = &filter.purpose {
        select = select.filter(Column::Purpose.eq(purpose.as_str()));
    }
    if let Some(scope) = filter.scope {
        select = select.filter(Column::Scope.eq(scope));
    }
    if let Some(digest) = &filter.digest {
        let of = scope
            .select::<preference_address::Entity>()
            .select_only()
            .column(preference_address::Column::PreferenceId)
            .filter(preference_address::Column::Digest.eq(digest.clone()));
        select = select.filter(Column::Id.in_subquery(of.into_query()));
    }
    if let Some(after) = page.after {
        select = select.filter(after_place((Column::RecordedAt, Column::Id), after, true));
    }
    let select = select
        .order_by_desc(Column::RecordedAt)
        .order_by_desc(Column::Id)
        .limit(page.limit_and_one());
    let rows = select.all(db).await?;
    Ok(Page::of(rows, page, |row: &preference::Model| Cursor {
        key: row.recorded_at.as_millis(),
        id: row.id.uuid(),
    }))
}

/// How much of what was said of addresses is read at once: more of one person's nobody has seen.
const MOST_OF_ADDRESSES: u64 = 5_000;

/// What was said of some addresses by nobody who is known, the latest first.
pub(super) async fn of_nobody(
    db: &impl ConnectionTrait,
    scope: Scope,
    digests: &[Vec<u8>],
) -> Result<Vec<preference::Model>> {
    let of = scope
        .select::<preference_address::Entity>()
        .select_only()
        .column(preference_address::Column::PreferenceId)
        .filter(preference_address::Column::Digest.is_in(digests.iter().cloned()));
    let select = scope
        .select::<Entity>()
        .filter(Column::CustomerId.is_null())
        .filter(Column::Id.in_subquery(of.into_query()))
        .order_by_desc(Column::At)
        .order_by_desc(Column::Id)
        .limit(MOST_OF_ADDRESSES);
    Ok(select.all(db).await?)
}

/// A page of what each of some customers said, the latest first.
pub(super) async fn of_customers(
    db: &impl ConnectionTrait,
    scope: Scope,
    clusters: &Clusters,
    page: &CheckedPage,
) -> Result<HashMap<CustomerId, Page<preference::Model>>> {
    let customers = clusters.all();
    let selects = customers.iter().map(|customer| {
        let mut select = scope
            .select::<Entity>()
            .filter(Column::CustomerId.eq(*customer));
        if let Some(after) = page.after {
            select = select.filter(after_place((Column::At, Column::Id), after, true));
        }
        select
            .order_by_desc(Column::At)
            .order_by_desc(Column::Id)
            .limit(page.limit_and_one())
            .into_query()
    });
    let mut rows = Vec::new();
    for statement in for_each_parent(db.get_database_backend(), selects) {
        rows.extend(
            preference::Model::find_by_statement(statement)
                .all(db)
                .await?,
        );
    }
    let of = |row: &preference::Model| row.customer_id;
    Ok(Page::by_parent(clusters.each(), rows, page, of, place))
}
