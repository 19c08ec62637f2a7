//! Changing what is known of a controller.

use entity::controller;
use entity::enums::{Action, EventType, Log};
use entity::id::ControllerId;
use serde_json::Value;

use crate::auth::store;
use crate::context::{Begun, Ctx, Once};
use crate::error::{Error, Result};
use crate::ledger::{Event, Fields};
use crate::platform::patch::Patch;
use crate::platform::place;

/// What is different about the caller's controller.
#[derive(Debug, Clone)]
pub(crate) struct ControllerChange {
    /// Where it is established: ISO 3166-1, or ISO 3166-2.
    pub(crate) establishment: Patch<String>,
    /// IANA time zone of its days.
    pub(crate) time_zone: Patch<String>,
}

/// Changes what is known of the caller's controller. Where nothing is different, nothing is recorded.
///
/// # Errors
/// Forbidden; Invalid for what is no place or no time zone.
pub(crate) async fn update_controller(
    ctx: &Ctx,
    change: ControllerChange,
    once: Once,
) -> Result<ControllerId> {
    ctx.authorize(Action::UpdateController)?;
    let id = ctx.controller();
    if ctx.done_before(&once).await?.is_some() {
        return Ok(id);
    }
    if let Patch::Set(establishment) = &change.establishment
        && !place::is_place(establishment)
    {
        return Err(Error::invalid("establishment", place::EXPECTED));
    }
    if let Patch::Set(zone) = &change.time_zone
        && zone.parse::<chrono_tz::Tz>().is_err()
    {
        let problem = "must be a name of the IANA time zone database, as \"Europe/Berlin\"";
        return Err(Error::invalid("timeZone", problem));
    }
    let key = ctx.controller_key().await?;
    let mut tx = match ctx.begin_once(&once, &[id.to_string()]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(_) => return Ok(id),
    };
    let missing = Error::NotFound { what: "controller" };
    let before = store::lock_controller(tx.db(), tx.scope()).await?;
    let before = before.ok_or(missing)?;
    let after = controller::Model {
        establishment: change.establishment.apply(before.establishment.clone()),
        time_zone: change.time_zone.apply(before.time_zone.clone()),
        ..before.clone()
    };
    if after.establishment.is_some() && after.time_zone.is_none() {
        let problem = "must be known where the establishment is: days are counted there";
        return Err(Error::invalid("timeZone", problem));
    }
    if after == before {
        tx.rollback().await?;
        return Ok(id);
    }
    let said = |text: &Option<String>| text.as_deref().map_or(Value::Null, Value::from);
    tx.record(Event {
        kind: EventType::ControllerUpdated,
        log: Log::Main,
        object: id.to_string(),
        customer: None,
        key: &key,
        fields: Fields::new()
            .with("establishment", said(&after.establishment))
            .with("timeZone", said(&after.time_zone)),
    })?;
    store::update_controller(tx.db(), after).await?;
    tx.commit().await?;
    Ok(id)
}
