//! Use cases over tasks: planning, handing out, reporting, reading, files.

mod claim;
mod end;
mod files;
mod held;
mod item;
mod plan;
mod read;
mod report;
mod retain;
mod tell;

pub(crate) use claim::{Claimed, claim, heartbeat};
pub(crate) use files::{Download, NewFile, Upload, expire_uploads};
pub(crate) use item::{Pace, Standing, follow, retry, retry_alone, standing, withdraw_codes};
pub(crate) use plan::{NewTask, destroys, holding, kind_for, plan};
pub(crate) use read::{
    Attachment, Evidence, Kept, Retention, Task, TaskFilter, attachments, by_ids, count, guarded,
    kept_of, list, of_items, place_of, retentions, standings,
};
pub(crate) use report::{
    Completion, Failure, Held, NewRetention, Postponement, complete, fail, postpone,
};
pub(crate) use retain::retain;
pub(crate) use tell::tell;
