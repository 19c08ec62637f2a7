//! Disclosures in the schema.

mod accounting;
mod inputs;
mod types;

use async_graphql::{Context, Object, SimpleObject};
use entity::enums::{DisclosureGround, ErrorPolicy};
use entity::id::CustomerId;

pub(crate) use accounting::{AccountingConnection, AccountingOf, accounting};
use inputs::{
    DisclosureFilterInput, DisclosureOrderField, DisclosureOrderInput, RecordDisclosureInput,
    RecordDisclosureSeriesInput, RecordDisclosuresInput, ResolveDisclosureSubjectInput,
    SupersedeDisclosureInput,
};
pub(crate) use types::DisclosuresOf;

use super::service::{self, Disclosure, DisclosureFilter, DisclosureOrder, NewDisclosure};
use crate::context::Ctx;
use crate::customers::graphql::ErrorItem;
use crate::error::Result;
use crate::graphql::{OrderDirection, connection, ctx, ctx_for, once, once_each, read_back};
use crate::platform::page::PageRequest;

/// The number of all disclosures of a list.
pub(crate) struct DisclosuresTotal(DisclosureFilter);

impl DisclosuresTotal {
    /// Of the list of a customer.
    pub(crate) fn about(customer: CustomerId) -> Self {
        Self(DisclosureFilter {
            customers: vec![customer],
            ..DisclosureFilter::default()
        })
    }
}

impl DisclosuresTotal {
    async fn count(&self, ctx: &Ctx) -> Result<i64> {
        service::count(ctx, &self.0).await
    }
}

connection! {
    /// A page of disclosures.
    DisclosureConnection, DisclosureEdge, Disclosure, total: DisclosuresTotal
}

/// Queries over disclosures.
#[derive(Default)]
pub(crate) struct DisclosuresQuery;

#[Object]
impl DisclosuresQuery {
    /// The grounds on which the caller's role may record disclosures; none for a role that may record none.
    async fn disclosure_grounds(&self, context: &Context<'_>) -> Result<Vec<DisclosureGround>> {
        Ok(service::grounds(ctx(context)?))
    }

    /// The controller's disclosures, the latest first when no order is given. What a gag order hides is shown to
    /// nobody but LEGAL.
    async fn disclosures(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Page size: 1 to 100, 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The page after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "Which ones.")] filter: Option<DisclosureFilterInput>,
        #[graphql(desc = "In which order.")] order_by: Option<DisclosureOrderInput>,
    ) -> Result<DisclosureConnection> {
        let filter: DisclosureFilter = filter.unwrap_or_default().into();
        let order = order_by.map_or(
            DisclosureOrder {
                recorded: false,
                descending: true,
            },
            |order| DisclosureOrder {
                recorded: order.field == DisclosureOrderField::RecordedAt,
                descending: order.direction == OrderDirection::Desc,
            },
        );
        let request = PageRequest { first, after };
        let page = service::list(ctx(context)?, &filter, order, request).await?;
        Ok(DisclosureConnection::new(page, DisclosuresTotal(filter)))
    }
}

/// What `recordDisclosure` answers.
#[derive(SimpleObject)]
pub(crate) struct RecordDisclosurePayload {
    /// The disclosure; null when it was recorded but could not be read.
    disclosure: Option<Disclosure>,
}

/// What became of one item of a list: a disclosure or an error.
#[derive(SimpleObject)]
pub(crate) struct RecordDisclosureResult {
    /// The disclosure; null when the item could not be recorded, and for a role that may not read disclosures.
    disclosure: Option<Disclosure>,
    /// Why the item could not be recorded.
    error: Option<ErrorItem>,
}

/// What `recordDisclosures` answers.
#[derive(SimpleObject)]
pub(crate) struct RecordDisclosuresPayload {
    /// One result for each item, in the order of the input.
    results: Vec<RecordDisclosureResult>,
}

/// What `recordDisclosureSeries` answers.
#[derive(SimpleObject)]
pub(crate) struct RecordDisclosureSeriesPayload {
    /// One result for each observation, in the order of the input: each is a disclosure, whose `series` has the totals.
    results: Vec<RecordDisclosureResult>,
}

/// What `supersedeDisclosure` answers.
#[derive(SimpleObject)]
pub(crate) struct SupersedeDisclosurePayload {
    /// What took the place of the other; null when it was recorded but could not be read.
    disclosure: Option<Disclosure>,
}

/// What `resolveDisclosureSubject` answers.
#[derive(SimpleObject)]
pub(crate) struct ResolveDisclosureSubjectPayload {
    /// The disclosure of the subject; null when the change was made but could not be read.
    disclosure: Option<Disclosure>,
}

/// Changes to disclosures.
#[derive(Default)]
pub(crate) struct DisclosuresMutation;

#[Object]
impl DisclosuresMutation {
    /// Records that personal data went to a recipient. What happened is always recordable. Errors: NOT_FOUND for
    /// the id of a customer or recipient that does not exist; FORBIDDEN for a ground that is not the role's.
    async fn record_disclosure(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The disclosure.")] input: RecordDisclosureInput,
    ) -> Result<RecordDisclosurePayload> {
        let once = once("recordDisclosure", input.key(), &input)?;
        let (person, new) = input.split()?;
        let disclosure = service::record(&ctx_for(context, person)?, new, once).await?;
        Ok(RecordDisclosurePayload { disclosure })
    }

    /// Records up to 500 disclosures. Each item has an idempotency key of its own. Errors of an item: as of
    /// `recordDisclosure`.
    async fn record_disclosures(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The disclosures.")] input: RecordDisclosuresInput,
    ) -> Result<RecordDisclosuresPayload> {
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let mut items = Vec::new();
        for (number, item) in input.disclosures.into_iter().enumerate() {
            let once = once_each(context, "recordDisclosures", number, item.key(), &item)?;
            items.push((NewDisclosure::try_from(item), once));
        }
        let policy = input.error_policy.unwrap_or(ErrorPolicy::RejectAll);
        let recorded = service::record_many(&ctx, items, policy, "disclosures").await?;
        Ok(RecordDisclosuresPayload {
            results: results(recorded),
        })
    }

    /// Records what routine disclosures came to in a period: up to 500 observations, each of one series, append-only.
    /// Observations that have recipient, ground, purpose, data, tier and customer in common are one series, whose
    /// totals follow from them; a wrong one is superseded by a right one. Errors of an item: as of `recordDisclosure`.
    async fn record_disclosure_series(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The observations.")] input: RecordDisclosureSeriesInput,
    ) -> Result<RecordDisclosureSeriesPayload> {
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let mut items = Vec::new();
        for (number, item) in input.observations.into_iter().enumerate() {
            let once = once_each(context, "recordDisclosureSeries", number, item.key(), &item)?;
            items.push((NewDisclosure::try_from(item), once));
        }
        let policy = input.error_policy.unwrap_or(ErrorPolicy::RejectAll);
        let recorded = service::record_many(&ctx, items, policy, "observations").await?;
        Ok(RecordDisclosureSeriesPayload {
            results: results(recorded),
        })
    }

    /// Records a disclosure that takes the place of another, whose record was wrong. The other stays on record and
    /// counts no more. Errors: NOT_FOUND; DISCLOSURE_SUPERSEDED when another has taken its place already; FORBIDDEN
    /// where either ground is not the role's.
    async fn supersede_disclosure(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The disclosure, and what takes its place.")]
        input: SupersedeDisclosureInput,
    ) -> Result<SupersedeDisclosurePayload> {
        let once = once(
            "supersedeDisclosure",
            input.idempotency_key.as_ref(),
            &input,
        )?;
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let new = NewDisclosure::try_from(input.by).map_err(|error| error.at("by"))?;
        let (old, reason) = (input.disclosure_id, &input.reason);
        let disclosure = service::supersede(&ctx, old, new, reason, once).await?;
        Ok(SupersedeDisclosurePayload { disclosure })
    }

    /// Says which customer a subject was that its look-up could not tell; or, where a finding questions who it was,
    /// that it was whoever is on record. Errors: NOT_FOUND; AMBIGUOUS; SUBJECT_RESOLVED when another customer is on
    /// record; DISCLOSURE_SUPERSEDED.
    async fn resolve_disclosure_subject(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The subject, and who it was.")] input: ResolveDisclosureSubjectInput,
    ) -> Result<ResolveDisclosureSubjectPayload> {
        let key = input.idempotency_key.as_ref();
        let once = once("resolveDisclosureSubject", key, &input)?;
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let (subject, customer) = (input.subject_id, input.customer.into());
        let reason = &input.reason;
        let id = service::resolve_subject(&ctx, subject, &customer, reason, once).await?;
        Ok(ResolveDisclosureSubjectPayload {
            disclosure: read_back(context, id).await,
        })
    }
}

fn results(recorded: Vec<Result<Option<Disclosure>>>) -> Vec<RecordDisclosureResult> {
    let result = |outcome: Result<Option<Disclosure>>| match outcome {
        Ok(disclosure) => RecordDisclosureResult {
            disclosure,
            error: None,
        },
        Err(error) => RecordDisclosureResult {
            disclosure: None,
            error: Some(error.into()),
        },
    };
    recorded.into_iter().map(result).collect()
}
