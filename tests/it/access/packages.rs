//! Samples for what persons get who ask for their data.

use serde_json::{Value, json};

use super::{NODE, Sample, Turn, sample};
use crate::harness::Actor;
use crate::harness::build::packages::{asked_for, packed};
use crate::harness::build::{self, input};

pub const SAMPLES: &[Sample] = &[
    sample(
        "Query.node of an access package",
        NODE,
        |turn| json!({ "id": turn.world.packed.package }),
    ),
    sample("Mutation.accessPackage", build::ACCESS_PACKAGE, ordering),
    sample(
        "Mutation.linkAccessPackage",
        build::LINK_ACCESS_PACKAGE,
        linking,
    ),
];

/// Variables of an order. Ordered again, it takes the place of the one before.
pub fn ordering(turn: &Turn<'_>) -> Value {
    input(&json!({ "itemId": turn.world.packed.item }))
}

/// Variables of a link.
pub fn linking(turn: &Turn<'_>) -> Value {
    input(&json!({ "packageId": turn.world.packed.package }))
}

/// A package that is ready, and a thing that was asked for without one.
pub struct Packed {
    pub package: String,
    pub item: String,
}

impl Packed {
    pub async fn make(owner: &Actor) -> Self {
        // Long ago, so that lists begin with the others.
        let request = json!({ "channel": "EMAIL", "receivedAt": "2026-11-01T09:00:00Z",
            "text": "canary text", "requester": { "name": "Conrad Canary" } });
        let [ready, item] = asked_for(owner, &request).await;
        Self {
            package: packed(owner, &ready).await,
            item,
        }
    }
}
