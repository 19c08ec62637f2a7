//! Statements that find customers by what is indexed about them. A customer that was merged is found as the one that
//! stands for it.

use std::collections::{HashMap, HashSet};

use entity::id::CustomerId;
use entity::time::Timestamp;
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement, Value};

use crate::customers::rules::Holders;
use crate::customers::service::{Owner, Person};
use crate::error::Result;
use crate::platform::db::{
    MOST_VALUES, Scope, join_in_order, padded, placeholder_rows, placeholders, raw, scoped,
};
use crate::platform::page::{CheckedPage, Cursor, Page};
use crate::vault::Field;

/// Of how many index values or customers one statement reads the persons: a power of two.
const PERSONS_AT_ONCE: usize = 4_096;

/// From the rows of a table that name a customer to the customer that stands for it.
fn roots_of(alias: &str) -> String {
    format!(
        "left join customer_merge m on m.controller_id = {alias}.controller_id
            and m.customer_id = {alias}.customer_id"
    )
}

/// The customer that stands for the one of a row, after [`roots_of`].
fn root(alias: &str) -> String {
    format!("coalesce(m.into_id, {alias}.customer_id)")
}

/// The rows of an assignment that hold at an instant, and for a port where one is asked for.
const HELD: &str = "a.valid_from <= w.at and (a.valid_until is null or w.at < a.valid_until)
    and (a.first_port is null or w.port between a.first_port and a.last_port)";

/// From the values that are wanted to the rows `b.target_id` that they lead to, by the index and in this order,
/// whatever the databases believe of the sizes of tables. What follows is another table to be joined.
fn indexed(backend: DbBackend) -> String {
    let of = "b.field = w.field and b.value = w.value";
    let scope = scoped("b", "$1");
    match backend {
        DbBackend::Sqlite => {
            format!("from wanted w cross join blind_index b on {scope} and {of} cross join")
        }
        _ => format!(
            "from wanted w cross join lateral (
                select b.controller_id, b.target_id from blind_index b where {scope} and {of} offset 0
            ) b join"
        ),
    }
}

/// Something that is asked for, by what is indexed of one kind.
#[derive(Debug, Clone)]
pub(in crate::customers) struct Wanted {
    /// Tells the answers apart.
    pub(in crate::customers) number: i64,
    /// Of which kind.
    pub(in crate::customers) field: Field,
    /// Index values: of an identifier, one for each epoch in use; of a place or a name, of what covers it.
    pub(in crate::customers) values: Vec<Vec<u8>>,
    /// The instant at which it must have been somebody's.
    pub(in crate::customers) at: Timestamp,
    /// The port of an address.
    pub(in crate::customers) port: Option<i32>,
}

impl Wanted {
    /// The rows `(number, field, value, at, port)` of a table of what is wanted.
    fn rows(&self) -> impl Iterator<Item = [Value; 5]> {
        self.values.iter().map(|value| {
            [
                self.number.into(),
                self.field.as_str().into(),
                value.clone().into(),
                self.at.into(),
                self.port.into(),
            ]
        })
    }
}

/// What an identifier leads to: how many customers, and whoever had it first.
pub(in crate::customers) type Identified = HashMap<i64, (i64, CustomerId)>;

/// What identifiers of any kind lead to.
pub(in crate::customers) async fn identified(
    db: &impl ConnectionTrait,
    scope: Scope,
    wanted: &[Wanted],
) -> Result<Identified> {
    #[derive(FromQueryResult)]
    struct Row {
        number: i64,
        customer_id: CustomerId,
        holders: i64,
    }
    let rows: Vec<_> = wanted.iter().flat_map(Wanted::rows).collect();
    let mut found = Identified::new();
    for chunk in rows.chunks(MOST_VALUES / 5) {
        let sql = format!(
            "with wanted (number, field, value, at, port) as (values {}),
            held as (
                select w.number, {root} as customer_id,
                    min(coalesce(i.ended_at, 9223372036854775807)) as ended_at
                {} identifier i on i.controller_id = b.controller_id and i.id = b.target_id
                {}
                where i.ended_at is null or w.at < i.ended_at
                group by w.number, {root}
            )
            select number, customer_id, holders from (
                select number, customer_id, count(*) over (partition by number) as holders,
                    row_number() over (partition by number order by ended_at, customer_id) as place
                from held
            ) as ranked where place = 1",
            placeholder_rows(2, chunk.len(), 5),
            indexed(db.get_database_backend()),
            roots_of("i"),
            root = root("i"),
        );
        let statement = bound(db, scope, &sql, chunk);
        for row in Row::find_by_statement(statement).all(db).await? {
            found.insert(row.number, (row.holders, row.customer_id));
        }
    }
    Ok(found)
}

/// Whom each of some addresses leads to, with what was merged into them.
pub(in crate::customers) async fn owners(
    db: &impl ConnectionTrait,
    scope: Scope,
    wanted: &[Wanted],
) -> Result<HashMap<usize, Vec<Owner>>> {
    let rows: Vec<_> = wanted.iter().flat_map(Wanted::rows).collect();
    let mut found = HashMap::new();
    for chunk in rows.chunks(PERSONS_AT_ONCE) {
        let chunk = padded(chunk);
        let held = format!(
            "wanted (number, field, value, at, port) as (values {}),
            held as (
                select w.number, {root} as root, count(i.verified_at) as verified
                {} identifier i on i.controller_id = b.controller_id and i.id = b.target_id
                {}
                where i.ended_at is null or w.at < i.ended_at
                group by w.number, {root}
            )",
            placeholder_rows(2, chunk.len(), 5),
            indexed(db.get_database_backend()),
            roots_of("i"),
            root = root("i"),
        );
        read_persons(db, scope, &held, &chunk, &mut found).await?;
    }
    Ok(found)
}

/// The persons that some customers belong to now, by the number of the customer.
pub(in crate::customers) async fn persons(
    db: &impl ConnectionTrait,
    scope: Scope,
    customers: &[CustomerId],
) -> Result<HashMap<usize, Vec<Owner>>> {
    let rows = customers.iter().enumerate();
    let rows: Vec<[Value; 2]> = rows
        .map(|(number, id)| {
            [
                i64::try_from(number).unwrap_or(i64::MAX).into(),
                (*id).into(),
            ]
        })
        .collect();
    let mut found = HashMap::new();
    for chunk in rows.chunks(PERSONS_AT_ONCE) {
        let chunk = padded(chunk);
        let held = format!(
            "wanted (number, customer_id) as (values {}),
            held as (
                select distinct w.number, {} as root, cast(0 as bigint) as verified
                from wanted w left join customer_merge m on {} and m.customer_id = w.customer_id
            )",
            placeholder_rows(2, chunk.len(), 2),
            root("w"),
            scoped("m", "$1"),
        );
        read_persons(db, scope, &held, &chunk, &mut found).await?;
    }
    Ok(found)
}

/// Reads whole persons, by the numbers and roots of a table `held`.
async fn read_persons<const N: usize>(
    db: &impl ConnectionTrait,
    scope: Scope,
    held: &str,
    wanted: &[[Value; N]],
    found: &mut HashMap<usize, Vec<Owner>>,
) -> Result<()> {
    #[derive(FromQueryResult)]
    struct Row {
        number: i64,
        root: CustomerId,
        verified: i64,
        country: Option<String>,
        member: Option<CustomerId>,
        merged_at: Option<Timestamp>,
    }
    let sql = format!(
        "with {held}
        select h.number, h.root, h.verified, c.country, o.customer_id as member, o.merged_at
        from held h {} customer c on {} and c.id = h.root
        left join customer_merge o on o.controller_id = c.controller_id and o.into_id = h.root
        order by h.number, h.root",
        join_in_order(db.get_database_backend()),
        scoped("c", "$1"),
    );
    let statement = bound(db, scope, &sql, wanted);
    for row in Row::find_by_statement(statement).all(db).await? {
        let of = found.entry(usize::try_from(row.number).unwrap_or(usize::MAX));
        let of: &mut Vec<Owner> = of.or_default();
        if of.last().is_none_or(|last| last.person.root != row.root) {
            of.push(Owner {
                is_verified: row.verified > 0,
                person: Person {
                    root: row.root,
                    country: row.country,
                    merged: Vec::new(),
                },
            });
        }
        if let (Some(last), Some(member), Some(at)) = (of.last_mut(), row.member, row.merged_at) {
            last.person.merged.push((member, at));
        }
    }
    Ok(())
}

/// A statement over the controller and a table of values.
fn bound<const N: usize>(
    db: &impl ConnectionTrait,
    scope: Scope,
    sql: &str,
    rows: &[[Value; N]],
) -> Statement {
    let controller = std::iter::once(Value::from(scope.controller));
    let values: Vec<Value> = controller.chain(rows.iter().flatten().cloned()).collect();
    raw(db, sql, values)
}

/// Who held what covers something: by its number and the kind, for each narrowness.
pub(in crate::customers) type AllHolders = HashMap<(i64, Field), Vec<Holders>>;

/// For each thing that is asked for, each kind and each narrowness: how many customers held such a thing at that
/// instant, and one of them.
pub(in crate::customers) async fn holders(
    db: &impl ConnectionTrait,
    scope: Scope,
    wanted: &[Wanted],
) -> Result<AllHolders> {
    #[derive(FromQueryResult)]
    struct Row {
        number: i64,
        field: String,
        prefix_length: i16,
        customer_id: CustomerId,
        holders: i64,
        shared: i64,
    }
    let rows: Vec<_> = wanted.iter().flat_map(Wanted::rows).collect();
    let mut found = AllHolders::new();
    // The values of one thing that is asked for may be in two parts: each has other lengths, so nothing is lost.
    for chunk in rows.chunks(MOST_VALUES / 5) {
        let sql = format!(
            "with wanted (number, field, value, at, port) as (values {}),
            held as (
                select w.number, w.field, a.prefix_length, {root} as customer_id,
                    max(case when a.sharing = 'SHARED' then 1 else 0 end) as shared
                {} assignment a on a.controller_id = b.controller_id and a.id = b.target_id
                {}
                where {HELD}
                group by w.number, w.field, a.prefix_length, {root}
            )
            select number, field, prefix_length, customer_id, holders, shared from (
                select number, field, prefix_length, customer_id,
                    count(*) over (partition by number, field, prefix_length) as holders,
                    cast(max(shared) over (partition by number, field, prefix_length) as bigint) as shared,
                    row_number() over (partition by number, field, prefix_length order by customer_id) as place
                from held
            ) as ranked where place = 1",
            placeholder_rows(2, chunk.len(), 5),
            indexed(db.get_database_backend()),
            roots_of("a"),
            root = root("a"),
        );
        let statement = bound(db, scope, &sql, chunk);
        for row in Row::find_by_statement(statement).all(db).await? {
            let field = wanted.iter().map(|one| one.field);
            let Some(field) = field.clone().find(|field| field.as_str() == row.field) else {
                continue;
            };
            found.entry((row.number, field)).or_default().push(Holders {
                length: row.prefix_length,
                count: row.holders,
                shared: row.shared > 0,
                first: row.customer_id,
            });
        }
    }
    Ok(found)
}

/// A customer who may have held a place.
#[derive(Debug, Clone)]
pub(in crate::customers) struct WantedHolder {
    /// The place, with what covers it.
    pub(in crate::customers) place: Wanted,
    /// How narrow what they held is.
    pub(in crate::customers) length: i16,
    /// The customer.
    pub(in crate::customers) customer: CustomerId,
}

/// Which of these customers held the place at that instant.
pub(in crate::customers) async fn held_by(
    db: &impl ConnectionTrait,
    scope: Scope,
    wanted: &[WantedHolder],
) -> Result<HashSet<i64>> {
    #[derive(FromQueryResult)]
    struct Row {
        number: i64,
    }
    let rows: Vec<[Value; 7]> = wanted
        .iter()
        .flat_map(|one| {
            let rows = one.place.rows();
            rows.map(|[number, field, value, at, port]| {
                let (length, customer) = (one.length.into(), one.customer.into());
                [number, field, value, at, port, length, customer]
            })
        })
        .collect();
    let mut found = HashSet::new();
    for chunk in rows.chunks(MOST_VALUES / 7) {
        let sql = format!(
            "with wanted (number, field, value, at, port, length, customer_id) as (values {})
            select distinct w.number
            {} assignment a on a.controller_id = b.controller_id and a.id = b.target_id
            {}
            where {HELD} and a.prefix_length = w.length and {root} = w.customer_id",
            placeholder_rows(2, chunk.len(), 7),
            indexed(db.get_database_backend()),
            roots_of("a"),
            root = root("a"),
        );
        let statement = bound(db, scope, &sql, chunk);
        let rows = Row::find_by_statement(statement).all(db).await?;
        found.extend(rows.into_iter().map(|row| row.number));
    }
    Ok(found)
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

/// A page of the customers that one identifier leads to.
pub(in crate::customers) async fn candidates_by_identifier(
    db: &impl ConnectionTrait,
    scope: Scope,
    wanted: &Wanted,
    page: &CheckedPage,
) -> Result<Page<CustomerId>> {
    let sql = format!(
        "select distinct {root} as customer_id from blind_index b
        {} identifier i on i.controller_id = b.controller_id and i.id = b.target_id
        {}
        where {} and b.field = $2 and (i.ended_at is null or $3 < i.ended_at) and {root} > $4
            and b.value in ({})
        order by 1 limit $5",
        join_in_order(db.get_database_backend()),
        roots_of("i"),
        scoped("b", "$1"),
        placeholders(6, wanted.values.len()),
        root = root("i"),
    );
    let mut binds: Vec<Value> = vec![
        scope.controller.into(),
        wanted.field.as_str().into(),
        wanted.at.into(),
    ];
    binds.extend(after_and_limit(page));
    binds.extend(wanted.values.iter().cloned().map(Value::from));
    found(db, sql, binds, page).await
}

/// A page of the customers who held what covers something, at one narrowness; and of one more, where it is said.
pub(in crate::customers) async fn candidates_by_resource(
    db: &impl ConnectionTrait,
    scope: Scope,
    wanted: &Wanted,
    length: i16,
    and: Option<CustomerId>,
    page: &CheckedPage,
) -> Result<Page<CustomerId>> {
    let sql = format!(
        "select customer_id from (
            select {root} as customer_id from blind_index b
            {} assignment a on a.controller_id = b.controller_id and a.id = b.target_id
            {}
            where {} and b.field = $2 and a.prefix_length = $6 and a.valid_from <= $3
                and (a.valid_until is null or $3 < a.valid_until)
                and (a.first_port is null or $7 between a.first_port and a.last_port)
                and b.value in ({})
            union select id from customer where controller_id = $1 and id = $8
        ) as candidates
        where customer_id > $4 order by customer_id limit $5",
        join_in_order(db.get_database_backend()),
        roots_of("a"),
        scoped("b", "$1"),
        placeholders(9, wanted.values.len()),
        root = root("a"),
    );
    let mut binds: Vec<Value> = vec![
        scope.controller.into(),
        wanted.field.as_str().into(),
        wanted.at.into(),
    ];
    binds.extend(after_and_limit(page));
    binds.extend([length.into(), wanted.port.into(), and.into()]);
    binds.extend(wanted.values.iter().cloned().map(Value::from));
    found(db, sql, binds, page).await
}

fn after_and_limit(page: &CheckedPage) -> [Value; 2] {
    let after = page.after.map_or(uuid::Uuid::nil(), |cursor| cursor.id);
    let limit = i64::try_from(page.limit_and_one()).unwrap_or(i64::MAX);
    [after.into(), limit.into()]
}

async fn found(
    db: &impl ConnectionTrait,
    sql: String,
    binds: Vec<Value>,
    page: &CheckedPage,
) -> Result<Page<CustomerId>> {
    let statement = raw(db, &sql, binds);
    let rows = Found::find_by_statement(statement).all(db).await?;
    let rows = rows.into_iter().map(|row| row.customer_id).collect();
    Ok(Page::of(rows, page, |customer| place(*customer)))
}
