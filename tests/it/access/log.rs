//! Samples for the access log.

use serde_json::json;

use super::{NODE, Sample, nothing, sample};
use crate::harness::{App, BEGINNING, send};

pub const SAMPLES: &[Sample] = &[
    sample("Query.accessLog", "{ accessLog { nodes { id } } }", nothing),
    sample(
        "Query.node of a line of the access log",
        NODE,
        |turn| json!({ "id": turn.world.access }),
    ),
];

/// Reads a customer's name, for somebody and something, at an hour of its own; gives the id of the line.
pub async fn read(app: &App, customer: &str) -> String {
    let owner = app.owner();
    app.set_clock("2026-11-20T11:00:00Z");
    let query = "query($id: ID!) { customer(by: { id: $id }) { name } }";
    let body = json!({ "query": query, "variables": { "id": customer } });
    let request = owner
        .post()
        .header("content-type", "application/json")
        .header("privops-on-behalf-of", "whmcs:canary of a reader")
        .header("privops-reason", "canary of a reason")
        .body(body.to_string());
    send(request).await.unwrap().ok();
    app.set_clock(BEGINNING);
    let query = "query($id: ID!) { accessLog(first: 1, filter: { customer: { id: $id }, at: { gte: \"2026-11-20T10:30:00Z\" } }) { nodes { id } } }";
    let found = owner.run(query, json!({ "id": customer })).await;
    found.text_at("accessLog.nodes.0.id")
}
