//! The accounting of a customer's disclosures: who got their data in a period, when, why; repeats as one line.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use entity::enums::{Action, DisclosureFrequency};
use entity::id::{CustomerId, DisclosureId};
use entity::time::Timestamp;
use uuid::Uuid;

use crate::context::Ctx;
use crate::customers;
use crate::disclosures::rules;
use crate::disclosures::store::{self, Line, LineTotals, Period};
use crate::error::{Error, Result};
use crate::platform::page::{Cursor, Page, PageRequest};

/// How far an accounting looks back when nobody says: six years (45 CFR 164.528(a)(1)).
const LOOK_BACK: Duration = Duration::from_hours(24 * 2_192);

/// A line of an accounting.
#[derive(Debug, Clone)]
pub(crate) struct AccountingLine {
    /// The first disclosure of the period.
    pub(crate) first: DisclosureId,
    /// When it went out.
    pub(crate) first_at: Timestamp,
    /// When data went out last.
    pub(crate) last_at: Timestamp,
    /// How many times data went out.
    pub(crate) count: i64,
    /// How many records say so.
    pub(crate) records: i64,
}

impl AccountingLine {
    /// How often.
    pub(crate) fn frequency(&self) -> DisclosureFrequency {
        rules::frequency(self.count, self.first_at, self.last_at)
    }

    fn add(&mut self, more: &LineTotals) {
        if (more.first_at, more.first) < (self.first_at, self.first) {
            (self.first_at, self.first) = (more.first_at, more.first);
        }
        self.last_at = self.last_at.max(more.last_at);
        self.count = self.count.saturating_add(more.count);
        self.records = self.records.saturating_add(more.records);
    }
}

/// Which period an accounting is of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) struct AccountingPeriod {
    /// The first instant; six years before the end, when absent.
    pub(crate) from: Option<Timestamp>,
    /// The first instant after it; now, when absent.
    pub(crate) to: Option<Timestamp>,
}

impl AccountingPeriod {
    fn check(self, now: Timestamp) -> Result<Period> {
        // What is recorded this moment belongs to an accounting that ends now.
        let to = self
            .to
            .unwrap_or(now.saturating_add(Duration::from_millis(1)));
        let from = self.from.unwrap_or(to.saturating_sub(LOOK_BACK));
        if from >= to {
            return Err(Error::invalid("to", "must be after from"));
        }
        Ok(period(from, to))
    }
}

fn period(from: Timestamp, to: Timestamp) -> Period {
    let longest = Duration::from_hours(24 * rules::LONGEST_PERIOD_DAYS);
    Period {
        from,
        to,
        reach: from.saturating_sub(longest),
    }
}

/// A page, for each of some customers, of their accounting, by first instant, with the number of all lines. What was
/// merged into a customer is part of it.
///
/// # Errors
/// Forbidden; Invalid for a period that ends before it begins, and for a page that cannot be given.
pub(crate) async fn accounting(
    ctx: &Ctx,
    customers: &[CustomerId],
    of: AccountingPeriod,
    page: &PageRequest,
) -> Result<HashMap<CustomerId, (Page<AccountingLine>, i64)>> {
    ctx.authorize(Action::ReadDisclosures)?;
    let period = of.check(ctx.now())?;
    let page = page.check(&format!("accounting {of:?}"))?;
    let (db, scope) = (ctx.db(), ctx.scope());
    let clusters = customers::service::clusters(ctx, customers).await?;
    let lines = store::lines(db, scope, &clusters.all(), period).await?;
    let mut chosen: Vec<Line> = Vec::new();
    let mut pages = Vec::new();
    for (customer, members) in clusters.each() {
        // The same line of two merged customers is one.
        let mut firsts: BTreeMap<&[u8], Timestamp> = BTreeMap::new();
        for ((_, line), first) in lines.iter().filter(|((of, _), _)| members.contains(of)) {
            let known = firsts.entry(line.as_slice()).or_insert(*first);
            *known = (*known).min(*first);
        }
        let total = i64::try_from(firsts.len()).unwrap_or(i64::MAX);
        let mut places: Vec<_> = firsts
            .into_iter()
            .map(|(line, first)| (place(first, line), line))
            .collect();
        places.sort_unstable_by_key(|(place, _)| *place);
        let after = page.after;
        places.retain(|(place, _)| after.is_none_or(|after| *place > after));
        let most = usize::try_from(page.limit_and_one()).unwrap_or(usize::MAX);
        places.truncate(most);
        let shown = Page::of(places, &page, |(place, _)| *place).map(|(_, line)| line.to_vec());
        for (_, line) in &shown.rows {
            chosen.extend(members.iter().map(|member| (*member, line.clone())));
        }
        pages.push((*customer, members, shown, total));
    }
    let totals = store::totals(db, scope, &chosen, period).await?;
    let pages = pages.into_iter().map(|(customer, members, shown, total)| {
        let shown = shown.filter_map(|line| sum(&totals, members, &line));
        (customer, (shown, total))
    });
    Ok(pages.collect())
}

/// The place of a line in the order of an accounting.
fn place(first: Timestamp, line: &[u8]) -> Cursor {
    Cursor {
        key: first.as_millis(),
        id: Uuid::from_slice(line).unwrap_or_default(),
    }
}

/// What a line of a cluster comes to.
fn sum(
    totals: &HashMap<Line, LineTotals>,
    members: &[CustomerId],
    line: &[u8],
) -> Option<AccountingLine> {
    let keys = members.iter().map(|member| (*member, line.to_vec()));
    let mut parts: Vec<_> = keys.filter_map(|key| totals.get(&key)).collect();
    let first = parts.pop()?;
    let mut whole = AccountingLine {
        first: first.first,
        first_at: first.first_at,
        last_at: first.last_at,
        count: first.count,
        records: first.records,
    };
    for part in parts {
        whole.add(part);
    }
    Some(whole)
}

/// All disclosures that repeat each other about a customer, over all time: the series that a record belongs to.
///
/// # Errors
/// Forbidden.
pub(crate) async fn series(ctx: &Ctx, lines: &[Line]) -> Result<HashMap<Line, AccountingLine>> {
    ctx.authorize(Action::ReadDisclosures)?;
    let (from, to) = (
        Timestamp::from_millis(i64::MIN),
        Timestamp::from_millis(i64::MAX),
    );
    let found = store::totals(ctx.db(), ctx.scope(), lines, period(from, to)).await?;
    let whole = |(customer, line): &Line| {
        let key = (*customer, line.clone());
        let whole = sum(&found, &[*customer], line)?;
        Some((key, whole))
    };
    Ok(lines.iter().filter_map(whole).collect())
}
