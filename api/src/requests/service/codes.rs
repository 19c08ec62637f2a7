//! Codes that go to an address on record: whoever answers with one reads what comes there.

use std::time::Duration;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use entity::enums::{Action, ErrorCode, EventType, IdentifierKind, TaskKind};
use entity::id::{IdentifierId, RequestCodeId, RequestId, TaskId};
use entity::{request, request_code};

use super::case::{Case, Opened};
use super::verify;
use crate::context::{App, Ctx, Once, only_id};
use crate::customers;
use crate::data_map;
use crate::error::{Error, Result};
use crate::ledger::Fields;
use crate::platform::personal::Personal;
use crate::platform::random;
use crate::requests::store;
use crate::tasks::service::{self as tasks, NewTask};
use crate::vault::{Place, normalise};

/// For how long a code counts.
const COUNTS_FOR: Duration = Duration::from_mins(30);
/// How many codes go to one address within a day.
const MOST_A_DAY: u64 = 5;
const DAY: Duration = Duration::from_hours(24);

/// A code to be sent.
#[derive(Debug, Clone)]
pub(crate) struct NewCode {
    /// For which request.
    pub(crate) request: RequestId,
    /// Where to.
    pub(crate) identifier: IdentifierId,
    /// By which system.
    pub(crate) system: String,
}

/// Has a code sent to an address on record of the customer. It is told to the system that sends it, and to nobody else.
///
/// # Errors
/// Forbidden; Invalid, also for an address that proves nothing; `NotFound`; Refused (`TRANSITION_NOT_ALLOWED`) where
/// nothing of the request is open, (`VERIFICATION_LOCKED`) after too many codes, or attempts that failed.
pub(crate) async fn send_code(ctx: &Ctx, new: NewCode, once: Once) -> Result<TaskId> {
    ctx.authorize(Action::HandleRequest)?;
    if let Some(ids) = ctx.done_before(&once).await? {
        return only_id(&ids, "task");
    }
    let system = sender(ctx, &new.system).await?;
    let row = store::by_ids(ctx.db(), ctx.scope(), [new.request])
        .await?
        .pop();
    let row = row.ok_or(Error::NotFound { what: "request" })?;
    check_address(ctx, &row, new.identifier).await?;
    let mut case = match Case::open(ctx, new.request, &once, &[]).await? {
        Opened::Now(case) => case,
        Opened::Before(ids) => return only_id(&ids, "task"),
    };
    if let Some((code, reason)) = refuse(ctx, &case, new.identifier).await? {
        return Err(case.refuse(ctx, code, reason).await);
    }
    tasks::withdraw_codes(ctx, &mut case.tx, &case.key, new.request).await?;
    let code = digits()?;
    let task = NewTask {
        request: Some(new.request),
        identifier: Some(new.identifier),
        secret: Some(code.clone()),
        ..NewTask::of(TaskKind::SendCode, system, case.request.customer_id)
    };
    let ids = tasks::plan(ctx, &mut case.tx, &case.key, vec![task]).await?;
    let results: Vec<_> = ids.iter().map(ToString::to_string).collect();
    let task: TaskId = only_id(&results, "task")?;
    issue(ctx, &mut case, &new, task, &code).await?;
    case.tx.answer_with(&results).await?;
    case.save(ctx).await?;
    Ok(task)
}

/// The name of a system that can send codes: somebody must serve it.
async fn sender(ctx: &Ctx, name: &str) -> Result<String> {
    let name = normalise::external_system(name)
        .map_err(|expected| Error::invalid("system", expected.to_string()))?;
    let system = data_map::service::named(ctx, &name).await?;
    let served = system.and_then(|system| system.row.integration_id);
    if served.is_some() && served == ctx.actor.integration {
        let problem = "is served by whoever asks for the code: nobody sends it to themselves";
        return Err(Error::invalid("system", problem));
    }
    if served.is_none() {
        let problem = "is none whose tasks an integration does: see registerSystem";
        return Err(Error::invalid("system", problem));
    }
    Ok(name)
}

/// An address proves something if it was the customer's before the request came in, or was made sure of.
async fn check_address(ctx: &Ctx, request: &request::Model, address: IdentifierId) -> Result<()> {
    let Some(customer) = request.customer_id else {
        let problem = "is about nobody who is known";
        return Err(Error::invalid("requestId", problem));
    };
    let known = customers::service::known_as(ctx, &[customer]).await?;
    let known = known.get(&customer).map(Vec::as_slice).unwrap_or_default();
    let missing = || Error::NotFound { what: "identifier" }.at("identifierId");
    let address = known.iter().find(|known| known.id == address);
    let address = address.ok_or_else(missing)?;
    if address.kind != IdentifierKind::Email {
        return Err(Error::invalid("identifierId", "must be an e-mail address"));
    }
    if address.verified_at.is_none() && address.recorded_at >= request.received_at {
        let problem =
            "was recorded after the request came in and never verified: it proves nothing";
        return Err(Error::invalid("identifierId", problem));
    }
    Ok(())
}

async fn refuse(
    ctx: &Ctx,
    case: &Case,
    address: IdentifierId,
) -> Result<Option<(ErrorCode, String)>> {
    if let Some(refusal) = verify::refuse(ctx, case).await? {
        return Ok(Some(refusal));
    }
    let since = ctx.now().saturating_sub(DAY);
    let (db, scope) = (case.tx.db(), case.tx.scope());
    let sent = store::count_codes(db, scope, address, since).await?;
    Ok((sent >= MOST_A_DAY).then(|| {
        let reason = "five codes went to this address within a day: try another way".to_owned();
        (ErrorCode::VerificationLocked, reason)
    }))
}

/// Eight digits.
fn digits() -> Result<Personal> {
    let number = u64::from_be_bytes(random::bytes()?) % 100_000_000;
    Ok(Personal::new(format!("{number:08}")))
}

async fn issue(
    ctx: &Ctx,
    case: &mut Case,
    new: &NewCode,
    task: TaskId,
    code: &Personal,
) -> Result<()> {
    let id = RequestCodeId::from_uuid(random::id());
    let expires_at = ctx.now().saturating_add(COUNTS_FOR);
    let event_id = case.record(
        EventType::RequestCodeIssued,
        Fields::new()
            .with("code", id.to_string())
            .with("identifier", new.identifier.to_string())
            .with("task", task.to_string())
            .with("expiresAt", expires_at.to_string()),
    )?;
    let row = request_code::Model {
        controller_id: ctx.controller(),
        id,
        request_id: new.request,
        identifier_id: new.identifier,
        task_id: task,
        recorded_at: ctx.now(),
        expires_at,
        used_at: None,
        key_id: case.key.id(),
        code: case.close(store::CODE, id.uuid(), Some(code))?,
        event_id,
    };
    store::insert_code(case.tx.db(), row).await
}

/// Whether an answer is one of the codes that count; then none of them counts any more.
///
/// # Errors
/// Invalid where no code counts.
pub(super) async fn answer(ctx: &Ctx, case: &Case, said: &Personal) -> Result<bool> {
    let (db, scope, now) = (case.tx.db(), case.tx.scope(), ctx.now());
    let codes = store::open_codes(db, scope, case.request.id, now).await?;
    if codes.is_empty() {
        let problem = "cannot be compared: no code counts that was sent; see sendVerificationCode";
        return Err(Error::invalid("code", problem));
    }
    let said: String = said
        .expose()
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    let mut right = false;
    for code in &codes {
        let place = Place::of(ctx.controller(), store::CODE, code.id.uuid());
        let cell = code.code.as_deref().unwrap_or_default();
        let known = case.key.open(place, cell)?;
        right |= verify_slices_are_equal(known.expose().as_bytes(), said.as_bytes()).is_ok();
    }
    if right {
        store::end_codes(db, scope, case.request.id, Some(now)).await?;
    }
    Ok(right)
}

/// Forgets codes of all controllers that count no more.
///
/// # Errors
/// As every statement.
pub(crate) async fn forget_codes(app: &App) -> Result<()> {
    let tx = app.housekeeping().await?;
    store::forget_codes(tx.connection(), app.clock.now()).await?;
    tx.commit().await
}
