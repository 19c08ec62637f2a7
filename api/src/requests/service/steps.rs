//! Moving what is asked for from one state to the next.

use entity::enums::{Action, DenialReason, ErrorCode, RequestStatus as Status};
use entity::id::{RecipientId, RequestId, RequestItemId};
use entity::time::Timestamp;
use entity::{request, request_item};

use super::case::{Case, Opened, Step};
use super::check::{LONGEST_NOTE, check_escalation, check_text};
use super::notices;
use super::work::{self, Work};
use crate::context::{Ctx, Once, only_id};
use crate::customers;
use crate::error::{Error, Result};
use crate::platform::personal::Personal;
use crate::requests::rules::states;
use crate::requests::store;
use crate::tasks::service as tasks;

/// A step to another state.
#[derive(Debug, Clone)]
pub(crate) struct Transition {
    /// Of which item.
    pub(crate) item: RequestItemId,
    /// To which state.
    pub(crate) to: Status,
    /// Since when; now, when absent.
    pub(crate) at: Option<Timestamp>,
    /// When whoever asks was told, where it is an answer; since when, when absent.
    pub(crate) answered_at: Option<Timestamp>,
    /// What is to be said about it.
    pub(crate) note: Option<Personal>,
    /// What the systems must know that have to do something.
    pub(crate) instructions: Option<Personal>,
    /// What it repeats.
    pub(crate) duplicate_of: Option<RequestId>,
    /// To which body the person may turn, or has turned.
    pub(crate) escalation_body: Option<String>,
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
    /// When whoever asks was told; when it was denied, when absent.
    pub(crate) answered_at: Option<Timestamp>,
    /// The version of the item that the caller has seen.
    pub(crate) expected_version: Option<i32>,
}

/// Moves an item to another state.
///
/// # Errors
/// Forbidden; Invalid, also for states that have operations of their own; `NotFound`; Conflict for another version;
/// Refused (`TRANSITION_NOT_ALLOWED`).
pub(crate) async fn transition(ctx: &Ctx, change: Transition, once: Once) -> Result<RequestItemId> {
    ctx.authorize(Action::HandleRequest)?;
    check_text("note", change.note.as_ref(), LONGEST_NOTE)?;
    check_text("instructions", change.instructions.as_ref(), LONGEST_NOTE)?;
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
    if change.answered_at.is_some() && !states::is_answer(change.to) {
        let problem = "is said of what answers the person only";
        return Err(Error::invalid("answeredAt", problem));
    }
    let item = change.item;
    let asked = Asked {
        to: change.to,
        at: change.at,
        answered_at: change.answered_at,
        denial: None,
        note: change.note,
        instructions: change.instructions,
        duplicate_of: change.duplicate_of,
        escalation_body: change.escalation_body,
        expected_version: change.expected_version,
    };
    move_item(ctx, item, &asked, once).await
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
    let item = denial.item;
    let asked = Asked {
        to: Status::Denied,
        at: denial.at,
        answered_at: denial.answered_at,
        denial: Some(denial.reason),
        note: denial.note,
        instructions: None,
        duplicate_of: None,
        escalation_body: None,
        expected_version: denial.expected_version,
    };
    move_item(ctx, item, &asked, once).await
}

/// A step that is asked for.
struct Asked {
    to: Status,
    at: Option<Timestamp>,
    answered_at: Option<Timestamp>,
    denial: Option<DenialReason>,
    note: Option<Personal>,
    instructions: Option<Personal>,
    duplicate_of: Option<RequestId>,
    escalation_body: Option<String>,
    expected_version: Option<i32>,
}

async fn move_item(
    ctx: &Ctx,
    id: RequestItemId,
    asked: &Asked,
    once: Once,
) -> Result<RequestItemId> {
    for (field, at) in [("occurredAt", asked.at), ("answeredAt", asked.answered_at)] {
        at.map(|at| ctx.not_in_future(field, at)).transpose()?;
    }
    if let Some(ids) = ctx.done_before(&once).await? {
        return only_id(&ids, "item");
    }
    let request = store::request_of_item(ctx.db(), ctx.scope(), id).await?;
    let other = asked.duplicate_of;
    check_other(ctx, request, other).await?;
    let (work, told) = work_of(ctx, request, id, asked.to).await?;
    let results = [id.to_string()];
    let opened = Case::open_with(ctx, request, other, &once, &results).await?;
    let mut case = match opened {
        Opened::Now(case) => case,
        Opened::Before(ids) => return only_id(&ids, "item"),
    };
    let item = case.item(id)?;
    check_escalation(
        "escalationBody",
        item.kind,
        asked.escalation_body.as_deref(),
    )?;
    let version = asked.expected_version;
    if version.is_some_and(|version| version != item.version) {
        return Err(Error::Conflict(
            "the item was changed meanwhile; read it again",
        ));
    }
    if let Some((code, reason)) = refuse(item, asked.to) {
        return Err(case.refuse(ctx, code, reason).await);
    }
    if let Some((code, reason)) = refuse_expired(ctx, &case.request, asked.to) {
        return Err(case.refuse(ctx, code, reason).await);
    }
    let item = case.item(id)?;
    let standing = tasks::standing(ctx, &case.tx, id).await?;
    if let Some((code, reason)) = work.refuse(&case, item, asked.to, &standing) {
        return Err(case.refuse(ctx, code, reason).await);
    }
    let (instructions, note) = (asked.instructions.as_ref(), asked.note.as_ref());
    work.check(asked.to, &standing, instructions, note)?;
    if item.status == Status::AwaitingVerification {
        check_unverified(asked.denial)?;
    }
    check_target(ctx, &case, item, asked.to).await?;
    let at = instant(ctx, item, asked.at)?;
    if asked
        .answered_at
        .is_some_and(|told| told < case.request.received_at)
    {
        let problem = "lies before the request came in";
        return Err(Error::invalid("answeredAt", problem));
    }
    let step = Step {
        to: asked.to,
        at,
        answered_at: asked.answered_at,
        denial: asked.denial,
        note: asked.note.as_ref(),
        duplicate_of: asked.duplicate_of,
        escalation_body: asked.escalation_body.as_deref(),
    };
    let item = item.clone();
    case.step(id, &step)?;
    if asked.to == Status::InProgress {
        work.plan(ctx, &mut case, &item, &standing, instructions)
            .await?;
    }
    notices::plan(ctx, &mut case, id, &told).await?;
    case.save(ctx).await?;
    Ok(id)
}

/// Refuses a duplicate of itself, and of what is not there.
async fn check_other(ctx: &Ctx, request: RequestId, other: Option<RequestId>) -> Result<()> {
    let Some(other) = other else { return Ok(()) };
    if other == request {
        let problem = "must be another request";
        return Err(Error::invalid("duplicateOfId", problem));
    }
    let found = store::by_ids(ctx.db(), ctx.scope(), [other]).await?;
    let missing = || Error::NotFound { what: "request" }.at("duplicateOfId");
    found.first().ok_or_else(missing)?;
    Ok(())
}

/// What systems have to do about a step, and who is to be told of it.
async fn work_of(
    ctx: &Ctx,
    request: RequestId,
    id: RequestItemId,
    to: Status,
) -> Result<(Work, Vec<RecipientId>)> {
    let request = store::by_ids(ctx.db(), ctx.scope(), [request]).await?.pop();
    let request = request.ok_or(Error::NotFound { what: "request" })?;
    let item = store::items_by_id(ctx.db(), ctx.scope(), &[id])
        .await?
        .pop();
    let missing = Error::NotFound {
        what: "item of a request",
    };
    let item = item.ok_or(missing)?;
    let told = notices::to_be_told(ctx, &request, &item, to).await?;
    Ok((Work::of(ctx, &request, &item, to).await?, told))
}

/// Why an item cannot come to a state.
fn refuse(item: &request_item::Model, to: Status) -> Option<(ErrorCode, String)> {
    if !states::followers(item.status).contains(&to) {
        return Some((ErrorCode::TransitionNotAllowed, not_allowed(item, to)));
    }
    if item.status == Status::AwaitingVerification && to == Status::InReview {
        let reason = "it has to be made sure first who asks: verifyRequester".to_owned();
        return Some((ErrorCode::IdentityNotVerified, reason));
    }
    None
}

/// Nothing is begun for somebody who may not ask for another any more.
fn refuse_expired(ctx: &Ctx, request: &request::Model, to: Status) -> Option<(ErrorCode, String)> {
    let until = request.authority_until?;
    let begins = matches!(to, Status::Approved | Status::InProgress);
    (begins && until.end() <= ctx.now()).then(|| {
        let reason = format!("whoever asks could do so until {until}: see verifyRequester");
        (ErrorCode::AuthorityExpired, reason)
    })
}

/// What is said of an end must be so: a customer to whom it is passed on, a request that it repeats.
async fn check_target(
    ctx: &Ctx,
    case: &Case,
    item: &request_item::Model,
    to: Status,
) -> Result<()> {
    if to == Status::Redirected && case.request.customer_id.is_none() {
        let problem = "needs the customer who controls the data: this request is about none";
        return Err(Error::invalid("to", problem));
    }
    let Some((other, items)) = &case.other else {
        return Ok(());
    };
    let own: Vec<_> = case.request.customer_id.into_iter().collect();
    let members = match own.first() {
        Some(customer) => {
            let roots = customers::service::roots(ctx, &own).await?;
            let root = roots.get(customer).copied().unwrap_or(*customer);
            customers::service::clusters(ctx, &[root]).await?.all()
        }
        None => Vec::new(),
    };
    let same_person = match other.customer_id {
        Some(customer) => members.contains(&customer),
        None => own.is_empty(),
    };
    let same = |one: &request_item::Model| {
        (one.kind, one.scope) == (item.kind, item.scope) && !states::is_final(one.status)
    };
    let problem = if !same_person {
        "must be of the same customer"
    } else if other.received_at > case.request.received_at {
        "must have come in before"
    } else if !items.iter().any(same) {
        "must ask for the same, and that must be open"
    } else {
        return Ok(());
    };
    Err(Error::invalid("duplicateOfId", problem))
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

/// When a step is taken. Steps come in order, also where they are told late.
fn instant(ctx: &Ctx, item: &request_item::Model, at: Option<Timestamp>) -> Result<Timestamp> {
    // Clocks of machines differ by seconds: now is not before the last step.
    let at = at.unwrap_or(ctx.now().max(item.status_at));
    if at < item.status_at {
        let problem = "lies before the last step of this item";
        return Err(Error::invalid("occurredAt", problem));
    }
    Ok(at)
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
    at.map(|at| ctx.not_in_future("occurredAt", at))
        .transpose()?;
    if let Some(ids) = ctx.done_before(&once).await? {
        return only_id(&ids, "request");
    }
    let mut case = match Case::open(ctx, id, &once, &[id.to_string()]).await? {
        Opened::Now(case) => case,
        Opened::Before(ids) => return only_id(&ids, "request"),
    };
    let mut items = Vec::new();
    for item in case.items.iter().cloned() {
        let standing = tasks::standing(ctx, &case.tx, item.id).await?;
        let follows = states::followers(item.status).contains(&Status::Withdrawn);
        if follows && work::refuse_end(&standing).is_none() {
            items.push(item);
        }
    }
    if items.is_empty() {
        let reason =
            "nothing of this request can be withdrawn: it is done, or being done".to_owned();
        let code = ErrorCode::TransitionNotAllowed;
        return Err(case.refuse(ctx, code, reason).await);
    }
    for item in &items {
        let at = instant(ctx, item, at)?;
        let step = Step {
            to: Status::Withdrawn,
            at,
            answered_at: None,
            denial: None,
            note,
            duplicate_of: None,
            escalation_body: None,
        };
        case.step(item.id, &step)?;
    }
    case.save(ctx).await?;
    Ok(id)
}
