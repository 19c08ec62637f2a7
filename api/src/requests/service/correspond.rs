//! Messages about requests.

use entity::enums::{
    Action, CorrespondenceDirection as Direction, CorrespondenceKind as Kind, EventType,
    RequestChannel,
};
use entity::id::{RequestId, RequestMessageId};
use entity::request_message;
use entity::time::Timestamp;

use super::case::{Case, Opened};
use super::check::{LONGEST_TEXT, check_text};
use crate::context::{Ctx, Once, only_id};
use crate::error::{Error, Result};
use crate::ledger::{Fields, digest_of_text};
use crate::platform::personal::Personal;
use crate::platform::random;
use crate::requests::store;

/// A message to be recorded.
#[derive(Debug, Clone)]
pub(crate) struct NewMessage {
    /// About which request.
    pub(crate) request: RequestId,
    /// What it says.
    pub(crate) kind: Kind,
    /// From whom it is.
    pub(crate) direction: Direction,
    /// By what way it went.
    pub(crate) channel: RequestChannel,
    /// When it was sent, or came in.
    pub(crate) at: Timestamp,
    /// Its text.
    pub(crate) body: Option<Personal>,
}

/// Records a message that was sent or came in. An acknowledgement ends the clocks that wait for one.
///
/// # Errors
/// Forbidden; Invalid, also for a message before the request and for kinds that come from the other side; `NotFound`.
pub(crate) async fn record_correspondence(
    ctx: &Ctx,
    new: NewMessage,
    once: Once,
) -> Result<RequestId> {
    ctx.authorize(Action::HandleRequest)?;
    check_text("text", new.body.as_ref(), LONGEST_TEXT)?;
    ctx.not_in_future("occurredAt", new.at)?;
    let ours = matches!(
        new.kind,
        Kind::Acknowledgement | Kind::Question | Kind::ExtensionNotice | Kind::Answer
    );
    let theirs = new.kind == Kind::Information;
    if (ours && new.direction == Direction::Incoming)
        || (theirs && new.direction == Direction::Outgoing)
    {
        let problem = "does not fit the kind of the message";
        return Err(Error::invalid("direction", problem));
    }
    if let Some(ids) = ctx.done_before(&once).await? {
        return only_id(&ids, "request");
    }
    let results = [new.request.to_string()];
    let mut case = match Case::open(ctx, new.request, &once, &results).await? {
        Opened::Now(case) => case,
        Opened::Before(ids) => return only_id(&ids, "request"),
    };
    if new.at < case.request.received_at {
        let problem = "lies before the request came in";
        return Err(Error::invalid("occurredAt", problem));
    }
    let id = RequestMessageId::from_uuid(random::id());
    let event = case.record(
        EventType::RequestCorresponded,
        Fields::new()
            .with("message", id.to_string())
            .with("kind", new.kind.as_str())
            .with("direction", new.direction.as_str())
            .with("channel", new.channel.as_str())
            .with("at", new.at.to_string())
            .with_some(
                "textDigest",
                new.body.as_ref().map(|body| digest_of_text(body.expose())),
            ),
    )?;
    let row = request_message::Model {
        controller_id: ctx.controller(),
        id,
        request_id: new.request,
        kind: new.kind,
        direction: new.direction,
        channel: new.channel,
        at: new.at,
        recorded_at: ctx.now(),
        key_id: case.key.id(),
        body: case.close(store::MESSAGE, id.uuid(), new.body.as_ref())?,
        event_id: event,
    };
    store::insert_message(case.tx.db(), row).await?;
    if new.kind == Kind::Acknowledgement {
        case.acknowledge(event, new.at);
    }
    case.save(ctx).await?;
    Ok(new.request)
}
