//! Statements over incidents, their clocks, and what was said of who is told.

mod affected;

use std::collections::HashMap;

use entity::id::{IncidentId, IncidentNotificationId, RecipientId};
use entity::time::Timestamp;
use entity::{incident, incident_clock, incident_notification, incident_recipient};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, Select, Set,
};

use crate::error::{Error, Result};
use crate::incidents::service::IncidentFilter;
use crate::platform::db::{Scope, after_place, insert_rows, locked, rows};
use crate::platform::page::{CheckedPage, Cursor, Page};
use crate::vault::Column as Cell;

pub(crate) use affected::{AffectedRow, CountryCount, TaskCount, still_tells};
pub(super) use affected::{
    Reach, affected, affected_as, count_affected, count_frozen, count_untold, countries, freeze,
    frozen, missed, open_tasks, places, task_counts, untold,
};

/// Cell of what an incident is called.
pub(super) const TITLE: Cell = ("incident", "title");
/// Cell of what happened.
pub(super) const DESCRIPTION: Cell = ("incident", "description");
/// Cell of what comes of it.
pub(super) const CONSEQUENCES: Cell = ("incident", "consequences");
/// Cell of what is done about it.
pub(super) const MEASURES: Cell = ("incident", "measures");
/// Cell of why it was changed.
pub(super) const LAST_REASON: Cell = ("incident", "last_reason");
/// Cell of what is said to whoever is told.
pub(super) const TEXT: Cell = ("incident_notification", "text");
/// Cell of what whoever is told calls it.
pub(super) const REFERENCE: Cell = ("incident_notification", "reference");
/// Cell of why a notification is late, failed or is not needed.
pub(super) const REASON: Cell = ("incident_notification", "reason");

/// How many notifications are planned at a time.
const MOST_PLANNED: u64 = 100;

/// Which incidents somebody sees.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sight {
    /// Of whom.
    pub(super) scope: Scope,
    /// Whether also those that are kept from view.
    pub(super) confidential: bool,
}

impl Sight {
    fn select(self) -> Select<incident::Entity> {
        let select = self.scope.select::<incident::Entity>();
        if self.confidential {
            select
        } else {
            select.filter(incident::Column::Confidential.eq(false))
        }
    }
}

pub(super) async fn by_ids(
    db: &impl ConnectionTrait,
    sight: Sight,
    ids: impl IntoIterator<Item = IncidentId>,
) -> Result<Vec<incident::Model>> {
    let select = sight.select().filter(incident::Column::Id.is_in(ids));
    Ok(select.all(db).await?)
}

/// A page of incidents, those first that were reported last.
pub(super) async fn page(
    db: &impl ConnectionTrait,
    sight: Sight,
    filter: &IncidentFilter,
    page: &CheckedPage,
) -> Result<Page<incident::Model>> {
    use incident::Column;
    let mut select = sight.select();
    if !filter.statuses.is_empty() {
        select = select.filter(Column::Status.is_in(filter.statuses.iter().copied()));
    }
    if let Some(before) = filter.due_before {
        select = select.filter(Column::NextDueAt.lt(before));
    }
    if let Some(disclosure) = filter.disclosure {
        select = select.filter(Column::DisclosureId.eq(disclosure));
    }
    if let Some(after) = page.after {
        select = select.filter(after_place((Column::RecordedAt, Column::Id), after, true));
    }
    let select = select
        .order_by_desc(Column::RecordedAt)
        .order_by_desc(Column::Id)
        .limit(page.limit_and_one());
    let rows = rows(db, select).await?;
    Ok(Page::of(rows, page, |row| Cursor {
        key: row.recorded_at.as_millis(),
        id: row.id.uuid(),
    }))
}

/// An incident, kept from being changed by others until the change ends.
///
/// # Errors
/// `NotFound` when it is not there.
pub(super) async fn lock(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: IncidentId,
) -> Result<incident::Model> {
    let select = scope.select::<incident::Entity>();
    let select = select.filter(incident::Column::Id.eq(id));
    let missing = Error::NotFound { what: "incident" };
    locked(db, select).one(db).await?.ok_or(missing)
}

pub(super) async fn insert(db: &impl ConnectionTrait, row: incident::Model) -> Result<()> {
    insert_rows(db, vec![row]).await
}

/// Writes everything of an incident.
pub(super) async fn save(db: &impl ConnectionTrait, row: incident::Model) -> Result<()> {
    let changed = row.into_active_model().reset_all();
    incident::Entity::update(changed)
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// The recipients that incidents are about.
pub(super) async fn recipients_of(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[IncidentId],
) -> Result<HashMap<IncidentId, Vec<RecipientId>>> {
    use incident_recipient::Column;
    let select = scope
        .select::<incident_recipient::Entity>()
        .filter(Column::IncidentId.is_in(ids.iter().copied()))
        .order_by_asc(Column::RecipientId);
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for row in select.all(db).await? {
        found
            .entry(row.incident_id)
            .or_default()
            .push(row.recipient_id);
    }
    Ok(found)
}

pub(super) async fn insert_recipients(
    db: &impl ConnectionTrait,
    scope: Scope,
    incident_id: IncidentId,
    recipients: &[RecipientId],
) -> Result<()> {
    let rows = recipients
        .iter()
        .map(|recipient_id| incident_recipient::Model {
            controller_id: scope.controller,
            recipient_id: *recipient_id,
            incident_id,
        });
    insert_rows(db, rows.collect()).await
}

/// The clocks of some incidents, in the order of the laws.
pub(super) async fn clocks_of(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[IncidentId],
) -> Result<Vec<incident_clock::Model>> {
    use incident_clock::Column;
    let select = scope
        .select::<incident_clock::Entity>()
        .filter(Column::IncidentId.is_in(ids.iter().copied()));
    let mut found = select.all(db).await?;
    found.sort_unstable_by_key(|clock| (clock.regime, clock.target, clock.phase));
    Ok(found)
}

/// Writes clocks as they are now; `before` are those that are there.
pub(super) async fn save_clocks(
    db: &impl ConnectionTrait,
    before: &[incident_clock::Model],
    clocks: &[incident_clock::Model],
) -> Result<()> {
    let place = |clock: &incident_clock::Model| (clock.regime, clock.target, clock.phase);
    let mut new = Vec::new();
    for clock in clocks {
        match before.iter().find(|known| place(known) == place(clock)) {
            None => new.push(clock.clone()),
            Some(known) if known == clock => {}
            Some(_) => {
                let changed = clock.clone().into_active_model().reset_all();
                incident_clock::Entity::update(changed)
                    .exec_without_returning(db)
                    .await?;
            }
        }
    }
    insert_rows(db, new).await
}

/// What was said of the notifications of some incidents, in the order in which it was recorded.
pub(super) async fn notifications_of(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[IncidentId],
) -> Result<Vec<incident_notification::Model>> {
    use incident_notification::Column;
    let select = scope
        .select::<incident_notification::Entity>()
        .filter(Column::IncidentId.is_in(ids.iter().copied()))
        .order_by_asc(Column::RecordedAt)
        .order_by_asc(Column::Id);
    Ok(select.all(db).await?)
}

pub(super) async fn notifications_by_id(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[IncidentNotificationId],
) -> Result<Vec<incident_notification::Model>> {
    let select = scope.select::<incident_notification::Entity>();
    let ids = ids.iter().copied();
    let select = select.filter(incident_notification::Column::Id.is_in(ids));
    Ok(select.all(db).await?)
}

pub(super) async fn insert_notification(
    db: &impl ConnectionTrait,
    row: incident_notification::Model,
) -> Result<()> {
    insert_rows(db, vec![row]).await
}

/// Notifications whose tasks are still to be planned, or to be ended.
pub(super) async fn planning(
    db: &impl ConnectionTrait,
    scope: Scope,
) -> Result<Vec<incident_notification::Model>> {
    use incident_notification::Column;
    let select = scope
        .select::<incident_notification::Entity>()
        // As the index has it.
        .filter(Expr::cust("incident_notification.planning"))
        .order_by_asc(Column::Id)
        .limit(MOST_PLANNED);
    rows(db, select).await
}

/// A notification whose tasks are still to be planned, kept from others who plan them until the change ends; nothing, where
/// they are not any more.
pub(super) async fn lock_planning(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: IncidentNotificationId,
) -> Result<Option<incident_notification::Model>> {
    use incident_notification::Column;
    let select = scope
        .select::<incident_notification::Entity>()
        .filter(Column::Id.eq(id))
        .filter(Column::Planning.eq(true))
        .filter(Column::WithdrawnAt.is_null());
    Ok(locked(db, select).one(db).await?)
}

/// Says that the tasks of a notification are all planned.
pub(super) async fn end_planning(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: IncidentNotificationId,
    unreached: i64,
) -> Result<()> {
    use incident_notification::{ActiveModel, Column, Entity};
    let changed = ActiveModel {
        planning: Set(false),
        unreached: Set(Some(unreached)),
        ..Default::default()
    };
    Entity::update_many()
        .set(changed)
        .col_expr(Column::Plannings, Expr::col(Column::Plannings).add(1))
        .filter(Column::ControllerId.eq(scope.controller))
        .filter(Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
}

/// Has the tasks planned, too, of those who turned out to be affected since a notification was planned.
pub(super) async fn plan_again(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: IncidentId,
) -> Result<()> {
    let changed = incident_notification::ActiveModel {
        planning: Set(true),
        unreached: Set(None),
        ..Default::default()
    };
    change_sent(db, scope, id, changed).await
}

/// Has nobody told any more of an incident as was said before: tasks that are planned are ended by whoever plans them.
pub(super) async fn withdraw(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: IncidentId,
    now: Timestamp,
) -> Result<()> {
    let changed = incident_notification::ActiveModel {
        planning: Set(true),
        withdrawn_at: Set(Some(now)),
        ..Default::default()
    };
    change_sent(db, scope, id, changed).await
}

/// Changes the notifications of an incident that systems send and that were not withdrawn.
async fn change_sent(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: IncidentId,
    changed: incident_notification::ActiveModel,
) -> Result<()> {
    use incident_notification::{Column, Entity};
    Entity::update_many()
        .set(changed)
        .filter(Column::ControllerId.eq(scope.controller))
        .filter(Column::IncidentId.eq(id))
        .filter(Column::System.is_not_null())
        .filter(Column::WithdrawnAt.is_null())
        .exec(db)
        .await?;
    Ok(())
}

/// Says that no task of a notification that was withdrawn is left.
pub(super) async fn end_withdrawal(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: IncidentNotificationId,
) -> Result<()> {
    use incident_notification::{ActiveModel, Column, Entity};
    let changed = ActiveModel {
        planning: Set(false),
        ..Default::default()
    };
    Entity::update_many()
        .set(changed)
        .filter(Column::ControllerId.eq(scope.controller))
        .filter(Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
}
