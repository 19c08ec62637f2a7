//! Use cases over systems: registering, reading.

use std::collections::{BTreeSet, HashMap};

use entity::enums::{Action, EventType, IdentifierKind, Log, ProcessingRole};
use entity::id::{EventId, IntegrationId, SystemId};
use entity::system;

use super::store;
use crate::auth;
use crate::context::{Begun, Ctx, Once, Tx, only_id};
use crate::error::{Error, Result};
use crate::ledger::{Event, Fields};
use crate::platform::page::{Page, PageRequest};
use crate::platform::patch::Patch;
use crate::platform::random;
use crate::vault::normalise;

/// How many systems a controller may have: plans go through all of them.
const MOST_SYSTEMS: u64 = 1_000;
/// How many things a system may be known to leave behind, and how long each is, in characters.
const MOST_LEFT: usize = 50;
const LONGEST_LEFT: usize = 200;

/// What is to be on record of a system; of one that is there, what is not said stays.
#[derive(Debug, Clone)]
pub(crate) struct NewSystem {
    /// What it is called, as in external ids.
    pub(crate) name: String,
    /// By what it knows customers, beside their ids there.
    pub(crate) known_by: Option<Vec<IdentifierKind>>,
    /// For whom what it holds is processed.
    pub(crate) our_roles: Option<Vec<ProcessingRole>>,
    /// Who does its tasks.
    pub(crate) integration: Patch<IntegrationId>,
    /// What it leaves behind when it erases.
    pub(crate) leaves_behind: Option<Vec<String>>,
}

/// A system.
#[derive(Debug, Clone)]
pub(crate) struct System {
    /// Its row.
    pub(crate) row: system::Model,
}

impl System {
    /// By what it knows customers, beside their ids there.
    pub(crate) fn known_by(&self) -> Vec<IdentifierKind> {
        let kinds = self.row.known_by.split_whitespace();
        kinds.filter_map(IdentifierKind::from_text).collect()
    }

    /// For whom what it holds is processed.
    pub(crate) fn our_roles(&self) -> Vec<ProcessingRole> {
        let roles = self.row.our_roles.split_whitespace();
        roles.filter_map(ProcessingRole::from_text).collect()
    }

    /// What it leaves behind when it erases.
    pub(crate) fn leaves_behind(&self) -> Vec<String> {
        self.row.leaves_behind.lines().map(str::to_owned).collect()
    }
}

/// Registers a system, or changes what is known of the one of this name.
///
/// # Errors
/// Forbidden; Invalid; `NotFound` for an integration that is not the controller's.
pub(crate) async fn register_system(ctx: &Ctx, new: NewSystem, once: Once) -> Result<SystemId> {
    ctx.authorize(Action::RegisterSystem)?;
    if let Some(ids) = ctx.done_before(&once).await? {
        return only_id(&ids, "system");
    }
    let name = new.check()?;
    let integration = match new.integration {
        Patch::Set(integration) => vec![integration],
        Patch::Keep | Patch::Clear => Vec::new(),
    };
    let integration = integration.as_slice();
    if auth::service::integrations_by_id(ctx, integration)
        .await?
        .len()
        < integration.len()
    {
        let missing = Error::NotFound {
            what: "integration",
        };
        return Err(missing.at("integrationId"));
    }
    let key = ctx.controller_key().await?;
    // A new one is told apart by its name; of one that is there, nobody else changes anything meanwhile.
    let known = named(ctx, &name).await?.map(|system| system.row);
    let id = known
        .as_ref()
        .map_or_else(|| SystemId::from_uuid(random::id()), |row| row.id);
    let mut tx = match ctx.begin_once(&once, &[id.to_string()]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(ids) => return only_id(&ids, "system"),
    };
    let before = match known {
        Some(_) => Some(store::lock(tx.db(), tx.scope(), id).await?),
        None => None,
    };
    if before.is_none() && store::count(tx.db(), tx.scope()).await? >= MOST_SYSTEMS {
        return Err(Error::invalid(
            "name",
            "is one too many: there are 1000 systems",
        ));
    }
    let row = new.row(ctx, id, name, before.as_ref());
    let event_id = tx.record(Event {
        kind: EventType::SystemRegistered,
        log: Log::Main,
        object: id.to_string(),
        customer: None,
        key: &key,
        fields: Fields::new()
            .with("name", row.name.as_str())
            .with("knownBy", row.known_by.as_str())
            .with("ourRoles", row.our_roles.as_str())
            .with_some("integration", row.integration_id.map(|id| id.to_string()))
            .with("leavesBehind", row.leaves_behind.as_str()),
    })?;
    let row = system::Model { event_id, ..row };
    match before {
        Some(_) => store::update(tx.db(), tx.scope(), row).await?,
        None => store::insert(tx.db(), row).await?,
    }
    tx.commit().await?;
    Ok(id)
}

impl NewSystem {
    /// Checks what is said; gives the name in its one spelling.
    fn check(&self) -> Result<String> {
        let name = normalise::external_system(&self.name)
            .map_err(|expected| Error::invalid("name", expected.to_string()))?;
        let known_by = self.known_by.iter().flatten();
        if known_by
            .copied()
            .any(|kind| kind == IdentifierKind::ExternalId)
        {
            let problem =
                "need not say EXTERNAL_ID: every system knows customers by their ids there";
            return Err(Error::invalid("knownBy", problem));
        }
        if self.our_roles.as_ref().is_some_and(Vec::is_empty) {
            return Err(Error::invalid("ourRoles", "must have at least one item"));
        }
        let left = self.leaves_behind.as_deref().unwrap_or_default();
        if left.len() > MOST_LEFT {
            return Err(Error::invalid("leavesBehind", "must have at most 50 items"));
        }
        for (n, left) in left.iter().enumerate() {
            let length = left.chars().count();
            if left.trim().is_empty() || length > LONGEST_LEFT || left.contains(char::is_control) {
                let problem = "must be 1 to 200 characters in one line";
                return Err(Error::invalid(format!("leavesBehind[{n}]"), problem));
            }
        }
        Ok(name)
    }

    /// The row of the system after this, but for its leaf.
    fn row(
        &self,
        ctx: &Ctx,
        id: SystemId,
        name: String,
        before: Option<&system::Model>,
    ) -> system::Model {
        let kinds = self.known_by.as_ref();
        let kinds = kinds.map(|kinds| joined(kinds.iter().map(|kind| kind.as_str())));
        let roles = self.our_roles.as_ref();
        let roles = roles.map(|roles| joined(roles.iter().map(|role| role.as_str())));
        let left = self.leaves_behind.as_ref().map(|left| {
            let left: Vec<_> = left.iter().map(|left| left.trim()).collect();
            left.join("\n")
        });
        let known = |text: fn(&system::Model) -> &String| before.map(text).cloned();
        system::Model {
            controller_id: ctx.controller(),
            id,
            name,
            known_by: kinds
                .or_else(|| known(|row| &row.known_by))
                .unwrap_or_default(),
            our_roles: roles
                .or_else(|| known(|row| &row.our_roles))
                .unwrap_or_else(|| ProcessingRole::Controller.as_str().to_owned()),
            integration_id: self
                .integration
                .apply(before.and_then(|row| row.integration_id)),
            leaves_behind: left
                .or_else(|| known(|row| &row.leaves_behind))
                .unwrap_or_default(),
            recorded_at: before.map_or(ctx.now(), |row| row.recorded_at),
            version: before.map_or(1, |row| row.version + 1),
            event_id: EventId::from_uuid(uuid::Uuid::nil()),
        }
    }
}

/// Each once, in one order.
fn joined(texts: impl Iterator<Item = &'static str>) -> String {
    let texts: BTreeSet<_> = texts.collect();
    texts.into_iter().collect::<Vec<_>>().join(" ")
}

/// A page of systems, by the time they were registered.
///
/// # Errors
/// Forbidden; Invalid for a page that cannot be given.
pub(crate) async fn systems(ctx: &Ctx, page: PageRequest) -> Result<Page<System>> {
    ctx.authorize(Action::ReadSystems)?;
    let page = page.check("systems")?;
    let page = store::page(ctx.db(), ctx.scope(), &page).await?;
    Ok(page.map(|row| System { row }))
}

/// Systems by id.
///
/// # Errors
/// Forbidden.
pub(crate) async fn systems_by_id(
    ctx: &Ctx,
    ids: &[SystemId],
) -> Result<HashMap<SystemId, System>> {
    ctx.authorize(Action::ReadSystems)?;
    let rows = store::by_ids(ctx.db(), ctx.scope(), ids).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.id, System { row }))
        .collect())
}

/// The system of a name in its one spelling. It authorises nothing: the use case that asks has done so.
///
/// # Errors
/// As every statement.
pub(crate) async fn named(ctx: &Ctx, name: &str) -> Result<Option<System>> {
    let row = store::by_name(ctx.db(), ctx.scope(), name).await?;
    Ok(row.map(|row| System { row }))
}

/// The same within a change.
///
/// # Errors
/// As every statement.
pub(crate) async fn named_in(tx: &Tx, name: &str) -> Result<Option<System>> {
    let row = store::by_name(tx.db(), tx.scope(), name).await?;
    Ok(row.map(|row| System { row }))
}

/// Every system, for plans. It authorises nothing: the use case that asks has done so.
///
/// # Errors
/// As every statement.
pub(crate) async fn all(ctx: &Ctx) -> Result<Vec<System>> {
    let rows = store::all(ctx.db(), ctx.scope()).await?;
    Ok(rows.into_iter().map(|row| System { row }).collect())
}

/// The systems that the caller serves. It authorises nothing: the use case that asks has done so.
///
/// # Errors
/// As every statement.
pub(crate) async fn served(ctx: &Ctx) -> Result<Vec<String>> {
    match ctx.actor.integration {
        Some(integration) => store::served_by(ctx.db(), ctx.scope(), integration).await,
        None => Ok(Vec::new()),
    }
}
