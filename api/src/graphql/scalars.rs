//! Small scalars and inputs that several slices use.

use async_graphql::{InputObject, InputValueError, InputValueResult, Scalar, ScalarType, Value};

use entity::time::Timestamp;

use crate::context::OnBehalfOf;
use crate::error::{Error, Result};
use crate::platform::page::InstantRange;
use crate::platform::personal::Personal;

/// A country: ISO 3166-1 alpha-2, in capitals, such as `DE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CountryCode(&'static str);

impl CountryCode {
    /// The two letters.
    pub(crate) fn as_str(self) -> &'static str {
        self.0
    }

    /// The code with these letters.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let country = rust_iso3166::from_alpha2(text)?;
        Some(Self(country.alpha2))
    }
}

/// A country: ISO 3166-1 alpha-2, in capitals, such as `DE`.
#[Scalar(specified_by_url = "https://www.iso.org/iso-3166-country-codes.html")]
impl ScalarType for CountryCode {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::custom(
                "expected two letters, such as \"DE\"",
            ));
        };
        Self::parse(text).ok_or_else(|| {
            InputValueError::custom("expected an ISO 3166-1 alpha-2 code, such as \"DE\"")
        })
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_owned())
    }
}

/// The person behind an integration. It is recorded as said, and never counts as a second approver.
#[derive(InputObject)]
pub(crate) struct OnBehalfOfInput {
    /// The system that knows the person, such as `whmcs`: letters, digits, `.`, `_`, `-`; at most 40.
    pub(crate) system: String,
    /// What the person is known by there, at most 200 characters.
    #[graphql(directive = super::directive::personal::apply("user.account.username".to_owned()))]
    pub(crate) staff_id: Personal,
}

impl TryFrom<OnBehalfOfInput> for OnBehalfOf {
    type Error = Error;

    fn try_from(input: OnBehalfOfInput) -> Result<Self> {
        Self::of(&input.system, input.staff_id, "onBehalfOf")
    }
}

/// Bounds on an instant.
#[derive(Debug, Clone, Default, InputObject)]
pub(crate) struct InstantFilter {
    /// At or after.
    pub(crate) gte: Option<Timestamp>,
    /// Before.
    pub(crate) lt: Option<Timestamp>,
}

impl From<InstantFilter> for InstantRange {
    fn from(filter: InstantFilter) -> Self {
        Self {
            from: filter.gte,
            until: filter.lt,
        }
    }
}

/// A whole number of 64 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Long(pub(crate) i64);

/// A whole number of 64 bits.
#[Scalar]
impl ScalarType for Long {
    fn parse(value: Value) -> InputValueResult<Self> {
        let whole = match &value {
            Value::Number(number) => number.as_i64(),
            _ => None,
        };
        whole
            .map(Self)
            .ok_or_else(|| InputValueError::custom("expected a whole number"))
    }

    fn to_value(&self) -> Value {
        Value::Number(self.0.into())
    }
}
