//! When clocks that are on record run out, and how they go on.

use std::time::Duration;

use entity::request_clock;
use entity::time::Timestamp;

use crate::requests::rules::calendar::{Length, Place};
use crate::requests::rules::clock::{Counting, Known, whole_days};

/// What is known of a clock, to say where it stands.
pub(super) fn known(clock: &request_clock::Model) -> Known {
    Known {
        due: clock.due_at,
        paused: clock.paused_at,
        met: clock.met_at,
        stopped: clock.stopped_at,
    }
}

fn place(clock: &request_clock::Model) -> Place<'_> {
    Place {
        zone: clock.zone.parse().unwrap_or(chrono_tz::Tz::UTC),
        country: clock.country.as_deref(),
    }
}

fn length(count: i32, unit: entity::enums::TermUnit) -> Length {
    Length {
        count: u32::try_from(count).unwrap_or_default(),
        unit,
    }
}

/// For how long a clock stood still.
pub(super) fn paused(clock: &request_clock::Model) -> Duration {
    Duration::from_millis(u64::try_from(clock.paused_ms).unwrap_or_default())
}

/// When a clock runs out that may take so long.
fn due(clock: &request_clock::Model, length: Length) -> Timestamp {
    let counting = Counting {
        since: clock.since,
        length,
        rolls: clock.rolls,
        paused: paused(clock),
    };
    counting.due(place(clock))
}

/// The last instant to which a clock can be extended; nothing where its rule gives no extension.
pub(super) fn longest(clock: &request_clock::Model) -> Option<Timestamp> {
    let most = length(clock.extended_length?, clock.extended_unit?);
    Some(due(clock, most))
}

/// A clock that stands still, as it goes on at an instant.
pub(super) fn resumed(clock: &request_clock::Model, at: Timestamp) -> request_clock::Model {
    let Some(since) = clock.paused_at else {
        return clock.clone();
    };
    let still = paused(clock).saturating_add(at.duration_since(since));
    let mut resumed = request_clock::Model {
        paused_at: None,
        paused_ms: i64::try_from(still.as_millis()).unwrap_or(i64::MAX),
        resumed_at: Some(at.max(since)),
        ..clock.clone()
    };
    resumed.due_at = match (clock.extended_at, longest(&resumed)) {
        // It was extended: by as many days more, as far as the rule goes.
        (Some(_), Some(most)) => {
            let place = place(clock);
            let days = Length {
                count: whole_days(still).saturating_sub(whole_days(paused(clock))),
                unit: entity::enums::TermUnit::Days,
            };
            let last = place.after(place.day(clock.due_at), days);
            place.end_of(last).min(most).max(clock.due_at)
        }
        _ => due(&resumed, length(clock.length, clock.unit)),
    };
    resumed
}
