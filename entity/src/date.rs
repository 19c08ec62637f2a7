//! Days: dates of the calendar, without a time zone.
//!
//! They are stored as text, `YYYY-MM-DD`, whose order is that of the days.

use std::fmt;
use std::str::FromStr;

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{Datelike as _, Days, Months, NaiveDate, NaiveTime};
use sea_orm::DeriveValueType;

use crate::time::Timestamp;

/// A text is not a day that can be used. It does not repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseDateError;

impl fmt::Display for ParseDateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a day in the form YYYY-MM-DD, between the years 1970 and 9998")
    }
}

impl std::error::Error for ParseDateError {}

/// A day: `YYYY-MM-DD`, from 1970 to 9998.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType)]
#[sea_orm(value_type = "String")]
pub struct Date(NaiveDate);

impl Date {
    /// The day of an instant, in UTC.
    pub fn of(at: Timestamp) -> Self {
        Self(chrono::DateTime::<chrono::Utc>::from(at).date_naive())
    }

    /// The day so many days after 1970-01-01; none beyond the days there are.
    pub fn from_number(days: i64) -> Option<Self> {
        let epoch = NaiveDate::default();
        let day = epoch.checked_add_days(Days::new(u64::try_from(days).ok()?))?;
        (day.year() <= 9_998).then_some(Self(day))
    }

    /// How many days it comes after 1970-01-01.
    pub fn number(self) -> i64 {
        self.0
            .signed_duration_since(NaiveDate::default())
            .num_days()
    }

    /// The day so many months, then days, later: a month that is too short ends on its last day. None beyond the days
    /// there are.
    pub fn plus(self, months: u32, days: u32) -> Option<Self> {
        let day = self.0.checked_add_months(Months::new(months))?;
        let day = day.checked_add_days(Days::new(u64::from(days)))?;
        (day.year() <= 9_998).then_some(Self(day))
    }

    /// The last day of its calendar year.
    #[must_use]
    pub fn year_end(self) -> Self {
        Self(NaiveDate::from_ymd_opt(self.0.year(), 12, 31).unwrap_or(self.0))
    }

    /// The first instant after it, in UTC.
    pub fn end(self) -> Timestamp {
        let next = self.0.checked_add_days(Days::new(1)).unwrap_or(self.0);
        next.and_time(NaiveTime::MIN).and_utc().into()
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%d"))
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Date {
    type Err = ParseDateError;

    fn from_str(text: &str) -> Result<Self, ParseDateError> {
        let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") else {
            return Err(ParseDateError);
        };
        let known = "1970-01-01"..="9998-12-31";
        // Chrono also takes days and months of one digit, and signs.
        let exact = text.len() == 10 && Self(day).to_string() == text;
        if exact && known.contains(&text) {
            Ok(Self(day))
        } else {
            Err(ParseDateError)
        }
    }
}

/// A day of the calendar: `YYYY-MM-DD`, from 1970 to 9998.
#[Scalar(specified_by_url = "https://scalars.graphql.org/andimarek/local-date.html")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => text.parse().map_err(InputValueError::custom),
            _ => Err(InputValueError::custom(ParseDateError)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exact_form_is_a_day() {
        for good in ["1970-01-01", "2028-02-29", "9998-12-31"] {
            assert_eq!(good.parse::<Date>().unwrap().to_string(), good);
        }
        for bad in [
            "",
            "2026-2-01",
            "2026-02-1",
            "2026-02-30",
            "2027-02-29",
            "1969-12-31",
            "9999-01-01",
            "+2026-01-01",
            "26-01-01",
            "2026-01-01T00:00:00Z",
            " 2026-01-01",
        ] {
            assert_eq!(bad.parse::<Date>(), Err(ParseDateError), "{bad}");
        }
    }

    #[test]
    fn days_are_counted_and_reckoned_with() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        for text in ["1970-01-01", "2028-02-29", "9998-12-31"] {
            assert_eq!(Date::from_number(day(text).number()), Some(day(text)));
        }
        assert_eq!(Date::from_number(-1), None);
        assert_eq!(Date::from_number(day("9998-12-31").number() + 1), None);
        assert_eq!(day("2027-01-31").plus(1, 0), Some(day("2027-02-28")));
        assert_eq!(day("2028-02-29").plus(12, 1), Some(day("2029-03-01")));
        assert_eq!(day("9998-12-31").plus(0, 1), None);
        assert_eq!(day("2028-02-29").year_end(), day("2028-12-31"));
    }

    #[test]
    fn a_day_ends_where_the_next_begins() {
        let end = |day: &str| day.parse::<Date>().unwrap().end().to_string();
        assert_eq!(end("2033-12-31"), "2034-01-01T00:00:00.000Z");
        assert_eq!(end("2028-02-28"), "2028-02-29T00:00:00.000Z");
        assert_eq!(end("9998-12-31"), "9999-01-01T00:00:00.000Z");
    }
}
