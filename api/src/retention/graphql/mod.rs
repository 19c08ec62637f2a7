//! Holds and blocks in the schema.

mod inputs;
pub(crate) mod periods;
mod types;

use std::collections::HashMap;

use async_graphql::{Context, Object};
use entity::id::{DeletionBlockId, LegalHoldId};

use inputs::{
    ExtendLegalHoldInput, LegalHoldFilterInput, PlaceLegalHoldInput, RecordDeletionBlockInput,
    ReleaseLegalHoldInput, SettleDeletionBlockInput,
};

use super::service::{self, Block, Cover, Hold};
use crate::context::Ctx;
use crate::error::Result;
use crate::graphql::{Batch, connection, ctx, ctx_for, once, parts, payloads, read_back};
use crate::platform::page::PageRequest;

connection! {
    /// A page of legal holds.
    LegalHoldConnection, LegalHoldEdge, Hold
}

impl Batch for LegalHoldId {
    type Value = Hold;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Hold>> {
        service::holds_by_id(ctx, keys).await
    }
}

impl Batch for DeletionBlockId {
    type Value = Block;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Block>> {
        service::blocks_by_id(ctx, keys).await
    }
}

parts! {
    /// What a hold covers.
    CoverOf(LegalHoldId): Cover, service::covers;
}

/// Queries over what must not be erased.
#[derive(Default)]
pub(crate) struct RetentionQuery;

#[Object]
impl RetentionQuery {
    /// The controller's legal holds, the latest first. Errors: AMBIGUOUS for a customer who could be several.
    async fn legal_holds(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Page size: 1 to 100, 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The page after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "Which ones.")] filter: Option<LegalHoldFilterInput>,
    ) -> Result<LegalHoldConnection> {
        let filter = filter.unwrap_or_default().into();
        let page = service::holds(ctx(context)?, &filter, PageRequest { first, after }).await?;
        Ok(LegalHoldConnection::new(page))
    }
}

payloads! {
    /// What `placeLegalHold` answers.
    PlaceLegalHoldPayload {
        /// The hold; null when it was placed but could not be read.
        hold: Hold
    }
    /// What `extendLegalHold` answers.
    ExtendLegalHoldPayload {
        /// The hold as it is now; null when it was extended but could not be read.
        hold: Hold
    }
    /// What `releaseLegalHold` answers.
    ReleaseLegalHoldPayload {
        /// The hold as it is now; null when it was released but could not be read.
        hold: Hold
    }
    /// What `recordDeletionBlock` answers.
    RecordDeletionBlockPayload {
        /// The block; null when it was recorded but could not be read.
        block: Block
    }
    /// What `settleDeletionBlock` answers.
    SettleDeletionBlockPayload {
        /// The block as it is now; null when it was settled but could not be read.
        block: Block
    }
}

/// Changes to what must not be erased.
#[derive(Default)]
pub(crate) struct RetentionMutation;

#[Object]
impl RetentionMutation {
    /// Places a legal hold: nothing that it covers is handed out to be erased, from this moment on. A system that was given
    /// such a task before hears so at its next heartbeat. Errors: NOT_FOUND and AMBIGUOUS for customers.
    async fn place_legal_hold(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The hold.")] input: PlaceLegalHoldInput,
    ) -> Result<PlaceLegalHoldPayload> {
        let once = once("placeLegalHold", input.idempotency_key.as_ref(), &input)?;
        let (person, new) = input.split()?;
        let id = service::place(&ctx_for(context, person)?, new, once).await?;
        let hold = read_back(context, id).await;
        Ok(PlaceLegalHoldPayload { hold })
    }

    /// Has a legal hold end later, or not of itself. Errors: NOT_FOUND; TRANSITION_NOT_ALLOWED where it has ended.
    async fn extend_legal_hold(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The extension.")] input: ExtendLegalHoldInput,
    ) -> Result<ExtendLegalHoldPayload> {
        let once = once("extendLegalHold", input.idempotency_key.as_ref(), &input)?;
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let (id, end, reason) = (input.hold_id, input.expires_at, &input.reason);
        let id = service::extend(&ctx, id, end, reason, once).await?;
        let hold = read_back(context, id).await;
        Ok(ExtendLegalHoldPayload { hold })
    }

    /// Releases a legal hold: what waited for nothing else goes on at once. Errors: NOT_FOUND; TRANSITION_NOT_ALLOWED where it
    /// has ended.
    async fn release_legal_hold(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The release.")] input: ReleaseLegalHoldInput,
    ) -> Result<ReleaseLegalHoldPayload> {
        let once = once("releaseLegalHold", input.idempotency_key.as_ref(), &input)?;
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let id = service::release(&ctx, input.hold_id, &input.reason, once).await?;
        let hold = read_back(context, id).await;
        Ok(ReleaseLegalHoldPayload { hold })
    }

    /// Records that a system must keep something of a customer. With `OPEN_CHARGEBACK` and `UNPAID_INVOICE`, nothing of the
    /// customer is erased there until `settleDeletionBlock`, or the last day; on the other grounds, the system erases what
    /// it may and reports the rest as kept. Errors: NOT_FOUND and AMBIGUOUS for the customer.
    async fn record_deletion_block(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is kept.")] input: RecordDeletionBlockInput,
    ) -> Result<RecordDeletionBlockPayload> {
        let key = input.idempotency_key.as_ref();
        let once = once("recordDeletionBlock", key, &input)?;
        let (person, new) = input.split();
        let id = service::record_block(&ctx_for(context, person)?, new, once).await?;
        let block = read_back(context, id).await;
        Ok(RecordDeletionBlockPayload { block })
    }

    /// Records that a system need not keep it any more. Errors: NOT_FOUND; TRANSITION_NOT_ALLOWED where it is settled.
    async fn settle_deletion_block(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is over.")] input: SettleDeletionBlockInput,
    ) -> Result<SettleDeletionBlockPayload> {
        let key = input.idempotency_key.as_ref();
        let once = once("settleDeletionBlock", key, &input)?;
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let id = service::settle_block(&ctx, input.block_id, input.occurred_at, once).await?;
        let block = read_back(context, id).await;
        Ok(SettleDeletionBlockPayload { block })
    }
}
