//! Places for ids in what is recorded of disclosures in bulk, and in what is found out about them later.

use serde_json::{Value, json};

use super::{Case, OWN_DISCLOSURE, OWN_OTHER, OWN_QUESTIONED, OWN_UNRESOLVED};
use crate::harness::build::{self, Ids, input, item, list, observation};

/// A disclosure to a recipient of another controller.
fn to_theirs(ids: &Ids) -> Value {
    let about = json!({ "email": "nobody@example.org" });
    item(build::disclosure(&json!({ "id": ids.recipient }), &[about]))
}

/// A disclosure about a customer of another controller, to a recipient that is new.
fn about_theirs(ids: &Ids) -> Value {
    let recipient = json!({ "name": "Another new one", "role": "PRIVATE_PARTY" });
    let known = json!({ "email": "nobody@example.org" });
    item(build::disclosure(
        &recipient,
        &[known, json!({ "id": ids.customer })],
    ))
}

/// A disclosure to a customer of another controller.
fn to_their_customer(ids: &Ids) -> Value {
    let about = json!({ "email": "nobody@example.org" });
    let recipient = json!({ "customer": { "id": ids.customer } });
    item(build::disclosure(&recipient, &[about]))
}

/// The same in a list where the others are recorded all the same.
fn alone(mut variables: Value) -> Vec<Value> {
    variables["input"]["errorPolicy"] = json!("REJECT_FAILED");
    vec![variables]
}

fn superseding(old: &str, by: &Value) -> Vec<Value> {
    let change = json!({ "disclosureId": old, "by": by, "reason": "a wrong one" });
    vec![input(&change)]
}

fn resolving(subject: &str, customer: &str) -> Vec<Value> {
    let customer = json!({ "id": customer });
    let change = json!({ "subjectId": subject, "customer": customer, "reason": "they said so" });
    vec![input(&change)]
}

/// The answer to a list of one, of which an input is somebody else's.
macro_rules! none_of {
    ($operation:literal, $field:literal) => {
        Some(concat!(
            r#"{ ""#,
            $operation,
            r#"": { "results": [{ "disclosure": null, "error": { "code": "NOT_FOUND", "field": ""#,
            $field,
            r#"" } }] } }"#
        ))
    };
}

pub const CASES: &[Case] = &[
    Case {
        position: "Mutation.recordDisclosures.input.disclosures.recipient.id",
        operation: build::RECORD_DISCLOSURES,
        variables: |ids| vec![list("disclosures", &to_theirs(ids))],
        expected: None,
    },
    Case {
        position: "Mutation.recordDisclosures.input.disclosures.recipient.id",
        operation: build::RECORD_DISCLOSURES,
        variables: |ids| alone(list("disclosures", &to_theirs(ids))),
        expected: none_of!("recordDisclosures", "disclosures[0].recipient"),
    },
    Case {
        position: "Mutation.recordDisclosures.input.disclosures.recipient.customer.id",
        operation: build::RECORD_DISCLOSURES,
        variables: |ids| vec![list("disclosures", &to_their_customer(ids))],
        expected: None,
    },
    Case {
        position: "Mutation.recordDisclosureSeries.input.observations.recipient.customer.id",
        operation: build::RECORD_DISCLOSURE_SERIES,
        variables: |ids| vec![list("observations", &observation(to_their_customer(ids)))],
        expected: None,
    },
    Case {
        position: "Mutation.supersedeDisclosure.input.by.recipient.customer.id",
        operation: build::SUPERSEDE_DISCLOSURE,
        variables: |ids| superseding(OWN_QUESTIONED, &to_their_customer(ids)),
        expected: None,
    },
    Case {
        position: "Mutation.recordDisclosures.input.disclosures.subjects.by.id",
        operation: build::RECORD_DISCLOSURES,
        variables: |ids| vec![list("disclosures", &about_theirs(ids))],
        expected: None,
    },
    Case {
        position: "Mutation.recordDisclosures.input.disclosures.subjects.by.id",
        operation: build::RECORD_DISCLOSURES,
        variables: |ids| alone(list("disclosures", &about_theirs(ids))),
        expected: none_of!("recordDisclosures", "disclosures[0].subjects[1].by.id"),
    },
    Case {
        position: "Mutation.recordDisclosureSeries.input.observations.recipient.id",
        operation: build::RECORD_DISCLOSURE_SERIES,
        variables: |ids| vec![list("observations", &observation(to_theirs(ids)))],
        expected: None,
    },
    Case {
        position: "Mutation.recordDisclosureSeries.input.observations.recipient.id",
        operation: build::RECORD_DISCLOSURE_SERIES,
        variables: |ids| alone(list("observations", &observation(to_theirs(ids)))),
        expected: none_of!("recordDisclosureSeries", "observations[0].recipient"),
    },
    Case {
        position: "Mutation.recordDisclosureSeries.input.observations.subjects.by.id",
        operation: build::RECORD_DISCLOSURE_SERIES,
        variables: |ids| vec![list("observations", &observation(about_theirs(ids)))],
        expected: None,
    },
    Case {
        position: "Mutation.resolveDisclosureSubject.input.subjectId",
        operation: build::RESOLVE_DISCLOSURE_SUBJECT,
        variables: |ids| resolving(&ids.subject, &ids.customer),
        expected: None,
    },
    Case {
        position: "Mutation.resolveDisclosureSubject.input.customer.id",
        operation: build::RESOLVE_DISCLOSURE_SUBJECT,
        variables: |ids| resolving(OWN_UNRESOLVED, &ids.customer),
        expected: None,
    },
    Case {
        position: "Mutation.supersedeDisclosure.input.disclosureId",
        operation: build::SUPERSEDE_DISCLOSURE,
        variables: |ids| {
            let nobody = json!({ "email": "nobody@example.org" });
            let recipient = json!({ "name": "Yet another", "role": "PRIVATE_PARTY" });
            let by = item(build::disclosure(&recipient, &[nobody]));
            superseding(&ids.questioned, &by)
        },
        expected: None,
    },
    Case {
        position: "Mutation.supersedeDisclosure.input.by.recipient.id",
        operation: build::SUPERSEDE_DISCLOSURE,
        variables: |ids| superseding(OWN_DISCLOSURE, &to_theirs(ids)),
        expected: None,
    },
    Case {
        position: "Mutation.supersedeDisclosure.input.by.subjects.by.id",
        operation: build::SUPERSEDE_DISCLOSURE,
        variables: |ids| superseding(OWN_OTHER, &about_theirs(ids)),
        expected: None,
    },
];
