//! A clock: how long something may take, how it is paused and extended, where it stands.

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
    /// For how many days it stood still.
    pub(in crate::requests) paused_days: u32,
}

impl Counting {
    /// As a term begins.
    pub(in crate::requests) fn of(term: &Term, since: Timestamp) -> Self {
        Self {
            since,
            length: term.length,
            rolls: term.rolls,
            paused_days: 0,
        }
    }

    /// The last day.
    fn last_day(&self, place: Place<'_>) -> NaiveDate {
        let last = place.after(place.day(self.since), self.length);
        let paused = Length {
            count: self.paused_days,
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

/// For how many days a clock stood still that was paused and goes on now: by the days of the place.
pub(in crate::requests) fn days_paused(
    place: Place<'_>,
    paused: Timestamp,
    resumed: Timestamp,
) -> u32 {
    let days = (place.day(resumed) - place.day(paused)).num_days();
    u32::try_from(days).unwrap_or_default()
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
    use entity::enums::{ClockDuty, Regime, RequestType};

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
        let terms = terms(&[regime], of);
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
    fn a_pause_moves_the_last_day_by_the_days_it_lasted() {
        let term = answer(Regime::Gdpr, RequestType::Access);
        let paused = days_paused(
            SOFIA,
            at("2026-06-15T08:00:00Z"),
            at("2026-06-20T07:00:00Z"),
        );
        assert_eq!(paused, 5);
        let counting = Counting {
            paused_days: paused,
            ..Counting::of(&term, at("2026-06-10T09:00:00Z"))
        };
        assert_eq!(SOFIA.day(counting.due(SOFIA)).to_string(), "2026-07-15");
        let same_day = days_paused(
            SOFIA,
            at("2026-06-15T08:00:00Z"),
            at("2026-06-15T18:00:00Z"),
        );
        assert_eq!(same_day, 0);
        let back = days_paused(
            SOFIA,
            at("2026-06-20T08:00:00Z"),
            at("2026-06-15T18:00:00Z"),
        );
        assert_eq!(back, 0, "a clock that jumps takes nothing away");
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
