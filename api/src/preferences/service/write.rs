//! Writing down what persons said.

use std::collections::HashMap;

use entity::enums::{ContactChannel, DataClass, EventType, KeyOwnerKind, Log, OptOutScope};
use entity::id::CustomerId;
use entity::{data_key, preference};

use super::address;
use super::record::{NewPreference, Ready};
use crate::context::{Begun, Ctx, Once, Tx};
use crate::error::Result;
use crate::ledger::{Event, Fields};
use crate::platform::personal::Personal;
use crate::preferences::store;
use crate::vault::{self, DataKey, ERASED, KeysByOwner, Owner, Place};

/// Writes what was said, with the addresses that it counts for, in one transaction. Answers with what was kept of the call
/// when it was first made, where it was made before; `results` is what is kept of it now.
pub(super) async fn write(
    ctx: &Ctx,
    ready: Vec<Ready>,
    results: &[String],
    once: &Once,
) -> Result<Option<Vec<String>>> {
    let addresses = address::counted_for(ctx, &ready).await?;
    let (keys, new_keys) = keys_of(ctx, &ready).await?;
    let mut tx = match ctx.begin_once(once, results).await? {
        Begun::New(tx) => *tx,
        Begun::Replay(results) => return Ok(Some(results)),
    };
    vault::insert_keys(tx.inner(), new_keys).await?;
    let pinned = keys.values().map(|key| key.id()).collect();
    ctx.vault().pin(tx.inner(), tx.scope(), pinned).await?;
    let mut rows = Vec::new();
    for Ready { row, new, .. } in ready {
        let owner = row.customer_id.map_or(row.id.uuid(), CustomerId::uuid);
        let key = keys.get(&owner).ok_or(ERASED)?;
        rows.push(closed(&mut tx, row, &new, key)?);
    }
    store::insert(tx.db(), rows, addresses).await?;
    tx.commit().await?;
    Ok(None)
}

/// The keys of the customers; and for what nobody known said, keys of its own, with their rows.
async fn keys_of(ctx: &Ctx, ready: &[Ready]) -> Result<(KeysByOwner, Vec<data_key::Model>)> {
    let mut owners: HashMap<_, Owner> = HashMap::new();
    let (mut own, mut rows) = (KeysByOwner::new(), Vec::new());
    for Ready { row, .. } in ready {
        match row.customer_id.map(CustomerId::uuid) {
            Some(id) => {
                let kind = KeyOwnerKind::Customer;
                owners.insert(id, Owner { kind, id });
            }
            None => {
                let (kind, id) = (KeyOwnerKind::Record, row.id.uuid());
                let (class, owner) = (DataClass::Record, Owner { kind, id });
                let (key_row, key) =
                    ctx.vault()
                        .new_key(ctx.controller(), owner, class, ctx.now())?;
                own.insert(id, key);
                rows.push(key_row);
            }
        }
    }
    let owners: Vec<_> = owners.into_values().collect();
    let (db, class) = (&ctx.app.db, DataClass::Preference);
    let known = ctx
        .vault()
        .ensure(db, ctx.scope(), &owners, class, ctx.now());
    own.extend(known.await?);
    Ok((own, rows))
}

/// Records it, and encrypts what is personal.
fn closed(
    tx: &mut Tx,
    row: preference::Model,
    new: &NewPreference,
    key: &DataKey,
) -> Result<preference::Model> {
    let fields = Fields::new()
        .with_some("brand", row.brand_id.map(|id| id.to_string()))
        .with_some("purpose", row.purpose.clone())
        .with_some("scope", row.scope.map(OptOutScope::as_str))
        .with_some("channel", row.channel.map(ContactChannel::as_str))
        .with("status", row.status.as_str())
        .with("at", row.at.to_string())
        .with_some("expiresAt", row.expires_at.map(|at| at.to_string()))
        .with("method", row.method.as_str())
        .with_some("source", row.source.clone())
        .with_some("noticeVersion", row.notice_version.clone())
        .with_some("textDigest", row.text_digest.clone())
        .with_text("ip", new.ip.as_ref())
        .with_text("userAgent", new.user_agent.as_ref())
        .with_text("note", new.note.as_ref());
    let event_id = tx.record(Event {
        kind: EventType::PreferenceRecorded,
        log: Log::Main,
        object: row.id.to_string(),
        customer: row.customer_id,
        key,
        fields,
    })?;
    let close = |column, text: Option<&Personal>| {
        let place = Place::of(row.controller_id, column, row.id.uuid());
        text.map(|text| key.close(place, text.expose())).transpose()
    };
    Ok(preference::Model {
        ip: close(store::IP, new.ip.as_ref())?,
        user_agent: close(store::USER_AGENT, new.user_agent.as_ref())?,
        note: close(store::NOTE, new.note.as_ref())?,
        key_id: key.id(),
        event_id,
        ..row
    })
}
