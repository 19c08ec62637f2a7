//! Statements over requests, what they ask for, their clocks, references and messages.

mod codes;
mod house;
mod lists;
mod metrics;
mod notices;
mod parts;

use entity::enums::{OptOutScope, RequestType};
use entity::id::{CustomerId, RequestClockId, RequestId, RequestItemId};
use entity::{
    request, request_clock, request_item, request_message, request_reference, request_verification,
};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    Set,
};

use crate::error::{Error, Result};
use crate::platform::db::{Scope, insert_rows, locked, rows};
use crate::requests::rules::states::OPEN;
use crate::vault::Column;

pub(super) use codes::{count_codes, end_codes, forget_codes, insert_code, open_codes};
pub(super) use house::{
    house_terms, house_terms_by_id, insert_house_term, lock_house_term, page_of_house_terms,
    update_house_term,
};
pub(super) use lists::{agenda, count, of_customers, page};
pub(super) use metrics::counted;
pub(super) use notices::{
    insert_notices, notices_by_id, notices_of_items, page_of_notices, update_notice,
};
pub(super) use parts::{
    clocks_by_id, clocks_of, items_by_id, items_of, message, messages_by_id, messages_of,
    references_of, requests_of_references, update_message, verifications_by_id, verifications_of,
    verifications_since,
};

/// Cell of what the caller knew of the customer.
pub(super) const LOOKUP: Column = ("request", "lookup");
/// Cell of what whoever asks is called.
pub(super) const REQUESTER_NAME: Column = ("request", "requester_name");
/// Cell of how to reach whoever asks.
pub(super) const REQUESTER_CONTACT: Column = ("request", "requester_contact");
/// Cell of why they may ask for another.
pub(super) const REQUESTER_PROOF: Column = ("request", "requester_proof");
/// Cell of what they wrote.
pub(super) const BODY: Column = ("request", "body");
/// Cell of why other regimes apply.
pub(super) const REGIME_NOTE: Column = ("request", "regime_note");
/// Cell of what was said with the last step of an item.
pub(super) const ITEM_NOTE: Column = ("request_item", "note");
/// Cell of what was said about the delay of a clock.
pub(super) const CLOCK_NOTE: Column = ("request_clock", "note");
/// Cell of what was said about the pause of a clock.
pub(super) const PAUSE_NOTE: Column = ("request_clock", "pause_note");
/// Cell of the number of a ticket.
pub(super) const REFERENCE: Column = ("request_reference", "reference");
/// Cell of the digest of the evidence of a verification.
pub(super) const EVIDENCE: Column = ("request_verification", "evidence");
/// Cell of why a verification was no more than was needed.
pub(super) const VERIFICATION_NOTE: Column = ("request_verification", "note");
/// Cell of a code that was sent to whoever asks.
pub(super) const CODE: Column = ("request_code", "code");
/// Cell of what was said about a notice to a recipient.
pub(super) const NOTICE_NOTE: Column = ("recipient_notice", "note");
/// Cell of the text of a message.
pub(super) const MESSAGE: Column = ("request_message", "body");

/// How many open requests of a customer are shown in the way of an erasure.
const MOST_OPEN: u64 = 100;

const NOT_FOUND: Error = Error::NotFound { what: "request" };

/// Inserts a new request with its parts.
pub(super) async fn insert(
    db: &impl ConnectionTrait,
    row: request::Model,
    items: Vec<request_item::Model>,
    clocks: Vec<request_clock::Model>,
    references: Vec<request_reference::Model>,
) -> Result<()> {
    insert_rows(db, vec![row]).await?;
    insert_rows(db, items).await?;
    insert_rows(db, clocks).await?;
    insert_rows(db, references).await
}

pub(super) async fn insert_references(
    db: &impl ConnectionTrait,
    rows: Vec<request_reference::Model>,
) -> Result<()> {
    insert_rows(db, rows).await
}

pub(super) async fn insert_message(
    db: &impl ConnectionTrait,
    row: request_message::Model,
) -> Result<()> {
    insert_rows(db, vec![row]).await
}

pub(super) async fn insert_verification(
    db: &impl ConnectionTrait,
    row: request_verification::Model,
) -> Result<()> {
    insert_rows(db, vec![row]).await
}

pub(super) async fn by_ids(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: impl IntoIterator<Item = RequestId>,
) -> Result<Vec<request::Model>> {
    let select = scope.select::<request::Entity>();
    Ok(select
        .filter(request::Column::Id.is_in(ids))
        .all(db)
        .await?)
}

/// A request, kept from being changed by others until the change ends. Its items and clocks are changed under its lock
/// alone.
///
/// # Errors
/// `NotFound` when it is not there.
pub(super) async fn lock(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: RequestId,
) -> Result<request::Model> {
    let select = scope
        .select::<request::Entity>()
        .filter(request::Column::Id.eq(id));
    locked(db, select).one(db).await?.ok_or(NOT_FOUND)
}

/// The request of an item.
pub(super) async fn request_of_item(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: RequestItemId,
) -> Result<RequestId> {
    let rows = items_by_id(db, scope, &[id]).await?;
    let missing = Error::NotFound {
        what: "item of a request",
    };
    rows.first().map(|row| row.request_id).ok_or(missing)
}

/// The request of a clock.
pub(super) async fn request_of_clock(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: RequestClockId,
) -> Result<RequestId> {
    let rows = clocks_by_id(db, scope, &[id]).await?;
    let missing = Error::NotFound { what: "clock" };
    rows.first().map(|row| row.request_id).ok_or(missing)
}

/// The earliest open request of some customers, of which all of these things are still open.
pub(super) async fn open_with(
    db: &impl ConnectionTrait,
    scope: Scope,
    customers: &[CustomerId],
    asked: &[(RequestType, Option<OptOutScope>)],
) -> Result<Option<RequestId>> {
    let mut select = scope
        .select::<request::Entity>()
        .filter(request::Column::CustomerId.is_in(customers.iter().copied()))
        .filter(request::Column::ClosedAt.is_null());
    for (kind, of) in asked {
        let same = Expr::col((request_item::Entity, request_item::Column::RequestId))
            .equals((request::Entity, request::Column::Id));
        let asks = scope
            .select::<request_item::Entity>()
            .select_only()
            .column(request_item::Column::Id)
            .filter(same)
            .filter(request_item::Column::Kind.eq(*kind))
            .filter(request_item::Column::Status.is_in(OPEN));
        let asks = match of {
            Some(of) => asks.filter(request_item::Column::Scope.eq(*of)),
            None => asks,
        };
        select = select.filter(Expr::exists(asks.into_query()));
    }
    let row = select
        .order_by_asc(request::Column::ReceivedAt)
        .order_by_asc(request::Column::Id)
        .one(db)
        .await?;
    Ok(row.map(|row| row.id))
}

/// The open requests of some customers, in the order in which they came in; as many as are shown at the most.
pub(super) async fn open_of(
    db: &impl ConnectionTrait,
    scope: Scope,
    customers: &[CustomerId],
) -> Result<Vec<RequestId>> {
    let select = scope
        .select::<request::Entity>()
        .filter(request::Column::CustomerId.is_in(customers.iter().copied()))
        .filter(request::Column::ClosedAt.is_null())
        .order_by_asc(request::Column::ReceivedAt)
        .order_by_asc(request::Column::Id)
        .limit(MOST_OPEN);
    let rows = rows(db, select).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Writes what may change of a request.
pub(super) async fn update(
    db: &impl ConnectionTrait,
    scope: Scope,
    row: request::Model,
) -> Result<()> {
    let changed = request::ActiveModel {
        status: Set(row.status),
        next_due_at: Set(row.next_due_at),
        closed_at: Set(row.closed_at),
        authority_until: Set(row.authority_until),
        version: Set(row.version),
        ..Default::default()
    };
    request::Entity::update_many()
        .set(changed)
        .filter(request::Column::ControllerId.eq(scope.controller))
        .filter(request::Column::Id.eq(row.id))
        .exec(db)
        .await?;
    Ok(())
}

/// Writes what may change of an item.
pub(super) async fn update_item(
    db: &impl ConnectionTrait,
    scope: Scope,
    row: request_item::Model,
) -> Result<()> {
    let id = row.id;
    let changed = request_item::ActiveModel {
        status: Set(row.status),
        status_at: Set(row.status_at),
        denial: Set(row.denial),
        duplicate_of: Set(row.duplicate_of),
        escalation_body: Set(row.escalation_body),
        note: Set(row.note),
        version: Set(row.version),
        event_id: Set(row.event_id),
        ..Default::default()
    };
    request_item::Entity::update_many()
        .set(changed)
        .filter(request_item::Column::ControllerId.eq(scope.controller))
        .filter(request_item::Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
}

/// Writes what may change of a clock.
pub(super) async fn update_clock(
    db: &impl ConnectionTrait,
    scope: Scope,
    row: request_clock::Model,
) -> Result<()> {
    let id = row.id;
    let changed = request_clock::ActiveModel {
        due_at: Set(row.due_at),
        paused_at: Set(row.paused_at),
        paused_ms: Set(row.paused_ms),
        resumed_at: Set(row.resumed_at),
        pause_reason: Set(row.pause_reason),
        pause_note: Set(row.pause_note),
        delay: Set(row.delay),
        extended_at: Set(row.extended_at),
        notified_at: Set(row.notified_at),
        met_at: Set(row.met_at),
        stopped_at: Set(row.stopped_at),
        note: Set(row.note),
        event_id: Set(row.event_id),
        ..Default::default()
    };
    request_clock::Entity::update_many()
        .set(changed)
        .filter(request_clock::Column::ControllerId.eq(scope.controller))
        .filter(request_clock::Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
}
