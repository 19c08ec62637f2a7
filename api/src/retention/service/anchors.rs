//! What happened that the time for which data is kept counts from, as systems report it.

use std::collections::HashMap;
use std::sync::Arc;

use entity::enums::{Action, DataClass, EventType, Log, RetentionAnchor};
use entity::id::{CustomerId, EventId, RetentionAnchorId};
use entity::retention_anchor;
use entity::time::Timestamp;
use uuid::Uuid;

use crate::context::{Begun, Ctx, Once, only_id};
use crate::customers::{self, Lookup};
use crate::error::{Error, Result};
use crate::ledger::{Event, Fields};
use crate::platform::personal::Personal;
use crate::platform::random;
use crate::retention::{rules, store};
use crate::vault::{self, DataKey, ERASED, Field, Locked, Owner, Place, normalise};

/// Something that happened.
#[derive(Debug, Clone)]
pub(crate) struct NewAnchor {
    /// To whom.
    pub(crate) customer: Lookup,
    /// What.
    pub(crate) anchor: RetentionAnchor,
    /// When; nothing, where it is not so any more.
    pub(crate) at: Option<Timestamp>,
    /// The system and what the thing is called there that it happened to, where it is one.
    pub(crate) thing: Option<(String, Personal)>,
}

/// Something that happened, as a caller may see it.
#[derive(Debug, Clone)]
pub(crate) struct Anchor {
    /// Its row.
    pub(crate) row: retention_anchor::Model,
    /// What the thing is called in its system.
    pub(crate) reference: Option<Locked>,
}

impl NewAnchor {
    /// Checks what can be checked without asking anybody; gives the thing in its one spelling.
    fn checked(&self, ctx: &Ctx) -> Result<Option<(String, Personal)>> {
        if let Some(at) = self.at {
            ctx.not_in_future("at", at)?;
        }
        let Some((system, reference)) = &self.thing else {
            if self.anchor == RetentionAnchor::ServiceTerminated {
                let problem =
                    "names the service that ended; that the last one did is said by closeCustomer";
                return Err(Error::invalid("reference", problem));
            }
            return Ok(None);
        };
        let system = normalise::external_system(system)
            .map_err(|expected| Error::invalid("system", expected.to_string()))?;
        normalise::external_id(&system, reference.expose())
            .map_err(|expected| Error::invalid("reference", expected.to_string()))?;
        let reference = Personal::new(reference.expose().trim().to_owned());
        Ok(Some((system, reference)))
    }
}

/// What the record of a thing is indexed by: there is one for each customer, anchor and thing.
///
/// # Errors
/// Invalid for what cannot be a reference.
pub(crate) fn normal(
    customer: CustomerId,
    anchor: RetentionAnchor,
    system: &str,
    reference: &Personal,
) -> Result<String> {
    let thing = normalise::external_id(system, reference.expose())
        .map_err(|expected| Error::invalid("reference", expected.to_string()))?;
    Ok(format!("{customer}|{anchor}|{thing}"))
}

/// The record of the same, where there is one: of the customer, or of anybody who is one with it.
async fn known(
    ctx: &Ctx,
    customer: CustomerId,
    anchor: RetentionAnchor,
    thing: Option<&(String, Personal)>,
) -> Result<Option<retention_anchor::Model>> {
    let Some((system, reference)) = thing else {
        return store::anchor_of(ctx.db(), ctx.scope(), customer, anchor).await;
    };
    let (vault, field) = (ctx.vault(), Field::AnchorReference);
    let clusters = customers::service::clusters_around(ctx, &[customer]).await?;
    let mut values = Vec::new();
    for member in clusters.values().flatten() {
        let normal = normal(*member, anchor, system, reference)?;
        let of = vault.index(ctx.controller(), field, &normal)?.into_iter();
        values.extend(of.map(|value| value.bytes));
    }
    let found = vault::targets(ctx.db(), ctx.scope(), field, values).await?;
    let ids = found.into_values().flatten();
    let ids: Vec<_> = ids.map(RetentionAnchorId::from_uuid).collect();
    let mut found = store::anchors_by_id(ctx.db(), ctx.scope(), &ids).await?;
    // Two, where both were known by it before they were one: what was said last of them counts.
    found.sort_unstable_by_key(|row| (row.at, row.id));
    Ok(found.pop())
}

/// Records when something happened that the time for which data is kept counts from, or that it is not so any more. Of the
/// same thing, what was said last counts; a last login or payment never moves back.
///
/// # Errors
/// Forbidden; Invalid; `NotFound` and Ambiguous for the customer; Conflict when the same is recorded at the same time.
pub(crate) async fn record_anchor(
    ctx: &Ctx,
    new: NewAnchor,
    once: Once,
) -> Result<RetentionAnchorId> {
    ctx.authorize(Action::RecordAnchors)?;
    if !rules::may_say(ctx.actor.role, new.anchor) {
        return Err(Error::ForbiddenAnchor { anchor: new.anchor });
    }
    let thing = new.checked(ctx)?;
    if let Some(ids) = ctx.done_before(&once).await? {
        return only_id(&ids, "retention anchor");
    }
    let asked = [(&new.customer, ctx.now())];
    let found = customers::service::resolve(ctx, &asked, |_| "customer".to_owned()).await?;
    let missing = Error::NotFound { what: "customer" };
    let found = found.into_iter().next().ok_or(missing)?;
    let customer = found.sole().map_err(|error| error.at("customer"))?;
    let known = known(ctx, customer, new.anchor, thing.as_ref()).await?;
    // What was recorded of somebody who was merged stays that one's.
    let customer = known.as_ref().map_or(customer, |row| row.customer_id);
    let (scope, owner) = (ctx.scope(), [Owner::customer(customer)]);
    let class = DataClass::Request;
    let keys = ctx
        .vault()
        .ensure(&ctx.app.db, scope, &owner, class, ctx.now());
    let key = keys.await?.into_values().next().ok_or(ERASED)?;
    let id = known.map(|row| row.id);
    let said = said(ctx, (customer, &new), thing.as_ref(), &key, id)?;
    let mut tx = match ctx.begin_once(&once, &[said.id.to_string()]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(ids) => return only_id(&ids, "retention anchor"),
    };
    // After what is being handed out: what is not due any more is not from then on.
    store::wait_for_claims(tx.db(), tx.scope()).await?;
    let before = match id {
        Some(id) => Some(store::lock_anchor(tx.db(), tx.scope(), id).await?),
        None => None,
    };
    if before
        .as_ref()
        .is_some_and(|before| says_nothing(before, new.at))
    {
        tx.rollback().await?;
        return Ok(said.id);
    }
    ctx.vault()
        .pin(tx.inner(), tx.scope(), vec![key.id()])
        .await?;
    let event_id = tx.record(Event {
        kind: EventType::RetentionAnchorRecorded,
        log: Log::Main,
        object: said.id.to_string(),
        customer: Some(customer),
        key: &key,
        fields: Fields::new()
            .with("anchor", new.anchor.as_str())
            .with_some("at", new.at.map(|at| at.to_string()))
            .with_some("system", said.system.clone())
            .with_text("reference", thing.as_ref().map(|(_, reference)| reference)),
    })?;
    let row = retention_anchor::Model {
        recorded_at: before
            .as_ref()
            .map_or(said.recorded_at, |row| row.recorded_at),
        version: before.as_ref().map_or(1, |row| row.version + 1),
        event_id,
        ..said
    };
    let id = row.id;
    match (before, thing) {
        (Some(_), _) => store::save_anchor(tx.db(), row).await?,
        (None, thing) => {
            if let Some((system, reference)) = thing {
                let (field, controller) = (Field::AnchorReference, ctx.controller());
                let normal = normal(customer, new.anchor, &system, &reference)?;
                let values = ctx.vault().index(controller, field, &normal)?;
                let rows = vault::index_rows(controller, field, values, id.uuid(), true);
                vault::insert_index(tx.inner(), rows.collect()).await?;
            }
            store::insert_anchor(tx.db(), row).await?;
        }
    }
    tx.commit().await?;
    Ok(id)
}

/// Whether a record stays as it is after something is said.
fn says_nothing(before: &retention_anchor::Model, at: Option<Timestamp>) -> bool {
    let onward = matches!(
        before.anchor,
        RetentionAnchor::LastLogin | RetentionAnchor::LastPayment
    );
    before.at == at || onward && before.at.is_some() && at.is_some() && at < before.at
}

/// The row of what is said, as if it were new.
fn said(
    ctx: &Ctx,
    (customer_id, new): (CustomerId, &NewAnchor),
    thing: Option<&(String, Personal)>,
    key: &Arc<DataKey>,
    id: Option<RetentionAnchorId>,
) -> Result<retention_anchor::Model> {
    let id = id.unwrap_or_else(|| RetentionAnchorId::from_uuid(random::id()));
    let place = Place::of(ctx.controller(), store::REFERENCE, id.uuid());
    let reference = thing.map(|(_, reference)| key.close(place, reference.expose()));
    Ok(retention_anchor::Model {
        controller_id: ctx.controller(),
        id,
        customer_id,
        anchor: new.anchor,
        at: new.at,
        system: thing.map(|(system, _)| system.clone()),
        key_id: key.id(),
        reference: reference.transpose()?,
        recorded_at: ctx.now(),
        integration_id: ctx.actor.integration,
        version: 1,
        event_id: EventId::from_uuid(Uuid::nil()),
    })
}

/// What happened, by id.
///
/// # Errors
/// Forbidden.
pub(crate) async fn anchors_by_id(
    ctx: &Ctx,
    ids: &[RetentionAnchorId],
) -> Result<HashMap<RetentionAnchorId, Anchor>> {
    ctx.authorize(Action::ReadRetention)?;
    opened(ctx, ids, Action::ReadPersonalData).await
}

/// The same for those who do tasks about it, who must know what the thing is called. It authorises nothing: the use case
/// that asks has done so.
///
/// # Errors
/// As every statement.
pub(crate) async fn anchors_told(
    ctx: &Ctx,
    ids: &[RetentionAnchorId],
) -> Result<HashMap<RetentionAnchorId, Anchor>> {
    opened(ctx, ids, Action::WorkOnTasks).await
}

async fn opened(
    ctx: &Ctx,
    ids: &[RetentionAnchorId],
    action: Action,
) -> Result<HashMap<RetentionAnchorId, Anchor>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = store::anchors_by_id(ctx.db(), ctx.scope(), ids).await?;
    let keys = ctx
        .cell_keys(action, rows.iter().map(|row| row.key_id))
        .await?;
    let anchor = |row: retention_anchor::Model| Anchor {
        reference: keys.lock(
            row.key_id,
            store::REFERENCE,
            row.id.uuid(),
            row.reference.as_ref(),
        ),
        row,
    };
    let anchors = rows.into_iter().map(anchor);
    Ok(anchors.map(|anchor| (anchor.row.id, anchor)).collect())
}
