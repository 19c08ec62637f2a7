//! What is found out about a disclosure later: another takes its place, or a subject turns out to be a customer.
//! What was recorded stays as it is.

use entity::disclosure_supersession;
use entity::enums::{Action, DataClass, ErrorCode, EventType, Log, SubjectResolution};
use entity::id::{CustomerId, DisclosureId, DisclosureSubjectId};
use entity::{disclosure, disclosure_subject};

use super::check::{NewDisclosure, authorize_ground, check_reason};
use super::read::{self, Disclosure};
use super::ready::{Ready, owner_of};
use super::record;
use super::recorder::{Recorder, Written};
use crate::context::{Begun, Ctx, Once, only_id};
use crate::customers::{self, Lookup, Match};
use crate::disclosures::store;
use crate::error::{Error, Result};
use crate::ledger::{Event, Fields};
use crate::platform::personal::Personal;
use crate::vault::{ERASED, Place};

/// Records a disclosure that takes the place of another, which counts no more and stays on record.
///
/// # Errors
/// Forbidden, also where either ground is not the role's; Invalid; `NotFound`; Refused (`DISCLOSURE_SUPERSEDED`) when
/// another has taken its place already.
pub(crate) async fn supersede(
    ctx: &Ctx,
    old: DisclosureId,
    new: NewDisclosure,
    reason: &Personal,
    once: Once,
) -> Result<Option<Disclosure>> {
    ctx.authorize(Action::SupersedeDisclosure)?;
    let outcome = match attempt(ctx, old, new, reason, &once).await {
        Ok(written) => Ok(written),
        // What was done once answers as it did.
        Err(error) => match ctx.done_before(&once).await? {
            Some(ids) => Ok(Replaced::Before(ids)),
            None => Err(error),
        },
    };
    let shown = match outcome? {
        Replaced::Now(row) => read::fresh(ctx, vec![*row]).await,
        Replaced::Before(ids) => {
            let id = only_id(&ids, "disclosure")?;
            read::by_ids(ctx, &[id]).await
        }
    };
    Ok(shown.unwrap_or_default().into_values().next())
}

enum Replaced {
    Now(Box<disclosure::Model>),
    Before(Vec<String>),
}

async fn attempt(
    ctx: &Ctx,
    old: DisclosureId,
    new: NewDisclosure,
    reason: &Personal,
    once: &Once,
) -> Result<Replaced> {
    let reason = check_reason(reason)?;
    let before = store::by_ids(ctx.db(), ctx.scope(), [old]).await?;
    let before = before.into_iter().next();
    let before = before.ok_or(Error::NotFound { what: "disclosure" })?;
    authorize_ground(ctx, before.ground)?;
    let taken = store::supersessions(ctx.db(), ctx.scope(), &[old]).await?;
    // Asked after what was read of others, so that this very call, sent twice at once, is not refused.
    if let Some(ids) = ctx.done_before(once).await? {
        return Ok(Replaced::Before(ids));
    }
    if !taken.is_empty() {
        let reason = "another disclosure has taken the place of this one already".to_owned();
        let code = ErrorCode::DisclosureSuperseded;
        return Err(ctx.refuse(code, reason, old.to_string()).await);
    }
    let mut ready = record::ready(ctx, new, once, "by").await?;
    let row = ready.row.clone();
    replace(ctx, &before, &mut ready, &reason).await?;
    let outcomes = Recorder::write(ctx, vec![vec![ready]]).await?;
    match outcomes.into_iter().next() {
        Some(Ok(written)) => match written.into_iter().next() {
            Some(Written::Replay(ids)) => Ok(Replaced::Before(ids)),
            _ => Ok(Replaced::Now(Box::new(row))),
        },
        Some(Err(error)) => Err(error),
        None => Err(Error::NotFound { what: "disclosure" }),
    }
}

/// Adds to a disclosure that it takes the place of another.
async fn replace(
    ctx: &Ctx,
    old: &disclosure::Model,
    ready: &mut Ready,
    reason: &Personal,
) -> Result<()> {
    let keys = ctx
        .vault()
        .keys(ctx.db(), ctx.scope(), [old.key_id])
        .await?;
    let key = keys.get(&old.key_id).ok_or(ERASED)?;
    let leaf = ctx.leaf(Event {
        kind: EventType::DisclosureSuperseded,
        log: Log::Main,
        object: old.id.to_string(),
        customer: store::sole_customer(ctx.db(), ctx.scope(), old.id).await?,
        key,
        fields: Fields::new()
            .with("by", ready.row.id.to_string())
            .with("reason", reason.expose()),
    })?;
    let place = Place::of(ctx.controller(), store::REASON, old.id.uuid());
    ready.supersession = Some(disclosure_supersession::Model {
        controller_id: ctx.controller(),
        old_id: old.id,
        new_id: ready.row.id,
        key_id: key.id(),
        reason: key.close(place, reason.expose())?,
        recorded_at: ctx.now(),
        event_id: leaf.id,
    });
    ready.pins.push(key.id());
    ready.leaves.push(leaf);
    Ok(())
}

/// Says which customer a subject was that its look-up could not tell; or, where a finding questions who it was, that
/// it was whoever is on record.
///
/// # Errors
/// Forbidden, also where the ground is not the role's; Invalid; `NotFound`; Ambiguous; Refused (`SUBJECT_RESOLVED`,
/// `DISCLOSURE_SUPERSEDED`).
pub(crate) async fn resolve_subject(
    ctx: &Ctx,
    id: DisclosureSubjectId,
    customer: &Lookup,
    reason: &Personal,
    once: Once,
) -> Result<DisclosureId> {
    ctx.authorize(Action::ResolveDisclosureSubject)?;
    if let Some(ids) = ctx.done_before(&once).await? {
        return only_id(&ids, "disclosure");
    }
    let reason = check_reason(reason)?;
    let (subject, row) = subject(ctx, id).await?;
    authorize_ground(ctx, row.ground)?;
    let found = [(customer, row.disclosed_at)];
    let found = customers::service::resolve(ctx, &found, |_| "customer".to_owned()).await?;
    let found = found.first().unwrap_or(&Match::Nobody).sole();
    let customer = found.map_err(|error| error.at("customer"))?;
    let recorded: Vec<_> = subject.customer_id.into_iter().collect();
    let roots = customers::service::roots(ctx, &recorded).await?;
    let Resolution { key, lookup } = resolution(ctx, &subject, customer).await?;
    let mut tx = match ctx.begin_once(&once, &[row.id.to_string()]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(ids) => return only_id(&ids, "disclosure"),
    };
    let now = store::lock_subject(tx.db(), tx.scope(), id).await?;
    // A customer that was merged since is meant as the one that stands for it.
    let recorded = now
        .customer_id
        .map(|id| roots.get(&id).copied().unwrap_or(id));
    if let Some(refusal) = refuse(&now, recorded, customer) {
        tx.rollback().await?;
        let (code, reason) = refusal;
        return Err(ctx
            .refuse(code, reason.to_owned(), row.id.to_string())
            .await);
    }
    ctx.vault()
        .pin(tx.inner(), tx.scope(), vec![key.id()])
        .await?;
    let event = tx.record(Event {
        kind: EventType::DisclosureSubjectResolved,
        log: Log::Main,
        object: row.id.to_string(),
        customer: Some(customer),
        key: &key,
        fields: Fields::new()
            .with("subject", id.to_string())
            .with("reason", reason.expose()),
    })?;
    store::settle_findings(tx.db(), tx.scope(), &[id], ctx.now(), true).await?;
    if now.customer_id.is_none() {
        let resolved = disclosure_subject::Model {
            customer_id: Some(customer),
            resolution: SubjectResolution::Resolved,
            resolved_by_hand: true,
            event_id: event,
            key_id: key.id(),
            lookup,
            ..now
        };
        store::resolve(tx.db(), tx.scope(), &resolved).await?;
    }
    tx.commit().await?;
    Ok(row.id)
}

/// Why a subject cannot be said to be a customer.
fn refuse(
    now: &disclosure_subject::Model,
    recorded: Option<CustomerId>,
    customer: CustomerId,
) -> Option<(ErrorCode, &'static str)> {
    if now.superseded {
        let reason = "another disclosure has taken the place of this one";
        return Some((ErrorCode::DisclosureSuperseded, reason));
    }
    if recorded.is_some_and(|recorded| recorded != customer) {
        let reason = "another customer is on record; supersede the disclosure if that is wrong";
        return Some((ErrorCode::SubjectResolved, reason));
    }
    None
}

async fn subject(
    ctx: &Ctx,
    id: DisclosureSubjectId,
) -> Result<(disclosure_subject::Model, disclosure::Model)> {
    let missing = Error::NotFound {
        what: "subject of a disclosure",
    };
    let subject = store::subject(ctx.db(), ctx.scope(), id).await?;
    let subject = subject.ok_or_else(|| missing.clone())?;
    let rows = store::by_ids(ctx.db(), ctx.scope(), [subject.disclosure_id]).await?;
    let row = rows.into_iter().next().ok_or(missing)?;
    Ok((subject, row))
}

/// What a resolved subject is written with.
struct Resolution {
    /// The customer's DISCLOSURE key.
    key: std::sync::Arc<crate::vault::DataKey>,
    /// What was known of the subject, under that key.
    lookup: Vec<u8>,
}

async fn resolution(
    ctx: &Ctx,
    subject: &disclosure_subject::Model,
    customer: CustomerId,
) -> Result<Resolution> {
    let (db, scope, class) = (&ctx.app.db, ctx.scope(), DataClass::Disclosure);
    let owner = owner_of(customer);
    let keys = ctx
        .vault()
        .ensure(db, scope, &[owner], class, ctx.now())
        .await?;
    let key = keys.into_values().next().ok_or(ERASED)?;
    let place = Place::of(ctx.controller(), store::LOOKUP, subject.id.uuid());
    let old = ctx.vault().keys(ctx.db(), scope, [subject.key_id]).await?;
    let old = old.get(&subject.key_id).ok_or(ERASED)?;
    let lookup = key.close(place, old.open(place, &subject.lookup)?.expose())?;
    Ok(Resolution { key, lookup })
}
