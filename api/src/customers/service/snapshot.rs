//! Comparing the ids that an outside system has with what is on record, so that lost calls are found.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use entity::enums::{Action, EventType, Log};
use entity::id::SnapshotId;
use entity::snapshot;

use super::read::{Customer, by_ids};
use crate::context::{App, Begun, Ctx, Once, Tx, only_id};
use crate::customers::{rules, store};
use crate::error::{Error, Result};
use crate::ledger::{Event, Fields};
use crate::platform::page::{Page, PageRequest};
use crate::platform::personal::Personal;
use crate::platform::random;
use crate::vault::{DataKey, Field, normalise};

/// How long snapshots are kept.
const KEPT: Duration = Duration::from_hours(24 * 30);

/// Some of the ids that an outside system has.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// The system.
    pub(crate) system: String,
    /// The ids.
    pub(crate) ids: Vec<Personal>,
    /// The snapshot that it is a part of; a new one, when absent.
    pub(crate) snapshot: Option<SnapshotId>,
    /// Whether it is the last part.
    pub(crate) complete: bool,
}

/// What a part differs in from what is on record.
#[derive(Debug)]
pub(crate) struct Reconciled {
    /// The snapshot.
    pub(crate) snapshot: SnapshotId,
    /// Ids that lead to nobody.
    pub(crate) unknown: Vec<Personal>,
    /// Ids whose customer is closed.
    pub(crate) closed: Vec<Personal>,
}

/// Compares a part of a snapshot with what is on record, and keeps the index values of its ids.
///
/// # Errors
/// Forbidden; Invalid for a part of no or more than 5000 ids, for an id that cannot be one, and for another system
/// than the snapshot's; `NotFound`; Conflict when the snapshot is complete.
pub(crate) async fn reconcile(ctx: &Ctx, part: Part, once: Once) -> Result<Reconciled> {
    ctx.authorize(Action::ImportCustomers)?;
    let compared = Compared::of(ctx, &part).await?;
    if let Some(ids) = ctx.done_before(&once).await? {
        return Ok(compared.answer(only_id(&ids, "snapshot")?));
    }
    let id = match part.snapshot {
        Some(id) => id,
        None => SnapshotId::from_uuid(random::id()),
    };
    let key = ctx.controller_key().await?;
    let mut tx = match ctx.begin_once(&once, &[id.to_string()]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(ids) => return Ok(compared.answer(only_id(&ids, "snapshot")?)),
    };
    let mut row = match part.snapshot {
        Some(id) => continued(&tx, id, &compared.system).await?,
        None => begun(ctx, id, &compared.system),
    };
    let fresh = compared.not_in(&tx, id).await?;
    row.received += i64::try_from(fresh.len()).unwrap_or(i64::MAX);
    row.unknown += compared.count_unknown(&fresh);
    row.completed_at = part.complete.then_some(ctx.now());
    if fresh.is_empty() && !part.complete {
        // The part came before.
        tx.rollback().await?;
        return Ok(compared.answer(id));
    }
    tx.record(event(&row, &key))?;
    match part.snapshot {
        Some(_) => store::save_snapshot(tx.db(), tx.scope(), &row).await?,
        None => store::insert_snapshot(tx.db(), row).await?,
    }
    store::add_values(tx.db(), tx.scope(), id, fresh).await?;
    tx.commit().await?;
    Ok(compared.answer(id))
}

/// The record of a part.
fn event<'a>(row: &snapshot::Model, key: &'a DataKey) -> Event<'a> {
    Event {
        kind: EventType::SnapshotReconciled,
        log: Log::Main,
        object: row.id.to_string(),
        customer: None,
        key,
        fields: Fields::new()
            .with("system", row.system.as_str())
            .with("received", row.received)
            .with("unknown", row.unknown)
            .with("complete", row.completed_at.is_some()),
    }
}

fn begun(ctx: &Ctx, id: SnapshotId, system: &str) -> snapshot::Model {
    snapshot::Model {
        controller_id: ctx.controller(),
        id,
        system: system.to_owned(),
        received: 0,
        unknown: 0,
        completed_at: None,
        recorded_at: ctx.now(),
        integration_id: ctx.actor.integration,
    }
}

async fn continued(tx: &Tx, id: SnapshotId, system: &str) -> Result<snapshot::Model> {
    let row = store::lock_snapshot(tx.db(), tx.scope(), id).await?;
    let row = row.ok_or(Error::NotFound { what: "snapshot" })?;
    if row.completed_at.is_some() {
        return Err(Error::Conflict("this snapshot is complete: begin another"));
    }
    if row.system != system {
        return Err(Error::invalid("system", "is not that of the snapshot"));
    }
    Ok(row)
}

/// An id as it came, with its index values: the one that is kept first.
struct Given {
    id: Personal,
    values: Vec<Vec<u8>>,
}

impl Given {
    fn kept(&self) -> Option<&Vec<u8>> {
        self.values.first()
    }
}

/// Ids beside what is on record.
struct Compared {
    system: String,
    given: Vec<Given>,
    /// Which index values lead to a customer, and whether it is closed.
    known: HashMap<Vec<u8>, bool>,
}

impl Compared {
    async fn of(ctx: &Ctx, part: &Part) -> Result<Self> {
        if part.ids.is_empty() || part.ids.len() > rules::MOST_IDS {
            return Err(Error::invalid("ids", "must have 1 to 5000 items"));
        }
        let system = normalise::external_system(&part.system)
            .map_err(|expected| Error::invalid("system", expected.to_string()))?;
        let (mut seen, mut given) = (HashSet::new(), Vec::new());
        for (number, id) in part.ids.iter().enumerate() {
            let normal = normalise::external_id(&system, id.expose()).map_err(|expected| {
                Error::invalid(format!("ids[{number}]"), expected.to_string())
            })?;
            let field = Field::CustomerExternalId;
            let values = ctx.vault().index(ctx.controller(), field, &normal)?;
            let values: Vec<_> = values.into_iter().map(|value| value.bytes).collect();
            if seen.insert(values.clone()) {
                let id = id.clone();
                given.push(Given { id, values });
            }
        }
        let values = given.iter().flat_map(|given| given.values.clone());
        let known = store::system_ids(ctx.db(), ctx.scope(), values.collect()).await?;
        Ok(Self {
            system,
            given,
            known,
        })
    }

    /// Whether an id leads to a customer who is closed; nothing when it leads to nobody.
    fn is_closed(&self, given: &Given) -> Option<bool> {
        let mut found = given
            .values
            .iter()
            .filter_map(|value| self.known.get(value));
        found.next().copied()
    }

    /// The values that a snapshot does not have yet.
    async fn not_in(&self, tx: &Tx, id: SnapshotId) -> Result<Vec<Vec<u8>>> {
        let values: Vec<_> = self.given.iter().filter_map(Given::kept).cloned().collect();
        let named = store::named(tx.db(), tx.scope(), id, &values).await?;
        let fresh = values.into_iter().filter(|value| !named.contains(value));
        Ok(fresh.collect())
    }

    /// How many of these values lead to nobody.
    fn count_unknown(&self, values: &[Vec<u8>]) -> i64 {
        let values: HashSet<_> = values.iter().collect();
        let unknown = self.given.iter().filter(|given| {
            self.is_closed(given).is_none()
                && given.kept().is_some_and(|value| values.contains(value))
        });
        i64::try_from(unknown.count()).unwrap_or(i64::MAX)
    }

    fn answer(&self, snapshot: SnapshotId) -> Reconciled {
        let those = |closed: Option<bool>| {
            let given = self.given.iter();
            given
                .filter(|given| self.is_closed(given) == closed)
                .map(|given| given.id.clone())
                .collect()
        };
        Reconciled {
            snapshot,
            unknown: those(None),
            closed: those(Some(true)),
        }
    }
}

/// Snapshots by id.
///
/// # Errors
/// Forbidden.
pub(crate) async fn snapshots_by_id(
    ctx: &Ctx,
    ids: &[SnapshotId],
) -> Result<HashMap<SnapshotId, snapshot::Model>> {
    ctx.authorize(Action::ImportCustomers)?;
    let rows = store::snapshots_by_id(ctx.db(), ctx.scope(), ids).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// A page of the customers whom the system of a complete snapshot does not have any more.
///
/// # Errors
/// Forbidden; Invalid for a page that cannot be given.
pub(crate) async fn surplus(
    ctx: &Ctx,
    snapshot: &snapshot::Model,
    page: PageRequest,
) -> Result<Page<Customer>> {
    ctx.authorize(Action::ImportCustomers)?;
    let page = page.check(&format!("surplus {}", snapshot.id))?;
    let found = store::surplus(ctx.db(), ctx.scope(), snapshot, &page).await?;
    let ids: Vec<_> = found.rows.iter().map(|(_, id)| *id).collect();
    let mut known = by_ids(ctx, &ids).await?;
    Ok(found.filter_map(|id| known.remove(&id)))
}

/// How many customers that are, as far as it pays to count.
///
/// # Errors
/// Forbidden.
pub(crate) async fn count_surplus(ctx: &Ctx, snapshot: &snapshot::Model) -> Result<i64> {
    ctx.authorize(Action::ImportCustomers)?;
    store::count_surplus(ctx.db(), ctx.scope(), snapshot).await
}

/// Deletes snapshots that are older than thirty days, a part at a time: housekeeping, no event.
///
/// # Errors
/// As every statement.
pub(crate) async fn expire_snapshots(app: &App) -> Result<()> {
    let before = app.clock.now().saturating_sub(KEPT);
    while let Some(old) = store::begun_before(app.db.reader(), before).await? {
        let tx = app.housekeeping().await?;
        store::forget_part(tx.connection(), &old).await?;
        tx.commit().await?;
    }
    Ok(())
}
