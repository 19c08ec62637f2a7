//! Decisions about requests: which state follows which, which regimes apply, when what is due.

pub(super) mod calendar;
pub(super) mod clock;
mod holidays;
pub(super) mod metrics;
pub(super) mod notices;
pub(super) mod regimes;
pub(super) mod states;
pub(super) mod verification;

pub(super) use holidays::are_known as holidays_are_known;
