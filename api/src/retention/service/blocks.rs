//! What systems must keep of customers, as they report it.

use entity::date::Date;
use entity::deletion_block;
use entity::enums::{Action, DataClass, ErrorCode, EventType, KeyOwnerKind, Log, RetentionGround};
use entity::id::DeletionBlockId;
use entity::time::Timestamp;

use crate::context::{Begun, Ctx, Once, only_id};
use crate::customers::{self, Lookup};
use crate::error::{Error, Result};
use crate::ledger::{Event, Fields};
use crate::platform::personal::{Personal, check_length, check_text};
use crate::platform::random;
use crate::retention::store;
use crate::vault::{ERASED, Owner, Place, normalise};

/// How many unsettled blocks a customer may have: a plan shows all of them.
pub(super) const MOST_BLOCKS: u64 = 500;
/// Longest text, in characters.
const LONGEST: usize = 500;

/// Something that a system must keep.
#[derive(Debug, Clone)]
pub(crate) struct NewBlock {
    /// Of whom.
    pub(crate) customer: Lookup,
    /// The system.
    pub(crate) system: String,
    /// Why.
    pub(crate) ground: RetentionGround,
    /// What.
    pub(crate) what: Personal,
    /// The last day.
    pub(crate) until: Option<Date>,
    /// Where that is written.
    pub(crate) source: Option<String>,
    /// Since when; now, when absent.
    pub(crate) since: Option<Timestamp>,
}

impl NewBlock {
    /// Checks what can be checked without asking anybody; gives the system in its one spelling.
    fn check(&self, ctx: &Ctx) -> Result<String> {
        check_text("what", Some(&self.what), LONGEST)?;
        if let Some(source) = &self.source {
            check_length("source", source, LONGEST)?;
        }
        ctx.not_in_future("occurredAt", self.since.unwrap_or(ctx.now()))?;
        let law = self.ground == RetentionGround::StatutoryRetention;
        let problem = match (law, self.until, &self.source) {
            (true, None, _) => Some(("until", "must be said on this ground")),
            (true, _, None) => Some(("source", "must be said on this ground")),
            (_, Some(until), _) if until.end() <= ctx.now() => Some(("until", "lies in the past")),
            _ => None,
        };
        if let Some((field, problem)) = problem {
            return Err(Error::invalid(field, problem));
        }
        if self.ground == RetentionGround::LegalHold {
            let problem = "is placed by placeLegalHold";
            return Err(Error::invalid("ground", problem));
        }
        normalise::external_system(&self.system)
            .map_err(|expected| Error::invalid("system", expected.to_string()))
    }
}

/// Records that a system must keep something of a customer. On grounds that pass, nothing of the customer is erased there
/// until it is settled.
///
/// # Errors
/// Forbidden; Invalid; `NotFound` and Ambiguous for the customer.
pub(crate) async fn record_block(ctx: &Ctx, new: NewBlock, once: Once) -> Result<DeletionBlockId> {
    ctx.authorize(Action::RecordDeletionBlock)?;
    if let Some(ids) = ctx.done_before(&once).await? {
        return only_id(&ids, "deletion block");
    }
    let system = new.check(ctx)?;
    let asked = [(&new.customer, ctx.now())];
    let found = customers::service::resolve(ctx, &asked, |_| "customer".to_owned()).await?;
    let missing = Error::NotFound { what: "customer" };
    let found = found.into_iter().next().ok_or(missing)?;
    let customer = found.sole().map_err(|error| error.at("customer"))?;
    let owner = Owner {
        kind: KeyOwnerKind::Customer,
        id: customer.uuid(),
    };
    let keys = ctx
        .vault()
        .ensure(
            &ctx.app.db,
            ctx.scope(),
            &[owner],
            DataClass::Request,
            ctx.now(),
        )
        .await?;
    let key = keys.into_values().next().ok_or(ERASED)?;
    let id = DeletionBlockId::from_uuid(random::id());
    let mut tx = match ctx.begin_once(&once, &[id.to_string()]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(ids) => return only_id(&ids, "deletion block"),
    };
    ctx.vault()
        .pin(tx.inner(), tx.scope(), vec![key.id()])
        .await?;
    store::wait_for_claims(tx.db(), tx.scope()).await?;
    let today = Date::of(ctx.now());
    let blocks = store::blocks_of(tx.db(), tx.scope(), &[customer], today, MOST_BLOCKS).await?;
    if u64::try_from(blocks.len()).is_ok_and(|count| count >= MOST_BLOCKS) {
        return Err(Error::invalid(
            "customer",
            "has 500 blocks that are not settled",
        ));
    }
    let since = new.since.unwrap_or(ctx.now());
    let event_id = tx.record(Event {
        kind: EventType::DeletionBlockRecorded,
        log: Log::Main,
        object: id.to_string(),
        customer: Some(customer),
        key: &key,
        fields: Fields::new()
            .with("system", system.as_str())
            .with("ground", new.ground.as_str())
            .with_some("until", new.until.map(|until| until.to_string()))
            .with_some("source", new.source.clone())
            .with("since", since.to_string())
            .with_text("what", Some(&new.what)),
    })?;
    let place = Place::of(ctx.controller(), store::WHAT, id.uuid());
    let row = deletion_block::Model {
        controller_id: ctx.controller(),
        id,
        customer_id: customer,
        system,
        ground: new.ground,
        until: new.until,
        source: new.source,
        since,
        recorded_at: ctx.now(),
        settled_at: None,
        integration_id: ctx.actor.integration,
        key_id: key.id(),
        what: key.close(place, new.what.expose())?,
        version: 1,
        event_id,
    };
    store::insert_block(tx.db(), row).await?;
    tx.commit().await?;
    Ok(id)
}

/// Records that a system need not keep it any more: what waited for nothing else goes on.
///
/// # Errors
/// Forbidden; Invalid; `NotFound`; Refused (`TRANSITION_NOT_ALLOWED`) for one that is settled.
pub(crate) async fn settle_block(
    ctx: &Ctx,
    id: DeletionBlockId,
    at: Option<Timestamp>,
    once: Once,
) -> Result<DeletionBlockId> {
    ctx.authorize(Action::RecordDeletionBlock)?;
    let at = ctx.not_in_future("occurredAt", at.unwrap_or(ctx.now()))?;
    if let Some(ids) = ctx.done_before(&once).await? {
        return only_id(&ids, "deletion block");
    }
    let missing = Error::NotFound {
        what: "deletion block",
    };
    let found = store::blocks_by_id(ctx.db(), ctx.scope(), &[id])
        .await?
        .pop();
    let key_id = found.ok_or(missing)?.key_id;
    let mut keys = ctx.vault().keys(ctx.db(), ctx.scope(), [key_id]).await?;
    let key = keys.remove(&key_id).ok_or(ERASED)?;
    let mut tx = match ctx.begin_once(&once, &[id.to_string()]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(ids) => return only_id(&ids, "deletion block"),
    };
    let before = store::lock_block(tx.db(), tx.scope(), id).await?;
    if before.settled_at.is_some() {
        tx.rollback().await?;
        let reason = "it is settled already".to_owned();
        let code = ErrorCode::TransitionNotAllowed;
        return Err(ctx.refuse(code, reason, id.to_string()).await);
    }
    if at < before.since {
        return Err(Error::invalid("occurredAt", "lies before it began"));
    }
    let event_id = tx.record(Event {
        kind: EventType::DeletionBlockSettled,
        log: Log::Main,
        object: id.to_string(),
        customer: Some(before.customer_id),
        key: &key,
        fields: Fields::new()
            .with("system", before.system.as_str())
            .with("ground", before.ground.as_str())
            .with("at", at.to_string()),
    })?;
    let after = deletion_block::Model {
        settled_at: Some(at),
        version: before.version + 1,
        event_id,
        ..before
    };
    store::settle(tx.db(), tx.scope(), after).await?;
    tx.commit().await?;
    Ok(id)
}
