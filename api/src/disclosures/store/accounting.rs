//! Statements over the lines of accountings. The index of lines is walked from one line to the next, so that a page
//! costs what it shows, however many disclosures there are.

use std::collections::HashMap;

use entity::id::{CustomerId, DisclosureId};
use entity::time::Timestamp;
use sea_orm::{ConnectionTrait, FromQueryResult, Value};

use super::seen;
use crate::error::Result;
use crate::platform::db::{Scope, join_in_order, placeholder_rows, raw, scoped};

/// Which disclosures an accounting covers: those that went out within it, in part or whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::disclosures) struct Period {
    /// The first instant.
    pub(in crate::disclosures) from: Timestamp,
    /// The first instant after it.
    pub(in crate::disclosures) to: Timestamp,
    /// Nothing that began before this reaches into the period.
    pub(in crate::disclosures) reach: Timestamp,
}

/// What repeats: a customer, and what the disclosures have in common.
pub(in crate::disclosures) type Line = (CustomerId, Vec<u8>);

/// What a line comes to within a period.
#[derive(Debug, Clone, Copy)]
pub(in crate::disclosures) struct LineTotals {
    /// The first disclosure.
    pub(in crate::disclosures) first: DisclosureId,
    /// When it went out.
    pub(in crate::disclosures) first_at: Timestamp,
    /// When data went out last.
    pub(in crate::disclosures) last_at: Timestamp,
    /// How many times data went out.
    pub(in crate::disclosures) count: i64,
    /// How many records say so.
    pub(in crate::disclosures) records: i64,
}

/// The subjects of a line that count, as far as the viewer may see them. With the period in `$2` to `$4`.
fn counted(scope: Scope) -> String {
    format!(
        "{} and not s.superseded and s.customer_id is not null {}
            and s.disclosed_at >= $2 and s.disclosed_at < $3
            and coalesce(s.disclosed_until, s.disclosed_at) >= $4",
        scoped("s", "$1"),
        seen(scope),
    )
}

fn binds(scope: Scope, period: Period) -> Vec<Value> {
    vec![
        scope.controller.into(),
        period.reach.into(),
        period.to.into(),
        period.from.into(),
    ]
}

/// The lines of some customers with something in the period, each with its first instant there.
pub(in crate::disclosures) async fn lines(
    db: &impl ConnectionTrait,
    scope: Scope,
    customers: &[CustomerId],
    period: Period,
) -> Result<Vec<(Line, Timestamp)>> {
    #[derive(FromQueryResult)]
    struct Row {
        customer_id: CustomerId,
        line: Vec<u8>,
        first_at: Option<Timestamp>,
    }
    // One value each, and the databases take tens of thousands.
    const AT_ONCE: usize = 1_000;
    let next = |customer: &str, after: &str| {
        format!(
            "(select s.line from disclosure_subject s
            where {} and not s.superseded and s.customer_id is not null and s.customer_id = {customer} {after} {}
            order by s.line limit 1)",
            scoped("s", "$1"),
            seen(scope),
        )
    };
    let mut found = Vec::new();
    for chunk in customers.chunks(AT_ONCE) {
        let sql = format!(
            "with recursive wanted (customer_id) as (values {}),
            walk (customer_id, line) as (
                select w.customer_id, {} from wanted w
                union all
                select walk.customer_id, {} from walk where walk.line is not null
            )
            select walk.customer_id, walk.line, (
                select s.disclosed_at from disclosure_subject s
                where {} and s.customer_id = walk.customer_id and s.line = walk.line
                order by s.disclosed_at limit 1
            ) as first_at from walk where walk.line is not null",
            placeholder_rows(5, chunk.len(), 1),
            next("w.customer_id", ""),
            next("walk.customer_id", "and s.line > walk.line"),
            counted(scope),
        );
        let mut binds = binds(scope, period);
        binds.extend(chunk.iter().copied().map(Value::from));
        let statement = raw(db, &sql, binds);
        let rows = Row::find_by_statement(statement).all(db).await?;
        let row = |row: Row| Some(((row.customer_id, row.line), row.first_at?));
        found.extend(rows.into_iter().filter_map(row));
    }
    Ok(found)
}

/// What some lines come to within a period, by number. Lines of one number are one: a disclosure about two customers
/// of a cluster counts once.
pub(in crate::disclosures) async fn totals(
    db: &impl ConnectionTrait,
    scope: Scope,
    lines: &[(i64, Line)],
    period: Period,
) -> Result<HashMap<i64, LineTotals>> {
    // Three values each; what has one number belongs into one statement.
    const AT_ONCE: usize = 9_000;
    let mut found = HashMap::new();
    let mut part: Vec<(i64, Line)> = Vec::new();
    for same in lines.chunk_by(|one, other| one.0 == other.0) {
        if part.len() + same.len() > AT_ONCE {
            found.extend(totals_of(db, scope, &part, period).await?);
            part.clear();
        }
        part.extend_from_slice(same);
    }
    found.extend(totals_of(db, scope, &part, period).await?);
    Ok(found)
}

async fn totals_of(
    db: &impl ConnectionTrait,
    scope: Scope,
    lines: &[(i64, Line)],
    period: Period,
) -> Result<HashMap<i64, LineTotals>> {
    #[derive(FromQueryResult)]
    struct Row {
        number: i64,
        first: DisclosureId,
        first_at: Timestamp,
        last_at: Timestamp,
        count: i64,
        records: i64,
    }
    if lines.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "with wanted (number, customer_id, line) as (values {}),
        counted as (
            select distinct w.number, s.disclosure_id, s.disclosed_at, s.occurrences,
                coalesce(s.disclosed_until, s.disclosed_at) as last_at
            from wanted w {} disclosure_subject s on s.customer_id = w.customer_id and s.line = w.line
            where {}
        ),
        ranked as (
            select number, disclosure_id,
                row_number() over (partition by number order by disclosed_at, disclosure_id) as place
            from counted
        ),
        whole as (
            select number, min(disclosed_at) as first_at, max(last_at) as last_at,
                cast(sum(occurrences) as bigint) as count, count(*) as records
            from counted group by number
        )
        select whole.number, ranked.disclosure_id as first, first_at, last_at, count, records
        from whole join ranked on ranked.number = whole.number and ranked.place = 1",
        placeholder_rows(5, lines.len(), 3),
        join_in_order(db.get_database_backend()),
        counted(scope),
    );
    let mut binds = binds(scope, period);
    for (number, (customer, line)) in lines {
        binds.extend([(*number).into(), (*customer).into(), line.clone().into()]);
    }
    let statement = raw(db, &sql, binds);
    let rows = Row::find_by_statement(statement).all(db).await?;
    let totals = |row: Row| {
        let totals = LineTotals {
            first: row.first,
            first_at: row.first_at,
            last_at: row.last_at,
            count: row.count,
            records: row.records,
        };
        (row.number, totals)
    };
    Ok(rows.into_iter().map(totals).collect())
}
