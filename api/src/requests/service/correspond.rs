//! Messages about requests.

use entity::enums::{
    Action, CorrespondenceDirection as Direction, CorrespondenceKind as Kind, DeliveryStatus,
    EventType, RequestChannel,
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
) -> Result<RequestMessageId> {
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
        return only_id(&ids, "message");
    }
    let id = RequestMessageId::from_uuid(random::id());
    let results = [id.to_string()];
    let mut case = match Case::open(ctx, new.request, &once, &results).await? {
        Opened::Now(case) => case,
        Opened::Before(ids) => return only_id(&ids, "message"),
    };
    if new.at < case.request.received_at {
        let problem = "lies before the request came in";
        return Err(Error::invalid("occurredAt", problem));
    }
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
        delivery: None,
        delivery_at: None,
        version: 1,
        event_id: event,
    };
    store::insert_message(case.tx.db(), row).await?;
    if new.kind == Kind::Acknowledgement {
        case.acknowledge(event, new.at);
    }
    case.save(ctx).await?;
    Ok(id)
}

/// Whether a message arrived.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    /// Which message.
    pub(crate) message: RequestMessageId,
    /// Whether it did.
    pub(crate) status: DeliveryStatus,
    /// When; now, when absent.
    pub(crate) at: Option<Timestamp>,
}

/// Records whether a message reached the person. Reports come late and out of order: the one of the latest instant counts.
///
/// # Errors
/// Forbidden; Invalid for a message that came in, and for an instant before it was sent or ahead; `NotFound`.
pub(crate) async fn record_delivery(
    ctx: &Ctx,
    said: &Delivery,
    once: Once,
) -> Result<RequestMessageId> {
    ctx.authorize(Action::HandleRequest)?;
    let at = said.at.unwrap_or(ctx.now());
    ctx.not_in_future("occurredAt", at)?;
    if let Some(ids) = ctx.done_before(&once).await? {
        return only_id(&ids, "message");
    }
    let id = said.message;
    let request = store::message(ctx.db(), ctx.scope(), id).await?.request_id;
    let results = [id.to_string()];
    let mut case = match Case::open(ctx, request, &once, &results).await? {
        Opened::Now(case) => case,
        Opened::Before(ids) => return only_id(&ids, "message"),
    };
    let before = store::message(case.tx.db(), case.tx.scope(), id).await?;
    if before.direction == Direction::Incoming {
        return Err(Error::invalid("messageId", "is of a message that came in"));
    }
    if at < before.at {
        return Err(Error::invalid(
            "occurredAt",
            "lies before the message was sent",
        ));
    }
    let event_id = case.record(
        EventType::RequestDeliveryReported,
        Fields::new()
            .with("message", id.to_string())
            .with("status", said.status.as_str())
            .with("at", at.to_string()),
    )?;
    let counts = before.delivery_at.is_none_or(|known| known <= at);
    let told = (Some(said.status), Some(at));
    let known = (before.delivery, before.delivery_at);
    let (delivery, delivery_at) = if counts { told } else { known };
    let after = request_message::Model {
        delivery,
        delivery_at,
        version: before.version + 1,
        event_id,
        ..before
    };
    store::update_message(case.tx.db(), case.tx.scope(), after).await?;
    case.save(ctx).await?;
    Ok(id)
}
