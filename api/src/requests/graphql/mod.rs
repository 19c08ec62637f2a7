//! Requests in the schema.

mod filters;
mod house;
mod inputs;
mod lists;
mod metrics;
mod notices;
mod parts;
mod plan;
mod types;
mod work;

use async_graphql::{Context, Object, SimpleObject};

use filters::{RequestFilterInput, RequestLookupInput, RequestOrderField, RequestOrderInput};
use inputs::{
    DenyItemInput, ExtendDeadlineInput, OpenRequestInput, PauseClockInput,
    RecordCorrespondenceInput, RecordDeliveryInput, RelinkExternalReferenceInput, ResumeClockInput,
    TransitionItemInput, VerifyRequesterInput, WithdrawRequestInput,
};
pub(crate) use lists::{CustomerRequestConnection, RequestsOf};
use lists::{RequestClockConnection, RequestConnection, RequestsTotal};

pub(crate) use house::{HouseMutation, HouseQuery, HouseTerm};
pub(crate) use metrics::MetricsQuery;
pub(crate) use notices::{NoticesMutation, NoticesQuery};
pub(crate) use plan::PlanQuery;
pub(crate) use work::WorkMutation;

use super::service::{
    self, Clock, Item, Message, Request, RequestFilter, RequestOrder, Verification,
};
use crate::error::Result;
use crate::graphql::{Nullable, OrderDirection, ctx, ctx_for, load, once, payloads, read_back};
use crate::platform::page::PageRequest;
use crate::platform::personal::Personal;

/// Queries over requests.
#[derive(Default)]
pub(crate) struct RequestsQuery;

#[Object]
impl RequestsQuery {
    /// The controller's requests, the latest first when no order is given.
    async fn requests(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Page size: 1 to 100, 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The page after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "Which ones.")] filter: Option<RequestFilterInput>,
        #[graphql(desc = "In which order.")] order_by: Option<RequestOrderInput>,
    ) -> Result<RequestConnection> {
        let filter: RequestFilter = filter.unwrap_or_default().into();
        let order = RequestOrder {
            due: matches!(&order_by, Some(order) if order.field == RequestOrderField::DueAt),
            descending: order_by.is_none_or(|order| order.direction == OrderDirection::Desc),
        };
        let page = PageRequest { first, after };
        let page = service::list(ctx(context)?, &filter, order, page).await?;
        Ok(RequestConnection::new(page, RequestsTotal(filter)))
    }

    /// A request; null where there is none.
    async fn request(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How it is named.")] by: RequestLookupInput,
    ) -> Nullable<Request> {
        let found = match by {
            RequestLookupInput::Id(id) => load(context, id).await,
            RequestLookupInput::ExternalReference(reference) => {
                let (system, number) = reference.split();
                match ctx(context) {
                    Ok(ctx) => service::by_reference(ctx, &system, &number).await,
                    Err(error) => Err(error),
                }
            }
        };
        found.transpose()
    }

    /// Everything that is due: the clocks that run, the first to run out first.
    async fn agenda(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Page size: 1 to 100, 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The page after this cursor of the same list.")] after: Option<String>,
    ) -> Result<RequestClockConnection> {
        let page = service::agenda(ctx(context)?, PageRequest { first, after }).await?;
        Ok(RequestClockConnection::new(page))
    }
}

payloads! {
    /// What `openRequest` answers.
    OpenRequestPayload {
        /// The request; null when it was opened but could not be read, and for a role that may not read requests.
        request: Request
    }
    /// What `withdrawRequest` answers.
    WithdrawRequestPayload {
        /// The request as it is now; null when it was withdrawn but could not be read.
        request: Request
    }
    /// What `recordDelivery` answers.
    RecordDeliveryPayload {
        /// The message as it is now; null when the report was recorded but could not be read.
        message: Message
    }
    /// What `transitionItem` answers.
    TransitionItemPayload {
        /// The item as it is now; null when it was moved but could not be read.
        item: Item
    }
    /// What `denyItem` answers.
    DenyItemPayload {
        /// The item as it is now; null when it was denied but could not be read.
        item: Item
    }
    /// What `extendDeadline` answers.
    ExtendDeadlinePayload {
        /// The clock as it is now; null when it was extended but could not be read.
        clock: Clock
    }
    /// What `pauseClock` answers.
    PauseClockPayload {
        /// The clock as it is now; null when it was paused but could not be read.
        clock: Clock
    }
    /// What `resumeClock` answers.
    ResumeClockPayload {
        /// The clock as it is now; null when it goes on but could not be read.
        clock: Clock
    }
}

/// What `recordCorrespondence` answers.
#[derive(SimpleObject)]
pub(crate) struct RecordCorrespondencePayload {
    /// The request as it is now; null when the message was recorded but could not be read.
    request: Option<Request>,
    /// The message; null when it was recorded but could not be read.
    message: Option<Message>,
}

/// What `verifyRequester` answers.
#[derive(SimpleObject)]
pub(crate) struct VerifyRequesterPayload {
    /// The request as it is now; null when the attempt was recorded but could not be read.
    request: Option<Request>,
    /// The attempt, with what came of it; null when it was recorded but could not be read.
    verification: Option<Verification>,
}

/// What `relinkExternalReference` answers.
#[derive(SimpleObject)]
pub(crate) struct RelinkExternalReferencePayload {
    /// The requests that both numbers find now.
    requests: Vec<Request>,
}

/// Changes to requests.
#[derive(Default)]
pub(crate) struct RequestsMutation;

#[Object]
impl RequestsMutation {
    /// Opens a request. What is asked for is received, and clocks run from when the message came in. Errors: NOT_FOUND
    /// for the id of a customer that does not exist.
    async fn open_request(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The request.")] input: OpenRequestInput,
    ) -> Result<OpenRequestPayload> {
        let once = once("openRequest", input.idempotency_key.as_ref(), &input)?;
        let (person, new) = input.split();
        let id = service::open(&ctx_for(context, person)?, new, once).await?;
        let request = read_back(context, id).await;
        Ok(OpenRequestPayload { request })
    }

    /// Moves an item to another state. Errors: NOT_FOUND; TRANSITION_NOT_ALLOWED for a state that does not follow;
    /// IDENTITY_NOT_VERIFIED where it waits for `verifyRequester`; AUTHORITY_EXPIRED where whoever asks for another could do
    /// so until a day that is over; TASKS_OPEN where systems are not done;
    /// NOT_ALL_FULFILLED for `FULFILLED` where something was kept or failed; CONFLICT when the version is not the expected
    /// one.
    async fn transition_item(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The step.")] input: TransitionItemInput,
    ) -> Result<TransitionItemPayload> {
        let once = once("transitionItem", input.idempotency_key.as_ref(), &input)?;
        let (person, change) = input.split();
        let id = service::transition(&ctx_for(context, person)?, change, once).await?;
        let item = read_back(context, id).await;
        Ok(TransitionItemPayload { item })
    }

    /// Records an attempt to make sure who asks. Where it succeeded, what waits for it is looked at: no other way leads
    /// there. Errors: NOT_FOUND; VERIFICATION_LOCKED after five attempts that failed within a day;
    /// TRANSITION_NOT_ALLOWED where nothing of the request is open.
    async fn verify_requester(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The attempt.")] input: VerifyRequesterInput,
    ) -> Result<VerifyRequesterPayload> {
        let once = once("verifyRequester", input.idempotency_key.as_ref(), &input)?;
        let (person, new) = input.split()?;
        let id = service::verify(&ctx_for(context, person)?, new, once).await?;
        let verification: Option<Verification> = read_back(context, id).await;
        let request = match &verification {
            Some(verification) => read_back(context, verification.row.request_id).await,
            None => None,
        };
        Ok(VerifyRequesterPayload {
            request,
            verification,
        })
    }

    /// Denies what an item asks for, with a reason (GDPR Art. 12(4)). Errors: NOT_FOUND; TRANSITION_NOT_ALLOWED.
    async fn deny_item(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The denial.")] input: DenyItemInput,
    ) -> Result<DenyItemPayload> {
        let once = once("denyItem", input.idempotency_key.as_ref(), &input)?;
        let (person, denial) = input.split();
        let id = service::deny(&ctx_for(context, person)?, denial, once).await?;
        let item = read_back(context, id).await;
        Ok(DenyItemPayload { item })
    }

    /// Whoever asked withdraws a request: everything of it that is not being done already. Errors: NOT_FOUND;
    /// TRANSITION_NOT_ALLOWED where nothing can be withdrawn.
    async fn withdraw_request(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The withdrawal.")] input: WithdrawRequestInput,
    ) -> Result<WithdrawRequestPayload> {
        let once = once("withdrawRequest", input.idempotency_key.as_ref(), &input)?;
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let said = (input.note.as_ref(), input.occurred_at);
        let id = service::withdraw(&ctx, input.request_id, said, once).await?;
        let request = read_back(context, id).await;
        Ok(WithdrawRequestPayload { request })
    }

    /// Gives an answer more time. It needs a reason, whoever asks must have been told before the time was over (GDPR
    /// Art. 12(3), 11 CCR 7021(b)), and it goes as far as the rule does. Errors: NOT_FOUND; EXTENSION_NOT_ALLOWED.
    async fn extend_deadline(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The extension.")] input: ExtendDeadlineInput,
    ) -> Result<ExtendDeadlinePayload> {
        let once = once("extendDeadline", input.idempotency_key.as_ref(), &input)?;
        let (person, change) = input.split();
        let id = service::extend(&ctx_for(context, person)?, change, once).await?;
        let clock = read_back(context, id).await;
        Ok(ExtendDeadlinePayload { clock })
    }

    /// Lets a clock stand still, where its rule knows that. Errors: NOT_FOUND; PAUSE_NOT_ALLOWED.
    async fn pause_clock(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The pause.")] input: PauseClockInput,
    ) -> Result<PauseClockPayload> {
        let once = once("pauseClock", input.idempotency_key.as_ref(), &input)?;
        let (person, change) = input.split();
        let id = service::pause(&ctx_for(context, person)?, change, once).await?;
        let clock = read_back(context, id).await;
        Ok(PauseClockPayload { clock })
    }

    /// Lets a clock go on: its last day moves by the days for which it stood still. Errors: NOT_FOUND;
    /// PAUSE_NOT_ALLOWED where it does not stand still.
    async fn resume_clock(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The end of the pause.")] input: ResumeClockInput,
    ) -> Result<ResumeClockPayload> {
        let once = once("resumeClock", input.idempotency_key.as_ref(), &input)?;
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let id = service::resume(&ctx, input.clock_id, input.occurred_at, once).await?;
        let clock = read_back(context, id).await;
        Ok(ResumeClockPayload { clock })
    }

    /// Records a message that was sent or came in. Errors: NOT_FOUND.
    async fn record_correspondence(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The message.")] input: RecordCorrespondenceInput,
    ) -> Result<RecordCorrespondencePayload> {
        let key = input.idempotency_key.as_ref();
        let once = once("recordCorrespondence", key, &input)?;
        let (person, new) = input.split();
        let ctx = ctx_for(context, person)?;
        let request = new.request;
        let id = service::record_correspondence(&ctx, new, once).await?;
        Ok(RecordCorrespondencePayload {
            request: read_back(context, request).await,
            message: read_back(context, id).await,
        })
    }

    /// Records whether a message reached the person, as a receipt or a bounce tells it. Reports may come late and in any
    /// order: the one of the latest instant counts. A clock that an acknowledgement ended does not start again where that
    /// did not arrive: send another. Errors: NOT_FOUND.
    async fn record_delivery(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which message, and whether it did.")] input: RecordDeliveryInput,
    ) -> Result<RecordDeliveryPayload> {
        let once = once("recordDelivery", input.idempotency_key.as_ref(), &input)?;
        let (person, said) = input.split();
        let ctx = ctx_for(context, person)?;
        let id = service::record_delivery(&ctx, &said, once).await?;
        let message = read_back(context, id).await;
        Ok(RecordDeliveryPayload { message })
    }

    /// Says that an outside system calls requests by another number, too: tickets were merged, or one was split. Both
    /// numbers find them. Errors: NOT_FOUND when no request has the first number.
    async fn relink_external_reference(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Both numbers.")] input: RelinkExternalReferenceInput,
    ) -> Result<RelinkExternalReferencePayload> {
        let key = input.idempotency_key.as_ref();
        let once = once("relinkExternalReference", key, &input)?;
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let numbers = [Personal::new(input.from.0), Personal::new(input.to.0)];
        let numbers = numbers.each_ref();
        let ids = service::relink(&ctx, &input.system, numbers, input.request_id, once).await?;
        let mut found = service::by_ids(&ctx, &ids).await.unwrap_or_default();
        let requests = ids.iter().filter_map(|id| found.remove(id));
        Ok(RelinkExternalReferencePayload {
            requests: requests.collect(),
        })
    }
}
