//! Places for ids in where data goes, and in what there is between the company and its recipients.

use serde_json::{Value, json};

use super::Case;
use crate::harness::build::map::{
    ADD_AGREEMENT, ADD_TRANSFER_MECHANISM, DECLARE_DATA_FLOW, END_AGREEMENT,
    END_TRANSFER_MECHANISM, RETIRE_DATA_FLOW, UPDATE_SYSTEM, flow,
};
use crate::harness::build::{self, Ids, input};

const FLOWS: &str =
    "query($node: DataMapNodeInput) { dataFlows(filter: { node: $node }) { nodes { id } } }";
const UPSTREAM: &str =
    "query($of: DataMapNodeInput!) { upstream(of: $of) { node { id } flows { id } } }";
const DOWNSTREAM: &str =
    "query($of: DataMapNodeInput!) { downstream(of: $of) { node { id } flows { id } } }";
const DIAGRAM: &str = "query($of: DataMapNodeInput) { dataFlowDiagram(format: DOT, around: $of) }";
const NO_FLOWS: Option<&str> = Some(r#"{ "dataFlows": { "nodes": [] } }"#);

fn system(ids: &Ids) -> Vec<Value> {
    vec![json!({ "of": { "systemId": ids.system } })]
}

fn recipient(ids: &Ids) -> Vec<Value> {
    vec![json!({ "of": { "recipientId": ids.recipient } })]
}

/// A flow from the customers to a place that is everybody's own, with something of the other's.
fn declared(ids: &Ids, field: &str, value: Value) -> Vec<Value> {
    let mut flow = flow(&ids.system, &ids.recipient);
    flow["validFrom"] = json!("2026-06-01");
    flow[field] = value;
    vec![input(&flow)]
}

const fn case(
    position: &'static str,
    operation: &'static str,
    variables: fn(&Ids) -> Vec<Value>,
    expected: Option<&'static str>,
) -> Case {
    Case {
        position,
        operation,
        variables,
        expected,
    }
}

pub const CASES: &[Case] = &[
    case(
        "Query.dataFlows.filter.node.systemId",
        FLOWS,
        |ids| vec![json!({ "node": { "systemId": ids.system } })],
        NO_FLOWS,
    ),
    case(
        "Query.dataFlows.filter.node.recipientId",
        FLOWS,
        |ids| vec![json!({ "node": { "recipientId": ids.recipient } })],
        NO_FLOWS,
    ),
    case(
        "Query.dataFlows.filter.incidentId",
        "query($id: ID) { dataFlows(filter: { incidentId: $id }) { nodes { id } } }",
        |ids| vec![json!({ "id": ids.suspicion })],
        None,
    ),
    case("Query.upstream.of.systemId", UPSTREAM, system, None),
    case("Query.upstream.of.recipientId", UPSTREAM, recipient, None),
    case("Query.downstream.of.systemId", DOWNSTREAM, system, None),
    case(
        "Query.downstream.of.recipientId",
        DOWNSTREAM,
        recipient,
        None,
    ),
    case(
        "Query.dataFlowDiagram.around.systemId",
        DIAGRAM,
        system,
        None,
    ),
    case(
        "Query.dataFlowDiagram.around.recipientId",
        DIAGRAM,
        recipient,
        None,
    ),
    case(
        "Mutation.registerSystem.input.hostId",
        build::REGISTER_SYSTEM,
        |ids| vec![input(&json!({ "name": "hosted", "hostId": ids.recipient }))],
        None,
    ),
    case(
        "Mutation.updateSystem.input.systemId",
        UPDATE_SYSTEM,
        |ids| {
            vec![input(
                &json!({ "systemId": ids.system, "owner": "billing" }),
            )]
        },
        None,
    ),
    case(
        "Mutation.updateSystem.input.integrationId",
        UPDATE_SYSTEM,
        |ids| {
            vec![input(
                &json!({ "systemId": ids.system, "integrationId": ids.integration }),
            )]
        },
        None,
    ),
    case(
        "Mutation.updateSystem.input.hostId",
        UPDATE_SYSTEM,
        |ids| {
            vec![input(
                &json!({ "systemId": ids.system, "hostId": ids.recipient }),
            )]
        },
        None,
    ),
    case(
        "Mutation.addAgreement.input.recipientId",
        ADD_AGREEMENT,
        |ids| {
            vec![input(
                &json!({ "recipientId": ids.recipient, "kind": "SERVICE" }),
            )]
        },
        None,
    ),
    case(
        "Mutation.endAgreement.input.agreementId",
        END_AGREEMENT,
        |ids| {
            vec![input(
                &json!({ "agreementId": ids.agreement, "endsOn": "2027-01-01" }),
            )]
        },
        None,
    ),
    case(
        "Mutation.addTransferMechanism.input.recipientId",
        ADD_TRANSFER_MECHANISM,
        |ids| {
            vec![input(
                &json!({ "recipientId": ids.recipient, "kind": "CERTIFICATION" }),
            )]
        },
        None,
    ),
    case(
        "Mutation.endTransferMechanism.input.transferMechanismId",
        END_TRANSFER_MECHANISM,
        |ids| {
            vec![input(
                &json!({ "transferMechanismId": ids.mechanism, "endsOn": "2027-01-01" }),
            )]
        },
        None,
    ),
    case(
        "Mutation.declareDataFlow.input.from.systemId",
        DECLARE_DATA_FLOW,
        |ids| declared(ids, "from", json!({ "systemId": ids.system })),
        None,
    ),
    case(
        "Mutation.declareDataFlow.input.to.systemId",
        DECLARE_DATA_FLOW,
        |ids| {
            let mut of = declared(ids, "to", json!({ "systemId": ids.system }));
            of[0]["input"]["from"] = json!({ "customer": true });
            of
        },
        None,
    ),
    case(
        "Mutation.declareDataFlow.input.to.recipientId",
        DECLARE_DATA_FLOW,
        |ids| {
            let mut of = declared(ids, "to", json!({ "recipientId": ids.recipient }));
            of[0]["input"]["from"] = json!({ "customer": true });
            of
        },
        None,
    ),
    case(
        "Mutation.declareDataFlow.input.agreementId",
        DECLARE_DATA_FLOW,
        |ids| declared(ids, "agreementId", json!(ids.agreement)),
        None,
    ),
    case(
        "Mutation.declareDataFlow.input.transferMechanismId",
        DECLARE_DATA_FLOW,
        |ids| declared(ids, "transferMechanismId", json!(ids.mechanism)),
        None,
    ),
    case(
        "Mutation.declareDataFlow.input.replaces",
        DECLARE_DATA_FLOW,
        |ids| declared(ids, "replaces", json!(ids.flow)),
        None,
    ),
    case(
        "Mutation.retireDataFlow.input.dataFlowId",
        RETIRE_DATA_FLOW,
        |ids| {
            vec![input(
                &json!({ "dataFlowId": ids.flow, "on": "2026-05-30" }),
            )]
        },
        None,
    ),
    case(
        "Mutation.registerRecipient.input.engagedBy",
        build::REGISTER_RECIPIENT,
        |ids| {
            vec![input(
                &json!({ "name": "Helper", "role": "SUB_PROCESSOR", "engagedBy": ids.processor }),
            )]
        },
        None,
    ),
    case(
        "Mutation.updateRecipient.input.engagedBy",
        build::UPDATE_RECIPIENT,
        |ids| {
            vec![input(
                &json!({ "recipientId": ids.sub_processor, "engagedBy": ids.processor, "country": "CH" }),
            )]
        },
        None,
    ),
];
