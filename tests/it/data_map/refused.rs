//! Agreements and flows that cannot be.

use serde_json::{Value, json};

use super::{House, recipient, system};
use crate::harness::build::map::{
    ADD_AGREEMENT, ADD_TRANSFER_MECHANISM, DECLARE_DATA_FLOW, END_AGREEMENT, RETIRE_DATA_FLOW,
    UPDATE_SYSTEM,
};
use crate::harness::build::{self, input};
use crate::harness::poll::feed;

impl House {
    /// That a call is refused because of a field.
    async fn blames(&self, query: &str, of: &Value, code: &str, field: &str) {
        let refused = self.officer.run(query, input(of)).await;
        assert_eq!(refused.code(), code, "{field}: {}", refused.text);
        let blamed = &refused.body["errors"][0]["extensions"]["field"];
        assert_eq!(blamed, field, "{}", refused.text);
    }
}

fn with(of: &Value, field: &str, value: Value) -> Value {
    let mut of = of.clone();
    of[field] = value;
    of
}

#[tokio::test]
async fn agreements_that_make_no_sense_are_refused_and_change_nothing() {
    let house = House::start().await;
    let stripe = house.recipient("Stripe", "PROCESSOR", "US").await;
    let good = json!({ "recipientId": stripe, "kind": "DATA_PROCESSING", "validFrom": "2025-01-01",
        "validUntil": "2026-12-31" });
    let invalid = "BAD_USER_INPUT";
    for (field, value) in [
        ("validUntil", json!("2024-12-31")),
        ("reference", json!(" ")),
        ("reference", json!("a\nb")),
        ("reference", json!("x".repeat(201))),
    ] {
        let bad = with(&good, field, value);
        house.blames(ADD_AGREEMENT, &bad, invalid, field).await;
    }
    let nobody = with(
        &good,
        "recipientId",
        json!("rcp_01h2xcejqtf2nbrexx3vqjhp41"),
    );
    let field = "recipientId";
    house
        .blames(ADD_AGREEMENT, &nobody, "NOT_FOUND", field)
        .await;
    for (of, field) in [
        (
            json!({ "kind": "CERTIFICATION", "scheme": "SAFE_HARBOR" }),
            "scheme",
        ),
        (json!({ "kind": "DEROGATION" }), "derogation"),
        (
            json!({ "kind": "NONE_REQUIRED", "derogation": "CONTRACT" }),
            "derogation",
        ),
    ] {
        let bad = with(&of, "recipientId", json!(stripe));
        house
            .blames(ADD_TRANSFER_MECHANISM, &bad, invalid, field)
            .await;
    }
    let seen = feed(&house.officer, |_| true).await;
    let papers = |event: &&Value| event["type"].as_str().unwrap().starts_with("INSTRUMENT");
    assert_eq!(seen.iter().filter(papers).count(), 0);

    let path = "addAgreement.agreement.id";
    let agreement = house.make(ADD_AGREEMENT, good, path).await;
    for day in ["2024-12-31", "2027-01-01"] {
        let bad = json!({ "agreementId": agreement, "endsOn": day });
        house.blames(END_AGREEMENT, &bad, invalid, "endsOn").await;
    }
    let none = json!({ "recipientId": stripe, "kind": "NONE_REQUIRED" });
    let path = "addTransferMechanism.transferMechanism.id";
    let mechanism = house.make(ADD_TRANSFER_MECHANISM, none, path).await;
    let other = json!({ "agreementId": mechanism, "endsOn": "2026-01-01" });
    let refused = house.officer.run(END_AGREEMENT, input(&other)).await;
    assert_eq!(refused.code(), "NOT_FOUND", "a mechanism is no agreement");
    let days = "{ expiringAgreements(withinDays: -1) { nodes { id } } }";
    assert_eq!(house.officer.ask(days).await.code(), invalid);
    house.stop().await;
}

#[tokio::test]
async fn flows_that_make_no_sense_are_refused_and_change_nothing() {
    let house = House::start().await;
    let stripe = house.recipient("Stripe", "PROCESSOR", "US").await;
    let other = house.recipient("PayPal", "PROCESSOR", "US").await;
    let whmcs = house.system("whmcs", json!({})).await;
    let of = json!({ "recipientId": other, "kind": "DATA_PROCESSING" });
    let path = "addAgreement.agreement.id";
    let elsewhere = house.make(ADD_AGREEMENT, of, path).await;
    let good = json!({ "from": system(&whmcs), "to": recipient(&stripe), "categories": ["user.payment"],
        "purpose": "essential.service.payment_processing", "validFrom": "2026-01-01" });
    let invalid = "BAD_USER_INPUT";
    for (field, value, blamed) in [
        ("from", json!({ "customer": false }), "from.customer"),
        ("to", system(&whmcs), "to"),
        ("categories", json!([]), "categories"),
        ("categories", json!(["user.paymnet"]), "categories[0]"),
        ("subjects", json!(["custommer"]), "subjects[0]"),
        ("subjects", json!([]), "subjects"),
        ("purpose", json!("payment"), "purpose"),
        ("validUntil", json!("2025-12-31"), "validUntil"),
        ("agreementId", json!(elsewhere), "agreementId"),
    ] {
        let bad = with(&good, field, value);
        house.blames(DECLARE_DATA_FLOW, &bad, invalid, blamed).await;
    }
    for (field, value) in [
        ("transferMechanismId", json!(elsewhere)),
        (
            "to",
            json!({ "recipientId": "rcp_01h2xcejqtf2nbrexx3vqjhp41" }),
        ),
        (
            "from",
            json!({ "systemId": "sys_01h2xcejqtf2nbrexx3vqjhp41" }),
        ),
        ("replaces", json!("flw_01h2xcejqtf2nbrexx3vqjhp41")),
    ] {
        let bad = with(&good, field, value);
        house
            .blames(DECLARE_DATA_FLOW, &bad, "NOT_FOUND", field)
            .await;
    }
    let seen = feed(&house.officer, |_| true).await;
    let flows = |event: &&Value| event["type"].as_str().unwrap().starts_with("DATA_FLOW");
    assert_eq!(seen.iter().filter(flows).count(), 0);

    let path = "declareDataFlow.dataFlow.id";
    let flow = house.make(DECLARE_DATA_FLOW, good.clone(), path).await;
    let mut early = with(&good, "replaces", json!(flow));
    early["validFrom"] = json!("2025-12-31");
    house
        .blames(DECLARE_DATA_FLOW, &early, invalid, "validFrom")
        .await;
    let early = json!({ "dataFlowId": flow, "on": "2025-12-30" });
    house.blames(RETIRE_DATA_FLOW, &early, invalid, "on").await;
    // What took the place of a flow stays in it.
    let mut next = with(&good, "replaces", json!(flow));
    next["validFrom"] = json!("2026-07-01");
    house.make(DECLARE_DATA_FLOW, next.clone(), path).await;
    next["validFrom"] = json!("2026-08-01");
    house
        .blames(DECLARE_DATA_FLOW, &next, invalid, "replaces")
        .await;
    let again = json!({ "dataFlowId": flow, "on": "2026-07-01" });
    house.blames(RETIRE_DATA_FLOW, &again, invalid, "on").await;
    for query in [
        r#"{ dataFlows(filter: { category: "user.contcat" }) { nodes { id } } }"#,
        r#"{ dataCategories(under: "usr") }"#,
        "{ upstream(of: { customer: false }) { distance } }",
    ] {
        assert_eq!(house.officer.ask(query).await.code(), invalid, "{query}");
    }
    house.stop().await;
}

#[tokio::test]
async fn what_cannot_be_known_of_a_system_is_refused() {
    let house = House::start().await;
    let whmcs = house.system("whmcs", json!({})).await;
    let invalid = "BAD_USER_INPUT";
    for (field, value, blamed) in [
        ("owner", json!(" "), "owner"),
        ("owner", json!("x".repeat(61)), "owner"),
        ("owner", json!("a\tb"), "owner"),
        ("categories", json!(["user.nmae"]), "categories[0]"),
        ("subjects", json!(["clients"]), "subjects[0]"),
        ("ourRoles", json!([]), "ourRoles"),
    ] {
        let bad = with(&json!({ "systemId": whmcs }), field, value.clone());
        house.blames(UPDATE_SYSTEM, &bad, invalid, blamed).await;
        let bad = with(&json!({ "name": "whmcs" }), field, value);
        house
            .blames(build::REGISTER_SYSTEM, &bad, invalid, blamed)
            .await;
    }
    let nobody = json!({ "systemId": whmcs, "hostId": "rcp_01h2xcejqtf2nbrexx3vqjhp41" });
    house
        .blames(UPDATE_SYSTEM, &nobody, "NOT_FOUND", "hostId")
        .await;
    let seen = house.officer.ask("{ systems { nodes { version } } }").await;
    assert_eq!(seen.get("systems.nodes.0.version"), &json!(1));
    house.stop().await;
}
