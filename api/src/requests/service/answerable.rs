//! Whether whoever asks for data may be given it now.

use entity::enums::{ErrorCode, RequestStatus as Status, RequestType};
use entity::id::{RequestId, RequestItemId};
use entity::{request, request_item};

use crate::context::{Ctx, Tx};
use crate::error::{Error, Result};
use crate::requests::store;
use crate::tasks::{self, service::Standing};

/// A request for data that may be answered.
#[derive(Debug, Clone)]
pub(crate) struct Answerable {
    /// The request.
    pub(crate) request: request::Model,
    /// The thing that it asks for.
    pub(crate) item: request_item::Model,
    /// How far its tasks are.
    pub(crate) standing: Standing,
}

/// A thing that is asked for, where it is data that may be given now: what systems have to export is there, it was
/// approved, and whoever asks still may.
///
/// # Errors
/// Forbidden; `NotFound`; Invalid for what asks for no data; Refused (`TRANSITION_NOT_ALLOWED`, `TASKS_OPEN`, `AUTHORITY_EXPIRED`),
/// which is not recorded.
pub(crate) async fn answerable(ctx: &Ctx, id: RequestItemId) -> Result<Answerable> {
    let missing = || Error::NotFound { what: "item" };
    let item = store::items_by_id(ctx.db(), ctx.scope(), &[id])
        .await?
        .pop();
    let item = item.ok_or_else(missing)?;
    let request = store::by_ids(ctx.db(), ctx.scope(), [item.request_id]).await?;
    let request = request.into_iter().next().ok_or_else(missing)?;
    if !matches!(item.kind, RequestType::Access | RequestType::Portability) {
        return Err(Error::invalid("itemId", "asks for no data"));
    }
    let refuse = |code, reason: String| Err(Error::Refused { code, reason });
    if !matches!(
        item.status,
        Status::InProgress | Status::Fulfilled | Status::PartiallyFulfilled
    ) {
        let reason = format!("nothing is handed out where it is {}", item.status);
        return refuse(ErrorCode::TransitionNotAllowed, reason);
    }
    if let Some(until) = request.authority_until
        && until.end() <= ctx.now()
    {
        let reason = format!("whoever asks could do so until {until}: see verifyRequester");
        return refuse(ErrorCode::AuthorityExpired, reason);
    }
    let mut standings = tasks::service::standings(ctx, &[id]).await?;
    let standing = standings.remove(&id).unwrap_or_default();
    if standing.open {
        let reason = "a system has not exported yet: see the item's tasks".to_owned();
        return refuse(ErrorCode::TasksOpen, reason);
    }
    Ok(Answerable {
        request,
        item,
        standing,
    })
}

/// Lets nobody else change a request, or order something for it, until the change ends.
///
/// # Errors
/// `NotFound`.
pub(crate) async fn hold(tx: &Tx, request: RequestId) -> Result<()> {
    store::lock(tx.db(), tx.scope(), request).await?;
    Ok(())
}
