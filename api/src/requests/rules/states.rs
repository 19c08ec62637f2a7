//! Which state follows which, and what the states are to others.

use entity::enums::{RequestStatus, StatusStandard};

use RequestStatus as S;

/// What a state may be followed by.
pub(in crate::requests) const fn followers(of: S) -> &'static [S] {
    match of {
        S::Received => &[
            S::AwaitingVerification,
            S::InReview,
            S::Duplicate,
            S::Withdrawn,
        ],
        S::AwaitingVerification => &[S::InReview, S::Denied, S::Withdrawn, S::Expired],
        S::InReview => &[
            S::AwaitingInformation,
            S::Approved,
            S::Denied,
            S::Redirected,
            S::Withdrawn,
            S::OnHold,
        ],
        S::AwaitingInformation => &[S::InReview, S::Expired, S::Withdrawn],
        S::Approved => &[S::InProgress, S::Withdrawn],
        S::OnHold => &[S::InReview, S::InProgress],
        S::InProgress => &[S::Fulfilled, S::PartiallyFulfilled, S::Denied, S::OnHold],
        S::Fulfilled
        | S::PartiallyFulfilled
        | S::Denied
        | S::Redirected
        | S::Withdrawn
        | S::Expired
        | S::Duplicate => &[],
    }
}

/// Whether nothing follows a state.
pub(in crate::requests) const fn is_final(status: S) -> bool {
    followers(status).is_empty()
}

/// Whether a state is an answer to the person; the other ends are what the person did, or did not.
pub(in crate::requests) const fn is_answer(status: S) -> bool {
    matches!(
        status,
        S::Fulfilled | S::PartiallyFulfilled | S::Denied | S::Redirected
    )
}

/// Open states, the least advanced first.
pub(in crate::requests) const OPEN: [S; 7] = [
    S::Received,
    S::AwaitingVerification,
    S::InReview,
    S::AwaitingInformation,
    S::OnHold,
    S::Approved,
    S::InProgress,
];
/// Ends, from the one that says most of a request that ended in several ways.
const ENDS: [S; 5] = [
    S::Denied,
    S::Redirected,
    S::Withdrawn,
    S::Expired,
    S::Duplicate,
];

/// Where a request stands whose items stand here: with the least advanced of those that are open; if none is, partly
/// fulfilled where one was fulfilled and not all.
pub(in crate::requests) fn together(items: &[S]) -> S {
    if let Some(open) = OPEN.into_iter().find(|status| items.contains(status)) {
        return open;
    }
    let fulfilled = |status: &S| matches!(status, S::Fulfilled | S::PartiallyFulfilled);
    if items.iter().all(|status| *status == S::Fulfilled) {
        return S::Fulfilled;
    }
    if items.iter().any(fulfilled) {
        return S::PartiallyFulfilled;
    }
    let end = ENDS.into_iter().find(|status| items.contains(status));
    end.unwrap_or(S::Received)
}

/// What a state is called in a vocabulary of others.
pub(in crate::requests) const fn name_in(standard: StatusStandard, status: S) -> &'static str {
    match standard {
        StatusStandard::DataRightsProtocol => data_rights_protocol(status),
        StatusStandard::Dpv => dpv(status),
        StatusStandard::OpenDsr => open_dsr(status),
    }
}

const fn data_rights_protocol(status: S) -> &'static str {
    match status {
        S::Received => "open",
        S::AwaitingVerification => "in_progress/need_user_verification",
        S::InReview | S::AwaitingInformation | S::OnHold | S::Approved | S::InProgress => {
            "in_progress"
        }
        S::Fulfilled | S::PartiallyFulfilled => "fulfilled",
        S::Denied => "denied",
        S::Redirected => "denied/other",
        S::Duplicate => "denied/too_many_requests",
        S::Withdrawn => "revoked",
        S::Expired => "expired",
    }
}

const fn dpv(status: S) -> &'static str {
    match status {
        S::Received => "RequestInitiated",
        S::InReview => "RequestAcknowledged",
        S::AwaitingVerification | S::AwaitingInformation => "RequestRequiresAction",
        S::OnHold => "RequestActionDelayed",
        S::Approved | S::InProgress => "RequestAccepted",
        S::Fulfilled => "RequestFulfilled",
        S::PartiallyFulfilled | S::Withdrawn | S::Expired => "RequestUnfulfilled",
        S::Denied | S::Redirected | S::Duplicate => "RequestRejected",
    }
}

const fn open_dsr(status: S) -> &'static str {
    match status {
        S::Received | S::AwaitingVerification => "pending",
        S::InReview | S::AwaitingInformation | S::OnHold | S::Approved | S::InProgress => {
            "in_progress"
        }
        S::Fulfilled | S::PartiallyFulfilled => "completed",
        S::Denied | S::Redirected | S::Withdrawn | S::Expired | S::Duplicate => "cancelled",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_reached_and_every_open_one_has_an_end() {
        let mut reached = vec![S::Received];
        let mut place = 0;
        while let Some(status) = reached.get(place).copied() {
            for next in followers(status) {
                if !reached.contains(next) {
                    reached.push(*next);
                }
            }
            place += 1;
        }
        reached.sort_unstable();
        let mut all = S::ALL.to_vec();
        all.sort_unstable();
        assert_eq!(reached, all);
        for status in S::ALL {
            assert_eq!(is_final(*status), !OPEN.contains(status), "{status}");
        }
    }

    #[test]
    fn nothing_is_fulfilled_or_denied_without_having_been_looked_at() {
        for status in [
            S::Received,
            S::AwaitingVerification,
            S::InReview,
            S::Approved,
        ] {
            for end in [S::Fulfilled, S::PartiallyFulfilled] {
                assert!(!followers(status).contains(&end), "{status} {end}");
            }
        }
        assert!(!followers(S::AwaitingVerification).contains(&S::Approved));
        assert!(!followers(S::Received).contains(&S::Approved));
    }

    #[test]
    fn a_request_stands_where_its_items_do() {
        for (items, expected) in [
            (vec![S::Received], S::Received),
            (vec![S::Fulfilled, S::InReview], S::InReview),
            (vec![S::InProgress, S::Approved], S::Approved),
            (vec![S::Fulfilled, S::Fulfilled], S::Fulfilled),
            (vec![S::Fulfilled, S::Denied], S::PartiallyFulfilled),
            (vec![S::PartiallyFulfilled], S::PartiallyFulfilled),
            (vec![S::Denied, S::Withdrawn], S::Denied),
            (vec![S::Withdrawn, S::Duplicate], S::Withdrawn),
            (vec![S::Expired], S::Expired),
            (vec![S::Redirected], S::Redirected),
        ] {
            assert_eq!(together(&items), expected, "{items:?}");
        }
        for status in S::ALL {
            assert_eq!(together(&[*status]), *status);
        }
    }

    /// The names that each standard has, and no others.
    #[test]
    fn every_state_has_a_name_of_each_standard() {
        let known = |standard| -> &[&str] {
            match standard {
                StatusStandard::DataRightsProtocol => &[
                    "open",
                    "in_progress",
                    "fulfilled",
                    "revoked",
                    "denied",
                    "expired",
                ],
                StatusStandard::Dpv => &[
                    "RequestInitiated",
                    "RequestAcknowledged",
                    "RequestAccepted",
                    "RequestRejected",
                    "RequestRequiresAction",
                    "RequestActionDelayed",
                    "RequestFulfilled",
                    "RequestUnfulfilled",
                ],
                StatusStandard::OpenDsr => &["pending", "in_progress", "completed", "cancelled"],
            }
        };
        for standard in StatusStandard::ALL {
            for status in S::ALL {
                let name = name_in(*standard, *status);
                let name = name.split('/').next().unwrap();
                assert!(known(*standard).contains(&name), "{standard} {status}");
            }
        }
    }
}
