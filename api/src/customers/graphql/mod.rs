//! Customers in the schema.

mod brands;
mod changes;
mod identifiers;
mod import;
mod inputs;
mod relations;
mod snapshots;
mod types;

use async_graphql::{Context, MergedObject, Object, SimpleObject};

pub(crate) use brands::Brand;
use brands::{BrandsMutation, BrandsQuery};
use changes::ChangesMutation;
use identifiers::IdentifiersMutation;
use import::ImportMutation;
use inputs::{
    CustomerFilterInput, CustomerOrder, RecordAssignmentsInput, RegisterCustomerInput,
    ResourceLookupInput,
};
pub(crate) use inputs::{CustomerLookupInput, ErrorItem, ExternalIdInput};
pub(crate) use relations::CustomerRelation;
use relations::RelationsMutation;
pub(crate) use snapshots::Snapshot;
use snapshots::SnapshotsMutation;
use types::{AssignmentConnection, CustomerConnection, CustomersTotal};

use super::service::{self, Assignment, Customer};
use crate::error::Result;
use crate::graphql::{Nullable, OrderDirection, ctx, ctx_for, once, read_back};
use crate::platform::page::PageRequest;

/// Queries over customers and what belongs to them.
#[derive(Default, MergedObject)]
pub(crate) struct CustomersQuery(RegisterQuery, BrandsQuery);

/// Changes to customers and to what belongs to them.
#[derive(Default, MergedObject)]
pub(crate) struct CustomersMutation(
    RegisterMutation,
    ChangesMutation,
    IdentifiersMutation,
    RelationsMutation,
    BrandsMutation,
    ImportMutation,
    SnapshotsMutation,
);

/// Queries over customers.
#[derive(Default)]
struct RegisterQuery;

#[Object]
impl RegisterQuery {
    /// The customer that a look-up leads to: null when it leads to nobody, and the error AMBIGUOUS, with the number
    /// of candidates, when it leads to several.
    async fn customer(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is known of the customer.")] by: CustomerLookupInput,
    ) -> Nullable<Customer> {
        match ctx(context) {
            Ok(ctx) => service::look_up(ctx, &by.into()).await.transpose(),
            Err(error) => Some(Err(error)),
        }
    }

    /// Everybody that a look-up may mean, in the order of their ids: whoever shares an e-mail address, or held
    /// the narrowest prefix around an IP address at that instant.
    async fn customer_candidates(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is known of the customer.")] by: CustomerLookupInput,
        #[graphql(desc = "Page size: 1 to 100, 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The page after this cursor of the same list.")] after: Option<String>,
    ) -> Result<CustomerConnection> {
        let request = PageRequest { first, after };
        let (page, total) = service::candidates(ctx(context)?, &by.into(), request).await?;
        Ok(CustomerConnection::new(page, CustomersTotal::Known(total)))
    }

    /// The assignments that cover something at an instant, the narrowest first: its holder, then, up the chain, whom
    /// the holder has it from.
    async fn holders(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What they held.")] of: ResourceLookupInput,
        #[graphql(desc = "Page size: 1 to 100, 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The page after this cursor of the same list.")] after: Option<String>,
    ) -> Result<AssignmentConnection> {
        let request = PageRequest { first, after };
        let page = service::holders(ctx(context)?, &of.into(), request).await?;
        Ok(AssignmentConnection::new(page))
    }

    /// The controller's customers, by when they were registered, the latest first when no order is given. Those that
    /// were merged into others are left out, unless the filter asks for them.
    async fn customers(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Page size: 1 to 100, 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The page after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "Which ones.")] filter: Option<CustomerFilterInput>,
        #[graphql(desc = "In which order.")] order_by: Option<CustomerOrder>,
    ) -> Result<CustomerConnection> {
        let filter = filter.unwrap_or_default().into();
        let descending = order_by.is_none_or(|order| order.direction == OrderDirection::Desc);
        let request = PageRequest { first, after };
        let page = service::list(ctx(context)?, &filter, descending, request).await?;
        Ok(CustomerConnection::new(
            page,
            CustomersTotal::Matching(filter),
        ))
    }
}

/// What `registerCustomer` answers.
#[derive(SimpleObject)]
pub(crate) struct RegisterCustomerPayload {
    /// The customer; null when it was registered but could not be read.
    customer: Option<Customer>,
}

/// What became of one item of `recordAssignments`: an assignment or an error.
#[derive(SimpleObject)]
pub(crate) struct RecordAssignmentResult {
    /// The assignment; null when the item could not be recorded, and for a role that may not read customers.
    assignment: Option<Assignment>,
    /// Why the item could not be recorded.
    error: Option<ErrorItem>,
}

/// What `recordAssignments` answers.
#[derive(SimpleObject)]
pub(crate) struct RecordAssignmentsPayload {
    /// One result for each item, in the order of the input.
    results: Vec<RecordAssignmentResult>,
}

/// Changes to the register.
#[derive(Default)]
struct RegisterMutation;

#[Object]
impl RegisterMutation {
    /// Registers a customer with what outside systems know it by. Errors: CONFLICT when an external id leads to
    /// a customer already; NOT_FOUND for the brand.
    async fn register_customer(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The customer.")] input: RegisterCustomerInput,
    ) -> Result<RegisterCustomerPayload> {
        let once = once("registerCustomer", input.idempotency_key.as_ref(), &input)?;
        let (person, new, known) = input.split();
        let id = service::register(&ctx_for(context, person)?, new, &known, once).await?;
        Ok(RegisterCustomerPayload {
            customer: read_back(context, id).await,
        })
    }

    /// Records who held resources, from when to when: up to 500, in any order, late. An item whose customer,
    /// resource and first instant are recorded already corrects the end and the sharing of that assignment. Where that
    /// changes whom the look-up of a past disclosure leads to, a finding is raised (`FINDING_RAISED`).
    async fn record_assignments(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The assignments.")] input: RecordAssignmentsInput,
    ) -> Result<RecordAssignmentsPayload> {
        let once = once("recordAssignments", input.idempotency_key.as_ref(), &input)?;
        let (person, items, policy) = input.split();
        let ctx = ctx_for(context, person)?;
        let recorded = service::record_assignments(&ctx, items, policy, once).await?;
        let ids: Vec<_> = recorded
            .iter()
            .filter_map(|one| one.as_ref().ok().copied())
            .collect();
        let mut read = service::assignments_by_id(&ctx, &ids)
            .await
            .unwrap_or_default();
        let results = recorded
            .into_iter()
            .map(|outcome| match outcome {
                Ok(id) => RecordAssignmentResult {
                    assignment: read.remove(&id),
                    error: None,
                },
                Err(error) => RecordAssignmentResult {
                    assignment: None,
                    error: Some(error.into()),
                },
            })
            .collect();
        Ok(RecordAssignmentsPayload { results })
    }
}
