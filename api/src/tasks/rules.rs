//! What there is to do for what is asked, when it is tried again, and what a report must say.

use std::time::Duration;

use entity::enums::{
    Protection, RequestType, RetentionGround, TaskKind, TaskSkipReason, TaskStatus,
};

/// A task that failed so often is not tried again of itself.
const MOST_FAILURES: i32 = 24;
const FIRST_PAUSE: Duration = Duration::from_mins(1);
const LONGEST_PAUSE: Duration = Duration::from_hours(6);
/// Clocks of instances differ: a lease lapses so much later.
pub(super) const GRACE: Duration = Duration::from_secs(30);

/// What each system has to do for what is asked; nothing, where people answer it.
pub(super) const fn kind_for(asked: RequestType) -> Option<TaskKind> {
    match asked {
        RequestType::Access | RequestType::Portability => Some(TaskKind::Export),
        RequestType::Deletion => Some(TaskKind::Erase),
        RequestType::Correction => Some(TaskKind::Correct),
        RequestType::Restriction => Some(TaskKind::Restrict),
        RequestType::Objection | RequestType::OptOut | RequestType::ConsentWithdrawal => {
            Some(TaskKind::Stop)
        }
        RequestType::AccountingOfDisclosures
        | RequestType::Complaint
        | RequestType::Appeal
        | RequestType::HumanReview
        | RequestType::PolicyInquiry => None,
    }
}

/// What is done so cannot be undone, and what it was done to is gone.
pub(super) const DESTROYING: [TaskKind; 3] =
    [TaskKind::Erase, TaskKind::Anonymize, TaskKind::Pseudonymize];

/// Whether something is gone where a task of this kind was done.
pub(super) fn destroys(kind: TaskKind) -> bool {
    DESTROYING.contains(&kind)
}

/// Kinds of tasks by which something may be gone: a person who looks at something may say that it goes.
pub(super) const GUARDED: [TaskKind; 4] = [
    TaskKind::Erase,
    TaskKind::Anonymize,
    TaskKind::Pseudonymize,
    TaskKind::Review,
];

/// Whether something may be gone where a task of this kind was done.
pub(super) fn is_guarded(kind: TaskKind) -> bool {
    GUARDED.contains(&kind)
}

/// What kept the data of a task that was reported as done: what was once so is not undone by another report, and a hold
/// weighs more than a rule.
pub(super) fn despite(before: Option<Protection>, hold: bool, rule: bool) -> Option<Protection> {
    let now = match (hold, rule) {
        (true, _) => Some(Protection::Hold),
        (false, true) => Some(Protection::RetentionRule),
        (false, false) => None,
    };
    match (before, now) {
        (Some(Protection::Hold), _) | (_, None) => before,
        _ => now,
    }
}

/// Whether nothing is missing where a task was skipped for this reason.
pub(super) const fn is_nothing_missing(reason: Option<TaskSkipReason>) -> bool {
    matches!(
        reason,
        Some(TaskSkipReason::NoData | TaskSkipReason::NotApplicable)
    )
}

/// How long to wait before another attempt, after so many failures; nothing, where it is not tried again.
pub(super) fn pause_after(failures: i32) -> Option<Duration> {
    if failures >= MOST_FAILURES {
        return None;
    }
    let doublings = u32::try_from(failures.saturating_sub(1)).unwrap_or_default();
    let pause = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(doublings));
    Some(pause.min(LONGEST_PAUSE))
}

/// Whether a task waits to be done, or is being done.
pub(super) const fn is_open(status: TaskStatus) -> bool {
    matches!(status, TaskStatus::Pending | TaskStatus::Claimed)
}

/// What keeps a report of the end of a task from being taken: the field, and why.
pub(super) fn check_end(
    kind: TaskKind,
    outcome: TaskStatus,
    report: Said,
) -> Result<(), (&'static str, &'static str)> {
    match outcome {
        TaskStatus::Done | TaskStatus::Retained | TaskStatus::Skipped => {}
        _ => return Err(("outcome", "must be DONE, RETAINED or SKIPPED")),
    }
    if outcome == TaskStatus::Retained && !destroys(kind) && kind != TaskKind::Review {
        return Err((
            "outcome",
            "can be RETAINED only where something was to be erased or reviewed",
        ));
    }
    if (outcome == TaskStatus::Retained) != report.retains {
        return Err((
            "retained",
            "says what is kept: with RETAINED, and only there",
        ));
    }
    if (outcome == TaskStatus::Skipped) != report.explains {
        return Err((
            "skipReason",
            "says why it was skipped: with SKIPPED, and only there",
        ));
    }
    if kind == TaskKind::Export && outcome == TaskStatus::Done && !report.attaches {
        return Err(("outcome", "can be DONE when what was exported was uploaded"));
    }
    Ok(())
}

/// What a report of the end of a task says.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Said {
    /// That something is kept.
    pub(super) retains: bool,
    /// Why.
    pub(super) explains: bool,
    /// That something was uploaded.
    pub(super) attaches: bool,
}

/// What must be said of a ground on which something is kept: the field that is missing.
pub(super) const fn missing_of(
    ground: RetentionGround,
    has_until: bool,
    has_source: bool,
) -> Option<&'static str> {
    match ground {
        RetentionGround::StatutoryRetention if !has_until => Some("until"),
        RetentionGround::StatutoryRetention if !has_source => Some("source"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_six_hours_and_then_it_is_over() {
        let minutes: Vec<_> = (1..MOST_FAILURES)
            .map(|failures| pause_after(failures).unwrap().as_secs() / 60)
            .collect();
        let (first, rest) = minutes.split_at(9);
        assert_eq!(first, [1, 2, 4, 8, 16, 32, 64, 128, 256]);
        assert!(rest.iter().all(|minutes| *minutes == 360));
        assert_eq!(pause_after(MOST_FAILURES), None);
        assert_eq!(pause_after(i32::MAX), None);
    }

    #[test]
    fn every_end_says_what_it_must() {
        use TaskKind::{Anonymize, Correct, Erase, Export, Pseudonymize, Restrict, Review};
        use TaskStatus::{Claimed, Done, Failed, Pending, Retained, Skipped};
        let nothing = Said::default();
        let retains = Said {
            retains: true,
            ..nothing
        };
        let explains = Said {
            explains: true,
            ..nothing
        };
        let attaches = Said {
            attaches: true,
            ..nothing
        };
        for (kind, outcome, said, field) in [
            (Erase, Done, nothing, None),
            (Erase, Done, retains, Some("retained")),
            (Erase, Retained, retains, None),
            (Erase, Retained, nothing, Some("retained")),
            (Correct, Retained, retains, Some("outcome")),
            (Export, Retained, retains, Some("outcome")),
            (Anonymize, Retained, retains, None),
            (Pseudonymize, Retained, retains, None),
            (Review, Retained, retains, None),
            (Restrict, Retained, retains, Some("outcome")),
            (Export, Done, nothing, Some("outcome")),
            (Export, Done, attaches, None),
            (Export, Skipped, explains, None),
            (Erase, Skipped, nothing, Some("skipReason")),
            (Erase, Done, explains, Some("skipReason")),
            (Erase, Pending, nothing, Some("outcome")),
            (Erase, Claimed, nothing, Some("outcome")),
            (Erase, Failed, explains, Some("outcome")),
        ] {
            let problem = check_end(kind, outcome, said).err();
            assert_eq!(problem.map(|(field, _)| field), field, "{kind} {outcome}");
        }
    }

    #[test]
    fn a_statute_is_named_with_its_end() {
        use RetentionGround::{OpenChargeback, StatutoryRetention};
        assert_eq!(missing_of(StatutoryRetention, false, true), Some("until"));
        assert_eq!(missing_of(StatutoryRetention, true, false), Some("source"));
        assert_eq!(missing_of(StatutoryRetention, true, true), None);
        assert_eq!(missing_of(OpenChargeback, false, false), None);
    }
}
