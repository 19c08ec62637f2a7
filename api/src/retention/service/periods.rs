//! For how long systems keep what: rules that the controller sets.

use std::collections::HashMap;

use entity::date::Date;
use entity::enums::{
    Action, EventType, IdentifierKind, LegalBasis, Log, RetentionAction, RetentionAnchor,
};
use entity::id::{EventId, RetentionRuleId};
use entity::retention_rule;
use entity::time::Timestamp;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::context::{Begun, Ctx, Once, only_id};
use crate::data_map::{self, Tree};
use crate::error::{Error, Result};
use crate::ledger::{Event, Fields};
use crate::platform::db::Scope;
use crate::platform::personal::check_length;
use crate::platform::random;
use crate::retention::rules::{Count, Period, kind_of};
use crate::retention::store::{self, Span};
use crate::vault::normalise;

/// How many rules there may be, and how many systems those that are applied may name together: all are looked at when
/// something is due.
const MOST_RULES: usize = 200;
/// How many systems and categories one rule may name.
const MOST_NAMED: usize = 20;
/// Longest name and statute, in characters.
const LONGEST_NAME: usize = 100;
const LONGEST_STATUTE: usize = 200;

/// A rule.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    /// Its row.
    pub(crate) row: retention_rule::Model,
}

impl Rule {
    /// The systems that it is about, in alphabetical order.
    pub(crate) fn systems(&self) -> impl Iterator<Item = &str> {
        self.row.systems.split_whitespace()
    }

    /// Keys of the data categories that it is about.
    pub(crate) fn categories(&self) -> impl Iterator<Item = &str> {
        self.row.categories.split_whitespace()
    }

    /// Whether it is applied.
    pub(super) fn runs(&self) -> bool {
        self.row.ended_at.is_none()
    }

    /// The last day on which something is kept that counts from an instant.
    pub(crate) fn last_day(&self, from: Timestamp) -> Option<Date> {
        Count::of(&self.row)?.last_day(from)
    }

    /// What happened before this instant is due on a day.
    pub(super) fn due_before(&self, day: Date) -> Timestamp {
        let count = Count::of(&self.row);
        count.map_or(Timestamp::MIN, |count| count.due_before(day))
    }

    /// What it is about in one of its systems, as far as it is due on a day.
    pub(super) fn span(&self, system: &str, kinds: &KnownBy, day: Date) -> Span {
        Span {
            rule: self.row.id,
            kind: kind_of(self.row.action),
            system: system.to_owned(),
            kinds: kinds.get(system).cloned().unwrap_or_default(),
            anchor: self.row.anchor,
            from: Timestamp::MIN,
            until: self.due_before(day),
            customers: Vec::new(),
        }
    }
}

/// By what systems know customers, beside their ids there.
pub(super) type KnownBy = HashMap<String, Vec<IdentifierKind>>;

pub(super) async fn known_by(ctx: &Ctx) -> Result<KnownBy> {
    let systems = data_map::service::all(ctx).await?.into_iter();
    let known = systems.map(|system| (system.row.name.clone(), system.known_by()));
    Ok(known.collect())
}

/// A rule to be set.
#[derive(Debug, Clone)]
pub(crate) struct NewRule {
    /// What it is called.
    pub(crate) name: String,
    /// The systems that it is about.
    pub(crate) systems: Vec<String>,
    /// Keys of the data categories that it is about.
    pub(crate) categories: Vec<String>,
    /// What the period counts from.
    pub(crate) anchor: RetentionAnchor,
    /// Whether it counts from the end of the calendar year of that.
    pub(crate) from_year_end: bool,
    /// How long.
    pub(crate) period: String,
    /// What is done then.
    pub(crate) action: RetentionAction,
    /// What keeping it rests on.
    pub(crate) basis: Option<LegalBasis>,
    /// Where that is written.
    pub(crate) statute: Option<String>,
    /// Whether it is kept against the wish of the person.
    pub(crate) protected: bool,
    /// Whether it is not applied any more.
    pub(crate) ended: bool,
}

/// A rule to be set, and the version of it that the caller has read, where they have.
#[derive(Debug, Clone)]
pub(crate) struct SetRule {
    /// The rule.
    pub(crate) rule: NewRule,
    /// The version.
    pub(crate) expected_version: Option<i32>,
}

impl NewRule {
    /// Checks what can be checked without knowing other rules; gives the row of a new one.
    pub(super) fn checked(&self, ctx: &Ctx, known: &KnownBy) -> Result<retention_rule::Model> {
        let name = self.name.trim();
        check_length("name", name, LONGEST_NAME)?;
        if name.contains(char::is_control) {
            return Err(Error::invalid("name", "must be one line"));
        }
        let statute = self.statute.as_deref().map(str::trim);
        if let Some(statute) = statute {
            check_length("statute", statute, LONGEST_STATUTE)?;
        }
        if self.protected && (statute.is_none() || self.basis.is_none()) {
            let field = if statute.is_none() {
                "statute"
            } else {
                "basis"
            };
            let problem = "must be said of what is kept against the wish of the person";
            return Err(Error::invalid(field, problem));
        }
        let period: Period =
            self.period
                .parse()
                .map_err(|expected: crate::retention::rules::NoPeriod| {
                    Error::invalid("period", expected.to_string())
                })?;
        Ok(retention_rule::Model {
            controller_id: ctx.controller(),
            id: RetentionRuleId::from_uuid(random::id()),
            name: name.to_owned(),
            systems: self.checked_systems(known)?.join(" "),
            categories: self.checked_categories()?.join(" "),
            anchor: self.anchor,
            from_year_end: self.from_year_end,
            period: period.to_string(),
            action: self.action,
            basis: self.basis,
            statute: statute.map(str::to_owned),
            protected: self.protected,
            recorded_at: ctx.now(),
            ended_at: self.ended.then(|| ctx.now()),
            version: 1,
            event_id: EventId::from_uuid(Uuid::nil()),
        })
    }

    fn checked_systems(&self, known: &KnownBy) -> Result<Vec<String>> {
        if !(1..=MOST_NAMED).contains(&self.systems.len()) {
            return Err(Error::invalid("systems", "must have 1 to 20 items"));
        }
        let mut names = Vec::new();
        for (n, name) in self.systems.iter().enumerate() {
            let field = || format!("systems[{n}]");
            let name = normalise::external_system(name)
                .map_err(|expected| Error::invalid(field(), expected.to_string()))?;
            if !known.contains_key(&name) {
                // Of a name that was mistyped, nothing would ever be due.
                let problem = "is no system on record: see registerSystem";
                return Err(Error::invalid(field(), problem));
            }
            names.push(name);
        }
        names.sort_unstable();
        names.dedup();
        Ok(names)
    }

    fn checked_categories(&self) -> Result<Vec<&'static str>> {
        if self.categories.len() > MOST_NAMED {
            return Err(Error::invalid("categories", "must have at most 20 items"));
        }
        Tree::Category.checked_all(&self.categories, "categories")
    }
}

/// The row of a rule after a change to the one that is there.
fn changed(before: &retention_rule::Model, said: retention_rule::Model) -> retention_rule::Model {
    let ended_at = said.ended_at.map(|now| before.ended_at.unwrap_or(now));
    retention_rule::Model {
        id: before.id,
        recorded_at: before.recorded_at,
        version: before.version,
        event_id: before.event_id,
        ended_at,
        ..said
    }
}

/// Keeps the number of rules within what can be looked at together.
fn check_number(all: &[retention_rule::Model], after: &retention_rule::Model) -> Result<()> {
    let others = || all.iter().filter(|row| row.id != after.id);
    if others().count() >= MOST_RULES {
        return Err(Error::invalid(
            "name",
            "is one too many: there are 200 rules",
        ));
    }
    let running = others().chain([after]).filter(|row| row.ended_at.is_none());
    let systems: usize = running
        .map(|row| row.systems.split_whitespace().count())
        .sum();
    if systems > MOST_RULES && after.ended_at.is_none() {
        let problem = "are too many: rules that are applied name 200 together at the most";
        return Err(Error::invalid("systems", problem));
    }
    Ok(())
}

/// Sets for how long something is kept, or changes the rule of this name. What becomes due by it is planned soon; what is
/// not due any more is not handed out from then on.
///
/// # Errors
/// Forbidden; Invalid; Conflict for another version.
pub(crate) async fn set_rule(ctx: &Ctx, new: &SetRule, once: Once) -> Result<RetentionRuleId> {
    ctx.authorize(Action::SetRetentionRules)?;
    if let Some(ids) = ctx.done_before(&once).await? {
        return only_id(&ids, "retention rule");
    }
    let said = new.rule.checked(ctx, &known_by(ctx).await?)?;
    let key = ctx.controller_key().await?;
    let mut tx = match ctx.begin_once(&once, &[]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(ids) => return only_id(&ids, "retention rule"),
    };
    // One after the other, and after what is being handed out.
    store::wait_for_claims(tx.db(), tx.scope()).await?;
    let all = store::rules(tx.db(), tx.scope()).await?;
    let before = all.iter().find(|row| row.name == said.name);
    let expected = new.expected_version;
    if expected.is_some_and(|expected| before.map_or(0, |row| row.version) != expected) {
        return Err(Error::Conflict("the rule was changed since: read it again"));
    }
    let mut row = match before {
        Some(before) => changed(before, said),
        None => said,
    };
    if before == Some(&row) {
        tx.rollback().await?;
        return Ok(row.id);
    }
    check_number(&all, &row)?;
    row.version = before.map_or(1, |before| before.version + 1);
    row.event_id = tx.record(Event {
        kind: EventType::RetentionRuleSet,
        log: Log::Main,
        object: row.id.to_string(),
        customer: None,
        key: &key,
        fields: fields_of(&row),
    })?;
    let id = row.id;
    tx.answer_with(&[id.to_string()]).await?;
    match before {
        Some(_) => store::save_rule(tx.db(), row).await?,
        None => store::insert_rule(tx.db(), row).await?,
    }
    tx.commit().await?;
    super::due::wake(&ctx.app);
    Ok(id)
}

fn fields_of(row: &retention_rule::Model) -> Fields {
    Fields::new()
        .with("name", row.name.as_str())
        .with("systems", row.systems.as_str())
        .with("categories", row.categories.as_str())
        .with("anchor", row.anchor.as_str())
        .with("fromYearEnd", row.from_year_end)
        .with("period", row.period.as_str())
        .with("action", row.action.as_str())
        .with_some("basis", row.basis.map(LegalBasis::as_str))
        .with_some("statute", row.statute.clone())
        .with("protected", row.protected)
        .with("ended", row.ended_at.is_some())
        .with("version", row.version)
}

/// Every rule, also those that are not applied any more, by name.
///
/// # Errors
/// Forbidden.
pub(crate) async fn all(ctx: &Ctx) -> Result<Vec<Rule>> {
    ctx.authorize(Action::ReadRetention)?;
    load(ctx).await
}

pub(super) async fn load(ctx: &Ctx) -> Result<Vec<Rule>> {
    load_in(ctx.db(), ctx.scope()).await
}

pub(super) async fn load_in(db: &impl ConnectionTrait, scope: Scope) -> Result<Vec<Rule>> {
    let rows = store::rules(db, scope).await?;
    Ok(rows.into_iter().map(|row| Rule { row }).collect())
}

/// Rules by id, for those who do tasks that they want. It authorises nothing: the use case that asks has done so.
///
/// # Errors
/// As every statement.
pub(crate) async fn told(
    ctx: &Ctx,
    ids: &[RetentionRuleId],
) -> Result<HashMap<RetentionRuleId, Rule>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rules = load(ctx).await?.into_iter();
    let wanted = rules.filter(|rule| ids.contains(&rule.row.id));
    Ok(wanted.map(|rule| (rule.row.id, rule)).collect())
}

/// Rules by id.
///
/// # Errors
/// Forbidden.
pub(crate) async fn by_ids(
    ctx: &Ctx,
    ids: &[RetentionRuleId],
) -> Result<HashMap<RetentionRuleId, Rule>> {
    ctx.authorize(Action::ReadRetention)?;
    told(ctx, ids).await
}
