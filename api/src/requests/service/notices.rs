//! Telling recipients what became of data that they have (GDPR Art. 19).

use std::collections::HashMap;

use entity::enums::{
    Action, ErrorCode, EventType, RecipientNoticeStatus as Status, RecipientRole, RequestChannel,
    RequestStatus, RequestType,
};
use entity::id::{RecipientId, RecipientNoticeId, RequestId, RequestItemId};
use entity::time::Timestamp;
use entity::{recipient_notice, request, request_item};

use super::case::{Case, Opened};
use super::check::{LONGEST_NOTE, check_text};
use crate::context::{Ctx, Once, only_id};
use crate::customers;
use crate::disclosures;
use crate::error::{Error, Result};
use crate::ledger::Fields;
use crate::platform::page::{Page, PageRequest};
use crate::platform::personal::Personal;
use crate::platform::random;
use crate::recipients;
use crate::requests::rules::notices;
use crate::requests::store;
use crate::vault::Locked;

/// A notice as a caller may see it.
#[derive(Debug, Clone)]
pub(crate) struct Notice {
    /// Its row.
    pub(crate) row: recipient_notice::Model,
    /// What was said about it.
    pub(crate) note: Option<Locked>,
}

/// Which notices are asked for. Empty lists ask for all.
#[derive(Debug, Clone, Default)]
pub(crate) struct NoticeFilter {
    /// About this request.
    pub(crate) request: Option<RequestId>,
    /// To this recipient.
    pub(crate) recipient: Option<RecipientId>,
    /// In these states.
    pub(crate) statuses: Vec<Status>,
}

/// What became of a notice.
#[derive(Debug, Clone)]
pub(crate) struct NoticeStep {
    /// Of which.
    pub(crate) notice: RecipientNoticeId,
    /// Where it stands.
    pub(crate) to: Status,
    /// Since when; now, when absent.
    pub(crate) at: Option<Timestamp>,
    /// By what way it was sent.
    pub(crate) channel: Option<RequestChannel>,
    /// What is to be said about it.
    pub(crate) note: Option<Personal>,
}

/// Who is to be told when an item comes to a state: whoever has data of the customer, and is neither an authority, nor the
/// public, nor the person. Looked at before the request is locked.
///
/// # Errors
/// As every statement.
pub(super) async fn to_be_told(
    ctx: &Ctx,
    request: &request::Model,
    item: &request_item::Model,
    to: RequestStatus,
) -> Result<Vec<RecipientId>> {
    let changes = matches!(
        item.kind,
        RequestType::Correction | RequestType::Deletion | RequestType::Restriction
    );
    let done = matches!(
        to,
        RequestStatus::Fulfilled | RequestStatus::PartiallyFulfilled
    );
    let Some(customer) = super::work::subject(request).filter(|_| changes && done) else {
        return Ok(Vec::new());
    };
    let roots = customers::service::roots(ctx, &[customer]).await?;
    let root = roots.get(&customer).copied().unwrap_or(customer);
    let members = customers::service::clusters(ctx, &[root]).await?.all();
    let ids = disclosures::service::recipients_of(ctx, &members).await?;
    let found = recipients::service::by_ids(ctx, &ids).await?;
    let told = |id: &RecipientId| {
        found.get(id).is_some_and(|recipient| {
            let own = recipient.customer.is_some_and(|own| members.contains(&own));
            let nobody = matches!(
                recipient.row.role,
                RecipientRole::PublicAuthority | RecipientRole::DataSubject | RecipientRole::Public
            );
            !own && !nobody
        })
    };
    Ok(ids.into_iter().filter(told).collect())
}

/// Plans notices about an item.
pub(super) async fn plan(
    ctx: &Ctx,
    case: &mut Case,
    item: RequestItemId,
    told: &[RecipientId],
) -> Result<()> {
    let mut rows = Vec::new();
    let since = case.item(item)?.status_at;
    for recipient in told {
        let id = RecipientNoticeId::from_uuid(random::id());
        let fields = Fields::new()
            .with("notice", id.to_string())
            .with("item", item.to_string())
            .with("recipient", recipient.to_string());
        let event_id = case.record(EventType::RecipientNoticePlanned, fields)?;
        rows.push(recipient_notice::Model {
            controller_id: ctx.controller(),
            id,
            request_id: case.request.id,
            item_id: item,
            recipient_id: *recipient,
            status: Status::Planned,
            status_at: since,
            planned_at: since,
            channel: None,
            key_id: case.key.id(),
            note: None,
            version: 1,
            event_id,
        });
    }
    store::insert_notices(case.tx.db(), rows).await
}

/// Records what became of a notice.
///
/// # Errors
/// Forbidden; Invalid, also without a reason where one is needed; `NotFound`; Refused (`TRANSITION_NOT_ALLOWED`).
pub(crate) async fn step_notice(
    ctx: &Ctx,
    step: NoticeStep,
    once: Once,
) -> Result<RecipientNoticeId> {
    ctx.authorize(Action::HandleRequest)?;
    check_text("note", step.note.as_ref(), LONGEST_NOTE)?;
    let at = ctx.not_in_future("occurredAt", step.at.unwrap_or(ctx.now()))?;
    if matches!(step.to, Status::Failed | Status::NotNeeded) && step.note.is_none() {
        return Err(Error::invalid("note", "must say why"));
    }
    if step.channel.is_some() != (step.to == Status::Sent) {
        let problem = "says by what way it was sent: with SENT, and only there";
        return Err(Error::invalid("channel", problem));
    }
    if let Some(ids) = ctx.done_before(&once).await? {
        return only_id(&ids, "notice");
    }
    let id = step.notice;
    let found = store::notices_by_id(ctx.db(), ctx.scope(), &[id])
        .await?
        .pop();
    let request = found.ok_or(MISSING)?.request_id;
    let mut case = match Case::open(ctx, request, &once, &[id.to_string()]).await? {
        Opened::Now(case) => case,
        Opened::Before(ids) => return only_id(&ids, "notice"),
    };
    // Read again under the lock of the request, which every change of its notices takes.
    let found = store::notices_by_id(case.tx.db(), case.tx.scope(), &[id])
        .await?
        .pop();
    let before = found.ok_or(MISSING)?;
    if !notices::followers(before.status).contains(&step.to) {
        let reason = format!("{} is not followed by {}", before.status, step.to);
        let code = ErrorCode::TransitionNotAllowed;
        return Err(case.refuse(ctx, code, reason).await);
    }
    if at < before.status_at {
        let problem = "lies before it was planned, or before the last step";
        return Err(Error::invalid("occurredAt", problem));
    }
    let event_id = case.record(
        EventType::RecipientNoticeMoved,
        Fields::new()
            .with("notice", id.to_string())
            .with("recipient", before.recipient_id.to_string())
            .with("from", before.status.as_str())
            .with("to", step.to.as_str())
            .with("at", at.to_string())
            .with_some("channel", step.channel.map(RequestChannel::as_str))
            .with_text("note", step.note.as_ref()),
    )?;
    let note = case.close(store::NOTICE_NOTE, id.uuid(), step.note.as_ref())?;
    let after = recipient_notice::Model {
        status: step.to,
        status_at: at,
        channel: step.channel.or(before.channel),
        note,
        version: before.version + 1,
        event_id,
        ..before
    };
    store::update_notice(case.tx.db(), case.tx.scope(), after).await?;
    case.save(ctx).await?;
    Ok(id)
}

const MISSING: Error = Error::NotFound { what: "notice" };

/// A page of notices, in the order in which they were planned.
///
/// # Errors
/// Forbidden; Invalid for a page that cannot be given.
pub(crate) async fn notices(
    ctx: &Ctx,
    filter: &NoticeFilter,
    page: PageRequest,
) -> Result<Page<Notice>> {
    ctx.authorize(Action::ReadRequests)?;
    let page = page.check(&format!("recipientNotices {filter:?}"))?;
    let page = store::page_of_notices(ctx.db(), ctx.scope(), filter, &page).await?;
    let keys = page.rows.iter().map(|(_, row)| row.key_id);
    let keys = ctx.cell_keys(Action::ReadPersonalData, keys).await?;
    Ok(page.map(|row| Notice::seen(&keys, row)))
}

/// Notices by id.
///
/// # Errors
/// Forbidden.
pub(crate) async fn notices_by_id(
    ctx: &Ctx,
    ids: &[RecipientNoticeId],
) -> Result<HashMap<RecipientNoticeId, Notice>> {
    ctx.authorize(Action::ReadRequests)?;
    let rows = store::notices_by_id(ctx.db(), ctx.scope(), ids).await?;
    let keys = rows.iter().map(|row| row.key_id);
    let keys = ctx.cell_keys(Action::ReadPersonalData, keys).await?;
    let rows = rows.into_iter();
    Ok(rows.map(|row| (row.id, Notice::seen(&keys, row))).collect())
}

/// A page of the notices about each of some things that were asked for.
///
/// # Errors
/// Forbidden; Invalid for a page that cannot be given.
pub(crate) async fn notices_of_items(
    ctx: &Ctx,
    items: &[RequestItemId],
    page: PageRequest,
) -> Result<HashMap<RequestItemId, Page<Notice>>> {
    ctx.authorize(Action::ReadRequests)?;
    let page = page.check("item.recipientNotices")?;
    let found = store::notices_of_items(ctx.db(), ctx.scope(), items, &page).await?;
    let keys = found.values().flat_map(|page| &page.rows);
    let keys = keys.map(|(_, row)| row.key_id);
    let keys = ctx.cell_keys(Action::ReadPersonalData, keys).await?;
    let pages = found.into_iter();
    Ok(pages
        .map(|(item, page)| (item, page.map(|row| Notice::seen(&keys, row))))
        .collect())
}

impl Notice {
    fn seen(keys: &crate::vault::CellKeys, row: recipient_notice::Model) -> Self {
        let note = keys.lock(
            row.key_id,
            store::NOTICE_NOTE,
            row.id.uuid(),
            row.note.as_ref(),
        );
        Self { row, note }
    }
}
