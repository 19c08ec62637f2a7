//! Changes to what is known of customers, in the schema.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::enums::{CustomerKind, DataSubjectCategory};
use entity::id::{BrandId, CustomerId};
use entity::time::Timestamp;

use super::inputs::CustomerLookupInput;
use crate::customers::service::{self, Customer, CustomerChanges};
use crate::error::Result;
use crate::graphql::{CountryCode, OnBehalfOfInput, ctx_for, once, personal, read_back};
use crate::platform::patch::Patch;
use crate::platform::personal::Personal;

/// What is to be changed about a customer: what is absent stays as it is.
#[derive(InputObject)]
pub(crate) struct UpdateCustomerInput {
    /// The customer.
    customer_id: CustomerId,
    /// Person or organisation.
    kind: Patch<CustomerKind>,
    /// What they are to the controller.
    category: Patch<DataSubjectCategory>,
    /// Where they live or are established; null when that is not known.
    country: Patch<CountryCode>,
    /// What they are called: at most 200 characters; null when that is not known.
    #[graphql(directive = personal::apply("user.name".to_owned()))]
    name: Patch<Personal>,
    /// Under which brand they are served; null when it is none.
    brand_id: Patch<BrandId>,
    /// When their last service ended; null opens a closed customer again.
    services_ended_at: Patch<Timestamp>,
    /// Since when they are known to the controller.
    registered_at: Patch<Timestamp>,
    /// The version that the caller has read: the call fails with CONFLICT when there is a later one.
    expected_version: Option<i32>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Sent again with the same input, the call answers as before and changes nothing.
    idempotency_key: Option<ID>,
}

/// What `updateCustomer` answers.
#[derive(SimpleObject)]
pub(crate) struct UpdateCustomerPayload {
    /// The customer as it is now.
    customer: Option<Customer>,
}

/// When a customer's last service ended.
#[derive(InputObject)]
pub(crate) struct CloseCustomerInput {
    /// The customer.
    customer_id: CustomerId,
    /// When. Absent: now, or as it is recorded. Another instant corrects what is recorded.
    services_ended_at: Option<Timestamp>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Sent again with the same input, the call answers as before and changes nothing.
    idempotency_key: Option<ID>,
}

/// What `closeCustomer` answers.
#[derive(SimpleObject)]
pub(crate) struct CloseCustomerPayload {
    /// The customer as it is now.
    customer: Option<Customer>,
}

/// Two customers who are one.
#[derive(InputObject)]
pub(crate) struct MergeCustomersInput {
    /// The one that goes in: any look-up that leads to one customer. Where that was merged, the one that stands for it.
    from: CustomerLookupInput,
    /// The one that stands for both from then on: any look-up that leads to one customer. Where that was merged, the
    /// one that stands for it.
    into: CustomerLookupInput,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Sent again with the same input, the call answers as before and changes nothing.
    idempotency_key: Option<ID>,
}

/// What `mergeCustomers` answers.
#[derive(SimpleObject)]
pub(crate) struct MergeCustomersPayload {
    /// The customer that stands for both.
    customer: Option<Customer>,
    /// The customer that went in.
    merged: Option<Customer>,
}

/// Changes to what is known of customers.
#[derive(Default)]
pub(super) struct ChangesMutation;

#[Object]
impl ChangesMutation {
    /// Changes what is known of a customer. What makes no difference is not recorded. Errors: NOT_FOUND; CONFLICT when
    /// there is a later version than the expected one.
    async fn update_customer(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The customer, and what is to be changed.")] input: UpdateCustomerInput,
    ) -> Result<UpdateCustomerPayload> {
        let once = once("updateCustomer", input.idempotency_key.as_ref(), &input)?;
        let changes = CustomerChanges {
            kind: input.kind,
            category: input.category,
            country: input.country.map(|country| country.as_str().to_owned()),
            name: input.name,
            brand: input.brand_id,
            services_ended_at: input.services_ended_at,
            registered_at: input.registered_at,
        };
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let (id, version) = (input.customer_id, input.expected_version);
        let id = service::update(&ctx, id, changes, version, once).await?;
        Ok(UpdateCustomerPayload {
            customer: read_back(context, id).await,
        })
    }

    /// Writes down when a customer's last service ended. Errors: NOT_FOUND.
    async fn close_customer(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The customer, and when.")] input: CloseCustomerInput,
    ) -> Result<CloseCustomerPayload> {
        let once = once("closeCustomer", input.idempotency_key.as_ref(), &input)?;
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let (id, at) = (input.customer_id, input.services_ended_at);
        let id = service::close(&ctx, id, at, once).await?;
        Ok(CloseCustomerPayload {
            customer: read_back(context, id).await,
        })
    }

    /// Merges a customer into another, with all that were merged into it before. Nothing moves: what was recorded for
    /// each stays its own, preferences among it, and the one that stands for both shows all of it. Errors: NOT_FOUND;
    /// AMBIGUOUS; CUSTOMER_MERGED when both are one already; BAD_USER_INPUT when one would stand for more than 100
    /// customers.
    async fn merge_customers(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The two customers.")] input: MergeCustomersInput,
    ) -> Result<MergeCustomersPayload> {
        let once = once("mergeCustomers", input.idempotency_key.as_ref(), &input)?;
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let both = [input.from.into(), input.into.into()];
        let merged = service::merge(&ctx, both, once).await?;
        Ok(MergeCustomersPayload {
            customer: read_back(context, merged.into).await,
            merged: read_back(context, merged.from).await,
        })
    }
}
