//! What those need who plan, and do, the tasks by which customers are told. It authorises nothing: the use case that asks has
//! done so.

use std::collections::HashMap;

use entity::enums::{EventType, IdentifierKind, Log};
use entity::id::{CustomerId, IncidentNotificationId};
use entity::incident_notification;

use crate::context::{Ctx, Tx};
use crate::data_map;
use crate::error::Result;
use crate::incidents::store::{self, AffectedRow};
use crate::ledger::{Event, Fields};
use crate::vault::{DataKey, Locked};

/// What a customer is told.
#[derive(Debug, Clone)]
pub(crate) struct Notice {
    /// The row of the notification.
    pub(crate) row: incident_notification::Model,
    /// What is said.
    pub(crate) text: Option<Locked>,
}

/// What customers are told by notifications.
///
/// # Errors
/// As every statement.
pub(crate) async fn notices_told(
    ctx: &Ctx,
    ids: &[IncidentNotificationId],
) -> Result<HashMap<IncidentNotificationId, Notice>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = store::notifications_by_id(ctx.db(), ctx.scope(), ids).await?;
    // What everybody is told is nothing about a person: that it was opened is not noted.
    let keys = rows.iter().map(|row| row.key_id);
    let keys = ctx.vault().cell_keys(ctx.db(), ctx.scope(), keys).await?;
    let notice = |row: incident_notification::Model| {
        let text = keys.lock(row.key_id, store::TEXT, row.id.uuid(), row.text.as_ref());
        (row.id, Notice { row, text })
    };
    Ok(rows.into_iter().map(notice).collect())
}

/// Notifications whose tasks are still to be planned, or to be ended where it was withdrawn, each with the kinds of identifiers that its system knows customers by.
///
/// # Errors
/// As every statement.
pub(crate) async fn planning(
    ctx: &Ctx,
) -> Result<Vec<(incident_notification::Model, Vec<IdentifierKind>)>> {
    let mut found = Vec::new();
    for row in store::planning(ctx.db(), ctx.scope()).await? {
        let name = row.system.as_deref().unwrap_or_default();
        let system = data_map::service::named(ctx, name).await?;
        let kinds = system.map(|system| system.known_by()).unwrap_or_default();
        found.push((row, kinds));
    }
    Ok(found)
}

/// Some of those who have no task of a notification although its system knows them.
///
/// # Errors
/// As every statement.
pub(crate) async fn untold(
    ctx: &Ctx,
    said: &incident_notification::Model,
    kinds: &[IdentifierKind],
    place: (Option<CustomerId>, u64),
) -> Result<Vec<AffectedRow>> {
    store::untold(ctx.db(), ctx.scope(), said, kinds, place).await
}

/// The same within a change, where they are still to be planned; nobody else plans them until it ends.
///
/// # Errors
/// As every statement.
pub(crate) async fn untold_in(
    tx: &Tx,
    said: &incident_notification::Model,
    kinds: &[IdentifierKind],
    place: (Option<CustomerId>, u64),
) -> Result<Option<Vec<AffectedRow>>> {
    let locked = store::lock_planning(tx.db(), tx.scope(), said.id).await?;
    match locked {
        Some(_) => store::untold(tx.db(), tx.scope(), said, kinds, place)
            .await
            .map(Some),
        None => Ok(None),
    }
}

/// Says that no task is left of a notification that was withdrawn.
///
/// # Errors
/// As every statement.
pub(crate) async fn withdrawn(ctx: &Ctx, said: &incident_notification::Model) -> Result<()> {
    let tx = ctx.app.housekeeping().await?;
    store::end_withdrawal(tx.connection(), ctx.scope(), said.id).await?;
    tx.commit().await
}

/// Says, within a change, that all tasks of a notification are planned, and how many customers its system does not know.
///
/// # Errors
/// As every statement.
pub(crate) async fn stay_untold(
    tx: &mut Tx,
    said: &incident_notification::Model,
    key: &DataKey,
) -> Result<()> {
    let unreached = store::count_untold(tx.db(), tx.scope(), said).await?;
    store::end_planning(tx.db(), tx.scope(), said.id, unreached).await?;
    tx.record(Event {
        kind: EventType::IncidentNoticesPlanned,
        log: Log::Main,
        object: said.id.to_string(),
        customer: None,
        key,
        fields: Fields::new()
            .with("incident", said.incident_id.to_string())
            .with("unreached", unreached),
    })?;
    Ok(())
}
