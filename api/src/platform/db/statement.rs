//! What the statements of all stores share: their scope, their places and limits, their locks.

use std::collections::HashMap;
use std::hash::Hash;

use entity::Scoped;
use entity::id::ControllerId;
use entity::time::Timestamp;
use sea_orm::sea_query::{
    Asterisk, BinOper, Expr, ExprTrait, LockBehavior, LockType, Query, SelectStatement, SimpleExpr,
    UnionType, Value, Values,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, IntoActiveModel,
    IntoSimpleExpr, Iterable as _, ModelTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    Select, Statement,
};

use uuid::Uuid;

use crate::error::Result;
use crate::platform::page::{CheckedPage, Cursor, Page};

/// Whose rows, and which of them, a query may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Scope {
    /// The controller.
    pub(crate) controller: ControllerId,
    /// Whether rows that a gag order hides are visible.
    pub(crate) sealed: bool,
}

impl Scope {
    /// A query that can see nothing but what is in scope. Every select of a store starts here.
    pub(crate) fn select<E: Scoped>(self) -> Select<E> {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place where selects begin"
        )]
        let select = E::find().filter(E::CONTROLLER.eq(self.controller));
        match E::OPEN {
            Some((column, open)) if !self.sealed => select.filter(column.eq(open)),
            _ => select,
        }
    }
}

/// The scope of a statement written in SQL, over a table that is never sealed: the controller is the parameter.
pub(crate) fn scoped(alias: &str, parameter: &str) -> String {
    format!("{alias}.controller_id = {parameter}")
}

/// Rows after a place in the order of two columns, the second of which breaks ties.
pub(crate) fn after_place<C: ColumnTrait>(
    (key, id): (C, C),
    place: Cursor,
    descending: bool,
) -> SimpleExpr {
    let columns = Expr::tuple([key.into_simple_expr(), id.into_simple_expr()]);
    let values = Expr::tuple([Expr::val(place.key), Expr::val(place.id)]);
    columns.binary(
        if descending {
            BinOper::SmallerThan
        } else {
            BinOper::GreaterThan
        },
        values,
    )
}

/// A join that `SQLite` makes in the order in which the tables are written: it knows nothing of their sizes.
pub(crate) fn join_in_order(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Sqlite => "cross join",
        _ => "join",
    }
}

/// `$n, $n+1, ..` for a list of values.
pub(crate) fn placeholders(first: usize, count: usize) -> String {
    let numbers: Vec<_> = (first..first + count).map(|n| format!("${n}")).collect();
    numbers.join(", ")
}

/// A statement written in SQL, with `$1`, `$2`, .. for its values, each as often as it is needed.
///
/// For `SQLite` they become plain question marks, in the order in which they occur: it finds one with a number by going
/// through all of them, which for a list of thousands takes longer than the statement itself. Limits become text, as
/// in [`fixed_limits`].
pub(crate) fn raw(
    db: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Statement {
    let backend = db.get_database_backend();
    let values: Vec<_> = values.into_iter().collect();
    let (sql, values) = match backend {
        DbBackend::Sqlite => in_order(sql, &values),
        _ => (sql.to_owned(), values),
    };
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where such statements are made"
    )]
    let statement = Statement::from_sql_and_values(backend, sql, values);
    statement
}

/// A condition written in SQL, with `$1`, `$2`, .. for its values, as in [`raw`].
pub(crate) fn condition(
    db: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> SimpleExpr {
    let values: Vec<_> = values.into_iter().collect();
    match db.get_database_backend() {
        DbBackend::Sqlite => {
            let (sql, values) = in_order(sql, &values);
            Expr::cust_with_values(sql, values)
        }
        _ => Expr::cust_with_values(sql.to_owned(), values),
    }
}

fn in_order(sql: &str, values: &[Value]) -> (String, Vec<Value>) {
    let mut parts = sql.split('$');
    let mut text = parts.next().unwrap_or_default().to_owned();
    let mut ordered = Vec::new();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = part.split_at(digits);
        let number = number.parse::<usize>().ok();
        let value = number.and_then(|number| values.get(number.checked_sub(1)?));
        match value {
            Some(Value::BigInt(Some(limit))) if text.ends_with("limit ") => {
                text.push_str(&limit.to_string());
            }
            Some(value) => {
                text.push('?');
                ordered.push(value.clone());
            }
            // Not a value of the statement: the database says so.
            None => {
                text.push('$');
                text.push_str(part.get(..digits).unwrap_or_default());
            }
        }
        text.push_str(rest);
    }
    (text, ordered)
}

/// Inserts rows, many a statement. How many is a power of two: there are few different statements then, so that they
/// stay prepared.
///
/// # Errors
/// As every statement.
pub(crate) async fn insert_rows<M>(db: &impl ConnectionTrait, rows: Vec<M>) -> Result<()>
where
    M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
{
    let columns = <M::Entity as EntityTrait>::Column::iter().count();
    let most = largest_power(MOST_VALUES / columns.max(1));
    let mut rows = rows.into_iter();
    while rows.len() > 0 {
        let size = largest_power(rows.len()).min(most);
        let part: Vec<_> = rows.by_ref().take(size).collect();
        let part = part.into_iter().map(IntoActiveModel::into_active_model);
        M::Entity::insert_many(part)
            .exec_without_returning(db)
            .await?;
    }
    Ok(())
}

/// The largest power of two that is not more than this; 1 at the least.
fn largest_power(number: usize) -> usize {
    1 << number.max(1).ilog2()
}

/// The same values, the last one as often as it takes to make their number a power of two: lists of many lengths would
/// each be a statement of their own to be prepared. For lists in which a repetition changes nothing.
pub(crate) fn padded<T: Clone>(values: &[T]) -> Vec<T> {
    let missing = values.len().next_power_of_two() - values.len();
    let last = values.last().into_iter().cloned();
    let more = last.flat_map(|last| std::iter::repeat_n(last, missing));
    values.iter().cloned().chain(more).collect()
}

/// `($n, $n+1), ($n+2, $n+3), ..` for a table of values.
pub(crate) fn placeholder_rows(first: usize, rows: usize, columns: usize) -> String {
    let rows: Vec<_> = (0..rows)
        .map(|row| format!("({})", placeholders(first + row * columns, columns)))
        .collect();
    rows.join(", ")
}

/// The rows of a limited select.
///
/// # Errors
/// As every statement.
pub(crate) async fn rows<E: EntityTrait>(
    db: &impl ConnectionTrait,
    select: Select<E>,
) -> Result<Vec<E::Model>> {
    let statement = fixed_limits(select.build(db.get_database_backend()));
    Ok(E::Model::find_by_statement(statement).all(db).await?)
}

/// Writes limits into the text of a statement. `SQLite` prepares a statement anew whenever a limit is bound, which
/// costs more than running it. There are few different limits, so that statements stay prepared.
fn fixed_limits(mut statement: Statement) -> Statement {
    const MARKER: &str = "LIMIT ?";
    if statement.db_backend != DbBackend::Sqlite || !statement.sql.contains(MARKER) {
        return statement;
    }
    let Some(values) = statement.values.take() else {
        return statement;
    };
    let mut values = values.0.into_iter();
    let (mut sql, mut kept) = (String::with_capacity(statement.sql.len()), Vec::new());
    for (number, part) in statement.sql.split(MARKER).enumerate() {
        if number > 0 {
            match values.next() {
                Some(Value::BigUnsigned(Some(limit))) => {
                    sql.push_str("LIMIT ");
                    sql.push_str(&limit.to_string());
                }
                other => {
                    sql.push_str(MARKER);
                    kept.extend(other);
                }
            }
        }
        kept.extend(values.by_ref().take(part.matches('?').count()));
        sql.push_str(part);
    }
    statement.sql = sql;
    statement.values = Some(Values(kept));
    statement
}

/// How many values of a list one statement binds; `SQLite` takes 32,766 in all.
pub(crate) const MOST_VALUES: usize = 30_000;

/// How many parents one statement may ask for: `SQLite` puts at most 500 selects together.
const MOST_PARENTS: usize = 400;

/// The first rows for each of several parents: one limited select for each, so that every one of them ends at its
/// index, put together to as few statements as can be.
pub(crate) fn for_each_parent(
    backend: DbBackend,
    selects: impl IntoIterator<Item = SelectStatement>,
) -> Vec<Statement> {
    let parts: Vec<SelectStatement> = selects
        .into_iter()
        .map(|select| {
            Query::select()
                .column(Asterisk)
                .from_subquery(select, "part")
                .to_owned()
        })
        .collect();
    parts
        .chunks(MOST_PARENTS)
        .filter_map(|chunk| {
            let (first, rest) = chunk.split_first()?;
            let mut whole = first.clone();
            for part in rest {
                whole.union(UnionType::All, part.clone());
            }
            Some(fixed_limits(backend.build(&whole)))
        })
        .collect()
}

/// Pages of what belongs to some parents, the earliest first: one for each. The columns, and `place` of a row, say to
/// which parent it belongs, and where it is.
///
/// # Errors
/// As every statement.
pub(crate) async fn pages_of<E: Scoped, K: Copy + Eq + Hash + Into<Value>>(
    db: &impl ConnectionTrait,
    scope: Scope,
    parents: &[K],
    page: &CheckedPage,
    [of, at, id]: [E::Column; 3],
    place: impl Fn(&E::Model) -> (Option<K>, Timestamp, Uuid),
) -> Result<HashMap<K, Page<E::Model>>> {
    let selects = parents.iter().map(|parent| {
        let mut select = scope.select::<E>().filter(of.eq(*parent));
        if let Some(after) = page.after {
            select = select.filter(after_place((at, id), after, false));
        }
        let select = select.order_by_asc(at).order_by_asc(id);
        QueryTrait::into_query(select.limit(page.limit_and_one()))
    });
    let mut found: HashMap<K, Vec<E::Model>> = HashMap::new();
    for statement in for_each_parent(db.get_database_backend(), selects) {
        for row in E::Model::find_by_statement(statement).all(db).await? {
            if let Some(parent) = place(&row).0 {
                found.entry(parent).or_default().push(row);
            }
        }
    }
    let cursor = |row: &E::Model| {
        let (_, at, id) = place(row);
        Cursor {
            key: at.as_millis(),
            id,
        }
    };
    Ok(parents
        .iter()
        .map(|parent| {
            let mut rows = found.remove(parent).unwrap_or_default();
            // A database may put the parts of a union together in any order.
            rows.sort_unstable_by_key(|row| cursor(row));
            (*parent, Page::of(rows, page, cursor))
        })
        .collect())
}

/// Locks the rows of a select until the transaction ends, against other changes but not against rows that refer to
/// them. `SQLite` has locked the whole file already.
pub(crate) fn locked<E: EntityTrait>(db: &impl ConnectionTrait, select: Select<E>) -> Select<E> {
    match db.get_database_backend() {
        DbBackend::Postgres => select.lock(LockType::NoKeyUpdate),
        _ => select,
    }
}

/// Locks the rows of a select until the transaction ends, and leaves out those that others have locked: each goes to one
/// of several that take from a queue. `SQLite` has locked the whole file already.
pub(crate) fn locked_skipping<E: EntityTrait>(
    db: &impl ConnectionTrait,
    select: Select<E>,
) -> Select<E> {
    match db.get_database_backend() {
        DbBackend::Postgres => {
            select.lock_with_behavior(LockType::NoKeyUpdate, LockBehavior::SkipLocked)
        }
        _ => select,
    }
}

/// Keeps the rows of a select from being deleted or changed until the transaction ends.
pub(crate) fn pinned<E: EntityTrait>(db: &impl ConnectionTrait, select: Select<E>) -> Select<E> {
    match db.get_database_backend() {
        DbBackend::Postgres => select.lock(LockType::Share),
        _ => select,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_two_fit() {
        for (number, power) in [
            (0, 1),
            (1, 1),
            (3, 2),
            (100, 64),
            (128, 128),
            (1_428, 1_024),
        ] {
            assert_eq!(largest_power(number), power);
        }
    }

    #[test]
    fn lists_are_made_longer_by_what_is_in_them() {
        assert_eq!(padded::<i32>(&[]), Vec::<i32>::new());
        assert_eq!(padded(&[1, 2]), vec![1, 2]);
        assert_eq!(padded(&[1, 2, 3, 4, 5]), vec![1, 2, 3, 4, 5, 5, 5, 5]);
    }

    #[test]
    fn values_come_in_the_order_in_which_they_are_used() {
        let sql = "select 1 where a = $2 and b in ($1, $3) and c = $2 limit $4";
        let values: Vec<Value> = vec![1.into(), 2.into(), 3.into(), 10_i64.into()];
        let (sql, ordered) = in_order(sql, &values);
        assert_eq!(
            sql,
            "select 1 where a = ? and b in (?, ?) and c = ? limit 10"
        );
        let expected: Vec<Value> = vec![2.into(), 1.into(), 3.into(), 2.into()];
        assert_eq!(ordered, expected);
        let many: Vec<Value> = (1..=10).map(Value::from).collect();
        let (sql, ordered) = in_order("values ($1,$10) limit $2", &many);
        assert_eq!(sql, "values (?,?) limit ?", "only a long is a limit");
        let expected: Vec<Value> = vec![1.into(), 10.into(), 2.into()];
        assert_eq!(ordered, expected);
        let (sql, ordered) = in_order("select '$', $3", &[Value::from(1)]);
        assert_eq!((sql.as_str(), ordered.len()), ("select '$', $3", 0));
    }

    #[test]
    fn limits_are_part_of_the_text_and_other_values_stay_bound() {
        let scope = Scope {
            controller: ControllerId::from_uuid(uuid::Uuid::nil()),
            sealed: false,
        };
        let select = |limit| {
            let select = scope.select::<entity::disclosure::Entity>();
            select
                .filter(entity::disclosure::Column::SubjectCount.gt(7))
                .limit(limit)
        };
        let plain = |limit| QueryTrait::into_query(select(limit));
        let [statement] = for_each_parent(DbBackend::Sqlite, [plain(3), plain(4)])
            .try_into()
            .unwrap();
        assert!(statement.sql.contains("LIMIT 3") && statement.sql.contains("LIMIT 4"));
        let values = statement.values.unwrap().0;
        assert_eq!(values.len(), statement.sql.matches('?').count());
        assert_eq!(values[2], Value::Int(Some(7)));
        let postgres = for_each_parent(DbBackend::Postgres, [plain(3)]);
        assert!(postgres[0].sql.contains("LIMIT $"));
    }
}
