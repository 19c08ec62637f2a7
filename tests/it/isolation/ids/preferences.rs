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

/// A question about a message.
fn question(whom: &Value, brand: Option<&str>) -> Value {
    json!({ "customer": whom, "purpose": "marketing", "channel": "EMAIL", "brandId": brand })
}

/// A message that needs a link.
fn link(whom: &Value, brand: Option<&str>) -> Value {
    input(&json!({ "links": [{ "customer": whom, "purpose": "marketing", "brandId": brand }] }))
}

const NO_LINK: &str = r#"{ "mintUnsubscribeLinks": { "results": [{ "link": null, "error": { "code": "NOT_FOUND" } }] } }"#;

/// Without what an error names.
const MINT: &str = "mutation($input: MintUnsubscribeLinksInput!) {
    mintUnsubscribeLinks(input: $input) { results { link { url } error { code } } } }";

const NOT_ANSWERED: &str =
    r#"{ "contactPermissions": [{ "permission": null, "error": { "code": "NOT_FOUND" } }] }"#;

const ASK_SEVERAL: &str = "query($questions: [ContactQuestionInput!]!) {
    contactPermissions(questions: $questions) { permission { allowed } error { code } } }";

pub const CASES: &[Case] = &[
    Case {
        position: "Query.contactPermission.question.customer.id",
        operation: build::CONTACT_PERMISSION,
        variables: |ids| {
            vec![json!({ "question": question(&json!({ "id": ids.customer }), None) })]
        },
        expected: None,
    },
    Case {
        position: "Query.contactPermission.question.brandId",
        operation: build::CONTACT_PERMISSION,
        variables: |ids| vec![json!({ "question": question(&whmcs("43"), Some(&ids.brand)) })],
        expected: None,
    },
    Case {
        position: "Query.contactPermissions.questions.customer.id",
        operation: ASK_SEVERAL,
        variables: |ids| {
            vec![json!({ "questions": [question(&json!({ "id": ids.customer }), None)] })]
        },
        expected: Some(NOT_ANSWERED),
    },
    Case {
        position: "Query.contactPermissions.questions.brandId",
        operation: ASK_SEVERAL,
        variables: |ids| vec![json!({ "questions": [question(&whmcs("43"), Some(&ids.brand))] })],
        expected: Some(NOT_ANSWERED),
    },
    Case {
        position: "Mutation.setContactRule.input.brandId",
        operation: build::SET_CONTACT_RULE,
        variables: |ids| vec![input(&json!({ "brandId": ids.brand, "basis": "CONSENT" }))],
        expected: None,
    },
    Case {
        position: "Mutation.setMessageTemplate.input.brandId",
        operation: build::SET_MESSAGE_TEMPLATE,
        variables: |ids| {
            vec![input(
                &json!({ "name": "News", "purpose": "marketing", "brandId": ids.brand }),
            )]
        },
        expected: None,
    },
    Case {
        position: "Mutation.setMessageTemplate.input.integrationId",
        operation: build::SET_MESSAGE_TEMPLATE,
        variables: |ids| {
            vec![input(
                &json!({ "name": "News", "purpose": "marketing", "integrationId": ids.integration }),
            )]
        },
        expected: None,
    },
    Case {
        position: "Mutation.mintUnsubscribeLinks.input.links.customer.id",
        operation: MINT,
        variables: |ids| vec![link(&json!({ "id": ids.customer }), None)],
        expected: Some(NO_LINK),
    },
    Case {
        position: "Mutation.mintUnsubscribeLinks.input.links.brandId",
        operation: MINT,
        variables: |ids| vec![link(&whmcs("43"), Some(&ids.brand))],
        expected: Some(NO_LINK),
    },
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
