//! Statements over holds and blocks.

mod kept;

use std::collections::HashMap;

use entity::date::Date;
use entity::id::{CustomerId, DeletionBlockId, LegalHoldId};
use entity::time::Timestamp;
use entity::{
    controller, deletion_block, legal_hold, legal_hold_category, legal_hold_customer,
    legal_hold_system,
};
use sea_orm::sea_query::{SimpleExpr, Value};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Set,
};

use super::rules::WAITED_FOR;
use super::service::HoldFilter;
use crate::customers::members_of;
use crate::error::{Error, Result};
use crate::platform::db::{Scope, condition, insert_rows, locked, pinned, rows};
use crate::platform::page::{CheckedPage, Cursor, Page};
use crate::vault::Column;

pub(super) use kept::*;
pub(crate) use kept::{Due, Wanted, is_wanted};

/// Cell of why a hold was placed.
pub(super) const REASON: Column = ("legal_hold", "reason");
/// Cell of on whose authority.
pub(super) const AUTHORITY: Column = ("legal_hold", "authority");
/// Cell of why it was extended, or released.
pub(super) const LAST_REASON: Column = ("legal_hold", "last_reason");
/// Cell of what is kept.
pub(super) const WHAT: Column = ("deletion_block", "what");

/// Rows of a table that may be erased, or lead to an erasure: expressions that say of each whose data it is about, and in
/// which system.
pub(crate) struct Guarded<'a> {
    /// The controller.
    pub(crate) controller: &'a str,
    /// The customer.
    pub(crate) customer: &'a str,
    /// The name of the system.
    pub(crate) system: &'a str,
}

/// What keeps rows of a table from being erased at an instant: the condition that every path to an erasure passes. Holds
/// and blocks of all who were merged into one count for each of them.
pub(crate) fn guard(db: &impl ConnectionTrait, of: &Guarded<'_>, now: Timestamp) -> SimpleExpr {
    let Guarded {
        controller,
        customer,
        system,
    } = of;
    let members = members_of(controller, customer);
    let grounds: Vec<_> = WAITED_FOR
        .iter()
        .map(|ground| format!("'{ground}'"))
        .collect();
    let grounds = grounds.join(", ");
    let sql = format!(
        "(exists (select 1 from legal_hold h where h.controller_id = {controller}
                and h.released_at is null and (h.expires_at is null or h.expires_at > $1)
                and (h.all_systems or exists (select 1 from legal_hold_system s
                    where s.controller_id = h.controller_id and s.hold_id = h.id and s.system = {system}))
                and (h.all_customers or exists (select 1 from legal_hold_customer c
                    where c.controller_id = h.controller_id and c.hold_id = h.id and c.customer_id in {members})))
            or exists (select 1 from deletion_block b where b.controller_id = {controller}
                and b.customer_id in {members} and b.system = {system} and b.ground in ({grounds})
                and (b.settled_at is null or b.settled_at > $1) and (b.until is null or b.until >= $2)))"
    );
    let values: [Value; 2] = [now.into(), Date::of(now).into()];
    condition(db, &sql, values)
}

/// Lets no hold and no block come in between what is looked at and what is handed out, until the transaction ends.
///
/// # Errors
/// As every statement.
pub(crate) async fn hold_still(db: &impl ConnectionTrait, scope: Scope) -> Result<()> {
    pinned(db, scope.select::<controller::Entity>())
        .one(db)
        .await?;
    Ok(())
}

/// Waits for what is being handed out: whatever is, after this change, is seen by it.
///
/// # Errors
/// As every statement.
pub(super) async fn wait_for_claims(db: &impl ConnectionTrait, scope: Scope) -> Result<()> {
    locked(db, scope.select::<controller::Entity>())
        .one(db)
        .await?;
    Ok(())
}

pub(super) async fn insert_hold(
    db: &impl ConnectionTrait,
    row: legal_hold::Model,
    customers: Vec<legal_hold_customer::Model>,
    systems: Vec<legal_hold_system::Model>,
    categories: Vec<legal_hold_category::Model>,
) -> Result<()> {
    insert_rows(db, vec![row]).await?;
    insert_rows(db, customers).await?;
    insert_rows(db, systems).await?;
    insert_rows(db, categories).await
}

pub(super) async fn holds_by_id(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[LegalHoldId],
) -> Result<Vec<legal_hold::Model>> {
    let select = scope.select::<legal_hold::Entity>();
    let ids = ids.iter().copied();
    Ok(select
        .filter(legal_hold::Column::Id.is_in(ids))
        .all(db)
        .await?)
}

/// A hold, kept from being changed by others until the change ends.
///
/// # Errors
/// `NotFound` when it is not there.
pub(super) async fn lock_hold(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: LegalHoldId,
) -> Result<legal_hold::Model> {
    let select = scope
        .select::<legal_hold::Entity>()
        .filter(legal_hold::Column::Id.eq(id));
    let missing = Error::NotFound { what: "legal hold" };
    locked(db, select).one(db).await?.ok_or(missing)
}

/// Writes what may change of a hold.
pub(super) async fn update_hold(
    db: &impl ConnectionTrait,
    scope: Scope,
    row: legal_hold::Model,
) -> Result<()> {
    let id = row.id;
    let changed = legal_hold::ActiveModel {
        expires_at: Set(row.expires_at),
        extended_at: Set(row.extended_at),
        released_at: Set(row.released_at),
        last_reason: Set(row.last_reason),
        version: Set(row.version),
        event_id: Set(row.event_id),
        ..Default::default()
    };
    legal_hold::Entity::update_many()
        .set(changed)
        .filter(legal_hold::Column::ControllerId.eq(scope.controller))
        .filter(legal_hold::Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
}

/// A page of holds, the latest first.
pub(super) async fn page_of_holds(
    db: &impl ConnectionTrait,
    scope: Scope,
    filter: &HoldFilter,
    page: &CheckedPage,
) -> Result<Page<legal_hold::Model>> {
    use legal_hold::Column as Hold;
    let mut select = scope.select::<legal_hold::Entity>();
    if let Some((active, now)) = filter.active_at {
        let ended = Condition::any()
            .add(Hold::ReleasedAt.is_not_null())
            .add(Hold::ExpiresAt.lte(now));
        let running = Condition::all().add(Hold::ReleasedAt.is_null()).add(
            Condition::any()
                .add(Hold::ExpiresAt.is_null())
                .add(Hold::ExpiresAt.gt(now)),
        );
        select = select.filter(if active { running } else { ended });
    }
    if let Some(customers) = &filter.among {
        select = select.filter(covers(scope, customers));
    }
    if let Some(after) = page.after {
        select = select.filter(Hold::Id.lt(LegalHoldId::from_uuid(after.id)));
    }
    let select = select.order_by_desc(Hold::Id).limit(page.limit_and_one());
    let rows = rows(db, select).await?;
    Ok(Page::of(rows, page, |row| Cursor {
        key: 0,
        id: row.id.uuid(),
    }))
}

/// That a hold covers one of some customers, or all.
fn covers(scope: Scope, customers: &[CustomerId]) -> Condition {
    use legal_hold_customer::Column;
    let own = scope
        .select::<legal_hold_customer::Entity>()
        .select_only()
        .column(Column::HoldId)
        .filter(Column::CustomerId.is_in(customers.iter().copied()));
    Condition::any()
        .add(legal_hold::Column::AllCustomers.eq(true))
        .add(legal_hold::Column::Id.in_subquery(own.into_query()))
}

/// How many holds over a customer are shown in a plan.
const MOST_OVER: u64 = 500;

/// The holds that may still count and cover one of some customers, or all; as many as are shown at the most.
pub(super) async fn holds_over(
    db: &impl ConnectionTrait,
    scope: Scope,
    customers: &[CustomerId],
) -> Result<Vec<legal_hold::Model>> {
    let select = scope.select::<legal_hold::Entity>();
    let select = select
        .filter(legal_hold::Column::ReleasedAt.is_null())
        .filter(covers(scope, customers))
        .order_by_asc(legal_hold::Column::Id)
        .limit(MOST_OVER);
    rows(db, select).await
}

/// The customers that each of some holds names.
pub(super) async fn customers_of(
    db: &impl ConnectionTrait,
    scope: Scope,
    holds: &[LegalHoldId],
) -> Result<HashMap<LegalHoldId, Vec<CustomerId>>> {
    use legal_hold_customer::Column;
    let rows = scope
        .select::<legal_hold_customer::Entity>()
        .filter(Column::HoldId.is_in(holds.iter().copied()))
        .order_by_asc(Column::CustomerId)
        .all(db)
        .await?;
    Ok(grouped(
        rows.into_iter().map(|row| (row.hold_id, row.customer_id)),
    ))
}

/// The systems that each of some holds names.
pub(super) async fn systems_of(
    db: &impl ConnectionTrait,
    scope: Scope,
    holds: &[LegalHoldId],
) -> Result<HashMap<LegalHoldId, Vec<String>>> {
    use legal_hold_system::Column;
    let rows = scope
        .select::<legal_hold_system::Entity>()
        .filter(Column::HoldId.is_in(holds.iter().copied()))
        .order_by_asc(Column::System)
        .all(db)
        .await?;
    Ok(grouped(
        rows.into_iter().map(|row| (row.hold_id, row.system)),
    ))
}

/// The data categories that each of some holds names.
pub(super) async fn categories_of(
    db: &impl ConnectionTrait,
    scope: Scope,
    holds: &[LegalHoldId],
) -> Result<HashMap<LegalHoldId, Vec<String>>> {
    use legal_hold_category::Column;
    let rows = scope
        .select::<legal_hold_category::Entity>()
        .filter(Column::HoldId.is_in(holds.iter().copied()))
        .order_by_asc(Column::Category)
        .all(db)
        .await?;
    Ok(grouped(
        rows.into_iter().map(|row| (row.hold_id, row.category)),
    ))
}

fn grouped<T>(rows: impl Iterator<Item = (LegalHoldId, T)>) -> HashMap<LegalHoldId, Vec<T>> {
    let mut found: HashMap<LegalHoldId, Vec<T>> = HashMap::new();
    for (hold, row) in rows {
        found.entry(hold).or_default().push(row);
    }
    found
}

pub(super) async fn insert_block(
    db: &impl ConnectionTrait,
    row: deletion_block::Model,
) -> Result<()> {
    insert_rows(db, vec![row]).await
}

pub(super) async fn blocks_by_id(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[DeletionBlockId],
) -> Result<Vec<deletion_block::Model>> {
    let select = scope.select::<deletion_block::Entity>();
    let ids = ids.iter().copied();
    Ok(select
        .filter(deletion_block::Column::Id.is_in(ids))
        .all(db)
        .await?)
}

/// A block, kept from being changed by others until the change ends.
///
/// # Errors
/// `NotFound` when it is not there.
pub(super) async fn lock_block(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: DeletionBlockId,
) -> Result<deletion_block::Model> {
    let select = scope
        .select::<deletion_block::Entity>()
        .filter(deletion_block::Column::Id.eq(id));
    let missing = Error::NotFound {
        what: "deletion block",
    };
    locked(db, select).one(db).await?.ok_or(missing)
}

/// Says that a block is over.
pub(super) async fn settle(
    db: &impl ConnectionTrait,
    scope: Scope,
    row: deletion_block::Model,
) -> Result<()> {
    let changed = deletion_block::ActiveModel {
        settled_at: Set(row.settled_at),
        version: Set(row.version),
        event_id: Set(row.event_id),
        ..Default::default()
    };
    deletion_block::Entity::update_many()
        .set(changed)
        .filter(deletion_block::Column::ControllerId.eq(scope.controller))
        .filter(deletion_block::Column::Id.eq(row.id))
        .exec(db)
        .await?;
    Ok(())
}

/// What systems must keep of some customers and is neither settled nor over, in the order in which it was recorded; as many as are
/// shown at the most.
pub(super) async fn blocks_of(
    db: &impl ConnectionTrait,
    scope: Scope,
    customers: &[CustomerId],
    today: Date,
    most: u64,
) -> Result<Vec<deletion_block::Model>> {
    use deletion_block::Column;
    let select = scope
        .select::<deletion_block::Entity>()
        .filter(Column::CustomerId.is_in(customers.iter().copied()))
        .filter(Column::SettledAt.is_null())
        .filter(
            Condition::any()
                .add(Column::Until.is_null())
                .add(Column::Until.gte(today)),
        )
        .order_by_asc(Column::RecordedAt)
        .order_by_asc(Column::Id)
        .limit(most);
    rows(db, select).await
}
