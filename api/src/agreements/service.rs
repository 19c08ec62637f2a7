//! Use cases over instruments: adding, ending, reading.

use std::collections::HashMap;

use entity::date::Date;
use entity::enums::{
    Action, AgreementKind, EventType, Log, TransferDerogation, TransferMechanismKind,
    TransferScheme, ValidityState,
};
use entity::id::{EventId, InstrumentId, RecipientId};
use entity::instrument;
use uuid::Uuid;

use super::{rules, store};
use crate::context::{Begun, Ctx, Once, Tx, only_id};
use crate::error::{Error, Result};
use crate::ledger::{Event, Fields};
use crate::platform::page::{Page, PageRequest};
use crate::platform::personal::check_length;
use crate::platform::random;
use crate::recipients;

/// How many agreements and mechanisms of one recipient there may be: they are shown whole.
const MOST: u64 = 100;
/// Longest reference, in characters.
const LONGEST_REFERENCE: usize = 200;
/// How far ahead ends are looked for, in days.
const MOST_DAYS: u32 = 3_660;

/// An agreement, or a transfer mechanism.
#[derive(Debug, Clone)]
pub(crate) struct Instrument {
    /// Its row.
    pub(crate) row: instrument::Model,
}

impl Instrument {
    /// Whether it counts on a day.
    pub(crate) fn state(&self, on: Date) -> ValidityState {
        rules::state(&self.row, on)
    }

    /// Since when its scheme counts no more, and who said so.
    pub(crate) fn invalidation(&self) -> Option<(Date, &'static str)> {
        rules::invalidation(self.row.scheme?)
    }
}

/// What an instrument is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Sort {
    /// An agreement.
    Agreement(AgreementKind),
    /// What allows that data leaves the EEA.
    Mechanism {
        /// Which.
        kind: TransferMechanismKind,
        /// The framework that it rests on.
        scheme: Option<TransferScheme>,
        /// The exception that it rests on.
        derogation: Option<TransferDerogation>,
    },
}

/// An instrument to be added.
#[derive(Debug, Clone)]
pub(crate) struct NewInstrument {
    /// With whom.
    pub(crate) recipient: RecipientId,
    /// What.
    pub(crate) sort: Sort,
    /// Its first day.
    pub(crate) valid_from: Option<Date>,
    /// Its last day.
    pub(crate) valid_until: Option<Date>,
    /// Where the document is.
    pub(crate) reference: Option<String>,
}

impl NewInstrument {
    fn check(&self) -> Result<()> {
        if rules::is_backwards(self.valid_from, self.valid_until) {
            return Err(Error::invalid("validUntil", "comes before validFrom"));
        }
        if let Some(reference) = &self.reference {
            check_length("reference", reference.trim(), LONGEST_REFERENCE)?;
            if reference.contains(char::is_control) {
                return Err(Error::invalid("reference", "must be one line"));
            }
        }
        if let Sort::Mechanism {
            kind,
            scheme,
            derogation,
        } = self.sort
        {
            rules::check_mechanism(kind, scheme.is_some(), derogation.is_some())
                .map_err(|(field, problem)| Error::invalid(field, problem))?;
        }
        Ok(())
    }

    fn row(self, ctx: &Ctx) -> instrument::Model {
        let (agreement, mechanism, scheme, derogation) = match self.sort {
            Sort::Agreement(kind) => (Some(kind), None, None, None),
            Sort::Mechanism {
                kind,
                scheme,
                derogation,
            } => (None, Some(kind), scheme, derogation),
        };
        instrument::Model {
            controller_id: ctx.controller(),
            id: InstrumentId::from_uuid(random::id()),
            recipient_id: self.recipient,
            agreement,
            mechanism,
            scheme,
            derogation,
            valid_from: self.valid_from,
            valid_until: self.valid_until,
            ends_on: self.valid_until,
            ended_at: None,
            reference: self.reference.map(|text| text.trim().to_owned()),
            recorded_at: ctx.now(),
            integration_id: ctx.actor.integration,
            version: 1,
            event_id: EventId::from_uuid(Uuid::nil()),
        }
    }
}

/// Adds an agreement with a recipient, or what allows that data goes to it.
///
/// # Errors
/// Forbidden; Invalid; `NotFound` for the recipient.
pub(crate) async fn add(ctx: &Ctx, new: NewInstrument, once: Once) -> Result<InstrumentId> {
    ctx.authorize(Action::RecordAgreements)?;
    new.check()?;
    let row = new.row(ctx);
    let key = ctx.controller_key().await?;
    let id = row.id;
    let mut tx = match ctx.begin_once(&once, &[id.to_string()]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(ids) => return only_id(&ids, "instrument"),
    };
    recipients::service::lock_in(&tx, row.recipient_id)
        .await
        .map_err(|error| error.at("recipientId"))?;
    if store::count_of(tx.db(), tx.scope(), row.recipient_id).await? >= MOST {
        let problem = "has 100 agreements and transfer mechanisms, and no place for more";
        return Err(Error::invalid("recipientId", problem));
    }
    let day = |day: Option<Date>| day.map(|day| day.to_string());
    let event_id = tx.record(Event {
        kind: EventType::InstrumentAdded,
        log: Log::Main,
        object: id.to_string(),
        customer: None,
        key: &key,
        fields: Fields::new()
            .with("recipient", row.recipient_id.to_string())
            .with_some("agreement", row.agreement.map(AgreementKind::as_str))
            .with_some(
                "mechanism",
                row.mechanism.map(TransferMechanismKind::as_str),
            )
            .with_some("scheme", row.scheme.map(TransferScheme::as_str))
            .with_some("derogation", row.derogation.map(TransferDerogation::as_str))
            .with_some("validFrom", day(row.valid_from))
            .with_some("validUntil", day(row.valid_until))
            .with_some("reference", row.reference.as_deref()),
    })?;
    store::insert(tx.db(), instrument::Model { event_id, ..row }).await?;
    tx.commit().await?;
    Ok(id)
}

/// The end of an instrument.
#[derive(Debug, Clone, Copy)]
pub(crate) struct End {
    /// Which one.
    pub(crate) id: InstrumentId,
    /// Whether it is an agreement.
    pub(crate) is_agreement: bool,
    /// Its last day.
    pub(crate) on: Date,
}

/// Says on which day an instrument ends, before it would of itself. Said again, the last word counts.
///
/// # Errors
/// Forbidden; `NotFound`; Invalid for a day that is before its first or after the one that was agreed.
pub(crate) async fn end(ctx: &Ctx, end: End, once: Once) -> Result<InstrumentId> {
    ctx.authorize(Action::RecordAgreements)?;
    let key = ctx.controller_key().await?;
    let mut tx = match ctx.begin_once(&once, &[end.id.to_string()]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(ids) => return only_id(&ids, "instrument"),
    };
    let what = if end.is_agreement {
        "agreement"
    } else {
        "transfer mechanism"
    };
    let missing = Error::NotFound { what };
    let row = store::lock(tx.db(), tx.scope(), end.id, missing).await?;
    if row.agreement.is_some() != end.is_agreement {
        return Err(Error::NotFound { what });
    }
    if rules::is_backwards(row.valid_from, Some(end.on)) {
        return Err(Error::invalid("endsOn", "comes before its first day"));
    }
    if rules::is_backwards(Some(end.on), row.valid_until) {
        let problem = "comes after the last day that was agreed: add what was agreed since";
        return Err(Error::invalid("endsOn", problem));
    }
    if row.ends_on == Some(end.on) {
        // There is nothing to record, and nothing to replay.
        tx.rollback().await?;
        return Ok(end.id);
    }
    let event_id = tx.record(Event {
        kind: EventType::InstrumentEnded,
        log: Log::Main,
        object: end.id.to_string(),
        customer: None,
        key: &key,
        fields: Fields::new().with("endsOn", end.on.to_string()),
    })?;
    let row = instrument::Model {
        ends_on: Some(end.on),
        ended_at: Some(ctx.now()),
        version: row.version + 1,
        event_id,
        ..row
    };
    store::save_end(tx.db(), tx.scope(), row).await?;
    tx.commit().await?;
    Ok(end.id)
}

/// Instruments by id.
///
/// # Errors
/// Forbidden.
pub(crate) async fn by_ids(
    ctx: &Ctx,
    ids: &[InstrumentId],
) -> Result<HashMap<InstrumentId, Instrument>> {
    ctx.authorize(Action::ReadRecipients)?;
    let rows = store::by_ids(ctx.db(), ctx.scope(), ids).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.id, Instrument { row }))
        .collect())
}

/// All instruments of some recipients.
///
/// # Errors
/// Forbidden.
pub(crate) async fn of_recipients(
    ctx: &Ctx,
    recipients: &[RecipientId],
) -> Result<HashMap<RecipientId, Vec<Instrument>>> {
    ctx.authorize(Action::ReadRecipients)?;
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for row in store::of_recipients(ctx.db(), ctx.scope(), recipients).await? {
        found
            .entry(row.recipient_id)
            .or_default()
            .push(Instrument { row });
    }
    Ok(found)
}

/// A page of agreements that end within so many days from today, by their last day.
///
/// # Errors
/// Forbidden; Invalid for a number of days, or a page, that cannot be given.
pub(crate) async fn expiring(
    ctx: &Ctx,
    days: Option<i32>,
    page: PageRequest,
) -> Result<Page<Instrument>> {
    ctx.authorize(Action::ReadRecipients)?;
    let days = u32::try_from(days.unwrap_or(90)).ok();
    let days = days.filter(|days| *days <= MOST_DAYS);
    let days = days.ok_or_else(|| Error::invalid("withinDays", "must be 0 to 3660"))?;
    let page = page.check(&format!("expiringAgreements {days}"))?;
    let today = Date::of(ctx.now());
    let last = today.plus(0, days).unwrap_or(today);
    let page = store::ending(ctx.db(), ctx.scope(), (today, last), &page).await?;
    Ok(page.map(|row| Instrument { row }))
}

/// An instrument of a recipient, within a change that refers to it.
///
/// # Errors
/// As every statement.
pub(crate) async fn one_in(tx: &Tx, id: InstrumentId) -> Result<Option<Instrument>> {
    let rows = store::by_ids(tx.db(), tx.scope(), &[id]).await?;
    Ok(rows.into_iter().next().map(|row| Instrument { row }))
}
