//! Notices to recipients in the schema.

use std::collections::HashMap;

use async_graphql::{Context, ID, InputObject, Object};
use entity::enums::{RecipientNoticeStatus, RequestChannel};
use entity::id::{RecipientId, RecipientNoticeId, RequestId, RequestItemId};
use entity::time::Timestamp;

use crate::context::Ctx;
use crate::error::{Error, Result};
use crate::graphql::{
    Batch, Nullable, OnBehalfOfInput, connection, ctx, ctx_for, load, once, open, pages, payloads,
    personal, read_back,
};
use crate::ledger::graphql::EventNode;
use crate::platform::page::PageRequest;
use crate::platform::personal::Personal;
use crate::recipients::graphql::RecipientNode;
use crate::requests::service::{self, Item, Notice, NoticeFilter, NoticeStep, Request};

/// That a recipient is told what became of data that it has (GDPR Art. 19).
#[Object(name = "RecipientNotice")]
impl Notice {
    /// Identity.
    pub(crate) async fn id(&self) -> RecipientNoticeId {
        self.row.id
    }

    /// The request.
    async fn request(&self, context: &Context<'_>) -> Nullable<Request> {
        load(context, self.row.request_id).await.transpose()
    }

    /// What was asked for, and done.
    async fn item(&self, context: &Context<'_>) -> Nullable<Item> {
        load(context, self.row.item_id).await.transpose()
    }

    /// Who is told.
    async fn recipient(&self, context: &Context<'_>) -> Nullable<RecipientNode> {
        load(context, self.row.recipient_id).await.transpose()
    }

    /// Where it stands.
    async fn status(&self) -> RecipientNoticeStatus {
        self.row.status
    }

    /// Since when.
    async fn status_at(&self) -> Timestamp {
        self.row.status_at
    }

    /// When it was planned.
    async fn planned_at(&self) -> Timestamp {
        self.row.planned_at
    }

    /// By what way it was sent, the last time.
    async fn channel(&self) -> Option<RequestChannel> {
        self.row.channel
    }

    /// Why it failed or is not needed, or what the recipient answered. Null for a role without `READ_PERSONAL_DATA`, and
    /// after erasure.
    #[graphql(name = "note", directive = personal::apply("user.content.private".to_owned()))]
    async fn remark(&self) -> Nullable<String> {
        open(self.note.as_ref()).transpose()
    }

    /// Counts changes.
    async fn version(&self) -> i32 {
        self.row.version
    }

    /// The leaf of the last change in the ledger.
    async fn event(&self, context: &Context<'_>) -> Nullable<EventNode> {
        load(context, self.row.event_id).await.transpose()
    }
}

connection! {
    /// A page of notices to recipients.
    RecipientNoticeConnection, RecipientNoticeEdge, Notice
}

impl Batch for RecipientNoticeId {
    type Value = Notice;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Notice>> {
        service::notices_by_id(ctx, keys).await
    }
}

pages! {
    /// A page of the notices about an item.
    pub(super) NoticesOf(RequestItemId): Notice, service::notices_of_items;
}

/// Which notices.
#[derive(Default, InputObject)]
pub(crate) struct RecipientNoticeFilterInput {
    /// About this request.
    request_id: Option<RequestId>,
    /// To this recipient.
    recipient_id: Option<RecipientId>,
    /// In one of these states.
    status_in: Option<Vec<RecipientNoticeStatus>>,
}

/// Queries over notices to recipients.
#[derive(Default)]
pub(crate) struct NoticesQuery;

#[Object]
impl NoticesQuery {
    /// The controller's notices to recipients, in the order in which they were planned.
    async fn recipient_notices(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Page size: 1 to 100, 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The page after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "Which ones.")] filter: Option<RecipientNoticeFilterInput>,
    ) -> Result<RecipientNoticeConnection> {
        let filter = filter.unwrap_or_default();
        let filter = NoticeFilter {
            request: filter.request_id,
            recipient: filter.recipient_id,
            statuses: filter.status_in.unwrap_or_default(),
        };
        let page = service::notices(ctx(context)?, &filter, PageRequest { first, after }).await?;
        Ok(RecipientNoticeConnection::new(page))
    }
}

/// What became of a notice.
#[derive(InputObject)]
pub(crate) struct RecordRecipientNoticeInput {
    /// Of which.
    notice_id: RecipientNoticeId,
    /// `SENT`, `FAILED` or `NOT_NEEDED`.
    status: RecipientNoticeStatus,
    /// By what way it was sent: with `SENT`, and only there.
    channel: Option<RequestChannel>,
    /// What is to be said about it, at most 2000 characters; needed for `FAILED`, and for `NOT_NEEDED`: why it is
    /// impossible, or takes disproportionate effort.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    note: Option<Personal>,
    /// Since when: not before the last step, and not in the future. Absent: now.
    occurred_at: Option<Timestamp>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Makes a repetition of this call have no further effect, at most 200 characters.
    idempotency_key: Option<ID>,
}

/// That a recipient confirmed a notice.
#[derive(InputObject)]
pub(crate) struct AcknowledgeRecipientNoticeInput {
    /// Which.
    notice_id: RecipientNoticeId,
    /// What the recipient answered, at most 2000 characters.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    note: Option<Personal>,
    /// When: not before it was sent, and not in the future. Absent: now.
    occurred_at: Option<Timestamp>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Makes a repetition of this call have no further effect, at most 200 characters.
    idempotency_key: Option<ID>,
}

payloads! {
    /// What `recordRecipientNotice` answers.
    RecordRecipientNoticePayload {
        /// The notice as it is now; null when it was changed but could not be read.
        notice: Notice
    }
    /// What `acknowledgeRecipientNotice` answers.
    AcknowledgeRecipientNoticePayload {
        /// The notice as it is now; null when it was changed but could not be read.
        notice: Notice
    }
}

/// Changes to notices to recipients.
#[derive(Default)]
pub(crate) struct NoticesMutation;

#[Object]
impl NoticesMutation {
    /// Records that a notice was sent, failed or is not needed. Notices are planned when a correction, deletion or restriction
    /// was fulfilled, whole or in part: one for each recipient of the customer's data that is neither an authority, nor
    /// the public, nor the person. Errors: NOT_FOUND; TRANSITION_NOT_ALLOWED.
    async fn record_recipient_notice(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What became of it.")] input: RecordRecipientNoticeInput,
    ) -> Result<RecordRecipientNoticePayload> {
        let key = input.idempotency_key.as_ref();
        let once = once("recordRecipientNotice", key, &input)?;
        let ctx = ctx_for(context, input.on_behalf_of)?;
        if input.status == RecipientNoticeStatus::Acknowledged {
            let problem = "is reached by acknowledgeRecipientNotice";
            return Err(Error::invalid("status", problem));
        }
        let step = NoticeStep {
            notice: input.notice_id,
            to: input.status,
            at: input.occurred_at,
            channel: input.channel,
            note: input.note,
        };
        let id = service::step_notice(&ctx, step, once).await?;
        let notice = read_back(context, id).await;
        Ok(RecordRecipientNoticePayload { notice })
    }

    /// Records that a recipient confirmed a notice that was sent. Errors: NOT_FOUND; TRANSITION_NOT_ALLOWED.
    async fn acknowledge_recipient_notice(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which one.")] input: AcknowledgeRecipientNoticeInput,
    ) -> Result<AcknowledgeRecipientNoticePayload> {
        let key = input.idempotency_key.as_ref();
        let once = once("acknowledgeRecipientNotice", key, &input)?;
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let step = NoticeStep {
            notice: input.notice_id,
            to: RecipientNoticeStatus::Acknowledged,
            at: input.occurred_at,
            channel: None,
            note: input.note,
        };
        let id = service::step_notice(&ctx, step, once).await?;
        let notice = read_back(context, id).await;
        Ok(AcknowledgeRecipientNoticePayload { notice })
    }
}
