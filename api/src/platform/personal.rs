//! A personal value in the clear: it prints as nothing and is wiped when dropped.

use std::borrow::Cow;
use std::fmt;

use async_graphql::registry::Registry;
use async_graphql::{InputType, InputValueError, InputValueResult, Value};
use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// A personal value in the clear. `Debug` prints nothing of it, `Display` does not exist.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Personal(Zeroizing<String>);

impl Personal {
    /// Wraps a value.
    pub(crate) fn new(value: String) -> Self {
        Self(Zeroizing::new(value))
    }

    /// The value: for encrypting, normalising, and for an authorised answer.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// Whether it is one line that cannot make what is beside it look like something else.
    pub(crate) fn is_plain(&self) -> bool {
        !self.0.contains(is_odd)
    }

    /// Whether there is nothing but white space.
    pub(crate) fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
    }
}

/// What ends a line, and what turns the direction of a text.
pub(crate) fn is_odd(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl fmt::Debug for Personal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Personal(..)")
    }
}

/// In the schema it is a `String`; the directive `@personal` beside it says what it holds.
impl InputType for Personal {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        <String as InputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <String as InputType>::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        match value {
            Some(Value::String(text)) => Ok(Self::new(text)),
            // The message must not repeat the value, as the built-in one does.
            _ => Err(InputValueError::custom("expected a string")),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.as_str().to_owned())
    }

    fn as_raw_value(&self) -> Option<&Self::RawValueType> {
        Some(self)
    }
}

/// Whether a text is a SHA-256 in hexadecimal digits.
pub(crate) fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A text that may be absent, but not empty, and not longer than so many characters.
///
/// # Errors
/// [`Error::Invalid`].
pub(crate) fn check_text(field: &str, text: Option<&Personal>, longest: usize) -> Result<()> {
    text.map_or(Ok(()), |text| check_length(field, text.expose(), longest))
}

/// A text that is not empty, and not longer than so many characters.
///
/// # Errors
/// [`Error::Invalid`].
pub(crate) fn check_length(field: &str, text: &str, longest: usize) -> Result<()> {
    if text.trim().is_empty() || text.chars().count() > longest {
        let problem = format!("must have 1 to {longest} characters");
        return Err(Error::invalid(field, problem));
    }
    Ok(())
}
