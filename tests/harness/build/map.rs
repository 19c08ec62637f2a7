//! What there is between the company and its recipients, and where data goes.

use serde_json::{Value, json};

use super::{Ids, UPDATE_RECIPIENT, input};
use crate::harness::Actor;

/// Adds an agreement.
pub const ADD_AGREEMENT: &str = "mutation($input: AddAgreementInput!) {
    addAgreement(input: $input) { agreement { id kind state endsOn version event { id objectId } } } }";
/// Says when one ends.
pub const END_AGREEMENT: &str = "mutation($input: EndAgreementInput!) {
    endAgreement(input: $input) { agreement { id state endsOn version event { id objectId } } } }";
/// Adds what allows that data leaves the EEA.
pub const ADD_TRANSFER_MECHANISM: &str = "mutation($input: AddTransferMechanismInput!) {
    addTransferMechanism(input: $input) { transferMechanism { id kind state invalidatedOn invalidatedBy version
        event { id objectId } } } }";
/// Says when that ends.
pub const END_TRANSFER_MECHANISM: &str = "mutation($input: EndTransferMechanismInput!) {
    endTransferMechanism(input: $input) { transferMechanism { id state endsOn version event { id objectId } } } }";
/// Changes what is known of a system.
pub const UPDATE_SYSTEM: &str = "mutation($input: UpdateSystemInput!) { updateSystem(input: $input) {
    system { id name owner country host { id } categories subjects version event { id objectId } } } }";
/// Declares where data goes.
pub const DECLARE_DATA_FLOW: &str =
    "mutation($input: DeclareDataFlowInput!) { declareDataFlow(input: $input) {
    dataFlow { id version validFrom validUntil leavesEea event { id objectId } } } }";
/// Says until when it does.
pub const RETIRE_DATA_FLOW: &str = "mutation($input: RetireDataFlowInput!) {
    retireDataFlow(input: $input) { dataFlow { id version validUntil event { id objectId } } } }";

/// A flow from a system to a recipient.
pub fn flow(system: &str, recipient: &str) -> Value {
    json!({ "from": { "systemId": system }, "to": { "recipientId": recipient },
        "categories": ["user.contact.email", "user.payment"], "purpose": "essential.service.payment_processing",
        "legalBasis": "CONTRACT", "frequency": "OFTEN", "validFrom": "2026-01-01" })
}

/// The recipient is under contract, gets data from billing, and engages somebody.
pub(super) async fn mapped(owner: &Actor, ids: &mut Ids) {
    let of = json!({ "recipientId": ids.recipient, "kind": "DATA_PROCESSING", "validUntil": "2027-01-31",
        "reference": "contract 7" });
    let added = owner.run(ADD_AGREEMENT, input(&of)).await;
    ids.agreement = added.text_at("addAgreement.agreement.id");
    let of = json!({ "recipientId": ids.recipient, "kind": "ADEQUACY_DECISION", "scheme": "SAFE_HARBOR" });
    let added = owner.run(ADD_TRANSFER_MECHANISM, input(&of)).await;
    ids.mechanism = added.text_at("addTransferMechanism.transferMechanism.id");
    let mut flow = flow(&ids.system, &ids.recipient);
    flow["agreementId"] = json!(ids.agreement);
    flow["transferMechanismId"] = json!(ids.mechanism);
    let declared = owner.run(DECLARE_DATA_FLOW, input(&flow)).await;
    ids.flow = declared.text_at("declareDataFlow.dataFlow.id");
    let found = owner.ask("{ processors { nodes { id } } }").await;
    ids.processor = found.text_at("processors.nodes.0.id");
    ids.sub_processor = found.text_at("processors.nodes.1.id");
    let works = json!({ "recipientId": ids.sub_processor, "engagedBy": ids.processor });
    owner.run(UPDATE_RECIPIENT, input(&works)).await.ok();
}
