//! Ways to personal fields along what was disclosed, how it was found out to be otherwise, and who held what.

use serde_json::{Value, json};

use super::{Way, way};
use crate::access::disclosures::{resolving, superseding, unauthorised};
use crate::access::{Turn, nothing};
use crate::harness::build::{self, item, list, observation};

fn held(turn: &Turn<'_>) -> Value {
    let domain = format!("canary{}.example", turn.number);
    let mut variables = build::assignment(&json!({ "id": turn.world.customer }), "");
    variables["input"]["assignments"][0]["ipPrefix"].take();
    variables["input"]["assignments"][0]["domain"] = json!(domain);
    // Long ago, so that lists begin with prefixes.
    variables["input"]["assignments"][0]["from"] = json!("2010-01-01T00:00:00Z");
    variables
}

fn by_address(_: &Turn<'_>) -> Value {
    let ip = json!({ "address": "203.0.113.7", "at": "2026-11-19T22:14:00Z" });
    json!({ "of": { "ip": ip } })
}

fn disclosed(turn: &Turn<'_>) -> Value {
    let about = json!({ "email": "cornelia@canary.example" });
    item(unauthorised(&turn.world.person, about))
}

pub const WAYS: &[Way] = &[
    way(
        "Assignment.ipPrefix",
        "holders.nodes.ipPrefix",
        "query($of: ResourceLookupInput!) { holders(of: $of) { nodes { ipPrefix } } }",
        by_address,
    ),
    way(
        "Assignment.resource",
        "holders.nodes.resource",
        "query($of: ResourceLookupInput!) { holders(of: $of) { nodes { resource } } }",
        by_address,
    ),
    way(
        "Assignment.resource",
        "customers.nodes.assignments.nodes.resource",
        "{ customers(first: 5) { nodes { assignments(first: 5) { nodes { resource } } } } }",
        nothing,
    ),
    way(
        "Assignment.resource",
        "node.resource",
        "query($id: ID!) { node(id: $id) { ... on Assignment { resource } } }",
        |turn| json!({ "id": turn.world.assignment }),
    ),
    way(
        "Assignment.resource",
        "recordAssignments.results.assignment.resource",
        "mutation($input: RecordAssignmentsInput!) { recordAssignments(input: $input) {
            results { assignment { resource } } } }",
        held,
    ),
    way(
        "Customer.name",
        "holders.nodes.customer.name",
        "query($of: ResourceLookupInput!) { holders(of: $of) { nodes { customer { name } } } }",
        by_address,
    ),
    way(
        "Customer.name",
        "disclosures.nodes.subjects.finding.customer.name",
        "{ disclosures(first: 5, filter: { questioned: true }) { nodes {
            subjects { finding { customer { name } } } } } }",
        nothing,
    ),
    way(
        "Customer.name",
        "resolveDisclosureSubject.disclosure.subjects.customer.name",
        "mutation($input: ResolveDisclosureSubjectInput!) { resolveDisclosureSubject(input: $input) {
            disclosure { subjects { customer { name } } } } }",
        resolving,
    ),
    way(
        "Disclosure.authority",
        "customers.nodes.accountingOfDisclosures.nodes.first.authority",
        "{ customers(first: 5) { nodes { accountingOfDisclosures(first: 5) {
            nodes { first { authority } } } } } }",
        nothing,
    ),
    way(
        "Disclosure.note",
        "disclosures.nodes.series.first.note",
        "{ disclosures(first: 5) { nodes { series { first { note } } } } }",
        nothing,
    ),
    way(
        "Disclosure.note",
        "disclosures.nodes.supersededBy.new.note",
        "{ disclosures(first: 5, filter: { superseded: true }) { nodes {
            supersededBy { new { note } } } } }",
        nothing,
    ),
    way(
        "Disclosure.reference",
        "recordDisclosures.results.disclosure.reference",
        "mutation($input: RecordDisclosuresInput!) { recordDisclosures(input: $input) {
            results { disclosure { reference } } } }",
        |turn| list("disclosures", &disclosed(turn)),
    ),
    way(
        "Disclosure.reference",
        "recordDisclosureSeries.results.disclosure.reference",
        "mutation($input: RecordDisclosureSeriesInput!) { recordDisclosureSeries(input: $input) {
            results { disclosure { reference } } } }",
        |turn| list("observations", &observation(disclosed(turn))),
    ),
    way(
        "DisclosureSubject.lookup",
        "recordDisclosures.results.disclosure.subjects.lookup",
        "mutation($input: RecordDisclosuresInput!) { recordDisclosures(input: $input) {
            results { disclosure { subjects { lookup } } } } }",
        |turn| list("disclosures", &disclosed(turn)),
    ),
    way(
        "DisclosureSubject.lookup",
        "customers.nodes.accountingOfDisclosures.nodes.first.subjects.lookup",
        "{ customers(first: 5) { nodes { accountingOfDisclosures(first: 1) {
            nodes { first { subjects { lookup } } } } } } }",
        nothing,
    ),
    way(
        "DisclosureSupersession.reason",
        "disclosures.nodes.supersededBy.reason",
        "{ disclosures(first: 5, filter: { superseded: true }) { nodes { supersededBy { reason } } } }",
        nothing,
    ),
    way(
        "DisclosureSupersession.reason",
        "supersedeDisclosure.disclosure.supersedes.reason",
        "mutation($input: SupersedeDisclosureInput!) { supersedeDisclosure(input: $input) {
            disclosure { supersedes { reason } } } }",
        superseding,
    ),
];
