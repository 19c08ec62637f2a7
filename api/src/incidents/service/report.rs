//! Reporting incidents.

use entity::enums::{
    Action, DataClass, DisclosureGround, EventType, IncidentCause, IncidentStatus, IncidentType,
    KeyOwnerKind, Log, RiskLevel, Visibility,
};
use entity::id::{DisclosureId, EventId, IncidentId, RecipientId};
use entity::incident;
use entity::time::Timestamp;
use uuid::Uuid;

use super::scope::{self, Named, checked_recipients, checked_systems, customers_of};
use crate::context::{Begun, Ctx, Once, only_id};
use crate::customers::Lookup;
use crate::data_map::Tree;
use crate::disclosures::{self, service::Disclosure};
use crate::error::{Error, Result};
use crate::incidents::store;
use crate::ledger::Event;
use crate::platform::personal::{Personal, check_text};
use crate::platform::random;
use crate::platform::words::joined;
use crate::vault::{self, DataKey, Owner, Place};

/// Longest title and other texts, in characters.
pub(super) const LONGEST_TITLE: usize = 200;
pub(super) const LONGEST_TEXT: usize = 20_000;

/// An incident to be reported.
#[derive(Debug, Clone)]
pub(crate) struct NewIncident {
    /// What it is called.
    pub(crate) title: Personal,
    /// What was breached; nothing of personal data, when empty.
    pub(crate) kinds: Vec<IncidentType>,
    /// What happened to data.
    pub(crate) cause: Option<IncidentCause>,
    /// What happened.
    pub(crate) description: Option<Personal>,
    /// The disclosure that it was.
    pub(crate) disclosure: Option<DisclosureId>,
    /// Names of the systems that it is about.
    pub(crate) systems: Vec<String>,
    /// The recipients that it is about.
    pub(crate) recipients: Vec<RecipientId>,
    /// Customers who are known to be affected.
    pub(crate) customers: Vec<Lookup>,
    /// Customers who are known to be affected as controllers of what they host.
    pub(crate) controllers: Vec<Lookup>,
    /// Keys of the data categories.
    pub(crate) categories: Vec<String>,
    /// When it began.
    pub(crate) began_at: Option<Timestamp>,
    /// When it ended.
    pub(crate) ended_at: Option<Timestamp>,
    /// When it was detected.
    pub(crate) detected_at: Option<Timestamp>,
    /// Whether only those who handle incidents see it.
    pub(crate) confidential: bool,
}

/// Reports an incident that somebody suspects.
///
/// # Errors
/// Forbidden; Invalid, also for systems that are not registered and for a disclosure that was authorised; `NotFound` and
/// Ambiguous for what is named.
pub(crate) async fn report(ctx: &Ctx, new: NewIncident, once: Once) -> Result<IncidentId> {
    ctx.authorize(Action::ReportIncident)?;
    if let Some(ids) = ctx.done_before(&once).await? {
        return only_id(&ids, "incident");
    }
    check_text("title", Some(&new.title), LONGEST_TITLE)?;
    check_text("description", new.description.as_ref(), LONGEST_TEXT)?;
    let disclosure = disclosed(ctx, new.disclosure).await?;
    let systems = checked_systems(ctx, &new.systems, "systems").await?;
    let recipients = checked_recipients(ctx, &new.recipients, "recipientIds").await?;
    let named = Named {
        subjects: customers_of(ctx, &new.customers, "customers").await?,
        controllers: customers_of(ctx, &new.controllers, "controllers").await?,
    };
    let id = IncidentId::from_uuid(random::id());
    let owner = Owner {
        kind: KeyOwnerKind::Record,
        id: id.uuid(),
    };
    let (key_row, key) =
        ctx.vault()
            .new_key(ctx.controller(), owner, DataClass::Record, ctx.now())?;
    let row = new.row(ctx, (id, &key), &systems, disclosure.as_ref())?;
    scope::check_times(ctx, &row)?;
    let mut tx = match ctx.begin_once(&once, &[id.to_string()]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(ids) => return only_id(&ids, "incident"),
    };
    vault::insert_keys(tx.inner(), vec![key_row]).await?;
    let event_id = tx.record(Event {
        kind: EventType::IncidentReported,
        log: log_of(&row),
        object: id.to_string(),
        customer: None,
        key: &key,
        fields: scope::facts(&row)
            .with_some("recipients", scope::texts(&recipients))
            .with_some("customers", scope::texts(&named.subjects))
            .with_some("controllers", scope::texts(&named.controllers))
            .with_text("title", Some(&new.title))
            .with_text("description", new.description.as_ref()),
    })?;
    let row = incident::Model { event_id, ..row };
    store::insert(tx.db(), row.clone()).await?;
    store::insert_recipients(tx.db(), tx.scope(), id, &recipients).await?;
    named.write(&tx, &row, ctx.now()).await?;
    tx.commit().await?;
    Ok(id)
}

/// The log that the events of an incident enter.
pub(super) fn log_of(row: &incident::Model) -> Log {
    if row.confidential {
        Log::Sealed
    } else {
        Log::Main
    }
}

/// The disclosure that an incident was.
async fn disclosed(ctx: &Ctx, id: Option<DisclosureId>) -> Result<Option<Disclosure>> {
    let Some(id) = id else {
        return Ok(None);
    };
    let found = disclosures::service::by_ids(ctx, &[id]).await?.remove(&id);
    let missing = Error::NotFound { what: "disclosure" }.at("disclosureId");
    let found = found.ok_or(missing)?;
    if found.row.ground != DisclosureGround::Unauthorised {
        let problem = "is of a disclosure on another ground than UNAUTHORISED";
        return Err(Error::invalid("disclosureId", problem));
    }
    // Whoever is told of the incident would be told of it, too.
    if found.row.visibility != Visibility::Open {
        let problem = "is of a disclosure that is sealed: report the incident without it";
        return Err(Error::invalid("disclosureId", problem));
    }
    Ok(Some(found))
}

impl NewIncident {
    /// The row of the incident: what is not said of it, the disclosure that it was says.
    fn row(
        &self,
        ctx: &Ctx,
        (id, key): (IncidentId, &DataKey),
        systems: &[String],
        disclosure: Option<&Disclosure>,
    ) -> Result<incident::Model> {
        let mut kinds = self.kinds.clone();
        let mut categories = scope::checked_categories(&self.categories)?;
        if let Some(disclosure) = disclosure {
            kinds.push(IncidentType::Confidentiality);
            let own = disclosure.row.data_categories.split_whitespace();
            categories.extend(own.filter_map(|key| Tree::Category.check(key).ok()));
        }
        let close = |column, text: &Personal| {
            key.close(
                Place::of(ctx.controller(), column, id.uuid()),
                text.expose(),
            )
        };
        let description = self.description.as_ref();
        let description = description.map(|text| close(store::DESCRIPTION, text));
        let cause = disclosure.map(|_| IncidentCause::UnauthorisedDisclosure);
        Ok(incident::Model {
            controller_id: ctx.controller(),
            id,
            status: IncidentStatus::Suspected,
            status_at: ctx.now(),
            kinds: scope::kinds_text(&kinds),
            cause: self.cause.or(cause),
            risk: RiskLevel::Unknown,
            significant: false,
            confidential: self.confidential,
            disclosure_id: self.disclosure,
            systems: systems.join(" "),
            categories: joined(categories.into_iter()),
            began_at: self
                .began_at
                .or(disclosure.map(|found| found.row.disclosed_at)),
            ended_at: self.ended_at,
            detected_at: self.detected_at,
            aware_at: None,
            recorded_at: ctx.now(),
            frozen_at: None,
            closed_at: None,
            next_due_at: None,
            persons: None,
            records: None,
            key_id: key.id(),
            title: close(store::TITLE, &self.title)?,
            description: description.transpose()?,
            consequences: None,
            measures: None,
            last_reason: None,
            integration_id: ctx.actor.integration,
            version: 1,
            event_id: EventId::from_uuid(Uuid::nil()),
        })
    }
}
