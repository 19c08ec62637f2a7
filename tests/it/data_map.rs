//! Where data goes: systems, agreements, flows, and what dashboards and documents ask of them.

mod drawn;
mod refused;

use entity::enums::Role;
use serde_json::{Value, json};

use crate::harness::build::map::{
    ADD_AGREEMENT, ADD_TRANSFER_MECHANISM, DECLARE_DATA_FLOW, END_AGREEMENT,
    END_TRANSFER_MECHANISM, RETIRE_DATA_FLOW,
};
use crate::harness::build::{self, input};
use crate::harness::survey::Survey;
use crate::harness::{Actor, App};

/// A hosting company in Sofia, whose privacy officer draws the map.
pub struct House {
    pub app: App,
    pub officer: Actor,
}

impl House {
    pub async fn start() -> Self {
        let app = App::start().await;
        app.set_clock("2026-11-20T09:00:00Z");
        let officer = app.actor(Role::PrivacyOfficer).await;
        let place = json!({ "establishment": "BG", "timeZone": "Europe/Sofia" });
        officer
            .run(build::UPDATE_CONTROLLER, input(&place))
            .await
            .ok();
        Self { app, officer }
    }

    pub async fn make(&self, query: &str, of: Value, path: &str) -> String {
        self.officer.run(query, input(&of)).await.text_at(path)
    }

    pub async fn system(&self, name: &str, more: Value) -> String {
        let mut system = json!({ "name": name });
        for (field, value) in more.as_object().unwrap() {
            system[field] = value.clone();
        }
        let path = "registerSystem.system.id";
        self.make(build::REGISTER_SYSTEM, system, path).await
    }

    pub async fn recipient(&self, name: &str, role: &str, country: &str) -> String {
        let recipient = json!({ "name": name, "role": role, "country": country });
        let path = "registerRecipient.recipient.id";
        self.make(build::REGISTER_RECIPIENT, recipient, path).await
    }

    pub async fn flow(&self, from: Value, to: Value, more: Value) -> String {
        let mut flow = json!({ "from": from, "to": to, "categories": ["user.contact.email"],
            "purpose": "essential.service", "validFrom": "2026-01-01" });
        for (field, value) in more.as_object().unwrap() {
            flow[field] = value.clone();
        }
        let path = "declareDataFlow.dataFlow.id";
        self.make(DECLARE_DATA_FLOW, flow, path).await
    }

    /// The flows of a question, by their ids.
    async fn flows(&self, filter: Value, as_of: Option<&str>) -> Vec<String> {
        let query = "query($filter: DataFlowFilterInput, $on: Date) {
            dataFlows(first: 100, filter: $filter, asOf: $on) { nodes { id } } }";
        let of = json!({ "filter": filter, "on": as_of });
        let found = self.officer.run(query, of).await;
        let nodes = found.get("dataFlows.nodes").as_array().unwrap().iter();
        nodes
            .map(|node| node["id"].as_str().unwrap().to_owned())
            .collect()
    }

    pub async fn stop(self) {
        let survey = Survey::of(self.app.database()).await;
        survey.assert_whole().await;
        survey.close().await;
        self.app.stop().await;
    }
}

fn system(id: &str) -> Value {
    json!({ "systemId": id })
}

fn recipient(id: &str) -> Value {
    json!({ "recipientId": id })
}

/// What there is between the company and a payment service: an agreement that ends soon, and a scheme that is dead.
#[tokio::test]
async fn agreements_end_and_schemes_die() {
    let house = House::start().await;
    let stripe = house.recipient("Stripe", "PROCESSOR", "US").await;
    let of = json!({ "recipientId": stripe, "kind": "DATA_PROCESSING", "validFrom": "2024-02-01",
        "validUntil": "2027-01-31", "reference": "DPA of 2024-02, contracts/17" });
    let agreement = house
        .make(ADD_AGREEMENT, of, "addAgreement.agreement.id")
        .await;
    let of = json!({ "recipientId": stripe, "kind": "CONFIDENTIALITY" });
    house
        .make(ADD_AGREEMENT, of, "addAgreement.agreement.id")
        .await;
    let mut mechanisms = Vec::new();
    for of in [
        json!({ "kind": "ADEQUACY_DECISION", "scheme": "SAFE_HARBOR", "validFrom": "2012-05-01" }),
        json!({ "kind": "ADEQUACY_DECISION", "scheme": "EU_US_DATA_PRIVACY_FRAMEWORK", "validFrom": "2023-09-01" }),
        json!({ "kind": "STANDARD_CONTRACTUAL_CLAUSES", "validFrom": "2030-01-01", "reference": "module 2" }),
        json!({ "kind": "DEROGATION", "derogation": "CONTRACT" }),
    ] {
        let mut of = of;
        of["recipientId"] = json!(stripe);
        let path = "addTransferMechanism.transferMechanism.id";
        mechanisms.push(house.make(ADD_TRANSFER_MECHANISM, of, path).await);
    }

    let shown = "query($id: ID!, $on: Date) { node(id: $id) { ... on Recipient {
        agreements { kind state(on: $on) endsOn reference }
        transferMechanisms { kind scheme derogation state(on: $on) invalidatedOn invalidatedBy } } } }";
    let seen = house.officer.run(shown, json!({ "id": stripe })).await;
    assert_eq!(
        seen.get("node.agreements"),
        &json!([
            { "kind": "DATA_PROCESSING", "state": "VALID", "endsOn": "2027-01-31",
                "reference": "DPA of 2024-02, contracts/17" },
            { "kind": "CONFIDENTIALITY", "state": "VALID", "endsOn": null, "reference": null },
        ])
    );
    let states = |seen: &Value| {
        let all = seen["transferMechanisms"].as_array().unwrap().iter();
        all.map(|one| one["state"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let today = ["INVALIDATED", "VALID", "FUTURE", "VALID"];
    assert_eq!(states(seen.get("node")), today);
    let dead = seen.get("node.transferMechanisms.0");
    assert_eq!(dead["invalidatedOn"], "2015-10-06");
    assert!(dead["invalidatedBy"].as_str().unwrap().contains("C-362/14"));
    let then = json!({ "id": stripe, "on": "2014-01-01" });
    let then = house.officer.run(shown, then).await;
    assert_eq!(
        states(then.get("node")),
        ["VALID", "FUTURE", "FUTURE", "VALID"]
    );

    // What ends soon, ends sooner: then the recipient has left the framework.
    let ending = "query($days: Int) { expiringAgreements(withinDays: $days) { nodes { id endsOn recipient { id } } } }";
    for (days, count) in [(90, 1), (71, 0), (72, 1), (0, 0)] {
        let of = json!({ "days": days });
        let found = house.officer.run(ending, of).await;
        let nodes = found.get("expiringAgreements.nodes").as_array().unwrap();
        assert_eq!(nodes.len(), count, "{days}");
    }
    let end = json!({ "agreementId": agreement, "endsOn": "2026-11-30" });
    let ended = house.officer.run(END_AGREEMENT, input(&end)).await;
    assert_eq!(ended.get("endAgreement.agreement.version"), &json!(2));
    let found = house.officer.run(ending, json!({ "days": 10 })).await;
    assert_eq!(
        found.get("expiringAgreements.nodes"),
        &json!([{ "id": agreement, "endsOn": "2026-11-30", "recipient": { "id": stripe } }])
    );
    // Said again, nothing changes.
    let again = house.officer.run(END_AGREEMENT, input(&end)).await;
    assert_eq!(again.get("endAgreement.agreement.version"), &json!(2));
    let left = json!({ "transferMechanismId": mechanisms[1], "endsOn": "2026-11-19" });
    let left = house
        .officer
        .run(END_TRANSFER_MECHANISM, input(&left))
        .await;
    let state = left.get("endTransferMechanism.transferMechanism.state");
    assert_eq!(state, "LAPSED");
    house.stop().await;
}

/// Processors engage others, and these others.
#[tokio::test]
async fn sub_processors_are_a_tree() {
    let house = House::start().await;
    let first = house.recipient("Ticket desk", "PROCESSOR", "IE").await;
    let mut above = first.clone();
    let mut chain = vec![first.clone()];
    for name in ["Cloud", "Data centre"] {
        let of = json!({ "name": name, "role": "SUB_PROCESSOR", "engagedBy": above });
        let path = "registerRecipient.recipient.id";
        above = house.make(build::REGISTER_RECIPIENT, of, path).await;
        chain.push(above.clone());
    }
    let tree = "query($id: ID!) { node(id: $id) { ... on Recipient { name engagedBy { name } subProcessors { name
        engagedBy { name } subProcessors { name subProcessors { name } } } } } }";
    let seen = house.officer.run(tree, json!({ "id": first })).await;
    assert_eq!(
        seen.get("node"),
        &json!({ "name": "Ticket desk", "engagedBy": null, "subProcessors": [{ "name": "Cloud",
            "engagedBy": { "name": "Ticket desk" },
            "subProcessors": [{ "name": "Data centre", "subProcessors": [] }] }] })
    );
    // Nobody works for who works for them.
    let circle = json!({ "recipientId": chain[1], "engagedBy": chain[2] });
    let refused = house
        .officer
        .run(build::UPDATE_RECIPIENT, input(&circle))
        .await;
    assert_eq!(
        refused.refused(400, "BAD_USER_INPUT")["extensions"]["field"],
        "engagedBy"
    );
    let itself = json!({ "recipientId": chain[1], "engagedBy": chain[1] });
    let refused = house
        .officer
        .run(build::UPDATE_RECIPIENT, input(&itself))
        .await;
    assert_eq!(refused.code(), "BAD_USER_INPUT");
    let other = house.recipient("Court", "PUBLIC_AUTHORITY", "IE").await;
    for (who, by) in [(&other, &first), (&chain[2], &other)] {
        let wrong = json!({ "recipientId": who, "engagedBy": by });
        let refused = house
            .officer
            .run(build::UPDATE_RECIPIENT, input(&wrong))
            .await;
        assert_eq!(
            refused.refused(400, "BAD_USER_INPUT")["extensions"]["field"],
            "engagedBy"
        );
    }
    // Others work for it: it cannot be a court.
    let court = json!({ "recipientId": first, "role": "PUBLIC_AUTHORITY" });
    let refused = house
        .officer
        .run(build::UPDATE_RECIPIENT, input(&court))
        .await;
    assert_eq!(
        refused.refused(400, "BAD_USER_INPUT")["extensions"]["field"],
        "role"
    );
    // Who is no sub-processor any more, works for nobody.
    let grown = json!({ "recipientId": chain[1], "role": "PROCESSOR" });
    let refused = house
        .officer
        .run(build::UPDATE_RECIPIENT, input(&grown))
        .await;
    assert_eq!(refused.code(), "BAD_USER_INPUT");
    let grown = json!({ "recipientId": chain[1], "role": "PROCESSOR", "engagedBy": null });
    house
        .officer
        .run(build::UPDATE_RECIPIENT, input(&grown))
        .await
        .ok();
    let seen = house.officer.run(tree, json!({ "id": first })).await;
    assert_eq!(seen.get("node.subProcessors"), &json!([]));
    house.stop().await;
}

/// Where data of customers goes: to billing, from there to a payment service, and to a panel that somebody else runs.
pub struct Mapped {
    pub house: House,
    whmcs: String,
    panel: String,
    stripe: String,
    centre: String,
    /// From the customers to billing, to the panel, from billing to the payment service, and to the panel.
    flows: [String; 4],
}

impl Mapped {
    pub async fn draw() -> Self {
        let house = House::start().await;
        let stripe = house.recipient("Stripe", "PROCESSOR", "US").await;
        let centre = house.recipient("Data centre", "PROCESSOR", "DE").await;
        let whmcs = house
            .system(
                "whmcs",
                json!({ "owner": "billing", "categories": ["user.payment", "user.contact"],
                "subjects": ["customer", "prospect"] }),
            )
            .await;
        let panel = house
            .system(
                "panel",
                json!({ "hostId": centre, "ourRoles": ["PROCESSOR"] }),
            )
            .await;
        let customers = json!({ "customer": true });
        let flows = [
            house
                .flow(customers.clone(), system(&whmcs), json!({ "categories": ["user.contact", "user.payment"] }))
                .await,
            house
                .flow(customers, system(&panel), json!({ "categories": ["user.content.hosted"], "ourRole": "PROCESSOR" }))
                .await,
            house
                .flow(system(&whmcs), recipient(&stripe), json!({ "categories": ["user.payment"],
                    "purpose": "essential.service.payment_processing", "legalBasis": "CONTRACT", "frequency": "OFTEN" }))
                .await,
            house
                .flow(system(&whmcs), system(&panel), json!({ "categories": ["user.contact.email"] }))
                .await,
        ];
        Self {
            house,
            whmcs,
            panel,
            stripe,
            centre,
            flows,
        }
    }
}

#[tokio::test]
async fn the_map_is_asked_where_data_goes() {
    let map = Mapped::draw().await;
    let house = &map.house;
    let [to_billing, to_panel, to_stripe, provisioned] = &map.flows;
    for (filter, expected) in [
        (
            json!({}),
            vec![to_billing, to_panel, to_stripe, provisioned],
        ),
        (
            json!({ "category": "user.contact" }),
            vec![to_billing, provisioned],
        ),
        (
            json!({ "category": "user.contact.email" }),
            vec![provisioned],
        ),
        (
            json!({ "category": "user" }),
            vec![to_billing, to_panel, to_stripe, provisioned],
        ),
        (
            json!({ "purpose": "essential.service.payment_processing" }),
            vec![to_stripe],
        ),
        (
            json!({ "node": { "customer": true } }),
            vec![to_billing, to_panel],
        ),
        (
            json!({ "node": system(&map.panel) }),
            vec![to_panel, provisioned],
        ),
        (json!({ "node": recipient(&map.stripe) }), vec![to_stripe]),
        (json!({ "leavesEea": true }), vec![to_stripe]),
        // Billing is nowhere, as far as anybody said; the panel is where its host is.
        (json!({ "leavesEea": false }), vec![to_panel, provisioned]),
    ] {
        let found = house.flows(filter.clone(), None).await;
        let found: Vec<_> = found.iter().collect();
        assert_eq!(found, expected, "{filter}");
    }
    let whole = house
        .officer
        .ask("{ dataMap { asOf systems { name owner categories subjects } recipients { name } flows { id leavesEea
            sourceCountry targetCountry source { kind system { name } } target { kind recipient { name } } } } }")
        .await;
    assert_eq!(whole.text_at("dataMap.asOf"), "2026-11-20");
    assert_eq!(
        whole.get("dataMap.systems.1"),
        &json!({ "name": "whmcs", "owner": "billing", "categories": ["user.contact", "user.payment"],
            "subjects": ["customer", "prospect"] })
    );
    assert_eq!(whole.get("dataMap.recipients").as_array().unwrap().len(), 2);
    assert_eq!(
        whole.get("dataMap.flows.2"),
        &json!({ "id": to_stripe, "leavesEea": true, "sourceCountry": "BG", "targetCountry": "US",
            "source": { "kind": "SYSTEM", "system": { "name": "whmcs" } },
            "target": { "kind": "RECIPIENT", "recipient": { "name": "Stripe" } } })
    );
    let steps = "query($of: DataMapNodeInput!) { up: upstream(of: $of) { distance node { kind id } flows { id } }
        down: downstream(of: $of) { distance node { kind id } flows { id } } }";
    let of = json!({ "of": recipient(&map.centre) });
    let seen = house.officer.run(steps, of).await;
    let step = |distance: u32, kind: &str, id: Option<&String>, flows: &[&String]| {
        let flows: Vec<_> = flows.iter().map(|id| json!({ "id": id })).collect();
        json!({ "distance": distance, "node": { "kind": kind, "id": id }, "flows": flows })
    };
    assert_eq!(
        seen.get("up"),
        &json!([
            step(1, "SYSTEM", Some(&map.panel), &[]),
            step(2, "CUSTOMER", None, &[to_panel]),
            step(2, "SYSTEM", Some(&map.whmcs), &[provisioned]),
        ])
    );
    assert_eq!(seen.get("down"), &json!([]));
    let of = json!({ "of": { "customer": true } });
    let seen = house.officer.run(steps, of).await;
    let down = seen.get("down").as_array().unwrap();
    assert_eq!(down.len(), 4);
    assert_eq!(down[3], step(2, "RECIPIENT", Some(&map.centre), &[]));
    // Whoever is broken into takes along what it runs.
    let hosted = "query($id: ID) { affectedCustomers(of: { recipientId: $id }, target: CONTROLLER) { totalCount } }";
    let client = json!({ "name": "Client 42", "externalIds": [{ "system": "panel", "id": "42" }] });
    house
        .officer
        .run(build::REGISTER_CUSTOMER, input(&client))
        .await
        .ok();
    let found = house.officer.run(hosted, json!({ "id": map.centre })).await;
    assert_eq!(found.get("affectedCustomers.totalCount"), &json!(1));
    let helper = json!({ "name": "Cloud", "role": "SUB_PROCESSOR", "engagedBy": map.centre });
    let path = "registerRecipient.recipient.id";
    let helper = house.make(build::REGISTER_RECIPIENT, helper, path).await;
    let of = json!({ "of": recipient(&helper) });
    let seen = house.officer.run(steps, of).await;
    assert_eq!(
        seen.get("up.0"),
        &step(1, "RECIPIENT", Some(&map.centre), &[])
    );
    assert_eq!(seen.get("up.1"), &step(2, "SYSTEM", Some(&map.panel), &[]));
    let keys = house
        .officer
        .ask(r#"{ dataCategories(under: "user.financial") dataSubjects }"#)
        .await;
    let keys = keys.get("dataCategories").as_array().unwrap().clone();
    assert!(keys.contains(&json!("user.financial.credit_card")) && keys.len() < 10);
    map.house.stop().await;
}

/// A flow is never edited, so that the map of any day is what it was.
#[tokio::test]
async fn the_map_of_a_day_stays_what_it_was() {
    let map = Mapped::draw().await;
    let house = &map.house;
    let [to_billing, to_panel, to_stripe, provisioned] = map.flows.clone();
    // From July on, card numbers go to the payment service too.
    let cards = house
        .flow(
            system(&map.whmcs),
            recipient(&map.stripe),
            json!({ "categories": ["user.payment", "user.financial.credit_card"], "validFrom": "2026-07-01",
                "purpose": "essential.service.payment_processing", "replaces": to_stripe }),
        )
        .await;
    // Declared again, word for word, it is the same.
    let again = house
        .flow(
            system(&map.whmcs),
            recipient(&map.stripe),
            json!({ "categories": ["user.financial.credit_card", "user.payment"], "validFrom": "2026-07-01",
                "purpose": "essential.service.payment_processing", "replaces": to_stripe }),
        )
        .await;
    assert_eq!(again, cards);
    // Declared every night without a day, it is declared once.
    let nightly = json!({ "validFrom": null, "categories": ["user.device.ip_address"] });
    let ends = (json!({ "customer": true }), system(&map.panel));
    let first = house
        .flow(ends.0.clone(), ends.1.clone(), nightly.clone())
        .await;
    house.app.set_clock("2026-11-21T09:00:00Z");
    let second = house.flow(ends.0, ends.1, nightly).await;
    assert_eq!(first, second);
    let never = json!({ "dataFlowId": first, "on": "2026-11-19" });
    house
        .officer
        .run(RETIRE_DATA_FLOW, input(&never))
        .await
        .ok();
    let end = json!({ "dataFlowId": provisioned, "on": "2026-10-31" });
    let retired = house.officer.run(RETIRE_DATA_FLOW, input(&end)).await;
    let until = retired.get("retireDataFlow.dataFlow.validUntil");
    assert_eq!(until, "2026-10-31");
    for (day, expected) in [
        ("2025-12-31", vec![]),
        (
            "2026-06-30",
            vec![&to_billing, &to_panel, &to_stripe, &provisioned],
        ),
        (
            "2026-07-01",
            vec![&to_billing, &to_panel, &provisioned, &cards],
        ),
        (
            "2026-10-31",
            vec![&to_billing, &to_panel, &provisioned, &cards],
        ),
        ("2026-11-01", vec![&to_billing, &to_panel, &cards]),
    ] {
        let found = house.flows(json!({}), Some(day)).await;
        let found: Vec<_> = found.iter().collect();
        assert_eq!(found, expected, "{day}");
    }
    let between = r#"{ dataMapDifference(from: "2026-06-30", to: "2026-11-20") {
        added { id replaces { id validUntil } } removed { id } } }"#;
    let seen = house.officer.ask(between).await;
    assert_eq!(
        seen.get("dataMapDifference"),
        &json!({ "added": [{ "id": cards, "replaces": { "id": to_stripe, "validUntil": "2026-06-30" } }],
            "removed": [{ "id": to_stripe }, { "id": provisioned }] })
    );
    map.house.stop().await;
}
