//! Who is calling; controllers, integrations and their tokens.

mod controllers;

use std::collections::HashMap;
use std::sync::Arc;

use entity::enums::{Action, DataClass, ErrorCode, EventType, KeyOwnerKind, Log, Role};
use entity::id::{ControllerId, IntegrationId, TokenId};
use entity::{controller, data_key, integration, token};

use crate::auth::tokens::{Grant, LastUses, sign};
use crate::auth::{rules, store};
use crate::context::{Actor, App, Begun, Ctx, Once, Tx, only_id};
use crate::error::{Error, Result};
use crate::ledger::{self, Event, Fields};
use crate::platform::db::Scope;
use crate::platform::page::{Page, PageRequest};
use crate::platform::random;
use crate::vault::{self, DataKey, Owner};

pub(crate) use controllers::{ControllerChange, update_controller};

const NAME_LENGTH: std::ops::RangeInclusive<usize> = 1..=200;

/// Finds out who sent a token.
///
/// # Errors
/// Unauthenticated when the token is foreign, expired, revoked or unknown.
pub(crate) async fn authenticate(app: &App, token: &str) -> Result<Actor> {
    let now = app.clock.now();
    let claims = app
        .tokens
        .verify(app.vault.keyring(), &app.config.auth, token, now)?;
    let read = store::token_state(app.db.reader(), claims.controller, claims.jti);
    let state = app
        .tokens
        .state((claims.controller, claims.jti), read)
        .await?;
    match state {
        Some(state)
            if state.integration == claims.sub
                && rules::is_live(state.revoked_at, state.expires_at, now) =>
        {
            app.tokens
                .note_use(claims.controller, state.integration, now);
            Ok(Actor {
                controller: claims.controller,
                log_origin: state.log_origin,
                integration: Some(state.integration),
                token: Some(claims.jti),
                role: state.role,
            })
        }
        _ => Err(Error::Unauthenticated(
            "the token was revoked, or has expired",
        )),
    }
}

/// All controllers, for the operator.
///
/// # Errors
/// Unavailable.
pub(crate) async fn controllers(app: &App) -> Result<Vec<controller::Model>> {
    store::controllers(app.db.reader()).await
}

/// A context for the operator over a controller: at the command line, and for what happens without being asked.
pub(crate) fn operator(app: &Arc<App>, own: &controller::Model) -> Ctx {
    Ctx::new(Arc::clone(app), Actor::operator(own.id, &own.log_origin))
}

/// The same with the controller, where only its id is known; nothing, where there is none.
///
/// # Errors
/// Unavailable.
pub(crate) async fn operator_over(
    app: &Arc<App>,
    id: ControllerId,
) -> Result<Option<(controller::Model, Ctx)>> {
    let scope = Scope {
        controller: id,
        sealed: false,
    };
    let found = store::controller(app.db.reader(), scope).await?;
    Ok(found.map(|own| {
        let ctx = operator(app, &own);
        (own, ctx)
    }))
}

/// Makes a controller with its logs. Its first token is a step of its own.
///
/// # Errors
/// Invalid for a name of no or more than 200 characters.
pub(crate) async fn create_controller(app: &Arc<App>, name: &str) -> Result<ControllerId> {
    let new = NewController::build(app, name)?;
    let mut tx = new.ctx.begin().await?;
    let id = new.ctx.controller();
    new.insert_in(&mut tx).await?;
    tx.commit().await?;
    Ok(id)
}

/// Makes the first controller and the token of its first integration, whose role is OWNER: both or neither, so that
/// no controller is left that nobody can enter.
///
/// # Errors
/// As [`create_controller`].
pub(crate) async fn first_start(app: &Arc<App>, name: &str) -> Result<(ControllerId, String)> {
    let new = NewController::build(app, name)?;
    let ctx = new.ctx.clone();
    let key = Arc::clone(&new.key);
    let integration = new_integration(&ctx, "owner", Role::Owner)?;
    let token = new_token(&ctx, &integration, None)?;
    let mut tx = ctx.begin().await?;
    new.insert_in(&mut tx).await?;
    store::insert_integration(tx.db(), integration.clone()).await?;
    let secret = issue_in(&mut tx, &ctx, &integration, &token, &key).await?;
    tx.commit().await?;
    Ok((ctx.controller(), secret))
}

/// A controller that is about to be made.
struct NewController {
    ctx: Ctx,
    row: controller::Model,
    key_row: data_key::Model,
    key: Arc<DataKey>,
}

impl NewController {
    fn build(app: &Arc<App>, name: &str) -> Result<Self> {
        let id = ControllerId::from_uuid(random::id());
        let row = controller::Model {
            id,
            name: checked_name("name", name)?,
            log_origin: format!("{}/{id}", app.config.ledger.origin),
            created_at: app.clock.now(),
            establishment: None,
            time_zone: None,
        };
        let ctx = operator(app, &row);
        let owner = Owner {
            kind: KeyOwnerKind::Record,
            id: id.uuid(),
        };
        let (key_row, key) = ctx
            .vault()
            .new_key(id, owner, DataClass::Record, ctx.now())?;
        Ok(Self {
            ctx,
            row,
            key_row,
            key,
        })
    }

    async fn insert_in(self, tx: &mut Tx) -> Result<()> {
        tx.record(Event {
            kind: EventType::ControllerCreated,
            log: Log::Main,
            object: self.row.id.to_string(),
            customer: None,
            key: &self.key,
            fields: Fields::new().with("name", self.row.name.as_str()),
        })?;
        store::insert_controller(tx.db(), self.row).await?;
        vault::insert_keys(tx.inner(), vec![self.key_row]).await?;
        ledger::service::open_logs_in(tx).await
    }
}

/// The caller's controller.
///
/// # Errors
/// Unavailable.
pub(crate) async fn controller_of(ctx: &Ctx) -> Result<Option<controller::Model>> {
    store::controller(ctx.db(), ctx.scope()).await
}

/// For whom a token is to be issued.
#[derive(Debug, Clone)]
pub(crate) enum Bearer {
    /// A new integration.
    New {
        /// Its name, unique within the controller.
        name: String,
        /// What it may do.
        role: Role,
    },
    /// One that exists: its other tokens stay valid, so that it can be given a new one without a pause.
    Existing(IntegrationId),
}

/// A token that was just issued, or, on a replay, what is still known of it.
#[derive(Clone)]
pub(crate) struct Issued {
    /// Its row.
    pub(crate) token: token::Model,
    /// Whose it is.
    pub(crate) integration: integration::Model,
    /// The token itself: shown once.
    pub(crate) secret: Option<String>,
}

/// Issues a token.
///
/// # Errors
/// Forbidden; Invalid for a name or a number of days out of bounds; Conflict when the name is taken; `NotFound`
/// for an integration that is not the controller's.
pub(crate) async fn issue_token(
    ctx: &Ctx,
    bearer: Bearer,
    days: Option<u32>,
    once: Once,
) -> Result<Issued> {
    ctx.authorize(Action::IssueToken)?;
    let key = ctx.controller_key().await?;
    let (integration, is_new) = match bearer {
        Bearer::New { name, role } => (new_integration(ctx, &name, role)?, true),
        Bearer::Existing(id) => (integration_by_id(ctx, id).await?, false),
    };
    let token = new_token(ctx, &integration, days)?;
    let mut tx = match ctx.begin_once(&once, &[token.id.to_string()]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(ids) => return replayed(ctx, &ids).await,
    };
    if is_new {
        store::insert_integration(tx.db(), integration.clone()).await?;
    } else {
        let ids = [integration.id];
        let live = store::live_tokens(tx.db(), tx.scope(), &ids, ctx.now()).await?;
        if live.len() >= rules::MOST_TOKENS {
            let problem = "has 20 tokens that work: revoke some first";
            return Err(Error::invalid("integrationId", problem));
        }
    }
    let secret = issue_in(&mut tx, ctx, &integration, &token, &key).await?;
    tx.commit().await?;
    Ok(Issued {
        token,
        integration,
        secret: Some(secret),
    })
}

fn new_token(
    ctx: &Ctx,
    integration: &integration::Model,
    days: Option<u32>,
) -> Result<token::Model> {
    let config = &ctx.app.config.auth;
    let days = days.unwrap_or(config.default_days);
    if !(1..=config.max_days).contains(&days) {
        let problem = format!("must be 1 to {}", config.max_days);
        return Err(Error::invalid("expiresInDays", problem));
    }
    let lifetime = std::time::Duration::from_hours(24) * days;
    Ok(token::Model {
        controller_id: ctx.controller(),
        id: TokenId::from_uuid(random::id()),
        integration_id: integration.id,
        issued_at: ctx.now(),
        expires_at: ctx.now().saturating_add(lifetime),
        revoked_at: None,
    })
}

/// Records a token within a change, and gives the token itself.
async fn issue_in(
    tx: &mut Tx,
    ctx: &Ctx,
    integration: &integration::Model,
    token: &token::Model,
    key: &DataKey,
) -> Result<String> {
    store::insert_token(tx.db(), token.clone()).await?;
    tx.record(Event {
        kind: EventType::TokenIssued,
        log: Log::Main,
        object: integration.id.to_string(),
        customer: None,
        key,
        fields: Fields::new()
            .with("token", token.id.to_string())
            .with("name", integration.name.as_str())
            .with("role", integration.role.as_str())
            .with("expiresAt", token.expires_at.to_string()),
    })?;
    let grant = Grant {
        integration: integration.id,
        controller: ctx.controller(),
        role: integration.role,
        token: token.id,
        issued_at: token.issued_at,
        expires_at: token.expires_at,
    };
    sign(ctx.vault().keyring(), &ctx.app.config.auth, grant)
}

fn new_integration(ctx: &Ctx, name: &str, role: Role) -> Result<integration::Model> {
    Ok(integration::Model {
        controller_id: ctx.controller(),
        id: IntegrationId::from_uuid(random::id()),
        name: checked_name("name", name)?,
        role,
        created_at: ctx.now(),
        last_used_at: None,
    })
}

async fn integration_by_id(ctx: &Ctx, id: IntegrationId) -> Result<integration::Model> {
    let rows = store::integrations_by_id(ctx.db(), ctx.scope(), &[id]).await?;
    rows.into_iter().next().ok_or(Error::NotFound {
        what: "integration",
    })
}

async fn replayed(ctx: &Ctx, ids: &[String]) -> Result<Issued> {
    let token = only_id(ids, "token")?;
    let found = store::token_for_update(ctx.db(), ctx.scope(), token).await?;
    let (token, integration) = found.ok_or(Error::NotFound { what: "token" })?;
    Ok(Issued {
        token,
        integration,
        secret: None,
    })
}

/// Revokes a token: it stops working on every instance within a second.
///
/// # Errors
/// Forbidden; `NotFound`; Refused (`LAST_OWNER_TOKEN`) when no token would be left that can issue others.
pub(crate) async fn revoke_token(ctx: &Ctx, id: TokenId, once: Once) -> Result<integration::Model> {
    ctx.authorize(Action::RevokeToken)?;
    let key = ctx.controller_key().await?;
    let now = ctx.now();
    let mut tx = match ctx.begin_once(&once, &[id.to_string()]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(_) => {
            let found = store::token_for_update(ctx.db(), ctx.scope(), id).await?;
            return found
                .map(|found| found.1)
                .ok_or(Error::NotFound { what: "token" });
        }
    };
    let owners = store::count_owner_tokens(tx.db(), tx.scope(), now).await?;
    let found = store::token_for_update(tx.db(), tx.scope(), id).await?;
    let (token, integration) = found.ok_or(Error::NotFound { what: "token" })?;
    let is_live = rules::is_live(token.revoked_at, token.expires_at, now);
    if let Err(rules::Refusal::LastOwnerToken) = rules::revoke(integration.role, is_live, owners) {
        drop(tx);
        let reason = "this is the last token that can issue others; issue another one first";
        let object = integration.id.to_string();
        return Err(ctx
            .refuse(ErrorCode::LastOwnerToken, reason.to_owned(), object)
            .await);
    }
    if token.revoked_at.is_some() {
        // It is what was asked for: there is nothing to change, and nothing to record.
        tx.rollback().await?;
        return Ok(integration);
    }
    store::mark_revoked(tx.db(), tx.scope(), id, now).await?;
    tx.record(Event {
        kind: EventType::TokenRevoked,
        log: Log::Main,
        object: integration.id.to_string(),
        customer: None,
        key: &key,
        fields: Fields::new().with("token", id.to_string()),
    })?;
    tx.commit().await?;
    ctx.app.tokens.forget((ctx.controller(), id)).await;
    Ok(integration)
}

/// A page of the controller's integrations.
///
/// # Errors
/// Forbidden; Invalid for a page that cannot be given.
pub(crate) async fn integrations(ctx: &Ctx, page: PageRequest) -> Result<Page<integration::Model>> {
    ctx.authorize(Action::ReadIntegrations)?;
    store::integrations(ctx.db(), ctx.scope(), &page.check("integrations")?).await
}

/// Integrations by id. Everybody may know the name behind an id that they can see.
///
/// # Errors
/// Unavailable.
pub(crate) async fn integrations_by_id(
    ctx: &Ctx,
    ids: &[IntegrationId],
) -> Result<HashMap<IntegrationId, integration::Model>> {
    let rows = store::integrations_by_id(ctx.db(), ctx.scope(), ids).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The live tokens of integrations.
///
/// # Errors
/// Forbidden.
pub(crate) async fn live_tokens(
    ctx: &Ctx,
    ids: &[IntegrationId],
) -> Result<HashMap<IntegrationId, Vec<token::Model>>> {
    ctx.authorize(Action::ReadIntegrations)?;
    let mut found: HashMap<_, Vec<_>> = ids.iter().map(|id| (*id, Vec::new())).collect();
    for row in store::live_tokens(ctx.db(), ctx.scope(), ids, ctx.now()).await? {
        found.entry(row.integration_id).or_default().push(row);
    }
    Ok(found)
}

/// Writes down when integrations called last: housekeeping, no event.
///
/// # Errors
/// Unavailable; it is tried again with the next call then.
pub(crate) async fn write_last_uses(app: &App) -> Result<()> {
    let uses = app.tokens.take_uses();
    if uses.is_empty() {
        return Ok(());
    }
    let outcome = write_uses(app, &uses).await;
    if outcome.is_err() {
        for ((controller, integration), at) in uses {
            app.tokens.note_use(controller, integration, at);
        }
    }
    outcome
}

async fn write_uses(app: &App, uses: &LastUses) -> Result<()> {
    // In one order, so that two instances cannot wait for each other.
    let mut uses: Vec<_> = uses.iter().collect();
    uses.sort_unstable();
    let tx = app.housekeeping().await?;
    for ((controller, integration), at) in uses {
        store::mark_used(tx.connection(), *controller, *integration, *at).await?;
    }
    tx.commit().await
}

fn checked_name(field: &str, name: &str) -> Result<String> {
    let name = name.trim();
    if !NAME_LENGTH.contains(&name.chars().count()) || name.chars().any(char::is_control) {
        return Err(Error::invalid(
            field,
            "must have 1 to 200 characters, no control characters",
        ));
    }
    Ok(name.to_owned())
}
