//! What cannot be done to customers, each with its code and the field that is wrong.

use entity::enums::Role;
use serde_json::{Value, json};

use super::end;
use crate::harness::App;
use crate::harness::build::{self, Ids, input, populate};
use crate::harness::survey::Survey;

/// An operation with an input that is refused.
type Case = (&'static str, Value, u16, &'static str, Option<&'static str>);

const NOBODY: &str = "cus_01h2xcejqtf2nbrexx3vqjhp41";
const FUTURE: &str = "2027-01-01T00:00:00Z";

fn bad(query: &'static str, input: Value, field: &'static str) -> Case {
    (query, input, 400, "BAD_USER_INPUT", Some(field))
}

fn missing(query: &'static str, input: Value) -> Case {
    (query, input, 404, "NOT_FOUND", None)
}

fn changes(ids: &Ids) -> Vec<Case> {
    let update = |field: &'static str, value: Value| {
        let mut input = json!({ "customerId": ids.customer });
        input[field] = value;
        bad(build::UPDATE_CUSTOMER, input, field)
    };
    let no_brand = "brd_01h2xcejqtf2nbrexx3vqjhp41";
    vec![
        update("kind", Value::Null),
        update("category", Value::Null),
        update("registeredAt", Value::Null),
        update("registeredAt", json!(FUTURE)),
        update("servicesEndedAt", json!(FUTURE)),
        update("name", json!("x".repeat(201))),
        missing(
            build::UPDATE_CUSTOMER,
            json!({ "customerId": NOBODY, "name": "Jane" }),
        ),
        missing(
            build::UPDATE_CUSTOMER,
            json!({ "customerId": ids.customer, "brandId": no_brand }),
        ),
        missing(build::REGISTER_CUSTOMER, json!({ "brandId": no_brand })),
        missing(build::CLOSE_CUSTOMER, json!({ "customerId": NOBODY })),
        bad(
            build::CLOSE_CUSTOMER,
            json!({ "customerId": ids.customer, "servicesEndedAt": FUTURE }),
            "servicesEndedAt",
        ),
    ]
}

fn identifiers(ids: &Ids) -> Vec<Case> {
    let none = "idn_01h2xcejqtf2nbrexx3vqjhp41";
    let verify = json!({ "identifierId": none, "method": "CALLBACK" });
    vec![
        missing(build::END_IDENTIFIER, json!({ "identifierId": none })),
        missing(build::VERIFY_IDENTIFIER, verify),
        bad(
            build::END_IDENTIFIER,
            json!({ "identifierId": ids.identifier, "endedAt": FUTURE }),
            "endedAt",
        ),
        bad(
            build::VERIFY_IDENTIFIER,
            json!({ "identifierId": ids.identifier, "method": "CALLBACK", "verifiedAt": FUTURE }),
            "verifiedAt",
        ),
    ]
}

fn pairs(ids: &Ids) -> Vec<Case> {
    let (customer, other) = (
        json!({ "id": ids.customer }),
        json!({ "id": ids.other_customer }),
    );
    let merge = |from: Value, into: Value| json!({ "from": from, "into": into });
    let relate = |customer: Value, related: Value| json!({ "customer": customer, "kind": "OWNER", "relatedCustomer": related });
    let mut backwards = relate(customer.clone(), other);
    backwards["from"] = json!("2026-11-20T00:00:00Z");
    backwards["until"] = json!("2026-11-19T23:59:59Z");
    let shared = json!({ "email": "shared@example.org" });
    let nobody = json!({ "email": "nobody@example.org" });
    let nonsense = json!({ "email": "nobody" });
    vec![
        missing(
            build::MERGE_CUSTOMERS,
            merge(customer.clone(), nobody.clone()),
        ),
        missing(
            build::MERGE_CUSTOMERS,
            merge(json!({ "id": NOBODY }), customer.clone()),
        ),
        bad(
            build::MERGE_CUSTOMERS,
            merge(nonsense.clone(), customer.clone()),
            "from.email",
        ),
        bad(
            build::MERGE_CUSTOMERS,
            merge(customer.clone(), nonsense.clone()),
            "into.email",
        ),
        (
            build::MERGE_CUSTOMERS,
            merge(customer.clone(), shared.clone()),
            409,
            "AMBIGUOUS",
            None,
        ),
        missing(build::RELATE_CUSTOMERS, relate(customer.clone(), nobody)),
        bad(
            build::RELATE_CUSTOMERS,
            relate(nonsense.clone(), customer.clone()),
            "customer.email",
        ),
        bad(
            build::RELATE_CUSTOMERS,
            relate(customer.clone(), nonsense),
            "relatedCustomer.email",
        ),
        bad(
            build::RELATE_CUSTOMERS,
            relate(customer.clone(), customer.clone()),
            "relatedCustomer",
        ),
        bad(build::RELATE_CUSTOMERS, backwards, "until"),
        (
            build::RELATE_CUSTOMERS,
            relate(shared, customer),
            409,
            "AMBIGUOUS",
            None,
        ),
    ]
}

fn snapshots(ids: &Ids) -> Vec<Case> {
    let part = |system: &str, given: Value| json!({ "system": system, "ids": given });
    let mut other_system = part("stripe", json!(["1"]));
    other_system["snapshotId"] = json!(ids.open_snapshot);
    let mut complete = part("whmcs", json!(["1"]));
    complete["snapshotId"] = json!(ids.snapshot);
    let mut nowhere = part("whmcs", json!(["1"]));
    nowhere["snapshotId"] = json!("snp_01h2xcejqtf2nbrexx3vqjhp41");
    vec![
        bad(build::RECONCILE_SNAPSHOT, part("whmcs", json!([])), "ids"),
        bad(
            build::RECONCILE_SNAPSHOT,
            part("whmcs", json!(vec!["1"; 5_001])),
            "ids",
        ),
        bad(
            build::RECONCILE_SNAPSHOT,
            part("whmcs", json!(["1", " "])),
            "ids[1]",
        ),
        bad(
            build::RECONCILE_SNAPSHOT,
            part("not a system", json!(["1"])),
            "system",
        ),
        bad(build::RECONCILE_SNAPSHOT, other_system, "system"),
        missing(build::RECONCILE_SNAPSHOT, nowhere),
        (build::RECONCILE_SNAPSHOT, complete, 409, "CONFLICT", None),
    ]
}

fn brands() -> Vec<Case> {
    let names = [" ".to_owned(), "x".repeat(201), "a\u{202e}b".to_owned()];
    names
        .into_iter()
        .map(|name| bad(build::REGISTER_BRAND, json!({ "name": name }), "name"))
        .collect()
}

#[tokio::test]
async fn what_cannot_be_done_is_refused_and_leaves_nothing() {
    let app = App::start().await;
    let owner = app.owner();
    let ids = populate(&owner).await;
    let survey = Survey::of(app.database()).await;
    let before = survey.sizes().await;
    let cases = [
        changes(&ids),
        identifiers(&ids),
        pairs(&ids),
        snapshots(&ids),
        brands(),
    ];
    for (query, of, status, code, field) in cases.concat() {
        let answer = owner.run(query, input(&of)).await;
        let error = answer.refused(status, code);
        if let Some(field) = field {
            assert_eq!(error["extensions"]["field"], field, "{of}");
        }
        assert_eq!(survey.sizes().await, before, "{of}");
    }
    survey.close().await;
    end(app).await;
}

#[tokio::test]
async fn another_controllers_brand_and_identifier_are_not_there() {
    let app = App::start().await;
    let (own, foreign) = (app.owner(), app.foreigner(Role::Owner).await);
    let (ours, theirs) = (populate(&own).await, populate(&foreign).await);
    for (query, of) in [
        (
            build::UPDATE_CUSTOMER,
            json!({ "customerId": ours.customer, "brandId": theirs.brand }),
        ),
        (
            build::END_IDENTIFIER,
            json!({ "identifierId": theirs.identifier }),
        ),
        (
            build::RECONCILE_SNAPSHOT,
            json!({ "system": "whmcs", "ids": ["1"], "snapshotId": theirs.open_snapshot }),
        ),
    ] {
        own.run(query, input(&of)).await.refused(404, "NOT_FOUND");
    }
    // A brand of the same name is another one.
    let brands = own.ask("{ brands { nodes { id name } } }").await;
    assert!(!brands.text.contains(&theirs.brand));
    end(app).await;
}
