//! Mutations of where data goes, and of what there is between the company and its recipients.

use entity::enums::EventType;
use serde_json::{Value, json};

use super::Case;
use crate::harness::build::Ids;
use crate::harness::build::map::{
    ADD_AGREEMENT, ADD_TRANSFER_MECHANISM, DECLARE_DATA_FLOW, END_AGREEMENT,
    END_TRANSFER_MECHANISM, RETIRE_DATA_FLOW, UPDATE_SYSTEM, flow,
};

const NO_RECIPIENT: &str = "rcp_01h2xcejqtf2nbrexx3vqjhp41";
const NO_INSTRUMENT: &str = "ins_01h2xcejqtf2nbrexx3vqjhp41";
const NO_SYSTEM: &str = "sys_01h2xcejqtf2nbrexx3vqjhp41";
const NO_FLOW: &str = "flw_01h2xcejqtf2nbrexx3vqjhp41";

/// The case of a mutation.
pub fn case(mutation: &str, ids: &Ids) -> Option<Case> {
    let (query, events, right, wrong) = papers(mutation, ids).or_else(|| flows(mutation, ids))?;
    Some(Case {
        query,
        input: right,
        events,
        list: None,
        wrong: (wrong, "NOT_FOUND"),
    })
}

type Told = (&'static str, Vec<EventType>, Value, Value);

fn papers(mutation: &str, ids: &Ids) -> Option<Told> {
    let added = vec![EventType::InstrumentAdded];
    let ended = vec![EventType::InstrumentEnded];
    Some(match mutation {
        "addAgreement" => {
            let of = |recipient: &str| {
                json!({ "recipientId": recipient, "kind": "JOINT_CONTROLLERS", "validFrom": "2025-01-01",
                    "validUntil": "2029-12-31", "reference": "contract 8" })
            };
            (ADD_AGREEMENT, added, of(&ids.recipient), of(NO_RECIPIENT))
        }
        "endAgreement" => {
            let of = |agreement: &str| json!({ "agreementId": agreement, "endsOn": "2026-12-31" });
            (END_AGREEMENT, ended, of(&ids.agreement), of(NO_INSTRUMENT))
        }
        "addTransferMechanism" => {
            let of = |recipient: &str| {
                json!({ "recipientId": recipient, "kind": "DEROGATION", "derogation": "CONTRACT",
                    "validFrom": "2025-01-01", "reference": "memo 9" })
            };
            let query = ADD_TRANSFER_MECHANISM;
            (query, added, of(&ids.recipient), of(NO_RECIPIENT))
        }
        "endTransferMechanism" => {
            let of = |mechanism: &str| json!({ "transferMechanismId": mechanism, "endsOn": "2015-10-05" });
            let query = END_TRANSFER_MECHANISM;
            (query, ended, of(&ids.mechanism), of(NO_INSTRUMENT))
        }
        _ => return None,
    })
}

fn flows(mutation: &str, ids: &Ids) -> Option<Told> {
    Some(match mutation {
        "updateSystem" => {
            let of = |system: &str| {
                json!({ "systemId": system, "owner": "billing", "hostId": ids.recipient, "country": "DE",
                    "categories": ["user.payment", "user.contact.email"], "subjects": ["customer"] })
            };
            let events = vec![EventType::SystemRegistered];
            (UPDATE_SYSTEM, events, of(&ids.system), of(NO_SYSTEM))
        }
        "declareDataFlow" => {
            let of = |recipient: &str| {
                let mut flow = flow(&ids.system, recipient);
                flow["validFrom"] = json!("2026-07-01");
                flow["replaces"] = json!(ids.flow);
                flow
            };
            let events = vec![EventType::DataFlowRetired, EventType::DataFlowDeclared];
            let query = DECLARE_DATA_FLOW;
            (query, events, of(&ids.recipient), of(NO_RECIPIENT))
        }
        "retireDataFlow" => {
            let of = |flow: &str| json!({ "dataFlowId": flow, "on": "2026-05-31" });
            let events = vec![EventType::DataFlowRetired];
            (RETIRE_DATA_FLOW, events, of(&ids.flow), of(NO_FLOW))
        }
        _ => return None,
    })
}
