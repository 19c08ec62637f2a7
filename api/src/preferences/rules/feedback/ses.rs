//! Notifications of Amazon SES: <https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html>; by event publishing
//! they say `eventType` where they otherwise say `notificationType`. Amazon SNS puts them into an envelope.

use serde::Deserialize;

use super::{About, Feedback, Kind, about_each, complaint, instant, tokens};

/// What Amazon SNS puts around a notification; it sends some of its own.
#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "Type")]
    kind: String,
    #[serde(rename = "Message")]
    message: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Notification {
    #[serde(alias = "eventType", rename = "notificationType")]
    kind: String,
    complaint: Option<Complaint>,
    bounce: Option<Bounce>,
    subscription: Option<Subscription>,
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

/// What somebody chose in the list management of SES.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Subscription {
    timestamp: Option<String>,
    #[serde(default)]
    new_topic_preferences: Topics,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Topics {
    #[serde(default)]
    unsubscribe_all: bool,
    #[serde(default)]
    topic_subscription_status: Vec<Topic>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Topic {
    subscription_status: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recipient {
    email_address: String,
    action: Option<String>,
}

#[derive(Default, Deserialize)]
struct Mail {
    #[serde(default)]
    headers: Vec<Header>,
    #[serde(default)]
    destination: Vec<String>,
}

#[derive(Deserialize)]
struct Header {
    name: String,
    value: String,
}

/// The reports: one for each recipient, or one that says nothing.
pub(super) fn read(body: &str) -> Option<Vec<Feedback>> {
    let notification: Notification = match serde_json::from_str::<Envelope>(body) {
        Ok(envelope) => match serde_json::from_str(&envelope.message) {
            Ok(notification) => notification,
            // The handshakes of SNS, and the text by which SES tries whether somebody is there.
            Err(_) if envelope.kind != "Notification" || !envelope.message.starts_with('{') => {
                return Some(about_each(&nothing(), []));
            }
            Err(_) => return None,
        },
        Err(_) => serde_json::from_str(body).ok()?,
    };
    notification.reports()
}

fn nothing() -> About {
    About {
        kind: Kind::Other,
        tokens: Vec::new(),
        at: None,
        reference: None,
    }
}

impl Notification {
    fn reports(self) -> Option<Vec<Feedback>> {
        let mut headers = self.mail.headers.iter();
        let header = headers.find(|header| header.name.eq_ignore_ascii_case("List-Unsubscribe"));
        let tokens = header
            .map(|header| tokens(&header.value))
            .unwrap_or_default();
        let about = |kind, at: Option<String>, reference| About {
            kind,
            tokens: tokens.clone(),
            at: at.as_deref().and_then(instant),
            reference,
        };
        match (
            self.kind.as_str(),
            self.complaint,
            self.bounce,
            self.subscription,
        ) {
            ("Complaint", Some(said), _, _) => {
                // Without a type somebody pressed a button, and the provider says no more.
                let kind = said.kind.as_deref().map_or(Kind::Complaint, complaint);
                let about = about(kind, said.timestamp, said.feedback_id);
                let to = said.complained_recipients.into_iter();
                Some(about_each(&about, to.map(|one| Some(one.email_address))))
            }
            ("Bounce", _, Some(said), _) => {
                let kind = match said.kind.as_str() {
                    "Permanent" => Kind::Bounce,
                    _ => Kind::Other,
                };
                let about = about(kind, said.timestamp, said.feedback_id);
                // Of several recipients, some may only have to wait.
                let failed = |one: &Recipient| {
                    one.action
                        .as_deref()
                        .is_none_or(|action| action == "failed")
                };
                let to = said.bounced_recipients.into_iter().filter(failed);
                let to: Vec<_> = to.map(|one| Some(one.email_address)).collect();
                match to.as_slice() {
                    [] => Some(about_each(&nothing(), [])),
                    _ => Some(about_each(&about, to)),
                }
            }
            ("Subscription", _, _, Some(chosen)) => {
                let topics = &chosen.new_topic_preferences;
                let mut each = topics.topic_subscription_status.iter();
                let out = each.any(|topic| topic.subscription_status == "OptOut");
                let kind = if topics.unsubscribe_all || out {
                    Kind::OptOut
                } else {
                    Kind::Other
                };
                let about = about(kind, chosen.timestamp, None);
                Some(about_each(
                    &about,
                    self.mail.destination.into_iter().map(Some),
                ))
            }
            ("Complaint" | "Bounce" | "Subscription", ..) => None,
            _ => Some(about_each(&nothing(), [])),
        }
    }
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
            assert_eq!(reports[0].tokens, ["AQt"]);
            assert_eq!(reports[0].at, "2026-11-20T09:00:00Z".parse().ok());
        }
        for (said, kind) in [
            ("not-spam", Kind::Other),
            ("auth-failure", Kind::Other),
            ("other", Kind::Complaint),
        ] {
            let reports = read(&complaint(said).to_string()).unwrap();
            assert_eq!(reports[0].kind, kind, "{said}");
        }
        // Handshakes, and whether somebody is there.
        for (kind, message) in [
            ("SubscriptionConfirmation", "You have chosen to subscribe"),
            ("Notification", "Successfully validated SNS topic"),
        ] {
            let envelope = json!({ "Type": kind, "Message": message }).to_string();
            assert_eq!(read(&envelope).unwrap()[0].kind, Kind::Other);
        }
        let broken = json!({ "Type": "Notification", "Message": "{" }).to_string();
        assert!(read(&broken).is_none());
    }

    #[test]
    fn what_somebody_chose_there_is_an_opt_out_where_it_is_one() {
        for (chosen, kind) in [
            (json!({ "unsubscribeAll": true }), Kind::OptOut),
            (json!({ "unsubscribeAll": false }), Kind::Other),
            (
                json!({ "topicSubscriptionStatus": [{ "topicName": "news", "subscriptionStatus": "OptOut" }] }),
                Kind::OptOut,
            ),
        ] {
            let event = json!({ "eventType": "Subscription", "mail": { "destination": ["ada@example.org"] },
                "subscription": { "timestamp": "2026-11-20T09:00:00.000Z", "newTopicPreferences": chosen } });
            assert_eq!(read(&event.to_string()).unwrap()[0].kind, kind);
        }
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
        // As the provider's guide shows it: one has failed, one waits.
        let mixed = json!({ "notificationType": "Bounce", "bounce": { "bounceType": "Permanent",
            "bouncedRecipients": [{ "emailAddress": "ada@example.org", "action": "failed" },
                { "emailAddress": "bob@example.org", "action": "delayed" }] } });
        let reports = read(&mixed.to_string()).unwrap();
        assert_eq!(reports.len(), 1);
        assert_eq!(
            reports[0].address.as_ref().unwrap().expose(),
            "ada@example.org"
        );
        let delivered = json!({ "notificationType": "Delivery", "mail": {} });
        assert_eq!(read(&delivered.to_string()).unwrap()[0].kind, Kind::Other);
    }
}
