//! Recording who held a resource, from when to when: in bulk, late, and again with a correction.

use std::collections::HashMap;

use entity::assignment;
use entity::enums::{Action, AssignmentSharing, ErrorPolicy, EventType, Log};
use entity::id::{AssignmentId, CustomerId, EventId};
use entity::time::Timestamp;

use super::cluster::clusters;
use super::lookup::{Lookup, resolve_each};
use super::profile::Profiles;
use super::resource::{NewResource, Resource, input_field};
use crate::context::{Begun, Ctx, Once, Tx, each_replayed, result_of};
use crate::customers::rules::{self, Match};
use crate::customers::store;
use crate::error::{Error, Result};
use crate::ledger::{Event, Fields};
use crate::platform::patch::Patch;
use crate::platform::random;
use crate::vault::{self, DataKey, Place};

/// An assignment to be recorded.
#[derive(Debug, Clone)]
pub(crate) struct NewAssignment {
    /// Who held it.
    pub(crate) customer: Lookup,
    /// What.
    pub(crate) resource: NewResource,
    /// Alone or with others; as it is recorded, or alone, when absent.
    pub(crate) sharing: Option<AssignmentSharing>,
    /// First instant.
    pub(crate) from: Timestamp,
    /// First instant after it.
    pub(crate) until: Patch<Timestamp>,
}

/// What became of one item.
pub(crate) type Assigned = Result<AssignmentId>;

/// An item that can be recorded.
struct Ready {
    number: usize,
    customer: CustomerId,
    resource: Resource,
    item: NewAssignment,
}

/// Records assignments; answers for each item, in the order of the input. An item whose customer, resource and
/// first instant are recorded already corrects that assignment; one that is an error is answered with it.
///
/// # Errors
/// Forbidden; Invalid for a list of no or more than 500 items; under `RejectAll`, the error of the first item that
/// cannot be recorded.
pub(crate) async fn record_assignments(
    ctx: &Ctx,
    items: Vec<Result<NewAssignment>>,
    policy: ErrorPolicy,
    once: Once,
) -> Result<Vec<Assigned>> {
    ctx.authorize(Action::RecordAssignments)?;
    if items.is_empty() || items.len() > rules::MOST_ASSIGNMENTS {
        return Err(Error::invalid("assignments", "must have 1 to 500 items"));
    }
    // Customers may have come and gone since: what was answered then counts.
    if let Some(results) = ctx.done_before(&once).await? {
        return Ok(each_replayed(&results));
    }
    let mut outcome: Vec<Assigned> = Vec::new();
    let mut ready = Vec::new();
    for checked in check(ctx, items).await? {
        match checked {
            Ok(item) => {
                outcome.push(Ok(AssignmentId::from_uuid(random::id())));
                ready.push(item);
            }
            Err(error) if policy == ErrorPolicy::RejectAll => return Err(error),
            Err(error) => outcome.push(Err(error)),
        }
    }
    if ready.is_empty() {
        return Ok(outcome);
    }
    write(ctx, ready, outcome, &once).await
}

async fn check(ctx: &Ctx, items: Vec<Result<NewAssignment>>) -> Result<Vec<Result<Ready>>> {
    let known = items.iter().enumerate();
    let known: Vec<_> = known
        .filter_map(|(number, item)| Some((number, item.as_ref().ok()?)))
        .collect();
    let lookups: Vec<_> = known
        .iter()
        .map(|(_, item)| (&item.customer, item.from))
        .collect();
    let field = |n: usize| {
        let number = known.get(n).map_or(0, |(number, _)| *number);
        format!("assignments[{number}].customer")
    };
    let mut found = resolve_each(ctx, &lookups, field).await?.into_iter();
    let mut seen = HashMap::new();
    let mut checked = Vec::new();
    for (number, item) in items.into_iter().enumerate() {
        let at = |error: Error| error.at(&format!("assignments[{number}]"));
        let item = match item {
            Ok(item) => item,
            Err(error) => {
                checked.push(Err(at(error)));
                continue;
            }
        };
        let found = found.next().unwrap_or(Ok(Match::Nobody));
        let ready = found.and_then(|found| {
            let ready = check_item(ctx, number, item, found).map_err(at)?;
            let text = ready.resource.text.clone();
            let same = (ready.customer, ready.resource.kind, text, ready.item.from);
            match seen.insert(same, number) {
                None => Ok(ready),
                Some(first) => Err(Error::invalid(
                    format!("assignments[{number}]"),
                    format!("repeats assignments[{first}]"),
                )),
            }
        });
        checked.push(ready);
    }
    Ok(checked)
}

fn check_item(ctx: &Ctx, number: usize, item: NewAssignment, found: Match) -> Result<Ready> {
    let customer = found.sole().map_err(|error| error.at("customer"))?;
    if !rules::is_range(item.from, item.until.apply(None)) {
        return Err(Error::invalid("until", "must not be before from"));
    }
    Ok(Ready {
        number,
        customer,
        resource: Resource::new(ctx, &item.resource)?,
        item,
    })
}

async fn write(
    ctx: &Ctx,
    ready: Vec<Ready>,
    mut outcome: Vec<Assigned>,
    once: &Once,
) -> Result<Vec<Assigned>> {
    let mut customers: Vec<_> = ready.iter().map(|item| item.customer).collect();
    customers.sort_unstable();
    customers.dedup();
    // What was recorded for one that was merged since is corrected where it is.
    let clusters = clusters(ctx, &customers).await?;
    let customers = clusters.all();
    let mut profiles = Profiles::load(ctx, &customers).await?;
    let mut tx = match ctx.begin_once(once, &[]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(results) => return Ok(each_replayed(&results)),
    };
    // Locking the customers makes two recordings of one assignment wait for each other.
    profiles.hold(ctx, &tx).await?;
    let values: Vec<_> = ready
        .iter()
        .flat_map(|item| item.resource.values.iter().map(|value| value.bytes.clone()))
        .collect();
    let recorded = store::assignments_like(tx.db(), tx.scope(), &values, &customers).await?;
    let (mut rows, mut index) = (Vec::new(), Vec::new());
    let mut changed = false;
    for item in ready {
        let members = clusters.of(item.customer);
        let same = item.same(&recorded, members);
        if let Some(first) = same.first() {
            // Those who turned out to be one may both have been said to hold it.
            for before in &same {
                let key = profiles.key(before.customer_id)?;
                changed |= correct(&mut tx, &item, before, key).await?;
            }
            set(&mut outcome, item.number, first.id);
        } else {
            let key = profiles.key(item.customer)?;
            let id = outcome
                .get(item.number)
                .and_then(|one| one.as_ref().ok().copied());
            let id = id.ok_or(Error::NotFound { what: "assignment" })?;
            rows.push(begin(ctx, &mut tx, &item, id, key)?);
            let Resource { field, values, .. } = item.resource;
            index.extend(vault::index_rows(
                ctx.controller(),
                field,
                values,
                id.uuid(),
                false,
            ));
            changed = true;
        }
    }
    if !changed {
        // All of it was known: there is nothing to record, and nothing to replay.
        tx.rollback().await?;
        return Ok(outcome);
    }
    vault::insert_index(tx.inner(), index).await?;
    store::insert_assignments(tx.db(), rows).await?;
    tx.answer_with(&outcome.iter().map(result_of).collect::<Vec<_>>())
        .await?;
    tx.commit().await?;
    Ok(outcome)
}

fn set(outcome: &mut [Assigned], number: usize, id: AssignmentId) {
    if let Some(place) = outcome.get_mut(number) {
        *place = Ok(id);
    }
}

/// Records a new assignment, and gives its row.
fn begin(
    ctx: &Ctx,
    tx: &mut Tx,
    ready: &Ready,
    id: AssignmentId,
    key: &DataKey,
) -> Result<assignment::Model> {
    let place = Place::of(ctx.controller(), store::RESOURCE, id.uuid());
    let sharing = ready.item.sharing.unwrap_or(AssignmentSharing::Exclusive);
    let until = ready.item.until.apply(None);
    Ok(assignment::Model {
        controller_id: ctx.controller(),
        id,
        customer_id: ready.customer,
        resource_kind: ready.resource.kind,
        prefix_length: ready.resource.narrowness,
        sharing,
        key_id: key.id(),
        resource: key.close(place, &ready.resource.text)?,
        valid_from: ready.item.from,
        valid_until: until,
        recorded_at: ctx.now(),
        version: 1,
        event_id: tx.record(event(
            ready,
            (id, ready.customer),
            key,
            sharing,
            until,
            None,
        ))?,
        first_port: ready.resource.ports.map(|(first, _)| first),
        last_port: ready.resource.ports.map(|(_, last)| last),
    })
}

/// Corrects an assignment; answers whether anything is different now.
async fn correct(
    tx: &mut Tx,
    ready: &Ready,
    before: &assignment::Model,
    key: &DataKey,
) -> Result<bool> {
    let until = ready.item.until.apply(before.valid_until);
    let sharing = ready.item.sharing.unwrap_or(before.sharing);
    if until == before.valid_until && sharing == before.sharing {
        return Ok(false);
    }
    let corrects = Some(before.event_id);
    let event = tx.record(event(
        ready,
        (before.id, before.customer_id),
        key,
        sharing,
        until,
        corrects,
    ))?;
    store::correct(tx.db(), tx.scope(), before, until, sharing, event).await?;
    Ok(true)
}

fn event<'a>(
    ready: &Ready,
    (id, customer): (AssignmentId, CustomerId),
    key: &'a DataKey,
    sharing: AssignmentSharing,
    until: Option<Timestamp>,
    corrects: Option<EventId>,
) -> Event<'a> {
    Event {
        kind: EventType::AssignmentRecorded,
        log: Log::Main,
        object: id.to_string(),
        customer: Some(customer),
        key,
        fields: Fields::new()
            .with(
                input_field(ready.resource.kind),
                ready.resource.text.as_str(),
            )
            .with("sharing", sharing.as_str())
            .with("from", ready.item.from.to_string())
            .with_some("until", until.map(|until| until.to_string()))
            .with_some("corrects", corrects.map(|id| id.to_string())),
    }
}

impl Ready {
    /// The assignments that this item repeats or corrects: several, where customers that were merged had the same.
    fn same<'a>(
        &self,
        recorded: &'a HashMap<Vec<u8>, Vec<assignment::Model>>,
        members: &[CustomerId],
    ) -> Vec<&'a assignment::Model> {
        let ports = self.resource.ports.unzip();
        let values = self.resource.values.iter();
        let found = values.filter_map(|value| recorded.get(&value.bytes));
        let same = found.flatten().filter(|row| {
            members.contains(&row.customer_id)
                && row.valid_from == self.item.from
                && (row.first_port, row.last_port) == ports
        });
        let mut same: Vec<_> = same.collect();
        same.sort_unstable_by_key(|row| row.id);
        same.dedup_by_key(|row| row.id);
        same
    }
}
