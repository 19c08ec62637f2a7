//! What nobody can say of an incident: it is told what is wrong, and nothing changes.

use serde_json::{Value, json};

use super::{House, blamed};
use crate::harness::build::incidents::{
    ASSESS_INCIDENT, RECORD_INCIDENT_NOTIFICATION, REPORT_INCIDENT,
};
use crate::harness::build::{self, input};
use crate::harness::poll::feed;

const BAD: &str = "BAD_USER_INPUT";

#[tokio::test]
async fn what_cannot_be_is_refused_and_changes_nothing() {
    let house = House::start().await;
    house.system("whmcs", &house.billing, json!({})).await;
    let known = house.client("42", &[], json!({})).await;
    let list = json!({ "name": "A list", "role": "PRIVATE_PARTY" });
    let mut rightly = build::disclosure(&list, &[json!({ "id": known })]);
    rightly["input"]["disclosedAt"] = json!("2026-11-19T21:00:00Z");
    let rightly = house.abuse.run(build::RECORD_DISCLOSURE, rightly).await;
    let rightly = rightly.text_at("recordDisclosure.disclosure.id");
    let incident = house
        .report(json!({ "systems": ["whmcs"], "beganAt": "2026-11-19T00:00:00Z" }))
        .await;
    // What was recorded last is in the feed a moment later.
    let is_last = |seen: &[Value]| {
        seen.last()
            .is_some_and(|last| last["type"] == "INCIDENT_REPORTED")
    };
    let before = feed(&house.officer, is_last).await;

    for (field, value, at) in [
        ("title", json!(" "), "title"),
        ("systems", json!(["whmsc"]), "systems[0]"),
        ("systems", json!(["a system"]), "systems[0]"),
        ("categories", json!(["user.contact.emial"]), "categories[0]"),
        ("beganAt", json!("2027-01-01T00:00:00Z"), "beganAt"),
        ("disclosureId", json!(rightly), "disclosureId"),
        (
            "customers",
            json!(vec![json!({ "id": known }); 501]),
            "customers",
        ),
    ] {
        let mut wrong = json!({ "title": "Something" });
        wrong[field] = value;
        let answer = house.abuse.run(REPORT_INCIDENT, input(&wrong)).await;
        assert_eq!(
            (answer.code(), blamed(&answer)),
            (BAD, at),
            "{}",
            answer.text
        );
    }
    for (field, value, at) in [
        ("endedAt", json!("2026-11-18T00:00:00Z"), "endedAt"),
        ("awareAt", json!("2026-11-18T00:00:00Z"), "awareAt"),
        ("title", json!(null), "title"),
        ("personsEstimated", json!(-1), "personsEstimated"),
        ("status", json!("FALSE_ALARM"), "reason"),
        ("addSystems", json!(["whmsc"]), "addSystems[0]"),
    ] {
        let mut wrong = json!({ "incidentId": incident });
        wrong[field] = value;
        let answer = house.officer.run(ASSESS_INCIDENT, input(&wrong)).await;
        assert_eq!(
            (answer.code(), blamed(&answer)),
            (BAD, at),
            "{}",
            answer.text
        );
    }
    let stale = house
        .assess(&incident, json!({ "expectedVersion": 7, "risk": "RISK" }))
        .await;
    assert_eq!(stale.code(), "CONFLICT");
    for (status, target, more, at) in [
        ("FAILED", "AUTHORITY", json!({}), "reason"),
        ("NOT_NEEDED", "AUTHORITY", json!({}), "reason"),
        ("PLANNED", "SUBJECT", json!({ "system": "whmcs" }), "text"),
        (
            "PLANNED",
            "SUBJECT",
            json!({ "system": "whmsc", "text": "x" }),
            "system",
        ),
        (
            "COMPLETED",
            "SUBJECT",
            json!({ "system": "whmcs", "text": "x" }),
            "system",
        ),
        (
            "PLANNED",
            "INSURER",
            json!({ "system": "whmcs", "text": "x" }),
            "system",
        ),
        (
            "COMPLETED",
            "CSIRT",
            json!({ "at": "2027-01-01T00:00:00Z" }),
            "at",
        ),
    ] {
        let answer = house.tell(&incident, target, status, more).await;
        assert_eq!(
            (answer.code(), blamed(&answer)),
            (BAD, at),
            "{}",
            answer.text
        );
    }
    let after = feed(&house.officer, is_last).await;
    assert_eq!(before, after);
    let query = "query($of: AffectedByInput!, $target: NotificationTarget) {
        affectedCustomers(of: $of, target: $target) { totalCount } }";
    for (of, target, at) in [
        (json!({ "system": "whmsc" }), "SUBJECT", "of.system"),
        (json!({ "incidentId": incident }), "INSURER", "target"),
    ] {
        let of = json!({ "of": of, "target": target });
        let answer = house.officer.run(query, of).await;
        assert_eq!(
            (answer.code(), blamed(&answer)),
            (BAD, at),
            "{}",
            answer.text
        );
    }
    house.stop().await;
}

#[tokio::test]
async fn steps_that_are_none_are_refused_and_recorded() {
    let house = House::start().await;
    house.system("whmcs", &house.billing, json!({})).await;
    let incident = house.report(json!({ "systems": ["whmcs"] })).await;
    let refused = "TRANSITION_NOT_ALLOWED";
    let planned = json!({ "system": "whmcs", "text": "Change your password." });
    let answer = house
        .tell(&incident, "SUBJECT", "PLANNED", planned.clone())
        .await;
    assert_eq!(answer.code(), refused, "nobody is sure");
    for to in ["CONTAINED", "MITIGATED", "CLOSED"] {
        let answer = house.assess(&incident, json!({ "status": to })).await;
        assert_eq!(answer.code(), refused, "{to}");
    }
    let nothing = json!({ "status": "NEAR_MISS", "reason": "The door was locked." });
    house.assess(&incident, nothing).await.ok();
    for target in ["AUTHORITY", "SUBJECT"] {
        let answer = house.tell(&incident, target, "COMPLETED", json!({})).await;
        assert_eq!(answer.code(), refused, "{target}");
    }
    let answer = house
        .assess(&incident, json!({ "status": "CONFIRMED" }))
        .await;
    assert_eq!(answer.code(), refused, "without a reason");
    let again = json!({ "status": "CONFIRMED", "reason": "It was not." });
    house.assess(&incident, again).await.ok();
    for status in ["CONTAINED", "MITIGATED"] {
        house
            .assess(&incident, json!({ "status": status }))
            .await
            .ok();
    }
    let answer = house.assess(&incident, json!({ "status": "CLOSED" })).await;
    assert_eq!(answer.code(), refused, "nobody judged the risk");
    let answer = house
        .assess(&incident, json!({ "status": "CLOSED", "risk": "RISK" }))
        .await;
    assert_eq!(answer.code(), refused, "the authority was not told");
    let waived = json!({ "reason": "The data was encrypted." });
    house
        .tell(&incident, "AUTHORITY", "NOT_NEEDED", waived)
        .await
        .ok();
    let closed = json!({ "status": "CLOSED", "risk": "RISK" });
    house.assess(&incident, closed).await.ok();
    let feed = house
        .officer
        .ask("{ events(first: 100) { nodes { type objectId } } }")
        .await;
    let nodes = feed.get("events.nodes").as_array().unwrap();
    let refusals = nodes.iter().filter(|one| one["type"] == "REFUSAL_RECORDED");
    assert_eq!(
        refusals
            .filter(|one| one["objectId"] == incident.as_str())
            .count(),
        9
    );
    house.stop().await;
}

/// Where two laws apply, each authority is told by itself.
#[tokio::test]
async fn two_laws_have_two_authorities() {
    let house = House::start().await;
    house.system("whmcs", &house.billing, json!({})).await;
    house.client("42", &[], json!({ "country": "GB" })).await;
    let incident = house.report(json!({ "systems": ["whmcs"] })).await;
    house
        .assess(&incident, json!({ "status": "CONFIRMED", "risk": "RISK" }))
        .await
        .ok();
    let clock = |regime: &str, state: &str| {
        format!("{regime} AUTHORITY INITIAL 2026-11-23T03:00:00.000Z {state}")
    };
    let clocks = house.clocks(&incident).await;
    assert_eq!(
        clocks,
        [clock("GDPR", "RUNNING"), clock("UK_GDPR", "RUNNING")]
    );
    let told = json!({ "incidentId": incident, "target": "AUTHORITY", "status": "COMPLETED" });
    let query = RECORD_INCIDENT_NOTIFICATION;
    let answer = house.officer.run(query, input(&told)).await;
    assert_eq!((answer.code(), blamed(&answer)), (BAD, "regime"));
    for (regime, expected) in [
        (
            "UK_GDPR",
            [clock("GDPR", "RUNNING"), clock("UK_GDPR", "MET")],
        ),
        ("GDPR", [clock("GDPR", "MET"), clock("UK_GDPR", "MET")]),
    ] {
        let of = json!({ "regime": regime });
        house
            .tell(&incident, "AUTHORITY", "COMPLETED", of)
            .await
            .ok();
        assert_eq!(house.clocks(&incident).await, expected);
    }
    house.stop().await;
}
