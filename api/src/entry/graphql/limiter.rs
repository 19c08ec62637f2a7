//! The allowance of each integration, in cost points.

use std::num::NonZeroU32;
use std::time::Duration;

use entity::id::IntegrationId;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};

use crate::error::{Error, Result};
use crate::platform::config::Limits;

/// Counts what integrations spend. All tokens of one share its allowance.
pub(super) struct Limiter {
    buckets: DefaultKeyedRateLimiter<IntegrationId>,
    clock: DefaultClock,
}

impl Limiter {
    /// A limiter with the configured allowance.
    pub(super) fn new(limits: &Limits) -> Self {
        let points = |points: u64| {
            NonZeroU32::new(u32::try_from(points).unwrap_or(u32::MAX)).unwrap_or(NonZeroU32::MIN)
        };
        let quota = Quota::per_second(points(limits.points_per_second))
            .allow_burst(points(limits.burst_points));
        Self {
            buckets: DefaultKeyedRateLimiter::keyed(quota),
            clock: DefaultClock::default(),
        }
    }

    /// Spends points.
    ///
    /// # Errors
    /// [`Error::RateLimited`] when there are not enough left, with the time after which there will be.
    pub(super) fn spend(&self, integration: IntegrationId, cost: u64) -> Result<()> {
        let cost = u32::try_from(cost).unwrap_or(u32::MAX);
        let Some(cost) = NonZeroU32::new(cost) else {
            return Ok(());
        };
        let wait = match self.buckets.check_key_n(&integration, cost) {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(not_until)) => not_until.wait_time_from(self.clock.now()),
            // More than a whole allowance; the configuration keeps queries below it.
            Err(_insufficient) => Duration::from_mins(1),
        };
        Err(Error::RateLimited {
            retry_after_seconds: wait.as_secs() + 1,
        })
    }
}
