//! Moving what is asked for from one state to the next.

use entity::enums::{Action, DenialReason, ErrorCode, RequestStatus as Status};
use entity::id::{RequestId, RequestItemId};
use entity::request_item;
use entity::time::Timestamp;

use super::case::{Case, Opened, Step};
use super::check::{LONGEST_NOTE, check_text};
use crate::context::{Ctx, Once, only_id};
use crate::error::{Error, Result};
use crate::platform::personal::Personal;
use crate::requests::rules::states;
use crate::requests::store;

/// A step to another state.
#[derive(Debug, Clone)]
pub(crate) struct Transition {
    /// Of which item.
    pub(crate) item: RequestItemId,
    /// To which state.
    pub(crate) to: Status,
    /// Since when; now, when absent.
    pub(crate) at: Option<Timestamp>,
    /// What is to be said about it.
    pub(crate) note: Option<Personal>,
    /// What it repeats.
    pub(crate) duplicate_of: Option<RequestId>,
    /// The version of the item that the caller has seen.
    pub(crate) expected_version: Option<i32>,
}

/// A denial.
#[derive(Debug, Clone)]
pub(crate) struct Denial {
    /// Of which item.
    pub(crate) item: RequestItemId,
    /// Why.
    pub(crate) reason: DenialReason,
    /// What is to be said about it.
    pub(crate) note: Option<Personal>,
    /// When; now, when absent.
    pub(crate) at: Option<Timestamp>,
}

/// Moves an item to another state.
///
/// # Errors
/// Forbidden; Invalid, also for states that have operations of their own; `NotFound`; Conflict for another version;
/// Refused (`TRANSITION_NOT_ALLOWED`).
pub(crate) async fn transition(ctx: &Ctx, change: Transition, once: Once) -> Result<RequestItemId> {
    ctx.authorize(Action::HandleRequest)?;
    check_text("note", change.note.as_ref(), LONGEST_NOTE)?;
    let problem = match (change.to, change.duplicate_of) {
        (Status::Denied, _) => Some(("to", "is reached by denyItem, with a reason")),
        (Status::Withdrawn, _) => Some(("to", "is reached by withdrawRequest")),
        (Status::Duplicate, None) => Some(("duplicateOfId", "must say what is repeated")),
        (Status::Duplicate, Some(_)) | (_, None) => None,
        (_, Some(_)) => Some(("duplicateOfId", "is said with DUPLICATE only")),
    };
    if let Some((field, problem)) = problem {
        return Err(Error::invalid(field, problem));
    }
    move_item(
        ctx,
        change.item,
        change.expected_version,
        &Step {
            to: change.to,
            at: ctx.not_in_future("occurredAt", change.at.unwrap_or(ctx.now()))?,
            denial: None,
            note: change.note.as_ref(),
            duplicate_of: change.duplicate_of,
        },
        once,
    )
    .await
}

/// Denies what an item asks for.
///
/// # Errors
/// Forbidden; Invalid, also for `OTHER` without a note; `NotFound`; Refused (`TRANSITION_NOT_ALLOWED`).
pub(crate) async fn deny(ctx: &Ctx, denial: Denial, once: Once) -> Result<RequestItemId> {
    ctx.authorize(Action::HandleRequest)?;
    check_text("note", denial.note.as_ref(), LONGEST_NOTE)?;
    if denial.reason == DenialReason::Other && denial.note.is_none() {
        return Err(Error::invalid(
            "note",
            "must say why, where the reason is OTHER",
        ));
    }
    move_item(
        ctx,
        denial.item,
        None,
        &Step {
            to: Status::Denied,
            at: ctx.not_in_future("occurredAt", denial.at.unwrap_or(ctx.now()))?,
            denial: Some(denial.reason),
            note: denial.note.as_ref(),
            duplicate_of: None,
        },
        once,
    )
    .await
}

async fn move_item(
    ctx: &Ctx,
    id: RequestItemId,
    expected_version: Option<i32>,
    step: &Step<'_>,
    once: Once,
) -> Result<RequestItemId> {
    if let Some(ids) = ctx.done_before(&once).await? {
        return only_id(&ids, "item");
    }
    let request = store::request_of_item(ctx.db(), ctx.scope(), id).await?;
    if let Some(other) = step.duplicate_of {
        check_duplicate(ctx, request, other).await?;
    }
    let mut case = match Case::open(ctx, request, &once, &[id.to_string()]).await? {
        Opened::Now(case) => case,
        Opened::Before(ids) => return only_id(&ids, "item"),
    };
    let item = case.item(id)?;
    if expected_version.is_some_and(|version| version != item.version) {
        return Err(Error::Conflict(
            "the item was changed meanwhile; read it again",
        ));
    }
    if !states::followers(item.status).contains(&step.to) {
        let reason = not_allowed(item, step.to);
        let code = ErrorCode::TransitionNotAllowed;
        return Err(case.refuse(ctx, code, reason).await);
    }
    if item.status == Status::AwaitingVerification {
        if step.to == Status::InReview {
            let reason = "it has to be made sure first who asks: verifyRequester".to_owned();
            let code = ErrorCode::IdentityNotVerified;
            return Err(case.refuse(ctx, code, reason).await);
        }
        check_unverified(step.denial)?;
    }
    check_order(item, step.at)?;
    case.step(id, step)?;
    case.save().await?;
    Ok(id)
}

/// Where nobody knows who asks, nothing else can be said about what they ask for.
fn check_unverified(denial: Option<DenialReason>) -> Result<()> {
    let known = [
        DenialReason::IdentityNotVerified,
        DenialReason::SuspectedFraud,
    ];
    if denial.is_some_and(|reason| !known.contains(&reason)) {
        let problem =
            "must be IDENTITY_NOT_VERIFIED or SUSPECTED_FRAUD while it is not known who asks";
        return Err(Error::invalid("reason", problem));
    }
    Ok(())
}

fn not_allowed(item: &request_item::Model, to: Status) -> String {
    let followers = states::followers(item.status).iter();
    let followers: Vec<_> = followers.map(|status| status.as_str()).collect();
    let from = item.status;
    if followers.is_empty() {
        return format!("{from} is an end: {to} cannot follow");
    }
    format!(
        "{from} is followed by {}, not by {to}",
        followers.join(", ")
    )
}

/// Steps come in order, also where they are told late.
fn check_order(item: &request_item::Model, at: Timestamp) -> Result<()> {
    if at < item.status_at {
        let problem = "lies before the last step of this item";
        return Err(Error::invalid("occurredAt", problem));
    }
    Ok(())
}

async fn check_duplicate(ctx: &Ctx, request: RequestId, other: RequestId) -> Result<()> {
    if request == other {
        let problem = "must be another request";
        return Err(Error::invalid("duplicateOfId", problem));
    }
    let found = store::by_ids(ctx.db(), ctx.scope(), [other]).await?;
    if found.is_empty() {
        return Err(Error::NotFound { what: "request" }.at("duplicateOfId"));
    }
    Ok(())
}

/// Whoever asked withdraws the request: everything of it that can be.
///
/// # Errors
/// Forbidden; Invalid; `NotFound`; Refused (`TRANSITION_NOT_ALLOWED`) where nothing of it can be withdrawn any more.
pub(crate) async fn withdraw(
    ctx: &Ctx,
    id: RequestId,
    (note, at): (Option<&Personal>, Option<Timestamp>),
    once: Once,
) -> Result<RequestId> {
    ctx.authorize(Action::HandleRequest)?;
    check_text("note", note, LONGEST_NOTE)?;
    let at = ctx.not_in_future("occurredAt", at.unwrap_or(ctx.now()))?;
    if let Some(ids) = ctx.done_before(&once).await? {
        return only_id(&ids, "request");
    }
    let mut case = match Case::open(ctx, id, &once, &[id.to_string()]).await? {
        Opened::Now(case) => case,
        Opened::Before(ids) => return only_id(&ids, "request"),
    };
    let can =
        |item: &&request_item::Model| states::followers(item.status).contains(&Status::Withdrawn);
    let items: Vec<_> = case.items.iter().filter(can).cloned().collect();
    if items.is_empty() {
        let reason =
            "nothing of this request can be withdrawn: it is done, or being done".to_owned();
        let code = ErrorCode::TransitionNotAllowed;
        return Err(case.refuse(ctx, code, reason).await);
    }
    for item in &items {
        check_order(item, at)?;
        let step = Step {
            to: Status::Withdrawn,
            at,
            denial: None,
            note,
            duplicate_of: None,
        };
        case.step(item.id, &step)?;
    }
    case.save().await?;
    Ok(id)
}
