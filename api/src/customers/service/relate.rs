//! What customers are to each other, from when to when.

use std::collections::HashMap;

use entity::customer_relation;
use entity::enums::{Action, EventType, Log, RelationKind};
use entity::id::{CustomerId, EventId, RelationId};
use entity::time::Timestamp;

use super::cluster::clusters;
use super::lookup::Lookup;
use super::pair::pair;
use super::profile::Profiles;
use crate::context::{Begun, Ctx, Once, only_id};
use crate::customers::{rules, store};
use crate::error::{Error, Result};
use crate::ledger::{Event, Fields};
use crate::platform::page::{Page, PageRequest};
use crate::platform::patch::Patch;
use crate::platform::random;
use crate::vault::DataKey;

/// A relation to be recorded.
#[derive(Debug, Clone)]
pub(crate) struct NewRelation {
    /// Who is something.
    pub(crate) customer: Lookup,
    /// What.
    pub(crate) kind: RelationKind,
    /// To whom.
    pub(crate) related: Lookup,
    /// First instant. Absent: of the relation that lasts, or now.
    pub(crate) from: Option<Timestamp>,
    /// First instant after it.
    pub(crate) until: Patch<Timestamp>,
}

/// Records what one customer is to another. What is recorded already with the same first instant is corrected.
///
/// # Errors
/// Forbidden; Invalid for a range that ends before it begins and for one customer twice; `NotFound`; Ambiguous.
pub(crate) async fn relate(ctx: &Ctx, new: NewRelation, once: Once) -> Result<RelationId> {
    ctx.authorize(Action::RelateCustomers)?;
    if let Some(ids) = ctx.done_before(&once).await? {
        return only_id(&ids, "relation");
    }
    let lookups = [new.customer.clone(), new.related.clone()];
    let both = pair(ctx, lookups, ["customer", "relatedCustomer"]).await?;
    let (kind, [customer, related]) = rules::canonical(new.kind, both);
    if customer == related {
        let problem = "must be another customer than the first";
        return Err(Error::invalid("relatedCustomer", problem));
    }
    // What was recorded for one that was merged since is corrected where it is.
    let clusters = clusters(ctx, &[customer, related]).await?;
    let mut profiles = Profiles::load(ctx, &clusters.all()).await?;
    profiles.key(customer)?;
    let mut tx = match ctx.begin_once(&once, &[]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(ids) => return only_id(&ids, "relation"),
    };
    profiles.hold(ctx, &tx).await?;
    let members = [clusters.of(customer), clusters.of(related)];
    let before = store::relation(tx.db(), tx.scope(), kind, members, new.from).await?;
    let settled = Settled::of(ctx, &new, before.as_ref())?;
    let recorded = before.as_ref().map(|row| [row.customer_id, row.related_id]);
    let [customer, related] = recorded.unwrap_or([customer, related]);
    let key = profiles.key(customer)?;
    if before.is_some_and(|before| before.valid_until == settled.until) {
        tx.rollback().await?;
        return Ok(settled.id);
    }
    let row = customer_relation::Model {
        controller_id: ctx.controller(),
        id: settled.id,
        customer_id: customer,
        kind,
        related_id: related,
        valid_from: settled.from,
        valid_until: settled.until,
        recorded_at: ctx.now(),
        version: settled.version,
        event_id: tx.record(settled.event(kind, [customer, related], key))?,
    };
    store::save_relation(tx.db(), row).await?;
    tx.answer_with(&[settled.id.to_string()]).await?;
    tx.commit().await?;
    Ok(settled.id)
}

/// What is recorded of a relation: new, or a correction.
struct Settled {
    id: RelationId,
    from: Timestamp,
    until: Option<Timestamp>,
    version: i32,
    corrects: Option<EventId>,
}

impl Settled {
    fn of(ctx: &Ctx, new: &NewRelation, before: Option<&customer_relation::Model>) -> Result<Self> {
        let recorded = before.map(|row| row.valid_from);
        let settled = Self {
            id: before.map_or_else(|| RelationId::from_uuid(random::id()), |row| row.id),
            from: new.from.or(recorded).unwrap_or(ctx.now()),
            until: new.until.apply(before.and_then(|row| row.valid_until)),
            version: before.map_or(1, |row| row.version + 1),
            corrects: before.map(|row| row.event_id),
        };
        if !rules::is_range(settled.from, settled.until) {
            return Err(Error::invalid("until", "must not be before from"));
        }
        Ok(settled)
    }

    fn event<'a>(
        &self,
        kind: RelationKind,
        [customer, related]: [CustomerId; 2],
        key: &'a DataKey,
    ) -> Event<'a> {
        Event {
            kind: EventType::RelationRecorded,
            log: Log::Main,
            object: self.id.to_string(),
            customer: Some(customer),
            key,
            fields: Fields::new()
                .with("kind", kind.as_str())
                .with("relatedCustomer", related.to_string())
                .with("from", self.from.to_string())
                .with_some("until", self.until.map(|until| until.to_string()))
                .with_some("corrects", self.corrects.map(|id| id.to_string())),
        }
    }
}

/// A page of what each of some customers is to others, and others to it, latest first.
///
/// # Errors
/// Forbidden; Invalid for a page that cannot be given.
pub(crate) async fn relations(
    ctx: &Ctx,
    customers: &[CustomerId],
    page: PageRequest,
) -> Result<HashMap<CustomerId, Page<customer_relation::Model>>> {
    ctx.authorize(Action::ReadCustomers)?;
    let page = page.check("relations")?;
    let clusters = clusters(ctx, customers).await?;
    store::relations_of(ctx.db(), ctx.scope(), &clusters, &page).await
}

/// Relations by id.
///
/// # Errors
/// Forbidden.
pub(crate) async fn relations_by_id(
    ctx: &Ctx,
    ids: &[RelationId],
) -> Result<HashMap<RelationId, customer_relation::Model>> {
    ctx.authorize(Action::ReadCustomers)?;
    let rows = store::relations_by_id(ctx.db(), ctx.scope(), ids).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}
