//! Recording who held a resource, from when to when: in bulk, late, and again with a correction.

use std::collections::HashMap;
use std::sync::Arc;

use entity::assignment;
use entity::enums::{Action, AssignmentSharing, ErrorPolicy, EventType, Log, ResourceKind};
use entity::id::{AssignmentId, CustomerId, DataKeyId};
use entity::time::Timestamp;

use super::lookup::{Lookup, resolve};
use super::read::{Assignment, Keys};
use crate::context::{Begun, Ctx, Once};
use crate::customers::rules::{self, Match};
use crate::customers::store;
use crate::error::{Error, Result};
use crate::ledger::{Event, Fields};
use crate::platform::page::{Page, PageRequest};
use crate::platform::personal::Personal;
use crate::platform::random;
use crate::vault::{self, DataKey, Field, IndexValue, Place, normalise};

/// How a caller names the customer of an assignment.
pub(crate) type CustomerRef = Lookup;

/// An assignment to be recorded.
#[derive(Debug, Clone)]
pub(crate) struct NewAssignment {
    /// Who held it.
    pub(crate) customer: CustomerRef,
    /// The prefix.
    pub(crate) prefix: Personal,
    /// Alone or with others.
    pub(crate) sharing: AssignmentSharing,
    /// First instant.
    pub(crate) from: Timestamp,
    /// First instant after it; none while it lasts.
    pub(crate) until: Option<Timestamp>,
}

/// What became of one item.
pub(crate) type Assigned = Result<AssignmentId>;

/// An item that can be recorded.
struct Ready {
    number: usize,
    customer: CustomerId,
    prefix: String,
    length: i16,
    values: Vec<IndexValue>,
    item: NewAssignment,
}

/// Records assignments; answers for each item, in the order of the input. An item whose customer, prefix and
/// first instant are recorded already corrects that assignment.
///
/// # Errors
/// Forbidden; Invalid for a list of no or more than 500 items; under `RejectAll`, the error of the first item that
/// cannot be recorded.
pub(crate) async fn record_assignments(
    ctx: &Ctx,
    items: Vec<NewAssignment>,
    policy: ErrorPolicy,
    once: Once,
) -> Result<Vec<Assigned>> {
    ctx.authorize(Action::RecordAssignments)?;
    if items.is_empty() || items.len() > rules::MOST_ASSIGNMENTS {
        return Err(Error::invalid("assignments", "must have 1 to 500 items"));
    }
    let mut outcome: Vec<Assigned> = Vec::new();
    let mut ready = Vec::new();
    for (number, checked) in check(ctx, items).await?.into_iter().enumerate() {
        match checked {
            Ok(item) => {
                outcome.push(Ok(AssignmentId::from_uuid(random::id())));
                ready.push(item);
            }
            Err(error) if policy == ErrorPolicy::RejectAll => {
                return Err(error.at(&format!("assignments[{number}]")));
            }
            Err(error) => outcome.push(Err(error)),
        }
    }
    if ready.is_empty() {
        return Ok(outcome);
    }
    write(ctx, ready, outcome, once).await
}

async fn check(ctx: &Ctx, items: Vec<NewAssignment>) -> Result<Vec<Result<Ready>>> {
    // A customer that cannot be named properly must not fail the others.
    let lookups: Vec<_> = items.iter().map(|item| item.customer.clone()).collect();
    let found = match resolve(ctx, &lookups, "customer").await {
        Ok(found) => found.into_iter().map(Ok).collect(),
        Err(Error::Invalid { .. }) => {
            let mut found = Vec::new();
            for lookup in &lookups {
                let one = resolve(ctx, std::slice::from_ref(lookup), "by").await;
                found.push(one.map(|one| one.first().copied().unwrap_or(Match::Nobody)));
            }
            found
        }
        Err(error) => return Err(error),
    };
    Ok(items
        .into_iter()
        .zip(found)
        .enumerate()
        .map(|(number, (item, found))| check_item(ctx, number, item, found?))
        .collect())
}

fn check_item(ctx: &Ctx, number: usize, item: NewAssignment, found: Match) -> Result<Ready> {
    let customer = match found {
        Match::One(customer) => customer,
        Match::Nobody => return Err(Error::NotFound { what: "customer" }),
        Match::Several(candidates) => return Err(Error::Ambiguous { candidates }),
    };
    let prefix = normalise::ip_prefix(item.prefix.expose())
        .map_err(|expected| Error::invalid("ipPrefix", expected.to_string()))?;
    if !rules::is_range(item.from, item.until) {
        return Err(Error::invalid("until", "must be after from"));
    }
    let text = normalise::prefix_text(&prefix);
    Ok(Ready {
        number,
        customer,
        values: ctx
            .vault()
            .index(ctx.controller(), Field::AssignmentPrefix, &text)?,
        prefix: text,
        length: i16::from(prefix.prefix_len()),
        item,
    })
}

async fn write(
    ctx: &Ctx,
    ready: Vec<Ready>,
    mut outcome: Vec<Assigned>,
    once: Once,
) -> Result<Vec<Assigned>> {
    // An assignment that is corrected keeps its id, which a replay of this call must know.
    let values = ready_values(&ready);
    let before = store::assignments_like(ctx.db(), ctx.scope(), &values).await?;
    for item in &ready {
        if let Some(row) = item.same(&before) {
            set(&mut outcome, item.number, row.id);
        }
    }
    let results: Vec<_> = outcome
        .iter()
        .map(|one| {
            one.as_ref()
                .map_or_else(|_| "-".to_owned(), ToString::to_string)
        })
        .collect();
    let keys = ProfileKeys::load(ctx, &ready).await?;
    let mut tx = match ctx.begin_once(&once, &results).await? {
        Begun::New(tx) => tx,
        Begun::Replay(ids) => return Ok(replayed(&ids, outcome)),
    };
    // Locking the customers makes two recordings of one assignment wait for each other.
    store::lock(tx.db(), tx.scope(), &keys.customers).await?;
    ctx.vault()
        .pin(tx.inner(), tx.scope(), keys.keys.keys().copied().collect())
        .await?;
    let recorded = store::assignments_like(tx.db(), tx.scope(), &values).await?;
    let (mut rows, mut index) = (Vec::new(), Vec::new());
    for item in ready {
        let key = keys.of(item.customer)?;
        let id = if let Some(row) = item.same(&recorded) {
            store::correct(tx.db(), tx.scope(), row, item.item.until, item.item.sharing).await?;
            set(&mut outcome, item.number, row.id);
            row.id
        } else {
            let id = outcome
                .get(item.number)
                .and_then(|one| one.as_ref().ok().copied());
            let id = id.ok_or(Error::NotFound { what: "assignment" })?;
            rows.push(row(ctx, &item, id, key)?);
            let values = item.values.clone();
            let field = Field::AssignmentPrefix;
            index.extend(vault::index_rows(
                ctx.controller(),
                field,
                values,
                id.uuid(),
                false,
            ));
            id
        };
        tx.record(event(&item, id, key))?;
    }
    vault::insert_index(tx.inner(), index).await?;
    store::insert_assignments(tx.db(), rows).await?;
    tx.commit().await?;
    Ok(outcome)
}

/// The PROFILE keys of the customers of some items.
struct ProfileKeys {
    customers: Vec<CustomerId>,
    ids: HashMap<CustomerId, DataKeyId>,
    keys: HashMap<DataKeyId, Arc<DataKey>>,
}

impl ProfileKeys {
    async fn load(ctx: &Ctx, ready: &[Ready]) -> Result<Self> {
        let mut customers: Vec<_> = ready.iter().map(|item| item.customer).collect();
        customers.sort_unstable();
        customers.dedup();
        let rows = store::by_ids(ctx.db(), ctx.scope(), &customers).await?;
        let ids: HashMap<_, _> = rows.iter().map(|row| (row.id, row.key_id)).collect();
        let keys = ctx
            .vault()
            .keys(ctx.db(), ctx.scope(), ids.values().copied())
            .await?;
        Ok(Self {
            customers,
            ids,
            keys,
        })
    }

    fn of(&self, customer: CustomerId) -> Result<&DataKey> {
        let key = self.ids.get(&customer).and_then(|id| self.keys.get(id));
        key.map(|key| &**key)
            .ok_or(Error::Conflict("the profile of this customer was erased"))
    }
}

impl Ready {
    /// The assignment that this item repeats or corrects.
    fn same<'a>(
        &self,
        recorded: &'a HashMap<Vec<u8>, Vec<assignment::Model>>,
    ) -> Option<&'a assignment::Model> {
        self.values
            .iter()
            .filter_map(|value| recorded.get(&value.bytes))
            .flatten()
            .find(|row| row.customer_id == self.customer && row.valid_from == self.item.from)
    }
}

fn ready_values(ready: &[Ready]) -> Vec<Vec<u8>> {
    ready
        .iter()
        .flat_map(|item| item.values.iter().map(|value| value.bytes.clone()))
        .collect()
}

fn set(outcome: &mut [Assigned], number: usize, id: AssignmentId) {
    if let Some(place) = outcome.get_mut(number) {
        *place = Ok(id);
    }
}

/// What the first call answered, as far as it succeeded; what failed is said as it is now.
fn replayed(ids: &[String], outcome: Vec<Assigned>) -> Vec<Assigned> {
    let mut first = ids.iter().map(|id| id.parse::<AssignmentId>().ok());
    outcome
        .into_iter()
        .map(|now| first.next().flatten().map_or(now, Ok))
        .collect()
}

fn row(ctx: &Ctx, ready: &Ready, id: AssignmentId, key: &DataKey) -> Result<assignment::Model> {
    let (table, column) = store::RESOURCE;
    let place = Place {
        controller: ctx.controller(),
        table,
        column,
        row: id.uuid(),
    };
    Ok(assignment::Model {
        controller_id: ctx.controller(),
        id,
        customer_id: ready.customer,
        resource_kind: ResourceKind::IpPrefix,
        prefix_length: ready.length,
        sharing: ready.item.sharing,
        key_id: key.id(),
        resource: key.close(place, &ready.prefix)?,
        valid_from: ready.item.from,
        valid_until: ready.item.until,
        recorded_at: ctx.now(),
        version: 1,
    })
}

fn event<'a>(ready: &Ready, id: AssignmentId, key: &'a DataKey) -> Event<'a> {
    Event {
        kind: EventType::AssignmentRecorded,
        log: Log::Main,
        object: id.to_string(),
        customer: Some(ready.customer),
        key,
        fields: Fields::new()
            .with("ipPrefix", ready.prefix.as_str())
            .with("sharing", ready.item.sharing.as_str())
            .with("from", ready.item.from.to_string())
            .with_some("until", ready.item.until.map(|until| until.to_string())),
    }
}

/// A page of what each of some customers held, latest first.
///
/// # Errors
/// Forbidden; Invalid for a page that cannot be given.
pub(crate) async fn assignments(
    ctx: &Ctx,
    customers: &[CustomerId],
    page: PageRequest,
) -> Result<HashMap<CustomerId, Page<Assignment>>> {
    ctx.authorize(Action::ReadCustomers)?;
    let page = page.check("assignments")?;
    let found = store::assignments_of(ctx.db(), ctx.scope(), customers, &page).await?;
    let mut ids = Vec::new();
    for page in found.values() {
        ids.extend(page.rows.iter().map(|(_, row)| row.key_id));
    }
    let keys = Keys::load(ctx, ids).await?;
    Ok(found
        .into_iter()
        .map(|(customer, page)| (customer, page.map(|row| keys.assignment(row))))
        .collect())
}

/// Assignments by id.
///
/// # Errors
/// Forbidden.
pub(crate) async fn assignments_by_id(
    ctx: &Ctx,
    ids: &[AssignmentId],
) -> Result<HashMap<AssignmentId, Assignment>> {
    ctx.authorize(Action::ReadCustomers)?;
    let rows = store::assignments_by_id(ctx.db(), ctx.scope(), ids).await?;
    let keys = Keys::load(ctx, rows.iter().map(|row| row.key_id)).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.id, keys.assignment(row)))
        .collect())
}
