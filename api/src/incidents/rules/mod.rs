//! How incidents move on, and by when who is to be told: data, each with its source.

use std::time::Duration;

use chrono::{DateTime, Months, Utc};
use entity::enums::{
    ClockState, IncidentRegime as Regime, IncidentStatus as Status, NotificationPhase as Phase,
    NotificationStatus, NotificationTarget as Target, RiskLevel,
};
use entity::time::Timestamp;
use entity::{incident, incident_clock, incident_notification};

use crate::platform::place;

/// The states that an incident can go to from one.
pub(super) const fn steps_from(status: Status) -> &'static [Status] {
    match status {
        Status::Suspected => &[Status::Confirmed, Status::NearMiss, Status::FalseAlarm],
        Status::Confirmed => &[Status::Contained, Status::NearMiss, Status::FalseAlarm],
        Status::Contained => &[Status::Mitigated, Status::Confirmed],
        Status::Mitigated => &[Status::Closed, Status::Confirmed],
        Status::Closed | Status::NearMiss | Status::FalseAlarm => &[Status::Confirmed],
    }
}

/// Whether it turned out that nothing happened: nobody is told any more.
pub(super) const fn is_nothing(status: Status) -> bool {
    matches!(status, Status::NearMiss | Status::FalseAlarm)
}

/// Whether it is over.
pub(super) const fn is_over(status: Status) -> bool {
    matches!(status, Status::Closed) || is_nothing(status)
}

/// Whether it happened.
pub(super) const fn happened(status: Status) -> bool {
    !is_nothing(status) && !matches!(status, Status::Suspected)
}

/// When somebody is to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Applies {
    /// Unless it is unlikely to result in a risk.
    UnlessNoRisk,
    /// Where the risk is high.
    HighRisk,
    /// Where customers are affected who are controllers of what they host.
    Controllers,
    /// Where it is significant.
    Significant,
}

/// How long it may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Term {
    /// Without undue delay.
    WithoutDelay,
    /// So many hours after the controller became aware of it.
    Hours(u64),
    /// So many months after what is known more was submitted to the same.
    MonthsAfterFollowUp(u32),
}

/// What a law wants.
#[derive(Debug, Clone, Copy)]
struct Duty {
    regime: Regime,
    target: Target,
    phase: Phase,
    applies: Applies,
    term: Term,
    source: &'static str,
}

const fn initial(regime: Regime, target: Target, applies: Applies, term: Term) -> Duty {
    Duty {
        regime,
        target,
        phase: Phase::Initial,
        applies,
        term,
        source: "",
    }
}

const DUTIES: &[Duty] = &[
    Duty {
        source: "GDPR Art. 33(1)",
        ..initial(
            Regime::Gdpr,
            Target::Authority,
            Applies::UnlessNoRisk,
            Term::Hours(72),
        )
    },
    Duty {
        source: "GDPR Art. 34(1)",
        ..initial(
            Regime::Gdpr,
            Target::Subject,
            Applies::HighRisk,
            Term::WithoutDelay,
        )
    },
    Duty {
        source: "GDPR Art. 33(2)",
        ..initial(
            Regime::Gdpr,
            Target::Controller,
            Applies::Controllers,
            Term::WithoutDelay,
        )
    },
    Duty {
        source: "UK GDPR Art. 33(1)",
        ..initial(
            Regime::UkGdpr,
            Target::Authority,
            Applies::UnlessNoRisk,
            Term::Hours(72),
        )
    },
    Duty {
        source: "UK GDPR Art. 34(1)",
        ..initial(
            Regime::UkGdpr,
            Target::Subject,
            Applies::HighRisk,
            Term::WithoutDelay,
        )
    },
    Duty {
        source: "UK GDPR Art. 33(2)",
        ..initial(
            Regime::UkGdpr,
            Target::Controller,
            Applies::Controllers,
            Term::WithoutDelay,
        )
    },
    Duty {
        source: "Directive (EU) 2022/2555 Art. 23(4)(a)",
        ..initial(
            Regime::Nis2,
            Target::Csirt,
            Applies::Significant,
            Term::Hours(24),
        )
    },
    Duty {
        phase: Phase::FollowUp,
        source: "Directive (EU) 2022/2555 Art. 23(4)(b)",
        ..initial(
            Regime::Nis2,
            Target::Csirt,
            Applies::Significant,
            Term::Hours(72),
        )
    },
    Duty {
        phase: Phase::Final,
        source: "Directive (EU) 2022/2555 Art. 23(4)(d)",
        ..initial(
            Regime::Nis2,
            Target::Csirt,
            Applies::Significant,
            Term::MonthsAfterFollowUp(1),
        )
    },
];

/// The data protection laws that apply: that of where the controller is established, and those of where the affected live
/// (Art. 3(1) and (2)); where nothing is known of either, that of the European Union.
pub(super) fn regimes(establishment: Option<&str>, countries: &[String]) -> Vec<Regime> {
    let places = establishment
        .into_iter()
        .chain(countries.iter().map(String::as_str));
    let mut regimes: Vec<_> = places.filter_map(regime_of).collect();
    if establishment.is_none() && countries.is_empty() {
        regimes.push(Regime::Gdpr);
    }
    regimes.sort_unstable();
    regimes.dedup();
    regimes
}

fn regime_of(place: &str) -> Option<Regime> {
    match place::country_of(place) {
        "GB" => Some(Regime::UkGdpr),
        country if place::is_in_eea(country) => Some(Regime::Gdpr),
        _ => None,
    }
}

/// What the clocks of an incident follow from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    /// The incident.
    pub(super) incident: &'a incident::Model,
    /// What was said of its notifications, in the order in which it was recorded.
    pub(super) notifications: &'a [incident_notification::Model],
    /// The data protection laws that apply.
    pub(super) regimes: &'a [Regime],
    /// As whom customers are affected.
    pub(super) affected: Affected,
}

/// As whom customers are affected by an incident: since when the last of them is known to be.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Affected {
    /// As persons whose data the controller has for itself.
    pub(super) subjects: Option<Timestamp>,
    /// As controllers of what they host.
    pub(super) controllers: Option<Timestamp>,
}

/// The clocks of an incident as they are from now on: those before that are not owed any more are stopped, unless they were
/// met.
pub(super) fn clocks(
    known: Known<'_>,
    before: Vec<incident_clock::Model>,
    now: Timestamp,
) -> Vec<incident_clock::Model> {
    let mut clocks = before;
    for duty in DUTIES {
        let place = |clock: &incident_clock::Model| {
            (clock.regime, clock.target, clock.phase) == (duty.regime, duty.target, duty.phase)
        };
        let n = clocks.iter().position(place);
        let clock = match (known.wanted(duty), n.and_then(|n| clocks.get_mut(n))) {
            (None, None) => continue,
            (None, Some(clock)) => {
                if clock.met_at.is_none() {
                    clock.stopped_at = clock.stopped_at.or(Some(now));
                }
                continue;
            }
            (Some((since, due_at)), Some(clock)) => {
                (clock.since, clock.due_at) = (since, due_at);
                clock
            }
            (Some((since, due_at)), None) => {
                let incident = known.incident;
                clocks.push(incident_clock::Model {
                    controller_id: incident.controller_id,
                    incident_id: incident.id,
                    regime: duty.regime,
                    target: duty.target,
                    phase: duty.phase,
                    since,
                    due_at,
                    met_at: None,
                    stopped_at: None,
                    source: duty.source.to_owned(),
                });
                let Some(clock) = clocks.last_mut() else {
                    continue;
                };
                clock
            }
        };
        clock.met_at = known.told(duty);
        clock.stopped_at = match clock.met_at {
            Some(_) => None,
            None => known.waived(duty),
        };
    }
    clocks
}

impl Known<'_> {
    /// From when on somebody is to be told, and until when.
    fn wanted(&self, duty: &Duty) -> Option<(Timestamp, Option<Timestamp>)> {
        let incident = self.incident;
        let aware = incident.aware_at.filter(|_| happened(incident.status))?;
        let subjects = self.affected.subjects.is_some();
        let controllers = self.affected.controllers.is_some();
        // What it means for the persons in what customers host, these customers judge: they tell their authority.
        let ours = subjects || !controllers;
        let applies = match duty.applies {
            Applies::UnlessNoRisk => ours && incident.risk != RiskLevel::NoRisk,
            Applies::HighRisk => ours && incident.risk == RiskLevel::HighRisk,
            Applies::Controllers => controllers,
            Applies::Significant => incident.significant,
        };
        // Where no personal data was breached, only the security of systems is at stake.
        let breached = !incident.kinds.is_empty() && self.regimes.contains(&duty.regime);
        if !(applies && (breached || duty.regime == Regime::Nis2)) {
            return None;
        }
        match duty.term {
            Term::WithoutDelay => Some((aware, None)),
            Term::Hours(hours) => {
                let due = aware.saturating_add(Duration::from_hours(hours));
                Some((aware, Some(due)))
            }
            Term::MonthsAfterFollowUp(months) => {
                let followed_up = self.told(&Duty {
                    phase: Phase::FollowUp,
                    ..*duty
                })?;
                Some((followed_up, Some(months_after(followed_up, months))))
            }
        }
    }

    /// What was said of what a law wants.
    fn said(&self, duty: &Duty) -> impl DoubleEndedIterator<Item = &incident_notification::Model> {
        let Duty {
            regime,
            target,
            phase,
            ..
        } = *duty;
        self.notifications.iter().filter(move |said| {
            // Each law has an authority of its own: what was said to one without saying which, was said to none.
            let settles = settles(said.status) && target == Target::Authority;
            let all = said.regime.is_none() && !settles;
            let meant = all || said.regime == Some(regime);
            meant && (said.target, said.phase) == (target, phase)
        })
    }

    /// When they were told first: after it failed the last time, and of customers, after the last of them was known to be
    /// affected.
    fn told(&self, duty: &Duty) -> Option<Timestamp> {
        let all_known = match duty.target {
            Target::Subject => self.affected.subjects,
            Target::Controller => self.affected.controllers,
            _ => None,
        };
        let mut told = None;
        for said in self.said(duty) {
            match said.status {
                NotificationStatus::Failed => told = None,
                NotificationStatus::Completed
                    if all_known.is_none_or(|since| since <= said.recorded_at) =>
                {
                    told = Some(told.map_or(said.at, |first: Timestamp| first.min(said.at)));
                }
                _ => {}
            }
        }
        told
    }

    /// Since when they need not be told: as was said last.
    fn waived(&self, duty: &Duty) -> Option<Timestamp> {
        let last = self.said(duty).next_back();
        last.filter(|said| said.status == NotificationStatus::NotNeeded)
            .map(|said| said.at)
    }
}

fn months_after(at: Timestamp, months: u32) -> Timestamp {
    let later = DateTime::<Utc>::from(at).checked_add_months(Months::new(months));
    later.map_or(Timestamp::MAX, Timestamp::from)
}

/// Where a clock stands.
pub(super) fn state(clock: &incident_clock::Model, now: Timestamp) -> ClockState {
    match (clock.met_at, clock.due_at) {
        (Some(met), Some(due)) if met > due => ClockState::MetLate,
        (Some(_), _) => ClockState::Met,
        _ if clock.stopped_at.is_some() => ClockState::Stopped,
        (None, Some(due)) if due < now => ClockState::Overdue,
        (None, _) => ClockState::Running,
    }
}

/// Whether nobody waits for a notification any more that stands so.
pub(super) const fn settles(status: NotificationStatus) -> bool {
    matches!(
        status,
        NotificationStatus::Completed | NotificationStatus::NotNeeded
    )
}

/// What needs a reason: that a clock which ran stops, that its end moves on, or that who was told was told late.
pub(super) fn loosened(
    before: &[incident_clock::Model],
    after: &[incident_clock::Model],
    now: Timestamp,
) -> Option<&'static str> {
    after.iter().find_map(|clock| {
        let place = |clock: &incident_clock::Model| (clock.regime, clock.target, clock.phase);
        let known = before.iter().find(|known| place(known) == place(clock));
        let is_late = |clock: &incident_clock::Model| state(clock, now) == ClockState::MetLate;
        if known.is_some_and(runs) && clock.stopped_at.is_some() {
            Some("must be said: a clock that runs stops by it")
        } else if known.is_some_and(|known| runs(known) && known.due_at < clock.due_at) {
            Some("must be said: the end of a clock that runs moves on by it")
        } else if is_late(clock) && !known.is_some_and(is_late) {
            Some("must be said: who was told was told late by it (GDPR Art. 33(1))")
        } else {
            None
        }
    })
}

/// Whether somebody is still to be told.
pub(super) const fn runs(clock: &incident_clock::Model) -> bool {
    clock.met_at.is_none() && clock.stopped_at.is_none()
}

/// When the first of some clocks that run runs out; where one is owed without undue delay, when that began.
pub(super) fn next_due(clocks: &[incident_clock::Model]) -> Option<Timestamp> {
    let running = clocks.iter().filter(|clock| runs(clock));
    running
        .map(|clock| clock.due_at.unwrap_or(clock.since))
        .min()
}

#[cfg(test)]
mod tests;
