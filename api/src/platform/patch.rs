//! What a change says about one field: nothing, a value, or that there is none.

use std::borrow::Cow;

use async_graphql::registry::Registry;
use async_graphql::{InputType, InputValueError, InputValueResult, Value};

use crate::error::{Error, Result};

/// A change to one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patch<T> {
    /// It stays as it is: the caller did not mention it.
    Keep,
    /// It has this value from now on.
    Set(T),
    /// It has no value from now on: the caller said null.
    Clear,
}

impl<T> Patch<T> {
    /// The field after the change.
    pub(crate) fn apply(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Keep => before,
            Self::Set(value) => Some(value),
            Self::Clear => None,
        }
    }

    /// The change with its value in another form.
    pub(crate) fn map<U>(self, convert: impl FnOnce(T) -> U) -> Patch<U> {
        match self {
            Self::Keep => Patch::Keep,
            Self::Set(value) => Patch::Set(convert(value)),
            Self::Clear => Patch::Clear,
        }
    }

    /// The change to a field that always has a value.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it would have none.
    pub(crate) fn required(self, field: &str) -> Result<Option<T>> {
        match self {
            Self::Keep => Ok(None),
            Self::Set(value) => Ok(Some(value)),
            Self::Clear => Err(Error::invalid(
                field,
                "cannot be null; leave it out to keep it as it is",
            )),
        }
    }
}

/// In the schema it is the nullable type of its value. The engine's own type for this writes null and nothing alike,
/// so that two different inputs would pass for one.
impl<T: InputType> InputType for Patch<T> {
    type RawValueType = T::RawValueType;

    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn qualified_type_name() -> String {
        T::type_name().into_owned()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry);
        T::type_name().into_owned()
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        match value {
            None => Ok(Self::Keep),
            Some(Value::Null) => Ok(Self::Clear),
            Some(value) => T::parse(Some(value))
                .map(Self::Set)
                .map_err(InputValueError::propagate),
        }
    }

    fn to_value(&self) -> Value {
        match self {
            Self::Keep => Value::Object(async_graphql::indexmap::IndexMap::new()),
            Self::Set(value) => value.to_value(),
            Self::Clear => Value::Null,
        }
    }

    fn as_raw_value(&self) -> Option<&Self::RawValueType> {
        match self {
            Self::Set(value) => value.as_raw_value(),
            Self::Keep | Self::Clear => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_mentioned_stays() {
        assert_eq!(Patch::Keep.apply(Some(1)), Some(1));
        assert_eq!(Patch::Set(2).apply(Some(1)), Some(2));
        assert_eq!(Patch::Clear.apply(Some(1)), None);
    }

    #[test]
    fn a_field_that_always_has_a_value_cannot_be_cleared() {
        assert_eq!(Patch::Set(2).required("x").unwrap(), Some(2));
        assert_eq!(Patch::<i32>::Keep.required("x").unwrap(), None);
        assert!(Patch::<i32>::Clear.required("x").is_err());
    }

    #[test]
    fn nothing_said_and_null_are_told_apart_in_the_input_and_written_down() {
        let parse = |value| Patch::<i32>::parse(value).ok().unwrap();
        assert_eq!(parse(None), Patch::Keep);
        assert_eq!(parse(Some(Value::Null)), Patch::Clear);
        assert_eq!(parse(Some(Value::from(7))), Patch::Set(7));
        assert!(Patch::<i32>::parse(Some(Value::from("x"))).is_err());
        assert_ne!(parse(None).to_value(), parse(Some(Value::Null)).to_value());
    }
}
