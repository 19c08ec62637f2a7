//! What is due by the rules, and what would be by another rule.

use std::collections::HashMap;
use std::sync::Arc;

use entity::date::Date;
use entity::enums::{Action, RetentionAnchor};
use entity::id::{CustomerId, RetentionRuleId};
use sea_orm::ConnectionTrait;
use tokio::sync::Notify;

use super::periods::{self, KnownBy, NewRule, Rule};
use crate::context::{App, Ctx, Tx};
use crate::customers::{self, Lookup};
use crate::error::{Error, Result};
use crate::platform::page::{CheckedPage, Cursor, MOST_COUNTED, Page, PageRequest};
use crate::retention::rules::kind_of;
use crate::retention::store::{self, Due, Span, Wanted};
use crate::vault::normalise;

/// How many examples a preview shows of each system.
const EXAMPLES: u64 = 5;
/// Instants are smaller than this: a cursor holds the number of a span and an instant.
const INSTANTS: i64 = 1 << 48;

/// Tells whoever plans tasks that a rule was set.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wake(Arc<Notify>);

pub(super) fn wake(app: &App) {
    if let Some(wake) = app.parts.get::<Wake>() {
        wake.0.notify_one();
    }
}

/// Waits until a rule was set on this instance.
pub(crate) async fn rule_set(app: &App) {
    match app.parts.get::<Wake>() {
        Some(wake) => wake.0.notified().await,
        None => std::future::pending().await,
    }
}

/// Something whose time is over in a system.
#[derive(Debug, Clone)]
pub(crate) struct DueItem {
    /// By which rule.
    pub(crate) rule: Rule,
    /// In which system.
    pub(crate) system: String,
    /// What.
    pub(crate) due: Due,
}

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct DueFilter {
    /// By this rule.
    pub(crate) rule: Option<RetentionRuleId>,
    /// In this system.
    pub(crate) system: Option<String>,
    /// Of this customer, and all who are one with it.
    pub(crate) customer: Option<Lookup>,
}

/// A rule in one of its systems.
#[derive(Debug, Clone)]
pub(crate) struct Work {
    /// The rule.
    pub(crate) rule: Rule,
    /// What is due by it there.
    pub(crate) span: Span,
}

fn work_of(rules: Vec<Rule>, known: &KnownBy, day: Date) -> Vec<Work> {
    let mut work = Vec::new();
    for rule in rules.into_iter().filter(Rule::runs) {
        for system in rule.systems() {
            work.push(Work {
                span: rule.span(system, known, day),
                rule: rule.clone(),
            });
        }
    }
    work
}

/// What systems have not done yet by a day of what is due by then: rule by rule in the order of their names, and system by
/// system, the earliest first.
///
/// # Errors
/// Forbidden; Invalid; Ambiguous for the customer.
pub(crate) async fn due(
    ctx: &Ctx,
    by: Option<Date>,
    filter: &DueFilter,
    page: PageRequest,
) -> Result<Page<DueItem>> {
    ctx.authorize(Action::ReadRetention)?;
    let system = filter.system.as_deref().map(normalise::external_system);
    let system = system
        .transpose()
        .map_err(|expected| Error::invalid("filter.system", expected.to_string()))?;
    let customers = match &filter.customer {
        Some(lookup) => {
            // Or the answer would tell an address to whom it is not shown.
            ctx.authorize(Action::LookUpCustomers)?;
            let members = super::read::members_of(ctx, lookup).await?;
            if members.is_empty() {
                let page = page.check("retentionDue of nobody")?;
                return Ok(Page::of(Vec::new(), &page, |_| Cursor {
                    key: 0,
                    id: uuid::Uuid::nil(),
                }));
            }
            members
        }
        None => Vec::new(),
    };
    let by = by.unwrap_or_else(|| Date::of(ctx.now()));
    let known = periods::known_by(ctx).await?;
    let mut work = work_of(periods::load(ctx).await?, &known, by);
    work.retain(|work| {
        system
            .as_ref()
            .is_none_or(|system| work.span.system == *system)
            && filter.rule.is_none_or(|rule| work.rule.row.id == rule)
    });
    for work in &mut work {
        work.span.customers.clone_from(&customers);
    }
    // A rule that is changed between two pages makes another list.
    let spans: Vec<_> = work.iter().map(|work| &work.span).collect();
    let page = page.check(&format!("retentionDue {spans:?}"))?;
    let rows = rows_of(ctx, &work, &page).await?;
    let page = Page::of(rows, &page, |(n, due)| Cursor {
        key: n * INSTANTS + due.at.as_millis(),
        id: due.anchor_id,
    });
    Ok(page.filter_map(|(n, due)| {
        let work = usize::try_from(n).ok().and_then(|n| work.get(n))?;
        Some(work.item(due))
    }))
}

impl Work {
    fn item(&self, due: Due) -> DueItem {
        DueItem {
            rule: self.rule.clone(),
            system: self.span.system.clone(),
            due,
        }
    }
}

/// Rows of a page, with the numbers of the spans that they are from; one too many where there are more.
async fn rows_of(ctx: &Ctx, work: &[Work], page: &CheckedPage) -> Result<Vec<(i64, Due)>> {
    let place = page.after.map(|after| {
        let at = Cursor {
            key: after.key % INSTANTS,
            id: after.id,
        };
        (after.key / INSTANTS, at)
    });
    let mut rows = Vec::new();
    for (work, n) in work.iter().zip(0_i64..) {
        let after = match place {
            Some((first, _)) if n < first => continue,
            Some((first, at)) if n == first => Some(at),
            _ => None,
        };
        let found = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        let missing = page.limit_and_one().saturating_sub(found);
        if missing == 0 {
            break;
        }
        let due = store::due(ctx.db(), ctx.scope(), &work.span, false, (after, missing)).await?;
        rows.extend(due.into_iter().map(|due| (n, due)));
    }
    Ok(rows)
}

/// What a rule would do in one system.
#[derive(Debug, Clone)]
pub(crate) struct Preview {
    /// The system.
    pub(crate) system: String,
    /// How much would be due: 10,001 stands for more than 10,000; so it does below.
    pub(crate) due: i64,
    /// How much of that is not due by the rule that is set.
    pub(crate) newly: i64,
    /// How much that is due by the rule that is set would not be any more.
    pub(crate) no_longer: i64,
    /// Some of what would become due.
    pub(crate) examples: Vec<DueItem>,
}

/// What a rule would do by a day, compared with the one of its name that is set: nothing is changed.
///
/// # Errors
/// Forbidden; Invalid.
pub(crate) async fn preview(ctx: &Ctx, new: &NewRule, by: Option<Date>) -> Result<Vec<Preview>> {
    ctx.authorize(Action::ReadRetention)?;
    let known = periods::known_by(ctx).await?;
    let mut row = new.checked(ctx, &known)?;
    let mut rules = periods::load(ctx).await?;
    rules.retain(|rule| rule.row.name == row.name);
    let before = rules.pop();
    if let Some(before) = &before {
        // What was done by it counts.
        row.id = before.row.id;
    }
    let by = by.unwrap_or_else(|| Date::of(ctx.now()));
    let after = work_of(vec![Rule { row }], &known, by);
    let before = work_of(before.into_iter().collect(), &known, by);
    let system = |work: &Work| work.span.system.clone();
    let mut systems: Vec<_> = after.iter().chain(&before).map(system).collect();
    systems.sort_unstable();
    systems.dedup();
    let mut previews = Vec::new();
    for system in systems {
        let in_it = |work: &&Work| work.span.system == system;
        let two = (before.iter().find(in_it), after.iter().find(in_it));
        previews.push(preview_in(ctx, system.clone(), two).await?);
    }
    Ok(previews)
}

async fn preview_in(
    ctx: &Ctx,
    system: String,
    (before, after): (Option<&Work>, Option<&Work>),
) -> Result<Preview> {
    let (old, new) = (before.map(|work| &work.span), after.map(|work| &work.span));
    let newly = beyond(new, old);
    let examples = match (&newly, after) {
        (Some(span), Some(work)) => {
            let found = store::due(ctx.db(), ctx.scope(), span, false, (None, EXAMPLES)).await?;
            found.into_iter().map(|due| work.item(due)).collect()
        }
        _ => Vec::new(),
    };
    Ok(Preview {
        due: count(ctx, new.cloned()).await?,
        newly: count(ctx, newly).await?,
        no_longer: count(ctx, beyond(old, new)).await?,
        system,
        examples,
    })
}

/// What is in a span and not in another.
fn beyond(span: Option<&Span>, other: Option<&Span>) -> Option<Span> {
    let mut span = span?.clone();
    if let Some(other) = other
        && other.anchor == span.anchor
        && other.kind == span.kind
    {
        span.from = span.from.max(other.until);
    }
    (span.from < span.until).then_some(span)
}

async fn count(ctx: &Ctx, span: Option<Span>) -> Result<i64> {
    match span {
        Some(span) => store::count_due(ctx.db(), ctx.scope(), &span, MOST_COUNTED).await,
        None => Ok(0),
    }
}

/// The rules that are applied, each in each of its systems, with what is due today. It authorises nothing: the use case
/// that asks has done so.
///
/// # Errors
/// As every statement.
pub(crate) async fn work(ctx: &Ctx) -> Result<Vec<Work>> {
    let known = periods::known_by(ctx).await?;
    let today = Date::of(ctx.now());
    Ok(work_of(periods::load(ctx).await?, &known, today))
}

/// What is due and has no task yet, the earliest first, after a place. It authorises nothing: the use case that asks has
/// done so.
///
/// # Errors
/// As every statement.
pub(crate) async fn unplanned(
    ctx: &Ctx,
    span: &Span,
    after: Option<Cursor>,
    limit: u64,
) -> Result<Vec<Due>> {
    store::due(ctx.db(), ctx.scope(), span, true, (after, limit)).await
}

/// The same within a change, which nobody plans besides until it ends; nothing, where the rule is another by now.
///
/// # Errors
/// As every statement.
pub(crate) async fn unplanned_in(
    tx: &Tx,
    work: &Work,
    after: Option<Cursor>,
    limit: u64,
) -> Result<Vec<Due>> {
    store::wait_for_claims(tx.db(), tx.scope()).await?;
    let rules = periods::load_in(tx.db(), tx.scope()).await?;
    if !rules.iter().any(|rule| rule.row == work.rule.row) {
        return Ok(Vec::new());
    }
    store::due(tx.db(), tx.scope(), &work.span, true, (after, limit)).await
}

/// Which tasks the rules want, of one system or of all, as a connection sees them. It authorises nothing: the use case that
/// asks has done so.
///
/// # Errors
/// As every statement.
pub(crate) async fn wanted(
    ctx: &Ctx,
    db: &impl ConnectionTrait,
    system: Option<&str>,
) -> Result<Vec<Wanted>> {
    let today = Date::of(ctx.now());
    let mut wanted = Vec::new();
    for rule in periods::load_in(db, ctx.scope()).await? {
        for named in rule.systems().filter(|_| rule.runs()) {
            if system.is_none_or(|system| system == named) {
                wanted.push(Wanted {
                    rule: rule.row.id,
                    kind: kind_of(rule.row.action),
                    system: named.to_owned(),
                    before: rule.due_before(today),
                });
            }
        }
    }
    Ok(wanted)
}

/// Something that is kept against the wish of the person.
#[derive(Debug, Clone)]
pub(crate) struct KeptByLaw {
    /// By which rule.
    pub(crate) rule: Rule,
    /// The last day; none where what it counts from has not happened yet.
    pub(crate) last_day: Option<Date>,
}

/// What must be kept of each of some customers by rules that are protected, as far as it is known what they count from. It
/// authorises nothing: the use case that asks has done so.
///
/// # Errors
/// As every statement.
pub(crate) async fn kept_by_law(
    ctx: &Ctx,
    customers: &[CustomerId],
) -> Result<HashMap<CustomerId, Vec<KeptByLaw>>> {
    let mut rules = periods::load(ctx).await?;
    rules.retain(|rule| rule.row.protected && rule.runs());
    if rules.is_empty() || customers.is_empty() {
        return Ok(HashMap::new());
    }
    let clusters = customers::service::clusters_around(ctx, customers).await?;
    let mut all: Vec<_> = clusters.values().flatten().copied().collect();
    all.sort_unstable();
    all.dedup();
    let latest = store::latest(ctx.db(), ctx.scope(), &all).await?;
    let today = Date::of(ctx.now());
    let mut found = HashMap::new();
    for (customer, members) in &clusters {
        let of = |member: &CustomerId, anchor| latest.get(&(*member, anchor));
        let last = |anchor| {
            let ats = members.iter().filter_map(|member| of(member, anchor));
            ats.map(|latest| latest.at).max()
        };
        // Services of which not all ended, and an account that is not closed, go on, whatever ended of them.
        let ended = |anchor| {
            let stands_for_all = members.first().and_then(|member| of(member, anchor));
            stands_for_all.is_some_and(|latest| latest.whole)
        };
        let kept = rules.iter().filter_map(|rule| {
            let anchor = rule.row.anchor;
            let goes_on = match anchor {
                RetentionAnchor::ServiceTerminated | RetentionAnchor::AccountClosed => {
                    !ended(anchor)
                }
                _ => false,
            };
            let last_day = last(anchor).and_then(|at| rule.last_day(at));
            let is_kept = goes_on || last_day.is_some_and(|day| today <= day);
            is_kept.then(|| KeptByLaw {
                rule: rule.clone(),
                last_day: last_day.filter(|_| !goes_on),
            })
        });
        found.insert(*customer, kept.collect());
    }
    Ok(found)
}
