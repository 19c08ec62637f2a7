//! Statements over the lines of accountings. The index of lines is walked from one line to the next, so that a page
//! costs what it shows, however many disclosures there are.

use std::collections::HashMap;

use entity::id::{CustomerId, DisclosureId};
use entity::time::Timestamp;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};

use super::seen;
use crate::error::Result;
use crate::platform::db::{Scope, join_in_order, placeholder_rows, scoped};

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
        let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, binds);
        let rows = Row::find_by_statement(statement).all(db).await?;
        let row = |row: Row| Some(((row.customer_id, row.line), row.first_at?));
        found.extend(rows.into_iter().filter_map(row));
    }
    Ok(found)
}

/// What some lines come to within a period.
pub(in crate::disclosures) async fn totals(
    db: &impl ConnectionTrait,
    scope: Scope,
    lines: &[Line],
    period: Period,
) -> Result<HashMap<Line, LineTotals>> {
    #[derive(FromQueryResult)]
    struct Row {
        number: i64,
        first: DisclosureId,
        first_at: Timestamp,
        last_at: Timestamp,
        count: i64,
        records: i64,
    }
    const AT_ONCE: usize = 5_000;
    let mut found = HashMap::new();
    for chunk in lines.chunks(AT_ONCE) {
        let sql = format!(
            "with wanted (number, customer_id, line) as (values {})
            select w.number, (
                    select s.disclosure_id from disclosure_subject s
                    where {counted} and s.customer_id = w.customer_id and s.line = w.line
                    order by s.disclosed_at, s.disclosed_until, s.occurrences, s.visibility, s.disclosure_id limit 1
                ) as first,
                min(s.disclosed_at) as first_at,
                max(coalesce(s.disclosed_until, s.disclosed_at)) as last_at,
                cast(sum(s.occurrences) as bigint) as count, count(*) as records
            from wanted w {} disclosure_subject s on s.customer_id = w.customer_id and s.line = w.line
            where {counted}
            group by w.number, w.customer_id, w.line",
            placeholder_rows(5, chunk.len(), 3),
            join_in_order(db.get_database_backend()),
            counted = counted(scope),
        );
        let mut binds = binds(scope, period);
        for (number, (customer, line)) in (0_i64..).zip(chunk) {
            binds.extend([number.into(), (*customer).into(), line.clone().into()]);
        }
        let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, binds);
        for row in Row::find_by_statement(statement).all(db).await? {
            let Some(line) = usize::try_from(row.number).ok().and_then(|n| chunk.get(n)) else {
                continue;
            };
            let totals = LineTotals {
                first: row.first,
                first_at: row.first_at,
                last_at: row.last_at,
                count: row.count,
                records: row.records,
            };
            found.insert(line.clone(), totals);
        }
    }
    Ok(found)
}
