//! Systems: registering, changing, reading.

use std::collections::HashMap;

use entity::enums::{Action, EventType, IdentifierKind, Log, ProcessingRole};
use entity::id::{EventId, IntegrationId, RecipientId, SystemId};
use entity::system;

use crate::auth;
use crate::context::{Begun, Ctx, Once, Tx, only_id};
use crate::data_map::{Tree, store};
use crate::error::{Error, Result};
use crate::ledger::{Event, Fields};
use crate::platform::page::{Page, PageRequest};
use crate::platform::patch::Patch;
use crate::platform::personal::check_length;
use crate::platform::random;
use crate::platform::words::joined;
use crate::recipients;
use crate::vault::normalise;

/// How many systems a controller may have: plans go through all of them.
const MOST_SYSTEMS: u64 = 1_000;
/// How many things a system may be known to leave behind, and how long each is, in characters.
const MOST_LEFT: usize = 50;
const LONGEST_LEFT: usize = 200;

/// Longest name of who answers for a system, in characters.
const LONGEST_OWNER: usize = 60;
/// How many kinds of data, and of persons, a system may hold.
const MOST_KEYS: usize = 100;

/// What is to be on record of a system; of one that is there, what is not said stays.
#[derive(Debug, Clone)]
pub(crate) struct SystemFacts {
    /// By what it knows customers, beside their ids there.
    pub(crate) known_by: Option<Vec<IdentifierKind>>,
    /// For whom what it holds is processed.
    pub(crate) our_roles: Option<Vec<ProcessingRole>>,
    /// Who does its tasks.
    pub(crate) integration: Patch<IntegrationId>,
    /// What it leaves behind when it erases.
    pub(crate) leaves_behind: Option<Vec<String>>,
    /// Which team or function answers for it.
    pub(crate) owner: Patch<String>,
    /// The recipient that runs it.
    pub(crate) host: Patch<RecipientId>,
    /// Where it is, ISO 3166-1 alpha-2.
    pub(crate) country: Patch<String>,
    /// Keys of the data categories that it holds.
    pub(crate) categories: Option<Vec<String>>,
    /// Keys of the data subjects whose data it holds.
    pub(crate) subjects: Option<Vec<String>>,
}

/// Which system is meant.
#[derive(Debug, Clone)]
pub(crate) enum Which {
    /// The one of this name, as in external ids; a new one, where there is none.
    Named(String),
    /// One that is there, in the version that the caller has read, where they say so.
    Known(SystemId, Option<i32>),
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

    /// Keys of the data categories that it holds.
    pub(crate) fn categories(&self) -> impl Iterator<Item = &str> {
        self.row.categories.split_whitespace()
    }

    /// Keys of the data subjects whose data it holds.
    pub(crate) fn subjects(&self) -> impl Iterator<Item = &str> {
        self.row.subjects.split_whitespace()
    }

    /// What it leaves behind when it erases.
    pub(crate) fn leaves_behind(&self) -> Vec<String> {
        self.row.leaves_behind.lines().map(str::to_owned).collect()
    }
}

/// Registers a system, or changes what is known of one that is there.
///
/// # Errors
/// Forbidden; Invalid; `NotFound` for an integration, a recipient or a system that is not the controller's; Conflict for
/// another version than the expected one.
pub(crate) async fn save_system(
    ctx: &Ctx,
    which: Which,
    facts: SystemFacts,
    once: Once,
) -> Result<SystemId> {
    ctx.authorize(Action::RegisterSystem)?;
    if let Some(ids) = ctx.done_before(&once).await? {
        return only_id(&ids, "system");
    }
    let facts = facts.checked(ctx).await?;
    let key = ctx.controller_key().await?;
    // A new one is told apart by its name; of one that is there, nobody else changes anything meanwhile.
    let (known, name, expected) = match which {
        Which::Named(name) => {
            let name = normalise::external_system(&name)
                .map_err(|expected| Error::invalid("name", expected.to_string()))?;
            let known = named(ctx, &name).await?.map(|system| system.row.id);
            (known, Some(name), None)
        }
        Which::Known(id, expected) => (Some(id), None, expected),
    };
    let id = known.unwrap_or_else(|| SystemId::from_uuid(random::id()));
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
    let version = before.as_ref().map_or(0, |row| row.version);
    if expected.is_some_and(|expected| expected != version) {
        return Err(Error::Conflict(
            "the system was changed meanwhile; read it again",
        ));
    }
    let row = facts.row(ctx, id, name, before.as_ref());
    if before.as_ref().is_some_and(|before| is_same(before, &row)) {
        // There is nothing to record, and nothing to replay.
        tx.rollback().await?;
        return Ok(id);
    }
    let event_id = tx.record(Event {
        kind: EventType::SystemRegistered,
        log: Log::Main,
        object: id.to_string(),
        customer: None,
        key: &key,
        fields: fields_of(&row),
    })?;
    let row = system::Model { event_id, ..row };
    match before {
        Some(_) => store::update(tx.db(), tx.scope(), row).await?,
        None => store::insert(tx.db(), row).await?,
    }
    tx.commit().await?;
    Ok(id)
}

/// Whether a system is what it was.
fn is_same(before: &system::Model, after: &system::Model) -> bool {
    let after = system::Model {
        version: before.version,
        event_id: before.event_id,
        ..after.clone()
    };
    *before == after
}

fn fields_of(row: &system::Model) -> Fields {
    Fields::new()
        .with("name", row.name.as_str())
        .with("knownBy", row.known_by.as_str())
        .with("ourRoles", row.our_roles.as_str())
        .with_some("integration", row.integration_id.map(|id| id.to_string()))
        .with("leavesBehind", row.leaves_behind.as_str())
        .with_some("owner", row.owner.as_deref())
        .with_some("host", row.host_id.map(|id| id.to_string()))
        .with_some("country", row.country.as_deref())
        .with("categories", row.categories.as_str())
        .with("subjects", row.subjects.as_str())
}

/// Facts whose values have been checked, as they are written down.
struct Checked {
    known_by: Option<String>,
    our_roles: Option<String>,
    integration: Patch<IntegrationId>,
    leaves_behind: Option<String>,
    owner: Patch<String>,
    host: Patch<RecipientId>,
    country: Patch<String>,
    categories: Option<String>,
    subjects: Option<String>,
}

impl SystemFacts {
    async fn checked(self, ctx: &Ctx) -> Result<Checked> {
        self.check()?;
        if let Patch::Set(id) = self.integration
            && auth::service::integrations_by_id(ctx, &[id])
                .await?
                .is_empty()
        {
            let missing = Error::NotFound {
                what: "integration",
            };
            return Err(missing.at("integrationId"));
        }
        if let Patch::Set(id) = self.host {
            let found = recipients::service::countries(ctx, &[id]).await?;
            if found.is_empty() {
                return Err(Error::NotFound { what: "recipient" }.at("hostId"));
            }
        }
        let keys = |tree: Tree, keys: Option<Vec<String>>, field: &str| {
            let keys = keys
                .map(|keys| tree.checked_all(&keys, field))
                .transpose()?;
            Ok::<_, Error>(keys.map(|keys| keys.join(" ")))
        };
        let kinds = self.known_by.as_ref();
        let roles = self.our_roles.as_ref();
        Ok(Checked {
            known_by: kinds.map(|kinds| joined(kinds.iter().map(|kind| kind.as_str()))),
            our_roles: roles.map(|roles| joined(roles.iter().map(|role| role.as_str()))),
            integration: self.integration,
            leaves_behind: self.leaves_behind.as_ref().map(|left| {
                let left: Vec<_> = left.iter().map(|left| left.trim()).collect();
                left.join("\n")
            }),
            owner: self.owner.map(|owner| owner.trim().to_owned()),
            host: self.host,
            country: self.country,
            categories: keys(Tree::Category, self.categories, "categories")?,
            subjects: keys(Tree::Subject, self.subjects, "subjects")?,
        })
    }

    fn check(&self) -> Result<()> {
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
        for (field, keys) in [
            ("categories", &self.categories),
            ("subjects", &self.subjects),
        ] {
            if keys.as_ref().is_some_and(|keys| keys.len() > MOST_KEYS) {
                return Err(Error::invalid(field, "must have at most 100 items"));
            }
        }
        if let Patch::Set(owner) = &self.owner {
            check_length("owner", owner.trim(), LONGEST_OWNER)?;
            if owner.contains(char::is_control) {
                return Err(Error::invalid("owner", "must be one line"));
            }
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
        Ok(())
    }
}

impl Checked {
    /// The row of the system after this, but for its leaf.
    fn row(
        self,
        ctx: &Ctx,
        id: SystemId,
        name: Option<String>,
        before: Option<&system::Model>,
    ) -> system::Model {
        let known = |text: fn(&system::Model) -> &String| before.map(text).cloned();
        let text = |said: Option<String>, field: fn(&system::Model) -> &String| {
            said.or_else(|| known(field))
        };
        let own_role = || ProcessingRole::Controller.as_str().to_owned();
        system::Model {
            controller_id: ctx.controller(),
            id,
            name: text(name, |row| &row.name).unwrap_or_default(),
            known_by: text(self.known_by, |row| &row.known_by).unwrap_or_default(),
            our_roles: text(self.our_roles, |row| &row.our_roles).unwrap_or_else(own_role),
            integration_id: self
                .integration
                .apply(before.and_then(|row| row.integration_id)),
            leaves_behind: text(self.leaves_behind, |row| &row.leaves_behind).unwrap_or_default(),
            owner: self.owner.apply(before.and_then(|row| row.owner.clone())),
            host_id: self.host.apply(before.and_then(|row| row.host_id)),
            country: self
                .country
                .apply(before.and_then(|row| row.country.clone())),
            categories: text(self.categories, |row| &row.categories).unwrap_or_default(),
            subjects: text(self.subjects, |row| &row.subjects).unwrap_or_default(),
            recorded_at: before.map_or(ctx.now(), |row| row.recorded_at),
            version: before.map_or(1, |row| row.version + 1),
            event_id: EventId::from_uuid(uuid::Uuid::nil()),
        }
    }
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
