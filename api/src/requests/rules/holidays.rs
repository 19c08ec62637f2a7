//! Public holidays of the countries that are known here, by the rules that their laws give, for any year.
//!
//! Of other countries nothing is known but Saturdays and Sundays; a clock says so. Holidays of parts of a country
//! (German states, Spanish regions) and days that were proclaimed once are left out: they can make a term longer, never
//! shorter.

use chrono::{Datelike as _, Days, NaiveDate, Weekday};

/// How a holiday finds its day in a year.
#[derive(Debug, Clone, Copy)]
enum Rule {
    /// Month and day.
    On(u32, u32),
    /// Days after Easter Sunday of the western churches.
    Easter(i64),
    /// Days after Easter Sunday of the eastern churches.
    EasternEaster(i64),
    /// The n-th weekday of a month.
    Nth(u8, Weekday, u32),
    /// The last weekday of a month.
    Last(Weekday, u32),
    /// The Dutch King's Day: 27 April, the day before when that is a Sunday.
    KingsDay,
    /// The Irish St Brigid's Day: 1 February when that is a Friday, or else the first Monday.
    BrigidsDay,
}

/// What happens when a holiday falls on a Saturday or Sunday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weekend {
    /// Nothing.
    Lost,
    /// Saturday: the Friday before; Sunday: the Monday after.
    Nearest,
    /// The first working day after, for holidays on a date.
    Next,
}

struct Country {
    code: &'static str,
    weekend: Weekend,
    rules: &'static [Rule],
}

use Rule::{BrigidsDay, Easter, EasternEaster, KingsDay, Last, Nth, On};
use Weekday::{Fri, Mon, Thu};

/// The countries whose holidays are known.
const COUNTRIES: &[Country] = &[
    // Austria: Arbeitsruhegesetz § 7(2).
    Country {
        code: "AT",
        weekend: Weekend::Lost,
        rules: &[
            On(1, 1),
            On(1, 6),
            Easter(1),
            On(5, 1),
            Easter(39),
            Easter(50),
            Easter(60),
            On(8, 15),
            On(10, 26),
            On(11, 1),
            On(12, 8),
            On(12, 25),
            On(12, 26),
        ],
    },
    // Belgium: Royal Decree of 18 April 1974, Art. 1.
    Country {
        code: "BE",
        weekend: Weekend::Lost,
        rules: &[
            On(1, 1),
            Easter(1),
            On(5, 1),
            Easter(39),
            Easter(50),
            On(7, 21),
            On(8, 15),
            On(11, 1),
            On(11, 11),
            On(12, 25),
        ],
    },
    // Bulgaria: Labour Code Art. 154.
    Country {
        code: "BG",
        weekend: Weekend::Next,
        rules: &[
            On(1, 1),
            On(3, 3),
            EasternEaster(-2),
            EasternEaster(-1),
            EasternEaster(0),
            EasternEaster(1),
            On(5, 1),
            On(5, 6),
            On(5, 24),
            On(9, 6),
            On(9, 22),
            On(12, 24),
            On(12, 25),
            On(12, 26),
        ],
    },
    // Germany, in all states.
    Country {
        code: "DE",
        weekend: Weekend::Lost,
        rules: &[
            On(1, 1),
            Easter(-2),
            Easter(1),
            On(5, 1),
            Easter(39),
            Easter(50),
            On(10, 3),
            On(12, 25),
            On(12, 26),
        ],
    },
    // France: Code du travail L3133-1.
    Country {
        code: "FR",
        weekend: Weekend::Lost,
        rules: &[
            On(1, 1),
            Easter(1),
            On(5, 1),
            On(5, 8),
            Easter(39),
            Easter(50),
            On(7, 14),
            On(8, 15),
            On(11, 1),
            On(11, 11),
            On(12, 25),
        ],
    },
    // England and Wales: Banking and Financial Dealings Act 1971, and what is proclaimed every year under it.
    Country {
        code: "GB",
        weekend: Weekend::Next,
        rules: &[
            On(1, 1),
            Easter(-2),
            Easter(1),
            Nth(1, Mon, 5),
            Last(Mon, 5),
            Last(Mon, 8),
            On(12, 25),
            On(12, 26),
        ],
    },
    // Ireland: Organisation of Working Time Act 1997, second schedule.
    Country {
        code: "IE",
        weekend: Weekend::Next,
        rules: &[
            On(1, 1),
            BrigidsDay,
            On(3, 17),
            Easter(1),
            Nth(1, Mon, 5),
            Nth(1, Mon, 6),
            Nth(1, Mon, 8),
            Last(Mon, 10),
            On(12, 25),
            On(12, 26),
        ],
    },
    // Netherlands: Algemene termijnenwet Art. 3, which counts Good Friday.
    Country {
        code: "NL",
        weekend: Weekend::Lost,
        rules: &[
            On(1, 1),
            Easter(-2),
            Easter(1),
            KingsDay,
            On(5, 5),
            Easter(39),
            Easter(50),
            On(12, 25),
            On(12, 26),
        ],
    },
    // United States, federal: 5 USC 6103.
    Country {
        code: "US",
        weekend: Weekend::Nearest,
        rules: &[
            On(1, 1),
            Nth(3, Mon, 1),
            Nth(3, Mon, 2),
            Last(Mon, 5),
            On(6, 19),
            On(7, 4),
            Nth(1, Mon, 9),
            Nth(2, Mon, 10),
            On(11, 11),
            Nth(4, Thu, 11),
            On(12, 25),
        ],
    },
];

/// A country's holidays; nothing where they are not known.
fn country(code: &str) -> Option<&'static Country> {
    COUNTRIES.iter().find(|country| country.code == code)
}

/// Whether the holidays of a country, ISO 3166-1 alpha-2, are known.
pub(in crate::requests) fn are_known(code: &str) -> bool {
    country(code).is_some()
}

/// Whether a day is a public holiday in a country, or stands for one that fell on a weekend.
pub(super) fn is_holiday(day: NaiveDate, code: &str) -> bool {
    let Some(country) = country(code) else {
        return false;
    };
    // One that is moved may come from the year beside.
    let years = [day.year() - 1, day.year(), day.year() + 1];
    let dates = |moves: bool| -> Vec<NaiveDate> {
        let rules = country
            .rules
            .iter()
            .filter(|rule| !moves || is_date(**rule));
        let mut dates: Vec<_> = rules
            .flat_map(|rule| years.into_iter().filter_map(|year| date(*rule, year)))
            .collect();
        dates.sort_unstable();
        dates.dedup();
        dates
    };
    let all = dates(false);
    all.contains(&day) || moved(&dates(true), &all, country.weekend).contains(&day)
}

/// Whether a holiday is on a date: those that are on a day of the week are not moved.
const fn is_date(rule: Rule) -> bool {
    matches!(rule, On(..))
}

/// The days off in the place of holidays that fell on a weekend, in order, each of its own.
fn moved(dates: &[NaiveDate], holidays: &[NaiveDate], weekend: Weekend) -> Vec<NaiveDate> {
    let mut moved: Vec<NaiveDate> = Vec::new();
    for holiday in dates.iter().filter(|day| is_weekend(**day)) {
        match weekend {
            Weekend::Lost => {}
            Weekend::Nearest => moved.extend(match holiday.weekday() {
                Weekday::Sat => holiday.pred_opt(),
                _ => holiday.succ_opt(),
            }),
            Weekend::Next => {
                let free = |day: &NaiveDate| {
                    is_weekend(*day) || holidays.contains(day) || moved.contains(day)
                };
                moved.extend(holiday.iter_days().skip(1).find(|day| !free(day)));
            }
        }
    }
    moved
}

/// Whether a day is a Saturday or a Sunday.
pub(super) fn is_weekend(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

fn date(rule: Rule, year: i32) -> Option<NaiveDate> {
    let on = |month, day| NaiveDate::from_ymd_opt(year, month, day);
    match rule {
        On(month, day) => on(month, day),
        Easter(days) => shifted(western_easter(year)?, days),
        EasternEaster(days) => shifted(eastern_easter(year)?, days),
        Nth(n, weekday, month) => NaiveDate::from_weekday_of_month_opt(year, month, weekday, n),
        Last(weekday, month) => [5, 4]
            .into_iter()
            .find_map(|n| NaiveDate::from_weekday_of_month_opt(year, month, weekday, n)),
        KingsDay => {
            let day = on(4, 27)?;
            if day.weekday() == Weekday::Sun {
                return day.pred_opt();
            }
            Some(day)
        }
        BrigidsDay => {
            let first = on(2, 1)?;
            if first.weekday() == Fri {
                return Some(first);
            }
            NaiveDate::from_weekday_of_month_opt(year, 2, Mon, 1)
        }
    }
}

fn shifted(day: NaiveDate, days: i64) -> Option<NaiveDate> {
    let count = Days::new(days.unsigned_abs());
    if days < 0 {
        day.checked_sub_days(count)
    } else {
        day.checked_add_days(count)
    }
}

/// Easter Sunday by the Gregorian computus (anonymous algorithm, as in Meeus, Astronomical Algorithms).
fn western_easter(year: i32) -> Option<NaiveDate> {
    let (golden, century, of_century) = (year % 19, year / 100, year % 100);
    let moon = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - century / 4 - moon + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - epact - of_century % 4) % 7;
    let correction = (golden + 11 * epact + 22 * weekday) / 451;
    month_and_day(year, epact + weekday - 7 * correction + 114)
}

/// Easter Sunday by the Julian computus (Meeus), as a date of the Gregorian calendar.
fn eastern_easter(year: i32) -> Option<NaiveDate> {
    let moon = (19 * (year % 19) + 15) % 30;
    let weekday = (2 * (year % 4) + 4 * (year % 7) - moon + 34) % 7;
    // The calendars are this far apart, in days: 13 from 1900 to 2099.
    let apart = year / 100 - year / 400 - 2;
    shifted(month_and_day(year, moon + weekday + 114)?, apart.into())
}

/// Both algorithms give the month times 31, and the day less one.
fn month_and_day(year: i32, both: i32) -> Option<NaiveDate> {
    let month = u32::try_from(both / 31).ok()?;
    let day = u32::try_from(both % 31 + 1).ok()?;
    NaiveDate::from_ymd_opt(year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn holidays(code: &str, year: i32) -> Vec<String> {
        let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
        let days = first.iter_days().take_while(|day| day.year() == year);
        days.filter(|day| is_holiday(*day, code) && !is_weekend(*day))
            .map(|day| day.format("%m-%d").to_string())
            .collect()
    }

    #[test]
    fn easter_is_when_churches_keep_it() {
        for (year, west, east) in [
            (2024, "2024-03-31", "2024-05-05"),
            (2025, "2025-04-20", "2025-04-20"),
            (2026, "2026-04-05", "2026-04-12"),
            (2027, "2027-03-28", "2027-05-02"),
            (2038, "2038-04-25", "2038-04-25"),
        ] {
            assert_eq!(western_easter(year), Some(day(west)));
            assert_eq!(eastern_easter(year), Some(day(east)));
        }
    }

    /// As the governments publish them: gov.uk, opm.gov, and the laws named above.
    #[test]
    fn working_days_that_are_free_are_those_of_the_published_lists() {
        for (code, year, expected) in [
            (
                "GB",
                2026,
                "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
            ),
            (
                "GB",
                2021,
                "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28",
            ),
            (
                "US",
                2026,
                "01-01 01-19 02-16 05-25 06-19 07-03 09-07 10-12 11-11 11-26 12-25",
            ),
            (
                "US",
                2021,
                "01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31",
            ),
            ("DE", 2026, "01-01 04-03 04-06 05-01 05-14 05-25 12-25"),
            (
                "BG",
                2026,
                "01-01 03-03 04-10 04-13 05-01 05-06 05-25 09-07 09-22 12-24 12-25 12-28",
            ),
            (
                "IE",
                2026,
                "01-01 02-02 03-17 04-06 05-04 06-01 08-03 10-26 12-25 12-28",
            ),
            (
                "NL",
                2026,
                "01-01 04-03 04-06 04-27 05-05 05-14 05-25 12-25",
            ),
            (
                "FR",
                2026,
                "01-01 04-06 05-01 05-08 05-14 05-25 07-14 11-11 12-25",
            ),
        ] {
            let found = holidays(code, year).join(" ");
            assert_eq!(found, expected, "{code} {year}");
        }
    }

    #[test]
    fn of_other_countries_nothing_is_known() {
        assert!(!are_known("ZZ"));
        assert!(!is_holiday(day("2026-12-25"), "ZZ"));
        assert!(are_known("DE"));
    }
}
