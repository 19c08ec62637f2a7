//! Values of the wrong shape: wherever they stand in an input, the caller is told, and it is no fault of the server.

use serde_json::{Value, json};

use super::input::Refusals;
use super::{ASSIGN, DISCLOSE, REGISTER, disclosure, with};
use crate::harness::build;

/// Every place in a value, as a JSON pointer; the value itself is the first.
fn places(value: &Value) -> Vec<String> {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, child)| (name.clone(), child))
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(n, child)| (n.to_string(), child))
            .collect(),
        _ => Vec::new(),
    };
    let mut all = vec![String::new()];
    for (name, child) in children {
        all.extend(
            places(child)
                .into_iter()
                .map(|place| format!("/{name}{place}")),
        );
    }
    all
}

/// What no field takes.
fn misfits() -> [Value; 2] {
    [json!([[7]]), json!({ "nonsense": 7 })]
}

const NOBODY: &str = "cus_01h2xcejqtf2nbrexx3vqjhp41";
const IDENTIFIER: &str = "idn_01h2xcejqtf2nbrexx3vqjhp41";

/// An import with every field that there is.
fn imports() -> Value {
    json!({ "errorPolicy": "REJECT_ALL", "customers": [{
        "externalId": { "system": "whmcs", "id": "7" },
        "kind": "PERSON",
        "category": "CUSTOMER",
        "name": "Jane",
        "country": "DE",
        "brandId": "brd_01h2xcejqtf2nbrexx3vqjhp41",
        "registeredAt": "2026-11-20T09:00:00Z",
        "servicesEndedAt": "2026-11-20T09:00:00Z",
        "emails": ["jane@example.org"],
        "phones": ["+49 30 123456"],
        "externalIds": [{ "system": "stripe", "id": "7" }],
    }] })
}

async fn try_everywhere(refusals: &mut Refusals, document: &str, good: &Value) {
    for place in places(good) {
        for misfit in misfits() {
            let mut value = good.clone();
            *value.pointer_mut(&place).unwrap() = misfit.clone();
            let answer = refusals
                .actor
                .run(document, json!({ "input": value }))
                .await;
            let code = match answer.code() {
                "GRAPHQL_VALIDATION_FAILED" => "GRAPHQL_VALIDATION_FAILED",
                _ => "BAD_USER_INPUT",
            };
            let what = format!("{misfit} at {place:?} of {document:.40}");
            refusals.note(&what, &answer, 400, code, None).await;
        }
    }
}

/// A disclosure about somebody of whom a domain and a mailbox are known, too.
fn named() -> Value {
    let ip = json!({ "address": "203.0.113.7", "port": 1, "domain": "shop.example", "mailbox": "post@shop.example",
        "at": "2026-11-19T22:14:00Z" });
    let mut disclosure = disclosure();
    disclosure["subjects"] = json!([{ "by": { "ip": ip } }]);
    disclosure["idempotencyKey"] = json!("k");
    disclosure
}

#[tokio::test]
async fn a_value_of_the_wrong_shape_is_refused_wherever_it_stands_in_a_mutation() {
    let mut refusals = Refusals::start().await;
    let person =
        json!({ "onBehalfOf": { "system": "whmcs", "staffId": "7" }, "idempotencyKey": "k" });
    let behalf = json!({ "onBehalfOf": { "system": "whmcs", "staffId": "7" } });
    let details = json!({ "method": "EMAIL", "reference": "r", "authority": "a", "note": "n" });
    let customer = json!({
        "name": "Jane",
        "kind": "PERSON",
        "category": "CUSTOMER",
        "country": "DE",
        "emails": ["jane@example.org"],
        "phones": ["+49 30 123456"],
        "externalIds": [{ "system": "whmcs", "id": "7" }],
        "registeredAt": "2026-11-20T09:00:00Z",
    });
    let assignments = json!({ "errorPolicy": "REJECT_ALL", "assignments": [{
        "customer": { "ip": { "address": "203.0.113.7", "at": "2026-11-19T22:14:00Z" } },
        "ipPrefix": "192.0.2.0/24",
        "portRange": { "address": "192.0.2.1", "first": 1, "last": 2 },
        "domain": "shop.example",
        "mailbox": "post@shop.example",
        "sharing": "SHARED",
        "from": "2026-01-01T00:00:00Z",
        "until": "2026-02-01T00:00:00Z",
    }] });
    for (document, good) in [
        (DISCLOSE, with(with(disclosure(), &details), &person)),
        (
            build::RECORD_DISCLOSURES,
            with(
                json!({ "errorPolicy": "REJECT_ALL", "disclosures": [named()] }),
                &behalf,
            ),
        ),
        (
            build::RECORD_DISCLOSURE_SERIES,
            with(
                json!({ "observations": [build::observation(named())] }),
                &behalf,
            ),
        ),
        (
            build::SUPERSEDE_DISCLOSURE,
            with(
                json!({ "disclosureId": "dis_01h2xcejqtf2nbrexx3vqjhp41", "by": named(), "reason": "r" }),
                &person,
            ),
        ),
        (
            build::RESOLVE_DISCLOSURE_SUBJECT,
            with(
                json!({ "subjectId": "dsb_01h2xcejqtf2nbrexx3vqjhp41", "customer": { "phone": "+49" }, "reason": "r" }),
                &person,
            ),
        ),
        (REGISTER, with(customer, &person)),
        (ASSIGN, with(assignments, &person)),
        (
            "mutation($input: AddIdentifierInput!) { addIdentifier(input: $input) { customer { id } } }",
            json!({ "customerId": "cus_01h2xcejqtf2nbrexx3vqjhp41", "identifier": { "phone": "+49" } }),
        ),
        (
            build::UPDATE_CUSTOMER,
            json!({
                "customerId": NOBODY,
                "kind": "PERSON",
                "category": "CUSTOMER",
                "country": "DE",
                "name": "Jane",
                "brandId": "brd_01h2xcejqtf2nbrexx3vqjhp41",
                "servicesEndedAt": "2026-11-20T09:00:00Z",
                "registeredAt": "2026-11-20T09:00:00Z",
                "expectedVersion": 1,
            }),
        ),
        (
            build::CLOSE_CUSTOMER,
            json!({ "customerId": NOBODY, "servicesEndedAt": "2026-11-20T09:00:00Z" }),
        ),
        (
            build::MERGE_CUSTOMERS,
            json!({ "from": { "id": NOBODY }, "into": { "email": "jane@example.org" } }),
        ),
        (
            build::RELATE_CUSTOMERS,
            json!({
                "customer": { "id": NOBODY },
                "kind": "OWNER",
                "relatedCustomer": { "id": NOBODY },
                "from": "2026-01-01T00:00:00Z",
                "until": "2026-02-01T00:00:00Z",
            }),
        ),
        (
            build::END_IDENTIFIER,
            json!({ "identifierId": IDENTIFIER, "endedAt": "2026-11-20T09:00:00Z" }),
        ),
        (
            build::VERIFY_IDENTIFIER,
            json!({ "identifierId": IDENTIFIER, "method": "CALLBACK", "verifiedAt": "2026-11-20T09:00:00Z" }),
        ),
        (build::IMPORT_CUSTOMERS, imports()),
        (
            build::RECONCILE_SNAPSHOT,
            json!({
                "system": "whmcs",
                "ids": ["7"],
                "snapshotId": "snp_01h2xcejqtf2nbrexx3vqjhp41",
                "complete": true,
            }),
        ),
        (build::REGISTER_BRAND, json!({ "name": "A brand" })),
        (
            "mutation($input: RegisterRecipientInput!) {
                registerRecipient(input: $input) { recipient { id } } }",
            json!({ "name": "A court", "role": "PUBLIC_AUTHORITY", "country": "DE",
                "contacts": [{ "kind": "PHONE", "value": "1", "note": "2" }], "noticeUrl": "https://example.org" }),
        ),
        (
            "mutation($input: UpdateRecipientInput!) {
                updateRecipient(input: $input) { recipient { id } } }",
            json!({ "recipientId": "rcp_01h2xcejqtf2nbrexx3vqjhp41", "name": "A", "role": "PROCESSOR",
                "category": "COURT", "country": "DE", "contacts": [], "noticeUrl": "x", "expectedVersion": 1 }),
        ),
        (
            "mutation($input: IssueTokenInput!) { issueToken(input: $input) { token { id } } }",
            json!({ "name": "billing", "role": "BILLING", "expiresInDays": 7 }),
        ),
        (
            "mutation($input: RevokeTokenInput!) { revokeToken(input: $input) { integration { id } } }",
            json!({ "tokenId": "tok_01h2xcejqtf2nbrexx3vqjhp41" }),
        ),
    ] {
        try_everywhere(&mut refusals, document, &good).await;
    }
    refusals.end().await;
}

#[tokio::test]
async fn a_value_of_the_wrong_shape_is_refused_wherever_it_stands_in_a_query() {
    let mut refusals = Refusals::start().await;
    for (document, good) in [
        (
            "query($input: CustomerLookupInput!) { customer(by: $input) { id } }",
            json!({ "ip": { "address": "203.0.113.7", "at": "2026-11-19T22:14:00Z" } }),
        ),
        (
            "query($input: CustomerFilterInput) { customers(filter: $input) { nodes { id } } }",
            json!({
                "category": ["CUSTOMER"],
                "registeredAt": { "gte": "2026-01-01T00:00:00Z" },
                "brandId": "brd_01h2xcejqtf2nbrexx3vqjhp41",
                "closed": true,
                "merged": false,
            }),
        ),
        (
            "query($input: CustomerOrder) { customers(orderBy: $input) { nodes { id } } }",
            json!({ "field": "REGISTERED_AT", "direction": "ASC" }),
        ),
        (
            "query($input: DisclosureFilterInput) { disclosures(filter: $input) { nodes { id } } }",
            json!({
                "recipientId": "rcp_01h2xcejqtf2nbrexx3vqjhp41",
                "ground": ["AUDIT"],
                "dataCategory": "user",
                "disclosedAt": { "lt": "2026-01-01T00:00:00Z" },
                "unresolved": true,
                "superseded": true,
                "questioned": true,
            }),
        ),
        (
            "query($input: Int) { customers(first: $input) { nodes { id } } }",
            json!(1),
        ),
        (
            "query($input: ResourceLookupInput!) { holders(of: $input) { nodes { id } } }",
            json!({ "mailbox": { "address": "post@shop.example", "at": "2026-11-19T22:14:00Z" } }),
        ),
        (
            "query($input: DateTime) { customers { nodes {
                accountingOfDisclosures(from: $input) { nodes { count } } } } }",
            json!("2026-01-01T00:00:00Z"),
        ),
        (
            "query($input: String) { customers(after: $input) { nodes { id } } }",
            json!("x"),
        ),
        (
            "query($input: [EventType!]) { events(types: $input) { nodes { id } } }",
            json!(["TOKEN_ISSUED"]),
        ),
        ("query($input: ID!) { node(id: $input) { id } }", json!("x")),
        (
            "query($input: [ID!]!) { nodes(ids: $input) { id } }",
            json!(["x"]),
        ),
    ] {
        try_everywhere(&mut refusals, document, &good).await;
    }
    refusals.end().await;
}
