//! Ways to personal fields along the access log.

use serde_json::json;

use super::{Way, way};
use crate::access::nothing;

pub const WAYS: &[Way] = &[
    way(
        "AccessLogEntry.staffId",
        "accessLog.nodes.staffId",
        "{ accessLog(first: 100, filter: { at: { gte: \"2026-11-20T10:30:00Z\" } }) { nodes { staffId } } }",
        nothing,
    ),
    way(
        "AccessLogEntry.reason",
        "accessLog.edges.node.reason",
        "{ accessLog(first: 100, filter: { at: { gte: \"2026-11-20T10:30:00Z\" } }) { edges { node { reason } } } }",
        nothing,
    ),
    way(
        "AccessLogEntry.reason",
        "node.reason",
        "query($id: ID!) { node(id: $id) { ... on AccessLogEntry { reason } } }",
        |turn| json!({ "id": turn.world.access }),
    ),
    way(
        "Customer.name",
        "accessLog.nodes.customer.name",
        "{ accessLog(first: 5) { nodes { customer { name } } } }",
        nothing,
    ),
];
