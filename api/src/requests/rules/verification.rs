//! How often it may be tried to make sure who asks, and how long it counts.

use std::time::Duration;

use entity::enums::VerificationVerdict;
use entity::time::Timestamp;

/// So many attempts may fail within a day: whoever guesses must not be able to go on.
const MOST_FAILURES: usize = 5;
const DAY: Duration = Duration::from_hours(24);
/// How long a verification counts when nothing is said, in days; and at the most.
const DAYS: u32 = 30;
const MOST_DAYS: u32 = 365;

/// Until when nothing more may be tried, after attempts at these instants with these verdicts.
pub(in crate::requests) fn locked_until(
    attempts: impl Iterator<Item = (Timestamp, VerificationVerdict)>,
    now: Timestamp,
) -> Option<Timestamp> {
    let failed = attempts.filter(|(_, verdict)| *verdict == VerificationVerdict::Failed);
    let mut recent: Vec<_> = failed.map(|(at, _)| at).collect();
    recent.retain(|at| now < at.saturating_add(DAY));
    let last = recent.iter().max().copied()?;
    (recent.len() >= MOST_FAILURES).then(|| last.saturating_add(DAY))
}

/// Until when a verification counts that was made at an instant; nothing for a longer time than any may count.
pub(in crate::requests) fn valid_until(at: Timestamp, days: Option<i32>) -> Option<Timestamp> {
    let days = u32::try_from(days.unwrap_or(i32::try_from(DAYS).unwrap_or_default())).ok()?;
    (1..=MOST_DAYS)
        .contains(&days)
        .then(|| at.saturating_add(DAY * days))
}

#[cfg(test)]
mod tests {
    use VerificationVerdict::{Failed, Passed};

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn five_failures_within_a_day_lock_for_a_day() {
        let failed = |hours: &[u32]| -> Vec<_> {
            let at = |hour: &u32| at(&format!("2026-06-10T{hour:02}:00:00Z"));
            hours.iter().map(|hour| (at(hour), Failed)).collect()
        };
        let now = at("2026-06-10T12:00:00Z");
        let locked = |attempts: Vec<_>, now| locked_until(attempts.into_iter(), now);
        assert_eq!(locked(failed(&[1, 2, 3, 4]), now), None);
        let until = Some(at("2026-06-11T05:00:00Z"));
        assert_eq!(locked(failed(&[1, 2, 3, 4, 5]), now), until);
        let mut mixed = failed(&[1, 2, 3, 4]);
        mixed.push((now, Passed));
        assert_eq!(locked(mixed, now), None);
        // The first of them is a day ago.
        let later = at("2026-06-11T01:00:00Z");
        assert_eq!(locked(failed(&[1, 2, 3, 4, 5]), later), None);
    }

    #[test]
    fn a_verification_counts_for_a_time() {
        let then = at("2026-06-10T12:00:00Z");
        assert_eq!(valid_until(then, None), Some(at("2026-07-10T12:00:00Z")));
        assert_eq!(valid_until(then, Some(1)), Some(at("2026-06-11T12:00:00Z")));
        for days in [0, -1, 366] {
            assert_eq!(valid_until(then, Some(days)), None);
        }
    }
}
