//! Reports of mailbox providers: Abuse Reporting Format, RFC 5965, as a whole message.

use super::message::{Part, bare, with_plain_ends};
use super::{About, Feedback, Kind, about_each, complaint, tokens};

/// The reports: one for each recipient that is named, or one without.
pub(super) fn read(body: &str) -> Option<Vec<Feedback>> {
    let body = with_plain_ends(body);
    let message = Part::read(&body)?;
    let parts = message.parts();
    let report = parts
        .iter()
        .find(|part| part.is("message", "feedback-report"));
    let report = report.and_then(|part| Part::read(part.body));
    let original = parts
        .iter()
        .find(|part| part.is("message", "rfc822") || part.is("text", "rfc822-headers"));
    let original = original.and_then(|part| Part::read(part.body));
    let original = original.as_ref();
    // Microsoft says whom it is about in the message itself, and had no report of its own for long.
    let recipient = original.and_then(|part| part.texts("X-HmXmrOriginalRecipient").next());
    let kind = match (&report, recipient) {
        (Some(report), _) => complaint(report.texts("Feedback-Type").next()?),
        (None, Some(_)) => Kind::Complaint,
        (None, None) => return None,
    };
    let named = report.iter().flat_map(|report| {
        let given = report.texts("Original-Rcpt-To");
        given.chain(report.texts("Removal-Recipient"))
    });
    let mut named: Vec<_> = named.map(bare).collect();
    if named.is_empty() {
        let known = recipient.map(bare);
        let to = || original.and_then(Part::sole_recipient);
        named.extend(known.or_else(to));
    }
    let headers = original.and_then(|part| part.raw("List-Unsubscribe"));
    let about = About {
        kind,
        tokens: headers.map(tokens).unwrap_or_default(),
        at: message.at(),
        reference: message.id(),
    };
    Some(about_each(&about, named.into_iter().map(Some)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::personal::Personal;

    /// As RFC 5965 describes it, with the message that was complained about.
    fn report(kind: &str, recipients: &str, original: &str) -> String {
        let text = format!(
            "From: <feedback@provider.example>
Date: Fri, 20 Nov 2026 09:00:00 +0100
Message-ID: <42@provider.example>
Subject: FW: Offers
To: <abuse@host.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report;
    boundary=\"part\"

--part
Content-Type: text/plain; charset=\"US-ASCII\"

This is a report.

--part
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: Provider/1.0
Version: 1
Original-Mail-From: <news@host.example>
{recipients}
--part
{original}

--part--
"
        );
        text.replace('\n', "\r\n")
    }

    const MESSAGE: &str = "Content-Type: message/rfc822
Content-Disposition: inline

From: <news@host.example>
To: \"Ada\" <ada@example.org>
Subject: Offers
List-Unsubscribe: <mailto:stop@host.example>,
    <https://privacy.host.example/unsubscribe/AQtoken>
Message-ID: <1@host.example>

Buy more.";

    fn addresses(reports: &[Feedback]) -> Vec<&str> {
        let addresses = reports.iter().filter_map(|one| one.address.as_ref());
        addresses.map(Personal::expose).collect()
    }

    #[test]
    fn each_recipient_is_a_report_with_the_link_of_the_message() {
        let named =
            "Original-Rcpt-To: <ada@example.org>\nOriginal-Rcpt-To: rfc822; bob@example.org\n";
        let reports = read(&report("abuse", named, MESSAGE)).unwrap();
        assert_eq!(addresses(&reports), ["ada@example.org", "bob@example.org"]);
        for one in &reports {
            assert_eq!(one.kind, Kind::Complaint);
            assert_eq!(one.at, "2026-11-20T08:00:00Z".parse().ok());
            assert_eq!(
                one.reference.as_ref().unwrap().expose(),
                "42@provider.example"
            );
        }
    }

    #[test]
    fn a_report_that_names_nobody_is_about_whom_the_message_went_to() {
        let headers = MESSAGE.replace("message/rfc822", "text/rfc822-headers");
        for original in [MESSAGE, &headers] {
            let reports = read(&report("abuse", "", original)).unwrap();
            assert_eq!(addresses(&reports), ["ada@example.org"]);
            assert_eq!(reports[0].tokens, ["AQtoken"]);
        }
        let removal = read(&report(
            "opt-out",
            "Removal-Recipient: ada@example.org\n",
            MESSAGE,
        ));
        assert_eq!(removal.unwrap()[0].kind, Kind::OptOut);
        let virus = read(&report("virus", "", MESSAGE)).unwrap();
        assert_eq!(virus[0].kind, Kind::Other);
        // Of several it is not known who.
        let both = MESSAGE.replace("ada@example.org>", "ada@example.org>, bob@example.org");
        let reports = read(&report("abuse", "", &both)).unwrap();
        assert_eq!(addresses(&reports), [""; 0]);
        assert_eq!(reports.len(), 1);
    }

    #[test]
    fn microsoft_names_the_recipient_in_the_message() {
        let original = MESSAGE.replace(
            "Subject: Offers",
            "x-hmxmroriginalrecipient: <eve@example.org>\nSubject: Offers",
        );
        let whole = report("abuse", "", &original);
        assert_eq!(addresses(&read(&whole).unwrap()), ["eve@example.org"]);
        let bare = whole.replace("message/feedback-report", "text/plain");
        let reports = read(&bare).unwrap();
        assert_eq!(addresses(&reports), ["eve@example.org"]);
        assert_eq!(reports[0].kind, Kind::Complaint);
        let nothing = report("abuse", "", MESSAGE).replace("message/feedback-report", "text/plain");
        assert!(read(&nothing).is_none());
    }

    /// Whoever sends a report may nest messages in it, as deep as there is room.
    #[test]
    fn a_message_in_a_message_is_not_followed() {
        let nested = "Content-Type:message/rfc822\n\n".repeat(30_000);
        assert!(read(&nested).is_none());
        let encoded = data_encoding::BASE64.encode(nested.as_bytes());
        let encoded =
            format!("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n{encoded}");
        for original in [&nested, &encoded] {
            let named = "Original-Rcpt-To: <ada@example.org>\n";
            let reports = read(&report("abuse", named, original)).unwrap();
            assert_eq!(addresses(&reports), ["ada@example.org"]);
        }
        let parts = report("abuse", "", &"\n--part".repeat(100_000));
        assert_eq!(read(&parts).unwrap().len(), 1);
    }
}
