//! Relations between customers in the schema.

use std::collections::HashMap;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::customer_relation;
use entity::enums::RelationKind;
use entity::id::{CustomerId, RelationId};
use entity::time::Timestamp;

use super::inputs::CustomerLookupInput;
use crate::context::Ctx;
use crate::customers::service::{self, Customer, NewRelation};
use crate::error::Result;
use crate::graphql::{
    Batch, Nullable, OnBehalfOfInput, connection, ctx_for, load, once, pages, read_back,
};
use crate::platform::page::{Page, PageRequest};
use crate::platform::patch::Patch;

/// A relation as a caller sees it.
#[derive(Debug, Clone)]
pub(crate) struct CustomerRelation(customer_relation::Model);

/// What one customer is to another, from when to when: `customer` is the `kind` of `relatedCustomer`.
#[Object]
impl CustomerRelation {
    /// Identity.
    pub(crate) async fn id(&self) -> RelationId {
        self.0.id
    }

    /// Who is something.
    async fn customer(&self, context: &Context<'_>) -> Nullable<Customer> {
        load(context, self.0.customer_id).await.transpose()
    }

    /// What. An end client of a reseller is shown as the reseller's side of it: `RESELLER`.
    async fn kind(&self) -> RelationKind {
        self.0.kind
    }

    /// To whom.
    async fn related_customer(&self, context: &Context<'_>) -> Nullable<Customer> {
        load(context, self.0.related_id).await.transpose()
    }

    /// The first instant.
    async fn from(&self) -> Timestamp {
        self.0.valid_from
    }

    /// The first instant after it; null while it lasts, `from` where it was taken back.
    async fn until(&self) -> Option<Timestamp> {
        self.0.valid_until
    }

    /// When it was recorded.
    async fn recorded_at(&self) -> Timestamp {
        self.0.recorded_at
    }

    /// Counts corrections.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

impl Batch for RelationId {
    type Value = CustomerRelation;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, CustomerRelation>> {
        let found = service::relations_by_id(ctx, keys).await?;
        Ok(found
            .into_iter()
            .map(|(id, row)| (id, CustomerRelation(row)))
            .collect())
    }
}

connection! {
    /// A page of relations between customers.
    CustomerRelationConnection, CustomerRelationEdge, CustomerRelation
}

pages! {
    /// The relations of a customer.
    pub(super) RelationsOf(CustomerId): CustomerRelation, relations;
}

async fn relations(
    ctx: &Ctx,
    customers: &[CustomerId],
    page: PageRequest,
) -> Result<HashMap<CustomerId, Page<CustomerRelation>>> {
    let pages = service::relations(ctx, customers, page).await?.into_iter();
    Ok(pages
        .map(|(customer, page)| (customer, page.map(CustomerRelation)))
        .collect())
}

/// What one customer is to another: `customer` is the `kind` of `relatedCustomer`.
#[derive(InputObject)]
pub(crate) struct RelateCustomersInput {
    /// Who is something: any look-up that leads to one customer. Where that was merged, the one that stands for it.
    customer: CustomerLookupInput,
    /// What. `RESELLER` and `END_CLIENT` are one relation from two sides.
    kind: RelationKind,
    /// To whom: any look-up that leads to one customer. Where that was merged, the one that stands for it.
    related_customer: CustomerLookupInput,
    /// The first instant. Absent: of the relation of this kind that lasts, or now.
    from: Option<Timestamp>,
    /// The first instant after it; null while it lasts. Absent: as it is recorded. The same as `from`: it never was,
    /// and what was recorded is taken back.
    until: Patch<Timestamp>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Sent again with the same input, the call answers as before and changes nothing.
    idempotency_key: Option<ID>,
}

/// What `relateCustomers` answers.
#[derive(SimpleObject)]
pub(crate) struct RelateCustomersPayload {
    /// The relation.
    relation: Option<CustomerRelation>,
}

/// Changes to relations.
#[derive(Default)]
pub(super) struct RelationsMutation;

#[Object]
impl RelationsMutation {
    /// Records what one customer is to another, from when to when. What is recorded already, with the same first
    /// instant, is corrected. Errors: NOT_FOUND; AMBIGUOUS.
    async fn relate_customers(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The relation.")] input: RelateCustomersInput,
    ) -> Result<RelateCustomersPayload> {
        let once = once("relateCustomers", input.idempotency_key.as_ref(), &input)?;
        let new = NewRelation {
            customer: input.customer.into(),
            kind: input.kind,
            related: input.related_customer.into(),
            from: input.from,
            until: input.until,
        };
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let id = service::relate(&ctx, new, once).await?;
        Ok(RelateCustomersPayload {
            relation: read_back(context, id).await,
        })
    }
}
