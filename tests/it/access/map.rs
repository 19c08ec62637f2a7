//! Samples for where data goes, and for what there is between the company and its recipients.

use serde_json::{Value, json};

use super::{NODE, Sample, nothing, sample};
use crate::harness::App;
use crate::harness::build::map::{
    ADD_AGREEMENT, ADD_TRANSFER_MECHANISM, DECLARE_DATA_FLOW, END_AGREEMENT,
    END_TRANSFER_MECHANISM, RETIRE_DATA_FLOW, UPDATE_SYSTEM, flow,
};
use crate::harness::build::{self, input};

pub const SAMPLES: &[Sample] = &[
    sample(
        "Query.expiringAgreements",
        "{ expiringAgreements(withinDays: 400) { nodes { id } } }",
        nothing,
    ),
    sample("Query.dataFlows", "{ dataFlows { nodes { id } } }", nothing),
    sample(
        "Query.dataMap",
        "{ dataMap { systems { id } recipients { id } flows { id agreement { id } } } }",
        nothing,
    ),
    sample(
        "Query.dataMapDifference",
        r#"{ dataMapDifference(from: "2025-12-31", to: "2026-01-01") { added { id } removed { id } } }"#,
        nothing,
    ),
    sample(
        "Query.upstream",
        "query($id: ID) { upstream(of: { recipientId: $id }) { distance } }",
        |turn| json!({ "id": turn.world.company }),
    ),
    sample(
        "Query.downstream",
        "{ downstream(of: { customer: true }) { distance } }",
        nothing,
    ),
    sample(
        "Query.dataFlowDiagram",
        "{ dataFlowDiagram(format: MERMAID) }",
        nothing,
    ),
    sample("Query.dataCategories", "{ dataCategories }", nothing),
    sample("Query.dataUses", "{ dataUses }", nothing),
    sample("Query.dataSubjects", "{ dataSubjects }", nothing),
    sample(
        "Query.node of an agreement",
        NODE,
        |turn| json!({ "id": turn.world.paper.agreement }),
    ),
    sample(
        "Query.node of a transfer mechanism",
        NODE,
        |turn| json!({ "id": turn.world.paper.mechanism }),
    ),
    sample(
        "Query.node of a data flow",
        NODE,
        |turn| json!({ "id": turn.world.paper.flow }),
    ),
    sample("Mutation.addAgreement", ADD_AGREEMENT, |turn| {
        input(&json!({ "recipientId": turn.world.company, "kind": "CONFIDENTIALITY" }))
    }),
    sample("Mutation.endAgreement", END_AGREEMENT, |turn| {
        input(&json!({ "agreementId": turn.world.paper.agreement, "endsOn": "2027-01-01" }))
    }),
    sample(
        "Mutation.addTransferMechanism",
        ADD_TRANSFER_MECHANISM,
        |turn| {
            input(
                &json!({ "recipientId": turn.world.company, "kind": "STANDARD_CONTRACTUAL_CLAUSES" }),
            )
        },
    ),
    sample(
        "Mutation.endTransferMechanism",
        END_TRANSFER_MECHANISM,
        |turn| {
            input(
                &json!({ "transferMechanismId": turn.world.paper.mechanism, "endsOn": "2027-01-01" }),
            )
        },
    ),
    sample("Mutation.updateSystem", UPDATE_SYSTEM, |turn| {
        let owner = format!("team {}", turn.number);
        input(&json!({ "systemId": turn.world.paper.system, "owner": owner }))
    }),
    sample("Mutation.declareDataFlow", DECLARE_DATA_FLOW, |turn| {
        input(&flow(&turn.world.paper.system, &turn.world.company))
    }),
    sample("Mutation.retireDataFlow", RETIRE_DATA_FLOW, |turn| {
        input(&json!({ "dataFlowId": turn.world.paper.flow, "on": "2099-01-01" }))
    }),
];

/// What there is between the company and a recipient.
pub struct Paper {
    pub agreement: String,
    pub mechanism: String,
    pub system: String,
    pub flow: String,
}

impl Paper {
    pub async fn make(app: &App, recipient: &str) -> Self {
        let owner = app.owner();
        let make = async |query, of: Value, path| owner.run(query, input(&of)).await.text_at(path);
        let with = json!({ "recipientId": recipient, "kind": "OTHER" });
        let agreement = make(ADD_AGREEMENT, with, "addAgreement.agreement.id").await;
        let with = json!({ "recipientId": recipient, "kind": "NONE_REQUIRED" });
        let path = "addTransferMechanism.transferMechanism.id";
        let mechanism = make(ADD_TRANSFER_MECHANISM, with, path).await;
        let system = json!({ "name": "mapped" });
        let system = make(build::REGISTER_SYSTEM, system, "registerSystem.system.id").await;
        let flow = json!({ "from": { "customer": true }, "to": { "systemId": system },
            "categories": ["user.contact"], "purpose": "essential.service", "validFrom": "2026-01-01" });
        let flow = make(DECLARE_DATA_FLOW, flow, "declareDataFlow.dataFlow.id").await;
        Self {
            agreement,
            mechanism,
            system,
            flow,
        }
    }
}
