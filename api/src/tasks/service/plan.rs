//! Planning what systems have to do.

use std::collections::BTreeSet;
use std::sync::Arc;

use entity::enums::{
    EventType, IdentifierKind, Log, OptOutScope, RequestType, TaskKind, TaskStatus,
};
use entity::id::{
    CustomerId, IdentifierId, IncidentNotificationId, RequestId, RequestItemId, RetentionRuleId,
    TaskId,
};
use entity::task;
use entity::time::Timestamp;
use uuid::Uuid;

use crate::context::{Ctx, Tx};
use crate::customers;
use crate::data_map;
use crate::error::Result;
use crate::ledger::{Event, Fields};
use crate::platform::personal::Personal;
use crate::platform::random;
use crate::tasks::{rules, store};
use crate::vault::{DataKey, Place};

/// What systems are to do.
#[derive(Debug, Clone)]
pub(crate) struct NewTask {
    /// What is to be done.
    pub(crate) kind: TaskKind,
    /// In which system, in its one spelling.
    pub(crate) system: String,
    /// About which request, where it is one.
    pub(crate) request: Option<RequestId>,
    /// About which thing of it.
    pub(crate) item: Option<RequestItemId>,
    /// Of what the person opts out.
    pub(crate) scope: Option<OptOutScope>,
    /// Whose data.
    pub(crate) customer: Option<CustomerId>,
    /// Which identifier it is about, where it is one.
    pub(crate) identifier: Option<IdentifierId>,
    /// What whoever does it must know.
    pub(crate) instructions: Option<Personal>,
    /// What nobody else may know.
    pub(crate) secret: Option<Personal>,
    /// What is due by a retention rule, where it is that.
    pub(crate) due: Option<ByRule>,
    /// The notification of an incident that it is a part of, where it is that.
    pub(crate) notification: Option<IncidentNotificationId>,
}

impl NewTask {
    /// Something to be done in a system about a customer, and no more than that.
    pub(crate) fn of(kind: TaskKind, system: String, customer: Option<CustomerId>) -> Self {
        Self {
            kind,
            system,
            request: None,
            item: None,
            scope: None,
            customer,
            identifier: None,
            instructions: None,
            secret: None,
            due: None,
            notification: None,
        }
    }
}

/// What is due by a retention rule.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ByRule {
    /// The rule.
    pub(crate) rule: RetentionRuleId,
    /// Its version.
    pub(crate) version: i32,
    /// What the time counts from: an anchor as it was recorded, or the customer whose services ended.
    pub(crate) anchor: Uuid,
    /// When that was.
    pub(crate) at: Timestamp,
}

/// What each system has to do for what is asked; nothing, where people answer it.
pub(crate) fn kind_for(asked: RequestType) -> Option<TaskKind> {
    rules::kind_for(asked)
}

/// Whether something is gone where a task of this kind was done.
pub(crate) fn destroys(kind: TaskKind) -> bool {
    rules::destroys(kind)
}

/// The systems that hold data of a customer, in alphabetical order: those that know an id of theirs, and those that know
/// customers by addresses or numbers, where theirs are on record. It authorises nothing: the use case that asks has done
/// so.
///
/// # Errors
/// As every statement.
pub(crate) async fn holding(ctx: &Ctx, customer: CustomerId) -> Result<Vec<String>> {
    let known = customers::service::known_as(ctx, &[customer]).await?;
    let known = known.get(&customer).map(Vec::as_slice).unwrap_or_default();
    let mut systems: BTreeSet<String> = known
        .iter()
        .filter_map(|identifier| identifier.system.clone())
        .collect();
    let kinds: Vec<IdentifierKind> = known.iter().map(|identifier| identifier.kind).collect();
    for system in data_map::service::all(ctx).await? {
        if system.known_by().iter().any(|kind| kinds.contains(kind)) {
            systems.insert(system.row.name);
        }
    }
    Ok(systems.into_iter().collect())
}

/// Plans tasks, within a change to their request, under its key.
///
/// # Errors
/// As every statement.
pub(crate) async fn plan(
    ctx: &Ctx,
    tx: &mut Tx,
    key: &Arc<DataKey>,
    new: Vec<NewTask>,
) -> Result<Vec<TaskId>> {
    let new = new.into_iter().map(|task| (Arc::clone(key), task));
    plan_each(ctx, tx, new.collect()).await
}

/// Plans tasks, each under a key of its own.
///
/// # Errors
/// As every statement.
pub(super) async fn plan_each(
    ctx: &Ctx,
    tx: &mut Tx,
    new: Vec<(Arc<DataKey>, NewTask)>,
) -> Result<Vec<TaskId>> {
    let mut rows = Vec::new();
    for (key, task) in new {
        rows.push(row(ctx, tx, &key, task)?);
    }
    let ids = rows.iter().map(|row| row.id).collect();
    store::insert(tx.db(), rows).await?;
    Ok(ids)
}

fn row(ctx: &Ctx, tx: &mut Tx, key: &Arc<DataKey>, new: NewTask) -> Result<task::Model> {
    let id = TaskId::from_uuid(random::id());
    let close = |column, text: Option<&Personal>| {
        let place = Place::of(ctx.controller(), column, id.uuid());
        text.map(|text| key.close(place, text.expose())).transpose()
    };
    let event_id = tx.record(Event {
        kind: EventType::TaskPlanned,
        log: Log::Main,
        object: id.to_string(),
        customer: new.customer,
        key,
        fields: Fields::new()
            .with("kind", new.kind.as_str())
            .with("system", new.system.as_str())
            .with_some("request", new.request.map(|id| id.to_string()))
            .with_some("item", new.item.map(|id| id.to_string()))
            .with_some("rule", new.due.map(|due| due.rule.to_string()))
            .with_some("ruleVersion", new.due.map(|due| due.version))
            .with_some("anchoredAt", new.due.map(|due| due.at.to_string()))
            .with_some("notification", new.notification.map(|id| id.to_string()))
            .with_text("instructions", new.instructions.as_ref()),
    })?;
    let now = ctx.now();
    Ok(task::Model {
        controller_id: ctx.controller(),
        id,
        kind: new.kind,
        system: new.system,
        request_id: new.request,
        item_id: new.item,
        scope: new.scope,
        customer_id: new.customer,
        identifier_id: new.identifier,
        status: TaskStatus::Pending,
        status_at: now,
        planned_at: now,
        not_before: now,
        attempts: 0,
        failures: 0,
        changed: false,
        despite: None,
        suspended: false,
        postponed: None,
        skipped: None,
        lease: None,
        leased_to: None,
        leased_until: None,
        key_id: key.id(),
        instructions: close(store::INSTRUCTIONS, new.instructions.as_ref())?,
        secret: close(store::SECRET, new.secret.as_ref())?,
        note: None,
        evidence: None,
        version: 1,
        event_id,
        rule_id: new.due.map(|due| due.rule),
        rule_version: new.due.map(|due| due.version),
        anchor_id: new.due.map(|due| due.anchor),
        anchored_at: new.due.map(|due| due.at),
        notification_id: new.notification,
    })
}
