//! Diagrams, and what is known of systems.

use entity::enums::Role;
use serde_json::{Value, json};

use super::{House, Mapped, recipient, system};
use crate::harness::Actor;
use crate::harness::build::incidents::REPORT_INCIDENT;
use crate::harness::build::input;
use crate::harness::build::map::UPDATE_SYSTEM;

/// People paste diagrams into documents; what a person is called is not for everybody.
#[tokio::test]
async fn the_map_is_drawn() {
    let map = Mapped::draw().await;
    let house = &map.house;
    let person = house
        .recipient("Jane \"Doe\" <b>", "DATA_SUBJECT", "DE")
        .await;
    house
        .flow(system(&map.panel), recipient(&person), json!({}))
        .await;
    let draw = "query($format: DiagramFormat!, $around: DataMapNodeInput) {
        dataFlowDiagram(format: $format, around: $around) }";
    let drawn = async |actor: &Actor, format: &str, around: Value| {
        let of = json!({ "format": format, "around": around });
        actor.run(draw, of).await.text_at("dataFlowDiagram")
    };
    let mermaid = drawn(&house.officer, "MERMAID", Value::Null).await;
    for line in [
        "flowchart LR",
        "n0([\"Customers\"])",
        "{{\"Stripe\"}}",
        "{{\"Jane #quot;Doe#quot; #lt;b#gt;\"}}",
        "-->|\"essential.service.payment_processing\"|",
        "-.->|\"runs on\"|",
    ] {
        assert!(mermaid.contains(line), "{line} in {mermaid}");
    }
    let dot = drawn(&house.officer, "DOT", Value::Null).await;
    assert!(dot.starts_with("digraph") && dot.contains(r#"label="Jane \"Doe\" <b>""#));
    let svg = drawn(&house.officer, "SVG", Value::Null).await;
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    assert!(svg.contains("Jane &quot;Doe&quot; &lt;b&gt;") && !svg.contains("<b>"));
    // Around the payment service, there is no panel.
    let around = drawn(&house.officer, "DOT", recipient(&map.stripe)).await;
    assert!(
        around.contains("whmcs") && !around.contains("panel"),
        "{around}"
    );
    let dashboard = house.app.actor(Role::Dashboard).await;
    for format in ["MERMAID", "DOT", "SVG"] {
        let text = drawn(&dashboard, format, Value::Null).await;
        assert!(
            !text.contains("Jane") && text.contains("A person"),
            "{text}"
        );
        assert!(text.contains("Stripe"));
    }
    map.house.stop().await;
}

/// Systems change, and whoever has read an old version is told.
#[tokio::test]
async fn what_is_known_of_a_system_changes() {
    let house = House::start().await;
    let centre = house.recipient("Data centre", "PROCESSOR", "DE").await;
    let whmcs = house
        .system(
            "whmcs",
            json!({ "knownBy": ["EMAIL"], "owner": "billing", "hostId": centre }),
        )
        .await;
    let change = json!({ "systemId": whmcs, "owner": "finance", "hostId": null, "country": "BG",
        "categories": ["user.payment"], "expectedVersion": 1 });
    let changed = house.officer.run(UPDATE_SYSTEM, input(&change)).await;
    assert_eq!(
        changed.get("updateSystem.system")["owner"],
        json!("finance")
    );
    let stale = house.officer.run(UPDATE_SYSTEM, input(&change)).await;
    stale.refused(409, "CONFLICT");
    let seen = house
        .officer
        .ask("{ systems { nodes { name owner host { id } country knownBy categories version } } }")
        .await;
    assert_eq!(
        seen.get("systems.nodes"),
        &json!([{ "name": "whmcs", "owner": "finance", "host": null, "country": "BG", "knownBy": ["EMAIL"],
            "categories": ["user.payment"], "version": 2 }])
    );
    house.stop().await;
}

/// An incident is about systems and recipients, and so about what goes from one to the other.
#[tokio::test]
async fn the_flows_of_an_incident_are_those_of_what_it_is_about() {
    let map = Mapped::draw().await;
    let house = &map.house;
    let [to_billing, to_panel, to_stripe, provisioned] = &map.flows;
    let of = "query($id: ID) { dataFlows(filter: { incidentId: $id }) { nodes { id } } }";
    for (about, expected) in [
        (json!({ "systems": ["panel"] }), vec![to_panel, provisioned]),
        (json!({ "recipientIds": [map.stripe] }), vec![to_stripe]),
        (
            json!({ "systems": ["whmcs"], "recipientIds": [map.stripe] }),
            vec![to_billing, to_stripe, provisioned],
        ),
        (json!({}), vec![]),
    ] {
        let mut incident = about;
        incident["title"] = json!("An incident");
        let path = "reportIncident.incident.id";
        let incident = house.make(REPORT_INCIDENT, incident, path).await;
        let found = house.officer.run(of, json!({ "id": incident })).await;
        let nodes = found.get("dataFlows.nodes").as_array().unwrap().iter();
        let found: Vec<_> = nodes.map(|node| node["id"].as_str().unwrap()).collect();
        assert_eq!(found, expected);
    }
    map.house.stop().await;
}
