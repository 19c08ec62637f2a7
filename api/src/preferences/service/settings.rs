//! What advertising rests on, and what the templates of integrations are for.

use std::sync::Arc;
use std::time::Duration;

use entity::enums::{Action, ContactBasis, ContactChannel, EventType, Log};
use entity::id::{BrandId, ContactRuleId, ControllerId, EventId, IntegrationId, MessageTemplateId};
use entity::{contact_rule, message_template};
use uuid::Uuid;

use crate::auth;
use crate::context::{Begun, Ctx, Once};
use crate::customers::service::check_brand;
use crate::data_map::Tree;
use crate::error::{Error, Result};
use crate::ledger::{Event, Fields};
use crate::platform::personal::check_length;
use crate::platform::random;
use crate::preferences::rules::{self, Rules};
use crate::preferences::store;

/// Longest name of a template, in characters.
const LONGEST_NAME: usize = 200;
/// How long what was set may be unknown to an instance.
const CACHED_FOR: Duration = Duration::from_secs(1);

/// What is set.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    /// What advertising rests on.
    pub(in crate::preferences) rules: Rules,
    /// What templates are for, by integration and name.
    pub(crate) templates: Vec<message_template::Model>,
}

impl Settings {
    /// What the template of an integration is for, and in whose name.
    pub(super) fn template(
        &self,
        integration: Option<IntegrationId>,
        name: &str,
    ) -> Option<(&'static str, Option<BrandId>)> {
        let wanted = (integration?, name);
        let of =
            |row: &message_template::Model| (row.integration_id, row.name.as_str()).cmp(&wanted);
        let place = self.templates.binary_search_by(of).ok()?;
        let row = self.templates.get(place)?;
        let purpose = Tree::Use.check(row.purpose.as_deref()?).ok()?;
        Some((purpose, row.brand_id))
    }

    /// The rules.
    pub(crate) fn rules(&self) -> &[contact_rule::Model] {
        &self.rules.0
    }
}

/// What is set, as an instance knows it: at most a second old.
#[derive(Debug, Clone)]
pub(crate) struct KnownSettings(moka::sync::Cache<ControllerId, Arc<Settings>>);

impl Default for KnownSettings {
    fn default() -> Self {
        let cache = moka::sync::Cache::builder();
        Self(cache.max_capacity(1_000).time_to_live(CACHED_FOR).build())
    }
}

/// What is set, as the database has it.
///
/// # Errors
/// Forbidden.
pub(crate) async fn settings(ctx: &Ctx) -> Result<Settings> {
    ctx.authorize(Action::ReadPreferences)?;
    load(ctx).await
}

async fn load(ctx: &Ctx) -> Result<Settings> {
    let rules = Rules(store::rules(ctx.db(), ctx.scope()).await?);
    let mut templates = store::templates(ctx.db(), ctx.scope()).await?;
    // Databases differ in the order of texts.
    templates.sort_unstable_by(|one, other| {
        (one.integration_id, &one.name).cmp(&(other.integration_id, &other.name))
    });
    Ok(Settings { rules, templates })
}

/// What is set, at most a second old.
pub(super) async fn known(ctx: &Ctx) -> Result<Arc<Settings>> {
    let known = ctx.app.parts.get::<KnownSettings>();
    if let Some(settings) = known.and_then(|known| known.0.get(&ctx.controller())) {
        return Ok(settings);
    }
    let settings = Arc::new(load(ctx).await?);
    if let Some(known) = known {
        known.0.insert(ctx.controller(), Arc::clone(&settings));
    }
    Ok(settings)
}

fn forget(ctx: &Ctx) {
    if let Some(known) = ctx.app.parts.get::<KnownSettings>() {
        known.0.invalidate(&ctx.controller());
    }
}

/// What advertising rests on, somewhere.
#[derive(Debug, Clone)]
pub(crate) struct NewRule {
    /// For which brand; for all, when absent.
    pub(crate) brand: Option<BrandId>,
    /// In which country; in all, when absent.
    pub(crate) country: Option<&'static str>,
    /// On which channel; on all, when absent.
    pub(crate) channel: Option<ContactChannel>,
    /// On what; on whatever wider rules say, when absent.
    pub(crate) basis: Option<ContactBasis>,
}

/// Sets what advertising rests on, for a brand, in a country, on a channel.
///
/// # Errors
/// Forbidden; `NotFound` for the brand; Invalid for one rule too many; Conflict when the same is set at the same time.
pub(crate) async fn set_rule(ctx: &Ctx, new: NewRule, once: Once) -> Result<()> {
    ctx.authorize(Action::SetContactRules)?;
    if ctx.done_before(&once).await?.is_some() {
        return Ok(());
    }
    check_brand(ctx, new.brand).await?;
    let place = rules::place(new.brand, new.country, new.channel);
    let key = ctx.controller_key().await?;
    let known = store::rule_at(ctx.db(), ctx.scope(), &place).await?;
    let count = store::rules(ctx.db(), ctx.scope()).await?.len();
    let is_new = known.as_ref().is_none_or(|row| row.basis.is_none());
    if new.basis.is_some() && is_new && count >= rules::MOST_RULES {
        return Err(Error::invalid(
            "basis",
            "is one rule too many: there are 500",
        ));
    }
    let fresh = || ContactRuleId::from_uuid(random::id());
    let id = known.as_ref().map_or_else(fresh, |row| row.id);
    let mut tx = match ctx.begin_once(&once, &[id.to_string()]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(_) => return Ok(()),
    };
    let before = match known {
        Some(_) => Some(store::lock_rule(tx.db(), tx.scope(), id).await?),
        None => None,
    };
    let event_id = tx.record(Event {
        kind: EventType::ContactRuleSet,
        log: Log::Main,
        object: id.to_string(),
        customer: None,
        key: &key,
        fields: Fields::new()
            .with_some("brand", new.brand.map(|id| id.to_string()))
            .with_some("country", new.country)
            .with_some("channel", new.channel.map(ContactChannel::as_str))
            .with_some("basis", new.basis.map(ContactBasis::as_str)),
    })?;
    let row = contact_rule::Model {
        controller_id: ctx.controller(),
        id,
        place,
        brand_id: new.brand,
        country: new.country.map(str::to_owned),
        channel: new.channel,
        basis: new.basis,
        recorded_at: ctx.now(),
        version: before.as_ref().map_or(1, |row| row.version + 1),
        event_id,
    };
    match before {
        Some(_) => store::update_rule(tx.db(), tx.scope(), row).await?,
        None => store::insert_rule(tx.db(), row).await?,
    }
    tx.commit().await?;
    forget(ctx);
    Ok(())
}

/// What a template is for.
#[derive(Debug, Clone)]
pub(crate) struct NewTemplate {
    /// Who sends it; the caller, when absent.
    pub(crate) integration: Option<IntegrationId>,
    /// What it is called there.
    pub(crate) name: String,
    /// For which use of data; nothing that is known, when absent.
    pub(crate) purpose: Option<String>,
    /// In whose name, where that is always the same.
    pub(crate) brand: Option<BrandId>,
}

/// Sets what a template of an integration is for.
///
/// # Errors
/// Forbidden; Invalid for a name or a use that is none, and for one template too many; `NotFound` for integration and
/// brand; Conflict when the same is set at the same time.
pub(crate) async fn set_template(ctx: &Ctx, new: NewTemplate, once: Once) -> Result<()> {
    ctx.authorize(Action::SetContactRules)?;
    if ctx.done_before(&once).await?.is_some() {
        return Ok(());
    }
    let mut row = check_template(ctx, new).await?;
    let key = ctx.controller_key().await?;
    let known = store::template_named(ctx.db(), ctx.scope(), row.integration_id, &row.name).await?;
    let count = store::templates(ctx.db(), ctx.scope()).await?.len();
    let is_new = known.as_ref().is_none_or(|row| row.purpose.is_none());
    if row.purpose.is_some() && is_new && count >= rules::MOST_TEMPLATES {
        let problem = "is of one template too many: there are 2000";
        return Err(Error::invalid("purpose", problem));
    }
    if let Some(known) = &known {
        row.id = known.id;
    }
    let mut tx = match ctx.begin_once(&once, &[row.id.to_string()]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(_) => return Ok(()),
    };
    let before = match known {
        Some(_) => Some(store::lock_template(tx.db(), tx.scope(), row.id).await?),
        None => None,
    };
    row.version = before.as_ref().map_or(1, |row| row.version + 1);
    row.event_id = tx.record(Event {
        kind: EventType::MessageTemplateSet,
        log: Log::Main,
        object: row.id.to_string(),
        customer: None,
        key: &key,
        fields: Fields::new()
            .with("integration", row.integration_id.to_string())
            .with("name", row.name.as_str())
            .with_some("purpose", row.purpose.as_deref())
            .with_some("brand", row.brand_id.map(|id| id.to_string())),
    })?;
    match before {
        Some(_) => store::update_template(tx.db(), tx.scope(), row).await?,
        None => store::insert_template(tx.db(), row).await?,
    }
    tx.commit().await?;
    forget(ctx);
    Ok(())
}

/// The row of a template, but for its version and its leaf.
async fn check_template(ctx: &Ctx, new: NewTemplate) -> Result<message_template::Model> {
    let name = new.name.trim();
    check_length("name", name, LONGEST_NAME)?;
    if name.contains(char::is_control) {
        return Err(Error::invalid("name", "must be one line"));
    }
    let purpose = new.purpose.as_deref();
    let purpose = purpose.map(|purpose| Tree::Use.checked(purpose, "purpose"));
    let purpose = purpose.transpose()?.map(str::to_owned);
    let nobody = Error::invalid("integrationId", "is needed: the command line sends nothing");
    let integration = new.integration.or(ctx.actor.integration).ok_or(nobody)?;
    let known = auth::service::integrations_by_id(ctx, &[integration]).await?;
    if known.is_empty() {
        let missing = Error::NotFound {
            what: "integration",
        };
        return Err(missing.at("integrationId"));
    }
    check_brand(ctx, new.brand).await?;
    Ok(message_template::Model {
        controller_id: ctx.controller(),
        id: MessageTemplateId::from_uuid(random::id()),
        integration_id: integration,
        name: name.to_owned(),
        purpose,
        brand_id: new.brand,
        recorded_at: ctx.now(),
        version: 1,
        event_id: EventId::from_uuid(Uuid::nil()),
    })
}
