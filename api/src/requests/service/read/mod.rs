//! Reading requests, as far as the caller may.

mod parts;

use std::collections::HashMap;

use entity::enums::{
    Action, ClockState, RequestChannel, RequestStatus, RequestType, StatusStandard,
};
use entity::id::{CustomerId, DataKeyId, RequestClockId, RequestId, RequestItemId};
use entity::time::Timestamp;
use entity::{
    request, request_clock, request_item, request_message, request_reference, request_verification,
};

pub(crate) use parts::{messages, messages_by_id, references, verifications, verifications_by_id};

use super::check::NormalReference;
use super::references::requests_of;
use super::time::{known, paused};
use super::work;
use crate::context::Ctx;
use crate::customers::{self, Lookup};
use crate::error::Result;
use crate::platform::page::{InstantRange, Page, PageRequest};
use crate::platform::personal::Personal;
use crate::requests::rules::clock::whole_days;
use crate::requests::rules::{holidays_are_known, states};
use crate::requests::store;
use crate::tasks::service::Standing;
use crate::vault::{CellKeys, Column, Locked};

/// A request as a caller may see it.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// Its row.
    pub(crate) row: request::Model,
    /// What the caller knew of the customer, for those who may read personal data; so is what follows.
    pub(crate) lookup: Option<Locked>,
    /// What whoever asks is called.
    pub(crate) requester_name: Option<Locked>,
    /// How to reach them.
    pub(crate) requester_contact: Option<Locked>,
    /// Why they may ask for another.
    pub(crate) requester_proof: Option<Locked>,
    /// What they wrote.
    pub(crate) body: Option<Locked>,
    /// Why other regimes apply.
    pub(crate) regime_note: Option<Locked>,
}

/// One thing that is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    /// Its row.
    pub(crate) row: request_item::Model,
    /// What was said with the last step.
    pub(crate) note: Option<Locked>,
}

/// A clock.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    /// Its row.
    pub(crate) row: request_clock::Model,
    /// Where it stands now.
    pub(crate) state: ClockState,
    /// What was said about an extension.
    pub(crate) note: Option<Locked>,
    /// What was said about a pause.
    pub(crate) pause_note: Option<Locked>,
}

/// What an outside system calls a request.
#[derive(Debug, Clone)]
pub(crate) struct Reference {
    /// Its row.
    pub(crate) row: request_reference::Model,
    /// The number there.
    pub(crate) number: Option<Locked>,
}

/// A message.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    /// Its row.
    pub(crate) row: request_message::Model,
    /// Its text.
    pub(crate) body: Option<Locked>,
}

/// An attempt to make sure who asks.
#[derive(Debug, Clone)]
pub(crate) struct Verification {
    /// Its row.
    pub(crate) row: request_verification::Model,
    /// The digest of the evidence.
    pub(crate) evidence: Option<Locked>,
    /// Why it was no more than was needed.
    pub(crate) note: Option<Locked>,
}

/// Which requests are asked for. Empty lists ask for all.
#[derive(Debug, Clone, Default)]
pub(crate) struct RequestFilter {
    /// In these states.
    pub(crate) statuses: Vec<RequestStatus>,
    /// That ask for one of these.
    pub(crate) kinds: Vec<RequestType>,
    /// That came by these ways.
    pub(crate) channels: Vec<RequestChannel>,
    /// That are open, or are not.
    pub(crate) open: Option<bool>,
    /// That came in within this range.
    pub(crate) received: InstantRange,
    /// Of which the first clock runs out within this range.
    pub(crate) due: InstantRange,
    /// With a clock that has run out, or without one.
    pub(crate) overdue: Option<bool>,
    /// With a message that did not reach the person, or without one.
    pub(crate) undelivered: Option<bool>,
    /// That an outside system calls so: system and number.
    pub(crate) reference: Option<(String, Personal)>,
    /// The instant by which something is overdue.
    pub(in crate::requests) overdue_at: Option<(Timestamp, bool)>,
    /// Those that the reference stands for.
    pub(in crate::requests) among: Option<Vec<RequestId>>,
}

/// What a list of requests is ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RequestOrder {
    /// By when the first clock runs out, not by when they came in: those without a running clock are left out.
    pub(crate) due: bool,
    /// The latest first.
    pub(crate) descending: bool,
}

impl Item {
    /// Which states may follow, as far as its tasks are.
    pub(crate) fn followers(&self, standing: &Standing) -> Vec<RequestStatus> {
        work::allowed(self.row.status, standing)
    }

    /// What its state is called in a vocabulary of others.
    pub(crate) fn state_name(&self, standard: StatusStandard) -> &'static str {
        states::name_in(standard, self.row.status)
    }
}

impl Clock {
    /// For how many whole days it stood still before.
    pub(crate) fn paused_days(&self) -> i32 {
        i32::try_from(whole_days(paused(&self.row))).unwrap_or(i32::MAX)
    }

    /// Whether public holidays were counted.
    pub(crate) fn counts_holidays(&self) -> bool {
        self.row.country.as_deref().is_some_and(holidays_are_known)
    }
}

impl Request {
    /// What was known of the customer, for people.
    ///
    /// # Errors
    /// Internal when the cell was tampered with.
    pub(crate) fn known(&self) -> Result<Option<String>> {
        let Some(lookup) = &self.lookup else {
            return Ok(None);
        };
        let kept = Lookup::kept(&lookup.open()?);
        Ok(kept
            .first()
            .map(|lookup| lookup.describe().expose().to_owned()))
    }
}

/// A page of requests.
///
/// # Errors
/// Forbidden; Invalid for a reference that cannot be one or a page that cannot be given.
pub(crate) async fn list(
    ctx: &Ctx,
    filter: &RequestFilter,
    order: RequestOrder,
    page: PageRequest,
) -> Result<Page<Request>> {
    ctx.authorize(Action::ReadRequests)?;
    let page = page.check(&format!("requests {order:?} {filter:?}"))?;
    let filter = settled(ctx, filter).await?;
    let page = store::page(ctx.db(), ctx.scope(), &filter, order, &page).await?;
    let keys = Keys::load(ctx, page.rows.iter().map(|(_, row)| row.key_id)).await?;
    Ok(page.map(|row| keys.request(row)))
}

/// How many requests there are, as far as it pays to count.
///
/// # Errors
/// As [`list`].
pub(crate) async fn count(ctx: &Ctx, filter: &RequestFilter) -> Result<i64> {
    ctx.authorize(Action::ReadRequests)?;
    let filter = settled(ctx, filter).await?;
    store::count(ctx.db(), ctx.scope(), &filter).await
}

/// A filter with what its reference and the present instant come to.
async fn settled(ctx: &Ctx, filter: &RequestFilter) -> Result<RequestFilter> {
    let among = match &filter.reference {
        Some((system, number)) => {
            // Or the answer would tell the number to whom it is not shown.
            ctx.authorize(Action::LookUpCustomers)?;
            let field = "filter.externalReference";
            let reference = NormalReference::new(field, system, number)?;
            Some(requests_of(ctx, &reference).await?)
        }
        None => None,
    };
    Ok(RequestFilter {
        overdue_at: filter.overdue.map(|overdue| (ctx.now(), overdue)),
        among,
        ..filter.clone()
    })
}

/// Requests by id.
///
/// # Errors
/// Forbidden.
pub(crate) async fn by_ids(ctx: &Ctx, ids: &[RequestId]) -> Result<HashMap<RequestId, Request>> {
    ctx.authorize(Action::ReadRequests)?;
    let rows = store::by_ids(ctx.db(), ctx.scope(), ids.iter().copied()).await?;
    let keys = Keys::load(ctx, rows.iter().map(|row| row.key_id)).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.id, keys.request(row)))
        .collect())
}

/// The request that an outside system calls so; the one that came in last, where there are several.
///
/// # Errors
/// Forbidden; Invalid for a reference that cannot be one.
pub(crate) async fn by_reference(
    ctx: &Ctx,
    system: &str,
    number: &Personal,
) -> Result<Option<Request>> {
    ctx.authorize(Action::ReadRequests)?;
    ctx.authorize(Action::LookUpCustomers)?;
    let reference = NormalReference::new("by.externalReference", system, number)?;
    let ids = requests_of(ctx, &reference).await?;
    let found = by_ids(ctx, &ids).await?.into_values();
    Ok(found.max_by_key(|request| (request.row.received_at, request.row.id)))
}

/// A page of what each of some customers asked for, the latest first.
///
/// # Errors
/// Forbidden; Invalid for a page that cannot be given.
pub(crate) async fn of_customers(
    ctx: &Ctx,
    customers: &[CustomerId],
    page: PageRequest,
) -> Result<HashMap<CustomerId, Page<Request>>> {
    ctx.authorize(Action::ReadRequests)?;
    let page = page.check("customer.requests")?;
    let clusters = customers::service::clusters(ctx, customers).await?;
    let found = store::of_customers(ctx.db(), ctx.scope(), &clusters, &page).await?;
    let pages = found.values().flat_map(|page| &page.rows);
    let keys = Keys::load(ctx, pages.map(|(_, row)| row.key_id)).await?;
    Ok(found
        .into_iter()
        .map(|(customer, page)| (customer, page.map(|row| keys.request(row))))
        .collect())
}

/// What some requests ask for, in the order in which it was named.
///
/// # Errors
/// Forbidden.
pub(crate) async fn items(
    ctx: &Ctx,
    requests: &[RequestId],
) -> Result<HashMap<RequestId, Vec<Item>>> {
    ctx.authorize(Action::ReadRequests)?;
    let rows = store::items_of(ctx.db(), ctx.scope(), requests).await?;
    let keys = Keys::load(ctx, rows.iter().map(|row| row.key_id)).await?;
    let rows = rows.into_iter();
    Ok(grouped(rows.map(|row| (row.request_id, keys.item(row)))))
}

/// Items by id.
///
/// # Errors
/// Forbidden.
pub(crate) async fn items_by_id(
    ctx: &Ctx,
    ids: &[RequestItemId],
) -> Result<HashMap<RequestItemId, Item>> {
    ctx.authorize(Action::ReadRequests)?;
    let rows = store::items_by_id(ctx.db(), ctx.scope(), ids).await?;
    let keys = Keys::load(ctx, rows.iter().map(|row| row.key_id)).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.id, keys.item(row)))
        .collect())
}

/// The clocks of some requests, the first to run out first.
///
/// # Errors
/// Forbidden.
pub(crate) async fn clocks(
    ctx: &Ctx,
    requests: &[RequestId],
) -> Result<HashMap<RequestId, Vec<Clock>>> {
    ctx.authorize(Action::ReadRequests)?;
    let rows = store::clocks_of(ctx.db(), ctx.scope(), requests).await?;
    let keys = Keys::load(ctx, rows.iter().map(|row| row.key_id)).await?;
    let (now, rows) = (ctx.now(), rows.into_iter());
    Ok(grouped(
        rows.map(|row| (row.request_id, keys.clock(row, now))),
    ))
}

/// Clocks by id.
///
/// # Errors
/// Forbidden.
pub(crate) async fn clocks_by_id(
    ctx: &Ctx,
    ids: &[RequestClockId],
) -> Result<HashMap<RequestClockId, Clock>> {
    ctx.authorize(Action::ReadRequests)?;
    let rows = store::clocks_by_id(ctx.db(), ctx.scope(), ids).await?;
    let keys = Keys::load(ctx, rows.iter().map(|row| row.key_id)).await?;
    let now = ctx.now();
    Ok(rows
        .into_iter()
        .map(|row| (row.id, keys.clock(row, now)))
        .collect())
}

/// A page of the clocks that run, the first to run out first: everything that is due.
///
/// # Errors
/// Forbidden; Invalid for a page that cannot be given.
pub(crate) async fn agenda(ctx: &Ctx, page: PageRequest) -> Result<Page<Clock>> {
    ctx.authorize(Action::ReadRequests)?;
    let page = page.check("agenda")?;
    let page = store::agenda(ctx.db(), ctx.scope(), &page).await?;
    let keys = Keys::load(ctx, page.rows.iter().map(|(_, row)| row.key_id)).await?;
    let now = ctx.now();
    Ok(page.map(|row| keys.clock(row, now)))
}

fn grouped<T>(rows: impl Iterator<Item = (RequestId, T)>) -> HashMap<RequestId, Vec<T>> {
    let mut found: HashMap<RequestId, Vec<T>> = HashMap::new();
    for (request, row) in rows {
        found.entry(request).or_default().push(row);
    }
    found
}

/// The keys to what people wrote; none, for those who may not read it.
struct Keys(CellKeys);

impl Keys {
    async fn load(ctx: &Ctx, ids: impl IntoIterator<Item = DataKeyId>) -> Result<Self> {
        Ok(Self(ctx.cell_keys(Action::ReadPersonalData, ids).await?))
    }

    fn lock(
        &self,
        key: DataKeyId,
        column: Column,
        row: uuid::Uuid,
        cell: Option<&Vec<u8>>,
    ) -> Option<Locked> {
        self.0.lock(key, column, row, cell)
    }

    fn request(&self, row: request::Model) -> Request {
        let lock = |column, cell: &Option<Vec<u8>>| {
            self.lock(row.key_id, column, row.id.uuid(), cell.as_ref())
        };
        Request {
            lookup: lock(store::LOOKUP, &row.lookup),
            requester_name: lock(store::REQUESTER_NAME, &row.requester_name),
            requester_contact: lock(store::REQUESTER_CONTACT, &row.requester_contact),
            requester_proof: lock(store::REQUESTER_PROOF, &row.requester_proof),
            body: lock(store::BODY, &row.body),
            regime_note: lock(store::REGIME_NOTE, &row.regime_note),
            row,
        }
    }

    fn verification(&self, row: request_verification::Model) -> Verification {
        let lock = |column, cell: &Option<Vec<u8>>| {
            self.lock(row.key_id, column, row.id.uuid(), cell.as_ref())
        };
        Verification {
            evidence: lock(store::EVIDENCE, &row.evidence),
            note: lock(store::VERIFICATION_NOTE, &row.note),
            row,
        }
    }

    fn message(&self, row: request_message::Model) -> Message {
        let body = self.lock(row.key_id, store::MESSAGE, row.id.uuid(), row.body.as_ref());
        Message { row, body }
    }

    fn item(&self, row: request_item::Model) -> Item {
        Item {
            note: self.lock(
                row.key_id,
                store::ITEM_NOTE,
                row.id.uuid(),
                row.note.as_ref(),
            ),
            row,
        }
    }

    fn clock(&self, row: request_clock::Model, now: Timestamp) -> Clock {
        let lock = |column, cell: &Option<Vec<u8>>| {
            self.lock(row.key_id, column, row.id.uuid(), cell.as_ref())
        };
        Clock {
            state: known(&row).state(now),
            note: lock(store::CLOCK_NOTE, &row.note),
            pause_note: lock(store::PAUSE_NOTE, &row.pause_note),
            row,
        }
    }
}
