//! Disclosures in the schema.

use std::collections::HashMap;

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use entity::enums::{DataTier, DisclosureGround, DisclosureMethod, SubjectResolution};
use entity::id::{CustomerId, DisclosureId, DisclosureSubjectId, RecipientId};
use entity::time::Timestamp;

use super::service::{self, Disclosure, DisclosureFilter, DisclosureOrder, NewDisclosure, Subject};
use crate::auth::graphql::Integration;
use crate::context::Ctx;
use crate::customers::Customer;
use crate::customers::graphql::{CustomerLookupInput, by_page};
use crate::data_map::graphql::{DataCategory, DataUse};
use crate::error::Result;
use crate::graphql::{
    Batch, InstantFilter, Nullable, OnBehalfOfInput, OrderDirection, connection, ctx, ctx_for,
    load, once, open, personal,
};
use crate::ledger::graphql::EventNode;
use crate::platform::page::{Page, PageRequest};
use crate::platform::personal::Personal;
use crate::recipients::graphql::{RecipientNode, RecipientRefInput};

/// One event in which personal data went to a recipient. It is never edited.
#[Object]
impl Disclosure {
    /// Identity.
    pub(crate) async fn id(&self) -> DisclosureId {
        self.row.id
    }

    /// Who received.
    async fn recipient(&self, context: &Context<'_>) -> Nullable<RecipientNode> {
        load(context, self.row.recipient_id).await.transpose()
    }

    /// Why.
    async fn ground(&self) -> DisclosureGround {
        self.row.ground
    }

    /// For which use.
    async fn purpose(&self) -> DataUse {
        DataUse::known(&self.row.purpose)
    }

    /// Which data, in alphabetical order.
    async fn data_categories(&self) -> Vec<DataCategory> {
        self.row
            .data_categories
            .split(' ')
            .map(DataCategory::known)
            .collect()
    }

    /// How deep.
    async fn tier(&self) -> DataTier {
        self.row.tier
    }

    /// How it went out.
    async fn method(&self) -> Option<DisclosureMethod> {
        self.row.method
    }

    /// When it went out.
    async fn disclosed_at(&self) -> Timestamp {
        self.row.disclosed_at
    }

    /// When it was recorded.
    async fn recorded_at(&self) -> Timestamp {
        self.row.recorded_at
    }

    /// What the recipient or the reporter calls it. Null for a role without `READ_CASE_DETAILS`, and after erasure.
    #[graphql(directive = personal::apply("user.content.private.abuse_report".to_owned()))]
    async fn reference(&self) -> Nullable<String> {
        open(self.reference.as_ref()).transpose()
    }

    /// On what authority: a case number, a statute, a clause (45 CFR 164.528(b)(2) asks for the purpose or the
    /// request). Null for a role without `READ_CASE_DETAILS`, and after erasure.
    #[graphql(directive = personal::apply("user.content.private.abuse_report".to_owned()))]
    async fn authority(&self) -> Nullable<String> {
        open(self.authority.as_ref()).transpose()
    }

    /// Anything else that was noted. Null for a role without `READ_CASE_DETAILS`, and after erasure.
    #[graphql(directive = personal::apply("user.content.private.abuse_report".to_owned()))]
    async fn note(&self) -> Nullable<String> {
        open(self.note.as_ref()).transpose()
    }

    /// Whose data it was, in the order in which they were named; at most 500.
    async fn subjects(&self, context: &Context<'_>) -> Result<Vec<Subject>> {
        Ok(load(context, SubjectsOf(self.row.id))
            .await?
            .unwrap_or_default())
    }

    /// How many subjects it has.
    async fn subject_count(&self) -> i32 {
        self.row.subject_count
    }

    /// How many of them are not known customers.
    async fn unresolved_count(&self) -> i32 {
        self.row.unresolved_count
    }

    /// Its leaf in the ledger.
    async fn event(&self, context: &Context<'_>) -> Nullable<EventNode> {
        load(context, self.row.event_id).await.transpose()
    }

    /// Who recorded it; null where it was the operator at the command line.
    async fn recorded_by(&self, context: &Context<'_>) -> Nullable<Integration> {
        load(context, self.row.integration_id?).await.transpose()
    }
}

impl Batch for DisclosureId {
    type Value = Disclosure;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Disclosure>> {
        service::by_ids(ctx, keys).await
    }
}

/// Whose data a disclosure was about, or what is known of that.
#[Object(name = "DisclosureSubject")]
impl Subject {
    /// Identity.
    async fn id(&self) -> DisclosureSubjectId {
        self.row.id
    }

    /// The customer. Null where the look-up led to nobody or to several, and for a role that may not read customers.
    async fn customer(&self, context: &Context<'_>) -> Nullable<Customer> {
        load(context, self.row.customer_id?).await.transpose()
    }

    /// What the look-up found.
    async fn resolution(&self) -> SubjectResolution {
        self.row.resolution
    }

    /// How many customers it could have been.
    async fn candidate_count(&self) -> i32 {
        self.row.candidate_count
    }

    /// What was known, such as `ip 203.0.113.7 at 2026-11-19T22:14:00.000Z`. Null for a role without both
    /// `READ_CASE_DETAILS` and `READ_PERSONAL_DATA`, and after erasure.
    #[graphql(directive = personal::apply("user.contact".to_owned()))]
    async fn lookup(&self) -> Nullable<String> {
        open(self.lookup.as_ref()).transpose()
    }

    /// The leaf about this customer; the disclosure's own where it has no other.
    async fn event(&self, context: &Context<'_>) -> Nullable<EventNode> {
        load(context, self.row.event_id).await.transpose()
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct SubjectsOf(DisclosureId);

impl Batch for SubjectsOf {
    type Value = Vec<Subject>;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Vec<Subject>>> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = service::subjects(ctx, &ids).await?;
        Ok(found
            .into_iter()
            .map(|(id, subjects)| (Self(id), subjects))
            .collect())
    }
}

/// A page of the disclosures about a customer.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct DisclosuresOf(pub(crate) CustomerId, pub(crate) PageRequest);

impl Batch for DisclosuresOf {
    type Value = Page<Disclosure>;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Page<Disclosure>>> {
        let mut found = HashMap::new();
        for (request, customers) in by_page(keys.iter().map(|key| (&key.1, key.0))) {
            let pages = service::of_customers(ctx, &customers, request.clone()).await?;
            let keyed = |(id, page)| (Self(id, request.clone()), page);
            found.extend(pages.into_iter().map(keyed));
        }
        Ok(found)
    }
}

/// Which disclosures are asked for; what is absent does not restrict.
#[derive(Default, InputObject)]
pub(crate) struct DisclosureFilterInput {
    /// To this recipient.
    recipient_id: Option<RecipientId>,
    /// On one of these grounds.
    ground: Option<Vec<DisclosureGround>>,
    /// Of data of this category or one below it: `user.contact` finds `user.contact.email` too.
    data_category: Option<DataCategory>,
    /// That went out within these bounds.
    disclosed_at: Option<InstantFilter>,
    /// With a subject that is not resolved (true), or without one (false).
    unresolved: Option<bool>,
}

impl From<DisclosureFilterInput> for DisclosureFilter {
    fn from(input: DisclosureFilterInput) -> Self {
        Self {
            customer: None,
            recipient: input.recipient_id,
            grounds: input.ground.unwrap_or_default(),
            category: input.data_category.map(DataCategory::into_key),
            disclosed: input.disclosed_at.unwrap_or_default().into(),
            unresolved: input.unresolved,
        }
    }
}

/// What a list of disclosures can be ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum DisclosureOrderField {
    /// When data went out.
    DisclosedAt,
    /// When it was recorded.
    RecordedAt,
}

/// The order of a list of disclosures; ties are broken by id.
#[derive(InputObject)]
pub(crate) struct DisclosureOrderInput {
    /// By what.
    field: DisclosureOrderField,
    /// Which way.
    direction: OrderDirection,
}

/// The number of all disclosures of a list.
pub(crate) struct DisclosuresTotal(DisclosureFilter);

impl DisclosuresTotal {
    /// Of the list of a customer.
    pub(crate) fn about(customer: CustomerId) -> Self {
        Self(DisclosureFilter {
            customer: Some(customer),
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

/// Whose data it was.
#[derive(InputObject)]
pub(crate) struct DisclosureSubjectInput {
    /// Anything that is known of the person.
    by: CustomerLookupInput,
}

/// A disclosure to be recorded.
#[derive(InputObject)]
pub(crate) struct RecordDisclosureInput {
    /// Who received.
    recipient: RecipientRefInput,
    /// Why.
    ground: DisclosureGround,
    /// For which use.
    purpose: DataUse,
    /// Which data: 1 to 100 categories.
    data_categories: Vec<DataCategory>,
    /// How deep.
    tier: DataTier,
    /// When it went out; not in the future.
    disclosed_at: Timestamp,
    /// How it went out.
    method: Option<DisclosureMethod>,
    /// What the recipient or the reporter calls it: at most 200 characters.
    #[graphql(directive = personal::apply("user.content.private.abuse_report".to_owned()))]
    reference: Option<Personal>,
    /// On what authority, such as a case number or a statute: at most 200 characters.
    #[graphql(directive = personal::apply("user.content.private.abuse_report".to_owned()))]
    authority: Option<Personal>,
    /// Anything else: at most 4000 characters.
    #[graphql(directive = personal::apply("user.content.private.abuse_report".to_owned()))]
    note: Option<Personal>,
    /// Whose data it was: 1 to 500, each by any look-up. One that leads to nobody, or to several, is kept as
    /// unresolved; several that lead to the same customer are one subject.
    subjects: Vec<DisclosureSubjectInput>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Sent again with the same input, the call answers as before and changes nothing.
    idempotency_key: Option<ID>,
}

/// What `recordDisclosure` answers.
#[derive(SimpleObject)]
pub(crate) struct RecordDisclosurePayload {
    /// The disclosure; null when it was recorded but could not be read.
    disclosure: Option<Disclosure>,
}

/// Changes to disclosures.
#[derive(Default)]
pub(crate) struct DisclosuresMutation;

#[Object]
impl DisclosuresMutation {
    /// Records that personal data went to a recipient. What happened is always recordable. Errors: NOT_FOUND for
    /// the id of a customer or recipient that does not exist.
    async fn record_disclosure(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The disclosure.")] input: RecordDisclosureInput,
    ) -> Result<RecordDisclosurePayload> {
        let once = once("recordDisclosure", input.idempotency_key.as_ref(), &input)?;
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let new = NewDisclosure {
            recipient: input.recipient.check("recipient")?,
            ground: input.ground,
            purpose: input.purpose.into_key(),
            data_categories: input
                .data_categories
                .into_iter()
                .map(DataCategory::into_key)
                .collect(),
            tier: input.tier,
            disclosed_at: input.disclosed_at,
            method: input.method,
            reference: input.reference,
            authority: input.authority,
            note: input.note,
            subjects: input
                .subjects
                .into_iter()
                .map(|subject| subject.by.into())
                .collect(),
        };
        let disclosure = service::record(&ctx, new, once).await?;
        Ok(RecordDisclosurePayload { disclosure })
    }
}
