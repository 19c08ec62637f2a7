//! Notifications of Amazon SES: <https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html>; by event publishing
//! they say `eventType` where they otherwise say `notificationType`. Amazon SNS puts them into an envelope.

use serde::Deserialize;

use super::{Feedback, Kind, instant, token};
use crate::platform::personal::Personal;

#[derive(Deserialize)]
#[serde(untagged)]
enum Sent {
    Enveloped {
        #[serde(rename = "Message")]
        message: String,
    },
    Plain(Box<Notification>),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Notification {
    #[serde(alias = "eventType", rename = "notificationType")]
    kind: String,
    complaint: Option<Complaint>,
    bounce: Option<Bounce>,
    #[serde(default)]
    mail: Mail,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Complaint {
    complained_recipients: Vec<Recipient>,
    timestamp: Option<String>,
    feedback_id: Option<String>,
    #[serde(rename = "complaintFeedbackType")]
    kind: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bounce {
    #[serde(rename = "bounceType")]
    kind: String,
    bounced_recipients: Vec<Recipient>,
    timestamp: Option<String>,
    feedback_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recipient {
    email_address: String,
}

#[derive(Default, Deserialize)]
struct Mail {
    #[serde(default)]
    headers: Vec<Header>,
}

#[derive(Deserialize)]
struct Header {
    name: String,
    value: String,
}

/// The reports: one for each recipient.
pub(super) fn read(body: &str) -> Option<Vec<Feedback>> {
    let notification = match serde_json::from_str(body).ok()? {
        Sent::Plain(notification) => *notification,
        Sent::Enveloped { message } => serde_json::from_str(&message).ok()?,
    };
    let mut headers = notification.mail.headers.iter();
    let header = headers.find(|header| header.name.eq_ignore_ascii_case("List-Unsubscribe"));
    let token = header.and_then(|header| token(&header.value));
    let of = |kind, recipients: Vec<Recipient>, at: Option<String>, id: Option<String>| {
        let at = at.as_deref().and_then(instant);
        let recipients = recipients.into_iter().map(move |recipient| Feedback {
            kind,
            address: Some(Personal::new(recipient.email_address)),
            token: token.clone(),
            at,
            reference: id.clone().map(Personal::new),
        });
        recipients.collect()
    };
    let reports: Vec<_> = match (notification.complaint, notification.bounce) {
        (Some(complaint), _) => {
            // Somebody said that it is no spam.
            let kind = match complaint.kind.as_deref() {
                Some("not-spam" | "virus") => Kind::Other,
                _ => Kind::Complaint,
            };
            let recipients = complaint.complained_recipients;
            of(kind, recipients, complaint.timestamp, complaint.feedback_id)
        }
        (None, Some(bounce)) => {
            let kind = match bounce.kind.as_str() {
                "Permanent" => Kind::Bounce,
                _ => Kind::Other,
            };
            of(
                kind,
                bounce.bounced_recipients,
                bounce.timestamp,
                bounce.feedback_id,
            )
        }
        (None, None) => Vec::new(),
    };
    let is_known = matches!(notification.kind.as_str(), "Complaint" | "Bounce");
    if reports.is_empty() && is_known {
        return None;
    }
    Some(reports)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn complaint(kind: &str) -> Value {
        json!({ "notificationType": "Complaint",
            "complaint": { "complainedRecipients": [{ "emailAddress": "ada@example.org" }],
                "timestamp": "2026-11-20T09:00:00.000Z", "feedbackId": "f-1", "complaintFeedbackType": kind },
            "mail": { "messageId": "m-1", "destination": ["ada@example.org"],
                "headers": [{ "name": "list-unsubscribe", "value": "<https://p.example/unsubscribe/AQt>" }] } })
    }

    #[test]
    fn complaints_come_alone_and_in_envelopes() {
        let plain = complaint("abuse").to_string();
        let envelope = json!({ "Type": "Notification", "Message": plain }).to_string();
        for body in [plain, envelope] {
            let reports = read(&body).unwrap();
            assert_eq!(reports.len(), 1);
            assert_eq!(reports[0].kind, Kind::Complaint);
            assert_eq!(
                reports[0].address.as_ref().unwrap().expose(),
                "ada@example.org"
            );
            assert_eq!(reports[0].token.as_deref(), Some("AQt"));
            assert_eq!(reports[0].at, "2026-11-20T09:00:00Z".parse().ok());
        }
        let kind = read(&complaint("not-spam").to_string()).unwrap()[0].kind;
        assert_eq!(kind, Kind::Other);
    }

    #[test]
    fn only_what_comes_back_for_good_is_a_bounce() {
        for (of, kind) in [
            ("Permanent", Kind::Bounce),
            ("Transient", Kind::Other),
            ("Undetermined", Kind::Other),
        ] {
            let bounce = json!({ "eventType": "Bounce", "bounce": { "bounceType": of,
                "bouncedRecipients": [{ "emailAddress": "ada@example.org" }, { "emailAddress": "bob@example.org" }] } });
            let reports = read(&bounce.to_string()).unwrap();
            assert_eq!(reports.len(), 2);
            assert_eq!((reports[1].kind, reports[1].at), (kind, None));
        }
        let delivered = json!({ "notificationType": "Delivery", "mail": {} });
        assert_eq!(read(&delivered.to_string()).unwrap().len(), 0);
    }
}
