//! Events of `SendGrid`: <https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event>.

use entity::time::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::{About, Feedback, Kind, about_each};

#[derive(Deserialize)]
struct Event {
    email: Option<String>,
    #[serde(rename = "event")]
    name: String,
    timestamp: Option<Value>,
    #[serde(rename = "type")]
    kind: Option<Value>,
    reason: Option<Value>,
    sg_event_id: Option<Value>,
}

impl Event {
    fn kind(&self) -> Kind {
        let text = |value: &Option<Value>| {
            let text = value.as_ref().and_then(Value::as_str);
            text.unwrap_or_default().to_ascii_lowercase()
        };
        match self.name.as_str() {
            "spamreport" => Kind::Complaint,
            "unsubscribe" | "group_unsubscribe" => Kind::OptOut,
            // A block is the server's mood of the day; the address may work tomorrow.
            "bounce" if text(&self.kind) != "blocked" => Kind::Bounce,
            // It was not even tried, because of what is known there already.
            "dropped" => match text(&self.reason).as_str() {
                "spam reporting address" => Kind::Complaint,
                "unsubscribed address" => Kind::OptOut,
                "bounced address" => Kind::Bounce,
                _ => Kind::Other,
            },
            _ => Kind::Other,
        }
    }
}

/// The reports: one for each event. One that cannot be read, such as one of a kind that comes one day, hides no other.
pub(super) fn read(body: &str) -> Option<Vec<Feedback>> {
    let events: Vec<Value> = serde_json::from_str(body).ok()?;
    let of = |event: Value| {
        let event: Option<Event> = serde_json::from_value(event).ok();
        let kind = event.as_ref().map_or(Kind::Other, Event::kind);
        let seconds = event
            .as_ref()
            .and_then(|event| event.timestamp.as_ref()?.as_i64());
        let at = seconds.and_then(|seconds| seconds.checked_mul(1_000));
        let (address, reference) = match event {
            Some(event) => (event.email, event.sg_event_id),
            None => (None, None),
        };
        let about = About {
            kind,
            tokens: Vec::new(),
            at: at.map(Timestamp::from_millis),
            reference: reference.and_then(|id| id.as_str().map(str::to_owned)),
        };
        about_each(&about, [address])
    };
    Some(events.into_iter().flat_map(of).collect())
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
            json!({ "email": "ada@example.org", "event": "dropped", "reason": "Spam Reporting Address" }),
            json!({ "event": "account_status_change", "type": "compliance_suspend", "timestamp": 1 }),
            json!({ "email": ["odd"], "event": "spamreport" }),
            json!({ "email": "ada@example.org", "event": "spamreport", "type": 7, "reason": {}, "sg_event_id": 1,
                "timestamp": "odd" }),
            json!(7),
        ]);
        let reports = read(&events.to_string()).unwrap();
        let kinds: Vec<_> = reports.iter().map(|report| report.kind).collect();
        let expected = [
            Kind::Complaint,
            Kind::OptOut,
            Kind::Bounce,
            Kind::Other,
            Kind::Other,
            Kind::Complaint,
            Kind::Other,
            Kind::Other,
            Kind::Complaint,
            Kind::Other,
        ];
        assert_eq!(kinds, expected);
        assert_eq!(reports[0].at, "2025-11-20T09:00:00Z".parse().ok());
    }
}
