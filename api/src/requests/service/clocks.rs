//! Clocks of requests: extending them, and letting them stand still.

use entity::enums::{Action, ClockState, DelayReason, ErrorCode, EventType, Regime, RequestStatus};
use entity::id::RequestClockId;
use entity::time::Timestamp;
use entity::{request_clock, request_item};

use super::case::{Case, Opened};
use super::check::{LONGEST_NOTE, check_text};
use super::time::{known, longest, paused, resumed};
use crate::context::{Ctx, Once, only_id};
use crate::error::{Error, Result};
use crate::ledger::Fields;
use crate::platform::personal::Personal;
use crate::requests::rules::clock::whole_days;
use crate::requests::store;

/// More time for an answer.
#[derive(Debug, Clone)]
pub(crate) struct ClockExtension {
    /// Of which clock.
    pub(crate) clock: RequestClockId,
    /// Why.
    pub(crate) reason: DelayReason,
    /// What is to be said about it.
    pub(crate) note: Option<Personal>,
    /// When whoever asks was told so.
    pub(crate) notified_at: Timestamp,
    /// The new last instant; as late as the rule allows, when absent.
    pub(crate) due_at: Option<Timestamp>,
}

/// A pause of a clock.
#[derive(Debug, Clone)]
pub(crate) struct ClockPause {
    /// Of which clock.
    pub(crate) clock: RequestClockId,
    /// Why.
    pub(crate) reason: DelayReason,
    /// What is to be said about it.
    pub(crate) note: Option<Personal>,
    /// Since when; now, when absent.
    pub(crate) at: Option<Timestamp>,
}

/// Gives an answer more time. It needs a reason, and whoever asks must have been told before the time was over.
///
/// # Errors
/// Forbidden; Invalid, also for an instant beyond what the rule allows; `NotFound`; Refused (`EXTENSION_NOT_ALLOWED`).
pub(crate) async fn extend(
    ctx: &Ctx,
    change: ClockExtension,
    once: Once,
) -> Result<RequestClockId> {
    ctx.authorize(Action::HandleRequest)?;
    check_text("note", change.note.as_ref(), LONGEST_NOTE)?;
    ctx.not_in_future("notifiedAt", change.notified_at)?;
    let id = change.clock;
    let mut case = match open(ctx, id, &once).await? {
        Opened::Now(case) => case,
        Opened::Before(ids) => return only_id(&ids, "clock"),
    };
    let clock = case.clock(id)?.clone();
    let most = match extendable(&clock, &change) {
        Ok(most) => most,
        Err(reason) => {
            let code = ErrorCode::ExtensionNotAllowed;
            return Err(case.refuse(ctx, code, reason.to_owned()).await);
        }
    };
    if change.notified_at < clock.since {
        let problem = "lies before the request came in";
        return Err(Error::invalid("notifiedAt", problem));
    }
    check_reason(clock.regime, change.reason)?;
    let due_at = change.due_at.unwrap_or(most);
    if due_at > most || due_at <= clock.due_at {
        let problem = format!("must be after {} and not after {most}", clock.due_at);
        return Err(Error::invalid("dueAt", problem));
    }
    let event_id = case.record(
        EventType::RequestClockExtended,
        Fields::new()
            .with("clock", id.to_string())
            .with("reason", change.reason.as_str())
            .with("notifiedAt", change.notified_at.to_string())
            .with("before", clock.due_at.to_string())
            .with("dueAt", due_at.to_string())
            .with_text("note", change.note.as_ref()),
    )?;
    let note = case.close(store::CLOCK_NOTE, id.uuid(), change.note.as_ref())?;
    let extended = request_clock::Model {
        due_at,
        extended_at: Some(ctx.now()),
        notified_at: Some(change.notified_at),
        delay: Some(change.reason),
        note,
        event_id,
        ..clock
    };
    case.set_clock(extended);
    case.save(ctx).await?;
    Ok(id)
}

/// GDPR Art. 12(3) knows two reasons.
fn check_reason(regime: Regime, reason: DelayReason) -> Result<()> {
    let known = [DelayReason::Complexity, DelayReason::Volume];
    if matches!(regime, Regime::Gdpr | Regime::UkGdpr) && !known.contains(&reason) {
        let problem = "must be COMPLEXITY or VOLUME under this regime";
        return Err(Error::invalid("reason", problem));
    }
    Ok(())
}

/// The last instant to which a clock can be extended; or why it cannot.
fn extendable(
    clock: &request_clock::Model,
    change: &ClockExtension,
) -> std::result::Result<Timestamp, &'static str> {
    if clock.met_at.is_some() || clock.stopped_at.is_some() {
        return Err("it does not run any more");
    }
    let most = longest(clock).ok_or("its rule gives no extension")?;
    if clock.extended_at.is_some() {
        return Err("it was extended already");
    }
    if change.notified_at > clock.due_at {
        return Err("whoever asks must have been told before it ran out");
    }
    Ok(most)
}

/// Lets a clock stand still: while it has to be made sure who asks, or what is asked for.
///
/// # Errors
/// Forbidden; Invalid; `NotFound`; Refused (`PAUSE_NOT_ALLOWED`) where its rule knows no pause, and where it does not
/// run.
pub(crate) async fn pause(ctx: &Ctx, change: ClockPause, once: Once) -> Result<RequestClockId> {
    ctx.authorize(Action::HandleRequest)?;
    check_text("note", change.note.as_ref(), LONGEST_NOTE)?;
    let reasons = [
        DelayReason::IdentityVerification,
        DelayReason::InformationRequired,
    ];
    if !reasons.contains(&change.reason) {
        let problem = "must be IDENTITY_VERIFICATION or INFORMATION_REQUIRED";
        return Err(Error::invalid("reason", problem));
    }
    let at = ctx.not_in_future("occurredAt", change.at.unwrap_or(ctx.now()))?;
    let id = change.clock;
    let mut case = match open(ctx, id, &once).await? {
        Opened::Now(case) => case,
        Opened::Before(ids) => return only_id(&ids, "clock"),
    };
    let clock = case.clock(id)?.clone();
    if let Some(problem) = not_pausable(&clock, case.item(clock.item_id)?, &change, at) {
        let code = ErrorCode::PauseNotAllowed;
        return Err(case.refuse(ctx, code, problem.to_owned()).await);
    }
    let event_id = case.record(
        EventType::RequestClockPaused,
        Fields::new()
            .with("clock", id.to_string())
            .with("reason", change.reason.as_str())
            .with("at", at.to_string())
            .with_text("note", change.note.as_ref()),
    )?;
    let pause_note = case.close(store::PAUSE_NOTE, id.uuid(), change.note.as_ref())?;
    let paused = request_clock::Model {
        paused_at: Some(at),
        pause_reason: Some(change.reason),
        pause_note,
        event_id,
        ..clock
    };
    case.set_clock(paused);
    case.save(ctx).await?;
    Ok(id)
}

fn not_pausable(
    clock: &request_clock::Model,
    item: &request_item::Model,
    change: &ClockPause,
    at: Timestamp,
) -> Option<&'static str> {
    let waits_for = match change.reason {
        DelayReason::IdentityVerification => RequestStatus::AwaitingVerification,
        _ => RequestStatus::AwaitingInformation,
    };
    if !clock.pauses {
        return Some("its rule knows no pause");
    }
    if clock.paused_at.is_some() {
        return Some("it stands still already");
    }
    if known(clock).state(at) != ClockState::Running || at < clock.since {
        return Some("it does not run at that instant");
    }
    if clock.resumed_at.is_some_and(|resumed| at < resumed) {
        return Some("it stood still until after that instant already");
    }
    if item.status != waits_for || at < item.status_at {
        return Some(
            "what it is for does not wait for that then: AWAITING_VERIFICATION or AWAITING_INFORMATION",
        );
    }
    None
}

/// Lets a clock go on, before what it waits for is over: its last day moves by the whole days for which it stood still.
///
/// # Errors
/// Forbidden; Invalid; `NotFound`; Refused (`PAUSE_NOT_ALLOWED`) where it does not stand still.
pub(crate) async fn resume(
    ctx: &Ctx,
    id: RequestClockId,
    at: Option<Timestamp>,
    once: Once,
) -> Result<RequestClockId> {
    ctx.authorize(Action::HandleRequest)?;
    let at = ctx.not_in_future("occurredAt", at.unwrap_or(ctx.now()))?;
    let mut case = match open(ctx, id, &once).await? {
        Opened::Now(case) => case,
        Opened::Before(ids) => return only_id(&ids, "clock"),
    };
    let clock = case.clock(id)?.clone();
    let Some(since) = clock.paused_at else {
        let reason = "it does not stand still".to_owned();
        let code = ErrorCode::PauseNotAllowed;
        return Err(case.refuse(ctx, code, reason).await);
    };
    if at < since {
        return Err(Error::invalid("occurredAt", "lies before the pause"));
    }
    let mut resumed = resumed(&clock, at);
    resumed.event_id = case.record(
        EventType::RequestClockResumed,
        Fields::new()
            .with("clock", id.to_string())
            .with("at", at.to_string())
            .with("pausedDays", whole_days(paused(&resumed)))
            .with("dueAt", resumed.due_at.to_string()),
    )?;
    case.set_clock(resumed);
    case.save(ctx).await?;
    Ok(id)
}

async fn open(ctx: &Ctx, id: RequestClockId, once: &Once) -> Result<Opened> {
    if let Some(ids) = ctx.done_before(once).await? {
        return Ok(Opened::Before(ids));
    }
    let request = store::request_of_clock(ctx.db(), ctx.scope(), id).await?;
    Case::open(ctx, request, once, &[id.to_string()]).await
}
