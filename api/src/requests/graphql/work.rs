//! What has to be done about requests, in the schema: tasks that people plan, and codes to be sent.

use async_graphql::{Context, ID, InputObject, Object};
use entity::enums::TaskKind;
use entity::id::{IdentifierId, RequestId, RequestItemId, TaskId};

use crate::error::Result;
use crate::graphql::{OnBehalfOfInput, ctx_for, once, payloads, personal, read_back};
use crate::platform::personal::Personal;
use crate::requests::service::{self, NewCode, PlannedTask};
use crate::tasks::service::Task;

/// A task that a person plans.
#[derive(InputObject)]
pub(crate) struct PlanTaskInput {
    /// For which item: one that is `IN_PROGRESS` or `ON_HOLD`.
    item_id: RequestItemId,
    /// In which system: its name, as in external ids.
    system: String,
    /// What is to be done; what the item asks for, when absent.
    kind: Option<TaskKind>,
    /// What whoever does it must know, at most 2000 characters.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    instructions: Option<Personal>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Makes a repetition of this call have no further effect, at most 200 characters.
    idempotency_key: Option<ID>,
}

/// A task that is to be done again.
#[derive(InputObject)]
pub(crate) struct RetryTaskInput {
    /// The task.
    task_id: TaskId,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Makes a repetition of this call have no further effect, at most 200 characters.
    idempotency_key: Option<ID>,
}

/// A code to be sent.
#[derive(InputObject)]
pub(crate) struct SendVerificationCodeInput {
    /// For which request.
    request_id: RequestId,
    /// Where to: an e-mail address on record of its customer, verified, or recorded before the request came in.
    identifier_id: IdentifierId,
    /// By which system: one that an integration serves.
    system: String,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Makes a repetition of this call have no further effect, at most 200 characters.
    idempotency_key: Option<ID>,
}

payloads! {
    /// What `planTask` answers.
    PlanTaskPayload {
        /// The task; null when it was planned but could not be read.
        task: Task
    }
    /// What `retryTask` answers.
    RetryTaskPayload {
        /// The task as it is now; null when it is to be done again but could not be read.
        task: Task
    }
    /// What `sendVerificationCode` answers.
    SendVerificationCodePayload {
        /// The task of sending it; null when it was planned but could not be read.
        task: Task
    }
}

/// Changes to what has to be done about requests.
#[derive(Default)]
pub(crate) struct WorkMutation;

#[Object]
impl WorkMutation {
    /// Plans a task by hand, beside those that were planned when the item came to `IN_PROGRESS`. Errors: NOT_FOUND;
    /// TRANSITION_NOT_ALLOWED where the item is not being worked on.
    async fn plan_task(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The task.")] input: PlanTaskInput,
    ) -> Result<PlanTaskPayload> {
        let once = once("planTask", input.idempotency_key.as_ref(), &input)?;
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let new = PlannedTask {
            item: input.item_id,
            system: input.system,
            kind: input.kind,
            instructions: input.instructions,
        };
        let id = service::plan_task(&ctx, new, once).await?;
        let task = read_back(context, id).await;
        Ok(PlanTaskPayload { task })
    }

    /// Has a task done again that failed, was skipped or keeps something, and one that waits for a later time now. Errors:
    /// NOT_FOUND; TRANSITION_NOT_ALLOWED where what it is for has ended otherwise.
    async fn retry_task(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which task.")] input: RetryTaskInput,
    ) -> Result<RetryTaskPayload> {
        let once = once("retryTask", input.idempotency_key.as_ref(), &input)?;
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let id = service::retry_task(&ctx, input.task_id, once).await?;
        let task = read_back(context, id).await;
        Ok(RetryTaskPayload { task })
    }

    /// Has a code of eight digits sent to an address on record: a task for the system that sends it, which alone is told the
    /// code. It counts for 30 minutes; `verifyRequester` compares what comes back. Errors: NOT_FOUND;
    /// TRANSITION_NOT_ALLOWED where nothing of the request is open; VERIFICATION_LOCKED after five codes to the address, or
    /// five attempts that failed, within a day.
    async fn send_verification_code(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Where to.")] input: SendVerificationCodeInput,
    ) -> Result<SendVerificationCodePayload> {
        let key = input.idempotency_key.as_ref();
        let once = once("sendVerificationCode", key, &input)?;
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let new = NewCode {
            request: input.request_id,
            identifier: input.identifier_id,
            system: input.system,
        };
        let id = service::send_code(&ctx, new, once).await?;
        let task = read_back(context, id).await;
        Ok(SendVerificationCodePayload { task })
    }
}
