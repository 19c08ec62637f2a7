//! Judging incidents: where they stand, what they mean, whom they reach.

use entity::enums::{
    Action, ErrorCode, EventType, IncidentCause, IncidentStatus, IncidentType, RiskLevel,
};
use entity::id::{IncidentId, RecipientId};
use entity::incident;
use entity::time::Timestamp;

use super::clocks;
use super::read::row_of;
use super::report::{LONGEST_TEXT, LONGEST_TITLE, log_of};
use super::scope::{self, House, Named, checked_recipients, checked_systems, customers_of};
use crate::context::{Begun, Ctx, Once, Tx, only_id};
use crate::customers::Lookup;
use crate::error::{Error, Result};
use crate::incidents::{rules, store};
use crate::ledger::{Event, Fields};
use crate::platform::patch::Patch;
use crate::platform::personal::{Personal, check_text};
use crate::platform::words::joined;
use crate::vault::{Column, DataKey, ERASED, Place};

/// How many recipients an incident may be about: they are shown whole.
const MOST_RECIPIENTS: usize = 1_000;
/// Longest reason, in characters.
pub(super) const LONGEST_REASON: usize = 2_000;

/// What is different about an incident.
#[derive(Debug, Clone)]
pub(crate) struct Assessment {
    /// Which one.
    pub(crate) incident: IncidentId,
    /// The version that the caller has read.
    pub(crate) expected_version: Option<i32>,
    /// Where it stands now.
    pub(crate) to: Option<IncidentStatus>,
    /// What it means for the persons.
    pub(crate) risk: Option<RiskLevel>,
    /// Whether it is significant.
    pub(crate) significant: Option<bool>,
    /// Whether only those who handle incidents see it.
    pub(crate) confidential: Option<bool>,
    /// What happened.
    pub(crate) facts: Facts,
    /// What else it is about.
    pub(crate) scope: Scoped,
    /// Why.
    pub(crate) reason: Option<Personal>,
}

/// What is different about what happened.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    /// What it is called.
    pub(crate) title: Patch<Personal>,
    /// What was breached.
    pub(crate) kinds: Option<Vec<IncidentType>>,
    /// What happened to data.
    pub(crate) cause: Patch<IncidentCause>,
    /// What happened, in words.
    pub(crate) description: Patch<Personal>,
    /// What comes of it.
    pub(crate) consequences: Patch<Personal>,
    /// What is done about it.
    pub(crate) measures: Patch<Personal>,
    /// When it began.
    pub(crate) began_at: Patch<Timestamp>,
    /// When it ended.
    pub(crate) ended_at: Patch<Timestamp>,
    /// When it was detected.
    pub(crate) detected_at: Patch<Timestamp>,
    /// When the controller became aware of it.
    pub(crate) aware_at: Patch<Timestamp>,
    /// How many persons are affected.
    pub(crate) persons: Patch<i64>,
    /// How many records are affected.
    pub(crate) records: Patch<i64>,
}

/// What else an incident is about: nothing is taken out again.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scoped {
    /// Names of systems.
    pub(crate) systems: Vec<String>,
    /// Recipients.
    pub(crate) recipients: Vec<RecipientId>,
    /// Customers.
    pub(crate) customers: Vec<Lookup>,
    /// Customers, as controllers of what they host.
    pub(crate) controllers: Vec<Lookup>,
    /// Keys of data categories.
    pub(crate) categories: Vec<String>,
}

/// The same, checked.
struct Added {
    systems: Vec<String>,
    recipients: Vec<RecipientId>,
    named: Named,
    categories: Vec<&'static str>,
}

impl Added {
    async fn of(ctx: &Ctx, scoped: &Scoped) -> Result<Self> {
        Ok(Self {
            systems: checked_systems(ctx, &scoped.systems, "addSystems").await?,
            recipients: checked_recipients(ctx, &scoped.recipients, "addRecipientIds").await?,
            named: Named {
                subjects: customers_of(ctx, &scoped.customers, "addCustomers").await?,
                controllers: customers_of(ctx, &scoped.controllers, "addControllers").await?,
            },
            categories: scope::checked_categories(&scoped.categories)
                .map_err(|error| error.at("addCategories"))?,
        })
    }
}

/// Writes down what is known of an incident now. When it is confirmed, it is written down who is affected, and clocks run.
///
/// # Errors
/// Forbidden; Invalid; `NotFound` and Ambiguous for what is named; Conflict for another version; Refused
/// (`TRANSITION_NOT_ALLOWED`).
pub(crate) async fn assess(ctx: &Ctx, change: Assessment, once: Once) -> Result<IncidentId> {
    ctx.authorize(Action::HandleIncidents)?;
    if let Some(ids) = ctx.done_before(&once).await? {
        return only_id(&ids, "incident");
    }
    change.check()?;
    let id = change.incident;
    let key_id = row_of(ctx, id).await?.key_id;
    let added = Added::of(ctx, &change.scope).await?;
    let house = House::load(ctx).await?;
    let mut keys = ctx.vault().keys(ctx.db(), ctx.scope(), [key_id]).await?;
    let key = keys.remove(&key_id).ok_or(ERASED)?;
    let mut tx = match ctx.begin_once(&once, &[id.to_string()]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(ids) => return only_id(&ids, "incident"),
    };
    let before = store::lock(tx.db(), tx.scope(), id).await?;
    if change
        .expected_version
        .is_some_and(|expected| expected != before.version)
    {
        return Err(Error::Conflict(
            "the incident was changed since: read it again",
        ));
    }
    if let Some(reason) = change.refusal(&tx, &before).await? {
        tx.rollback().await?;
        return Err(refused(ctx, &before, reason).await);
    }
    let after = change.applied(ctx, &key, &before, &added)?;
    scope::check_times(ctx, &after)?;
    let after = spread(ctx, &tx, &house, (&before, after), &added).await?;
    let kept = clocks::keep(ctx, &tx, &house, after).await?;
    if change.reason.is_none()
        && let Some(problem) = rules::loosened(&kept.before, &kept.clocks, ctx.now())
    {
        return Err(Error::invalid("reason", problem));
    }
    let after = kept.row;
    if after.status == IncidentStatus::Closed && after.next_due_at.is_some() {
        tx.rollback().await?;
        let reason = "somebody is still to be told: record it, or say that it is not needed";
        return Err(refused(ctx, &before, reason).await);
    }
    let event_id = tx.record(Event {
        kind: EventType::IncidentAssessed,
        log: log_of(&after),
        object: id.to_string(),
        customer: None,
        key: &key,
        fields: change.told(scope::facts(&after), &added),
    })?;
    store::save(tx.db(), incident::Model { event_id, ..after }).await?;
    tx.commit().await?;
    Ok(id)
}

/// Writes down what else an incident is about, and whom that leads to once it happened.
async fn spread(
    ctx: &Ctx,
    tx: &Tx,
    house: &House,
    (before, row): (&incident::Model, incident::Model),
    added: &Added,
) -> Result<incident::Model> {
    let (db, scope, now) = (tx.db(), tx.scope(), ctx.now());
    let known = store::recipients_of(db, scope, &[row.id]).await?;
    let mut recipients = known.into_values().next().unwrap_or_default();
    let new = added.recipients.iter().copied();
    let new: Vec<_> = new.filter(|id| !recipients.contains(id)).collect();
    if recipients.len() + new.len() > MOST_RECIPIENTS {
        let problem = "are too many: an incident is about 1000 recipients at the most";
        return Err(Error::invalid("addRecipientIds", problem));
    }
    store::insert_recipients(db, scope, row.id, &new).await?;
    let mut more = added.named.write(tx, &row, now).await?;
    if rules::is_nothing(row.status) {
        store::withdraw(db, scope, row.id, now).await?;
    }
    if row.frozen_at.is_some() {
        // Who was not there when it was confirmed, is not affected by what was known then.
        let known: Vec<_> = before.systems.split_whitespace().collect();
        let systems = row.systems.split_whitespace();
        let systems: Vec<_> = systems.filter(|name| !known.contains(name)).collect();
        more |= house.freeze_more(tx, &row, (&systems, &new), now).await?;
        if more && !rules::is_nothing(row.status) {
            store::plan_again(db, scope, row.id).await?;
        }
        return Ok(row);
    }
    if !rules::happened(row.status) {
        return Ok(row);
    }
    recipients.extend(new);
    house.freeze(tx, &row, &recipients, now).await?;
    Ok(incident::Model {
        frozen_at: Some(now),
        ..row
    })
}

/// Says that a rule said no. Of an incident that is kept from view, nothing is recorded where everybody reads.
pub(super) async fn refused(ctx: &Ctx, row: &incident::Model, reason: &'static str) -> Error {
    let (code, reason) = (ErrorCode::TransitionNotAllowed, reason.to_owned());
    if row.confidential {
        return Error::Refused { code, reason };
    }
    ctx.refuse(code, reason, row.id.to_string()).await
}

impl Assessment {
    fn check(&self) -> Result<()> {
        let facts = &self.facts;
        if let Patch::Set(title) = &facts.title {
            check_text("title", Some(title), LONGEST_TITLE)?;
        }
        for (field, text) in [
            ("description", &facts.description),
            ("consequences", &facts.consequences),
            ("measures", &facts.measures),
        ] {
            if let Patch::Set(text) = text {
                check_text(field, Some(text), LONGEST_TEXT)?;
            }
        }
        check_text("reason", self.reason.as_ref(), LONGEST_REASON)?;
        for (field, count) in [
            ("personsEstimated", facts.persons),
            ("recordsEstimated", facts.records),
        ] {
            if matches!(count, Patch::Set(count) if count < 0) {
                return Err(Error::invalid(field, "must not be less than 0"));
            }
        }
        if self.to.is_some_and(rules::is_nothing) && self.reason.is_none() {
            return Err(Error::invalid("reason", "must say why nobody need be told"));
        }
        Ok(())
    }

    /// Why the incident cannot change so.
    async fn refusal(&self, tx: &Tx, row: &incident::Model) -> Result<Option<&'static str>> {
        let steps = rules::steps_from(row.status);
        if self
            .to
            .is_some_and(|to| to != row.status && !steps.contains(&to))
        {
            return Ok(Some(
                "it cannot go there from where it stands: see allowedTransitions",
            ));
        }
        let reopens = self.to == Some(IncidentStatus::Confirmed) && rules::is_over(row.status);
        if reopens && self.reason.is_none() {
            return Ok(Some("it is over: say why it goes on"));
        }
        let risk = self.risk.unwrap_or(row.risk);
        if self.to == Some(IncidentStatus::Closed) && risk == RiskLevel::Unknown {
            return Ok(Some(
                "nobody has said what it means for the persons: judge the risk",
            ));
        }
        if self.confidential == Some(true) && !row.confidential {
            let said = store::notifications_of(tx.db(), tx.scope(), &[row.id]).await?;
            if said.iter().any(|said| said.system.is_some()) {
                return Ok(Some(
                    "customers are being told of it: it cannot be kept from view",
                ));
            }
        }
        Ok(None)
    }

    fn applied(
        &self,
        ctx: &Ctx,
        key: &DataKey,
        before: &incident::Model,
        added: &Added,
    ) -> Result<incident::Model> {
        let facts = &self.facts;
        let cell = |column: Column, text: &Patch<Personal>, cell: Option<Vec<u8>>| {
            let place = Place::of(ctx.controller(), column, before.id.uuid());
            match text {
                Patch::Keep => Ok(cell),
                Patch::Clear => Ok(None),
                Patch::Set(text) => key.close(place, text.expose()).map(Some),
            }
        };
        let title = facts.title.clone().required("title")?;
        let title = title.map_or(Patch::Keep, Patch::Set);
        let status = self.to.unwrap_or(before.status);
        let moved = status != before.status;
        let aware = facts.aware_at.apply(before.aware_at);
        let happened = rules::happened(status);
        if happened && aware.is_none() && before.aware_at.is_some() {
            return Err(Error::invalid(
                "awareAt",
                "must be known once it is confirmed",
            ));
        }
        let more =
            |known: &str, new: &[&str]| joined(known.split_whitespace().chain(new.iter().copied()));
        let systems: Vec<_> = added.systems.iter().map(String::as_str).collect();
        let reason = self.reason.clone().map_or(Patch::Keep, Patch::Set);
        let kinds = facts.kinds.as_ref().map(|kinds| scope::kinds_text(kinds));
        Ok(incident::Model {
            status,
            status_at: if moved { ctx.now() } else { before.status_at },
            kinds: kinds.unwrap_or_else(|| before.kinds.clone()),
            cause: facts.cause.apply(before.cause),
            risk: self.risk.unwrap_or(before.risk),
            significant: self.significant.unwrap_or(before.significant),
            confidential: self.confidential.unwrap_or(before.confidential),
            systems: more(&before.systems, &systems),
            categories: more(&before.categories, &added.categories),
            began_at: facts.began_at.apply(before.began_at),
            ended_at: facts.ended_at.apply(before.ended_at),
            detected_at: facts.detected_at.apply(before.detected_at),
            aware_at: aware.or(happened.then(|| ctx.now())),
            closed_at: match (rules::is_over(status), moved) {
                (true, true) => Some(ctx.now()),
                (true, false) => before.closed_at,
                (false, _) => None,
            },
            persons: facts.persons.apply(before.persons),
            records: facts.records.apply(before.records),
            title: cell(store::TITLE, &title, Some(before.title.clone()))?
                .unwrap_or_else(|| before.title.clone()),
            description: cell(
                store::DESCRIPTION,
                &facts.description,
                before.description.clone(),
            )?,
            consequences: cell(
                store::CONSEQUENCES,
                &facts.consequences,
                before.consequences.clone(),
            )?,
            measures: cell(store::MEASURES, &facts.measures, before.measures.clone())?,
            last_reason: cell(store::LAST_REASON, &reason, before.last_reason.clone())?,
            version: before.version + 1,
            ..before.clone()
        })
    }

    /// What an event says of it.
    fn told(&self, fields: Fields, added: &Added) -> Fields {
        let set = |text: &Patch<Personal>| match text {
            Patch::Set(text) => Some(text.clone()),
            Patch::Keep | Patch::Clear => None,
        };
        let facts = &self.facts;
        fields
            .with_some("recipients", scope::texts(&added.recipients))
            .with_some("customers", scope::texts(&added.named.subjects))
            .with_some("controllers", scope::texts(&added.named.controllers))
            .with_text("title", set(&facts.title).as_ref())
            .with_text("description", set(&facts.description).as_ref())
            .with_text("consequences", set(&facts.consequences).as_ref())
            .with_text("measures", set(&facts.measures).as_ref())
            .with_text("reason", self.reason.as_ref())
    }
}
