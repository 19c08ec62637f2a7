//! Who holds a task.

use entity::enums::{ErrorCode, TaskStatus};
use entity::id::LeaseId;
use entity::task;

use crate::context::Ctx;
use crate::error::Error;

/// Whether the caller holds a task under this lease. One that has lapsed counts while nobody else has taken the task.
pub(super) fn check_held(ctx: &Ctx, row: &task::Model, lease: LeaseId) -> bool {
    row.status == TaskStatus::Claimed && was_held(ctx, row, lease)
}

/// Whether the caller held a task under this lease last.
pub(super) fn was_held(ctx: &Ctx, row: &task::Model, lease: LeaseId) -> bool {
    row.lease == Some(lease) && row.leased_to == ctx.actor.integration
}

/// What is answered to whoever does not hold a task.
pub(super) fn lost() -> Error {
    Error::Refused {
        code: ErrorCode::LeaseLost,
        reason: LOST.to_owned(),
    }
}

/// Why.
pub(super) const LOST: &str =
    "the task is not held under this lease: it has ended, or was handed out again";
