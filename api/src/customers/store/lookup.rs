//! Statements that find customers by what is indexed about them.

use std::collections::HashMap;

use entity::id::CustomerId;
use entity::time::Timestamp;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};

use crate::customers::rules::Holders;
use crate::error::Result;
use crate::platform::db::{Scope, placeholders, scoped};
use crate::platform::page::{CheckedPage, Cursor, Page};
use crate::vault::Field;

/// An address that is asked for.
#[derive(Debug)]
pub(in crate::customers) struct Wanted {
    /// Tells the answers apart.
    pub(in crate::customers) number: i64,
    /// Index values of the prefixes that cover it.
    pub(in crate::customers) values: Vec<Vec<u8>>,
    /// The instant.
    pub(in crate::customers) at: Timestamp,
}

#[derive(FromQueryResult)]
struct Found {
    customer_id: CustomerId,
}

/// The place of a customer in a list of candidates.
pub(in crate::customers) fn place(customer: CustomerId) -> Cursor {
    Cursor {
        key: 0,
        id: customer.uuid(),
    }
}

/// What an index value of an identifier leads to: how many customers, and one of them.
pub(in crate::customers) type Identified = HashMap<Vec<u8>, (i64, CustomerId)>;

/// What identifiers of any kind lead to, by index value.
pub(in crate::customers) async fn identified(
    db: &impl ConnectionTrait,
    scope: Scope,
    values: Vec<Vec<u8>>,
) -> Result<Identified> {
    #[derive(FromQueryResult)]
    struct Row {
        value: Vec<u8>,
        customer_id: CustomerId,
        holders: i64,
    }
    if values.is_empty() {
        return Ok(Identified::new());
    }
    let sql = format!(
        "with held as (
            select distinct b.value, i.customer_id from blind_index b
            join identifier i on i.controller_id = b.controller_id and i.id = b.target_id
            where {} and b.field in ({}) and b.value in ({})
        )
        select value, customer_id, holders from (
            select value, customer_id, count(*) over (partition by value) as holders,
                row_number() over (partition by value order by customer_id) as place
            from held
        ) as ranked where place = 1",
        scoped("b", "$1"),
        identifier_fields(),
        placeholders(2, values.len()),
    );
    let mut binds: Vec<Value> = vec![scope.controller.into()];
    binds.extend(values.into_iter().map(Value::from));
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, binds);
    let rows = Row::find_by_statement(statement).all(db).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.value, (row.holders, row.customer_id)))
        .collect())
}

/// The index fields of identifiers, quoted for a statement.
fn identifier_fields() -> String {
    [
        Field::CustomerEmail,
        Field::CustomerPhone,
        Field::CustomerExternalId,
    ]
    .map(|field| format!("'{}'", field.as_str()))
    .join(", ")
}

/// For each address and each length of prefix: how many customers held such a prefix at that instant, and one
/// of them.
pub(in crate::customers) async fn holders(
    db: &impl ConnectionTrait,
    scope: Scope,
    wanted: Vec<Wanted>,
) -> Result<HashMap<i64, Vec<Holders>>> {
    // Three values each; SQLite takes 32,766 a statement.
    const MOST_BOUND: usize = 10_000;
    let mut found = HashMap::new();
    let mut chunk: Vec<(i64, Vec<u8>, Timestamp)> = Vec::new();
    for wanted in wanted {
        if chunk.len() + wanted.values.len() > MOST_BOUND {
            holders_of(db, scope, std::mem::take(&mut chunk), &mut found).await?;
        }
        chunk.extend(
            wanted
                .values
                .into_iter()
                .map(|value| (wanted.number, value, wanted.at)),
        );
    }
    if !chunk.is_empty() {
        holders_of(db, scope, chunk, &mut found).await?;
    }
    Ok(found)
}

async fn holders_of(
    db: &impl ConnectionTrait,
    scope: Scope,
    wanted: Vec<(i64, Vec<u8>, Timestamp)>,
    found: &mut HashMap<i64, Vec<Holders>>,
) -> Result<()> {
    #[derive(FromQueryResult)]
    struct Row {
        number: i64,
        prefix_length: i16,
        customer_id: CustomerId,
        holders: i64,
        shared: i64,
    }
    let rows: Vec<_> = (0..wanted.len())
        .map(|n| format!("(${}, ${}, ${})", 2 + 3 * n, 3 + 3 * n, 4 + 3 * n))
        .collect();
    let sql = format!(
        "with wanted (number, value, at) as (values {}),
        held as (
            select w.number, a.prefix_length, a.customer_id,
                max(case when a.sharing = 'SHARED' then 1 else 0 end) as shared
            from wanted w
            join blind_index b on {} and b.field = '{}' and b.value = w.value
            join assignment a on a.controller_id = b.controller_id and a.id = b.target_id
            where a.valid_from <= w.at and (a.valid_until is null or w.at < a.valid_until)
            group by w.number, a.prefix_length, a.customer_id
        )
        select number, prefix_length, customer_id, holders, shared from (
            select number, prefix_length, customer_id,
                count(*) over (partition by number, prefix_length) as holders,
                cast(max(shared) over (partition by number, prefix_length) as bigint) as shared,
                row_number() over (partition by number, prefix_length order by customer_id) as place
            from held
        ) as ranked where place = 1",
        rows.join(", "),
        scoped("b", "$1"),
        Field::AssignmentPrefix.as_str(),
    );
    let mut binds: Vec<Value> = vec![scope.controller.into()];
    for (number, value, at) in wanted {
        binds.extend([Value::from(number), Value::from(value), at.into()]);
    }
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, binds);
    for row in Row::find_by_statement(statement).all(db).await? {
        found.entry(row.number).or_default().push(Holders {
            length: row.prefix_length,
            count: row.holders,
            shared: row.shared > 0,
            first: row.customer_id,
        });
    }
    Ok(())
}

/// A page of the customers that one identifier leads to.
pub(in crate::customers) async fn candidates_by_identifier(
    db: &impl ConnectionTrait,
    scope: Scope,
    values: Vec<Vec<u8>>,
    page: &CheckedPage,
) -> Result<Page<CustomerId>> {
    let after = page.after.map_or(uuid::Uuid::nil(), |cursor| cursor.id);
    let sql = format!(
        "select distinct i.customer_id from blind_index b
        join identifier i on i.controller_id = b.controller_id and i.id = b.target_id
        where {} and b.field in ({}) and i.customer_id > $2 and b.value in ({})
        order by i.customer_id limit $3",
        scoped("b", "$1"),
        identifier_fields(),
        placeholders(4, values.len()),
    );
    let limit = i64::try_from(page.limit_and_one()).unwrap_or(i64::MAX);
    let mut binds: Vec<Value> = vec![scope.controller.into(), after.into(), limit.into()];
    binds.extend(values.into_iter().map(Value::from));
    found(db, sql, binds, page).await
}

async fn found(
    db: &impl ConnectionTrait,
    sql: String,
    binds: Vec<Value>,
    page: &CheckedPage,
) -> Result<Page<CustomerId>> {
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, binds);
    let rows = Found::find_by_statement(statement).all(db).await?;
    let rows = rows.into_iter().map(|row| row.customer_id).collect();
    Ok(Page::of(rows, page, |customer| place(*customer)))
}

/// A page of the customers who held a prefix of one length that covers an address.
pub(in crate::customers) async fn candidates_by_address(
    db: &impl ConnectionTrait,
    scope: Scope,
    values: Vec<Vec<u8>>,
    length: i16,
    at: Timestamp,
    page: &CheckedPage,
) -> Result<Page<CustomerId>> {
    let after = page.after.map_or(uuid::Uuid::nil(), |cursor| cursor.id);
    let sql = format!(
        "select distinct a.customer_id from blind_index b
        join assignment a on a.controller_id = b.controller_id and a.id = b.target_id
        where {} and b.field = '{}' and a.prefix_length = $2 and a.valid_from <= $3
            and (a.valid_until is null or $3 < a.valid_until) and a.customer_id > $4
            and b.value in ({})
        order by a.customer_id limit $5",
        scoped("b", "$1"),
        Field::AssignmentPrefix.as_str(),
        placeholders(6, values.len()),
    );
    let limit = i64::try_from(page.limit_and_one()).unwrap_or(i64::MAX);
    let mut binds: Vec<Value> = vec![
        scope.controller.into(),
        length.into(),
        at.into(),
        after.into(),
        limit.into(),
    ];
    binds.extend(values.into_iter().map(Value::from));
    found(db, sql, binds, page).await
}
