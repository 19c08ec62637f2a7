//! What a use case has in its hands: who calls, on whose behalf, the clock, the database, the vault; and the
//! one way to change anything.
//!
//! A change is a [`Tx`]: it commits what was changed, the events that record it and the idempotency record in
//! one transaction, or nothing. A transaction that recorded nothing does not commit.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use entity::enums::{Action, DataClass, ErrorCode, EventType, KeyOwnerKind, Log, Role};
use entity::event;
use entity::id::{ControllerId, DataKeyId, IntegrationId, TokenId};
use entity::time::Timestamp;
use sea_orm::{DatabaseConnection, DatabaseTransaction};
use tokio::sync::Notify;
use tokio_util::task::TaskTracker;

use crate::auth;
use crate::error::{Error, Result};
use crate::ledger::{self, Event, Fields};
use crate::platform::clock::Clock;
use crate::platform::config::Config;
use crate::platform::db::{Db, Scope, Transaction};
use crate::platform::personal::Personal;
use crate::platform::telemetry::Metrics;
use crate::vault::{self, CellKeys, Column, DataKey, Locked, Owner, Shown, Subject, Vault};

pub(crate) mod idempotency;

pub(crate) use idempotency::{
    Begun, Once, each_replayed, error_of, error_replayed, expire as expire_idempotency_records,
    only_id, result_of,
};

/// How far ahead of ours a sender's clock may be.
const CLOCK_SKEW: std::time::Duration = std::time::Duration::from_mins(5);

/// One running instance.
#[derive(Debug)]
pub(crate) struct App {
    /// Its settings.
    pub(crate) config: Config,
    /// Its database.
    pub(crate) db: Db,
    /// Its keys.
    pub(crate) vault: Vault,
    /// Its clock.
    pub(crate) clock: Clock,
    /// What it counts.
    pub(crate) metrics: Arc<Metrics>,
    /// Tokens that were verified lately.
    pub(crate) tokens: auth::Tokens,
    /// Tells the sequencer that there is something to number.
    pub(crate) recorded: Notify,
    /// Changes under way: a stop waits for them, also where nobody waits for their answer.
    pub(crate) mutations: TaskTracker,
    /// What capabilities keep for the life of the instance, by type: the spine does not know them.
    pub(crate) parts: http::Extensions,
}

impl App {
    /// A transaction without an event: leases, last use, numbering. The layer test lists the files that may.
    ///
    /// # Errors
    /// As [`Db::begin`].
    pub(crate) async fn housekeeping(&self) -> Result<Transaction> {
        self.db.begin().await
    }
}

/// Who calls.
#[derive(Debug, Clone)]
pub(crate) struct Actor {
    /// The controller that it calls for.
    pub(crate) controller: ControllerId,
    /// Prefix of the origins of the controller's logs.
    pub(crate) log_origin: Arc<str>,
    /// The integration; none for the command line and the worker.
    pub(crate) integration: Option<IntegrationId>,
    /// The token it came with.
    pub(crate) token: Option<TokenId>,
    /// What it may do.
    pub(crate) role: Role,
}

impl Actor {
    /// The operator at the command line, who may do anything to a controller but read what is sealed.
    pub(crate) fn operator(controller: ControllerId, log_origin: &str) -> Self {
        Self {
            controller,
            log_origin: Arc::from(log_origin),
            integration: None,
            token: None,
            role: Role::Owner,
        }
    }
}

/// The person behind an integration: said by the integration, not checked.
#[derive(Debug, Clone)]
pub(crate) struct OnBehalfOf {
    /// Where the person is known.
    pub(crate) system: String,
    /// What they are known by there.
    pub(crate) staff_id: Personal,
}

impl OnBehalfOf {
    /// A person, of whom `field` is said.
    ///
    /// # Errors
    /// Invalid for what is no name of a system, and for an id of no or more than 200 characters.
    pub(crate) fn of(system: &str, staff_id: Personal, field: &str) -> Result<Self> {
        let system = vault::normalise::external_system(system)
            .map_err(|expected| Error::invalid(format!("{field}.system"), expected.to_string()))?;
        let long = staff_id.expose().chars().count() > 200;
        if staff_id.is_blank() || long || !staff_id.is_plain() {
            let problem = "must have 1 to 200 characters, no line ends and no marks of direction";
            return Err(Error::invalid(format!("{field}.staffId"), problem));
        }
        Ok(Self { system, staff_id })
    }
}

/// What a use case has in its hands.
#[derive(Debug, Clone)]
pub(crate) struct Ctx {
    /// The instance.
    pub(crate) app: Arc<App>,
    /// Who calls.
    pub(crate) actor: Actor,
    on_behalf_of: Option<OnBehalfOf>,
    // Of the request: `Idempotency-Key`, for callers that cannot put it into the input.
    idempotency_key: Option<Arc<str>>,
    // Of the request: `Privops-Reason`.
    reason: Option<Personal>,
    shown: Arc<Shown>,
    // Whom an input named, for whoever answers the request.
    named: Arc<OnceLock<OnBehalfOf>>,
    writing: Arc<AtomicBool>,
}

impl Ctx {
    /// A context for one request of an actor.
    pub(crate) fn new(app: Arc<App>, actor: Actor) -> Self {
        Self {
            app,
            actor,
            on_behalf_of: None,
            idempotency_key: None,
            reason: None,
            shown: Arc::default(),
            named: Arc::default(),
            writing: Arc::new(AtomicBool::new(false)),
        }
    }

    /// The same with the idempotency key of the request's header.
    #[must_use]
    pub(crate) fn with_idempotency_key(mut self, key: Option<&str>) -> Self {
        self.idempotency_key = key.map(Arc::from);
        self
    }

    /// The same with what the request's header says data is read for.
    #[must_use]
    pub(crate) fn with_reason(mut self, reason: Option<Personal>) -> Self {
        self.reason = reason;
        self
    }

    /// The same on behalf of whomever the request's header names.
    #[must_use]
    pub(crate) fn with_person(mut self, person: Option<OnBehalfOf>) -> Self {
        self.on_behalf_of = person;
        self
    }

    /// The same on behalf of a person, where an input names one; otherwise of whomever it was before.
    #[must_use]
    pub(crate) fn on_behalf_of(&self, person: Option<OnBehalfOf>) -> Self {
        let Some(person) = person else {
            return self.clone();
        };
        self.named.get_or_init(|| person.clone());
        Self {
            on_behalf_of: Some(person),
            ..self.clone()
        }
    }

    /// On whose behalf the request is, as its header or its input says.
    pub(crate) fn person(&self) -> Option<&OnBehalfOf> {
        self.named.get().or(self.on_behalf_of.as_ref())
    }

    /// What data is read for, where the request says so.
    pub(crate) fn reason(&self) -> Option<&Personal> {
        self.reason.as_ref()
    }

    /// What was opened for this request since this was asked last, by whom it is about.
    pub(crate) fn take_shown(&self) -> HashMap<Subject, BTreeSet<Column>> {
        self.shown.take()
    }

    /// Notes that something is shown that was opened in another way.
    pub(crate) fn note_shown(&self, owner: Owner, column: Column) {
        self.shown.note((owner, false), column);
    }

    /// A cell that is shown to the caller: that it is opened is noted, as about its key's owner where nobody else is named.
    pub(crate) fn noted(&self, locked: Locked, about: Option<Owner>) -> Locked {
        locked.noting(&self.shown, about)
    }

    /// The present instant.
    pub(crate) fn now(&self) -> Timestamp {
        self.app.clock.now()
    }

    /// The database, for reading.
    pub(crate) fn db(&self) -> &DatabaseConnection {
        self.app.db.reader()
    }

    /// The vault.
    pub(crate) fn vault(&self) -> &Vault {
        &self.app.vault
    }

    /// The keys to the cells of some rows, for a caller: what they open is noted. None, for a caller who may not do what
    /// opens them.
    ///
    /// # Errors
    /// As [`Vault::keys`].
    pub(crate) async fn cell_keys(
        &self,
        opens: Action,
        ids: impl IntoIterator<Item = DataKeyId>,
    ) -> Result<CellKeys> {
        if self.may(opens) {
            let keys = self.vault().cell_keys(self.db(), self.scope(), ids).await?;
            Ok(keys.noting(&self.shown))
        } else {
            Ok(CellKeys::empty(self.actor.controller))
        }
    }

    /// The controller.
    pub(crate) fn controller(&self) -> ControllerId {
        self.actor.controller
    }

    /// What the actor's reads may see.
    pub(crate) fn scope(&self) -> Scope {
        Scope {
            controller: self.actor.controller,
            sealed: self.may(Action::ReadSealed),
        }
    }

    /// Whether the actor's role holds an action.
    pub(crate) fn may(&self, action: Action) -> bool {
        auth::rules::allows(self.actor.role, action)
    }

    /// Lets the use case go on if the actor's role holds the action.
    ///
    /// # Errors
    /// [`Error::Forbidden`] otherwise.
    pub(crate) fn authorize(&self, action: Action) -> Result<()> {
        if self.may(action) {
            return Ok(());
        }
        tracing::info!(
            controller = %self.actor.controller,
            integration = self.actor.integration.map(tracing::field::display),
            role = %self.actor.role,
            %action,
            "forbidden"
        );
        Err(Error::Forbidden { action })
    }

    /// An instant that a caller says something happened at: it cannot lie ahead.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it does, by more than clocks differ.
    pub(crate) fn not_in_future(&self, field: &str, at: Timestamp) -> Result<Timestamp> {
        if at > self.now().saturating_add(CLOCK_SKEW) {
            return Err(Error::invalid(field, "lies in the future"));
        }
        Ok(at)
    }

    /// The leaf of an event of this actor, to be recorded with [`Tx::append`].
    ///
    /// # Errors
    /// [`Error::Internal`] when the system gives no randomness.
    pub(crate) fn leaf(&self, event: Event<'_>) -> Result<event::Model> {
        let person = self.on_behalf_of.as_ref();
        ledger::leaf(&self.actor, person, event, self.now())
    }

    /// Begins a change.
    ///
    /// # Errors
    /// [`Error::Internal`] inside another change of the same request: that would wait for itself.
    pub(crate) async fn begin(&self) -> Result<Tx> {
        if self.writing.swap(true, Ordering::SeqCst) {
            return Err(Error::internal("beginning a change", NestedBegin));
        }
        let writing = Writing(Arc::clone(&self.writing));
        let inner = self.app.db.begin().await?;
        Ok(Tx {
            inner,
            ctx: self.clone(),
            recorded: Vec::new(),
            once: None,
            _writing: writing,
        })
    }

    /// The key for content about no customer but the controller itself, as events about tokens.
    ///
    /// # Errors
    /// As [`Vault::ensure`].
    pub(crate) async fn controller_key(&self) -> Result<Arc<DataKey>> {
        let owner = Owner {
            kind: KeyOwnerKind::Record,
            id: self.controller().uuid(),
        };
        let class = DataClass::Record;
        let keys = self
            .vault()
            .ensure(&self.app.db, self.scope(), &[owner], class, self.now())
            .await?;
        keys.into_values()
            .next()
            .ok_or(Error::NotFound { what: "controller" })
    }

    /// Records that a rule said no, in a transaction of its own, and gives the error to answer with.
    pub(crate) async fn refuse(&self, code: ErrorCode, reason: String, object: String) -> Error {
        let record = async {
            let key = self.controller_key().await?;
            let mut tx = self.begin().await?;
            tx.record(Event {
                kind: EventType::RefusalRecorded,
                log: Log::Main,
                object,
                customer: None,
                key: &key,
                fields: Fields::new().with("code", code.as_str()),
            })?;
            tx.commit().await
        };
        match record.await {
            Ok(()) => Error::Refused { code, reason },
            Err(error) => error,
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("a change was begun inside a change; pass the transaction on instead")]
struct NestedBegin;

#[derive(Debug, thiserror::Error)]
#[error("a change recorded no event")]
struct NothingRecorded;

/// Marks the request as writing until dropped.
#[derive(Debug)]
struct Writing(Arc<AtomicBool>);

impl Drop for Writing {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

/// A change under way. Dropping it undoes it.
#[derive(Debug)]
pub(crate) struct Tx {
    inner: Transaction,
    ctx: Ctx,
    recorded: Vec<event::Model>,
    once: Option<entity::idempotency::Model>,
    // Last, so that the next change may begin only when this one has let go of the database.
    _writing: Writing,
}

impl Tx {
    /// The connection that statements of this change run on.
    pub(crate) fn db(&self) -> &DatabaseTransaction {
        self.inner.connection()
    }

    /// The transaction, for parts that do not know about changes.
    pub(crate) fn inner(&self) -> &Transaction {
        &self.inner
    }

    /// What the change may see: it is never kept from sealed rows, which it must not contradict.
    pub(crate) fn scope(&self) -> Scope {
        Scope {
            sealed: true,
            ..self.ctx.scope()
        }
    }

    /// Records an event. It is written with the commit; its id is given now, so that rows can refer to it.
    ///
    /// # Errors
    /// [`Error::Internal`] when the system gives no randomness.
    pub(crate) fn record(&mut self, event: Event<'_>) -> Result<entity::id::EventId> {
        let row = self.ctx.leaf(event)?;
        let id = row.id;
        self.recorded.push(row);
        Ok(id)
    }

    /// Records events whose leaves were made before the change began: a commit that several callers share.
    pub(crate) fn append(&mut self, leaves: impl IntoIterator<Item = event::Model>) {
        self.recorded.extend(leaves);
    }

    /// Undoes everything, at once and not when the transaction happens to be dropped.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the connection is gone, in which case the database undoes it.
    pub(crate) async fn rollback(self) -> Result<()> {
        self.inner.rollback().await
    }

    /// Writes the events and makes everything durable.
    ///
    /// # Errors
    /// [`Error::Internal`] when nothing was recorded; [`Error::Unavailable`] when the database did not confirm.
    pub(crate) async fn commit(self) -> Result<()> {
        if self.recorded.is_empty() {
            return Err(Error::internal("committing", NothingRecorded));
        }
        ledger::insert(&self.inner, self.recorded).await?;
        self.inner.commit().await?;
        self.ctx.app.recorded.notify_one();
        Ok(())
    }
}
