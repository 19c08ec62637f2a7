//! Terms that the controller has promised beyond the law: as data, each with where it is promised.

use std::collections::HashMap;

use entity::enums::{Action, ClockDuty, EventType, Log, RequestType, TermUnit};
use entity::house_term;
use entity::id::HouseTermId;

use crate::context::{Begun, Ctx, Once, only_id};
use crate::error::{Error, Result};
use crate::ledger::{Event, Fields};
use crate::platform::page::{Page, PageRequest};
use crate::platform::personal::check_length;
use crate::platform::words::joined;
use crate::platform::{place, random};
use crate::requests::rules::calendar::Length;
use crate::requests::rules::regimes::{self, Term};
use crate::requests::store;

/// How many terms may be promised at the same time: every request that is opened is compared with all of them.
const MOST_TERMS: usize = 100;
/// How many places a term may name.
const MOST_PLACES: usize = 100;
/// Longest source, in characters.
const LONGEST_SOURCE: usize = 500;
/// The longest term, in its unit.
const LONGEST_TERM: i32 = 366;
/// What names all countries of the European Economic Area.
const EEA: &str = "EEA";

/// A term to be promised.
#[derive(Debug, Clone)]
pub(crate) struct NewHouseTerm {
    /// What is owed.
    pub(crate) duty: ClockDuty,
    /// For which types of requests; for all, when empty.
    pub(crate) types: Vec<RequestType>,
    /// For residents of which places; for all, when empty.
    pub(crate) residences: Vec<String>,
    /// How long it may take.
    pub(crate) length: (i32, TermUnit),
    /// How long at the most, where it can be extended.
    pub(crate) extends_to: Option<(i32, TermUnit)>,
    /// Whether a last day on which nobody works makes way for the next.
    pub(crate) rolls: bool,
    /// Whether it may stand still.
    pub(crate) pauses: bool,
    /// Where it is promised.
    pub(crate) source: String,
}

impl NewHouseTerm {
    fn check(&self) -> Result<()> {
        check_length("source", &self.source, LONGEST_SOURCE)?;
        if self.residences.len() > MOST_PLACES {
            return Err(Error::invalid("residences", "must have at most 100 items"));
        }
        for (n, name) in self.residences.iter().enumerate() {
            if name != EEA && !place::is_place(name) {
                let problem = format!("{}, or EEA", place::EXPECTED);
                return Err(Error::invalid(format!("residences[{n}]"), problem));
            }
        }
        let lengths = [
            Some(("length", self.length)),
            self.extends_to.map(|to| ("extendsTo", to)),
        ];
        for (field, (count, _)) in lengths.into_iter().flatten() {
            if !(1..=LONGEST_TERM).contains(&count) {
                return Err(Error::invalid(field, "must be 1 to 366"));
            }
        }
        if self.duty == ClockDuty::Acknowledge && (self.extends_to.is_some() || self.pauses) {
            let problem = "is said of a term to answer in only";
            return Err(Error::invalid("extendsTo", problem));
        }
        Ok(())
    }
}

/// Promises a term: requests that are opened from now on have a clock for it, beside those of the law.
///
/// # Errors
/// Forbidden; Invalid.
pub(crate) async fn add_house_term(
    ctx: &Ctx,
    new: NewHouseTerm,
    once: Once,
) -> Result<HouseTermId> {
    ctx.authorize(Action::UpdateController)?;
    if let Some(ids) = ctx.done_before(&once).await? {
        return only_id(&ids, "house term");
    }
    new.check()?;
    let id = HouseTermId::from_uuid(random::id());
    let key = ctx.controller_key().await?;
    let mut tx = match ctx.begin_once(&once, &[id.to_string()]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(ids) => return only_id(&ids, "house term"),
    };
    let known = store::house_terms(tx.db(), tx.scope()).await?;
    if known.len() >= MOST_TERMS {
        return Err(Error::invalid(
            "input",
            "is one too many: 100 terms are promised",
        ));
    }
    let types = joined(new.types.iter().map(|of| of.as_str()));
    let residences = joined(new.residences.iter().map(String::as_str));
    let event_id = tx.record(Event {
        kind: EventType::HouseTermAdded,
        log: Log::Main,
        object: id.to_string(),
        customer: None,
        key: &key,
        fields: Fields::new()
            .with("duty", new.duty.as_str())
            .with("types", types.as_str())
            .with("residences", residences.as_str())
            .with("length", new.length.0)
            .with("unit", new.length.1.as_str())
            .with_some("extendedLength", new.extends_to.map(|to| to.0))
            .with_some("extendedUnit", new.extends_to.map(|to| to.1.as_str()))
            .with("rolls", new.rolls)
            .with("pauses", new.pauses)
            .with("source", new.source.as_str()),
    })?;
    let row = house_term::Model {
        controller_id: ctx.controller(),
        id,
        duty: new.duty,
        types,
        residences,
        length: new.length.0,
        unit: new.length.1,
        extended_length: new.extends_to.map(|to| to.0),
        extended_unit: new.extends_to.map(|to| to.1),
        rolls: new.rolls,
        pauses: new.pauses,
        source: new.source,
        recorded_at: ctx.now(),
        ended_at: None,
        version: 1,
        event_id,
    };
    store::insert_house_term(tx.db(), row).await?;
    tx.commit().await?;
    Ok(id)
}

/// Ends a term: requests that are open keep their clocks.
///
/// # Errors
/// Forbidden; `NotFound`; Conflict for one that has ended.
pub(crate) async fn end_house_term(ctx: &Ctx, id: HouseTermId, once: Once) -> Result<HouseTermId> {
    ctx.authorize(Action::UpdateController)?;
    if let Some(ids) = ctx.done_before(&once).await? {
        return only_id(&ids, "house term");
    }
    let key = ctx.controller_key().await?;
    let mut tx = match ctx.begin_once(&once, &[id.to_string()]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(ids) => return only_id(&ids, "house term"),
    };
    let before = store::lock_house_term(tx.db(), tx.scope(), id).await?;
    if before.ended_at.is_some() {
        return Err(Error::Conflict("the term has ended already"));
    }
    let event_id = tx.record(Event {
        kind: EventType::HouseTermEnded,
        log: Log::Main,
        object: id.to_string(),
        customer: None,
        key: &key,
        fields: Fields::new().with("source", before.source.as_str()),
    })?;
    let after = house_term::Model {
        ended_at: Some(ctx.now()),
        version: before.version + 1,
        event_id,
        ..before
    };
    store::update_house_term(tx.db(), tx.scope(), after).await?;
    tx.commit().await?;
    Ok(id)
}

/// A page of terms, those that have ended too, in the order in which they were promised.
///
/// # Errors
/// Forbidden; Invalid for a page that cannot be given.
pub(crate) async fn house_terms(ctx: &Ctx, page: PageRequest) -> Result<Page<house_term::Model>> {
    ctx.authorize(Action::ReadRequests)?;
    let page = page.check("houseTerms")?;
    store::page_of_house_terms(ctx.db(), ctx.scope(), &page).await
}

/// Terms by id.
///
/// # Errors
/// Forbidden.
pub(crate) async fn house_terms_by_id(
    ctx: &Ctx,
    ids: &[HouseTermId],
) -> Result<HashMap<HouseTermId, house_term::Model>> {
    ctx.authorize(Action::ReadRequests)?;
    let rows = store::house_terms_by_id(ctx.db(), ctx.scope(), ids).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// What the house promised to people who live at a place.
#[derive(Debug, Default)]
pub(super) struct Promised(Vec<house_term::Model>);

impl Promised {
    /// What is promised now.
    pub(super) async fn load(ctx: &Ctx, residence: Option<&str>) -> Result<Self> {
        let mut rows = store::house_terms(ctx.db(), ctx.scope()).await?;
        rows.retain(|row| regimes::is_among(residence, &row.residences));
        Ok(Self(rows))
    }

    /// What is promised for a type of request.
    pub(super) fn of(&self, kind: RequestType) -> Vec<Term> {
        let names = |row: &&house_term::Model| {
            let mut types = row.types.split_whitespace().peekable();
            types.peek().is_none() || types.any(|of| of == kind.as_str())
        };
        self.0.iter().filter(names).map(term).collect()
    }
}

fn term(row: &house_term::Model) -> Term {
    let length = |count: i32, unit: TermUnit| Length {
        count: u32::try_from(count).unwrap_or_default(),
        unit,
    };
    let most = row.extended_length.zip(row.extended_unit);
    let lengths = (
        length(row.length, row.unit),
        most.map(|(count, unit)| length(count, unit)),
    );
    let source = row.source.clone();
    regimes::promise(row.duty, lengths, (row.rolls, row.pauses), source)
}
