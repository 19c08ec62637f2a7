//! Values as texts: of an export, and read again.

use data_encoding::HEXLOWER;
use entity::id;
use entity::time::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::transfer::store::{Column, Scalar, Shape};

/// Stands for what was erased.
const ERASED: &str = "erased";

/// A value in a line of JSON.
pub(super) fn to_json(column: &Column, value: &Scalar) -> Value {
    match value {
        Scalar::Null => Value::Null,
        Scalar::Erased => json!({ ERASED: true }),
        Scalar::Number(number) if column.shape == Shape::Number => Value::from(*number),
        Scalar::Truth(truth) => Value::from(*truth),
        other => Value::from(to_text(column, other)),
    }
}

/// A value as text.
pub(super) fn to_text(column: &Column, value: &Scalar) -> String {
    match value {
        Scalar::Null | Scalar::Erased => String::new(),
        Scalar::Id(id) => match column.shape {
            Shape::Id(Some(prefix)) => id::text_of(prefix, *id).unwrap_or_default(),
            _ => id.to_string(),
        },
        Scalar::Number(number) if column.shape == Shape::Instant => {
            Timestamp::from_millis(*number).to_string()
        }
        Scalar::Number(number) => number.to_string(),
        Scalar::Truth(truth) => truth.to_string(),
        Scalar::Text(text) => text.clone(),
        Scalar::Bytes(bytes) => HEXLOWER.encode(bytes),
    }
}

/// A value out of a line of JSON; nothing for what is none of the column.
pub(super) fn from_json(column: &Column, value: &Value) -> Option<Scalar> {
    match (column.shape, value) {
        (_, Value::Null) => Some(Scalar::Null),
        (_, Value::Object(mark)) if column.is_cell() => {
            (mark.get(ERASED) == Some(&Value::Bool(true))).then_some(Scalar::Erased)
        }
        (Shape::Number, Value::Number(number)) => number.as_i64().map(Scalar::Number),
        (Shape::Truth, Value::Bool(truth)) => Some(Scalar::Truth(*truth)),
        (_, Value::String(text)) => from_text(column, text),
        _ => None,
    }
}

fn from_text(column: &Column, text: &str) -> Option<Scalar> {
    match column.shape {
        Shape::Id(Some(prefix)) => id::uuid_of(prefix, text).ok().map(Scalar::Id),
        Shape::Id(None) => text.parse::<Uuid>().ok().map(Scalar::Id),
        Shape::Instant => {
            let at: Timestamp = text.parse().ok()?;
            Some(Scalar::Number(at.as_millis()))
        }
        Shape::Bytes if !column.is_cell() => {
            let bytes = HEXLOWER.decode(text.as_bytes()).ok()?;
            Some(Scalar::Bytes(bytes))
        }
        Shape::Text | Shape::Bytes => Some(Scalar::Text(text.to_owned())),
        Shape::Number | Shape::Truth => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transfer::store::Kind;

    #[test]
    fn every_value_comes_back_as_it_was() {
        for kind in Kind::ALL {
            for column in kind.table().columns {
                let value = match column.shape {
                    Shape::Id(_) => Scalar::Id(Uuid::from_u128(7)),
                    Shape::Number | Shape::Instant => Scalar::Number(7),
                    Shape::Truth => Scalar::Truth(true),
                    Shape::Bytes if !column.is_cell() => Scalar::Bytes(vec![0, 255]),
                    Shape::Text | Shape::Bytes => Scalar::Text("\"a\"\n".to_owned()),
                };
                let name = column.name;
                for value in [value, Scalar::Null] {
                    let json = to_json(&column, &value);
                    assert!(from_json(&column, &json) == Some(value), "{name}: {json}");
                }
                let erased = from_json(&column, &json!({ "erased": true }));
                let expected = column.is_cell().then_some(Scalar::Erased);
                assert!(erased == expected, "{name}");
                assert!(from_json(&column, &json!([])).is_none(), "{name}");
            }
        }
    }
}
