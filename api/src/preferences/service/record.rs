//! Recording what persons said.

use std::collections::HashMap;

use entity::enums::{
    Action, ContactChannel, DataClass, ErrorPolicy, EventType, KeyOwnerKind, Log, OptOutScope,
    PreferenceMethod, PreferenceStatus,
};
use entity::id::{BrandId, CustomerId, DataKeyId, EventId, PreferenceId};
use entity::preference;
use entity::time::Timestamp;

use crate::context::{Begun, Ctx, Once, Tx, each_replayed, result_of};
use crate::customers::{self, Lookup, Match};
use crate::data_map::Tree;
use crate::error::{Error, Result};
use crate::ledger::{Event, Fields};
use crate::platform::personal::{Personal, check_length, check_text, is_sha256};
use crate::platform::random;
use crate::preferences::{rules, store};
use crate::vault::{DataKey, ERASED, KeysByOwner, Owner, Place, normalise};

/// Longest version of a notice, in characters.
const LONGEST_VERSION: usize = 100;
/// Longest program, in characters.
const LONGEST_USER_AGENT: usize = 500;
/// Longest note, in characters.
const LONGEST_NOTE: usize = 2_000;

/// About what something was said.
#[derive(Debug, Clone)]
pub(crate) enum About {
    /// A use of data: a key of the taxonomy.
    Purpose(String),
    /// What persons opt out of.
    OptOut(OptOutScope),
}

/// Something that a person said.
#[derive(Debug, Clone)]
pub(crate) struct NewPreference {
    /// Who.
    pub(crate) customer: Lookup,
    /// To which brand; to the controller, when absent.
    pub(crate) brand: Option<BrandId>,
    /// About what.
    pub(crate) about: About,
    /// On which channel; on all, when absent.
    pub(crate) channel: Option<ContactChannel>,
    /// What.
    pub(crate) status: PreferenceStatus,
    /// When; now, when absent.
    pub(crate) at: Option<Timestamp>,
    /// Until when a consent counts.
    pub(crate) expires_at: Option<Timestamp>,
    /// How.
    pub(crate) method: PreferenceMethod,
    /// In which system.
    pub(crate) source: Option<String>,
    /// Which version of the notice was shown.
    pub(crate) notice_version: Option<String>,
    /// SHA-256 of the text that was shown.
    pub(crate) text_digest: Option<String>,
    /// From which address of the network.
    pub(crate) ip: Option<Personal>,
    /// By which program.
    pub(crate) user_agent: Option<Personal>,
    /// Anything else.
    pub(crate) note: Option<Personal>,
}

/// What became of one item.
pub(crate) type Recorded = Result<PreferenceId>;

/// Something that can be recorded but for what is encrypted: the row lacks its key, its event and its cells.
struct Ready {
    row: preference::Model,
    new: NewPreference,
}

/// Records something that a person said.
///
/// # Errors
/// Forbidden; Invalid; `NotFound` for customer and brand; Ambiguous.
pub(crate) async fn record(ctx: &Ctx, new: NewPreference, once: Once) -> Recorded {
    let name = |_: usize, error: Error| error;
    let policy = ErrorPolicy::RejectAll;
    let all = record_all(ctx, vec![Ok(new)], policy, once, name).await?;
    let missing = Err(Error::NotFound { what: "preference" });
    all.into_iter().next().unwrap_or(missing)
}

/// Records what several persons said; answers for each item, in the order of the input.
///
/// # Errors
/// Forbidden; Invalid for a list of no or more than 500 items; under `RejectAll`, the error of the first item that
/// cannot be recorded.
pub(crate) async fn record_many(
    ctx: &Ctx,
    items: Vec<Result<NewPreference>>,
    policy: ErrorPolicy,
    once: Once,
) -> Result<Vec<Recorded>> {
    ctx.authorize(Action::RecordPreferences)?;
    if items.is_empty() || items.len() > rules::MOST_PREFERENCES {
        return Err(Error::invalid("preferences", "must have 1 to 500 items"));
    }
    let name = |number: usize, error: Error| error.at(&format!("preferences[{number}]"));
    record_all(ctx, items, policy, once, name).await
}

async fn record_all(
    ctx: &Ctx,
    items: Vec<Result<NewPreference>>,
    policy: ErrorPolicy,
    once: Once,
    name: impl Fn(usize, Error) -> Error,
) -> Result<Vec<Recorded>> {
    ctx.authorize(Action::RecordPreferences)?;
    // Customers may have come and gone since: what was answered then counts.
    if let Some(results) = ctx.done_before(&once).await? {
        return Ok(each_replayed(&results));
    }
    let (mut outcome, mut ready): (Vec<Recorded>, Vec<Ready>) = (Vec::new(), Vec::new());
    for (number, checked) in check(ctx, items).await?.into_iter().enumerate() {
        match checked {
            Ok((row, new)) => {
                outcome.push(Ok(row.id));
                ready.push(Ready { row, new });
            }
            Err(error) if policy == ErrorPolicy::RejectAll => return Err(name(number, error)),
            Err(error) => outcome.push(Err(name(number, error))),
        }
    }
    if ready.is_empty() {
        return Ok(outcome);
    }
    write(ctx, ready, outcome, &once).await
}

/// Checks items, each by itself and against what is on record, in one statement for each kind of question.
async fn check(
    ctx: &Ctx,
    items: Vec<Result<NewPreference>>,
) -> Result<Vec<Result<(preference::Model, NewPreference)>>> {
    let lookups: Vec<_> = items
        .iter()
        .flatten()
        .map(|new| (&new.customer, ctx.now()))
        .collect();
    let found = customers::service::resolve_each(ctx, &lookups, |_| "customer".to_owned()).await?;
    let mut brands: Vec<_> = items.iter().flatten().filter_map(|new| new.brand).collect();
    brands.sort_unstable();
    brands.dedup();
    let brands = customers::service::existing_brands(ctx, &brands).await?;
    let mut found = found.into_iter();
    let checked = items.into_iter().map(|item| {
        let new = item?;
        let customer = found.next().unwrap_or(Ok(Match::Nobody))?;
        let customer = customer.sole().map_err(|error| error.at("customer"))?;
        if new.brand.is_some_and(|brand| !brands.contains(&brand)) {
            return Err(Error::NotFound { what: "brand" }.at("brandId"));
        }
        Ok((row_of(ctx, customer, &new)?, new))
    });
    Ok(checked.collect())
}

/// The row of something that was said, as far as it is not encrypted.
fn row_of(ctx: &Ctx, customer: CustomerId, new: &NewPreference) -> Result<preference::Model> {
    let (purpose, scope) = match &new.about {
        About::Purpose(key) => (
            Some(Tree::DataUse.checked(key, "purpose")?.to_owned()),
            None,
        ),
        About::OptOut(scope) => (None, Some(*scope)),
    };
    if let Some(version) = &new.notice_version {
        check_length("noticeVersion", version, LONGEST_VERSION)?;
    }
    check_text("userAgent", new.user_agent.as_ref(), LONGEST_USER_AGENT)?;
    check_text("note", new.note.as_ref(), LONGEST_NOTE)?;
    if let Some(ip) = &new.ip
        && ip.expose().parse::<std::net::IpAddr>().is_err()
    {
        return Err(Error::invalid("ipAddress", "must be an IP address"));
    }
    let digest = new.text_digest.as_ref().map(|digest| digest.to_lowercase());
    if digest.as_ref().is_some_and(|digest| !is_sha256(digest)) {
        return Err(Error::invalid(
            "textDigest",
            "must be a SHA-256 in 64 hexadecimal digits",
        ));
    }
    let source = new
        .source
        .as_deref()
        .map(normalise::external_system)
        .transpose();
    let source = source.map_err(|expected| Error::invalid("source", expected.to_string()))?;
    let at = ctx.not_in_future("occurredAt", new.at.unwrap_or(ctx.now()))?;
    let row = preference::Model {
        controller_id: ctx.controller(),
        id: PreferenceId::from_uuid(random::id()),
        customer_id: customer,
        brand_id: new.brand,
        purpose,
        scope,
        channel: new.channel,
        status: new.status,
        // A sender's clock that is ahead must not let a consent outlast what is said after it.
        at: at.min(ctx.now()),
        recorded_at: ctx.now(),
        expires_at: new.expires_at,
        method: new.method,
        source,
        notice_version: new.notice_version.clone(),
        text_digest: digest,
        integration_id: ctx.actor.integration,
        event_id: EventId::from_uuid(uuid::Uuid::nil()),
        key_id: DataKeyId::from_uuid(uuid::Uuid::nil()),
        ip: None,
        user_agent: None,
        note: None,
    };
    match rules::problem(&row) {
        Some((field, problem)) => Err(Error::invalid(field, problem)),
        None => Ok(row),
    }
}

async fn write(
    ctx: &Ctx,
    ready: Vec<Ready>,
    outcome: Vec<Recorded>,
    once: &Once,
) -> Result<Vec<Recorded>> {
    let keys = keys_of(ctx, &ready).await?;
    let results: Vec<_> = outcome.iter().map(result_of).collect();
    let mut tx = match ctx.begin_once(once, &results).await? {
        Begun::New(tx) => *tx,
        Begun::Replay(results) => return Ok(each_replayed(&results)),
    };
    let pinned = keys.values().map(|key| key.id()).collect();
    ctx.vault().pin(tx.inner(), tx.scope(), pinned).await?;
    let mut rows = Vec::new();
    for Ready { row, new } in ready {
        let key = keys.get(&row.customer_id.uuid()).ok_or(ERASED)?;
        rows.push(closed(&mut tx, row, &new, key)?);
    }
    store::insert(tx.db(), rows).await?;
    tx.commit().await?;
    Ok(outcome)
}

/// The keys of the customers.
async fn keys_of(ctx: &Ctx, ready: &[Ready]) -> Result<KeysByOwner> {
    let mut owners: HashMap<_, Owner> = HashMap::new();
    for Ready { row, .. } in ready {
        let id = row.customer_id.uuid();
        let kind = KeyOwnerKind::Customer;
        owners.insert(id, Owner { kind, id });
    }
    let owners: Vec<_> = owners.into_values().collect();
    let (db, class) = (&ctx.app.db, DataClass::Preference);
    ctx.vault()
        .ensure(db, ctx.scope(), &owners, class, ctx.now())
        .await
}

/// Records it, and encrypts what is personal.
fn closed(
    tx: &mut Tx,
    row: preference::Model,
    new: &NewPreference,
    key: &DataKey,
) -> Result<preference::Model> {
    let fields = Fields::new()
        .with_some("brand", row.brand_id.map(|id| id.to_string()))
        .with_some("purpose", row.purpose.clone())
        .with_some("scope", row.scope.map(OptOutScope::as_str))
        .with_some("channel", row.channel.map(ContactChannel::as_str))
        .with("status", row.status.as_str())
        .with("at", row.at.to_string())
        .with_some("expiresAt", row.expires_at.map(|at| at.to_string()))
        .with("method", row.method.as_str())
        .with_some("source", row.source.clone())
        .with_some("noticeVersion", row.notice_version.clone())
        .with_some("textDigest", row.text_digest.clone())
        .with_text("ip", new.ip.as_ref())
        .with_text("userAgent", new.user_agent.as_ref())
        .with_text("note", new.note.as_ref());
    let event_id = tx.record(Event {
        kind: EventType::PreferenceRecorded,
        log: Log::Main,
        object: row.id.to_string(),
        customer: Some(row.customer_id),
        key,
        fields,
    })?;
    let close = |column, text: Option<&Personal>| {
        let place = Place::of(row.controller_id, column, row.id.uuid());
        text.map(|text| key.close(place, text.expose())).transpose()
    };
    Ok(preference::Model {
        ip: close(store::IP, new.ip.as_ref())?,
        user_agent: close(store::USER_AGENT, new.user_agent.as_ref())?,
        note: close(store::NOTE, new.note.as_ref())?,
        key_id: key.id(),
        event_id,
        ..row
    })
}
