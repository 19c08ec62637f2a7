//! For which addresses something that was said counts, as digests that outlast whoever had them.

use std::collections::HashSet;
use std::sync::Arc;

use entity::enums::{ContactChannel, IdentifierKind, PreferenceStatus};
use entity::id::{ContactKeyId, ControllerId, CustomerId};
use entity::{contact_key, preference_address};

use super::record::Ready;
use crate::context::Ctx;
use crate::customers::service::{self as customers, Address, Addresses};
use crate::error::{Error, Result};
use crate::platform::personal::Personal;
use crate::platform::random;
use crate::preferences::{rules, store};
use crate::vault::{ContactKey, Place};

/// An address as a caller gives it.
#[derive(Debug, Clone)]
pub(crate) enum NewAddress {
    /// An e-mail address.
    Email(Personal),
    /// A telephone number, international.
    Phone(Personal),
}

impl NewAddress {
    /// The address in its one spelling; `field` names its input in errors.
    ///
    /// # Errors
    /// Invalid.
    pub(super) fn normal(&self, field: &str) -> Result<Address> {
        match self {
            Self::Email(value) => Address::email(value, &format!("{field}.email")),
            Self::Phone(value) => Address::phone(value, None, &format!("{field}.phone")),
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the key of its cell is gone")]
struct NoKey;

/// The contact keys of controllers, opened.
#[derive(Debug, Clone)]
pub(crate) struct ContactKeys(moka::sync::Cache<ControllerId, Arc<ContactKey>>);

impl Default for ContactKeys {
    fn default() -> Self {
        Self(moka::sync::Cache::new(1_000))
    }
}

/// The controller's contact key, if it has one: without it nothing was ever said of an address.
pub(super) async fn known_key(ctx: &Ctx) -> Result<Option<Arc<ContactKey>>> {
    let keys = ctx.app.parts.get::<ContactKeys>();
    if let Some(key) = keys.and_then(|keys| keys.0.get(&ctx.controller())) {
        return Ok(Some(key));
    }
    let Some(row) = store::contact_key(ctx.db(), ctx.scope()).await? else {
        return Ok(None);
    };
    let cells = [row.key_id];
    let cells = ctx.vault().cell_keys(ctx.db(), ctx.scope(), cells).await?;
    let locked = cells.lock(row.key_id, store::SECRET, row.id.uuid(), Some(&row.secret));
    // Without it nobody can tell what was refused.
    let locked = locked.ok_or_else(|| Error::internal("opening the contact key", NoKey))?;
    let key = Arc::new(ContactKey::of(&locked.open()?)?);
    if let Some(keys) = keys {
        keys.0.insert(ctx.controller(), Arc::clone(&key));
    }
    Ok(Some(key))
}

/// The controller's contact key, made where there is none yet. Not to be called inside a transaction.
pub(super) async fn key(ctx: &Ctx) -> Result<Arc<ContactKey>> {
    if let Some(key) = known_key(ctx).await? {
        return Ok(key);
    }
    let cell_key = ctx.controller_key().await?;
    let id = ContactKeyId::from_uuid(random::id());
    let place = Place::of(ctx.controller(), store::SECRET, id.uuid());
    let row = contact_key::Model {
        controller_id: ctx.controller(),
        id,
        key_id: cell_key.id(),
        secret: cell_key.close(place, ContactKey::new_secret()?.expose())?,
        created_at: ctx.now(),
    };
    let tx = ctx.app.housekeeping().await?;
    store::insert_contact_key(tx.connection(), row).await?;
    tx.commit().await?;
    // Read again: another instance may have been first.
    let missing = Error::NotFound {
        what: "contact key",
    };
    known_key(ctx).await?.ok_or(missing)
}

/// Whether a channel goes to this kind of address; letters and the portal reach whoever is known by any.
pub(super) fn fits(address: &Address, channel: Option<ContactChannel>) -> bool {
    use ContactChannel::{AutomatedCall, Email, InApp, Phone, Post, Sms};
    match channel {
        Some(Email) => address.kind == IdentifierKind::Email,
        Some(Sms | Phone | AutomatedCall) => address.kind == IdentifierKind::Phone,
        Some(Post | InApp) | None => true,
    }
}

/// Makes sure that an address is one that the channel goes to.
///
/// # Errors
/// Invalid.
pub(super) fn check_fits(address: &Address, channel: Option<ContactChannel>) -> Result<()> {
    if fits(address, channel) {
        return Ok(());
    }
    let problem = "is not one for this kind of address: EMAIL goes to an e-mail address, SMS and calls to a number";
    Err(Error::invalid("channel", problem))
}

/// The digest of an address.
pub(super) fn digest(key: &ContactKey, address: &Address) -> Vec<u8> {
    key.digest(address.kind.as_str(), &address.normal)
}

/// The addresses that some of what is about to be recorded counts for. What forbids counts for every address of the
/// customer, those that ended among them; a consent for those that are known to be the customer's, so that nobody lifts
/// what was said of an address by writing it into an account; what was said of an address counts for that one.
pub(super) async fn counted_for(
    ctx: &Ctx,
    ready: &[Ready],
) -> Result<Vec<preference_address::Model>> {
    let of_address = |one: &Ready| one.address.is_some() || !one.digests.is_empty();
    let forbids = |one: &Ready| rules::forbids(one.row.status);
    let key = if ready.iter().any(|one| of_address(one) || forbids(one)) {
        Some(key(ctx).await?)
    } else {
        // Where nobody ever forbade anything, there is nothing that a consent could lift.
        known_key(ctx).await?
    };
    let Some(key) = key else {
        return Ok(Vec::new());
    };
    let counts = |one: &&Ready| forbids(one) || one.row.status == PreferenceStatus::Given;
    let customers = ready.iter().filter(counts);
    let customers: HashSet<CustomerId> = customers.filter_map(|one| one.row.customer_id).collect();
    let customers: Vec<_> = customers.into_iter().collect();
    let known = customers::addresses(ctx, &customers).await?;
    let mut found = Vec::new();
    for one in ready {
        let own = one.address.iter().map(|address| digest(&key, address));
        let own = own.chain(one.digests.iter().cloned());
        let customer = one.row.customer_id.filter(|_| counts(&one));
        let known = customer.and_then(|customer| known.get(&customer));
        let known = known.map(Addresses::as_ref).transpose();
        let known = known.map_err(Error::clone)?.into_iter().flatten();
        let known = known.filter(|reached| {
            fits(&reached.address, one.row.channel) && (forbids(one) || reached.is_verified)
        });
        let known = known.map(|reached| digest(&key, &reached.address));
        let digests: HashSet<_> = own.chain(known).collect();
        found.extend(digests.into_iter().map(|digest| preference_address::Model {
            controller_id: ctx.controller(),
            digest,
            preference_id: one.row.id,
        }));
    }
    Ok(found)
}
