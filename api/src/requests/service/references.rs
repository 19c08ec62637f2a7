//! What outside systems call requests: numbers of tickets, which merge and split.

use std::collections::HashMap;

use entity::blind_index;
use entity::enums::{Action, EventType, Log};
use entity::id::{EventId, RequestId, RequestReferenceId};
use entity::request_reference;
use uuid::Uuid;

use super::check::NormalReference;
use crate::context::{Begun, Ctx, Once};
use crate::error::{Error, Result};
use crate::ledger::{Event, Fields};
use crate::platform::personal::Personal;
use crate::platform::random;
use crate::requests::store;
use crate::vault::{self, DataKey, ERASED, Field, IndexValue, Place, normalise};

/// How many references a request may have: the list is shown whole.
const MOST_REFERENCES: usize = 100;
/// How many requests one number may stand for: they are read together.
pub(super) const MOST_OF_A_REFERENCE: usize = 100;

/// The row of a reference.
pub(super) fn row(
    ctx: &Ctx,
    id: RequestReferenceId,
    request_id: RequestId,
    reference: &NormalReference,
    key: &DataKey,
    event_id: EventId,
) -> Result<request_reference::Model> {
    let place = Place::of(ctx.controller(), store::REFERENCE, id.uuid());
    Ok(request_reference::Model {
        controller_id: ctx.controller(),
        id,
        request_id,
        system: reference.system.clone(),
        key_id: key.id(),
        reference: key.close(place, reference.number.expose())?,
        recorded_at: ctx.now(),
        event_id,
    })
}

/// What makes a reference findable.
pub(super) fn index_of(
    ctx: &Ctx,
    id: RequestReferenceId,
    reference: &NormalReference,
) -> Result<Vec<blind_index::Model>> {
    let values = values_of(ctx, reference)?;
    let (controller, field) = (ctx.controller(), Field::RequestReference);
    Ok(vault::index_rows(controller, field, values, id.uuid(), false).collect())
}

fn values_of(ctx: &Ctx, reference: &NormalReference) -> Result<Vec<IndexValue>> {
    let normal = normal(&reference.system, &reference.number)?;
    ctx.vault()
        .index(ctx.controller(), Field::RequestReference, &normal)
}

/// What a reference is indexed by.
///
/// # Errors
/// Invalid for what cannot be one.
pub(crate) fn normal(system: &str, number: &Personal) -> Result<String> {
    normalise::external_id(system, number.expose())
        .map_err(|expected| Error::invalid("id", expected.to_string()))
}

/// The requests that a reference stands for.
pub(super) async fn requests_of(ctx: &Ctx, reference: &NormalReference) -> Result<Vec<RequestId>> {
    let (field, values) = (Field::RequestReference, index_values(ctx, reference)?);
    let found = vault::targets(ctx.db(), ctx.scope(), field, values).await?;
    store::requests_of_references(ctx.db(), ctx.scope(), &ids(found)).await
}

fn index_values(ctx: &Ctx, reference: &NormalReference) -> Result<Vec<Vec<u8>>> {
    let values = values_of(ctx, reference)?.into_iter();
    Ok(values.map(|value| value.bytes).collect())
}

fn ids(found: HashMap<Vec<u8>, Vec<Uuid>>) -> Vec<RequestReferenceId> {
    let ids = found.into_values().flatten();
    ids.map(RequestReferenceId::from_uuid).collect()
}

/// Those of some requests that do not have a reference yet, in ascending order.
///
/// # Errors
/// Invalid where the reference would stand for too many, or a request would have too many.
async fn without(
    ctx: &Ctx,
    requests: &[RequestId],
    to: &NormalReference,
) -> Result<Vec<RequestId>> {
    let known = requests_of(ctx, to).await?;
    let missing = requests.iter().filter(|id| !known.contains(id));
    let mut missing: Vec<_> = missing.copied().collect();
    missing.sort_unstable();
    if known.len() + missing.len() > MOST_OF_A_REFERENCE {
        let problem = "would stand for more than 100 requests";
        return Err(Error::invalid("to", problem));
    }
    let present = store::references_of(ctx.db(), ctx.scope(), &missing).await?;
    for id in &missing {
        let present = present.iter().filter(|row| row.request_id == *id);
        if present.count() >= MOST_REFERENCES {
            let problem = "a request has at most 100 references";
            return Err(Error::invalid("to", problem));
        }
    }
    Ok(missing)
}

/// Says that an outside system calls requests by another number, too: tickets were merged, or one was split. Both
/// numbers find them; `only` restricts it to one of them.
///
/// # Errors
/// Forbidden; Invalid for what cannot be a reference; `NotFound` when no request has the first number.
pub(crate) async fn relink(
    ctx: &Ctx,
    system: &str,
    [from, to]: [&Personal; 2],
    only: Option<RequestId>,
    once: Once,
) -> Result<Vec<RequestId>> {
    ctx.authorize(Action::HandleRequest)?;
    let parsed = |ids: Vec<String>| ids.iter().filter_map(|id| id.parse().ok()).collect();
    if let Some(ids) = ctx.done_before(&once).await? {
        return Ok(parsed(ids));
    }
    let from = NormalReference::new("from", system, from).map_err(named)?;
    let to = NormalReference::new("to", system, to).map_err(named)?;
    let mut requests = requests_of(ctx, &from).await?;
    requests.retain(|id| only.is_none_or(|only| only == *id));
    if requests.is_empty() {
        return Err(Error::NotFound { what: "request" }.at("from"));
    }
    let missing = without(ctx, &requests, &to).await?;
    let rows = store::by_ids(ctx.db(), ctx.scope(), missing.iter().copied()).await?;
    let keys = rows.iter().map(|row| row.key_id);
    let keys = ctx.vault().keys(ctx.db(), ctx.scope(), keys).await?;
    let results: Vec<_> = requests.iter().map(ToString::to_string).collect();
    let mut tx = match ctx.begin_once(&once, &results).await? {
        Begun::New(tx) => tx,
        Begun::Replay(ids) => return Ok(parsed(ids)),
    };
    if rows.is_empty() {
        // Both are known: there is nothing to record, and nothing to replay.
        tx.rollback().await?;
        return Ok(requests);
    }
    for id in &missing {
        store::lock(tx.db(), tx.scope(), *id).await?;
    }
    let pins = keys.keys().copied().collect();
    ctx.vault().pin(tx.inner(), tx.scope(), pins).await?;
    // Another call may have said the same meanwhile.
    let (field, values) = (Field::RequestReference, index_values(ctx, &to)?);
    let found = vault::targets(tx.db(), tx.scope(), field, values).await?;
    let present = store::requests_of_references(tx.db(), tx.scope(), &ids(found)).await?;
    let rows = rows.iter().filter(|row| !present.contains(&row.id));
    let (mut references, mut index) = (Vec::new(), Vec::new());
    for request in rows {
        let key = keys.get(&request.key_id).ok_or(ERASED)?;
        let event = tx.record(Event {
            kind: EventType::RequestRelinked,
            log: Log::Main,
            object: request.id.to_string(),
            customer: request.customer_id,
            key,
            fields: Fields::new()
                .with("system", to.system.as_str())
                .with("from", from.number.expose())
                .with("to", to.number.expose()),
        })?;
        let id = RequestReferenceId::from_uuid(random::id());
        references.push(row(ctx, id, request.id, &to, key, event)?);
        index.extend(index_of(ctx, id, &to)?);
    }
    if references.is_empty() {
        tx.rollback().await?;
        return Ok(requests);
    }
    vault::insert_index(tx.inner(), index).await?;
    store::insert_references(tx.db(), references).await?;
    tx.commit().await?;
    Ok(requests)
}

/// The inputs are the numbers alone, beside the system.
fn named(error: Error) -> Error {
    match error {
        Error::Invalid {
            field,
            problem,
            suggestion,
        } => Error::Invalid {
            field: match field.as_str() {
                "from.system" | "to.system" => "system".to_owned(),
                "from.id" => "from".to_owned(),
                _ => "to".to_owned(),
            },
            problem,
            suggestion,
        },
        other => other,
    }
}
