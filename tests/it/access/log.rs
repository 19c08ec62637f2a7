//! Samples for the access log.

use serde_json::json;

use super::{NODE, Sample, nothing, sample};
use crate::harness::{Actor, send};

pub const SAMPLES: &[Sample] = &[
    sample("Query.accessLog", "{ accessLog { nodes { id } } }", nothing),
    sample(
        "Query.node of a line of the access log",
        NODE,
        |turn| json!({ "id": turn.world.access }),
    ),
];

/// Reads a customer's name, for somebody and something; gives the id of the line.
pub async fn read(owner: &Actor, customer: &str) -> String {
    let query = "query($id: ID!) { customer(by: { id: $id }) { name } }";
    let body = json!({ "query": query, "variables": { "id": customer } });
    let request = owner
        .post()
        .header("content-type", "application/json")
        .header("privops-on-behalf-of", "whmcs:canary of a reader")
        .header("privops-reason", "canary of a reason")
        .body(body.to_string());
    send(request).await.unwrap().ok();
    let query = "query($id: ID!) { accessLog(first: 1, filter: { customer: { id: $id } }) { nodes { id } } }";
    let found = owner.run(query, json!({ "id": customer })).await;
    found.text_at("accessLog.nodes.0.id")
}
