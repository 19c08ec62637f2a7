//! Reports of mail servers: delivery status notifications, RFC 3464, as a whole message.

use super::message::{Part, bare, with_plain_ends};
use super::{About, Feedback, Kind, MOST_REPORTS, about_each};

/// The reports: one for each recipient.
pub(super) fn read(body: &str) -> Option<Vec<Feedback>> {
    let body = with_plain_ends(body);
    let message = Part::read(&body)?;
    let parts = message.parts();
    let status = parts
        .iter()
        .find(|part| part.is("message", "delivery-status"))?;
    let of = |recipient: Part<'_>| {
        let about = About {
            kind: kind(&recipient),
            tokens: Vec::new(),
            at: message.at(),
            reference: message.id(),
        };
        // Where a message was forwarded, the address that it was sent to is the one that does not work for the sender.
        let original = recipient.texts("Original-Recipient").next();
        let named = original.or_else(|| recipient.texts("Final-Recipient").next());
        about_each(&about, named.map(bare).map(Some))
    };
    // The first block is about the message, each of the others about a recipient.
    let blocks = status.body.trim_start_matches('\n').split("\n\n").skip(1);
    let recipients = blocks.filter_map(Part::read);
    let reports: Vec<_> = recipients.take(MOST_REPORTS + 1).flat_map(of).collect();
    (!reports.is_empty()).then_some(reports)
}

/// Whether the address does not exist, or its mailbox was closed (RFC 3463): whoever is only refused, as spam or because a mailbox
/// is full, may be reached tomorrow.
fn kind(recipient: &Part<'_>) -> Kind {
    let mut actions = recipient.texts("Action");
    let failed = actions.any(|action| action.trim().eq_ignore_ascii_case("failed"));
    let status = recipient.texts("Status").next().unwrap_or_default();
    // A comment may follow.
    let status = status.split_whitespace().next().unwrap_or_default();
    match status {
        "5.1.1" | "5.1.2" | "5.1.3" | "5.1.6" | "5.1.10" | "5.2.1" if failed => Kind::Bounce,
        _ => Kind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As mail servers write it, about these recipients.
    fn report(recipients: &str) -> String {
        format!(
            "From: MAILER-DAEMON@host.example
Date: Fri, 20 Nov 2026 09:00:00 +0000
Message-ID: <43@host.example>
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=\"4/host.example\"

--4/host.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I could not deliver it.

--4/host.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; host.example
Arrival-Date: Fri, 20 Nov 2026 08:59:58 +0000

{recipients}
--4/host.example
Content-Type: text/rfc822-headers

To: ada@example.org

--4/host.example--
"
        )
    }

    #[test]
    fn an_address_that_does_not_exist_is_told_from_one_that_is_full() {
        let recipients = "Final-Recipient: rfc822; ada@example.org
Original-Recipient: rfc822;Ada@Alias.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <ada@example.org>: unknown,
    says the server

Final-Recipient: rfc822; bob@example.org
Action: failed
Status: 5.2.2 (full)

Final-Recipient: rfc822; cy@example.org
Action: delayed
Status: 4.4.1

Final-Recipient: RFC822; <dan@example.org>
Action: FAILED
Status: 5.2.1

Final-Recipient: rfc822; eve@example.org
Action: failed
Status: 5.7.1
";
        let whole = report(recipients);
        for body in [whole.clone(), whole.replace('\n', "\r\n")] {
            let reports = read(&body).unwrap();
            let found = reports.iter().map(|one| {
                let address = one.address.as_ref().unwrap().expose();
                (address, one.kind)
            });
            assert_eq!(
                found.collect::<Vec<_>>(),
                [
                    ("Ada@Alias.example", Kind::Bounce),
                    ("bob@example.org", Kind::Other),
                    ("cy@example.org", Kind::Other),
                    ("dan@example.org", Kind::Bounce),
                    ("eve@example.org", Kind::Other),
                ]
            );
            assert_eq!(reports[0].at, "2026-11-20T09:00:00Z".parse().ok());
            let reference = reports[0].reference.as_ref().unwrap();
            assert_eq!(reference.expose(), "43@host.example");
        }
        assert!(read(&report("")).is_none());
        assert!(read("Subject: hello\n\nhello").is_none());
    }
}
