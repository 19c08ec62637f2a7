//! Places for ids in what persons get who ask for their data.

use serde_json::json;

use super::Case;
use crate::harness::build::{self, input};

pub const CASES: &[Case] = &[
    Case {
        position: "Mutation.accessPackage.input.itemId",
        operation: build::ACCESS_PACKAGE,
        variables: |ids| vec![input(&json!({ "itemId": ids.unpacked_item }))],
        expected: None,
    },
    Case {
        position: "Mutation.linkAccessPackage.input.packageId",
        operation: build::LINK_ACCESS_PACKAGE,
        variables: |ids| vec![input(&json!({ "packageId": ids.package }))],
        expected: None,
    },
];
