//! What callers say of tasks.

use async_graphql::{ID, InputObject};
use entity::date::Date;
use entity::enums::{RetentionGround, TaskKind, TaskSkipReason, TaskStatus};
use entity::id::{IncidentNotificationId, LeaseId, RequestId, RetentionRuleId, TaskId};
use entity::time::Timestamp;

use crate::graphql::{OnBehalfOfInput, personal};
use crate::platform::personal::Personal;
use crate::tasks::service::{
    Completion, Evidence, Failure, Held, NewRetention, Postponement, TaskFilter,
};

/// Which tasks.
#[derive(Default, InputObject)]
pub(crate) struct TaskFilterInput {
    /// Of this system.
    system: Option<String>,
    /// About this request.
    request_id: Option<RequestId>,
    /// That this retention rule wants.
    retention_rule_id: Option<RetentionRuleId>,
    /// By which customers are told of an incident: that are a part of this notification.
    incident_notification_id: Option<IncidentNotificationId>,
    /// Reported as done, or not, although something kept the data: those with `despite`, or those without.
    despite_protection: Option<bool>,
    /// In one of these states.
    status_in: Option<Vec<TaskStatus>>,
    /// Of one of these kinds.
    kind_in: Option<Vec<TaskKind>>,
}

impl From<TaskFilterInput> for TaskFilter {
    fn from(input: TaskFilterInput) -> Self {
        Self {
            system: input.system,
            request: input.request_id,
            rule: input.retention_rule_id,
            notification: input.incident_notification_id,
            despite: input.despite_protection,
            statuses: input.status_in.unwrap_or_default(),
            kinds: input.kind_in.unwrap_or_default(),
            ..Self::default()
        }
    }
}

/// Which tasks are wanted.
#[derive(InputObject)]
pub(crate) struct ClaimTasksInput {
    /// Of which system: its name, as in external ids.
    pub(super) system: String,
    /// How many at the most: 1 to 100, 1 when absent.
    pub(super) limit: Option<i32>,
    /// For how many seconds: 30 to 3600, 300 when absent.
    pub(super) lease_seconds: Option<i32>,
    /// The person behind the integration.
    pub(super) on_behalf_of: Option<OnBehalfOfInput>,
}

/// Which task is kept for longer.
#[derive(InputObject)]
pub(crate) struct HeartbeatTaskInput {
    /// The task.
    pub(super) task_id: TaskId,
    /// The lease that it is held under.
    pub(super) lease: LeaseId,
    /// For how many seconds from now on: 30 to 3600, 300 when absent.
    pub(super) lease_seconds: Option<i32>,
    /// The person behind the integration.
    pub(super) on_behalf_of: Option<OnBehalfOfInput>,
}

/// What shows that a task was done.
#[derive(Default, InputObject)]
pub(crate) struct TaskEvidenceInput {
    /// What the other system answered, at most 20000 characters.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    remote_result: Option<Personal>,
    /// How it was asked, such as options of the call: at most 50, of at most 500 characters.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    flags: Option<Vec<Personal>>,
    /// What is left behind: at most 50, of at most 500 characters. What the system is known to leave behind is added.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    residuals: Option<Vec<Personal>>,
}

/// Something that is kept.
#[derive(InputObject)]
pub(crate) struct TaskRetentionInput {
    /// What: at most 500 characters.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    what: Personal,
    /// Why.
    ground: RetentionGround,
    /// The last day, not in the past: it is tried again after the first of these. Needed with `STATUTORY_RETENTION`.
    until: Option<Date>,
    /// Where that is written, such as a statute: at most 500 characters, nothing personal. Needed with
    /// `STATUTORY_RETENTION`.
    source: Option<String>,
}

/// The end of a task.
#[derive(InputObject)]
pub(crate) struct CompleteTaskInput {
    /// The task.
    task_id: TaskId,
    /// The lease that it is held under.
    lease: LeaseId,
    /// `DONE`, `RETAINED` where something was to be erased and is kept, or `SKIPPED`. An export is done when what was
    /// exported was uploaded under this lease.
    outcome: TaskStatus,
    /// What is kept: with `RETAINED`, at most 50.
    retained: Option<Vec<TaskRetentionInput>>,
    /// What shows that it was done.
    evidence: Option<TaskEvidenceInput>,
    /// Why it was skipped: with `SKIPPED`. Only `NO_DATA` and `NOT_APPLICABLE` leave nothing undone.
    skip_reason: Option<TaskSkipReason>,
    /// What is to be said about it, at most 2000 characters.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    note: Option<Personal>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Makes a repetition of this call have no further effect, at most 200 characters.
    pub(super) idempotency_key: Option<ID>,
}

impl CompleteTaskInput {
    /// The person behind the integration, what is held, and what is said.
    pub(super) fn split(self) -> (Option<OnBehalfOfInput>, Held, Completion) {
        let evidence = self.evidence.unwrap_or_default();
        let retained = self.retained.unwrap_or_default().into_iter();
        let said = Completion {
            outcome: self.outcome,
            retained: retained
                .map(|kept| NewRetention {
                    what: kept.what,
                    ground: kept.ground,
                    until: kept.until,
                    source: kept.source,
                })
                .collect(),
            evidence: Evidence {
                remote_result: evidence.remote_result,
                flags: evidence.flags.unwrap_or_default(),
                residuals: evidence.residuals.unwrap_or_default(),
            },
            skipped: self.skip_reason,
            note: self.note,
        };
        let held = Held {
            task: self.task_id,
            lease: self.lease,
        };
        (self.on_behalf_of, held, said)
    }
}

/// A failure.
#[derive(InputObject)]
pub(crate) struct FailTaskInput {
    /// The task.
    task_id: TaskId,
    /// The lease that it is held under.
    lease: LeaseId,
    /// What went wrong, at most 2000 characters.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    reason: Personal,
    /// Whether it is tried again of itself; yes, when absent.
    retry: Option<bool>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Makes a repetition of this call have no further effect, at most 200 characters.
    pub(super) idempotency_key: Option<ID>,
}

impl FailTaskInput {
    /// The person behind the integration, what is held, and what is said.
    pub(super) fn split(self) -> (Option<OnBehalfOfInput>, Held, Failure) {
        let held = Held {
            task: self.task_id,
            lease: self.lease,
        };
        let said = Failure {
            note: self.reason,
            again: self.retry.unwrap_or(true),
        };
        (self.on_behalf_of, held, said)
    }
}

/// A wait for something.
#[derive(InputObject)]
pub(crate) struct PostponeTaskInput {
    /// The task.
    task_id: TaskId,
    /// The lease that it is held under.
    lease: LeaseId,
    /// For what it waits.
    ground: RetentionGround,
    /// When it is handed out again, within 90 days; in a day, when absent. Where a hold or a block is in the way, it is when
    /// that is over.
    until: Option<Timestamp>,
    /// What is to be said about it, at most 2000 characters.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    note: Option<Personal>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Makes a repetition of this call have no further effect, at most 200 characters.
    pub(super) idempotency_key: Option<ID>,
}

impl PostponeTaskInput {
    /// The person behind the integration, what is held, and what is said.
    pub(super) fn split(self) -> (Option<OnBehalfOfInput>, Held, Postponement) {
        let held = Held {
            task: self.task_id,
            lease: self.lease,
        };
        let said = Postponement {
            ground: self.ground,
            until: self.until,
            note: self.note,
        };
        (self.on_behalf_of, held, said)
    }
}
