//! Clocks of requests: extending them, and letting them stand still.

use entity::enums::{Action, ClockState, DelayReason, ErrorCode, EventType};
use entity::id::RequestClockId;
use entity::request_clock;
use entity::time::Timestamp;

use super::case::{Case, Opened};
use super::check::{LONGEST_NOTE, check_text};
use crate::context::{Ctx, Once, only_id};
use crate::error::{Error, Result};
use crate::ledger::Fields;
use crate::platform::personal::Personal;
use crate::requests::rules::calendar::{Length, Place};
use crate::requests::rules::clock::{Counting, Known, days_paused};
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

/// What is known of a clock, to say where it stands.
pub(super) fn known(clock: &request_clock::Model) -> Known {
    Known {
        due: clock.due_at,
        paused: clock.paused_at,
        met: clock.met_at,
        stopped: clock.stopped_at,
    }
}

fn place(clock: &request_clock::Model) -> Place<'_> {
    Place {
        zone: clock.zone.parse().unwrap_or(chrono_tz::Tz::UTC),
        country: clock.country.as_deref(),
    }
}

/// When a clock runs out that may take so long.
fn due(clock: &request_clock::Model, length: Length) -> Timestamp {
    let counting = Counting {
        since: clock.since,
        length,
        rolls: clock.rolls,
        paused_days: u32::try_from(clock.paused_days).unwrap_or_default(),
    };
    counting.due(place(clock))
}

fn length(count: i32, unit: entity::enums::TermUnit) -> Length {
    Length {
        count: u32::try_from(count).unwrap_or_default(),
        unit,
    }
}

/// How long a clock may take: as it began, or as it was extended.
fn present_length(clock: &request_clock::Model) -> Length {
    match (
        clock.extended_at,
        clock.extended_length,
        clock.extended_unit,
    ) {
        (Some(_), Some(count), Some(unit)) => length(count, unit),
        _ => length(clock.length, clock.unit),
    }
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
    let (Some(most), None) = (longest(&clock), not_extendable(&clock, &change)) else {
        let reason = not_extendable(&clock, &change).unwrap_or("its rule gives no extension");
        let code = ErrorCode::ExtensionNotAllowed;
        return Err(case.refuse(ctx, code, reason.to_owned()).await);
    };
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
            .with_some(
                "note",
                change.note.as_ref().map(|note| note.expose().to_owned()),
            ),
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
    case.save().await?;
    Ok(id)
}

/// How long a clock may take at the most; nothing where its rule gives no extension.
fn longest(clock: &request_clock::Model) -> Option<Timestamp> {
    let most = length(clock.extended_length?, clock.extended_unit?);
    Some(due(clock, most))
}

fn not_extendable(clock: &request_clock::Model, change: &ClockExtension) -> Option<&'static str> {
    if clock.met_at.is_some() || clock.stopped_at.is_some() {
        return Some("it does not run any more");
    }
    if clock.extended_length.is_none() {
        return Some("its rule gives no extension");
    }
    if clock.extended_at.is_some() {
        return Some("it was extended already");
    }
    if change.notified_at > clock.due_at {
        return Some("whoever asks must have been told before it ran out");
    }
    None
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
    let problem = match known(&clock).state(at) {
        _ if !clock.pauses => Some("its rule knows no pause"),
        ClockState::Running if at >= clock.since => None,
        ClockState::Paused => Some("it stands still already"),
        _ => Some("it does not run at that instant"),
    };
    if let Some(problem) = problem {
        let code = ErrorCode::PauseNotAllowed;
        return Err(case.refuse(ctx, code, problem.to_owned()).await);
    }
    let event_id = case.record(
        EventType::RequestClockPaused,
        Fields::new()
            .with("clock", id.to_string())
            .with("reason", change.reason.as_str())
            .with("at", at.to_string())
            .with_some(
                "note",
                change.note.as_ref().map(|note| note.expose().to_owned()),
            ),
    )?;
    let note = case.close(store::CLOCK_NOTE, id.uuid(), change.note.as_ref())?;
    let paused = request_clock::Model {
        paused_at: Some(at),
        delay: Some(change.reason),
        note,
        event_id,
        ..clock
    };
    case.set_clock(paused);
    case.save().await?;
    Ok(id)
}

/// Lets a clock go on: its last day moves by the days for which it stood still.
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
    let Some(paused) = clock.paused_at else {
        let reason = "it does not stand still".to_owned();
        let code = ErrorCode::PauseNotAllowed;
        return Err(case.refuse(ctx, code, reason).await);
    };
    if at < paused {
        return Err(Error::invalid("occurredAt", "lies before the pause"));
    }
    let days = i32::try_from(days_paused(place(&clock), paused, at)).unwrap_or(i32::MAX);
    let mut resumed = request_clock::Model {
        paused_at: None,
        paused_days: clock.paused_days.saturating_add(days),
        ..clock.clone()
    };
    // An extension that was not used to its end is moved by the same days.
    resumed.due_at = match clock.extended_at {
        Some(_) if clock.due_at < due(&clock, present_length(&clock)) => {
            let day = std::time::Duration::from_hours(24);
            clock
                .due_at
                .saturating_add(day.saturating_mul(u32::try_from(days).unwrap_or_default()))
        }
        _ => due(&resumed, present_length(&resumed)),
    };
    resumed.event_id = case.record(
        EventType::RequestClockResumed,
        Fields::new()
            .with("clock", id.to_string())
            .with("at", at.to_string())
            .with("pausedDays", days)
            .with("dueAt", resumed.due_at.to_string()),
    )?;
    case.set_clock(resumed);
    case.save().await?;
    Ok(id)
}

async fn open(ctx: &Ctx, id: RequestClockId, once: &Once) -> Result<Opened> {
    if let Some(ids) = ctx.done_before(once).await? {
        return Ok(Opened::Before(ids));
    }
    let request = store::request_of_clock(ctx.db(), ctx.scope(), id).await?;
    Case::open(ctx, request, once, &[id.to_string()]).await
}
