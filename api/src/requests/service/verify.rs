//! Making sure who asks.

use entity::date::Date;
use entity::enums::{
    Action, ErrorCode, EventType, RequestStatus as Status, RequesterKind, RequesterVerification,
    VerificationVerdict as Verdict,
};
use entity::id::{RequestId, RequestVerificationId};
use entity::request_verification;
use entity::time::Timestamp;

use super::case::{Case, Opened, Step};
use super::check::{LONGEST_NOTE, check_text};
use super::codes;
use crate::context::{Ctx, Once, only_id};
use crate::error::{Error, Result};
use crate::ledger::Fields;
use crate::platform::personal::{Personal, is_sha256};
use crate::platform::random;
use crate::requests::rules::verification;
use crate::requests::store;

/// Longest code that is answered with, in characters.
const LONGEST_CODE: usize = 20;

/// An attempt to make sure who asks.
#[derive(Debug, Clone)]
pub(crate) struct NewVerification {
    /// Of which request.
    pub(crate) request: RequestId,
    /// How it was tried.
    pub(crate) method: RequesterVerification,
    /// What came of it.
    pub(crate) said: Said,
    /// When; now, when absent.
    pub(crate) at: Option<Timestamp>,
    /// The last day on which they may ask for another, as was seen.
    pub(crate) authority_until: Option<Date>,
    /// For how many days it counts, where it succeeded.
    pub(crate) valid_days: Option<i32>,
    /// SHA-256 of the evidence, in hexadecimal digits. The evidence itself is not taken.
    pub(crate) evidence: Option<Personal>,
    /// Why it was no more than was needed.
    pub(crate) note: Option<Personal>,
}

/// What came of an attempt.
#[derive(Debug, Clone)]
pub(crate) enum Said {
    /// Whoever made sure says so.
    Verdict(Verdict),
    /// The code that was answered with: whether it is right, is decided here.
    Code(Personal),
}

/// Records an attempt to make sure who asks. Where it succeeded, what waits for it is looked at.
///
/// # Errors
/// Forbidden; Invalid; `NotFound`; Refused (`TRANSITION_NOT_ALLOWED`) where nothing of the request is open,
/// (`VERIFICATION_LOCKED`) after too many attempts that failed.
pub(crate) async fn verify(
    ctx: &Ctx,
    new: NewVerification,
    once: Once,
) -> Result<RequestVerificationId> {
    ctx.authorize(Action::HandleRequest)?;
    check_text("note", new.note.as_ref(), LONGEST_NOTE)?;
    check_digest(new.evidence.as_ref())?;
    let at = ctx.not_in_future("occurredAt", new.at.unwrap_or(ctx.now()))?;
    new.check()?;
    if let Some(ids) = ctx.done_before(&once).await? {
        return only_id(&ids, "verification");
    }
    let id = RequestVerificationId::from_uuid(random::id());
    let results = [id.to_string()];
    let mut case = match Case::open(ctx, new.request, &once, &results).await? {
        Opened::Now(case) => case,
        Opened::Before(ids) => return only_id(&ids, "verification"),
    };
    if let Some((code, reason)) = refuse(ctx, &case).await? {
        return Err(case.refuse(ctx, code, reason).await);
    }
    if let Some(until) = new.authority_until {
        if case.request.requester == RequesterKind::DataSubject {
            let problem = "is said of those who ask for another only";
            return Err(Error::invalid("authorityUntil", problem));
        }
        if until.end() <= ctx.now() {
            return Err(Error::invalid("authorityUntil", "lies in the past"));
        }
    }
    if at < case.request.received_at {
        return Err(Error::invalid(
            "occurredAt",
            "lies before the request came in",
        ));
    }
    let verdict = match &new.said {
        Said::Verdict(verdict) => *verdict,
        Said::Code(code) if codes::answer(ctx, &case, code).await? => Verdict::Passed,
        Said::Code(_) => Verdict::Failed,
    };
    let valid_until = valid_until(verdict, new.valid_days, at)?;
    let event_id = case.record(
        EventType::RequestVerified,
        Fields::new()
            .with("verification", id.to_string())
            .with("method", new.method.as_str())
            .with("verdict", verdict.as_str())
            .with("at", at.to_string())
            .with_some("validUntil", valid_until.map(|until| until.to_string()))
            .with_some(
                "authorityUntil",
                new.authority_until.map(|until| until.to_string()),
            )
            .with_text("evidence", new.evidence.as_ref())
            .with_text("note", new.note.as_ref()),
    )?;
    let row = request_verification::Model {
        controller_id: ctx.controller(),
        id,
        request_id: new.request,
        method: new.method,
        verdict,
        at,
        recorded_at: ctx.now(),
        valid_until,
        key_id: case.key.id(),
        evidence: case.close(store::EVIDENCE, id.uuid(), new.evidence.as_ref())?,
        note: case.close(store::VERIFICATION_NOTE, id.uuid(), new.note.as_ref())?,
        event_id,
    };
    store::insert_verification(case.tx.db(), row).await?;
    if verdict == Verdict::Passed {
        case.request.authority_until = new.authority_until.or(case.request.authority_until);
        go_on(&mut case, at)?;
    }
    case.save(ctx).await?;
    Ok(id)
}

impl NewVerification {
    fn check(&self) -> Result<()> {
        let is_code = self.method == RequesterVerification::OneTimeCode;
        match &self.said {
            Said::Verdict(_) if is_code => {
                let problem = "must be said with ONE_TIME_CODE, and no verdict";
                Err(Error::invalid("code", problem))
            }
            Said::Code(_) if !is_code => {
                Err(Error::invalid("code", "is said with ONE_TIME_CODE only"))
            }
            Said::Code(code) => {
                // Whether a code still counts depends on when it is answered, not on what is said of it.
                if self.at.is_some() {
                    let problem = "is now, with a code";
                    return Err(Error::invalid("occurredAt", problem));
                }
                check_text("code", Some(code), LONGEST_CODE)
            }
            Said::Verdict(Verdict::Failed) if self.authority_until.is_some() => {
                let problem = "is said of a verification that succeeded only";
                Err(Error::invalid("authorityUntil", problem))
            }
            Said::Verdict(Verdict::Failed) if self.valid_days.is_some() => {
                let problem = "is said of a verification that succeeded only";
                Err(Error::invalid("validDays", problem))
            }
            Said::Verdict(_) => Ok(()),
        }
    }
}

fn valid_until(verdict: Verdict, days: Option<i32>, at: Timestamp) -> Result<Option<Timestamp>> {
    let until = verification::valid_until(at, days);
    let until = until.ok_or_else(|| Error::invalid("validDays", "must be 1 to 365"))?;
    Ok((verdict == Verdict::Passed).then_some(until))
}

fn check_digest(evidence: Option<&Personal>) -> Result<()> {
    if evidence.is_none_or(|text| is_sha256(text.expose())) {
        return Ok(());
    }
    let problem = "must be a SHA-256 in 64 hexadecimal digits: send no evidence itself";
    Err(Error::invalid("evidenceDigest", problem))
}

pub(super) async fn refuse(ctx: &Ctx, case: &Case) -> Result<Option<(ErrorCode, String)>> {
    if case.request.closed_at.is_some() {
        let reason = "nothing of this request is open".to_owned();
        return Ok(Some((ErrorCode::TransitionNotAllowed, reason)));
    }
    let now = ctx.now();
    let day = std::time::Duration::from_hours(24);
    let (db, scope, id) = (case.tx.db(), case.tx.scope(), case.request.id);
    let recent = store::verifications_since(db, scope, id, now.saturating_sub(day)).await?;
    // By when they were recorded: what was told late was tried as well.
    let attempts = recent.iter().map(|row| (row.recorded_at, row.verdict));
    Ok(verification::locked_until(attempts, now).map(|until| {
        let reason = format!("it was tried too often; nothing more may be tried until {until}");
        (ErrorCode::VerificationLocked, reason)
    }))
}

/// What waited for it is looked at.
fn go_on(case: &mut Case, at: Timestamp) -> Result<()> {
    let waits = |item: &&entity::request_item::Model| item.status == Status::AwaitingVerification;
    let waiting = case.items.iter().filter(waits);
    let waiting: Vec<_> = waiting.map(|item| (item.id, item.status_at)).collect();
    for (id, since) in waiting {
        let step = Step {
            to: Status::InReview,
            at: at.max(since),
            answered_at: None,
            denial: None,
            note: None,
            duplicate_of: None,
            escalation_body: None,
        };
        case.step(id, &step)?;
    }
    Ok(())
}
