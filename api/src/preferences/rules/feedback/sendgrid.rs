//! Events of `SendGrid`: <https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event>.

use entity::time::Timestamp;
use serde::Deserialize;

use super::{Feedback, Kind};
use crate::platform::personal::Personal;

#[derive(Deserialize)]
struct Event {
    email: String,
    #[serde(rename = "event")]
    name: String,
    timestamp: Option<i64>,
    #[serde(rename = "type")]
    kind: Option<String>,
    sg_event_id: Option<String>,
}

/// The reports: one for each event.
pub(super) fn read(body: &str) -> Option<Vec<Feedback>> {
    let events: Vec<Event> = serde_json::from_str(body).ok()?;
    let of = |event: Event| Feedback {
        kind: match event.name.as_str() {
            "spamreport" => Kind::Complaint,
            "unsubscribe" | "group_unsubscribe" => Kind::OptOut,
            // A block is the server's mood of the day; the address may work tomorrow.
            "bounce" if event.kind.as_deref() != Some("blocked") => Kind::Bounce,
            _ => Kind::Other,
        },
        address: Some(Personal::new(event.email)),
        token: None,
        at: event
            .timestamp
            .and_then(|seconds| seconds.checked_mul(1_000))
            .map(Timestamp::from_millis),
        reference: event.sg_event_id.map(Personal::new),
    };
    Some(events.into_iter().map(of).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn events_are_told_apart() {
        let event = |event: &str, kind: Option<&str>| {
            json!({ "email": "ada@example.org", "event": event, "type": kind, "timestamp": 1_763_629_200,
                "sg_event_id": "e-1", "sg_message_id": "m-1", "ip": "203.0.113.7" })
        };
        let events = json!([
            event("spamreport", None),
            event("group_unsubscribe", None),
            event("bounce", Some("bounce")),
            event("bounce", Some("blocked")),
            event("delivered", None),
        ]);
        let reports = read(&events.to_string()).unwrap();
        let kinds: Vec<_> = reports.iter().map(|report| report.kind).collect();
        let expected = [
            Kind::Complaint,
            Kind::OptOut,
            Kind::Bounce,
            Kind::Other,
            Kind::Other,
        ];
        assert_eq!(kinds, expected);
        assert_eq!(reports[0].at, "2025-11-20T09:00:00Z".parse().ok());
    }
}
