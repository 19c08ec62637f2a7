//! What turns out later: who else is affected, what was said wrongly, and that no clock is loosened without a word.

use serde_json::json;

use super::telling::{done, given};
use super::{House, blamed};
use crate::harness::build::{self, input};

#[tokio::test]
async fn who_turns_out_to_be_affected_later_is_told_too() {
    let house = House::start().await;
    house.system("whmcs", &house.billing, json!({})).await;
    house.system("panel", &house.billing, json!({})).await;
    house
        .system("mailer", &house.billing, json!({ "knownBy": ["EMAIL"] }))
        .await;
    house
        .client("42", &[], json!({ "emails": ["ada@example.org"] }))
        .await;
    let incident = house.report(json!({ "systems": ["whmcs"] })).await;
    let confirmed = json!({ "status": "CONFIRMED", "risk": "HIGH_RISK" });
    house.assess(&incident, confirmed).await.ok();
    house
        .plan(&incident, "SUBJECT", "mailer", "Change your password.")
        .await;
    for task in &given(&house.billing, "mailer").await {
        done(&house.billing, task).await;
    }
    house
        .tell(&incident, "SUBJECT", "COMPLETED", json!({}))
        .await
        .ok();
    let persons = "GDPR SUBJECT INITIAL -";
    assert_eq!(house.clocks(&incident).await[1], format!("{persons} MET"));

    // Both come later: one was in the other system, which was broken into as well.
    house.app.set_clock("2026-11-20T04:00:00Z");
    house
        .client("43", &["panel"], json!({ "emails": ["eve@example.org"] }))
        .await;
    house.client("44", &[], json!({})).await;
    let more = json!({ "addSystems": ["panel"] });
    house.assess(&incident, more).await.ok();
    let of = json!({ "incidentId": incident });
    assert_eq!(
        house.affected(of, "SUBJECT").await,
        ["Client 42", "Client 43"],
        "client 44 was not there"
    );
    assert_eq!(
        house.clocks(&incident).await[1],
        format!("{persons} RUNNING"),
        "one of them was not told"
    );
    house.planned(&incident).await;
    let tasks = given(&house.billing, "mailer").await;
    assert_eq!(tasks.len(), 1, "nobody is told twice");
    assert_eq!(tasks[0]["identifiers"][0]["value"], "eve@example.org");
    done(&house.billing, &tasks[0]).await;
    house
        .tell(&incident, "SUBJECT", "COMPLETED", json!({}))
        .await
        .ok();
    assert_eq!(house.clocks(&incident).await[1], format!("{persons} MET"));
    house.stop().await;
}

#[tokio::test]
async fn whose_site_it_is_tells_his_own_authority() {
    let house = House::start().await;
    house.system("whmcs", &house.billing, json!({})).await;
    for client in ["42", "43"] {
        house.client(client, &[], json!({})).await;
    }
    let whmcs = |id: &str| json!({ "externalId": { "system": "whmcs", "id": id } });
    let incident = house.report(json!({ "controllers": [whmcs("42")] })).await;
    house
        .assess(
            &incident,
            json!({ "status": "CONFIRMED", "risk": "HIGH_RISK" }),
        )
        .await
        .ok();
    let controller = "GDPR CONTROLLER INITIAL - RUNNING";
    assert_eq!(house.clocks(&incident).await, [controller]);
    let more = json!({ "addControllers": [whmcs("43")] });
    house.assess(&incident, more).await.ok();
    let of = json!({ "incidentId": incident });
    let both = ["Client 42", "Client 43"];
    assert_eq!(house.affected(of.clone(), "CONTROLLER").await, both);
    assert_eq!(house.affected(of, "SUBJECT").await, [""; 0]);
    house.stop().await;
}

#[tokio::test]
async fn who_is_one_since_is_told_once() {
    let house = House::start().await;
    house.system("whmcs", &house.billing, json!({})).await;
    for client in ["42", "45"] {
        house.client(client, &[], json!({})).await;
    }
    let incident = house.report(json!({ "systems": ["whmcs"] })).await;
    house
        .assess(&incident, json!({ "status": "CONFIRMED" }))
        .await
        .ok();
    let whmcs = |id: &str| json!({ "externalId": { "system": "whmcs", "id": id } });
    let both = json!({ "from": whmcs("42"), "into": whmcs("45") });
    house
        .billing
        .run(build::MERGE_CUSTOMERS, input(&both))
        .await
        .ok();
    house
        .plan(&incident, "SUBJECT", "whmcs", "Change your password.")
        .await;
    let tasks = given(&house.billing, "whmcs").await;
    assert_eq!(tasks.len(), 1, "{tasks:?}");
    done(&house.billing, &tasks[0]).await;
    house
        .tell(&incident, "SUBJECT", "COMPLETED", json!({}))
        .await
        .ok();
    house.stop().await;
}

#[tokio::test]
async fn no_clock_is_loosened_without_a_word() {
    let house = House::start().await;
    let incident = house
        .report(json!({ "beganAt": "2026-11-18T00:00:00Z" }))
        .await;
    house
        .assess(
            &incident,
            json!({ "status": "CONFIRMED", "risk": "RISK", "significant": true }),
        )
        .await
        .ok();
    let running = house.clocks(&incident).await;
    house.app.set_clock("2026-11-23T04:00:00Z");
    for change in [
        json!({ "risk": "NO_RISK" }),
        json!({ "kinds": [] }),
        json!({ "significant": false }),
        json!({ "awareAt": "2026-11-23T03:00:00Z" }),
    ] {
        let refused = house.assess(&incident, change.clone()).await;
        assert_eq!(
            (refused.code(), blamed(&refused)),
            ("BAD_USER_INPUT", "reason"),
            "{change}"
        );
    }
    let overdue: Vec<_> = running
        .iter()
        .map(|clock| clock.replace("RUNNING", "OVERDUE"))
        .collect();
    assert_eq!(house.clocks(&incident).await, overdue);
    let mut judged = json!({ "significant": false });
    judged["reason"] = json!("Ten customers, and for an hour.");
    house.assess(&incident, judged).await.ok();

    // Nobody is told before it happened.
    let early = json!({ "at": "2026-11-17T00:00:00Z" });
    let refused = house.tell(&incident, "AUTHORITY", "COMPLETED", early).await;
    assert_eq!((refused.code(), blamed(&refused)), ("BAD_USER_INPUT", "at"));
    let in_time = json!({ "at": "2026-11-21T00:00:00Z" });
    house
        .tell(&incident, "AUTHORITY", "COMPLETED", in_time)
        .await
        .ok();
    // Known for longer than was said, the same was late.
    let earlier = json!({ "awareAt": "2026-11-18T00:00:00Z" });
    house.assess(&incident, earlier.clone()).await.ok();
    let earliest = json!({ "awareAt": "2026-11-18T00:00:00Z", "beganAt": "2026-11-17T00:00:00Z" });
    house.assess(&incident, earliest).await.ok();
    let far = json!({ "awareAt": "2026-11-17T00:00:00Z" });
    let refused = house.assess(&incident, far.clone()).await;
    assert_eq!(blamed(&refused), "reason");
    let mut said = far;
    said["reason"] = json!("A mail of that day was found.");
    house.assess(&incident, said).await.ok();
    assert!(house.clocks(&incident).await[0].ends_with("MET_LATE"));
    house.stop().await;
}

#[tokio::test]
async fn what_was_said_wrongly_is_not_what_counts() {
    let house = House::start().await;
    house.system("whmcs", &house.billing, json!({})).await;
    house.client("42", &[], json!({})).await;
    let british = json!({ "country": "GB" });
    let incident = house.report(json!({ "systems": ["whmcs"] })).await;
    house
        .assess(&incident, json!({ "status": "CONFIRMED", "risk": "RISK" }))
        .await
        .ok();
    let told = house
        .tell(&incident, "AUTHORITY", "COMPLETED", json!({}))
        .await;
    told.ok();
    assert!(house.clocks(&incident).await[0].ends_with(" MET"));
    // The portal has turned it down.
    let failed = json!({ "reason": "the form was incomplete" });
    house
        .tell(&incident, "AUTHORITY", "FAILED", failed)
        .await
        .ok();
    assert!(house.clocks(&incident).await[0].ends_with(" RUNNING"));
    house
        .tell(&incident, "AUTHORITY", "COMPLETED", json!({}))
        .await
        .ok();
    // What the one authority knows, the other does not.
    house.client("43", &[], british).await;
    let whmcs = json!({ "externalId": { "system": "whmcs", "id": "43" } });
    let more = json!({ "addCustomers": [whmcs] });
    house.assess(&incident, more).await.ok();
    let clocks = house.clocks(&incident).await;
    assert!(
        clocks[0].starts_with("GDPR") && clocks[0].ends_with(" MET"),
        "{clocks:?}"
    );
    assert!(
        clocks[1].starts_with("UK_GDPR AUTHORITY") && clocks[1].ends_with(" RUNNING"),
        "{clocks:?}"
    );
    let needless =
        json!({ "regime": "UK_GDPR", "reason": "One person, whose address was public." });
    house
        .tell(&incident, "AUTHORITY", "NOT_NEEDED", needless)
        .await
        .ok();
    for status in ["CONTAINED", "MITIGATED", "CLOSED"] {
        house
            .assess(&incident, json!({ "status": status }))
            .await
            .ok();
    }
    // What is closed owes nothing: whoever knows better, confirms it again.
    let planned = json!({ "regime": "UK_GDPR" });
    let refused = house.tell(&incident, "AUTHORITY", "PLANNED", planned).await;
    assert_eq!(refused.code(), "TRANSITION_NOT_ALLOWED");
    let followed_up = json!({ "phase": "FOLLOW_UP", "reason": "it was small" });
    let refused = house
        .tell(&incident, "CSIRT", "NOT_NEEDED", followed_up)
        .await;
    assert_eq!(
        (refused.code(), blamed(&refused)),
        ("BAD_USER_INPUT", "status")
    );
    house.stop().await;
}
