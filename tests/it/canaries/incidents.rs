//! What happened to data, and who is told, with a canary wherever somebody types something.

use serde_json::{Value, json};

use super::Story;
use super::birds::Canaries;
use super::errors::{Failing, failing};
use super::fields::{Person, staff};
use crate::harness::Answer;
use crate::harness::build::incidents::{
    ASSESS_INCIDENT, RECORD_INCIDENT_NOTIFICATION, REPORT_INCIDENT, planned_all,
};
use crate::harness::build::{self, input};

/// What of it may be read again by those who may: names of canaries.
pub const KEPT: &[&str] = &[
    "title of an incident",
    "what happened",
    "what comes of it",
    "what is done about it",
    "why it is confirmed",
    "what customers are told",
    "file number of an authority",
    "why it is late",
];

const READ: &str = "{ incidents { nodes { title description consequences measures lastReason
    notifications { text reference reason } } } }";

/// Does something, by somebody, once.
async fn does(story: &mut Story, query: &str, mut of: Value) -> Answer {
    of["onBehalfOf"] = staff(&mut story.canaries, "who handles incidents");
    of["idempotencyKey"] = json!(story.canaries.text("key of an incident"));
    story.does(query, input(&of)).await
}

/// Something happens to the person's data, and those are told who have to be. Gives an incident that was a false alarm, and
/// everything that can be read.
pub async fn done(story: &mut Story, person: &Person) -> (String, String) {
    let by = json!({ "email": person.email });
    let mut reported = Vec::new();
    for title in ["title of an incident", "title of a false alarm"] {
        let c = &mut story.canaries;
        let incident = json!({ "title": c.text(title), "description": c.text("what happened"),
            "kinds": ["CONFIDENTIALITY"], "customers": [by], "systems": ["whmcs"],
            "beganAt": "2024-05-02T00:00:00Z" });
        let answer = does(story, REPORT_INCIDENT, incident).await;
        reported.push(answer.text_at("reportIncident.incident.id"));
    }
    let [known, alarm] = reported.try_into().expect("two");
    let c = &mut story.canaries;
    let confirmed = json!({ "incidentId": known, "status": "CONFIRMED", "risk": "HIGH_RISK",
        "awareAt": "2024-05-03T00:00:00Z", "consequences": c.text("what comes of it"),
        "measures": c.text("what is done about it"), "reason": c.text("why it is confirmed") });
    does(story, ASSESS_INCIDENT, confirmed).await;
    let reason = story.canaries.text("why it is a false alarm");
    let nothing = json!({ "incidentId": alarm, "status": "FALSE_ALARM", "reason": reason });
    does(story, ASSESS_INCIDENT, nothing).await;
    let c = &mut story.canaries;
    let late = json!({ "incidentId": known, "target": "AUTHORITY", "status": "COMPLETED",
        "text": c.text("what an authority is told"), "reference": c.text("file number of an authority"),
        "reason": c.text("why it is late") });
    does(story, RECORD_INCIDENT_NOTIFICATION, late).await;
    let text = story.canaries.text("what customers are told");
    let planned = json!({ "incidentId": known, "target": "SUBJECT", "status": "PLANNED", "system": "whmcs",
        "text": text });
    let planned = does(story, RECORD_INCIDENT_NOTIFICATION, planned).await;
    let planned = planned.text_at("recordIncidentNotification.notification.id");
    planned_all(&story.owner, &planned).await;
    let wanted = input(&json!({ "system": "whmcs", "limit": 10 }));
    let claimed = story.does(build::CLAIM_TASKS, wanted).await;
    let read = story.does(READ, json!({})).await;
    (alarm, format!("{}{}", read.text, claimed.text))
}

const BAD: &str = "BAD_USER_INPUT";

/// What is said wrongly of incidents, and asked for wrongly.
pub fn wrong(c: &mut Canaries, alarm: &str) -> Vec<Failing> {
    let mut all = Vec::new();
    for (field, value, code) in [
        ("title", json!(c.text("title too long").repeat(10)), BAD),
        (
            "description",
            json!(c.text("description too long").repeat(800)),
            BAD,
        ),
        (
            "systems",
            json!([c.text("system of an incident that is none") + " "]),
            BAD,
        ),
        (
            "categories",
            json!([c.echoed_key("category of an incident that is none")]),
            BAD,
        ),
        ("beganAt", json!(c.text("beginning that is none")), BAD),
        (
            "customers",
            json!([{ "email": c.text("affected e-mail that is none") }]),
            BAD,
        ),
        (
            "customers",
            json!([{ "email": c.email("e-mail of nobody affected") }]),
            "NOT_FOUND",
        ),
        (
            "recipientIds",
            json!([c.text("recipient that is none")]),
            BAD,
        ),
        ("disclosureId", json!(c.text("breach that is none")), BAD),
    ] {
        let mut incident = json!({ "title": c.text("title of nothing") });
        incident[field] = value;
        all.push(failing(REPORT_INCIDENT, input(&incident), code));
    }
    let reason = c.text("why what is over is contained");
    let contained = json!({ "incidentId": alarm, "status": "CONTAINED", "reason": reason });
    let code = "TRANSITION_NOT_ALLOWED";
    all.push(failing(ASSESS_INCIDENT, input(&contained), code));
    for (field, value) in [
        ("measures", json!(c.text("measures too long").repeat(800))),
        ("reason", json!(c.text("judgement too long").repeat(80))),
        ("incidentId", json!(c.text("incident that is none"))),
        (
            "addSystems",
            json!([c.text("more systems that are none") + " "]),
        ),
    ] {
        let mut more = json!({ "incidentId": alarm, "risk": "RISK" });
        more[field] = value;
        all.push(failing(ASSESS_INCIDENT, input(&more), BAD));
    }
    for (field, value, code) in [
        ("text", json!(c.text("notice too long").repeat(800)), BAD),
        (
            "reference",
            json!(c.text("file number too long").repeat(10)),
            BAD,
        ),
        ("reason", json!(c.text("delay too long").repeat(80)), BAD),
        ("at", json!(c.text("instant of a notice that is none")), BAD),
        (
            "system",
            json!(c.text("telling system that is none") + " "),
            BAD,
        ),
        ("text", json!(c.text("notice of nothing")), code),
    ] {
        let mut told = json!({ "incidentId": alarm, "target": "INSURER", "status": "COMPLETED" });
        told[field] = value;
        all.push(failing(RECORD_INCIDENT_NOTIFICATION, input(&told), code));
    }
    let affected = "query($of: AffectedByInput!) { affectedCustomers(of: $of) { totalCount } }";
    let of = json!({ "of": { "system": c.text("affected system that is none") + " " } });
    all.push(failing(affected, of, BAD));
    all
}
