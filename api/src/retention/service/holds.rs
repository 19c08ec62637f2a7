//! Placing holds, extending and releasing them.

use entity::enums::{
    Action, DataClass, ErrorCode, EventType, HoldKind, HoldStatus, KeyOwnerKind, Log,
};
use entity::id::{CustomerId, LegalHoldId};
use entity::time::Timestamp;
use entity::{legal_hold, legal_hold_category, legal_hold_customer, legal_hold_system};

use crate::context::{Begun, Ctx, Once, only_id};
use crate::customers::{self, Lookup};
use crate::data_map::Tree;
use crate::error::{Error, Result};
use crate::ledger::{Event, Fields};
use crate::platform::personal::{Personal, check_text};
use crate::platform::random;
use crate::retention::{rules, store};
use crate::vault::{self, ERASED, Owner, Place, normalise};

/// How many customers, systems and categories a hold may name.
const MOST_CUSTOMERS: usize = 500;
const MOST_NAMED: usize = 100;
/// Longest reason, in characters.
const LONGEST_REASON: usize = 2_000;

/// A hold to be placed. It covers every customer, or every system, where none is named.
#[derive(Debug, Clone)]
pub(crate) struct NewHold {
    /// What it is for.
    pub(crate) kind: HoldKind,
    /// Whom it covers; nothing: every customer.
    pub(crate) customers: Option<Vec<Lookup>>,
    /// Which systems it covers; nothing: all.
    pub(crate) systems: Option<Vec<String>>,
    /// Which data it is about, for those who read it.
    pub(crate) categories: Vec<String>,
    /// Why.
    pub(crate) reason: Personal,
    /// On whose authority.
    pub(crate) authority: Option<Personal>,
    /// When it ends of itself.
    pub(crate) expires_at: Option<Timestamp>,
    /// Since when; now, when absent.
    pub(crate) placed_at: Option<Timestamp>,
}

/// What a hold covers, checked.
struct Covered {
    customers: Option<Vec<CustomerId>>,
    systems: Option<Vec<String>>,
    categories: Vec<&'static str>,
}

/// Places a legal hold: what it covers is not handed out to be erased from now on.
///
/// # Errors
/// Forbidden; Invalid; `NotFound` and Ambiguous for customers.
pub(crate) async fn place(ctx: &Ctx, new: NewHold, once: Once) -> Result<LegalHoldId> {
    ctx.authorize(Action::PlaceLegalHold)?;
    if let Some(ids) = ctx.done_before(&once).await? {
        return only_id(&ids, "legal hold");
    }
    let covered = new.check(ctx).await?;
    let id = LegalHoldId::from_uuid(random::id());
    let owner = Owner {
        kind: KeyOwnerKind::Record,
        id: id.uuid(),
    };
    let (key_row, key) =
        ctx.vault()
            .new_key(ctx.controller(), owner, DataClass::Record, ctx.now())?;
    let mut tx = match ctx.begin_once(&once, &[id.to_string()]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(ids) => return only_id(&ids, "legal hold"),
    };
    store::wait_for_claims(tx.db(), tx.scope()).await?;
    vault::insert_keys(tx.inner(), vec![key_row]).await?;
    let placed_at = new.placed_at.unwrap_or(ctx.now());
    let names = covered.customers.as_ref().map(|all| {
        let names = all.iter().map(ToString::to_string);
        names.collect::<Vec<_>>()
    });
    let event_id = tx.record(Event {
        kind: EventType::LegalHoldPlaced,
        log: Log::Main,
        object: id.to_string(),
        customer: None,
        key: &key,
        fields: Fields::new()
            .with("kind", new.kind.as_str())
            .with("placedAt", placed_at.to_string())
            .with_some("expiresAt", new.expires_at.map(|end| end.to_string()))
            .with_some("customers", names)
            .with_some("systems", covered.systems.clone())
            .with("categories", covered.categories.clone())
            .with_text("reason", Some(&new.reason))
            .with_text("authority", new.authority.as_ref()),
    })?;
    let close = |column, text: &Personal| {
        key.close(
            Place::of(ctx.controller(), column, id.uuid()),
            text.expose(),
        )
    };
    let row = legal_hold::Model {
        controller_id: ctx.controller(),
        id,
        kind: new.kind,
        all_customers: covered.customers.is_none(),
        all_systems: covered.systems.is_none(),
        placed_at,
        recorded_at: ctx.now(),
        expires_at: new.expires_at,
        extended_at: None,
        released_at: None,
        key_id: key.id(),
        reason: close(store::REASON, &new.reason)?,
        authority: new
            .authority
            .as_ref()
            .map(|text| close(store::AUTHORITY, text))
            .transpose()?,
        last_reason: None,
        version: 1,
        event_id,
    };
    covered.insert(ctx, &tx, row).await?;
    tx.commit().await?;
    Ok(id)
}

impl NewHold {
    async fn check(&self, ctx: &Ctx) -> Result<Covered> {
        check_text("reason", Some(&self.reason), LONGEST_REASON)?;
        check_text("authority", self.authority.as_ref(), LONGEST_REASON)?;
        let placed_at = self.placed_at.unwrap_or(ctx.now());
        ctx.not_in_future("placedAt", placed_at)?;
        if self.expires_at.is_some_and(|end| end <= ctx.now()) {
            return Err(Error::invalid("expiresAt", "must lie ahead"));
        }
        check_count("categories", self.categories.len(), 0, MOST_NAMED)?;
        let categories = Tree::Category.checked_all(&self.categories, "categories")?;
        let systems = self.systems.as_deref().map(names_of).transpose()?;
        let customers = match &self.customers {
            Some(lookups) => Some(customers_of(ctx, lookups).await?),
            None => None,
        };
        Ok(Covered {
            customers,
            systems,
            categories,
        })
    }
}

fn check_count(field: &str, count: usize, least: usize, most: usize) -> Result<()> {
    if (least..=most).contains(&count) {
        return Ok(());
    }
    Err(Error::invalid(
        field,
        format!("must have {least} to {most} items"),
    ))
}

/// Names of systems in their one spelling, each once.
fn names_of(systems: &[String]) -> Result<Vec<String>> {
    check_count("systems", systems.len(), 1, MOST_NAMED)?;
    let mut names = Vec::new();
    for (n, name) in systems.iter().enumerate() {
        let name = normalise::external_system(name)
            .map_err(|expected| Error::invalid(format!("systems[{n}]"), expected.to_string()))?;
        names.push(name);
    }
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

async fn customers_of(ctx: &Ctx, lookups: &[Lookup]) -> Result<Vec<CustomerId>> {
    check_count("customers", lookups.len(), 1, MOST_CUSTOMERS)?;
    let now = ctx.now();
    let asked: Vec<_> = lookups.iter().map(|lookup| (lookup, now)).collect();
    let found = customers::service::resolve(ctx, &asked, |n| format!("customers[{n}]")).await?;
    let mut ids = Vec::new();
    for (n, found) in found.into_iter().enumerate() {
        let id = found.sole();
        ids.push(id.map_err(|error| error.at(&format!("customers[{n}]")))?);
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

impl Covered {
    async fn insert(
        self,
        ctx: &Ctx,
        tx: &crate::context::Tx,
        row: legal_hold::Model,
    ) -> Result<()> {
        let (controller_id, hold_id) = (ctx.controller(), row.id);
        let customers = self.customers.into_iter().flatten();
        let customers = customers.map(|customer_id| legal_hold_customer::Model {
            controller_id,
            hold_id,
            customer_id,
        });
        let systems = self.systems.into_iter().flatten();
        let systems = systems.map(|system| legal_hold_system::Model {
            controller_id,
            hold_id,
            system,
        });
        let categories = self.categories.into_iter();
        let categories = categories.map(|category| legal_hold_category::Model {
            controller_id,
            hold_id,
            category: category.to_owned(),
        });
        let parts = (customers.collect(), systems.collect(), categories.collect());
        store::insert_hold(tx.db(), row, parts.0, parts.1, parts.2).await
    }
}

/// Extends a hold that counts: it ends later, or not of itself.
///
/// # Errors
/// Forbidden; Invalid; `NotFound`; Refused (`TRANSITION_NOT_ALLOWED`) for one that has ended.
pub(crate) async fn extend(
    ctx: &Ctx,
    id: LegalHoldId,
    expires_at: Option<Timestamp>,
    reason: &Personal,
    once: Once,
) -> Result<LegalHoldId> {
    let later = |hold: &legal_hold::Model| {
        let later = match (hold.expires_at, expires_at) {
            (Some(before), Some(after)) => before < after,
            (Some(_), None) => true,
            // One that ends with its release alone does not become shorter this way.
            (None, _) => false,
        };
        let problem = "must be later than before; null: until it is released";
        later
            .then_some(())
            .ok_or(Error::invalid("expiresAt", problem))
    };
    let kind = EventType::LegalHoldExtended;
    change(ctx, id, reason, once, kind, |hold| {
        later(&hold)?;
        Ok(legal_hold::Model {
            expires_at,
            extended_at: Some(ctx.now()),
            ..hold
        })
    })
    .await
}

/// Releases a hold: what waited for nothing else goes on.
///
/// # Errors
/// Forbidden; Invalid; `NotFound`; Refused (`TRANSITION_NOT_ALLOWED`) for one that has ended.
pub(crate) async fn release(
    ctx: &Ctx,
    id: LegalHoldId,
    reason: &Personal,
    once: Once,
) -> Result<LegalHoldId> {
    let kind = EventType::LegalHoldReleased;
    change(ctx, id, reason, once, kind, |hold| {
        Ok(legal_hold::Model {
            released_at: Some(ctx.now()),
            ..hold
        })
    })
    .await
}

async fn change(
    ctx: &Ctx,
    id: LegalHoldId,
    reason: &Personal,
    once: Once,
    kind: EventType,
    to: impl FnOnce(legal_hold::Model) -> Result<legal_hold::Model>,
) -> Result<LegalHoldId> {
    ctx.authorize(Action::PlaceLegalHold)?;
    check_text("reason", Some(reason), LONGEST_REASON)?;
    if let Some(ids) = ctx.done_before(&once).await? {
        return only_id(&ids, "legal hold");
    }
    let missing = Error::NotFound { what: "legal hold" };
    let found = store::holds_by_id(ctx.db(), ctx.scope(), &[id])
        .await?
        .pop();
    let key_id = found.ok_or(missing)?.key_id;
    let mut keys = ctx.vault().keys(ctx.db(), ctx.scope(), [key_id]).await?;
    let key = keys.remove(&key_id).ok_or(ERASED)?;
    let mut tx = match ctx.begin_once(&once, &[id.to_string()]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(ids) => return only_id(&ids, "legal hold"),
    };
    let before = store::lock_hold(tx.db(), tx.scope(), id).await?;
    if !rules::is_active(&before, ctx.now()) {
        let status = rules::status(&before, ctx.now());
        tx.rollback().await?;
        return Err(ended(ctx, id, status).await);
    }
    let after = to(before)?;
    let event_id = tx.record(Event {
        kind,
        log: Log::Main,
        object: id.to_string(),
        customer: None,
        key: &key,
        fields: Fields::new()
            .with_some("expiresAt", after.expires_at.map(|end| end.to_string()))
            .with_text("reason", Some(reason)),
    })?;
    let place = Place::of(ctx.controller(), store::LAST_REASON, id.uuid());
    let after = legal_hold::Model {
        last_reason: Some(key.close(place, reason.expose())?),
        version: after.version + 1,
        event_id,
        ..after
    };
    store::update_hold(tx.db(), tx.scope(), after).await?;
    tx.commit().await?;
    Ok(id)
}

async fn ended(ctx: &Ctx, id: LegalHoldId, status: HoldStatus) -> Error {
    let reason = format!("the hold is {status}: place another one");
    let code = ErrorCode::TransitionNotAllowed;
    ctx.refuse(code, reason, id.to_string()).await
}
