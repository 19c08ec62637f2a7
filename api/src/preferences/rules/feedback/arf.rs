//! Reports of mailbox providers: Abuse Reporting Format, RFC 5965, as a whole message.

use entity::time::Timestamp;
use mail_parser::{Message, MessageParser, MimeHeaders as _};

use super::{Feedback, Kind, token};
use crate::platform::personal::Personal;

/// The reports: one for each recipient that is named, or one without.
pub(super) fn read(body: &str) -> Option<Vec<Feedback>> {
    let parser = MessageParser::default();
    let message = parser.parse(body.as_bytes())?;
    let is = |part: &mail_parser::MessagePart<'_>, kind: &str, subkind: &str| {
        part.content_type().is_some_and(|found| {
            let of = found.subtype().unwrap_or_default();
            found.ctype().eq_ignore_ascii_case(kind) && of.eq_ignore_ascii_case(subkind)
        })
    };
    let mut parts = message.parts.iter();
    let report = parts.find(|part| is(part, "message", "feedback-report"))?;
    let report = fields(report.contents());
    let original = message.parts.iter().find_map(|part| match part.message() {
        Some(original) => Some(fields(original.raw_message())),
        None if is(part, "text", "rfc822-headers") => Some(fields(part.contents())),
        None => None,
    });
    let original = original.unwrap_or_default();
    let kind = match first(&report, "Feedback-Type")?
        .to_ascii_lowercase()
        .as_str()
    {
        "abuse" | "fraud" | "complaint" => Kind::Complaint,
        "opt-out" | "opt-out-list" => Kind::OptOut,
        _ => Kind::Other,
    };
    let token = first(&original, "List-Unsubscribe").and_then(token);
    let reference = message.message_id().map(|id| Personal::new(id.to_owned()));
    let of = |address: Option<Personal>| Feedback {
        kind,
        address,
        token: token.clone(),
        at: at(&message),
        reference: reference.clone(),
    };
    let named = report.iter().filter(|(name, _)| {
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        is("Original-Rcpt-To") || is("Removal-Recipient")
    });
    let named = named.map(|(_, value)| Personal::new(bare(value).to_owned()));
    let mut reports: Vec<_> = named.map(|address| of(Some(address))).collect();
    if reports.is_empty() {
        let to = first(&original, "To").map(|to| Personal::new(bare(to).to_owned()));
        reports.push(of(to));
    }
    Some(reports)
}

/// The fields of a part that is written like the head of a message, unfolded.
fn fields(part: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(part);
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in text.lines().skip_while(|line| line.trim().is_empty()) {
        if line.trim().is_empty() {
            break;
        }
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }
    fields
}

fn first<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let mut fields = fields.iter();
    let found = fields.find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.as_str())
}

/// An address without its name, its angle brackets and its type (`rfc822;`).
fn bare(value: &str) -> &str {
    let value = value.rsplit_once(';').map_or(value, |(_, value)| value);
    let value = value.rsplit_once('<').map_or(value, |(_, value)| value);
    value.split('>').next().unwrap_or_default().trim()
}

fn at(message: &Message<'_>) -> Option<Timestamp> {
    let seconds = message.date()?.to_timestamp();
    Some(Timestamp::from_millis(seconds.checked_mul(1_000)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As RFC 5965 describes it, with two recipients and the head of the message that was complained about.
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
            assert_eq!(reports[0].token.as_deref(), Some("AQtoken"));
        }
        let removal = read(&report(
            "opt-out",
            "Removal-Recipient: ada@example.org\n",
            MESSAGE,
        ));
        assert_eq!(removal.unwrap()[0].kind, Kind::OptOut);
        let virus = read(&report("virus", "", MESSAGE)).unwrap();
        assert_eq!(virus[0].kind, Kind::Other);
    }
}
