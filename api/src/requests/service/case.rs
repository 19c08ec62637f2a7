//! A request under its lock, with all that belongs to it: whatever changes it goes through here.

use std::collections::HashSet;
use std::sync::Arc;

use entity::enums::{ClockDuty, DenialReason, ErrorCode, EventType, Log, RequestStatus as Status};
use entity::id::{EventId, RequestClockId, RequestId, RequestItemId};
use entity::time::Timestamp;
use entity::{request, request_clock, request_item};

use super::time::resumed;
use super::work;
use crate::context::{Begun, Ctx, Once, Tx};
use crate::error::{Error, Result};
use crate::ledger::{Event, Fields};
use crate::platform::personal::Personal;
use crate::requests::rules::states;
use crate::requests::store;
use crate::tasks::service as tasks;
use crate::vault::{Column, DataKey, ERASED, Place};

/// States in which clocks may stand still.
const WAITING: [Status; 2] = [Status::AwaitingVerification, Status::AwaitingInformation];

/// A request under its lock.
pub(super) struct Case {
    pub(super) tx: Tx,
    pub(super) request: request::Model,
    pub(super) items: Vec<request_item::Model>,
    pub(super) clocks: Vec<request_clock::Model>,
    pub(super) key: Arc<DataKey>,
    /// Another request that has to stay as it is meanwhile, with its items.
    pub(super) other: Option<(request::Model, Vec<request_item::Model>)>,
    changed_items: HashSet<RequestItemId>,
    changed_clocks: HashSet<RequestClockId>,
}

/// A request to be changed.
pub(super) enum Opened {
    /// It is.
    Now(Box<Case>),
    /// The same call has changed it before.
    Before(Vec<String>),
}

/// A step of an item.
pub(super) struct Step<'a> {
    pub(super) to: Status,
    pub(super) at: Timestamp,
    /// When whoever asks was told, where it is an answer.
    pub(super) answered_at: Option<Timestamp>,
    pub(super) denial: Option<DenialReason>,
    pub(super) note: Option<&'a Personal>,
    pub(super) duplicate_of: Option<RequestId>,
    /// To which body the person may turn; unchanged, when absent.
    pub(super) escalation_body: Option<&'a str>,
}

impl Case {
    /// Takes the lock of a request, for a call whose answer is `results`.
    ///
    /// # Errors
    /// `NotFound`; Conflict when its content was erased.
    pub(super) async fn open(
        ctx: &Ctx,
        id: RequestId,
        once: &Once,
        results: &[String],
    ) -> Result<Opened> {
        Self::open_with(ctx, id, None, once, results).await
    }

    /// The same, and keeps another request from being changed meanwhile.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub(super) async fn open_with(
        ctx: &Ctx,
        id: RequestId,
        other: Option<RequestId>,
        once: &Once,
        results: &[String],
    ) -> Result<Opened> {
        let missing = Error::NotFound { what: "request" };
        let row = store::by_ids(ctx.db(), ctx.scope(), [id]).await?;
        let row = row.into_iter().next().ok_or(missing)?;
        let mut keys = ctx
            .vault()
            .keys(ctx.db(), ctx.scope(), [row.key_id])
            .await?;
        let key = keys.remove(&row.key_id).ok_or(ERASED)?;
        let tx = match ctx.begin_once(once, results).await? {
            Begun::New(tx) => *tx,
            Begun::Replay(ids) => return Ok(Opened::Before(ids)),
        };
        // In ascending order, so that two changes cannot wait for each other.
        let mut ids: Vec<_> = [Some(id), other].into_iter().flatten().collect();
        ids.sort_unstable();
        let (mut own, mut second) = (None, None);
        for each in ids {
            let row = store::lock(tx.db(), tx.scope(), each).await?;
            if each == id {
                own = Some(row);
            } else {
                second = Some((row, store::items_of(tx.db(), tx.scope(), &[each]).await?));
            }
        }
        let request = own.ok_or(Error::NotFound { what: "request" })?;
        ctx.vault()
            .pin(tx.inner(), tx.scope(), vec![key.id()])
            .await?;
        let items = store::items_of(tx.db(), tx.scope(), &[id]).await?;
        let clocks = store::clocks_of(tx.db(), tx.scope(), &[id]).await?;
        Ok(Opened::Now(Box::new(Self {
            tx,
            request,
            items,
            clocks,
            key,
            other: second,
            changed_items: HashSet::new(),
            changed_clocks: HashSet::new(),
        })))
    }

    /// An item of the request.
    ///
    /// # Errors
    /// `NotFound`.
    pub(super) fn item(&self, id: RequestItemId) -> Result<&request_item::Model> {
        let missing = Error::NotFound {
            what: "item of a request",
        };
        self.items.iter().find(|item| item.id == id).ok_or(missing)
    }

    /// A clock of the request.
    ///
    /// # Errors
    /// `NotFound`.
    pub(super) fn clock(&self, id: RequestClockId) -> Result<&request_clock::Model> {
        let missing = Error::NotFound { what: "clock" };
        self.clocks
            .iter()
            .find(|clock| clock.id == id)
            .ok_or(missing)
    }

    /// Records an event about the request.
    pub(super) fn record(&mut self, kind: EventType, fields: Fields) -> Result<EventId> {
        self.tx.record(Event {
            kind,
            log: Log::Main,
            object: self.request.id.to_string(),
            customer: self.request.customer_id,
            key: &self.key,
            fields,
        })
    }

    /// Encrypts a text of a part of the request.
    pub(super) fn close(
        &self,
        column: Column,
        part: uuid::Uuid,
        text: Option<&Personal>,
    ) -> Result<Option<Vec<u8>>> {
        let place = Place::of(self.request.controller_id, column, part);
        text.map(|text| self.key.close(place, text.expose()))
            .transpose()
    }

    /// Moves an item on: the one way in which an item comes to another state. Whether it may, the caller has asked.
    pub(super) fn step(&mut self, id: RequestItemId, step: &Step<'_>) -> Result<()> {
        let from = self.item(id)?.status;
        let event = self.record(
            EventType::RequestItemMoved,
            Fields::new()
                .with("item", id.to_string())
                .with("from", from.as_str())
                .with("to", step.to.as_str())
                .with("at", step.at.to_string())
                .with_some("answeredAt", step.answered_at.map(|at| at.to_string()))
                .with_some("denial", step.denial.map(DenialReason::as_str))
                .with_some("duplicateOf", step.duplicate_of.map(|id| id.to_string()))
                .with_some("escalationBody", step.escalation_body)
                .with_text("note", step.note),
        )?;
        let note = self.close(store::ITEM_NOTE, id.uuid(), step.note)?;
        for item in self.items.iter_mut().filter(|item| item.id == id) {
            item.status = step.to;
            item.status_at = step.at;
            item.denial = step.denial;
            item.duplicate_of = step.duplicate_of;
            if let Some(body) = step.escalation_body {
                item.escalation_body = Some(body.to_owned());
            }
            item.note.clone_from(&note);
            item.version += 1;
            item.event_id = event;
        }
        self.changed_items.insert(id);
        if states::is_final(step.to) {
            let answered = states::is_answer(step.to);
            let at = step.answered_at.unwrap_or(step.at);
            self.end_clocks(event, at, answered, |clock| clock.item_id == id);
        } else if WAITING.contains(&from) {
            // What it waited for has come: the clock of the law goes on, whether somebody says so or not.
            let waits = |clock: &request_clock::Model| clock.item_id == id;
            self.resume_clocks(event, step.at, waits);
        }
        Ok(())
    }

    /// What some clocks are for has happened, or is not owed any more.
    fn end_clocks(
        &mut self,
        event: EventId,
        at: Timestamp,
        met: bool,
        which: impl Fn(&request_clock::Model) -> bool,
    ) {
        let clocks = self.clocks.iter_mut();
        let open = clocks.filter(|clock| clock.met_at.is_none() && clock.stopped_at.is_none());
        for clock in open.filter(|clock| which(clock)) {
            // For how long it stood still counts, also where the end comes meanwhile.
            *clock = resumed(clock, at);
            if met {
                clock.met_at = Some(at);
            } else {
                clock.stopped_at = Some(at);
            }
            clock.event_id = event;
            self.changed_clocks.insert(clock.id);
        }
    }

    /// Lets clocks go on that stand still.
    fn resume_clocks(
        &mut self,
        event: EventId,
        at: Timestamp,
        which: impl Fn(&request_clock::Model) -> bool,
    ) {
        let clocks = self.clocks.iter_mut();
        for clock in clocks.filter(|clock| clock.paused_at.is_some() && which(clock)) {
            *clock = resumed(clock, at);
            clock.event_id = event;
            self.changed_clocks.insert(clock.id);
        }
    }

    /// The person was told that the request was received.
    pub(super) fn acknowledge(&mut self, event: EventId, at: Timestamp) {
        self.end_clocks(event, at, true, |clock| {
            clock.duty == ClockDuty::Acknowledge
        });
    }

    /// Changes a clock.
    pub(super) fn set_clock(&mut self, to: request_clock::Model) {
        self.changed_clocks.insert(to.id);
        if let Some(clock) = self.clocks.iter_mut().find(|clock| clock.id == to.id) {
            *clock = to;
        }
    }

    /// Writes everything down, with what follows from it for the request.
    pub(super) async fn save(mut self, ctx: &Ctx) -> Result<()> {
        for item in self
            .items
            .iter()
            .filter(|item| self.changed_items.contains(&item.id))
        {
            let pace = work::pace(item.status);
            tasks::follow(ctx, &mut self.tx, &self.key, item.id, pace).await?;
        }
        let statuses: Vec<Status> = self.items.iter().map(|item| item.status).collect();
        let request = &mut self.request;
        request.status = states::together(&statuses);
        request.closed_at = states::is_final(request.status)
            .then(|| self.items.iter().map(|item| item.status_at).max())
            .flatten();
        let runs = |clock: &&request_clock::Model| {
            clock.met_at.is_none() && clock.stopped_at.is_none() && clock.paused_at.is_none()
        };
        let running = self.clocks.iter().filter(runs);
        request.next_due_at = running.map(|clock| clock.due_at).min();
        request.version += 1;
        if self.request.closed_at.is_some() {
            // Nobody waits for an answer any more.
            let id = self.request.id;
            tasks::withdraw_codes(ctx, &mut self.tx, &self.key, id).await?;
            store::end_codes(self.tx.db(), self.tx.scope(), id, None).await?;
        }
        let (db, scope) = (self.tx.db(), self.tx.scope());
        for item in self.items {
            if self.changed_items.contains(&item.id) {
                store::update_item(db, scope, item).await?;
            }
        }
        for clock in self.clocks {
            if self.changed_clocks.contains(&clock.id) {
                store::update_clock(db, scope, clock).await?;
            }
        }
        store::update(db, scope, self.request).await?;
        self.tx.commit().await
    }

    /// Undoes everything, records that a rule said no, and gives the error to answer with.
    pub(super) async fn refuse(self, ctx: &Ctx, code: ErrorCode, reason: String) -> Error {
        let object = self.request.id.to_string();
        match self.tx.rollback().await {
            Ok(()) => ctx.refuse(code, reason, object).await,
            Err(error) => error,
        }
    }
}
