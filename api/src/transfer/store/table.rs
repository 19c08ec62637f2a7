//! Rows of any table, as values without a type of their own.

use std::collections::HashSet;

use entity::Scoped;
use entity::id::{
    AssignmentId, BrandId, ControllerId, CustomerId, DataKeyId, DisclosureId, DisclosureSubjectId,
    EventId, FindingId, IdentifierId, IntegrationId, RecipientId, RelationId,
};
use sea_orm::sea_query::{BinOper, ColumnType, Expr, ExprTrait, OnConflict, Value};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IdenStatic, IntoSimpleExpr,
    Iterable, ModelTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::platform::db::{Scope, rows};
use crate::vault;

/// How many rows are read at once.
const AT_ONCE: u64 = 1_000;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// An id, with the prefix of its text form where there is one.
    Id(Option<&'static str>),
    /// A whole number.
    Number,
    /// An instant, in milliseconds.
    Instant,
    /// Yes or no.
    Truth,
    /// A text.
    Text,
    /// Bytes.
    Bytes,
}

/// A column.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it holds.
    pub(crate) shape: Shape,
    /// Its place to the vault, where it holds cells.
    pub(crate) cell: Option<vault::Column>,
    kind: ColumnType,
}

impl Column {
    /// Whether it holds cells.
    pub(crate) fn is_cell(&self) -> bool {
        self.cell.is_some()
    }
}

/// A table.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its columns.
    pub(crate) columns: Vec<Column>,
    /// What its rows are ordered by.
    pub(super) order: &'static [&'static str],
}

impl Table {
    /// Whether something in it is encrypted.
    pub(crate) fn has_cells(&self) -> bool {
        self.columns.iter().any(Column::is_cell)
    }

    /// Where a column is in a row.
    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// The value of a column in a row.
    pub(crate) fn value<'a>(&self, row: &'a Row, name: &str) -> Option<&'a Scalar> {
        row.get(self.place(name)?)
    }

    /// The id in a column of a row.
    pub(crate) fn id(&self, row: &Row, name: &str) -> Option<Uuid> {
        match self.value(row, name)? {
            Scalar::Id(id) => Some(*id),
            _ => None,
        }
    }

    /// The text in a column of a row.
    pub(crate) fn text<'a>(&self, row: &'a Row, name: &str) -> Option<&'a str> {
        match self.value(row, name)? {
            Scalar::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What a row is to its cells and to the index.
    pub(crate) fn row_id(&self, row: &Row) -> Option<Uuid> {
        self.id(row, self.order.first()?)
    }

    #[cfg(test)]
    pub(super) fn order_is_known(&self) -> bool {
        self.order.iter().all(|name| self.place(name).is_some())
    }
}

/// A value.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Scalar {
    /// None.
    Null,
    /// An id.
    Id(Uuid),
    /// A whole number, or an instant.
    Number(i64),
    /// Yes or no.
    Truth(bool),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// What was encrypted under a key that is gone. In a cell only.
    Erased,
}

/// A row: a value for each column.
pub(crate) type Row = Vec<Scalar>;

/// The columns of a table, but that of the controller.
pub(super) fn columns<E: EntityTrait>(
    cells: &[&'static str],
    without: &[&'static str],
) -> Vec<Column> {
    let table = E::default().table_name().to_owned();
    let named = |column: E::Column| {
        let name = IdenStatic::as_str(&column);
        let kind = column.def().get_column_type().clone();
        let cell = cells.iter().find(|cell| **cell == name);
        Column {
            name,
            shape: shape(&table, name, &kind),
            cell: cell.map(|cell| (IdenStatic::as_str(&E::default()), *cell)),
            kind,
        }
    };
    let left_out: HashSet<_> = without.iter().copied().chain(["controller_id"]).collect();
    E::Column::iter()
        .map(named)
        .filter(|column| !left_out.contains(column.name))
        .collect()
}

fn shape(table: &str, name: &str, kind: &ColumnType) -> Shape {
    match kind {
        ColumnType::Uuid => Shape::Id(prefix(table, name)),
        ColumnType::BigInteger if is_instant(name) => Shape::Instant,
        ColumnType::SmallInteger | ColumnType::Integer | ColumnType::BigInteger => Shape::Number,
        ColumnType::Boolean => Shape::Truth,
        ColumnType::Blob | ColumnType::Binary(_) | ColumnType::VarBinary(_) => Shape::Bytes,
        _ => Shape::Text,
    }
}

fn is_instant(name: &str) -> bool {
    name.ends_with("_at")
        || matches!(
            name,
            "at" | "valid_from" | "valid_until" | "disclosed_until"
        )
}

/// What the text form of an id begins with. An owner of a key is of many kinds: it has none.
fn prefix(table: &str, name: &str) -> Option<&'static str> {
    Some(match (table, name) {
        ("controller", "id") => ControllerId::PREFIX,
        ("integration", "id") | (_, "integration_id") => IntegrationId::PREFIX,
        ("data_key", "id") | (_, "key_id") => DataKeyId::PREFIX,
        ("brand", "id") | (_, "brand_id") => BrandId::PREFIX,
        ("customer", "id") | (_, "customer_id" | "into_id" | "related_id") => CustomerId::PREFIX,
        ("customer_relation", "id") => RelationId::PREFIX,
        ("identifier", "id") => IdentifierId::PREFIX,
        ("assignment", "id") => AssignmentId::PREFIX,
        ("recipient", "id") | (_, "recipient_id") => RecipientId::PREFIX,
        ("disclosure", "id") | (_, "disclosure_id" | "old_id" | "new_id") => DisclosureId::PREFIX,
        ("disclosure_subject", "id") | (_, "subject_id") => DisclosureSubjectId::PREFIX,
        ("subject_finding", "id") => FindingId::PREFIX,
        ("event", "id") | (_, "event_id") => EventId::PREFIX,
        _ => return None,
    })
}

/// Rows after another one, in the order of the table.
pub(super) async fn page<E: Scoped>(
    db: &impl ConnectionTrait,
    scope: Scope,
    table: &Table,
    after: Option<&Row>,
) -> Result<Vec<Row>> {
    let order: Vec<E::Column> = table
        .order
        .iter()
        .filter_map(|name| column::<E>(name))
        .collect();
    let mut select = scope.select::<E>();
    if let Some(after) = after {
        let values = table.order.iter().map(|name| {
            let (place, value) = (table.place(name), table.value(after, name));
            let column = place.and_then(|place| table.columns.get(place));
            let value = column.zip(value);
            let value = value.and_then(|(column, value)| to_database(column, value));
            Expr::val(value.unwrap_or(Value::Bool(None)))
        });
        let columns = order.iter().map(|column| column.into_simple_expr());
        let later = Expr::tuple(columns).binary(BinOper::GreaterThan, Expr::tuple(values));
        select = select.filter(later);
    }
    for column in order {
        select = select.order_by_asc(column);
    }
    let models = rows(db, select.limit(AT_ONCE)).await?;
    Ok(models.iter().map(|model| row::<E>(table, model)).collect())
}

fn column<E: EntityTrait>(name: &str) -> Option<E::Column> {
    E::Column::iter().find(|column| IdenStatic::as_str(column) == name)
}

fn row<E: EntityTrait>(table: &Table, model: &E::Model) -> Row {
    let value = |described: &Column| {
        let column = column::<E>(described.name);
        column.map_or(Scalar::Null, |column| from_database(model.get(column)))
    };
    table.columns.iter().map(value).collect()
}

/// How many rows there are.
pub(super) async fn count<E: Scoped>(db: &impl ConnectionTrait, scope: Scope) -> Result<u64>
where
    E::Model: Send + Sync,
{
    Ok(scope.select::<E>().count(db).await?)
}

/// Inserts rows; with `again`, one that is there already stays.
pub(super) async fn insert<E: Scoped>(
    db: &impl ConnectionTrait,
    scope: Scope,
    table: &Table,
    rows: &[Row],
    again: bool,
) -> Result<()> {
    let models = rows
        .iter()
        .map(|row| model::<E>(scope, table, row))
        .collect::<Result<Vec<_>>>()?;
    if models.is_empty() {
        return Ok(());
    }
    let insert = E::insert_many(models);
    if again {
        let nothing = OnConflict::new().do_nothing().to_owned();
        insert
            .on_conflict(nothing)
            .exec_without_returning(db)
            .await?;
    } else {
        insert.exec_without_returning(db).await?;
    }
    Ok(())
}

fn model<E: Scoped>(scope: Scope, table: &Table, row: &Row) -> Result<E::ActiveModel> {
    let mut model = <E::ActiveModel as ActiveModelTrait>::default();
    for (described, value) in table.columns.iter().zip(row) {
        let value = column::<E>(described.name).zip(to_database(described, value));
        let set = value.and_then(|(column, value)| model.try_set(column, value).ok());
        // The cause is dropped because it repeats the value.
        set.ok_or_else(|| Error::invalid(described.name, "is no value of this column"))?;
    }
    model.set(E::CONTROLLER, scope.controller.into());
    Ok(model)
}

/// Whether a row can be one of the table.
///
/// # Errors
/// Invalid, naming the column.
pub(super) fn check<E: Scoped>(scope: Scope, table: &Table, row: &Row) -> Result<()> {
    model::<E>(scope, table, row).map(drop)
}

fn from_database(value: Value) -> Scalar {
    match value {
        Value::Uuid(Some(id)) => Scalar::Id(id),
        Value::SmallInt(Some(number)) => Scalar::Number(number.into()),
        Value::Int(Some(number)) => Scalar::Number(number.into()),
        Value::BigInt(Some(number)) => Scalar::Number(number),
        Value::Bool(Some(truth)) => Scalar::Truth(truth),
        Value::String(Some(text)) => Scalar::Text(text),
        Value::Bytes(Some(bytes)) => Scalar::Bytes(bytes),
        _ => Scalar::Null,
    }
}

/// A value in the type of its column, if it fits.
fn to_database(column: &Column, value: &Scalar) -> Option<Value> {
    Some(match (&column.kind, value) {
        (ColumnType::Uuid, Scalar::Null) => Value::Uuid(None),
        (ColumnType::Uuid, Scalar::Id(id)) => Value::Uuid(Some(*id)),
        (ColumnType::SmallInteger, Scalar::Null) => Value::SmallInt(None),
        (ColumnType::SmallInteger, Scalar::Number(number)) => {
            Value::SmallInt(Some(i16::try_from(*number).ok()?))
        }
        (ColumnType::Integer, Scalar::Null) => Value::Int(None),
        (ColumnType::Integer, Scalar::Number(number)) => {
            Value::Int(Some(i32::try_from(*number).ok()?))
        }
        (ColumnType::BigInteger, Scalar::Null) => Value::BigInt(None),
        (ColumnType::BigInteger, Scalar::Number(number)) => Value::BigInt(Some(*number)),
        (ColumnType::Boolean, Scalar::Truth(truth)) => Value::Bool(Some(*truth)),
        _ => return to_text_or_bytes(column, value),
    })
}

fn to_text_or_bytes(column: &Column, value: &Scalar) -> Option<Value> {
    Some(match (column.shape, value) {
        (Shape::Text, Scalar::Null) => Value::String(None),
        (Shape::Text, Scalar::Text(text)) => Value::String(Some(text.clone())),
        (Shape::Bytes, Scalar::Null) => Value::Bytes(None),
        (Shape::Bytes, Scalar::Bytes(bytes)) => Value::Bytes(Some(bytes.clone())),
        // Nothing opens it, whatever it holds; that it is there says that there was something.
        (Shape::Bytes, Scalar::Erased) if column.is_cell() => Value::Bytes(Some(Vec::new())),
        _ => return None,
    })
}
