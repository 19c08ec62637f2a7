//! How clocks of incidents follow from what is known.

use entity::id::{ControllerId, DataKeyId, EventId, IncidentId, IncidentNotificationId};
use uuid::Uuid;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn incident() -> incident::Model {
    incident::Model {
        controller_id: ControllerId::from_uuid(Uuid::nil()),
        id: IncidentId::from_uuid(Uuid::nil()),
        status: Status::Confirmed,
        status_at: Timestamp::MIN,
        kinds: "CONFIDENTIALITY".to_owned(),
        cause: None,
        risk: RiskLevel::Unknown,
        significant: false,
        confidential: false,
        disclosure_id: None,
        systems: String::new(),
        categories: String::new(),
        began_at: None,
        ended_at: None,
        detected_at: None,
        aware_at: Some(at("2026-01-28T03:00:00Z")),
        recorded_at: Timestamp::MIN,
        frozen_at: None,
        closed_at: None,
        next_due_at: None,
        persons: None,
        records: None,
        key_id: DataKeyId::from_uuid(Uuid::nil()),
        title: Vec::new(),
        description: None,
        consequences: None,
        measures: None,
        last_reason: None,
        integration_id: None,
        version: 1,
        event_id: EventId::from_uuid(Uuid::nil()),
    }
}

fn said(
    (target, phase): (Target, Phase),
    status: NotificationStatus,
    when: &str,
) -> incident_notification::Model {
    incident_notification::Model {
        controller_id: ControllerId::from_uuid(Uuid::nil()),
        id: IncidentNotificationId::from_uuid(Uuid::nil()),
        incident_id: IncidentId::from_uuid(Uuid::nil()),
        // Each law has an authority of its own.
        regime: (target == Target::Authority).then_some(Regime::Gdpr),
        target,
        phase,
        status,
        at: at(when),
        recorded_at: at(when),
        channel: None,
        system: None,
        planning: false,
        withdrawn_at: None,
        unreached: None,
        plannings: 0,
        key_id: DataKeyId::from_uuid(Uuid::nil()),
        text: None,
        reference: None,
        reason: None,
        integration_id: None,
        event_id: EventId::from_uuid(Uuid::nil()),
    }
}

const NOW: &str = "2026-02-10T00:00:00Z";

/// The clocks, as regime, target, phase, end and state.
fn shown(
    incident: &incident::Model,
    notifications: &[incident_notification::Model],
    affected: Affected,
) -> Vec<String> {
    let known = Known {
        incident,
        notifications,
        regimes: &[Regime::Gdpr],
        affected,
    };
    let clocks = clocks(known, Vec::new(), at(NOW));
    let line = |clock: &incident_clock::Model| {
        let due = clock.due_at.map_or("-".to_owned(), |due| due.to_string());
        let state = state(clock, at(NOW));
        format!(
            "{} {} {} {due} {state}",
            clock.regime, clock.target, clock.phase
        )
    };
    clocks.iter().map(line).collect()
}

const SUBJECTS: Affected = Affected {
    subjects: Some(Timestamp::MIN),
    controllers: None,
};
const HOSTED: Affected = Affected {
    subjects: None,
    controllers: Some(Timestamp::MIN),
};

#[test]
fn the_risk_says_who_is_told() {
    let authority = "GDPR AUTHORITY INITIAL 2026-01-31T03:00:00.000Z OVERDUE";
    let persons = "GDPR SUBJECT INITIAL - RUNNING";
    for (risk, expected) in [
        (RiskLevel::Unknown, vec![authority]),
        (RiskLevel::NoRisk, vec![]),
        (RiskLevel::Risk, vec![authority]),
        (RiskLevel::HighRisk, vec![authority, persons]),
    ] {
        let incident = incident::Model { risk, ..incident() };
        assert_eq!(shown(&incident, &[], SUBJECTS), expected, "{risk}");
        let hosted = shown(&incident, &[], HOSTED);
        assert_eq!(hosted, ["GDPR CONTROLLER INITIAL - RUNNING"], "{risk}");
    }
    for status in Status::ALL
        .iter()
        .copied()
        .filter(|status| !happened(*status))
    {
        let incident = incident::Model {
            status,
            ..incident()
        };
        assert_eq!(shown(&incident, &[], SUBJECTS), [""; 0], "{status}");
    }
}

#[test]
fn a_significant_one_ends_a_month_after_what_was_submitted() {
    let incident = incident::Model {
        significant: true,
        kinds: String::new(),
        ..incident()
    };
    let first = "NIS2 CSIRT INITIAL 2026-01-29T03:00:00.000Z";
    let second = "NIS2 CSIRT FOLLOW_UP 2026-01-31T03:00:00.000Z";
    let none = shown(&incident, &[], SUBJECTS);
    assert_eq!(
        none,
        [format!("{first} OVERDUE"), format!("{second} OVERDUE")]
    );
    let csirt = |phase, when| said((Target::Csirt, phase), NotificationStatus::Completed, when);
    let told = [
        csirt(Phase::Initial, "2026-01-28T20:00:00Z"),
        csirt(Phase::FollowUp, "2026-01-31T03:00:01Z"),
        csirt(Phase::FollowUp, "2026-02-05T00:00:00Z"),
    ];
    assert_eq!(
        shown(&incident, &told, SUBJECTS),
        [
            format!("{first} MET"),
            format!("{second} MET_LATE"),
            "NIS2 CSIRT FINAL 2026-02-28T03:00:01.000Z RUNNING".to_owned(),
        ],
        "a month that is too short ends on its last day"
    );
}

#[test]
fn a_word_that_it_is_not_needed_counts_until_another_is_said() {
    let place = (Target::Authority, Phase::Initial);
    let mut all = vec![said(
        place,
        NotificationStatus::NotNeeded,
        "2026-01-29T00:00:00Z",
    )];
    let state = |all: &[_]| {
        let shown = shown(&incident(), all, SUBJECTS);
        shown[0].split(' ').next_back().unwrap().to_owned()
    };
    assert_eq!(state(&all), "STOPPED");
    all.push(said(
        place,
        NotificationStatus::Planned,
        "2026-01-30T00:00:00Z",
    ));
    assert_eq!(state(&all), "OVERDUE");
    all.push(said(
        place,
        NotificationStatus::Completed,
        "2026-01-31T03:00:00Z",
    ));
    assert_eq!(state(&all), "MET");
}

#[test]
fn what_failed_after_all_was_not_said() {
    let place = (Target::Authority, Phase::Initial);
    let mut all = Vec::new();
    for (status, when, expected) in [
        (NotificationStatus::Completed, "2026-01-29T00:00:00Z", "MET"),
        (
            NotificationStatus::Failed,
            "2026-01-29T01:00:00Z",
            "OVERDUE",
        ),
        (
            NotificationStatus::Completed,
            "2026-02-01T00:00:00Z",
            "MET_LATE",
        ),
        (
            NotificationStatus::Completed,
            "2026-02-02T00:00:00Z",
            "MET_LATE",
        ),
    ] {
        all.push(said(place, status, when));
        let shown = shown(&incident(), &all, SUBJECTS);
        assert!(shown[0].ends_with(expected), "{shown:?}");
    }
}

#[test]
fn what_was_said_to_no_authority_in_particular_was_said_to_none() {
    let mut word = said(
        (Target::Authority, Phase::Initial),
        NotificationStatus::Completed,
        "2026-01-29T00:00:00Z",
    );
    word.regime = None;
    let shown = shown(&incident(), &[word], SUBJECTS);
    assert!(shown[0].ends_with("OVERDUE"), "{shown:?}");
}

#[test]
fn customers_are_told_once_all_of_them_are_known() {
    let high = incident::Model {
        risk: RiskLevel::HighRisk,
        ..incident()
    };
    let place = (Target::Subject, Phase::Initial);
    let told = [said(
        place,
        NotificationStatus::Completed,
        "2026-01-30T00:00:00Z",
    )];
    for (known, expected) in [
        ("2026-01-30T00:00:00Z", "MET"),
        ("2026-01-30T00:00:01Z", "RUNNING"),
    ] {
        let affected = Affected {
            subjects: Some(at(known)),
            controllers: None,
        };
        let shown = shown(&high, &told, affected);
        assert!(shown[1].ends_with(expected), "{shown:?}");
    }
}

#[test]
fn a_clock_that_runs_is_loosened_with_a_reason_only() {
    let run = |incident: &incident::Model, said: &[_], before: &[incident_clock::Model]| {
        let known = Known {
            incident,
            notifications: said,
            regimes: &[Regime::Gdpr],
            affected: SUBJECTS,
        };
        clocks(known, before.to_vec(), at(NOW))
    };
    let told = [said(
        (Target::Authority, Phase::Initial),
        NotificationStatus::Completed,
        "2026-01-30T00:00:00Z",
    )];
    let aware = |when: &str| incident::Model {
        aware_at: Some(at(when)),
        ..incident()
    };
    let no_risk = incident::Model {
        risk: RiskLevel::NoRisk,
        ..incident()
    };
    let runs_now = run(&incident(), &[], &[]);
    let met = run(&incident(), &told, &[]);
    for (before, after, needs) in [
        (&[][..], runs_now.clone(), false),
        (&runs_now[..], runs_now.clone(), false),
        (&runs_now[..], run(&no_risk, &[], &runs_now), true),
        (
            &runs_now[..],
            run(&aware("2026-01-28T04:00:00Z"), &[], &runs_now),
            true,
        ),
        (
            &runs_now[..],
            run(&aware("2026-01-28T02:00:00Z"), &[], &runs_now),
            false,
        ),
        (&runs_now[..], met.clone(), false),
        (
            &met[..],
            run(&aware("2026-01-27T00:00:00Z"), &told, &met),
            false,
        ),
        (
            &met[..],
            run(&aware("2026-01-26T00:00:00Z"), &told, &met),
            true,
        ),
        (&met[..], run(&no_risk, &told, &met), false),
    ] {
        assert_eq!(
            loosened(before, &after, at(NOW)).is_some(),
            needs,
            "{after:?}"
        );
    }
}

#[test]
fn clocks_that_are_not_owed_any_more_stop_and_go_on() {
    let run = |incident: &incident::Model, before| {
        let known = Known {
            incident,
            notifications: &[],
            regimes: &[Regime::Gdpr],
            affected: SUBJECTS,
        };
        clocks(known, before, at(NOW))
    };
    let first = run(&incident(), Vec::new());
    let nothing = incident::Model {
        status: Status::FalseAlarm,
        ..incident()
    };
    let stopped = run(&nothing, first.clone());
    assert_eq!(stopped[0].stopped_at, Some(at(NOW)));
    assert!(!runs(&stopped[0]));
    assert_eq!(run(&incident(), stopped), first);
}

#[test]
fn the_law_is_that_of_the_house_and_of_those_who_live_elsewhere() {
    use Regime::{Gdpr, UkGdpr};
    let countries = |list: &[&str]| list.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
    for (house, live, expected) in [
        (Some("BG"), vec![], vec![Gdpr]),
        (Some("GB-SCT"), vec!["DE"], vec![Gdpr, UkGdpr]),
        (Some("US"), vec!["US"], vec![]),
        (None, vec!["US"], vec![]),
        (Some("US"), vec![], vec![]),
        (Some("US"), vec!["GB"], vec![UkGdpr]),
        (None, vec![], vec![Gdpr]),
    ] {
        assert_eq!(regimes(house, &countries(&live)), expected, "{house:?}");
    }
}

#[test]
fn every_state_can_be_left_and_none_leads_to_itself() {
    for status in Status::ALL.iter().copied() {
        let steps = steps_from(status);
        assert!(!steps.is_empty() && !steps.contains(&status), "{status}");
        assert_eq!(
            is_over(status) && happened(status),
            status == Status::Closed,
            "{status}"
        );
    }
}
