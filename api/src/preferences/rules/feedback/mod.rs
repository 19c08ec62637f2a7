//! What providers report of messages: complaints, and messages that came back. Each form in a file of its own.
//!
//! Must not judge what a report leads to, and must not echo what is in one.

mod arf;
mod dsn;
mod message;
mod sendgrid;
mod ses;

use entity::enums::MailFeedbackFormat;
use entity::time::Timestamp;

use crate::platform::personal::Personal;

/// How many messages one report may be about.
const MOST_REPORTS: usize = 5_000;
/// How many links of one message are tried.
const MOST_LINKS: usize = 5;
/// Longest name of a report that is kept, in characters.
const LONGEST_REFERENCE: usize = 500;

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
    /// What may be tokens of our link to unsubscribe, where the message had links.
    pub(in crate::preferences) tokens: Vec<String>,
    /// When, where the report says so.
    pub(in crate::preferences) at: Option<Timestamp>,
    /// What the provider calls the report.
    pub(in crate::preferences) reference: Option<Personal>,
}

/// The reports in what a provider sent; nothing, where it is not what it should be, or more than 5,000.
pub(in crate::preferences) fn read(
    format: MailFeedbackFormat,
    body: &str,
) -> Option<Vec<Feedback>> {
    let reports = match format {
        MailFeedbackFormat::Arf => arf::read(body),
        MailFeedbackFormat::Dsn => dsn::read(body),
        MailFeedbackFormat::Ses => ses::read(body),
        MailFeedbackFormat::Sendgrid => sendgrid::read(body),
    }?;
    (reports.len() <= MOST_REPORTS).then_some(reports)
}

/// What a provider says of several recipients of a message at once.
struct About {
    kind: Kind,
    tokens: Vec<String>,
    at: Option<Timestamp>,
    reference: Option<String>,
}

/// One report for each recipient, as far as there may be that many; one without, where nobody is named. A link is one person's: of
/// several who got the same message it is not known whose.
fn about_each(
    about: &About,
    recipients: impl IntoIterator<Item = Option<String>>,
) -> Vec<Feedback> {
    let reference = about.reference.as_deref().filter(|reference| {
        !reference.trim().is_empty() && reference.chars().count() <= LONGEST_REFERENCE
    });
    let report = |address: Option<String>| Feedback {
        kind: about.kind,
        address: address.map(Personal::new),
        tokens: Vec::new(),
        at: about.at,
        reference: reference.map(|reference| Personal::new(reference.to_owned())),
    };
    let recipients = recipients.into_iter().take(MOST_REPORTS + 1);
    let mut reports: Vec<_> = recipients.map(report).collect();
    if reports.is_empty() {
        reports.push(report(None));
    }
    if let [one] = reports.as_mut_slice() {
        one.tokens.clone_from(&about.tokens);
    }
    reports
}

/// What a complaint is, by the registered types of feedback (RFC 5965, 7.3, and RFC 6430).
fn complaint(kind: &str) -> Kind {
    match kind.trim().to_ascii_lowercase().as_str() {
        "abuse" | "fraud" | "complaint" | "other" => Kind::Complaint,
        "opt-out" | "opt-out-list" => Kind::OptOut,
        _ => Kind::Other,
    }
}

/// What may be tokens of our link, in the value of `List-Unsubscribe`, which may be folded. There may be links of others.
fn tokens(header: &str) -> Vec<String> {
    let unfolded: String = header.chars().filter(|c| !c.is_whitespace()).collect();
    let is_token = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let links = unfolded.split("/unsubscribe/").skip(1).take(MOST_LINKS);
    let tokens = links.map(|rest| rest.chars().take_while(is_token).collect());
    tokens.filter(|token: &String| !token.is_empty()).collect()
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
        assert_eq!(tokens(header), ["AQ-_9z"]);
        let beside = format!("<https://provider.example/unsubscribe/abc>, {header}");
        assert_eq!(tokens(&beside), ["abc", "AQ-_9z"]);
        for none in [
            "",
            "<https://example.org/stop>",
            "<https://example.org/unsubscribe/>",
        ] {
            assert_eq!(tokens(none), [""; 0]);
        }
    }

    /// A megabyte must not become more by being about many.
    #[test]
    fn what_is_long_is_not_repeated_for_everybody() {
        let about = About {
            kind: Kind::Complaint,
            tokens: vec!["x".repeat(500_000)],
            at: None,
            reference: Some("x".repeat(500_000)),
        };
        let nobody = about_each(&about, []);
        assert_eq!((nobody.len(), nobody[0].tokens.len()), (1, 1));
        let many = about_each(&about, std::iter::repeat_n(None, 26_000));
        assert_eq!(many.len(), MOST_REPORTS + 1);
        let is_short = |one: &Feedback| one.tokens.is_empty() && one.reference.is_none();
        assert!(many.iter().all(is_short));
        let many = json(26_000);
        assert!(read(MailFeedbackFormat::Ses, &many).is_none());
    }

    fn json(recipients: usize) -> String {
        let recipients = vec![serde_json::json!({ "emailAddress": "" }); recipients];
        let complaint = serde_json::json!({ "complainedRecipients": recipients });
        serde_json::json!({ "notificationType": "Complaint", "complaint": complaint }).to_string()
    }

    #[test]
    fn what_is_no_report_is_none() {
        for format in MailFeedbackFormat::ALL {
            for odd in [
                "",
                "{}",
                "[",
                "null",
                "Subject: hello\r\n\r\nhello",
                "\u{0}",
            ] {
                assert!(read(*format, odd).is_none(), "{format:?} {odd:?}");
            }
        }
    }
}
