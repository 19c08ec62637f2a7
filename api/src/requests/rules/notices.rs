//! Where a notice to a recipient may go.

use entity::enums::RecipientNoticeStatus as S;

/// What a state may be followed by. What failed may be sent again, and what was sent may come back.
pub(in crate::requests) const fn followers(of: S) -> &'static [S] {
    match of {
        S::Planned => &[S::Sent, S::Failed, S::NotNeeded],
        S::Sent => &[S::Acknowledged, S::Failed],
        S::Failed => &[S::Sent, S::NotNeeded],
        S::Acknowledged | S::NotNeeded => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_confirmed_that_was_not_sent_and_every_state_has_an_end() {
        for status in S::ALL {
            let confirmed = followers(*status).contains(&S::Acknowledged);
            assert_eq!(confirmed, *status == S::Sent, "{status}");
            let ends = [S::Acknowledged, S::NotNeeded];
            assert_eq!(
                followers(*status).is_empty(),
                ends.contains(status),
                "{status}"
            );
            assert!(!followers(*status).contains(&S::Planned), "{status}");
        }
    }
}
