//! Reading incidents, as far as the caller may.

use std::collections::HashMap;

use entity::enums::{Action, ClockState, IncidentStatus, NotificationTarget};
use entity::id::{DataKeyId, DisclosureId, IncidentId, IncidentNotificationId, RecipientId};
use entity::time::Timestamp;
use entity::{incident, incident_clock, incident_notification};

use super::scope::{self, House};
use crate::context::Ctx;
use crate::data_map;
use crate::error::{Error, Result};
use crate::incidents::rules;
use crate::incidents::store::{self, AffectedRow, CountryCount, Reach, Sight, TaskCount};
use crate::platform::page::{Cursor, Page, PageRequest};
use crate::recipients;
use crate::vault::{CellKeys, Locked, normalise};

/// An incident as a caller may see it.
#[derive(Debug, Clone)]
pub(crate) struct Incident {
    /// Its row.
    pub(crate) row: incident::Model,
    /// What it is called, for those who may read case details; so is what follows.
    pub(crate) title: Option<Locked>,
    /// What happened.
    pub(crate) description: Option<Locked>,
    /// What comes of it.
    pub(crate) consequences: Option<Locked>,
    /// What is done about it.
    pub(crate) measures: Option<Locked>,
    /// Why it was changed.
    pub(crate) last_reason: Option<Locked>,
}

impl Incident {
    /// Where it can go from where it stands.
    pub(crate) fn steps(&self) -> &'static [IncidentStatus] {
        rules::steps_from(self.row.status)
    }
}

/// A clock as it stands now.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    /// Its row.
    pub(crate) row: incident_clock::Model,
    /// Where it stands.
    pub(crate) state: ClockState,
}

/// What was said of a notification, as a caller may see it.
#[derive(Debug, Clone)]
pub(crate) struct Notification {
    /// Its row.
    pub(crate) row: incident_notification::Model,
    /// What is said, for those who may read case details; so is what follows.
    pub(crate) text: Option<Locked>,
    /// What whoever is told calls it.
    pub(crate) reference: Option<Locked>,
    /// Why it is late, failed or is not needed.
    pub(crate) reason: Option<Locked>,
}

/// How many tasks of a notification are in which state.
pub(crate) type TaskCounts = Vec<TaskCount>;

/// Which incidents are asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct IncidentFilter {
    /// In these states; in any, when empty.
    pub(crate) statuses: Vec<IncidentStatus>,
    /// Of which somebody is to be told before.
    pub(crate) due_before: Option<Timestamp>,
    /// That were this disclosure.
    pub(crate) disclosure: Option<DisclosureId>,
}

/// What the caller sees.
pub(super) fn sight(ctx: &Ctx) -> Sight {
    Sight {
        scope: ctx.scope(),
        confidential: ctx.may(Action::HandleIncidents),
    }
}

/// The row of an incident that the caller sees.
pub(super) async fn row_of(ctx: &Ctx, id: IncidentId) -> Result<incident::Model> {
    let found = store::by_ids(ctx.db(), sight(ctx), [id]).await?.pop();
    found.ok_or(Error::NotFound { what: "incident" })
}

async fn keys_of(ctx: &Ctx, keys: impl Iterator<Item = DataKeyId>) -> Result<CellKeys> {
    ctx.cell_keys(Action::ReadCaseDetails, keys).await
}

fn incident(keys: &CellKeys, row: incident::Model) -> Incident {
    // That it was read is hidden where it is itself.
    let lock = |column, cell| {
        let locked = keys.lock(row.key_id, column, row.id.uuid(), cell);
        locked.map(|locked| locked.of_sealed(row.confidential))
    };
    Incident {
        title: lock(store::TITLE, Some(&row.title)),
        description: lock(store::DESCRIPTION, row.description.as_ref()),
        consequences: lock(store::CONSEQUENCES, row.consequences.as_ref()),
        measures: lock(store::MEASURES, row.measures.as_ref()),
        last_reason: lock(store::LAST_REASON, row.last_reason.as_ref()),
        row,
    }
}

/// A page of incidents, those first that were reported last.
///
/// # Errors
/// Forbidden; Invalid for a page that cannot be given.
pub(crate) async fn list(
    ctx: &Ctx,
    filter: &IncidentFilter,
    page: PageRequest,
) -> Result<Page<Incident>> {
    ctx.authorize(Action::ReadIncidents)?;
    let page = page.check(&format!("incidents {filter:?}"))?;
    let page = store::page(ctx.db(), sight(ctx), filter, &page).await?;
    let keys = keys_of(ctx, page.rows.iter().map(|(_, row)| row.key_id)).await?;
    Ok(page.map(|row| incident(&keys, row)))
}

/// Incidents by id.
///
/// # Errors
/// Forbidden.
pub(crate) async fn by_ids(ctx: &Ctx, ids: &[IncidentId]) -> Result<HashMap<IncidentId, Incident>> {
    ctx.authorize(Action::ReadIncidents)?;
    let rows = store::by_ids(ctx.db(), sight(ctx), ids.iter().copied()).await?;
    let keys = keys_of(ctx, rows.iter().map(|row| row.key_id)).await?;
    let rows = rows.into_iter();
    Ok(rows.map(|row| (row.id, incident(&keys, row))).collect())
}

/// The clocks of incidents that the caller sees.
///
/// # Errors
/// Forbidden.
pub(crate) async fn clocks_of(
    ctx: &Ctx,
    ids: &[IncidentId],
) -> Result<HashMap<IncidentId, Vec<Clock>>> {
    ctx.authorize(Action::ReadIncidents)?;
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for row in store::clocks_of(ctx.db(), ctx.scope(), ids).await? {
        let state = rules::state(&row, ctx.now());
        let of = found.entry(row.incident_id).or_default();
        of.push(Clock { row, state });
    }
    Ok(found)
}

/// The recipients that incidents are about that the caller sees.
///
/// # Errors
/// Forbidden.
pub(crate) async fn recipients_of(
    ctx: &Ctx,
    ids: &[IncidentId],
) -> Result<HashMap<IncidentId, Vec<RecipientId>>> {
    ctx.authorize(Action::ReadIncidents)?;
    store::recipients_of(ctx.db(), ctx.scope(), ids).await
}

/// Where the persons live who were written down for incidents that the caller sees.
///
/// # Errors
/// Forbidden.
pub(crate) async fn countries_of(
    ctx: &Ctx,
    ids: &[IncidentId],
) -> Result<HashMap<IncidentId, Vec<CountryCount>>> {
    ctx.authorize(Action::ReadIncidents)?;
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for one in store::countries(ctx.db(), ctx.scope(), ids).await? {
        found.entry(one.incident_id).or_default().push(one);
    }
    Ok(found)
}

async fn notifications(
    ctx: &Ctx,
    rows: Vec<incident_notification::Model>,
) -> Result<impl Iterator<Item = Notification>> {
    let of = rows.iter().map(|row| row.incident_id);
    let seen = store::by_ids(ctx.db(), sight(ctx), of).await?;
    let hidden: HashMap<_, _> = seen
        .into_iter()
        .map(|incident| (incident.id, incident.confidential))
        .collect();
    let keys = keys_of(ctx, rows.iter().map(|row| row.key_id)).await?;
    // Of an incident that the caller does not see, nothing is shown.
    Ok(rows.into_iter().filter_map(move |row| {
        let is_hidden = *hidden.get(&row.incident_id)?;
        let lock = |column, cell: &Option<Vec<u8>>| {
            let locked = keys.lock(row.key_id, column, row.id.uuid(), cell.as_ref());
            locked.map(|locked| locked.of_sealed(is_hidden))
        };
        Some(Notification {
            text: lock(store::TEXT, &row.text),
            reference: lock(store::REFERENCE, &row.reference),
            reason: lock(store::REASON, &row.reason),
            row,
        })
    }))
}

/// What was said of the notifications of incidents that the caller sees, in the order in which it was recorded.
///
/// # Errors
/// Forbidden.
pub(crate) async fn notifications_of(
    ctx: &Ctx,
    ids: &[IncidentId],
) -> Result<HashMap<IncidentId, Vec<Notification>>> {
    ctx.authorize(Action::ReadIncidents)?;
    let rows = store::notifications_of(ctx.db(), ctx.scope(), ids).await?;
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for said in notifications(ctx, rows).await? {
        found.entry(said.row.incident_id).or_default().push(said);
    }
    Ok(found)
}

/// What was said of notifications, by id.
///
/// # Errors
/// Forbidden.
pub(crate) async fn notifications_by_id(
    ctx: &Ctx,
    ids: &[IncidentNotificationId],
) -> Result<HashMap<IncidentNotificationId, Notification>> {
    ctx.authorize(Action::ReadIncidents)?;
    let rows = store::notifications_by_id(ctx.db(), ctx.scope(), ids).await?;
    let said = notifications(ctx, rows).await?;
    Ok(said.map(|said| (said.row.id, said)).collect())
}

/// How many tasks of notifications that the caller sees are in which state.
///
/// # Errors
/// Forbidden.
pub(crate) async fn task_counts_of(
    ctx: &Ctx,
    ids: &[IncidentNotificationId],
) -> Result<HashMap<IncidentNotificationId, TaskCounts>> {
    ctx.authorize(Action::ReadIncidents)?;
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for one in store::task_counts(ctx.db(), ctx.scope(), ids).await? {
        found.entry(one.notification_id).or_default().push(one);
    }
    Ok(found)
}

/// By what somebody is affected.
#[derive(Debug, Clone)]
pub(crate) enum AffectedBy {
    /// An incident.
    Incident(IncidentId),
    /// Whatever happens to a system.
    System(String),
    /// Whatever happens at a recipient.
    Recipient(RecipientId),
}

/// Who is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Reached {
    /// By what.
    pub(crate) by: AffectedBy,
    /// As what.
    pub(crate) target: NotificationTarget,
    /// Only those whom this notification plans no task for.
    pub(crate) untold_by: Option<IncidentNotificationId>,
}

/// Somebody who is affected.
#[derive(Debug, Clone)]
pub(crate) struct Affected {
    /// Who, and since when that is known.
    pub(crate) row: AffectedRow,
    /// As what.
    pub(crate) target: NotificationTarget,
}

/// Where those are who are asked for.
enum Among {
    /// They were written down.
    Frozen(IncidentId),
    /// They are computed.
    Reach(Reach),
}

async fn among(ctx: &Ctx, asked: &Reached) -> Result<Among> {
    ctx.authorize(Action::ReadIncidents)?;
    ctx.authorize(Action::ReadCustomers)?;
    let target = asked.target;
    if !matches!(
        target,
        NotificationTarget::Subject | NotificationTarget::Controller
    ) {
        return Err(Error::invalid("target", "must be SUBJECT or CONTROLLER"));
    }
    let among = match &asked.by {
        AffectedBy::Incident(id) => {
            let row = row_of(ctx, *id)
                .await
                .map_err(|error| error.at("of.incidentId"))?;
            if row.frozen_at.is_some() {
                Among::Frozen(*id)
            } else {
                let recipients = store::recipients_of(ctx.db(), ctx.scope(), &[*id]).await?;
                let recipients = recipients.into_values().next().unwrap_or_default();
                let house = House::load(ctx).await?;
                Among::Reach(house.reach(&row, &recipients, target))
            }
        }
        AffectedBy::System(name) => {
            let name = normalise::external_system(name)
                .map_err(|expected| Error::invalid("of.system", expected.to_string()))?;
            let system = data_map::service::named(ctx, &name).await?;
            let unknown = Error::invalid("of.system", "is not registered: see registerSystem");
            let system = system.ok_or(unknown)?;
            Among::Reach(scope::reach_of(std::iter::once(&system), target))
        }
        AffectedBy::Recipient(id) => {
            ctx.authorize(Action::ReadDisclosures)?;
            let known = recipients::service::by_ids(ctx, &[*id]).await?;
            if !known.contains_key(id) {
                return Err(Error::NotFound { what: "recipient" }.at("of.recipientId"));
            }
            let house = House::load(ctx).await?;
            Among::Reach(house.reach_by(&[], &[*id], target))
        }
    };
    match (asked.untold_by, &among) {
        (None, _) => {}
        (Some(_), Among::Reach(_)) => {
            let problem = "is said of an incident only that was confirmed";
            return Err(Error::invalid("untoldBy", problem));
        }
        (Some(id), Among::Frozen(incident)) => {
            let found = store::notifications_by_id(ctx.db(), ctx.scope(), &[id]).await?;
            if found.iter().all(|said| said.incident_id != *incident) {
                let missing = Error::NotFound {
                    what: "notification",
                };
                return Err(missing.at("untoldBy"));
            }
        }
    }
    Ok(among)
}

/// What an incident is about.
#[derive(Debug, Clone)]
pub(crate) struct About {
    /// Names of systems.
    pub(crate) systems: Vec<String>,
    /// Recipients.
    pub(crate) recipients: Vec<RecipientId>,
}

/// What an incident is about.
///
/// # Errors
/// Forbidden; `NotFound`.
pub(crate) async fn about(ctx: &Ctx, id: IncidentId) -> Result<About> {
    ctx.authorize(Action::ReadIncidents)?;
    let row = row_of(ctx, id).await?;
    let recipients = store::recipients_of(ctx.db(), ctx.scope(), &[id]).await?;
    Ok(About {
        systems: row.systems.split_whitespace().map(str::to_owned).collect(),
        recipients: recipients.into_values().flatten().collect(),
    })
}

/// A page of those who are affected, in the order of their ids.
///
/// # Errors
/// Forbidden; Invalid; `NotFound` for what they are to be affected by.
pub(crate) async fn affected(
    ctx: &Ctx,
    asked: &Reached,
    page: PageRequest,
) -> Result<Page<Affected>> {
    let among = among(ctx, asked).await?;
    let page = page.check(&format!("affectedCustomers {asked:?}"))?;
    let after = page
        .after
        .map(|place| entity::id::CustomerId::from_uuid(place.id));
    let (db, scope, place) = (ctx.db(), ctx.scope(), (after, page.limit_and_one()));
    let target = asked.target;
    let rows = match among {
        Among::Frozen(id) => store::frozen(db, scope, (id, target), asked.untold_by, place).await?,
        Among::Reach(reach) => store::affected(db, scope, &reach, place).await?,
    };
    let page = Page::of(rows, &page, |row| Cursor {
        key: 0,
        id: row.customer_id.uuid(),
    });
    Ok(page.map(|row| Affected { row, target }))
}

/// How many are affected, as far as is counted.
///
/// # Errors
/// As [`affected`].
pub(crate) async fn count_affected(ctx: &Ctx, asked: &Reached) -> Result<i64> {
    let (db, scope) = (ctx.db(), ctx.scope());
    match among(ctx, asked).await? {
        Among::Frozen(id) => {
            store::count_frozen(db, scope, (id, asked.target), asked.untold_by).await
        }
        Among::Reach(reach) => store::count_affected(db, scope, &reach).await,
    }
}
