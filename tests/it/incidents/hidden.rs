//! What is kept from view.

use entity::enums::Role;
use serde_json::{Value, json};

use super::House;
use crate::harness::build::incidents::REPORT_INCIDENT;
use crate::harness::build::input;

#[tokio::test]
async fn what_is_kept_from_view_is_seen_by_those_who_handle_it() {
    let house = House::start().await;
    house.system("whmcs", &house.billing, json!({})).await;
    house.client("42", &[], json!({})).await;
    let legal = house.app.actor(Role::Legal).await;
    let hidden = json!({ "title": "Somebody of ours", "kinds": ["CONFIDENTIALITY"], "confidential": true,
        "systems": ["whmcs"] });
    let reported = house.abuse.run(REPORT_INCIDENT, input(&hidden)).await;
    assert_eq!(
        reported.get("reportIncident.incident"),
        &Value::Null,
        "not even by who said so"
    );
    let list = "{ incidents { nodes { id } } }";
    let seen = house.officer.ask(list).await;
    let incident = seen.text_at("incidents.nodes.0.id");
    assert_eq!(
        legal.ask(list).await.text_at("incidents.nodes.0.id"),
        incident
    );
    house
        .assess(&incident, json!({ "status": "CONFIRMED" }))
        .await
        .ok();
    let told = house
        .tell(&incident, "AUTHORITY", "COMPLETED", json!({}))
        .await;
    let said = told.text_at("recordIncidentNotification.notification.id");
    // What a rule refuses shows nothing either.
    let refused = house.assess(&incident, json!({ "status": "CLOSED" })).await;
    assert_eq!(refused.code(), "TRANSITION_NOT_ALLOWED");

    let auditor = house.app.actor(Role::Auditor).await;
    let one = "query($id: ID!, $said: ID!) { incident(id: $id) { id } node(id: $said) { id } nodes(ids: [$id]) { id }
        incidents { nodes { id } } }";
    let nothing =
        json!({ "incident": null, "node": null, "nodes": [null], "incidents": { "nodes": [] } });
    let affected = "query($id: ID) { affectedCustomers(of: { incidentId: $id }) { totalCount } }";
    for actor in [&house.abuse, &house.billing, &auditor] {
        let of = json!({ "id": incident, "said": said });
        assert_eq!(actor.run(one, of).await.ok(), &nothing);
        let of = json!({ "id": incident });
        assert_eq!(actor.run(affected, of).await.code(), "NOT_FOUND");
        let feed = actor
            .ask("{ events(first: 100) { nodes { objectId type } } }")
            .await;
        assert!(
            !feed.text.contains(&incident) && !feed.text.contains(&said),
            "{}",
            feed.text
        );
        assert!(!feed.text.contains("INCIDENT"), "{}", feed.text);
    }
    // Nor does it show that somebody read of it.
    let read = "query($id: ID!) { incident(id: $id) { title notifications { text } } }";
    let of = json!({ "id": incident });
    house.officer.run(read, of).await.ok();
    let log = auditor
        .ask("{ accessLog(first: 100) { nodes { fields recordId } } }")
        .await;
    assert!(!log.text.contains("incident"), "{}", log.text);
    let shown = legal
        .run(one, json!({ "id": incident, "said": said }))
        .await;
    assert_eq!(shown.text_at("node.id"), said);
    // Customers would hear of it.
    let planned = json!({ "system": "whmcs", "text": "Change your password." });
    let refused = house
        .tell(&incident, "SUBJECT", "PLANNED", planned.clone())
        .await;
    assert_eq!(refused.code(), "TRANSITION_NOT_ALLOWED");

    house
        .assess(&incident, json!({ "confidential": false }))
        .await
        .ok();
    let seen = auditor
        .run(one, json!({ "id": incident, "said": said }))
        .await;
    assert_eq!(seen.text_at("incident.id"), incident);
    house
        .tell(&incident, "SUBJECT", "PLANNED", planned)
        .await
        .ok();
    let refused = house
        .assess(&incident, json!({ "confidential": true }))
        .await;
    assert_eq!(
        refused.code(),
        "TRANSITION_NOT_ALLOWED",
        "customers are being told"
    );
    house.stop().await;
}
