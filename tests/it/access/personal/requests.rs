//! Ways to personal fields along what persons ask for.

use serde_json::{Value, json};

use super::{Way, way};
use crate::access::requests::{canary, extending, moving, pausing, verifying, writing};
use crate::access::{Turn, nothing};
use crate::harness::build::input;

fn request(turn: &Turn<'_>) -> Value {
    json!({ "id": turn.world.request })
}

pub const WAYS: &[Way] = &[
    way(
        "Request.text",
        "request.text",
        "query($id: ID!) { request(by: { id: $id }) { text } }",
        request,
    ),
    way(
        "Request.text",
        "requests.nodes.text",
        "{ requests(first: 5) { nodes { text } } }",
        nothing,
    ),
    way(
        "Request.text",
        "customers.nodes.requests.nodes.text",
        "{ customers(first: 5) { nodes { requests(first: 5) { nodes { text } } } } }",
        nothing,
    ),
    way(
        "Request.text",
        "openRequest.request.text",
        "mutation($input: OpenRequestInput!) { openRequest(input: $input) { request { text } } }",
        |turn| {
            let ticket = format!("canary {}", turn.number);
            input(&canary(&turn.world.customer, &ticket))
        },
    ),
    way(
        "Request.text",
        "agenda.nodes.request.text",
        "{ agenda(first: 5) { nodes { request { text } } } }",
        nothing,
    ),
    way(
        "Request.lookup",
        "node.lookup",
        "query($id: ID!) { node(id: $id) { ... on Request { lookup } } }",
        |turn| json!({ "id": turn.world.known_request }),
    ),
    way(
        "Request.regimesReason",
        "node.regimesReason",
        "query($id: ID!) { node(id: $id) { ... on Request { regimesReason } } }",
        request,
    ),
    way(
        "Requester.name",
        "node.requester.name",
        "query($id: ID!) { node(id: $id) { ... on Request { requester { name } } } }",
        request,
    ),
    way(
        "Requester.contact",
        "node.requester.contact",
        "query($id: ID!) { node(id: $id) { ... on Request { requester { contact } } } }",
        request,
    ),
    way(
        "Requester.proof",
        "node.requester.proof",
        "query($id: ID!) { node(id: $id) { ... on Request { requester { proof } } } }",
        request,
    ),
    way(
        "RequestItem.note",
        "node.items.note",
        "query($id: ID!) { node(id: $id) { ... on Request { items { note } } } }",
        request,
    ),
    way(
        "RequestItem.note",
        "transitionItem.item.note",
        "mutation($input: TransitionItemInput!) { transitionItem(input: $input) { item { note } } }",
        moving,
    ),
    way(
        "RequestClock.note",
        "node.clocks.note",
        "query($id: ID!) { node(id: $id) { ... on Request { clocks { note } } } }",
        request,
    ),
    way(
        "RequestClock.note",
        "extendDeadline.clock.note",
        "mutation($input: ExtendDeadlineInput!) { extendDeadline(input: $input) { clock { note } } }",
        |turn| extending(&turn.asked.clocks[0]),
    ),
    way(
        "RequestClock.pauseNote",
        "node.clocks.pauseNote",
        "query($id: ID!) { node(id: $id) { ... on Request { clocks { pauseNote } } } }",
        request,
    ),
    way(
        "RequestClock.pauseNote",
        "pauseClock.clock.pauseNote",
        "mutation($input: PauseClockInput!) { pauseClock(input: $input) { clock { pauseNote } } }",
        pausing,
    ),
    way(
        "RequestReference.reference",
        "node.externalReferences.reference",
        "query($id: ID!) { node(id: $id) { ... on Request { externalReferences { reference } } } }",
        request,
    ),
    way(
        "RequestVerification.evidenceDigest",
        "node.verifications.nodes.evidenceDigest",
        "query($id: ID!) { node(id: $id) { ... on Request { verifications(first: 5) { nodes { evidenceDigest } } } } }",
        request,
    ),
    way(
        "RequestVerification.note",
        "node.verifications.nodes.note",
        "query($id: ID!) { node(id: $id) { ... on Request { verifications(first: 5) { nodes { note } } } } }",
        request,
    ),
    way(
        "RequestVerification.note",
        "verifyRequester.request.verifications.nodes.note",
        "mutation($input: VerifyRequesterInput!) { verifyRequester(input: $input) {
            request { verifications(first: 5) { nodes { note } } } } }",
        verifying,
    ),
    way(
        "RequestMessage.text",
        "node.correspondence.nodes.text",
        "query($id: ID!) { node(id: $id) { ... on Request { correspondence(first: 5) { nodes { text } } } } }",
        request,
    ),
    way(
        "RequestMessage.text",
        "recordCorrespondence.request.correspondence.nodes.text",
        "mutation($input: RecordCorrespondenceInput!) { recordCorrespondence(input: $input) {
            request { correspondence(first: 5) { nodes { text } } } } }",
        writing,
    ),
];
