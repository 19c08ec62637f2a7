//! Recording who was told of an incident, is to be, or need not be.

use entity::enums::{
    Action, EventType, IncidentRegime, IncidentStatus, NotificationPhase, NotificationStatus,
    NotificationTarget, RequestChannel,
};
use entity::id::{EventId, IncidentId, IncidentNotificationId};
use entity::time::Timestamp;
use entity::{incident, incident_clock, incident_notification};
use uuid::Uuid;

use super::assess::{LONGEST_REASON, refused};
use super::clocks;
use super::read::row_of;
use super::report::{LONGEST_TEXT, log_of};
use super::scope::{House, checked_systems};
use crate::context::{Begun, Ctx, Once, Tx, only_id};
use crate::error::{Error, Result};
use crate::incidents::{rules, store};
use crate::ledger::{Event, Fields};
use crate::platform::personal::{Personal, check_text};
use crate::platform::random;
use crate::vault::{DataKey, ERASED, Place};

/// How much can be said of the notifications of one incident: it is shown whole.
const MOST_SAID: usize = 200;
/// Longest reference, in characters.
const LONGEST_REFERENCE: usize = 200;

/// What is to be said of a notification.
#[derive(Debug, Clone)]
pub(crate) struct NewNotification {
    /// Of which incident.
    pub(crate) incident: IncidentId,
    /// Under which rule; nothing: under all.
    pub(crate) regime: Option<IncidentRegime>,
    /// Who is told.
    pub(crate) target: NotificationTarget,
    /// What of it.
    pub(crate) phase: NotificationPhase,
    /// Where it stands.
    pub(crate) status: NotificationStatus,
    /// Since when; now, when absent.
    pub(crate) at: Option<Timestamp>,
    /// By what way.
    pub(crate) channel: Option<RequestChannel>,
    /// The system that tells customers.
    pub(crate) system: Option<String>,
    /// What is said.
    pub(crate) text: Option<Personal>,
    /// What whoever is told calls it.
    pub(crate) reference: Option<Personal>,
    /// Why it is late, failed or is not needed.
    pub(crate) reason: Option<Personal>,
}

/// Records what became of a notification. One that is planned, and that a system sends to customers, becomes a task of that
/// system for each of them.
///
/// # Errors
/// Forbidden; Invalid, also where a reason is missing; `NotFound`; Refused (`TRANSITION_NOT_ALLOWED`).
pub(crate) async fn notify(
    ctx: &Ctx,
    new: NewNotification,
    once: Once,
) -> Result<IncidentNotificationId> {
    ctx.authorize(Action::HandleIncidents)?;
    if let Some(ids) = ctx.done_before(&once).await? {
        return only_id(&ids, "notification");
    }
    new.check(ctx)?;
    let system = new.sender(ctx).await?;
    let found = row_of(ctx, new.incident).await?;
    let house = House::load(ctx).await?;
    let key_id = found.key_id;
    let mut keys = ctx.vault().keys(ctx.db(), ctx.scope(), [key_id]).await?;
    let key = keys.remove(&key_id).ok_or(ERASED)?;
    let id = IncidentNotificationId::from_uuid(random::id());
    let mut row = new.row(ctx, (id, &key), system)?;
    let mut tx = match ctx.begin_once(&once, &[id.to_string()]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(ids) => return only_id(&ids, "notification"),
    };
    let before = store::lock(tx.db(), tx.scope(), new.incident).await?;
    let said = store::notifications_of(tx.db(), tx.scope(), &[before.id]).await?;
    if said.len() >= MOST_SAID {
        let problem = "is one too many: 200 are recorded of this incident";
        return Err(Error::invalid("incidentId", problem));
    }
    if let Some(reason) = refusal(&tx, &before, &row).await? {
        tx.rollback().await?;
        return Err(refused(ctx, &before, reason).await);
    }
    check_time(&before, row.at)?;
    row.regime = regime_of(&tx, &house, &row).await?;
    if is_partial(&tx, &row).await? {
        let problem =
            "must say how those were told whom no task told: see affectedCustomers(untoldBy)";
        return Err(Error::invalid("reason", problem));
    }
    let event_id = tx.record(Event {
        kind: EventType::IncidentNotificationRecorded,
        log: log_of(&before),
        object: id.to_string(),
        customer: None,
        key: &key,
        fields: new.told(&row),
    })?;
    let row = incident_notification::Model { event_id, ..row };
    store::insert_notification(tx.db(), row.clone()).await?;
    let after = incident::Model {
        version: before.version + 1,
        event_id,
        ..before
    };
    let kept = clocks::keep(ctx, &tx, &house, after).await?;
    if kept.row.status == IncidentStatus::Closed && kept.row.next_due_at.is_some() {
        let closed = kept.row;
        tx.rollback().await?;
        let reason = "it is closed, and somebody would still be to be told: confirm it again first";
        return Err(refused(ctx, &closed, reason).await);
    }
    check_clocks(&row, &kept.clocks)?;
    store::save(tx.db(), kept.row).await?;
    tx.commit().await?;
    Ok(id)
}

/// Why nobody can be told so.
async fn refusal(
    tx: &Tx,
    incident: &incident::Model,
    row: &incident_notification::Model,
) -> Result<Option<&'static str>> {
    if rules::is_nothing(incident.status) {
        return Ok(Some("nothing happened, as it turned out: nobody is told"));
    }
    if row.system.is_some() && incident.confidential {
        return Ok(Some("it is kept from view: customers would hear of it"));
    }
    if row.system.is_some() && incident.frozen_at.is_none() {
        return Ok(Some("it is not confirmed: it is not known who is affected"));
    }
    let ends = row.status == NotificationStatus::Completed;
    if ends && store::open_tasks(tx.db(), tx.scope(), row).await? > 0 {
        return Ok(Some(
            "not all customers were told: tasks are still to be done",
        ));
    }
    Ok(None)
}

/// Checks when somebody was told.
fn check_time(incident: &incident::Model, at: Timestamp) -> Result<()> {
    let first = incident.began_at.or(incident.detected_at);
    if first.is_some_and(|first| at < first) {
        return Err(Error::invalid("at", "lies before it happened"));
    }
    Ok(())
}

/// Under which law an authority was told, or need not be: the one that applies, where nobody said which.
async fn regime_of(
    tx: &Tx,
    house: &House,
    row: &incident_notification::Model,
) -> Result<Option<IncidentRegime>> {
    let asks = rules::settles(row.status) && row.target == NotificationTarget::Authority;
    if row.regime.is_some() || !asks {
        return Ok(row.regime);
    }
    let regimes = clocks::regimes(tx, house, row.incident_id).await?;
    if regimes.len() > 1 {
        let problem = "must be said: each law has an authority of its own";
        return Err(Error::invalid("regime", problem));
    }
    Ok(regimes.into_iter().next())
}

/// Whether customers are said to be told, and systems that were to tell them told only some.
async fn is_partial(tx: &Tx, row: &incident_notification::Model) -> Result<bool> {
    let said = row.status == NotificationStatus::Completed && row.reason.is_none();
    let customers = matches!(
        row.target,
        NotificationTarget::Subject | NotificationTarget::Controller
    );
    Ok(said && customers && store::missed(tx.db(), tx.scope(), row).await? > 0)
}

/// Checks what is said against the clocks as they are after it.
fn check_clocks(
    row: &incident_notification::Model,
    clocks: &[incident_clock::Model],
) -> Result<()> {
    let late = clocks.iter().any(|clock| {
        let regime = row.regime.is_none_or(|regime| regime == clock.regime);
        regime
            && (clock.target, clock.phase) == (row.target, row.phase)
            && clock.met_at == Some(row.at)
            && clock.due_at.is_some_and(|due| due < row.at)
    });
    if late && row.reason.is_none() {
        let problem = "must say why it is late (GDPR Art. 33(1))";
        return Err(Error::invalid("reason", problem));
    }
    Ok(())
}

impl NewNotification {
    fn check(&self, ctx: &Ctx) -> Result<()> {
        check_text("text", self.text.as_ref(), LONGEST_TEXT)?;
        check_text("reference", self.reference.as_ref(), LONGEST_REFERENCE)?;
        check_text("reason", self.reason.as_ref(), LONGEST_REASON)?;
        if let Some(at) = self.at {
            ctx.not_in_future("at", at)?;
        }
        let followed_up =
            (self.target, self.phase) == (NotificationTarget::Csirt, NotificationPhase::FollowUp);
        if followed_up && self.status == NotificationStatus::NotNeeded {
            let problem = "cannot be NOT_NEEDED: the final report counts from it; say that it is not significant";
            return Err(Error::invalid("status", problem));
        }
        let unsent = matches!(
            self.status,
            NotificationStatus::Failed | NotificationStatus::NotNeeded
        );
        if unsent && self.reason.is_none() {
            return Err(Error::invalid("reason", "must say why nobody was told"));
        }
        let tells = matches!(
            self.target,
            NotificationTarget::Subject | NotificationTarget::Controller
        );
        if self.system.is_some() && !(tells && self.status == NotificationStatus::Planned) {
            let problem = "is said with PLANNED, and of SUBJECT and CONTROLLER only";
            return Err(Error::invalid("system", problem));
        }
        if self.system.is_some() && self.text.is_none() {
            return Err(Error::invalid("text", "must be what customers are told"));
        }
        Ok(())
    }

    /// The system that tells customers, in its one spelling.
    async fn sender(&self, ctx: &Ctx) -> Result<Option<String>> {
        let Some(system) = &self.system else {
            return Ok(None);
        };
        let named = checked_systems(ctx, std::slice::from_ref(system), "system").await;
        let mut named = named.map_err(|error| match error {
            Error::Invalid { problem, .. } => Error::invalid("system", problem),
            error => error,
        })?;
        Ok(named.pop())
    }

    fn row(
        &self,
        ctx: &Ctx,
        (id, key): (IncidentNotificationId, &DataKey),
        system: Option<String>,
    ) -> Result<incident_notification::Model> {
        let close = |column, text: Option<&Personal>| {
            let place = Place::of(ctx.controller(), column, id.uuid());
            text.map(|text| key.close(place, text.expose())).transpose()
        };
        Ok(incident_notification::Model {
            controller_id: ctx.controller(),
            id,
            incident_id: self.incident,
            regime: self.regime,
            target: self.target,
            phase: self.phase,
            status: self.status,
            at: self.at.unwrap_or(ctx.now()),
            recorded_at: ctx.now(),
            channel: self.channel,
            planning: system.is_some(),
            withdrawn_at: None,
            system,
            unreached: None,
            plannings: 0,
            key_id: key.id(),
            text: close(store::TEXT, self.text.as_ref())?,
            reference: close(store::REFERENCE, self.reference.as_ref())?,
            reason: close(store::REASON, self.reason.as_ref())?,
            integration_id: ctx.actor.integration,
            event_id: EventId::from_uuid(Uuid::nil()),
        })
    }

    /// What an event says of it.
    fn told(&self, row: &incident_notification::Model) -> Fields {
        Fields::new()
            .with("incident", row.incident_id.to_string())
            .with_some("regime", row.regime.map(IncidentRegime::as_str))
            .with("target", row.target.as_str())
            .with("phase", row.phase.as_str())
            .with("status", row.status.as_str())
            .with("at", row.at.to_string())
            .with_some("channel", row.channel.map(RequestChannel::as_str))
            .with_some("system", row.system.clone())
            .with_text("text", self.text.as_ref())
            .with_text("reference", self.reference.as_ref())
            .with_text("reason", self.reason.as_ref())
    }
}
