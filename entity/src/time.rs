//! Instants: UTC, to the millisecond, years 1970 to 9999.
//!
//! They are stored as BIGINT milliseconds since the Unix epoch, so that order and equality are the
//! same on every database. This module reads no clock.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{DateTime, SecondsFormat, Utc};
use sea_orm::{
    ActiveValue, ColIdx, DbErr, IntoActiveValue, QueryResult, TryFromU64, TryGetError, TryGetable,
    sea_query,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A text is not an instant that can be used. It does not repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseTimestampError;

impl fmt::Display for ParseTimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "expected a date and time in the form of RFC 3339 with an offset, \
             such as 2026-11-22T09:30:00.000Z or 2026-11-22T10:30:00+01:00, \
             between the years 1970 and 9999 and without leap seconds",
        )
    }
}

impl std::error::Error for ParseTimestampError {}

/// An instant in UTC, to the millisecond, from 1970 to 9999. Anything finer is cut off when it is
/// made.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The first instant: 1970-01-01T00:00:00.000Z.
    pub const MIN: Self = Self(0);
    /// The last instant: 9999-12-31T23:59:59.999Z.
    pub const MAX: Self = Self(253_402_300_799_999);

    /// The instant this many milliseconds after the Unix epoch, or the nearest there is.
    pub fn from_millis(millis: i64) -> Self {
        Self(millis.clamp(Self::MIN.0, Self::MAX.0))
    }

    /// Milliseconds since the Unix epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// The instant later by `duration`, or none beyond the last one.
    pub fn checked_add(self, duration: Duration) -> Option<Self> {
        Self::in_range(self.0.saturating_add(whole_millis(duration)))
    }

    /// The instant earlier by `duration`, or none before the first one.
    pub fn checked_sub(self, duration: Duration) -> Option<Self> {
        Self::in_range(self.0.saturating_sub(whole_millis(duration)))
    }

    /// The instant later by `duration`, or the last one.
    #[must_use]
    pub fn saturating_add(self, duration: Duration) -> Self {
        Self::from_millis(self.0.saturating_add(whole_millis(duration)))
    }

    /// The instant earlier by `duration`, or the first one.
    #[must_use]
    pub fn saturating_sub(self, duration: Duration) -> Self {
        Self::from_millis(self.0.saturating_sub(whole_millis(duration)))
    }

    /// How long after `earlier` this is; zero if it is not later.
    pub fn duration_since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or_default())
    }

    fn in_range(millis: i64) -> Option<Self> {
        (Self::MIN.0..=Self::MAX.0)
            .contains(&millis)
            .then_some(Self(millis))
    }
}

/// The milliseconds of a duration; what lies beyond an `i64` lies beyond every instant too.
fn whole_millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// Cuts off what is finer than a millisecond, and takes the nearest instant there is.
impl From<DateTime<Utc>> for Timestamp {
    fn from(at: DateTime<Utc>) -> Self {
        Self::from_millis(at.timestamp_millis())
    }
}

impl From<Timestamp> for DateTime<Utc> {
    fn from(at: Timestamp) -> Self {
        // Chrono's range is wider, so the default is never taken.
        Self::from_timestamp_millis(at.0).unwrap_or_default()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&DateTime::<Utc>::from(*self).to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = ParseTimestampError;

    fn from_str(text: &str) -> Result<Self, ParseTimestampError> {
        parse(text).ok_or(ParseTimestampError)
    }
}

fn parse(text: &str) -> Option<Timestamp> {
    // Chrono also takes a space or small letters for T and Z, a typographic minus sign, the leap
    // second 60, and digits beyond the nanosecond.
    let bytes = text.as_bytes();
    let fraction = bytes
        .iter()
        .skip(20)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let strict = text.is_ascii()
        && bytes.get(10) == Some(&b'T')
        && bytes.last() != Some(&b'z')
        && text.get(17..19) != Some("60")
        && fraction <= 9;
    if !strict {
        return None;
    }
    let at = DateTime::parse_from_rfc3339(text).ok()?;
    Timestamp::in_range(at.timestamp_millis())
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// An instant in the form of RFC 3339. In input an offset is required, the seconds may have up to
/// nine fractional digits, of which three are kept, and the year in UTC is from 1970 to 9999,
/// without leap seconds. In output it is in UTC, marked `Z`, with exactly three fractional digits.
#[Scalar(
    name = "DateTime",
    specified_by_url = "https://scalars.graphql.org/andimarek/date-time.html"
)]
impl ScalarType for Timestamp {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => text.parse().map_err(InputValueError::custom),
            _ => Err(InputValueError::custom(ParseTimestampError)),
        }
    }

    fn is_valid(value: &Value) -> bool {
        matches!(value, Value::String(_))
    }

    fn to_value(&self) -> Value {
        Value::String(self.to_string())
    }
}

impl From<Timestamp> for sea_query::Value {
    fn from(at: Timestamp) -> Self {
        at.0.into()
    }
}

// Not derived, so that a number outside the range is an error and not an instant that cannot be
// printed.
impl TryGetable for Timestamp {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        let millis = <i64 as TryGetable>::try_get_by(row, index)?;
        Self::in_range(millis).ok_or_else(|| {
            TryGetError::DbErr(DbErr::Type(
                "an instant is outside the years 1970 to 9999".into(),
            ))
        })
    }
}

impl sea_query::ValueType for Timestamp {
    fn try_from(value: sea_query::Value) -> Result<Self, sea_query::ValueTypeErr> {
        let millis = <i64 as sea_query::ValueType>::try_from(value)?;
        Self::in_range(millis).ok_or(sea_query::ValueTypeErr)
    }

    fn type_name() -> String {
        "Timestamp".into()
    }

    fn array_type() -> sea_query::ArrayType {
        <i64 as sea_query::ValueType>::array_type()
    }

    fn column_type() -> sea_query::ColumnType {
        <i64 as sea_query::ValueType>::column_type()
    }
}

impl sea_query::Nullable for Timestamp {
    fn null() -> sea_query::Value {
        <i64 as sea_query::Nullable>::null()
    }
}

impl IntoActiveValue<Timestamp> for Timestamp {
    fn into_active_value(self) -> ActiveValue<Timestamp> {
        ActiveValue::Set(self)
    }
}

// Keys of several columns need it, although the database never numbers instants.
impl TryFromU64 for Timestamp {
    fn try_from_u64(_: u64) -> Result<Self, DbErr> {
        Err(DbErr::ConvertFromU64("Timestamp"))
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::InputType;
    use serde::de::IntoDeserializer;
    use serde::de::value::{Error, StrDeserializer};

    use super::*;

    struct Serialised<T>(T);

    impl<T: Serialize> fmt::Display for Serialised<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.serialize(f)
        }
    }

    #[test]
    fn accepted_and_printed() {
        for (text, printed) in [
            ("2026-11-22T09:30:00Z", "2026-11-22T09:30:00.000Z"),
            ("2026-11-22T09:30:00.5Z", "2026-11-22T09:30:00.500Z"),
            ("2026-11-22T09:30:00.123Z", "2026-11-22T09:30:00.123Z"),
            ("2026-11-22T09:30:00.123999999Z", "2026-11-22T09:30:00.123Z"),
            ("2026-11-22T10:30:00+01:00", "2026-11-22T09:30:00.000Z"),
            ("2026-11-21T23:45:00-09:45", "2026-11-22T09:30:00.000Z"),
            ("2026-11-22T09:30:00-00:00", "2026-11-22T09:30:00.000Z"),
            (
                "2026-11-22T09:30:00.000000001+00:00",
                "2026-11-22T09:30:00.000Z",
            ),
            ("2024-02-29T23:59:59.999Z", "2024-02-29T23:59:59.999Z"),
            ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"),
            ("1969-12-31T23:00:00-01:00", "1970-01-01T00:00:00.000Z"),
            ("9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999Z"),
        ] {
            let read = text.parse::<Timestamp>().map(|at| at.to_string());
            assert_eq!(read, Ok(printed.to_owned()), "{text}");
        }
    }

    #[test]
    fn refused_without_being_repeated() {
        for text in [
            "",
            "2026-11-22",
            "2026-11-22T09:30:00",
            "2026-11-22T09:30Z",
            "2026-11-22 09:30:00Z",
            "2026-11-22t09:30:00Z",
            "2026-11-22T09:30:00z",
            "2026-11-22T09:30:00.Z",
            "2026-11-22T09:30:00,5Z",
            "2026-11-22T09:30:00.1234567890Z",
            "2026-11-22T09:30:00+01",
            "2026-11-22T09:30:00+0100",
            "2026-11-22T09:30:00+24:00",
            "2026-11-22T09:30:00+01:60",
            "2026-11-22T09:30:00\u{2212}01:00",
            "2026-11-22T09:30:00Z ",
            " 2026-11-22T09:30:00Z",
            "2026-11-22T09:30:60Z",
            "2016-12-31T23:59:60Z",
            "2026-11-22T24:00:00Z",
            "2026-11-22T09:60:00Z",
            "2026-02-29T00:00:00Z",
            "2026-04-31T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "1969-12-31T23:59:59.999Z",
            "1970-01-01T00:30:00+01:00",
            "9999-12-31T23:30:00-01:00",
            "10000-01-01T00:00:00Z",
            "-2026-11-22T09:30:00Z",
            "1795339800",
            "jane@example.com",
        ] {
            assert_eq!(
                text.parse::<Timestamp>(),
                Err(ParseTimestampError),
                "{text}"
            );
        }
        assert!(ParseTimestampError.to_string().contains("RFC 3339"));
    }

    #[test]
    fn the_ends_are_the_ends() {
        assert_eq!(Timestamp::MIN.to_string(), "1970-01-01T00:00:00.000Z");
        assert_eq!(Timestamp::MAX.to_string(), "9999-12-31T23:59:59.999Z");
        assert_eq!(Timestamp::from_millis(-1), Timestamp::MIN);
        assert_eq!(Timestamp::from_millis(i64::MAX), Timestamp::MAX);
        assert_eq!(Timestamp::from(DateTime::<Utc>::MIN_UTC), Timestamp::MIN);
        assert_eq!(Timestamp::from(DateTime::<Utc>::MAX_UTC), Timestamp::MAX);
    }

    #[test]
    fn reckoning_stops_at_the_ends() {
        let at = Timestamp::from_millis(1_000);
        let second = Duration::from_secs(1);
        assert_eq!(at.saturating_add(second).as_millis(), 2_000);
        assert_eq!(at.saturating_add(Duration::from_nanos(999_999)), at);
        assert_eq!(at.saturating_add(Duration::MAX), Timestamp::MAX);
        assert_eq!(at.saturating_sub(second), Timestamp::MIN);
        assert_eq!(at.saturating_sub(Duration::MAX), Timestamp::MIN);
        assert_eq!(at.checked_add(second), Some(Timestamp::from_millis(2_000)));
        assert_eq!(at.checked_add(Duration::MAX), None);
        assert_eq!(Timestamp::MAX.checked_add(Duration::from_millis(1)), None);
        assert_eq!(at.checked_sub(second), Some(Timestamp::MIN));
        assert_eq!(at.checked_sub(Duration::from_millis(1_001)), None);
        assert_eq!(at.duration_since(Timestamp::MIN), second);
        assert_eq!(Timestamp::MIN.duration_since(at), Duration::ZERO);
    }

    #[test]
    fn graphql_and_json_show_the_text() {
        let text = "2026-11-22T09:30:00.000Z";
        let at: Timestamp = text.parse().unwrap();
        assert_eq!(<Timestamp as InputType>::type_name(), "DateTime");
        assert_eq!(ScalarType::to_value(&at), Value::from(text));
        assert_eq!(
            <Timestamp as ScalarType>::parse(Value::from(text)).ok(),
            Some(at)
        );
        assert!(<Timestamp as ScalarType>::parse(Value::from(1_795_339_800)).is_err());
        assert!(!<Timestamp as ScalarType>::is_valid(&Value::from(
            1_795_339_800
        )));
        assert_eq!(Serialised(at).to_string(), text);
        let deserializer: StrDeserializer<'_, Error> = text.into_deserializer();
        assert_eq!(Timestamp::deserialize(deserializer).ok(), Some(at));
    }

    #[test]
    fn a_database_value_is_the_milliseconds() {
        let at = Timestamp::from_millis(1_795_339_800_000);
        let stored = sea_query::Value::from(at);
        assert_eq!(stored, sea_query::Value::BigInt(Some(1_795_339_800_000)));
        assert_eq!(
            <Timestamp as sea_query::ValueType>::try_from(stored).ok(),
            Some(at)
        );
        let absent = sea_query::Value::from(None::<Timestamp>);
        assert_eq!(absent, sea_query::Value::BigInt(None));
        let outside = sea_query::Value::BigInt(Some(-1));
        assert!(<Timestamp as sea_query::ValueType>::try_from(outside).is_err());
    }
}
