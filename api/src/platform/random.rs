//! The only source of randomness and of ids.

use uuid::Uuid;

/// The operating system refused to give random bytes.
#[derive(Debug, thiserror::Error)]
#[error("no random bytes from the operating system")]
pub(crate) struct NoRandomness;

impl From<NoRandomness> for crate::error::Error {
    fn from(cause: NoRandomness) -> Self {
        Self::internal("drawing random bytes", cause)
    }
}

/// A new id: UUIDv7, so that ids sort by the time they were made, strictly so within one process.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that makes ids"
)]
pub(crate) fn id() -> Uuid {
    Uuid::now_v7()
}

/// Random bytes from the operating system.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that draws random bytes"
)]
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    match aws_lc_rs::rand::fill(&mut bytes) {
        Ok(()) => Ok(bytes),
        Err(aws_lc_rs::error::Unspecified) => Err(NoRandomness),
    }
}
