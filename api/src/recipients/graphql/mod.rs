//! Recipients in the schema.

mod inputs;
mod types;

use async_graphql::{Context, Object, SimpleObject};

pub(crate) use inputs::RecipientRefInput;
use inputs::{
    ProcessorFilterInput, RecipientFilterInput, RegisterRecipientInput, UpdateRecipientInput,
};
pub(crate) use types::{PersonRecipient, Processor, PublicAuthority, RecipientNode, ThirdParty};
use types::{ProcessorConnection, RecipientConnection};

use super::service;
use crate::error::Result;
use crate::graphql::{ctx, ctx_for, once, read_back};
use crate::platform::page::PageRequest;

/// Queries over recipients.
#[derive(Default)]
pub(crate) struct RecipientsQuery;

#[Object]
impl RecipientsQuery {
    /// The controller's recipients, in the order they were registered.
    async fn recipients(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Page size: 1 to 100, 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The page after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "Which ones.")] filter: Option<RecipientFilterInput>,
    ) -> Result<RecipientConnection> {
        let filter = filter.unwrap_or_default().into();
        let page = service::list(ctx(context)?, filter, PageRequest { first, after }).await?;
        Ok(RecipientConnection::new(page.map(RecipientNode::new)))
    }

    /// Those who process data under contract for the controller or for one of its processors, in the order they were
    /// registered.
    async fn processors(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Page size: 1 to 100, 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The page after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "Which ones.")] filter: Option<ProcessorFilterInput>,
    ) -> Result<ProcessorConnection> {
        let filter = filter.unwrap_or_default().into();
        let request = PageRequest { first, after };
        let page = service::processors(ctx(context)?, filter, request).await?;
        Ok(ProcessorConnection::new(page.map(Processor::new)))
    }
}

/// What `registerRecipient` answers.
#[derive(SimpleObject)]
pub(crate) struct RegisterRecipientPayload {
    /// The recipient; null when it was registered but could not be read.
    recipient: Option<RecipientNode>,
}

/// What `updateRecipient` answers.
#[derive(SimpleObject)]
pub(crate) struct UpdateRecipientPayload {
    /// The recipient as it is now; null when it was changed but could not be read.
    recipient: Option<RecipientNode>,
}

/// Changes to recipients.
#[derive(Default)]
pub(crate) struct RecipientsMutation;

#[Object]
impl RecipientsMutation {
    /// Registers a recipient. Errors: CONFLICT when role and name are registered already.
    async fn register_recipient(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The recipient.")] input: RegisterRecipientInput,
    ) -> Result<RegisterRecipientPayload> {
        let once = once("registerRecipient", input.idempotency_key.as_ref(), &input)?;
        let (person, new) = input.split();
        let id = service::register(&ctx_for(context, person)?, new, once).await?;
        Ok(RegisterRecipientPayload {
            recipient: read_back(context, id).await,
        })
    }

    /// Changes what is known of a recipient. Where nothing is different, nothing is recorded. Errors: NOT_FOUND;
    /// CONFLICT when role and name are registered already, and when the version is not the expected one.
    async fn update_recipient(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is different.")] input: UpdateRecipientInput,
    ) -> Result<UpdateRecipientPayload> {
        let once = once("updateRecipient", input.idempotency_key.as_ref(), &input)?;
        let (person, change) = input.split()?;
        let id = service::update(&ctx_for(context, person)?, change, once).await?;
        Ok(UpdateRecipientPayload {
            recipient: read_back(context, id).await,
        })
    }
}
