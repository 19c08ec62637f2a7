//! Counting terms: calendar months, days and working days, at a place.

use std::time::Duration;

use chrono::{DateTime, Days, Months, NaiveDate, NaiveTime, TimeZone as _, Utc};
use chrono_tz::Tz;
use entity::enums::TermUnit;
use entity::time::Timestamp;

use super::holidays::{is_holiday, is_weekend};

/// Where days begin, and which of them are free.
#[derive(Debug, Clone, Copy)]
pub(in crate::requests) struct Place<'a> {
    /// Its time zone.
    pub(in crate::requests) zone: Tz,
    /// The country whose holidays count, ISO 3166-1 alpha-2; without one, Saturdays and Sundays alone are free.
    pub(in crate::requests) country: Option<&'a str>,
}

/// How long something may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::requests) struct Length {
    /// How many.
    pub(in crate::requests) count: u32,
    /// Of what.
    pub(in crate::requests) unit: TermUnit,
}

impl Place<'_> {
    /// The day that it is there at an instant.
    pub(in crate::requests) fn day(&self, at: Timestamp) -> NaiveDate {
        DateTime::<Utc>::from(at)
            .with_timezone(&self.zone)
            .date_naive()
    }

    /// Whether nobody works there on a day.
    fn is_free(&self, day: NaiveDate) -> bool {
        is_weekend(day) || self.country.is_some_and(|country| is_holiday(day, country))
    }

    /// The day itself, or else the next one on which people work.
    pub(in crate::requests) fn working_day(&self, day: NaiveDate) -> NaiveDate {
        let mut days = day.iter_days();
        days.find(|day| !self.is_free(*day)).unwrap_or(day)
    }

    /// The last day of a term that begins on a day, which does not count itself.
    pub(in crate::requests) fn after(&self, day: NaiveDate, length: Length) -> NaiveDate {
        let last = match length.unit {
            TermUnit::Months => day.checked_add_months(Months::new(length.count)),
            TermUnit::Days => day.checked_add_days(Days::new(length.count.into())),
            TermUnit::BusinessDays => {
                let mut days = day.iter_days().skip(1).filter(|day| !self.is_free(*day));
                let count = usize::try_from(length.count).unwrap_or_default();
                // A term of no days ends on the day that it begins on.
                count
                    .checked_sub(1)
                    .map_or(Some(day), |last| days.nth(last))
            }
        };
        last.unwrap_or(NaiveDate::MAX)
    }

    /// The last instant of a day there.
    pub(in crate::requests) fn end_of(&self, day: NaiveDate) -> Timestamp {
        let Some(next) = day.succ_opt() else {
            return Timestamp::MAX;
        };
        let midnight = next.and_time(NaiveTime::MIN);
        // Where clocks are put forward at midnight, the day begins later.
        let begins = (0..=3).find_map(|hours| {
            let local = midnight.checked_add_signed(chrono::Duration::hours(hours))?;
            self.zone.from_local_datetime(&local).earliest()
        });
        begins.map_or(Timestamp::MAX, |begins| {
            Timestamp::from(begins.to_utc()).saturating_sub(Duration::from_millis(1))
        })
    }
}

#[cfg(test)]
mod tests {
    use chrono::Datelike as _;
    use proptest::prelude::*;

    use super::*;

    const BERLIN: Place<'static> = Place {
        zone: Tz::Europe__Berlin,
        country: Some("DE"),
    };

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn months(count: u32) -> Length {
        Length {
            count,
            unit: TermUnit::Months,
        }
    }

    fn business_days(count: u32) -> Length {
        Length {
            count,
            unit: TermUnit::BusinessDays,
        }
    }

    #[test]
    fn a_month_ends_on_the_same_day_or_on_the_last() {
        for (from, count, until) in [
            ("2026-03-05", 1, "2026-04-05"),
            ("2026-01-31", 1, "2026-02-28"),
            ("2028-01-31", 1, "2028-02-29"),
            ("2028-02-29", 1, "2028-03-29"),
            ("2026-08-31", 1, "2026-09-30"),
            ("2026-11-30", 3, "2027-02-28"),
            ("2026-12-31", 2, "2027-02-28"),
        ] {
            assert_eq!(BERLIN.after(day(from), months(count)), day(until), "{from}");
        }
    }

    #[test]
    fn working_days_leave_weekends_and_holidays_out() {
        let england = Place {
            zone: Tz::Europe__London,
            country: Some("GB"),
        };
        // Christmas Day is a Friday, Boxing Day has its day off on Monday.
        let before = day("2026-12-23");
        for (count, until) in [
            (0, "2026-12-23"),
            (1, "2026-12-24"),
            (2, "2026-12-29"),
            (5, "2027-01-04"),
        ] {
            assert_eq!(england.after(before, business_days(count)), day(until));
        }
        assert_eq!(england.working_day(day("2026-12-25")), day("2026-12-29"));
        assert_eq!(england.working_day(day("2026-12-29")), day("2026-12-29"));
        let nowhere = Place {
            country: None,
            ..england
        };
        assert_eq!(nowhere.working_day(day("2026-12-25")), day("2026-12-25"));
        assert_eq!(nowhere.working_day(day("2026-12-26")), day("2026-12-28"));
    }

    #[test]
    fn a_day_ends_when_it_does_there() {
        let ends = |place: Place<'_>, on: &str| place.end_of(day(on)).to_string();
        assert_eq!(ends(BERLIN, "2026-01-05"), "2026-01-05T22:59:59.999Z");
        assert_eq!(ends(BERLIN, "2026-07-06"), "2026-07-06T21:59:59.999Z");
        // The nights on which clocks are changed.
        assert_eq!(ends(BERLIN, "2026-03-28"), "2026-03-28T22:59:59.999Z");
        assert_eq!(ends(BERLIN, "2026-03-29"), "2026-03-29T21:59:59.999Z");
        assert_eq!(ends(BERLIN, "2026-10-25"), "2026-10-25T22:59:59.999Z");
        // Here they are put forward at midnight: the next day begins at one.
        let beirut = Place {
            zone: Tz::Asia__Beirut,
            country: None,
        };
        assert_eq!(ends(beirut, "2026-03-28"), "2026-03-28T21:59:59.999Z");
        let at = "2026-03-28T22:30:00Z".parse().unwrap();
        assert_eq!(beirut.day(at), day("2026-03-29"));
    }

    fn any_day() -> impl Strategy<Value = NaiveDate> {
        (2020..2090_i32, 1..=366_u32)
            .prop_filter_map("a day", |(year, n)| NaiveDate::from_yo_opt(year, n))
    }

    fn any_place() -> impl Strategy<Value = Place<'static>> {
        let countries = vec!["AT", "BE", "BG", "DE", "FR", "GB", "IE", "NL", "US", "ZZ"];
        let zones = [
            Tz::UTC,
            Tz::Europe__Berlin,
            Tz::Europe__Sofia,
            Tz::America__Los_Angeles,
            Tz::Asia__Beirut,
            Tz::Pacific__Apia,
        ];
        (
            proptest::sample::select(countries),
            proptest::sample::select(zones.to_vec()),
        )
            .prop_map(|(country, zone)| Place {
                zone,
                country: Some(country),
            })
    }

    proptest! {
        /// As Regulation 1182/71 Art. 3 has it, whatever the day: the same number of the month, or the month's last.
        #[test]
        fn a_term_of_months_ends_in_that_month(from in any_day(), count in 0..24_u32) {
            let until = BERLIN.after(from, months(count));
            let number = |day: NaiveDate| i64::from(day.year()) * 12 + i64::from(day.month0());
            prop_assert_eq!(number(until), number(from) + i64::from(count));
            let is_last = until.succ_opt().unwrap().month() != until.month();
            prop_assert!(until.day() == from.day() || (is_last && until.day() < from.day()));
        }

        #[test]
        fn a_term_of_working_days_has_so_many(place in any_place(), from in any_day(), count in 1..30_u32) {
            let until = place.after(from, business_days(count));
            let within = from.iter_days().skip(1).take_while(|day| *day <= until);
            let worked = within.filter(|day| !place.is_free(*day)).count();
            prop_assert_eq!(worked, usize::try_from(count).unwrap());
            prop_assert!(!place.is_free(until));
        }

        #[test]
        fn a_last_day_that_is_free_makes_way_for_the_next_that_is_not(place in any_place(), on in any_day()) {
            let worked = place.working_day(on);
            prop_assert!(worked >= on && !place.is_free(worked));
            prop_assert!(on.iter_days().take_while(|day| *day < worked).all(|day| place.is_free(day)));
            // Christmas and a weekend are the longest there is.
            prop_assert!((worked - on).num_days() <= 6);
        }

        #[test]
        fn the_last_instant_of_a_day_is_on_it_and_the_next_is_not(place in any_place(), on in any_day()) {
            let end = place.end_of(on);
            prop_assert_eq!(place.day(end), on);
            prop_assert!(place.day(end.saturating_add(Duration::from_millis(1))) > on);
        }
    }
}
