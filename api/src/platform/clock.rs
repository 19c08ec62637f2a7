//! The only clock. Use cases ask it through their context, so that a test can set the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use entity::time::Timestamp;

/// Where the time comes from.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The system's clock.
    #[default]
    System,
    /// A clock that stands still until it is set; milliseconds since the Unix epoch.
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `at` until it is moved.
    pub fn standing_at(at: Timestamp) -> Self {
        Self::Set(Arc::new(AtomicI64::new(at.as_millis())))
    }

    /// The present instant, in milliseconds precision.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the clock"
    )]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => Timestamp::from(chrono::Utc::now()),
            Self::Set(millis) => Timestamp::from_millis(millis.load(Ordering::SeqCst)),
        }
    }

    /// Moves a standing clock; the system's clock stays as it is.
    pub fn set(&self, at: Timestamp) {
        if let Self::Set(millis) = self {
            millis.store(at.as_millis(), Ordering::SeqCst);
        }
    }
}
