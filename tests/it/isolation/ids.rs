//! Every place of the schema where a caller can put an id, with an id of another controller. A place without a case
//! fails by name. Each case also runs as the controller whose id it is, where it must work.

mod disclosures;
mod holds;
mod incidents;
mod map;
mod packages;
mod preferences;
mod requests;
mod tasks;

use entity::enums::Role;
use serde_json::{Value, json};

use super::{EVERYTHING, count_events, shows_nothing_of};
use crate::harness::build::{self, Ids, input, populate};
use crate::harness::schema::Schema;
use crate::harness::{Actor, App};

/// An operation that names what belongs to another controller.
struct Case {
    /// Where the id stands.
    position: &'static str,
    operation: &'static str,
    /// Variables of one call after another.
    variables: fn(&Ids) -> Vec<Value>,
    /// The data that must be answered; `NOT_FOUND` where there is none.
    expected: Option<&'static str>,
}

/// What stands in variables for ids of the caller's own.
const OWN_DISCLOSURE: &str = "{disclosure}";
const OWN_OTHER: &str = "{other disclosure}";
const OWN_UNRESOLVED: &str = "{unresolved}";
const OWN_QUESTIONED: &str = "{questioned}";
const OWN_OTHER_ITEM: &str = "{other item}";
const OWN_WORKED: &str = "{worked}";
const OWN_ADDRESS: &str = "{address}";
const OWN_SUSPICION: &str = "{suspicion}";
const OWN_LEASE: &str = "{lease}";

/// Variables in which the ids of the caller's own are put in.
fn called_by(ids: &Ids, variables: &Value) -> Value {
    let mut text = variables.to_string();
    for (mark, id) in [
        (OWN_DISCLOSURE, &ids.disclosure),
        (OWN_OTHER, &ids.other_disclosure),
        (OWN_UNRESOLVED, &ids.unresolved),
        (OWN_QUESTIONED, &ids.other_questioned),
        (OWN_OTHER_ITEM, &ids.other_item),
        (OWN_WORKED, &ids.worked),
        (OWN_ADDRESS, &ids.address),
        (OWN_SUSPICION, &ids.suspicion),
        (OWN_LEASE, &ids.lease),
    ] {
        text = text.replace(mark, id);
    }
    serde_json::from_str(&text).unwrap()
}

/// Those below, and those of disclosures, requests, tasks and holds.
fn cases() -> impl Iterator<Item = &'static Case> {
    let more = [
        disclosures::CASES,
        requests::CASES,
        tasks::CASES,
        holds::CASES,
        incidents::CASES,
        map::CASES,
        packages::CASES,
        preferences::CASES,
    ];
    CASES.iter().chain(more.into_iter().flatten())
}

const CASES: &[Case] = &[
    Case {
        position: "Query.customer.by.id",
        operation: "query($id: ID!) { customer(by: { id: $id }) { id } }",
        variables: |ids| vec![json!({ "id": ids.customer })],
        expected: Some(r#"{ "customer": null }"#),
    },
    Case {
        position: "Query.customerCandidates.by.id",
        operation: "query($id: ID!) { customerCandidates(by: { id: $id }) { totalCount nodes { id } } }",
        variables: |ids| vec![json!({ "id": ids.customer })],
        expected: Some(r#"{ "customerCandidates": { "totalCount": 0, "nodes": [] } }"#),
    },
    Case {
        position: "Query.customers.filter.brandId",
        operation: "query($id: ID) { customers(filter: { brandId: $id }) { totalCount nodes { id } } }",
        variables: |ids| vec![json!({ "id": ids.brand })],
        expected: Some(r#"{ "customers": { "totalCount": 0, "nodes": [] } }"#),
    },
    Case {
        position: "Query.disclosures.filter.recipientId",
        operation: "query($id: ID!) { disclosures(filter: { recipientId: $id }) { totalCount nodes { id } } }",
        variables: |ids| vec![json!({ "id": ids.recipient })],
        expected: Some(r#"{ "disclosures": { "totalCount": 0, "nodes": [] } }"#),
    },
    Case {
        position: "Query.accessLog.filter.customer.id",
        operation: "query($id: ID!) { accessLog(filter: { customer: { id: $id } }) { nodes { id } } }",
        variables: |ids| vec![json!({ "id": ids.customer })],
        expected: Some(r#"{ "accessLog": { "nodes": [] } }"#),
    },
    Case {
        position: "Query.accessLog.filter.integrationId",
        operation: "query($id: ID!) { accessLog(filter: { integrationId: $id }) { nodes { id } } }",
        variables: |ids| vec![json!({ "id": ids.integration })],
        expected: Some(r#"{ "accessLog": { "nodes": [] } }"#),
    },
    Case {
        position: "Query.node.id",
        operation: "query($id: ID!) { node(id: $id) { __typename id } }",
        variables: |ids| {
            let mut all = ids.all();
            all.extend([
                ids.snapshot.as_str(),
                ids.open_snapshot.as_str(),
                ids.access.as_str(),
            ]);
            all.iter().map(|id| json!({ "id": id })).collect()
        },
        expected: Some(r#"{ "node": null }"#),
    },
    Case {
        position: "Query.nodes.ids",
        operation: "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }",
        variables: |ids| vec![json!({ "ids": ids.all() })],
        expected: Some(
            r#"{ "nodes": [null, null, null, null, null, null, null, null, null, null, null, null,
                null, null, null, null, null, null, null, null, null, null, null, null,
                null, null, null, null, null, null, null, null, null, null, null, null,
                null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null] }"#,
        ),
    },
    Case {
        position: "Mutation.addIdentifier.input.customerId",
        operation: build::ADD_IDENTIFIER,
        variables: |ids| {
            let email = json!({ "email": "another@example.org" });
            vec![input(
                &json!({ "customerId": ids.customer, "identifier": email }),
            )]
        },
        expected: None,
    },
    Case {
        position: "Mutation.issueToken.input.integrationId",
        operation: build::ISSUE_TOKEN,
        variables: |ids| vec![input(&json!({ "integrationId": ids.integration }))],
        expected: None,
    },
    Case {
        position: "Mutation.recordAssignments.input.assignments.customer.id",
        operation: build::RECORD_ASSIGNMENTS,
        variables: |ids| {
            vec![build::assignment(
                &json!({ "id": ids.customer }),
                "10.1.0.0/16",
            )]
        },
        expected: None,
    },
    Case {
        position: "Mutation.recordAssignments.input.assignments.customer.id",
        operation: build::RECORD_ASSIGNMENTS,
        variables: |ids| {
            let mut variables = build::assignment(&json!({ "id": ids.customer }), "10.2.0.0/16");
            variables["input"]["errorPolicy"] = json!("REJECT_FAILED");
            vec![variables]
        },
        expected: Some(
            r#"{ "recordAssignments": {
                "results": [{ "assignment": null, "error": { "code": "NOT_FOUND" } }] } }"#,
        ),
    },
    Case {
        position: "Mutation.recordDisclosure.input.recipient.id",
        operation: build::RECORD_DISCLOSURE,
        variables: |ids| {
            let about = json!({ "email": "nobody@example.org" });
            vec![build::disclosure(&json!({ "id": ids.recipient }), &[about])]
        },
        expected: None,
    },
    Case {
        position: "Mutation.recordDisclosure.input.recipient.customer.id",
        operation: build::RECORD_DISCLOSURE,
        variables: |ids| {
            let about = json!({ "email": "nobody@example.org" });
            let recipient = json!({ "customer": { "id": ids.customer } });
            vec![build::disclosure(&recipient, &[about])]
        },
        expected: None,
    },
    Case {
        position: "Mutation.recordDisclosure.input.subjects.by.id",
        operation: build::RECORD_DISCLOSURE,
        variables: |ids| {
            let recipient = json!({ "name": "A new one", "role": "PRIVATE_PARTY" });
            let known = json!({ "email": "nobody@example.org" });
            vec![build::disclosure(
                &recipient,
                &[known, json!({ "id": ids.customer })],
            )]
        },
        expected: None,
    },
    Case {
        position: "Mutation.updateRecipient.input.recipientId",
        operation: build::UPDATE_RECIPIENT,
        variables: |ids| {
            let change = json!({ "recipientId": ids.recipient, "country": "CH" });
            vec![input(&change)]
        },
        expected: None,
    },
    Case {
        position: "Mutation.registerCustomer.input.brandId",
        operation: build::REGISTER_CUSTOMER,
        variables: |ids| vec![input(&json!({ "name": "New", "brandId": ids.brand }))],
        expected: None,
    },
    Case {
        position: "Mutation.updateCustomer.input.customerId",
        operation: build::UPDATE_CUSTOMER,
        variables: |ids| {
            vec![input(
                &json!({ "customerId": ids.customer, "name": "Changed" }),
            )]
        },
        expected: None,
    },
    Case {
        position: "Mutation.updateCustomer.input.brandId",
        operation: build::UPDATE_CUSTOMER,
        // With a customer of the caller's own: see the stories about customers.
        variables: |ids| {
            vec![input(
                &json!({ "customerId": ids.customer, "brandId": ids.brand }),
            )]
        },
        expected: None,
    },
    Case {
        position: "Mutation.relateCustomers.input.customer.id",
        operation: build::RELATE_CUSTOMERS,
        variables: |ids| {
            vec![input(
                &json!({ "customer": { "id": ids.customer }, "kind": "USER", "relatedCustomer": whmcs("43") }),
            )]
        },
        expected: None,
    },
    Case {
        position: "Mutation.relateCustomers.input.relatedCustomer.id",
        operation: build::RELATE_CUSTOMERS,
        variables: |ids| {
            vec![input(
                &json!({ "customer": whmcs("43"), "kind": "USER", "relatedCustomer": { "id": ids.customer } }),
            )]
        },
        expected: None,
    },
    Case {
        position: "Mutation.importCustomers.input.customers.brandId",
        operation: build::IMPORT_CUSTOMERS,
        variables: |ids| {
            vec![input(
                &json!({ "customers": [{ "externalId": { "system": "whmcs", "id": "new" }, "brandId": ids.brand }] }),
            )]
        },
        expected: None,
    },
    Case {
        position: "Mutation.importCustomers.input.customers.brandId",
        operation: build::IMPORT_CUSTOMERS,
        variables: |ids| {
            let item =
                json!({ "externalId": { "system": "whmcs", "id": "42" }, "brandId": ids.brand });
            vec![input(
                &json!({ "customers": [item], "errorPolicy": "REJECT_FAILED" }),
            )]
        },
        expected: Some(
            r#"{ "importCustomers": { "results": [
                { "customer": null, "outcome": null, "error": { "code": "NOT_FOUND", "field": "customers[0].brandId" } }] } }"#,
        ),
    },
    Case {
        position: "Mutation.reconcileSnapshot.input.snapshotId",
        operation: build::RECONCILE_SNAPSHOT,
        variables: |ids| {
            vec![input(
                &json!({ "system": "whmcs", "ids": ["1"], "snapshotId": ids.open_snapshot, "complete": true }),
            )]
        },
        expected: None,
    },
    Case {
        position: "Mutation.verifyIdentifier.input.identifierId",
        operation: build::VERIFY_IDENTIFIER,
        variables: |ids| {
            vec![input(
                &json!({ "identifierId": ids.identifier, "method": "CALLBACK" }),
            )]
        },
        expected: None,
    },
    Case {
        position: "Mutation.closeCustomer.input.customerId",
        operation: build::CLOSE_CUSTOMER,
        variables: |ids| vec![input(&json!({ "customerId": ids.customer }))],
        expected: None,
    },
    Case {
        position: "Mutation.mergeCustomers.input.into.id",
        operation: build::MERGE_CUSTOMERS,
        variables: |ids| {
            vec![input(
                &json!({ "from": whmcs("46"), "into": { "id": ids.customer } }),
            )]
        },
        expected: None,
    },
    Case {
        position: "Mutation.mergeCustomers.input.from.id",
        operation: build::MERGE_CUSTOMERS,
        variables: |ids| {
            vec![input(
                &json!({ "from": { "id": ids.other_customer }, "into": whmcs("42") }),
            )]
        },
        expected: None,
    },
    Case {
        position: "Mutation.endIdentifier.input.identifierId",
        operation: build::END_IDENTIFIER,
        variables: |ids| vec![input(&json!({ "identifierId": ids.identifier }))],
        expected: None,
    },
    Case {
        position: "Mutation.revokeToken.input.tokenId",
        operation: build::REVOKE_TOKEN,
        variables: |ids| vec![input(&json!({ "tokenId": ids.token }))],
        expected: None,
    },
];

/// Inputs of type `ID` that hold no id of ours, as the end of their declared place, with the reason.
const NOT_OURS: &[(&str, &str)] = &[
    (
        "ExternalIdInput.id",
        "an id of an outside system; by value: see the parent",
    ),
    (
        "ReconcileSnapshotInput.ids",
        "ids of an outside system; by value: see the parent",
    ),
    (
        "RelinkExternalReferenceInput.from",
        "a number of an outside system: every controller has the same",
    ),
    (
        "RelinkExternalReferenceInput.to",
        "a number of an outside system",
    ),
    (".idempotencyKey", "made by the caller: see the parent"),
];

/// An id of the billing system, as a look-up: every controller has the same.
fn whmcs(client: &str) -> Value {
    json!({ "externalId": { "system": "whmcs", "id": client } })
}

#[test]
fn every_place_for_an_id_has_a_case() {
    let positions = Schema::read().id_positions();
    for position in &positions {
        let foreign = NOT_OURS
            .iter()
            .any(|(place, _)| position.place.ends_with(place));
        let covered = cases().any(|case| case.position == position.path);
        assert!(
            foreign || covered,
            "{} takes an id: add a case with an id of another controller to CASES in tests/it/isolation/ids.rs, or, if \
             it is no id of ours, add {} to NOT_OURS",
            position.path,
            position.place
        );
    }
    for case in cases() {
        let known = positions
            .iter()
            .any(|position| position.path == case.position);
        assert!(
            known,
            "{} is gone: remove it from CASES in tests/it/isolation/ids.rs",
            case.position
        );
    }
    for (place, reason) in NOT_OURS {
        let known = positions
            .iter()
            .any(|position| position.place.ends_with(place));
        assert!(known, "{place} ({reason}) is gone: remove it from NOT_OURS");
    }
}

/// How many events there are, and everything that can be listed.
async fn state(app: &App, owner: &Actor, ids: &Ids) -> (usize, Value) {
    let events = count_events(app, &ids.controller).await;
    (events, owner.ask(EVERYTHING).await.ok().clone())
}

#[tokio::test]
async fn an_id_of_another_controller_leads_nowhere() {
    let app = App::start().await;
    let (own, foreign) = (app.owner(), app.foreigner(Role::Owner).await);
    let (ours, theirs) = (populate(&own).await, populate(&foreign).await);
    let before = (
        state(&app, &own, &ours).await,
        state(&app, &foreign, &theirs).await,
    );
    for case in cases() {
        for variables in (case.variables)(&theirs) {
            let answer = own.run(case.operation, called_by(&ours, &variables)).await;
            let at = case.position;
            if let Some(expected) = case.expected {
                let expected: Value = serde_json::from_str(expected).unwrap();
                assert_eq!(answer.ok(), &expected, "{at}");
            } else {
                let outcome = (answer.status, answer.code());
                assert_eq!(outcome, (404, "NOT_FOUND"), "{at}: {}", answer.text);
            }
            shows_nothing_of(&theirs, &answer.text, at);
        }
    }
    let after = (
        state(&app, &own, &ours).await,
        state(&app, &foreign, &theirs).await,
    );
    assert_eq!(before, after);
    holds::due_now(&foreign, &theirs).await;
    // The same operations, by whom the ids belong to, lead somewhere.
    for case in cases() {
        let mut works = false;
        for variables in (case.variables)(&theirs) {
            let answer = foreign
                .run(case.operation, called_by(&theirs, &variables))
                .await;
            let expected = case
                .expected
                .map(|data| serde_json::from_str::<Value>(data).unwrap());
            works |= expected.as_ref() != Some(answer.ok());
        }
        assert!(
            works,
            "{} finds nothing for whom it belongs to either",
            case.position
        );
    }
    app.stop().await;
}
