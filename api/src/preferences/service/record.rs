//! Recording what persons said.

use entity::enums::{
    Action, ContactChannel, ErrorPolicy, OptOutScope, PreferenceMethod, PreferenceStatus,
};
use entity::id::{BrandId, CustomerId, DataKeyId, EventId, PreferenceId};
use entity::preference;
use entity::time::Timestamp;

use super::address::{self, NewAddress};
use super::gate::Whom;
use super::write::write;
use crate::context::{Ctx, Once, each_replayed, result_of};
use crate::customers::service::{Address, Owner};
use crate::customers::{self, Lookup, Match};
use crate::data_map::Tree;
use crate::error::{Error, Result};
use crate::platform::personal::{Personal, check_length, check_text, is_sha256};
use crate::platform::random;
use crate::preferences::rules;
use crate::vault::normalise;

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

/// Who said something.
#[derive(Debug, Clone)]
pub(crate) enum Who {
    /// A customer.
    Customer(Lookup),
    /// Whoever has an address.
    Address(NewAddress),
    /// Whoever has a link that was made for a customer, or for addresses of which the digests are known.
    Link(Option<CustomerId>, Vec<Vec<u8>>),
}

impl From<Whom> for Who {
    fn from(whom: Whom) -> Self {
        match whom {
            Whom::Customer(customer) => Self::Customer(customer),
            Whom::Address(address) => Self::Address(address),
        }
    }
}

/// Something that a person said.
#[derive(Debug, Clone)]
pub(crate) struct NewPreference {
    /// Who, or of which address.
    pub(crate) who: Who,
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

impl NewPreference {
    /// What somebody said now, without any evidence.
    pub(super) fn of(
        who: Who,
        about: About,
        status: PreferenceStatus,
        method: PreferenceMethod,
    ) -> Self {
        Self {
            who,
            brand: None,
            about,
            channel: None,
            status,
            at: None,
            expires_at: None,
            method,
            source: None,
            notice_version: None,
            text_digest: None,
            ip: None,
            user_agent: None,
            note: None,
        }
    }
}

/// What became of one item.
pub(crate) type Recorded = Result<PreferenceId>;

/// Something that can be recorded but for what is encrypted: the row lacks its key, its event and its cells.
pub(super) struct Ready {
    pub(super) row: preference::Model,
    pub(super) new: NewPreference,
    /// Of which address it was said.
    pub(super) address: Option<Address>,
    /// Of which addresses it was said, where only their digests are known.
    pub(super) digests: Vec<Vec<u8>>,
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
    if items.is_empty() || items.len() > rules::MOST_AT_ONCE {
        return Err(Error::invalid("preferences", "must have 1 to 500 items"));
    }
    let name = |number: usize, error: Error| error.at(&format!("preferences[{number}]"));
    record_all(ctx, items, policy, once, name).await
}

pub(super) async fn record_all(
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
            Ok(said) => {
                outcome.push(Ok(said.row.id));
                ready.push(said);
            }
            Err(error) if policy == ErrorPolicy::RejectAll => return Err(name(number, error)),
            Err(error) => outcome.push(Err(name(number, error))),
        }
    }
    if ready.is_empty() {
        return Ok(outcome);
    }
    let results: Vec<_> = outcome.iter().map(result_of).collect();
    let earlier = write(ctx, ready, &results, &once).await?;
    Ok(earlier.map_or(outcome, |results| each_replayed(&results)))
}

/// Checks items, each by itself and against what is on record, in one statement for each kind of question.
pub(super) async fn check(
    ctx: &Ctx,
    items: Vec<Result<NewPreference>>,
) -> Result<Vec<Result<Ready>>> {
    let speakers = speakers(ctx, &items).await?;
    let mut brands: Vec<_> = items.iter().flatten().filter_map(|new| new.brand).collect();
    brands.sort_unstable();
    brands.dedup();
    let brands = customers::service::existing_brands(ctx, &brands).await?;
    let checked = items.into_iter().zip(speakers).map(|(item, speaker)| {
        let new = item?;
        let Speaker {
            customer,
            address,
            digests,
        } = speaker?;
        if new.brand.is_some_and(|brand| !brands.contains(&brand)) {
            return Err(Error::NotFound { what: "brand" }.at("brandId"));
        }
        if let Some(address) = &address {
            address::check_fits(address, new.channel)?;
        }
        let row = row_of(ctx, customer, &new)?;
        Ok(Ready {
            row,
            new,
            address,
            digests,
        })
    });
    Ok(checked.collect())
}

/// Who said something: a customer, or of an address somebody who may be none.
#[derive(Default)]
struct Speaker {
    customer: Option<CustomerId>,
    address: Option<Address>,
    digests: Vec<Vec<u8>>,
}

/// Who said each of some things. An address that leads to one customer speaks for that customer as well, but for what
/// nobody said.
async fn speakers(ctx: &Ctx, items: &[Result<NewPreference>]) -> Result<Vec<Result<Speaker>>> {
    let now = ctx.now();
    let (mut lookups, mut asked) = (Vec::new(), Vec::new());
    for new in items.iter().flatten() {
        match &new.who {
            Who::Customer(lookup) => lookups.push((lookup.clone(), now)),
            Who::Link(Some(customer), _) => lookups.push((Lookup::Id(*customer), now)),
            Who::Address(address) => asked.push(address.normal("address")),
            Who::Link(None, _) => {}
        }
    }
    let lookups: Vec<_> = lookups.iter().map(|(lookup, at)| (lookup, *at)).collect();
    let found = customers::service::resolve_each(ctx, &lookups, |_| "customer".to_owned()).await?;
    let addresses: Vec<_> = asked.iter().flatten().collect();
    let owners = customers::service::owners(ctx, &addresses).await?;
    let (mut found, mut owners) = (found.into_iter(), owners.into_iter());
    let mut asked = asked.into_iter();
    let mut next = || found.next().unwrap_or(Ok(Match::Nobody));
    let speakers = items.iter().map(|item| {
        // An item with an error of its own says nothing.
        let Ok(new) = item else {
            return Ok(Speaker::default());
        };
        let mut speaker = Speaker::default();
        match &new.who {
            Who::Customer(_) => {
                let customer = next()?.sole().map_err(|error| error.at("customer"))?;
                speaker.customer = Some(customer);
            }
            Who::Link(customer, digests) => {
                speaker.digests.clone_from(digests);
                if customer.is_some() {
                    speaker.customer = next()?.sole().ok();
                }
            }
            Who::Address(_) => {
                speaker.address = asked.next().transpose()?;
                let owners = match speaker.address {
                    Some(_) => owners.next().unwrap_or_default(),
                    None => Vec::new(),
                };
                if let [one] = owners.as_slice()
                    && is_of_owner(new.status, one)
                {
                    speaker.customer = Some(one.person.root);
                }
            }
        }
        Ok(speaker)
    });
    Ok(speakers.collect())
}

/// Whether what was said of an address was said by who alone has it: that nothing arrives nobody said, and nobody
/// consents for a customer by writing an address into their account.
fn is_of_owner(status: PreferenceStatus, owner: &Owner) -> bool {
    match status {
        PreferenceStatus::Unreachable => false,
        PreferenceStatus::Given => owner.is_verified,
        _ => true,
    }
}

/// The row of something that was said, as far as it is not encrypted.
fn row_of(
    ctx: &Ctx,
    customer: Option<CustomerId>,
    new: &NewPreference,
) -> Result<preference::Model> {
    let (purpose, scope) = match &new.about {
        About::Purpose(key) => (Some(Tree::Use.checked(key, "purpose")?.to_owned()), None),
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
