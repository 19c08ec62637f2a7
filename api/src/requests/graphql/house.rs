//! Terms that the controller has promised, in the schema.

use std::collections::HashMap;

use async_graphql::{Context, ID, InputObject, Object};
use entity::enums::{ClockDuty, RequestType, TermUnit};
use entity::house_term;
use entity::id::HouseTermId;
use entity::time::Timestamp;

use crate::context::Ctx;
use crate::error::Result;
use crate::graphql::{
    Batch, Nullable, OnBehalfOfInput, connection, ctx, ctx_for, load, once, payloads, read_back,
};
use crate::ledger::graphql::EventNode;
use crate::platform::page::PageRequest;
use crate::requests::service::{self, NewHouseTerm};

/// A term that the controller has promised, as a caller sees it.
#[derive(Debug, Clone)]
pub(crate) struct HouseTerm(house_term::Model);

/// A term that the controller has promised for requests, beyond the law: the regime `HOUSE`.
#[Object]
impl HouseTerm {
    /// Identity.
    pub(crate) async fn id(&self) -> HouseTermId {
        self.0.id
    }

    /// What is owed.
    async fn duty(&self) -> ClockDuty {
        self.0.duty
    }

    /// For which types of requests; for all, when empty.
    async fn types(&self) -> Vec<RequestType> {
        let types = self.0.types.split_whitespace();
        types.filter_map(RequestType::from_text).collect()
    }

    /// For residents of which places: countries (ISO 3166-1), parts of them (ISO 3166-2), or `EEA`; for all, when empty. At
    /// most 100.
    async fn residences(&self) -> Vec<&str> {
        self.0.residences.split_whitespace().collect()
    }

    /// How many of the unit.
    async fn length(&self) -> i32 {
        self.0.length
    }

    /// In what it is counted.
    async fn unit(&self) -> TermUnit {
        self.0.unit
    }

    /// How many at the most, from the beginning; null where it cannot be extended.
    async fn extended_length(&self) -> Option<i32> {
        self.0.extended_length
    }

    /// In what that is counted.
    async fn extended_unit(&self) -> Option<TermUnit> {
        self.0.extended_unit
    }

    /// Whether a last day that is a Saturday, a Sunday or a public holiday makes way for the next working day.
    async fn rolls(&self) -> bool {
        self.0.rolls
    }

    /// Whether it stands still while it has to be made sure who asks, or what is asked for.
    async fn pauses(&self) -> bool {
        self.0.pauses
    }

    /// Where it is promised.
    async fn source(&self) -> &str {
        &self.0.source
    }

    /// When it was recorded: requests that are opened from then on have it.
    async fn recorded_at(&self) -> Timestamp {
        self.0.recorded_at
    }

    /// When it ended: requests that are opened from then on have it no more. Null while it is promised.
    async fn ended_at(&self) -> Option<Timestamp> {
        self.0.ended_at
    }

    /// The leaf of the last change in the ledger.
    async fn event(&self, context: &Context<'_>) -> Nullable<EventNode> {
        load(context, self.0.event_id).await.transpose()
    }
}

connection! {
    /// A page of terms that the controller has promised.
    HouseTermConnection, HouseTermEdge, HouseTerm
}

impl Batch for HouseTermId {
    type Value = HouseTerm;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, HouseTerm>> {
        let found = service::house_terms_by_id(ctx, keys).await?.into_iter();
        Ok(found.map(|(id, row)| (id, HouseTerm(row))).collect())
    }
}

/// Queries over terms that the controller has promised.
#[derive(Default)]
pub(crate) struct HouseQuery;

#[Object]
impl HouseQuery {
    /// The terms that the controller has promised, those that have ended too, in the order in which they were promised.
    async fn house_terms(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Page size: 1 to 100, 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The page after this cursor of the same list.")] after: Option<String>,
    ) -> Result<HouseTermConnection> {
        let page = service::house_terms(ctx(context)?, PageRequest { first, after }).await?;
        Ok(HouseTermConnection::new(page.map(HouseTerm)))
    }
}

/// How long something may take.
#[derive(InputObject)]
pub(crate) struct TermInput {
    /// How many of the unit: 1 to 366.
    count: i32,
    /// In what it is counted.
    unit: TermUnit,
}

/// A term to be promised.
#[derive(InputObject)]
pub(crate) struct AddHouseTermInput {
    /// What is owed.
    duty: ClockDuty,
    /// For which types of requests; for all, when absent.
    types: Option<Vec<RequestType>>,
    /// For residents of which places: countries (ISO 3166-1), parts of them (ISO 3166-2), or `EEA`. At most 100; for all,
    /// when absent.
    residences: Option<Vec<String>>,
    /// How long it may take.
    length: TermInput,
    /// How long at the most, counted from the same day, when whoever asks is told why in time. When absent, it cannot be
    /// extended.
    extends_to: Option<TermInput>,
    /// Whether a last day that is a Saturday, a Sunday or a public holiday makes way for the next working day; no, when
    /// absent.
    rolls: Option<bool>,
    /// Whether it stands still while it has to be made sure who asks, or what is asked for; no, when absent.
    pauses: Option<bool>,
    /// Where it is promised, such as a section of the privacy notice: 1 to 500 characters. Nothing personal belongs here.
    source: String,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Sent again with the same input, the call answers as before and changes nothing.
    idempotency_key: Option<ID>,
}

/// A term that is promised no more.
#[derive(InputObject)]
pub(crate) struct EndHouseTermInput {
    /// The term.
    term_id: HouseTermId,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Sent again with the same input, the call answers as before and changes nothing.
    idempotency_key: Option<ID>,
}

payloads! {
    /// What `addHouseTerm` answers.
    AddHouseTermPayload {
        /// The term; null when it was added but could not be read.
        term: HouseTerm
    }
    /// What `endHouseTerm` answers.
    EndHouseTermPayload {
        /// The term as it is now; null when it was ended but could not be read.
        term: HouseTerm
    }
}

/// Changes to terms that the controller has promised.
#[derive(Default)]
pub(crate) struct HouseMutation;

#[Object]
impl HouseMutation {
    /// Promises a term for the answers to requests, such as 30 days for residents of the EEA: requests that are opened from
    /// now on have a clock for it, beside those of the law. Where several fit, the one that runs out first counts.
    async fn add_house_term(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The term.")] input: AddHouseTermInput,
    ) -> Result<AddHouseTermPayload> {
        let once = once("addHouseTerm", input.idempotency_key.as_ref(), &input)?;
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let new = NewHouseTerm {
            duty: input.duty,
            types: input.types.unwrap_or_default(),
            residences: input.residences.unwrap_or_default(),
            length: (input.length.count, input.length.unit),
            extends_to: input.extends_to.map(|to| (to.count, to.unit)),
            rolls: input.rolls.unwrap_or_default(),
            pauses: input.pauses.unwrap_or_default(),
            source: input.source,
        };
        let id = service::add_house_term(&ctx, new, once).await?;
        let term = read_back(context, id).await;
        Ok(AddHouseTermPayload { term })
    }

    /// Ends a term: requests that are open keep their clocks. Errors: NOT_FOUND; CONFLICT where it has ended.
    async fn end_house_term(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which one.")] input: EndHouseTermInput,
    ) -> Result<EndHouseTermPayload> {
        let once = once("endHouseTerm", input.idempotency_key.as_ref(), &input)?;
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let id = service::end_house_term(&ctx, input.term_id, once).await?;
        let term = read_back(context, id).await;
        Ok(EndHouseTermPayload { term })
    }
}
