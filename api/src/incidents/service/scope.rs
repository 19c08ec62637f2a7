//! What an incident is about, and whom that leads to.

use std::collections::BTreeSet;

use entity::enums::{Action, IncidentCause, IncidentType, NotificationTarget, ProcessingRole};
use entity::id::{CustomerId, RecipientId};
use entity::incident;
use entity::time::Timestamp;

use crate::auth;
use crate::context::{Ctx, Tx};
use crate::customers::{self, Lookup};
use crate::data_map::{self, Tree, service::System};
use crate::error::{Error, Result};
use crate::incidents::store::{self, Reach};
use crate::ledger::Fields;
use crate::platform::words::joined;
use crate::recipients;
use crate::vault::normalise;

/// How many systems, recipients and data categories an incident may be about.
const MOST_NAMED: usize = 100;
/// How many customers one call may name.
const MOST_CUSTOMERS: usize = 500;

fn check_count(field: &str, count: usize, most: usize) -> Result<()> {
    if count <= most {
        return Ok(());
    }
    Err(Error::invalid(
        field,
        format!("must have at most {most} items"),
    ))
}

/// Names of registered systems in their one spelling, each once.
pub(super) async fn checked_systems(
    ctx: &Ctx,
    names: &[String],
    field: &str,
) -> Result<Vec<String>> {
    check_count(field, names.len(), MOST_NAMED)?;
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let known = data_map::service::all(ctx).await?;
    let mut found = BTreeSet::new();
    for (n, name) in names.iter().enumerate() {
        let place = format!("{field}[{n}]");
        let name = normalise::external_system(name)
            .map_err(|expected| Error::invalid(&place, expected.to_string()))?;
        if !known.iter().any(|system| system.row.name == name) {
            let problem = "is not registered: see registerSystem";
            return Err(Error::invalid(place, problem));
        }
        found.insert(name);
    }
    Ok(found.into_iter().collect())
}

/// Recipients that are registered, each once.
pub(super) async fn checked_recipients(
    ctx: &Ctx,
    ids: &[RecipientId],
    field: &str,
) -> Result<Vec<RecipientId>> {
    check_count(field, ids.len(), MOST_NAMED)?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    // Who got data of whom is what an incident at a recipient tells.
    ctx.authorize(Action::ReadDisclosures)?;
    let found = recipients::service::by_ids(ctx, ids).await?;
    for (n, id) in ids.iter().enumerate() {
        if !found.contains_key(id) {
            let missing = Error::NotFound { what: "recipient" };
            return Err(missing.at(&format!("{field}[{n}]")));
        }
    }
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// The customers that look-ups lead to, each once; where one was merged, the one that stands for it.
pub(super) async fn customers_of(
    ctx: &Ctx,
    lookups: &[Lookup],
    field: &str,
) -> Result<Vec<CustomerId>> {
    check_count(field, lookups.len(), MOST_CUSTOMERS)?;
    if lookups.is_empty() {
        return Ok(Vec::new());
    }
    let now = ctx.now();
    let asked: Vec<_> = lookups.iter().map(|lookup| (lookup, now)).collect();
    let found = customers::service::resolve(ctx, &asked, |n| format!("{field}[{n}]")).await?;
    let mut ids = Vec::new();
    for (n, found) in found.into_iter().enumerate() {
        let id = found.sole();
        ids.push(id.map_err(|error| error.at(&format!("{field}[{n}]")))?);
    }
    let roots = customers::service::roots(ctx, &ids).await?;
    let mut ids: Vec<_> = ids
        .into_iter()
        .map(|id| roots.get(&id).copied().unwrap_or(id))
        .collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// Keys of data categories that are known.
pub(super) fn checked_categories(keys: &[String]) -> Result<Vec<&'static str>> {
    check_count("categories", keys.len(), MOST_NAMED)?;
    Tree::Category.checked_all(keys, "categories")
}

/// What was breached, in one order.
pub(super) fn kinds_text(kinds: &[IncidentType]) -> String {
    joined(kinds.iter().map(|kind| kind.as_str()))
}

/// Ids as texts; nothing, where there are none.
pub(super) fn texts<T: ToString>(ids: &[T]) -> Option<Vec<String>> {
    (!ids.is_empty()).then(|| ids.iter().map(ToString::to_string).collect())
}

/// Checks when things happened.
pub(super) fn check_times(ctx: &Ctx, row: &incident::Model) -> Result<()> {
    for (field, at) in [
        ("beganAt", row.began_at),
        ("endedAt", row.ended_at),
        ("detectedAt", row.detected_at),
        ("awareAt", row.aware_at),
    ] {
        if let Some(at) = at {
            ctx.not_in_future(field, at)?;
        }
    }
    let before = |one: Option<Timestamp>| {
        row.began_at
            .zip(one)
            .is_some_and(|(began, one)| one < began)
    };
    for (field, at) in [
        ("endedAt", row.ended_at),
        ("detectedAt", row.detected_at),
        ("awareAt", row.aware_at),
    ] {
        if before(at) {
            return Err(Error::invalid(field, "lies before beganAt"));
        }
    }
    Ok(())
}

/// What an event says of an incident.
pub(super) fn facts(row: &incident::Model) -> Fields {
    let at = |at: Option<Timestamp>| at.map(|at| at.to_string());
    Fields::new()
        .with("status", row.status.as_str())
        .with("kinds", row.kinds.as_str())
        .with_some("cause", row.cause.map(IncidentCause::as_str))
        .with("risk", row.risk.as_str())
        .with("significant", row.significant)
        .with("confidential", row.confidential)
        .with_some("disclosure", row.disclosure_id.map(|id| id.to_string()))
        .with("systems", row.systems.as_str())
        .with("categories", row.categories.as_str())
        .with_some("beganAt", at(row.began_at))
        .with_some("endedAt", at(row.ended_at))
        .with_some("detectedAt", at(row.detected_at))
        .with_some("awareAt", at(row.aware_at))
        .with_some("personsEstimated", row.persons)
        .with_some("recordsEstimated", row.records)
}

/// Where persons are looked for, or controllers of what they host, by systems.
pub(super) fn reach_of<'a>(
    systems: impl Iterator<Item = &'a System>,
    target: NotificationTarget,
) -> Reach {
    let role = match target {
        NotificationTarget::Controller => ProcessingRole::Processor,
        _ => ProcessingRole::Controller,
    };
    let mut reach = Reach {
        clients: target == NotificationTarget::Controller,
        ..Reach::default()
    };
    for system in systems.filter(|system| system.our_roles().contains(&role)) {
        reach.systems.push(system.row.name.clone());
        reach.kinds.extend(system.known_by());
    }
    reach.kinds.sort_unstable();
    reach.kinds.dedup();
    reach
}

/// What does not belong to an incident, and that its affected and its clocks follow from: read before a change begins.
pub(super) struct House {
    systems: Vec<System>,
    /// Where the controller is established.
    pub(super) establishment: Option<String>,
}

impl House {
    pub(super) async fn load(ctx: &Ctx) -> Result<Self> {
        let controller = auth::service::controller_of(ctx).await?;
        Ok(Self {
            systems: data_map::service::all(ctx).await?,
            establishment: controller.and_then(|own| own.establishment),
        })
    }

    /// Where those are looked for who are affected by an incident: by all that it is about.
    pub(super) fn reach(
        &self,
        row: &incident::Model,
        recipients: &[RecipientId],
        target: NotificationTarget,
    ) -> Reach {
        let systems: Vec<_> = row.systems.split_whitespace().collect();
        let reach = self.reach_by(&systems, recipients, target);
        Reach {
            disclosure: row
                .disclosure_id
                .filter(|_| target == NotificationTarget::Subject),
            named: Some((row.id, target)),
            ..reach
        }
    }

    /// The same by some systems and recipients alone: by those systems, too, that these recipients run.
    pub(super) fn reach_by(
        &self,
        names: &[&str],
        recipients: &[RecipientId],
        target: NotificationTarget,
    ) -> Reach {
        let systems = self.systems.iter().filter(|system| {
            let host = system.row.host_id;
            let is_hosted = host.is_some_and(|host| recipients.contains(&host));
            is_hosted || names.contains(&system.row.name.as_str())
        });
        let reach = reach_of(systems, target);
        match target {
            NotificationTarget::Controller => reach,
            _ => Reach {
                recipients: recipients.to_vec(),
                ..reach
            },
        }
    }

    /// Writes down who is affected by an incident when it is confirmed.
    pub(super) async fn freeze(
        &self,
        tx: &Tx,
        row: &incident::Model,
        recipients: &[RecipientId],
        now: Timestamp,
    ) -> Result<()> {
        let reach = |target| self.reach(row, recipients, target);
        write_down(tx, row, reach, now).await?;
        Ok(())
    }

    /// Writes down whom systems and recipients lead to that an incident turned out to be about later, beside those who are
    /// written down already; tells whether there was anybody.
    pub(super) async fn freeze_more(
        &self,
        tx: &Tx,
        row: &incident::Model,
        (systems, recipients): (&[&str], &[RecipientId]),
        now: Timestamp,
    ) -> Result<bool> {
        let reach = |target| self.reach_by(systems, recipients, target);
        write_down(tx, row, reach, now).await
    }
}

/// Writes down who is affected, as persons and as controllers of what they host, beside those who are written down already;
/// tells whether there was anybody new.
async fn write_down(
    tx: &Tx,
    row: &incident::Model,
    reach: impl Fn(NotificationTarget) -> Reach,
    now: Timestamp,
) -> Result<bool> {
    let mut more = false;
    for target in [NotificationTarget::Subject, NotificationTarget::Controller] {
        let reach = (target, &reach(target));
        more |= store::freeze(tx.db(), tx.scope(), row.id, reach, now).await?;
    }
    Ok(more)
}

/// Customers who were named: as persons, and as controllers of what they host.
#[derive(Debug, Clone, Default)]
pub(super) struct Named {
    /// As persons.
    pub(super) subjects: Vec<CustomerId>,
    /// As controllers.
    pub(super) controllers: Vec<CustomerId>,
}

impl Named {
    /// Writes them down; tells whether there was anybody new.
    pub(super) async fn write(
        &self,
        tx: &Tx,
        row: &incident::Model,
        now: Timestamp,
    ) -> Result<bool> {
        if self.subjects.is_empty() && self.controllers.is_empty() {
            return Ok(false);
        }
        let reach = |target| Reach {
            customers: match target {
                NotificationTarget::Controller => self.controllers.clone(),
                _ => self.subjects.clone(),
            },
            ..Reach::default()
        };
        write_down(tx, row, reach, now).await
    }
}
