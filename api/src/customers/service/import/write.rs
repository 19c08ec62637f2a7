//! Writing an import down: one lock, and one statement of each kind for all items.

use std::collections::HashMap;

use entity::enums::{ErrorPolicy, IdentifierKind, ImportOutcome};
use entity::id::{BrandId, CustomerId, IdentifierId};
use entity::{customer, data_key};

use super::check::{Ready, Said};
use super::{Imported, replayed, result_of};
use crate::context::{Begun, Ctx, Once, Tx};
use crate::customers::rules;
use crate::customers::service::identifiers::{self, Built, Normal};
use crate::customers::service::profile::Profiles;
use crate::customers::service::register::{Newcomer, Parts};
use crate::customers::service::update::Changed;
use crate::customers::store::{self, Known};
use crate::error::{Error, Result};
use crate::vault;

/// Writes down what is ready.
///
/// # Errors
/// Conflict when something was changed since it was looked up; under `RejectAll`, the error of the first item that
/// cannot be imported.
pub(super) async fn write(
    ctx: &Ctx,
    mut profiles: Profiles,
    ready: Vec<Result<Ready>>,
    policy: ErrorPolicy,
    once: &Once,
) -> Result<Vec<Result<Imported>>> {
    let mut tx = match ctx.begin_once(once, &[]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(results) => return Ok(replayed(&results)),
    };
    profiles.hold(ctx, &tx).await?;
    let mut writer = Writer::new(ctx, &tx, profiles).await?;
    let mut outcome = Vec::new();
    for item in ready {
        let imported = match item {
            Ok(Ready::New(newcomer)) => Ok(writer.register(&mut tx, *newcomer)?),
            Ok(Ready::Known(said)) => writer.change(&mut tx, *said)?,
            Err(error) => Err(error),
        };
        match imported {
            Err(error) if policy == ErrorPolicy::RejectAll => return Err(error),
            imported => outcome.push(imported),
        }
    }
    if writer.is_idle() {
        // All of it was known: there is nothing to record, and nothing to replay.
        tx.rollback().await?;
        return Ok(outcome);
    }
    writer.finish(&tx).await?;
    tx.answer_with(&outcome.iter().map(result_of).collect::<Vec<_>>())
        .await?;
    tx.commit().await?;
    Ok(outcome)
}

/// Gathers what is to be written.
struct Writer<'a> {
    ctx: &'a Ctx,
    profiles: Profiles,
    known: HashMap<CustomerId, Vec<Known>>,
    brands: HashMap<CustomerId, BrandId>,
    keys: Vec<data_key::Model>,
    rows: Vec<customer::Model>,
    served: Vec<(CustomerId, Option<BrandId>)>,
    added: Vec<Built>,
    ended: Vec<IdentifierId>,
}

impl<'a> Writer<'a> {
    async fn new(ctx: &'a Ctx, tx: &Tx, profiles: Profiles) -> Result<Self> {
        let customers = profiles.customers();
        Ok(Self {
            ctx,
            known: store::known_to(tx.db(), tx.scope(), &customers).await?,
            brands: store::brands_of(tx.db(), tx.scope(), &customers).await?,
            profiles,
            keys: Vec::new(),
            rows: Vec::new(),
            served: Vec::new(),
            added: Vec::new(),
            ended: Vec::new(),
        })
    }

    fn is_idle(&self) -> bool {
        self.rows.is_empty() && self.added.is_empty() && self.ended.is_empty()
    }

    fn register(&mut self, tx: &mut Tx, newcomer: Newcomer) -> Result<Imported> {
        newcomer.record(tx)?;
        let Parts {
            key,
            row,
            brand,
            identifiers,
        } = newcomer.into_parts();
        let customer = row.id;
        self.keys.push(key);
        self.rows.push(row);
        self.served.extend(brand);
        self.added.extend(identifiers);
        Ok(Imported {
            customer,
            outcome: ImportOutcome::Created,
        })
    }

    /// The inner result is that of the item, the outer one that of all.
    fn change(&mut self, tx: &mut Tx, said: Said) -> Result<Result<Imported>> {
        let customer = said.customer;
        let known = self.known.remove(&customer).unwrap_or_default();
        let mut live: Vec<_> = known.iter().collect();
        live.retain(|one| one.row.ended_at.is_none());
        if !live.iter().any(|one| is(one, &said.primary)) {
            return Err(Error::Conflict("this external id was ended meanwhile"));
        }
        let ended = self.superseded(&live, &said);
        let (row, key) = (self.profiles.row(customer)?, self.profiles.key(customer)?);
        let brand = self.brands.get(&customer).copied();
        let changed = Changed::of(row.clone(), brand, key, &said.changes)?;
        let place = said.place.clone();
        let added = missing(said, &live);
        if known.len() + added.len() > rules::MOST_IDENTIFIERS {
            let error = identifiers::too_many_identifiers();
            return Ok(Err(error.at(&place)));
        }
        let differs = changed.is_some() || !added.is_empty() || !ended.is_empty();
        for normal in added {
            let built = Built::new(self.ctx, customer, key, normal)?;
            built.record_added(tx, key)?;
            self.added.push(built);
        }
        for one in ended {
            identifiers::record_ended(tx, &one.row, self.ctx.now(), key)?;
            self.ended.push(one.row.id);
        }
        if let Some(changed) = changed {
            tx.record(changed.event(key))?;
            self.served.extend(changed.served);
            self.rows.push(changed.row);
        }
        let outcome = if differs {
            ImportOutcome::Updated
        } else {
            ImportOutcome::Unchanged
        };
        Ok(Ok(Imported { customer, outcome }))
    }

    /// What this integration recorded earlier and does not say any more.
    fn superseded<'k>(&self, live: &[&'k Known], said: &Said) -> Vec<&'k Known> {
        let own = self.ctx.actor.integration;
        let gone = |one: &Known| {
            let of_kind = match one.row.kind {
                IdentifierKind::Email => said.emails.as_ref(),
                IdentifierKind::Phone => said.phones.as_ref(),
                IdentifierKind::ExternalId => None,
            };
            of_kind.is_some_and(|said| !said.iter().any(|normal| is(one, normal)))
        };
        live.iter()
            .copied()
            .filter(|one| own.is_some() && one.row.integration_id == own && gone(one))
            .collect()
    }

    async fn finish(self, tx: &Tx) -> Result<()> {
        if !self.keys.is_empty() {
            vault::insert_keys(tx.inner(), self.keys).await?;
        }
        store::save(tx.db(), self.rows).await?;
        store::set_brands(tx.db(), tx.scope(), &self.served).await?;
        store::end(tx.db(), tx.scope(), &self.ended, self.ctx.now()).await?;
        identifiers::insert_in(tx, self.added).await
    }
}

/// What is said and not on record.
fn missing(said: Said, live: &[&Known]) -> Vec<Normal> {
    let contacts = said.emails.into_iter().chain(said.phones).flatten();
    let mut all: Vec<_> = said.external_ids.into_iter().chain(contacts).collect();
    all.retain(|normal| !live.iter().any(|one| is(one, normal)));
    all
}

/// Whether an identifier on record is what is said.
fn is(known: &Known, said: &Normal) -> bool {
    known.row.kind == said.kind() && said.values().any(|value| known.values.contains(value))
}
