//! Ways to personal fields along what persons get who ask for their data.

use serde_json::json;

use super::{Way, way};
use crate::access::packages::linking;

pub const WAYS: &[Way] = &[
    way(
        "AccessPackage.sha256",
        "node.sha256",
        "query($id: ID!) { node(id: $id) { ... on AccessPackage { sha256 } } }",
        |turn| json!({ "id": turn.world.packed.package }),
    ),
    way(
        "AccessPackage.sha256",
        "linkAccessPackage.package.sha256",
        "mutation($input: LinkAccessPackageInput!) { linkAccessPackage(input: $input) { package { sha256 } } }",
        linking,
    ),
    way(
        "LinkAccessPackagePayload.path",
        "linkAccessPackage.path",
        "mutation($input: LinkAccessPackageInput!) { linkAccessPackage(input: $input) { path } }",
        linking,
    ),
];
