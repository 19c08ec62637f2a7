//! Flows: declaring that data goes from one place to another, and that it does not any more.

use entity::data_flow;
use entity::date::Date;
use entity::enums::{
    Action, DataMapNodeKind, DisclosureFrequency, EventType, LegalBasis, Log, ProcessingRole,
};
use entity::id::{DataFlowId, EventId, InstrumentId, RecipientId, SystemId};
use uuid::Uuid;

use crate::agreements;
use crate::context::{Begun, Ctx, Once, Tx, only_id};
use crate::data_map::{Tree, store};
use crate::error::{Error, Result};
use crate::ledger::{Event, Fields};
use crate::platform::random;
use crate::recipients;
use crate::vault::DataKey;

/// How many flows there may be, with those that have ended: maps show all that count.
const MOST_FLOWS: u64 = 20_000;
/// How many categories and subjects a flow may name.
const MOST_KEYS: usize = 100;

/// A place on the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Node {
    /// The persons themselves.
    Customer,
    /// A system.
    System(SystemId),
    /// A recipient.
    Recipient(RecipientId),
}

impl Node {
    /// What it is.
    pub(crate) fn kind(self) -> DataMapNodeKind {
        match self {
            Self::Customer => DataMapNodeKind::Customer,
            Self::System(_) => DataMapNodeKind::System,
            Self::Recipient(_) => DataMapNodeKind::Recipient,
        }
    }
}

/// Where a flow goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// To a system.
    System(SystemId),
    /// To a recipient.
    Recipient(RecipientId),
}

/// A flow to be declared.
#[derive(Debug, Clone)]
pub(crate) struct NewFlow {
    /// The system that it comes from; none where it comes from the persons themselves.
    pub(crate) from: Option<SystemId>,
    /// To where.
    pub(crate) to: Target,
    /// Keys of the data categories.
    pub(crate) categories: Vec<String>,
    /// Keys of the data subjects.
    pub(crate) subjects: Vec<String>,
    /// Key of the data use.
    pub(crate) purpose: String,
    /// What it rests on.
    pub(crate) legal_basis: Option<LegalBasis>,
    /// For whom the data is processed.
    pub(crate) our_role: ProcessingRole,
    /// How often it goes.
    pub(crate) frequency: Option<DisclosureFrequency>,
    /// The agreement that covers it.
    pub(crate) agreement: Option<InstrumentId>,
    /// What allows that it leaves the EEA.
    pub(crate) mechanism: Option<InstrumentId>,
    /// Its first day; today, when absent.
    pub(crate) valid_from: Option<Date>,
    /// Its last day.
    pub(crate) valid_until: Option<Date>,
    /// The flow in whose place it comes.
    pub(crate) replaces: Option<DataFlowId>,
}

impl NewFlow {
    fn checked(self, ctx: &Ctx) -> Result<data_flow::Model> {
        for (field, keys) in [
            ("categories", &self.categories),
            ("subjects", &self.subjects),
        ] {
            if !(1..=MOST_KEYS).contains(&keys.len()) {
                return Err(Error::invalid(field, "must have 1 to 100 items"));
            }
        }
        let (to_system, to_recipient) = match self.to {
            Target::System(id) => (Some(id), None),
            Target::Recipient(id) => (None, Some(id)),
        };
        if self.from.is_some() && self.from == to_system {
            return Err(Error::invalid("to", "is where it comes from"));
        }
        let valid_from = self.valid_from.unwrap_or_else(|| Date::of(ctx.now()));
        if self.valid_until.is_some_and(|until| until < valid_from) {
            return Err(Error::invalid("validUntil", "comes before validFrom"));
        }
        Ok(data_flow::Model {
            controller_id: ctx.controller(),
            id: DataFlowId::from_uuid(random::id()),
            from_system: self.from,
            to_system,
            to_recipient,
            categories: Tree::Category
                .checked_all(&self.categories, "categories")?
                .join(" "),
            subjects: Tree::Subject
                .checked_all(&self.subjects, "subjects")?
                .join(" "),
            purpose: Tree::Use.checked(&self.purpose, "purpose")?.to_owned(),
            legal_basis: self.legal_basis,
            our_role: self.our_role,
            frequency: self.frequency,
            agreement_id: self.agreement,
            mechanism_id: self.mechanism,
            valid_from,
            valid_until: self.valid_until,
            replaces: self.replaces,
            recorded_at: ctx.now(),
            integration_id: ctx.actor.integration,
            version: 1,
            event_id: EventId::from_uuid(Uuid::nil()),
        })
    }
}

/// Declares that data goes from one place to another. What is declared already, word for word, is not declared again.
///
/// # Errors
/// Forbidden; Invalid; `NotFound` for what is named.
pub(crate) async fn declare(ctx: &Ctx, new: NewFlow, once: Once) -> Result<DataFlowId> {
    ctx.authorize(Action::DeclareDataFlows)?;
    if let Some(ids) = ctx.done_before(&once).await? {
        return only_id(&ids, "data flow");
    }
    let is_dated = new.valid_from.is_some();
    let row = new.checked(ctx)?;
    let key = ctx.controller_key().await?;
    let mut tx = match ctx.begin_once(&once, &[]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(ids) => return only_id(&ids, "data flow"),
    };
    let host = check_places(&tx, &row).await?;
    check_instruments(&tx, &row, host).await?;
    let ends = (row.to_system, row.to_recipient);
    let known = store::flows_between(tx.db(), tx.scope(), row.from_system, ends).await?;
    if let Some(same) = known.iter().find(|known| is_same(known, &row, is_dated)) {
        tx.rollback().await?;
        return Ok(same.id);
    }
    if store::count_flows(tx.db(), tx.scope()).await? >= MOST_FLOWS {
        return Err(Error::invalid(
            "to",
            "cannot be declared: there are 20000 flows",
        ));
    }
    if let Some(replaced) = row.replaces {
        make_way(&mut tx, &key, replaced, row.valid_from).await?;
    }
    let event_id = tx.record(Event {
        kind: EventType::DataFlowDeclared,
        log: Log::Main,
        object: row.id.to_string(),
        customer: None,
        key: &key,
        fields: fields_of(&row),
    })?;
    let id = row.id;
    tx.answer_with(&[id.to_string()]).await?;
    store::insert_flow(tx.db(), data_flow::Model { event_id, ..row }).await?;
    tx.commit().await?;
    Ok(id)
}

/// Whether a flow that is known says the same as a new one: from the same day on, or, where no day was said, today. That it
/// was retired since does not make it another.
fn is_same(known: &data_flow::Model, new: &data_flow::Model, is_dated: bool) -> bool {
    let today = new.valid_from;
    let counts = known.valid_from <= today && known.valid_until.is_none_or(|until| today <= until);
    if !is_dated && !counts {
        return false;
    }
    let said = data_flow::Model {
        id: new.id,
        valid_from: if is_dated { known.valid_from } else { today },
        valid_until: new.valid_until,
        recorded_at: new.recorded_at,
        integration_id: new.integration_id,
        version: new.version,
        event_id: new.event_id,
        ..known.clone()
    };
    said == *new
}

/// Makes sure that the places of a flow are there; gives the recipient that runs the system it goes to.
async fn check_places(tx: &Tx, row: &data_flow::Model) -> Result<Option<RecipientId>> {
    let mut ids: Vec<_> = row.from_system.into_iter().chain(row.to_system).collect();
    ids.sort_unstable();
    // Others who declare the same wait, and nobody else comes to run the system meanwhile.
    let mut host = None;
    for id in ids {
        let is_target = row.to_system == Some(id);
        let field = if is_target { "to" } else { "from" };
        let found = store::lock(tx.db(), tx.scope(), id).await;
        let found = found.map_err(|error| error.at(field))?;
        if is_target {
            host = found.host_id;
        }
    }
    if let Some(id) = row.to_recipient {
        let found = recipients::service::lock_in(tx, id).await;
        found.map_err(|error| error.at("to"))?;
    }
    Ok(host)
}

/// Makes sure that the agreement and the mechanism of a flow are with whom it goes to, or with whom runs the system.
async fn check_instruments(
    tx: &Tx,
    row: &data_flow::Model,
    host: Option<RecipientId>,
) -> Result<()> {
    let with = row.to_recipient.or(host);
    for (field, what, id, is_agreement) in [
        ("agreementId", "agreement", row.agreement_id, true),
        (
            "transferMechanismId",
            "transfer mechanism",
            row.mechanism_id,
            false,
        ),
    ] {
        let Some(id) = id else { continue };
        let found = agreements::service::one_in(tx, id).await?;
        let found = found.filter(|found| found.row.agreement.is_some() == is_agreement);
        let found = found.ok_or_else(|| Error::NotFound { what }.at(field))?;
        if Some(found.row.recipient_id) != with {
            return Err(Error::invalid(
                field,
                "is with somebody else than whom data goes to",
            ));
        }
    }
    Ok(())
}

/// Ends a flow on the day before another takes its place.
async fn make_way(tx: &mut Tx, key: &DataKey, replaced: DataFlowId, from: Date) -> Result<()> {
    let before = store::lock_flow(tx.db(), tx.scope(), replaced).await;
    let before = before.map_err(|error| error.at("replaces"))?;
    if from < before.valid_from {
        let problem = "comes before the first day of the flow that it replaces";
        return Err(Error::invalid("validFrom", problem));
    }
    if store::successor(tx.db(), tx.scope(), replaced)
        .await?
        .is_some()
    {
        let problem = "was replaced already: name the flow that took its place";
        return Err(Error::invalid("replaces", problem));
    }
    let last = Date::from_number(from.number() - 1).unwrap_or(from);
    if before.valid_until.is_some_and(|until| until <= last) {
        // It has ended before.
        return Ok(());
    }
    end_on(tx, key, before, last).await
}

async fn end_on(tx: &mut Tx, key: &DataKey, row: data_flow::Model, last: Date) -> Result<()> {
    let event_id = tx.record(Event {
        kind: EventType::DataFlowRetired,
        log: Log::Main,
        object: row.id.to_string(),
        customer: None,
        key,
        fields: Fields::new().with("validUntil", last.to_string()),
    })?;
    let row = data_flow::Model {
        valid_until: Some(last),
        version: row.version + 1,
        event_id,
        ..row
    };
    store::save_end(tx.db(), tx.scope(), row).await
}

/// The end of a flow.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Retirement {
    /// Which one.
    pub(crate) id: DataFlowId,
    /// Its last day; today, when absent.
    pub(crate) on: Option<Date>,
}

/// Says on which day a flow ends; the day before its first says that it never was. Said again, the last word counts.
///
/// # Errors
/// Forbidden; `NotFound`; Invalid for an earlier day, and for one on which another flow has taken its place.
pub(crate) async fn retire(ctx: &Ctx, end: Retirement, once: Once) -> Result<DataFlowId> {
    ctx.authorize(Action::DeclareDataFlows)?;
    let last = end.on.unwrap_or_else(|| Date::of(ctx.now()));
    let key = ctx.controller_key().await?;
    let mut tx = match ctx.begin_once(&once, &[end.id.to_string()]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(ids) => return only_id(&ids, "data flow"),
    };
    let row = store::lock_flow(tx.db(), tx.scope(), end.id).await?;
    if last.number() < row.valid_from.number() - 1 {
        return Err(Error::invalid("on", "comes before its first day"));
    }
    let next = store::successor(tx.db(), tx.scope(), row.id).await?;
    if next.is_some_and(|next| next.valid_from <= last) {
        let problem = "comes after the day from which on another flow has taken its place";
        return Err(Error::invalid("on", problem));
    }
    if row.valid_until == Some(last) {
        // There is nothing to record, and nothing to replay.
        tx.rollback().await?;
        return Ok(end.id);
    }
    end_on(&mut tx, &key, row, last).await?;
    tx.commit().await?;
    Ok(end.id)
}

fn fields_of(row: &data_flow::Model) -> Fields {
    let from = row.from_system.map(|id| id.to_string());
    let to = row.to_system.map(|id| id.to_string());
    let to = to.or_else(|| row.to_recipient.map(|id| id.to_string()));
    Fields::new()
        .with_some("from", from)
        .with_some("to", to)
        .with("categories", row.categories.as_str())
        .with("subjects", row.subjects.as_str())
        .with("purpose", row.purpose.as_str())
        .with_some("legalBasis", row.legal_basis.map(LegalBasis::as_str))
        .with("ourRole", row.our_role.as_str())
        .with_some("frequency", row.frequency.map(DisclosureFrequency::as_str))
        .with_some("agreement", row.agreement_id.map(|id| id.to_string()))
        .with_some(
            "transferMechanism",
            row.mechanism_id.map(|id| id.to_string()),
        )
        .with("validFrom", row.valid_from.to_string())
        .with_some("validUntil", row.valid_until.map(|day| day.to_string()))
        .with_some("replaces", row.replaces.map(|id| id.to_string()))
}
