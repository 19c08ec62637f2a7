//! Ways to personal fields along what becomes of customers: changes, merges, relations, imports, snapshots.

use serde_json::json;

use super::{Way, way};
use crate::access::nothing;
use crate::harness::build::input;

pub const WAYS: &[Way] = &[
    way(
        "Customer.name",
        "customers.nodes.mergedFrom.nodes.name",
        "{ customers(first: 1) { nodes { mergedFrom(first: 5) { nodes { name } } } } }",
        nothing,
    ),
    way(
        "Customer.name",
        "customers.nodes.mergedInto.name",
        "{ customers(first: 1, filter: { merged: true }) { nodes { mergedInto { name } } } }",
        nothing,
    ),
    way(
        "Customer.name",
        "customers.nodes.relations.nodes.customer.name",
        "{ customers(first: 1) { nodes { relations(first: 5) { nodes { customer { name } } } } } }",
        nothing,
    ),
    way(
        "Customer.name",
        "node.relatedCustomer.name",
        "query($id: ID!) { node(id: $id) { ... on CustomerRelation { relatedCustomer { name } } } }",
        |turn| json!({ "id": turn.world.relation }),
    ),
    way(
        "Customer.name",
        "node.surplus.nodes.name",
        "query($id: ID!) { node(id: $id) { ... on Snapshot { surplus { nodes { name } } } } }",
        |turn| json!({ "id": turn.world.snapshot }),
    ),
    way(
        "Customer.name",
        "updateCustomer.customer.name",
        "mutation($input: UpdateCustomerInput!) { updateCustomer(input: $input) { customer { name } } }",
        |turn| input(&json!({ "customerId": turn.spare_customer, "kind": "ORGANISATION" })),
    ),
    way(
        "Customer.name",
        "closeCustomer.customer.name",
        "mutation($input: CloseCustomerInput!) { closeCustomer(input: $input) { customer { name } } }",
        |turn| input(&json!({ "customerId": turn.spare_customer })),
    ),
    way(
        "Customer.name",
        "importCustomers.results.customer.name",
        "mutation($input: ImportCustomersInput!) { importCustomers(input: $input) {
            results { customer { name } } } }",
        |_| {
            input(
                &json!({ "customers": [{ "externalId": { "system": "whmcs", "id": "canary-closed" } }] }),
            )
        },
    ),
    way(
        "Customer.name",
        "mergeCustomers.merged.name",
        "mutation($input: MergeCustomersInput!) { mergeCustomers(input: $input) { merged { name } } }",
        |turn| {
            let (from, into) = (
                json!({ "id": turn.spare_customer }),
                json!({ "id": turn.world.closed }),
            );
            input(&json!({ "from": from, "into": into }))
        },
    ),
    way(
        "Customer.name",
        "relateCustomers.relation.customer.name",
        "mutation($input: RelateCustomersInput!) { relateCustomers(input: $input) {
            relation { customer { name } } } }",
        |turn| {
            let (customer, related) = (
                json!({ "id": turn.world.customer }),
                json!({ "id": turn.world.closed }),
            );
            input(&json!({ "customer": customer, "kind": "USER", "relatedCustomer": related }))
        },
    ),
    way(
        "Identifier.value",
        "verifyIdentifier.identifier.value",
        "mutation($input: VerifyIdentifierInput!) { verifyIdentifier(input: $input) {
            identifier { value } } }",
        |turn| input(&json!({ "identifierId": turn.world.identifier, "method": "CALLBACK" })),
    ),
    way(
        "Identifier.value",
        "endIdentifier.identifier.value",
        "mutation($input: EndIdentifierInput!) { endIdentifier(input: $input) {
            identifier { value } } }",
        |turn| input(&json!({ "identifierId": turn.world.identifier })),
    ),
    way(
        "ReconcileSnapshotPayload.closed",
        "reconcileSnapshot.closed",
        "mutation($input: ReconcileSnapshotInput!) { reconcileSnapshot(input: $input) { closed } }",
        |_| input(&json!({ "system": "whmcs", "ids": ["canary-closed"] })),
    ),
    way(
        "ReconcileSnapshotPayload.unknown",
        "reconcileSnapshot.unknown",
        "mutation($input: ReconcileSnapshotInput!) { reconcileSnapshot(input: $input) { unknown } }",
        |_| input(&json!({ "system": "whmcs", "ids": ["canary-nobody"] })),
    ),
];
