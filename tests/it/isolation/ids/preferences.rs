//! Places for ids in what persons said about uses of their data.

use serde_json::{Value, json};

use super::{Case, whmcs};
use crate::harness::build::{self, input};

/// Something that somebody said.
fn said(customer: &Value, brand: Option<&str>) -> Value {
    json!({ "customer": customer, "brandId": brand, "optOut": "MARKETING", "status": "WITHDRAWN", "method": "STAFF" })
}

/// The same as a list.
fn list(said: Value, policy: &str) -> Value {
    input(&json!({ "preferences": [said], "errorPolicy": policy }))
}

const NOT_FOUND: &str = r#"{ "recordPreferences": {
    "results": [{ "preference": null, "error": { "code": "NOT_FOUND" } }] } }"#;

pub const CASES: &[Case] = &[
    Case {
        position: "Mutation.recordPreference.input.customer.id",
        operation: build::RECORD_PREFERENCE,
        variables: |ids| vec![input(&said(&json!({ "id": ids.customer }), None))],
        expected: None,
    },
    Case {
        position: "Mutation.recordPreference.input.brandId",
        operation: build::RECORD_PREFERENCE,
        variables: |ids| vec![input(&said(&whmcs("43"), Some(&ids.brand)))],
        expected: None,
    },
    Case {
        position: "Mutation.recordPreferences.input.preferences.customer.id",
        operation: build::RECORD_PREFERENCES,
        variables: |ids| {
            vec![list(
                said(&json!({ "id": ids.customer }), None),
                "REJECT_ALL",
            )]
        },
        expected: None,
    },
    Case {
        position: "Mutation.recordPreferences.input.preferences.brandId",
        operation: build::RECORD_PREFERENCES,
        variables: |ids| vec![list(said(&whmcs("43"), Some(&ids.brand)), "REJECT_FAILED")],
        expected: Some(NOT_FOUND),
    },
];
