//! What is reported of requests: counts, medians and means (11 CCR 7102).

use std::collections::BTreeMap;

use entity::enums::{OptOutScope, Regime, RequestStatus as S, RequestType};

/// So many items stand here, and were answered within so many whole days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::requests) struct Counted {
    /// What was asked for.
    pub(in crate::requests) kind: RequestType,
    /// Of what, where it was an opt-out.
    pub(in crate::requests) scope: Option<OptOutScope>,
    /// By whose clock.
    pub(in crate::requests) regime: Regime,
    /// Where they stand.
    pub(in crate::requests) status: S,
    /// Within how many whole days they were answered; nothing, where they were not.
    pub(in crate::requests) days: Option<i64>,
    /// How many.
    pub(in crate::requests) number: i64,
}

/// What is reported of one kind of request under one regime.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Metric {
    /// What was asked for.
    pub(crate) kind: RequestType,
    /// Of what, where it was an opt-out.
    pub(crate) scope: Option<OptOutScope>,
    /// By whose clock.
    pub(crate) regime: Regime,
    /// How many came in.
    pub(crate) received: i64,
    /// How many of them stand in which state.
    pub(crate) by_status: BTreeMap<S, i64>,
    /// How many were answered.
    pub(crate) answered: i64,
    /// The median of whole days to the answer.
    pub(crate) median_days: Option<f64>,
    /// The mean of whole days to the answer.
    pub(crate) mean_days: Option<f64>,
}

impl Metric {
    /// How many stand in one of some states.
    pub(crate) fn standing(&self, states: &[S]) -> i64 {
        let of = |state: &S| self.by_status.get(state).copied().unwrap_or_default();
        states.iter().map(of).sum()
    }
}

/// What is reported, in the order of types, scopes and regimes.
pub(in crate::requests) fn report(rows: &[Counted]) -> Vec<Metric> {
    let mut groups: BTreeMap<_, Vec<Counted>> = BTreeMap::new();
    for row in rows {
        let group = (row.kind, row.scope, row.regime);
        groups.entry(group).or_default().push(*row);
    }
    let metric = |((kind, scope, regime), rows): ((_, _, _), Vec<Counted>)| {
        let mut by_status: BTreeMap<S, i64> = BTreeMap::new();
        let mut days: BTreeMap<i64, i64> = BTreeMap::new();
        for row in &rows {
            *by_status.entry(row.status).or_default() += row.number;
            if let Some(taken) = row.days {
                *days.entry(taken).or_default() += row.number;
            }
        }
        Metric {
            kind,
            scope,
            regime,
            received: by_status.values().sum(),
            by_status,
            answered: days.values().sum(),
            median_days: median(&days),
            mean_days: mean(&days),
        }
    };
    groups.into_iter().map(metric).collect()
}

/// The value in the middle; between two, halfway.
fn median(days: &BTreeMap<i64, i64>) -> Option<f64> {
    let all: i64 = days.values().sum();
    let at = |place: i64| {
        let mut seen = 0;
        days.iter().find_map(|(value, number)| {
            seen += number;
            (place < seen).then_some(*value)
        })
    };
    let (below, above) = (at((all - 1) / 2)?, at(all / 2)?);
    Some(half(below + above))
}

fn mean(days: &BTreeMap<i64, i64>) -> Option<f64> {
    let all: i64 = days.values().sum();
    let sum: i64 = days.iter().map(|(value, number)| value * number).sum();
    (all > 0).then(|| tenths(sum, all))
}

/// A half of a whole number.
fn half(number: i64) -> f64 {
    tenths(number, 2)
}

/// A quotient, rounded to tenths: more would claim to know more than whole days tell.
fn tenths(sum: i64, parts: i64) -> f64 {
    let tenths = (sum * 20 + parts) / (parts * 2);
    let tenths = i32::try_from(tenths).unwrap_or(i32::MAX);
    f64::from(tenths) / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(of: &[(i64, i64)]) -> BTreeMap<i64, i64> {
        of.iter().copied().collect()
    }

    #[test]
    fn medians_and_means() {
        for (given, expected) in [
            (&[][..], (None, None)),
            (&[(3, 1)][..], (Some(3.0), Some(3.0))),
            (&[(1, 1), (2, 1)][..], (Some(1.5), Some(1.5))),
            (&[(0, 2), (10, 1)][..], (Some(0.0), Some(3.3))),
            (
                &[(1, 1), (5, 1), (30, 1), (31, 1)][..],
                (Some(17.5), Some(16.8)),
            ),
            (&[(45, 1_000_000)][..], (Some(45.0), Some(45.0))),
        ] {
            let given = days(given);
            assert_eq!((median(&given), mean(&given)), expected, "{given:?}");
        }
    }

    #[test]
    fn what_is_open_counts_as_received_and_not_as_answered() {
        let row = |status, days, number| Counted {
            kind: RequestType::Deletion,
            scope: None,
            regime: Regime::Ccpa,
            status,
            days,
            number,
        };
        let rows = [
            row(S::Fulfilled, Some(3), 2),
            row(S::Denied, Some(40), 1),
            row(S::InProgress, None, 4),
        ];
        let [metric] = report(&rows).try_into().unwrap();
        assert_eq!((metric.received, metric.answered), (7, 3));
        assert_eq!(metric.median_days, Some(3.0));
        assert_eq!(metric.standing(&[S::Fulfilled, S::Denied]), 3);
        assert_eq!(metric.standing(&[S::Withdrawn]), 0);
    }
}
