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
use crate::platform::page::{CheckedPage, Cursor, Page, PageRequest};

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
}

impl From<LineTotals> for AccountingLine {
    fn from(totals: LineTotals) -> Self {
        Self {
            first: totals.first,
            first_at: totals.first_at,
            last_at: totals.last_at,
            count: totals.count,
            records: totals.records,
        }
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
    let mut by_customer: HashMap<CustomerId, Vec<(&[u8], Timestamp)>> = HashMap::new();
    for ((customer, line), first) in &lines {
        let of = by_customer.entry(*customer).or_default();
        of.push((line.as_slice(), *first));
    }
    let mut chosen: Vec<(i64, Line)> = Vec::new();
    let mut pages = Vec::new();
    for (customer, members) in clusters.each() {
        let (shown, total) = choose(members, &by_customer, &page);
        let numbered = shown.map(|(line, holders)| {
            let number = i64::try_from(chosen.len()).unwrap_or(i64::MAX);
            chosen.extend(holders.iter().map(|one| (number, (*one, line.to_vec()))));
            number
        });
        pages.push((*customer, numbered, total));
    }
    let mut totals = store::totals(db, scope, &chosen, period).await?;
    let pages = pages.into_iter().map(|(customer, shown, total)| {
        let shown = shown.filter_map(|number| totals.remove(&number).map(AccountingLine::from));
        (customer, (shown, total))
    });
    Ok(pages.collect())
}

/// A line, with the customers that have it.
type Held<'a> = (&'a [u8], Vec<CustomerId>);

/// A page of the lines of a cluster by their first instants, each with the customers that have it, and how many lines
/// there are. The same line of two merged customers is one.
fn choose<'a>(
    members: &[CustomerId],
    by_customer: &HashMap<CustomerId, Vec<(&'a [u8], Timestamp)>>,
    page: &CheckedPage,
) -> (Page<Held<'a>>, i64) {
    let mut lines: BTreeMap<&[u8], (Timestamp, Vec<CustomerId>)> = BTreeMap::new();
    for member in members {
        for (line, first) in by_customer.get(member).into_iter().flatten() {
            let (known, holders) = lines.entry(line).or_insert((*first, Vec::new()));
            *known = (*known).min(*first);
            holders.push(*member);
        }
    }
    let total = i64::try_from(lines.len()).unwrap_or(i64::MAX);
    let mut places: Vec<_> = lines
        .into_iter()
        .map(|(line, (first, holders))| (place(first, line), (line, holders)))
        .collect();
    places.sort_unstable_by_key(|(place, _)| *place);
    places.retain(|(place, _)| page.after.is_none_or(|after| *place > after));
    places.truncate(usize::try_from(page.limit_and_one()).unwrap_or(usize::MAX));
    let shown = Page::of(places, page, |(place, _)| *place);
    (shown.map(|(_, line)| line), total)
}

/// The place of a line in the order of an accounting.
fn place(first: Timestamp, line: &[u8]) -> Cursor {
    Cursor {
        key: first.as_millis(),
        id: Uuid::from_slice(line).unwrap_or_default(),
    }
}

/// All disclosures that repeat each other about a customer, over all time: the series that a record belongs to. What was
/// merged with the customer is part of it.
///
/// # Errors
/// Forbidden.
pub(crate) async fn series(ctx: &Ctx, lines: &[Line]) -> Result<HashMap<Line, AccountingLine>> {
    ctx.authorize(Action::ReadDisclosures)?;
    let customers: Vec<_> = lines.iter().map(|(customer, _)| *customer).collect();
    let roots = customers::service::roots(ctx, &customers).await?;
    let root = |customer: &CustomerId| roots.get(customer).copied().unwrap_or(*customer);
    let mut all: Vec<_> = customers.iter().map(root).collect();
    all.sort_unstable();
    all.dedup();
    let clusters = customers::service::clusters(ctx, &all).await?;
    let mut asked = Vec::new();
    for (number, (customer, line)) in (0..).zip(lines) {
        let of = clusters.each().iter().find(|(of, _)| *of == root(customer));
        let members = of.into_iter().flat_map(|(_, members)| members);
        asked.extend(members.map(|member| (number, (*member, line.clone()))));
    }
    let period = period(Timestamp::MIN, Timestamp::MAX);
    let mut found = store::totals(ctx.db(), ctx.scope(), &asked, period).await?;
    let whole = |(number, line): (i64, &Line)| Some((line.clone(), found.remove(&number)?.into()));
    Ok((0..).zip(lines).filter_map(whole).collect())
}
