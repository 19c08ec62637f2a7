//! Brands in the schema.

use std::collections::HashMap;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::brand;
use entity::id::BrandId;
use entity::time::Timestamp;

use crate::context::Ctx;
use crate::customers::service;
use crate::error::Result;
use crate::graphql::{Batch, OnBehalfOfInput, connection, ctx, ctx_for, once, read_back};
use crate::platform::page::PageRequest;

/// A brand as a caller sees it.
#[derive(Debug, Clone)]
pub(crate) struct Brand(brand::Model);

/// A trading name under which the controller serves its customers.
#[Object]
impl Brand {
    /// Identity.
    pub(crate) async fn id(&self) -> BrandId {
        self.0.id
    }

    /// The name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// When it was registered.
    async fn recorded_at(&self) -> Timestamp {
        self.0.recorded_at
    }
}

impl Batch for BrandId {
    type Value = Brand;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Brand>> {
        let found = service::brands_by_id(ctx, keys).await?;
        Ok(found
            .into_iter()
            .map(|(id, row)| (id, Brand(row)))
            .collect())
    }
}

connection! {
    /// A page of brands.
    BrandConnection, BrandEdge, Brand
}

/// Queries over brands.
#[derive(Default)]
pub(super) struct BrandsQuery;

#[Object]
impl BrandsQuery {
    /// The controller's brands, in the order they were registered.
    async fn brands(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Page size: 1 to 100, 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The page after this cursor of the same list.")] after: Option<String>,
    ) -> Result<BrandConnection> {
        let page = service::brands(ctx(context)?, PageRequest { first, after }).await?;
        Ok(BrandConnection::new(page.map(Brand)))
    }
}

/// A brand to be registered.
#[derive(InputObject)]
pub(crate) struct RegisterBrandInput {
    /// What it is called: 1 to 200 characters. Without regard to case and spacing, unique.
    name: String,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Sent again with the same input, the call answers as before and changes nothing.
    idempotency_key: Option<ID>,
}

/// What `registerBrand` answers.
#[derive(SimpleObject)]
pub(crate) struct RegisterBrandPayload {
    /// The brand.
    brand: Option<Brand>,
}

/// Changes to brands.
#[derive(Default)]
pub(super) struct BrandsMutation;

#[Object]
impl BrandsMutation {
    /// Registers a brand. Errors: CONFLICT when there is one of this name.
    async fn register_brand(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The brand.")] input: RegisterBrandInput,
    ) -> Result<RegisterBrandPayload> {
        let once = once("registerBrand", input.idempotency_key.as_ref(), &input)?;
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let id = service::register_brand(&ctx, &input.name, once).await?;
        Ok(RegisterBrandPayload {
            brand: read_back(context, id).await,
        })
    }
}
