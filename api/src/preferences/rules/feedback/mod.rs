//! What providers report of messages: complaints, and messages that came back. Each form in a file of its own.
//!
//! Must not judge what a report leads to, and must not echo what is in one.

mod arf;
mod sendgrid;
mod ses;

use entity::enums::MailFeedbackFormat;
use entity::time::Timestamp;

use crate::platform::personal::Personal;

/// How many messages one report may be about.
const MOST_REPORTS: usize = 500;

/// What is reported of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::preferences) enum Kind {
    /// Whoever got it marked it as spam.
    Complaint,
    /// Whoever got it wants no more, as the provider knows.
    OptOut,
    /// It came back for good.
    Bounce,
    /// Anything else.
    Other,
}

/// A report about a message to one address.
#[derive(Debug, Clone)]
pub(in crate::preferences) struct Feedback {
    /// What is reported.
    pub(in crate::preferences) kind: Kind,
    /// To whom the message went, where the report says so.
    pub(in crate::preferences) address: Option<Personal>,
    /// The token of our link to unsubscribe, where the message had one.
    pub(in crate::preferences) token: Option<String>,
    /// When, where the report says so.
    pub(in crate::preferences) at: Option<Timestamp>,
    /// What the provider calls the report.
    pub(in crate::preferences) reference: Option<Personal>,
}

/// The reports in what a provider sent; nothing, where it is not what it should be, or more than 500.
pub(in crate::preferences) fn read(
    format: MailFeedbackFormat,
    body: &str,
) -> Option<Vec<Feedback>> {
    let mut reports = match format {
        MailFeedbackFormat::Arf => arf::read(body),
        MailFeedbackFormat::Ses => ses::read(body),
        MailFeedbackFormat::Sendgrid => sendgrid::read(body),
    }?;
    if reports.len() > 1 {
        // A link is one person's: of several who got the same message, it is not known whose.
        for report in &mut reports {
            report.token = None;
        }
    }
    (reports.len() <= MOST_REPORTS).then_some(reports)
}

/// The token of our link in the value of `List-Unsubscribe`, which may be folded.
fn token(header: &str) -> Option<String> {
    let unfolded: String = header.chars().filter(|c| !c.is_whitespace()).collect();
    let (_, rest) = unfolded.split_once("/unsubscribe/")?;
    let is_token = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let token: String = rest.chars().take_while(is_token).collect();
    (!token.is_empty()).then_some(token)
}

fn instant(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_in_a_folded_header() {
        let header =
            "<mailto:stop@example.org>,\r\n <https://privacy.example.org/p/unsubscribe/AQ-_9z>\r\n";
        assert_eq!(token(header).as_deref(), Some("AQ-_9z"));
        for none in [
            "",
            "<https://example.org/stop>",
            "<https://example.org/unsubscribe/>",
        ] {
            assert_eq!(token(none), None);
        }
    }

    #[test]
    fn what_is_no_report_is_none() {
        for format in [
            MailFeedbackFormat::Arf,
            MailFeedbackFormat::Ses,
            MailFeedbackFormat::Sendgrid,
        ] {
            for odd in [
                "",
                "{}",
                "[",
                "null",
                "Subject: hello\r\n\r\nhello",
                "\u{0}",
            ] {
                assert!(read(format, odd).is_none(), "{format:?} {odd:?}");
            }
        }
    }
}
