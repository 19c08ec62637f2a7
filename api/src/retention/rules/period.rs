//! Until when data is kept: periods of the calendar, and which days they reach back to.

use std::fmt;
use std::str::FromStr;

use entity::date::Date;
use entity::retention_rule;
use entity::time::Timestamp;

/// The longest period, in years.
const MOST_YEARS: u32 = 100;

/// A length in months and days: months first, as people count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Period {
    months: u32,
    days: u32,
}

/// A text is no period that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoPeriod;

impl fmt::Display for NoPeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "must be an ISO 8601 duration of years, months, weeks and days, such as P8Y, P18M or P30D, of 100 years at the \
             most",
        )
    }
}

impl FromStr for Period {
    type Err = NoPeriod;

    fn from_str(text: &str) -> Result<Self, NoPeriod> {
        let mut rest = text.strip_prefix('P').ok_or(NoPeriod)?;
        let mut parts = [0_u32; 4];
        let mut next = 0;
        while !rest.is_empty() {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (number, after) = rest.split_at_checked(digits).ok_or(NoPeriod)?;
            let mut letters = after.chars();
            let unit = letters.next().ok_or(NoPeriod)?;
            let place = "YMWD".find(unit).ok_or(NoPeriod)?;
            let part = parts.get_mut(place).filter(|_| place >= next);
            *part.ok_or(NoPeriod)? = number.parse().map_err(|_not_a_number| NoPeriod)?;
            next = place + 1;
            rest = letters.as_str();
        }
        let [years, months, weeks, days] = parts;
        let months = years
            .checked_mul(12)
            .and_then(|all| all.checked_add(months));
        let days = weeks.checked_mul(7).and_then(|all| all.checked_add(days));
        let (months, days) = months.zip(days).ok_or(NoPeriod)?;
        let fits = months <= MOST_YEARS * 12 && days <= MOST_YEARS * 366;
        // A period of no days is one: what is due at once is due when the day is over.
        (fits && next > 0)
            .then_some(Self { months, days })
            .ok_or(NoPeriod)
    }
}

/// The one spelling: years, months and days.
impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (years, months) = (self.months / 12, self.months % 12);
        f.write_str("P")?;
        for (number, unit) in [(years, 'Y'), (months, 'M'), (self.days, 'D')] {
            if number > 0 || unit == 'D' && self.months == 0 {
                write!(f, "{number}{unit}")?;
            }
        }
        Ok(())
    }
}

/// How a rule counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Count {
    /// How long.
    pub(crate) period: Period,
    /// Whether from the end of the calendar year.
    pub(crate) from_year_end: bool,
}

impl Count {
    /// As a rule counts that is on record.
    pub(crate) fn of(rule: &retention_rule::Model) -> Option<Self> {
        Some(Self {
            period: rule.period.parse().ok()?,
            from_year_end: rule.from_year_end,
        })
    }

    /// The last day on which something is kept that counts from an instant. Days are those of UTC; the day itself does not
    /// count (Reg. (EEC) 1182/71 Art. 3(1)). None, where that lies beyond every day.
    pub(crate) fn last_day(self, from: Timestamp) -> Option<Date> {
        self.after(Date::of(from))
    }

    fn after(self, day: Date) -> Option<Date> {
        let day = if self.from_year_end {
            day.year_end()
        } else {
            day
        };
        day.plus(self.period.months, self.period.days)
    }

    /// What happened before this instant is due on a day: its last day is over.
    pub(crate) fn due_before(self, today: Date) -> Timestamp {
        // The last day never comes earlier for a later day, so that halving finds the first that is not over.
        let (mut first, mut past) = (0, today.number());
        while first < past {
            let middle = first + (past - first) / 2;
            let day = Date::from_number(middle);
            let over = day
                .and_then(|day| self.after(day))
                .is_some_and(|last| last < today);
            if over {
                first = middle + 1;
            } else {
                past = middle;
            }
        }
        // The first instant of the first day that is not over.
        let before = first.checked_sub(1).and_then(Date::from_number);
        before.map_or(Timestamp::MIN, Date::end)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn count(period: &str, from_year_end: bool) -> Count {
        let period = period.parse().unwrap();
        Count {
            period,
            from_year_end,
        }
    }

    fn last(count: Count, from: &str) -> String {
        count.last_day(from.parse().unwrap()).unwrap().to_string()
    }

    #[test]
    fn periods_have_one_spelling() {
        for (text, spelling) in [
            ("P8Y", "P8Y"),
            ("P18M", "P1Y6M"),
            ("P2W", "P14D"),
            ("P1Y2M3W4D", "P1Y2M25D"),
            ("P0D", "P0D"),
            ("P030D", "P30D"),
            ("P100Y", "P100Y"),
        ] {
            let period: Period = text.parse().unwrap();
            assert_eq!(period.to_string(), spelling);
            assert_eq!(spelling.parse(), Ok(period));
        }
        for bad in [
            "",
            "P",
            "8Y",
            "P8",
            "PY",
            "P1D1Y",
            "P1Y1Y",
            "PT1H",
            "P1.5Y",
            "P-1D",
            "p1d",
            "P101Y",
            "P1Y ",
            "P99999999999D",
            "P4294967295Y",
            "P\u{661}D",
        ] {
            assert_eq!(bad.parse::<Period>(), Err(NoPeriod), "{bad}");
        }
    }

    #[test]
    fn german_invoices_are_kept_until_a_year_ends() {
        // Section 147(3) and (4) AO: eight years, from the end of the calendar year.
        let invoices = count("P8Y", true);
        assert_eq!(last(invoices, "2026-03-05T09:00:00Z"), "2034-12-31");
        assert_eq!(last(invoices, "2026-12-31T23:59:59Z"), "2034-12-31");
        let due = |day: &str| invoices.due_before(day.parse().unwrap()).to_string();
        assert_eq!(due("2034-12-31"), "2026-01-01T00:00:00.000Z");
        assert_eq!(due("2035-01-01"), "2027-01-01T00:00:00.000Z");
    }

    #[test]
    fn thirty_days_are_over_when_the_thirtieth_is() {
        let logs = count("P30D", false);
        assert_eq!(last(logs, "2026-11-01T22:00:00Z"), "2026-12-01");
        let due = |day: &str| logs.due_before(day.parse().unwrap()).to_string();
        assert_eq!(due("2026-12-01"), "2026-11-01T00:00:00.000Z");
        assert_eq!(due("2026-12-02"), "2026-11-02T00:00:00.000Z");
        assert_eq!(due("1970-01-05"), "1970-01-01T00:00:00.000Z");
    }

    proptest! {
        #[test]
        fn what_is_due_is_what_has_its_last_day_behind_it(
            months in 0..300_u32,
            days in 0..1_000_u32,
            from_year_end: bool,
            at in 0_i64..2_500_000_000_000,
            today in 0_i64..40_000,
        ) {
            let count = Count { period: Period { months, days }, from_year_end };
            let (at, today) = (Timestamp::from_millis(at), Date::from_number(today).unwrap());
            let over = count.last_day(at).is_some_and(|last| last < today);
            prop_assert_eq!(at < count.due_before(today), over);
        }
    }
}
