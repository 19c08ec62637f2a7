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
    let before = store::same_relations(tx.db(), tx.scope(), kind, members, new.from).await?;
    if before.is_empty() && customer == related {
        let problem = "must be another customer than the first";
        return Err(Error::invalid("relatedCustomer", problem));
    }
    let mut settled = Vec::new();
    for row in &before {
        settled.push(Settled::of(
            ctx,
            &new,
            kind,
            [row.customer_id, row.related_id],
            Some(row),
        )?);
    }
    if before.is_empty() {
        settled.push(Settled::of(ctx, &new, kind, [customer, related], None)?);
    }
    let first = settled.first().map(|one| one.row.id);
    let first = first.ok_or(Error::NotFound { what: "relation" })?;
    settled.retain(|one| one.is_news);
    if settled.is_empty() {
        tx.rollback().await?;
        return Ok(first);
    }
    for one in settled {
        let key = profiles.key(one.row.customer_id)?;
        let event_id = tx.record(one.event(key))?;
        let row = customer_relation::Model {
            event_id,
            ..one.row
        };
        store::save_relation(tx.db(), row).await?;
    }
    tx.answer_with(&[first.to_string()]).await?;
    tx.commit().await?;
    Ok(first)
}

/// What is recorded of a relation: new, or a correction.
struct Settled {
    row: customer_relation::Model,
    is_news: bool,
    corrects: Option<EventId>,
}

impl Settled {
    fn of(
        ctx: &Ctx,
        new: &NewRelation,
        kind: RelationKind,
        [customer_id, related_id]: [CustomerId; 2],
        before: Option<&customer_relation::Model>,
    ) -> Result<Self> {
        let recorded = before.map(|row| row.valid_from);
        let from = new.from.or(recorded).unwrap_or(ctx.now());
        let until = new.until.apply(before.and_then(|row| row.valid_until));
        if !rules::is_range(from, until) {
            return Err(Error::invalid("until", "must not be before from"));
        }
        Ok(Self {
            is_news: before.is_none_or(|before| before.valid_until != until),
            corrects: before.map(|row| row.event_id),
            row: customer_relation::Model {
                controller_id: ctx.controller(),
                id: before.map_or_else(|| RelationId::from_uuid(random::id()), |row| row.id),
                customer_id,
                kind,
                related_id,
                valid_from: from,
                valid_until: until,
                recorded_at: ctx.now(),
                version: before.map_or(1, |row| row.version + 1),
                // Known once it is recorded.
                event_id: EventId::from_uuid(uuid::Uuid::nil()),
            },
        })
    }

    fn event<'a>(&self, key: &'a DataKey) -> Event<'a> {
        let row = &self.row;
        Event {
            kind: EventType::RelationRecorded,
            log: Log::Main,
            object: row.id.to_string(),
            customer: Some(row.customer_id),
            key,
            fields: Fields::new()
                .with("kind", row.kind.as_str())
                .with("relatedCustomer", row.related_id.to_string())
                .with("from", row.valid_from.to_string())
                .with_some("until", row.valid_until.map(|until| until.to_string()))
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
