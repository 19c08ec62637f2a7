//! A clock: how long something may take, how it is paused and extended, where it stands.

use std::time::Duration;

use chrono::NaiveDate;
use entity::enums::{ClockState, TermUnit};
use entity::time::Timestamp;

use super::calendar::{Length, Place};
use super::regimes::Term;

/// What a clock is counted by. It is kept with the clock: a rule that changes later changes nothing that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::requests) struct Counting {
    /// Since when.
    pub(in crate::requests) since: Timestamp,
    /// How long.
    pub(in crate::requests) length: Length,
    /// Whether a last day on which nobody works makes way for the next one.
    pub(in crate::requests) rolls: bool,
    /// For how long it stood still.
    pub(in crate::requests) paused: Duration,
}

impl Counting {
    /// As a term begins.
    pub(in crate::requests) fn of(term: &Term, since: Timestamp) -> Self {
        Self {
            since,
            length: term.length,
            rolls: term.rolls,
            paused: Duration::ZERO,
        }
    }

    /// The last day.
    fn last_day(&self, place: Place<'_>) -> NaiveDate {
        let last = place.after(place.day(self.since), self.length);
        let paused = Length {
            count: whole_days(self.paused),
            unit: TermUnit::Days,
        };
        let last = place.after(last, paused);
        if self.rolls {
            place.working_day(last)
        } else {
            last
        }
    }

    /// The last instant in time.
    pub(in crate::requests) fn due(&self, place: Place<'_>) -> Timestamp {
        place.end_of(self.last_day(place))
    }
}

/// Whole days: minutes around midnight are none.
pub(in crate::requests) fn whole_days(time: Duration) -> u32 {
    const DAY: u64 = 24 * 60 * 60;
    u32::try_from(time.as_secs() / DAY).unwrap_or(u32::MAX)
}

/// What is known of a clock, to say where it stands.
#[derive(Debug, Clone, Copy)]
pub(in crate::requests) struct Known {
    /// When it runs out.
    pub(in crate::requests) due: Timestamp,
    /// Since when it stands still.
    pub(in crate::requests) paused: Option<Timestamp>,
    /// When that happened what it is for.
    pub(in crate::requests) met: Option<Timestamp>,
    /// When that was not owed any more.
    pub(in crate::requests) stopped: Option<Timestamp>,
}

impl Known {
    /// Where it stands.
    pub(in crate::requests) fn state(&self, now: Timestamp) -> ClockState {
        match self {
            Self { met: Some(met), .. } if *met <= self.due => ClockState::Met,
            Self { met: Some(_), .. } => ClockState::MetLate,
            Self {
                stopped: Some(_), ..
            } => ClockState::Stopped,
            Self {
                paused: Some(_), ..
            } => ClockState::Paused,
            _ if self.due < now => ClockState::Overdue,
            _ => ClockState::Running,
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;
    use entity::enums::{ClockDuty, OptOutScope, Regime, RequestType};

    use super::super::regimes::terms;
    use super::*;

    const SOFIA: Place<'static> = Place {
        zone: Tz::Europe__Sofia,
        country: Some("BG"),
    };
    const CALIFORNIA: Place<'static> = Place {
        zone: Tz::America__Los_Angeles,
        country: Some("US"),
    };

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn answer(regime: Regime, of: RequestType) -> Term {
        let scope = (of == RequestType::OptOut).then_some(OptOutScope::SaleOrSharing);
        let terms = terms(&[regime], of, scope, &[]);
        let mut answers = terms
            .into_iter()
            .filter(|term| term.duty == ClockDuty::Answer);
        answers.next().unwrap()
    }

    fn due(regime: Regime, of: RequestType, place: Place<'_>, since: &str) -> String {
        let counting = Counting::of(&answer(regime, of), at(since));
        place.day(counting.due(place)).to_string()
    }

    #[test]
    fn an_answer_is_due_when_the_law_says() {
        use RequestType::{Access, Deletion, OptOut};
        let gdpr = |since| due(Regime::Gdpr, Access, SOFIA, since);
        assert_eq!(gdpr("2026-06-10T09:00:00Z"), "2026-07-10");
        // Late in the evening it is the next day there.
        assert_eq!(
            gdpr("2026-06-10T21:30:00Z"),
            "2026-07-13",
            "11 July is a Saturday"
        );
        assert_eq!(
            gdpr("2026-01-31T09:00:00Z"),
            "2026-03-02",
            "28 February is a Saturday"
        );
        assert_eq!(
            gdpr("2026-02-03T09:00:00Z"),
            "2026-03-04",
            "3 March is a holiday"
        );
        assert_eq!(
            gdpr("2026-03-10T09:00:00Z"),
            "2026-04-14",
            "Good Friday to Easter Monday"
        );
        let ccpa = |of, since| due(Regime::Ccpa, of, CALIFORNIA, since);
        assert_eq!(ccpa(Deletion, "2026-11-01T18:00:00Z"), "2026-12-16");
        assert_eq!(
            ccpa(Deletion, "2026-11-02T06:00:00Z"),
            "2026-12-16",
            "still the first there"
        );
        assert_eq!(
            ccpa(OptOut, "2026-11-20T18:00:00Z"),
            "2026-12-14",
            "without Thanksgiving"
        );
    }

    #[test]
    fn an_extension_counts_from_the_same_day() {
        let term = answer(Regime::Gdpr, RequestType::Access);
        let extended = Counting {
            length: term.extends_to.unwrap(),
            ..Counting::of(&term, at("2026-01-31T09:00:00Z"))
        };
        assert_eq!(SOFIA.day(extended.due(SOFIA)).to_string(), "2026-04-30");
        let term = answer(Regime::Ccpa, RequestType::Deletion);
        let extended = Counting {
            length: term.extends_to.unwrap(),
            ..Counting::of(&term, at("2026-11-01T18:00:00Z"))
        };
        assert_eq!(
            CALIFORNIA.day(extended.due(CALIFORNIA)).to_string(),
            "2027-01-30"
        );
    }

    #[test]
    fn a_pause_moves_the_last_day_by_the_whole_days_it_lasted() {
        let term = answer(Regime::Gdpr, RequestType::Access);
        let due = |hours: u64| {
            let counting = Counting {
                paused: Duration::from_hours(hours),
                ..Counting::of(&term, at("2026-06-10T09:00:00Z"))
            };
            SOFIA.day(counting.due(SOFIA)).to_string()
        };
        assert_eq!(due(0), "2026-07-10");
        assert_eq!(due(23), "2026-07-10");
        assert_eq!(due(5 * 24), "2026-07-15");
        assert_eq!(due(5 * 24 + 23), "2026-07-15");
        // The eleventh is a Saturday.
        assert_eq!(due(24), "2026-07-13");
    }

    #[test]
    fn a_clock_says_where_it_stands() {
        let known = Known {
            due: at("2026-07-10T20:59:59.999Z"),
            paused: None,
            met: None,
            stopped: None,
        };
        let (before, after) = (at("2026-07-10T20:59:59.999Z"), at("2026-07-10T21:00:00Z"));
        assert_eq!(known.state(before), ClockState::Running);
        assert_eq!(known.state(after), ClockState::Overdue);
        let paused = Known {
            paused: Some(before),
            ..known
        };
        assert_eq!(paused.state(after), ClockState::Paused);
        for (met, state) in [(before, ClockState::Met), (after, ClockState::MetLate)] {
            let met = Known {
                met: Some(met),
                ..paused
            };
            assert_eq!(met.state(after), state);
        }
        let stopped = Known {
            stopped: Some(before),
            ..known
        };
        assert_eq!(stopped.state(after), ClockState::Stopped);
    }
}
