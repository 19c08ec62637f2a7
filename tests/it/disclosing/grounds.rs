//! On which grounds: those of a role, those that must never have been, and reports that are passed on to customers.

use serde_json::{Value, json};

use super::{ids, record, report, results, whole, with};
use crate::harness::build::{self, RECORD_DISCLOSURE, REGISTER_CUSTOMER, input, item};
use crate::harness::host::{Host, whmcs};
use crate::harness::poll::feed;

#[tokio::test]
async fn a_role_records_the_grounds_of_its_work_only() {
    let host = Host::start().await;
    host.client("42").await;
    let on = |ground: &str| with(report(&["42"]), "ground", json!(ground));
    for (actor, own, foreign) in [
        (&host.abuse, "BLOCKLIST_REPORT", "PAYMENT_PROCESSING"),
        (&host.billing, "CHARGEBACK", "BLOCKLIST_REPORT"),
        (&host.billing, "PAYMENT_PROCESSING", "SUBPOENA_CIVIL"),
    ] {
        actor.run(RECORD_DISCLOSURE, input(&on(own))).await.ok();
        let refused = actor.run(RECORD_DISCLOSURE, input(&on(foreign))).await;
        refused.refused(403, "FORBIDDEN");
        // In a list, it is a matter of its item.
        record(actor, &[on(own), on(foreign)], "REJECT_ALL")
            .await
            .refused(403, "FORBIDDEN");
        let found = results(&record(actor, &[on(own), on(foreign)], "REJECT_FAILED").await);
        assert!(found[0].is_ok());
        let field = Some("disclosures[1].ground".to_owned());
        assert_eq!(found[1], Err(("FORBIDDEN".to_owned(), field)));
    }
    assert_eq!(whole(&host).await, 6);
    host.stop().await;
}

/// Recording never refuses what happened; what should not have happened stands out.
#[tokio::test]
async fn what_was_unauthorised_has_an_event_and_a_line_of_its_own() {
    let host = Host::start().await;
    let customer = host.client("42").await;
    let leak = with(report(&["42"]), "ground", json!("UNAUTHORISED"));
    let mut leaked = Vec::new();
    for actor in [&host.abuse, &host.billing] {
        leaked.extend(ids(&record(
            actor,
            std::slice::from_ref(&leak),
            "REJECT_ALL",
        )
        .await));
    }
    let ordinary = ids(&record(
        &host.abuse,
        &[report(&["42"]), report(&["42"])],
        "REJECT_ALL",
    )
    .await);

    let events = feed(&host.owner, |events| {
        events
            .iter()
            .any(|event| event["objectId"] == ordinary[1].as_str())
    })
    .await;
    let of = |kind: &str| -> Vec<String> {
        let events = events.iter().filter(|event| event["type"] == kind);
        events
            .map(|event| event["objectId"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(of("DISCLOSURE_UNAUTHORISED"), leaked);
    assert_eq!(
        of("DISCLOSURE_RECORDED"),
        [leaked.clone(), ordinary].concat()
    );
    let query = "query($id: ID!) { node(id: $id) { ... on Customer { accountingOfDisclosures {
        nodes { unauthorised count first { ground } } } } } }";
    let lines = host.owner.run(query, json!({ "id": customer })).await;
    let lines = lines
        .get("node.accountingOfDisclosures.nodes")
        .as_array()
        .unwrap()
        .clone();
    let line = |unauthorised: bool, count: i64, ground: &str| json!({ "unauthorised": unauthorised, "count": count, "first": { "ground": ground } });
    let (bad, good) = (
        line(true, 1, "UNAUTHORISED"),
        line(false, 2, "BLOCKLIST_REPORT"),
    );
    // They went out at the same time: in any order.
    assert_eq!(lines.len(), 3);
    assert_eq!(
        lines.iter().filter(|one| **one == bad).count(),
        2,
        "{lines:?}"
    );
    assert!(lines.contains(&good), "{lines:?}");
    host.stop().await;
}

/// The abuse desk registers whoever complained, and nobody else.
#[tokio::test]
async fn the_abuse_desk_registers_complainants_only() {
    let host = Host::start().await;
    let of = |category: Value| json!({ "name": "Jane Doe", "emails": ["jane@example.org"], "category": category });
    for category in [
        json!("CUSTOMER"),
        json!("PROSPECT"),
        json!("EMPLOYEE"),
        json!(null),
    ] {
        let answer = host
            .abuse
            .run(REGISTER_CUSTOMER, input(&of(category)))
            .await;
        answer.refused(403, "FORBIDDEN");
    }
    // The ids of other systems are not the desk's to give away: billing would find its own taken.
    let mut taken = of(json!("COMPLAINANT"));
    taken["externalIds"] = json!([{ "system": "whmcs", "id": "4711" }]);
    let refused = host.abuse.run(REGISTER_CUSTOMER, input(&taken)).await;
    refused.refused(403, "FORBIDDEN");
    host.client("4711").await;
    let registered = host
        .abuse
        .run(REGISTER_CUSTOMER, input(&of(json!("COMPLAINANT"))))
        .await;
    let complainant = registered.text_at("registerCustomer.customer.id");
    let query = "query($id: ID!) { node(id: $id) { ... on Customer { name category } } }";
    let found = host.owner.run(query, json!({ "id": complainant })).await;
    assert_eq!(
        found.get("node"),
        &json!({ "name": "Jane Doe", "category": "COMPLAINANT" })
    );
    host.stop().await;
}

/// A complaint that is passed on to the customer concerned.
fn forwarded(changes: &[(&str, Value)]) -> Value {
    let customer = json!({ "name": "Client 42", "role": "PRIVATE_PARTY", "category": "CUSTOMER" });
    let mut of = item(build::disclosure(
        &customer,
        &[json!({ "email": "jane@example.org" })],
    ));
    of["ground"] = json!("CUSTOMER_ABUSE_FORWARD");
    of["dataCategories"].take();
    for (field, value) in changes {
        of[field] = value.clone();
    }
    of
}

#[tokio::test]
async fn whoever_complained_is_not_named_unless_that_is_said() {
    let host = Host::start().await;
    let complainant = json!({ "category": "COMPLAINANT", "emails": ["jane@example.org"] });
    let complainant = host.abuse.run(REGISTER_CUSTOMER, input(&complainant)).await;
    let complainant = complainant.text_at("registerCustomer.customer.id");
    let report = "user.content.private.abuse_report";
    let named = json!(["user.contact.email", report, "user.name"]);
    for (changes, categories) in [
        (vec![], json!([report])),
        (
            vec![("complainantIdentity", json!("WITHHELD"))],
            json!([report]),
        ),
        (vec![("complainantIdentity", json!("DISCLOSED"))], named),
        (vec![("dataCategories", json!([report]))], json!([report])),
        (
            vec![
                ("dataCategories", json!(["user.contact.email"])),
                ("complainantIdentity", json!("DISCLOSED")),
            ],
            json!(["user.contact.email"]),
        ),
    ] {
        let recorded = host
            .abuse
            .run(RECORD_DISCLOSURE, input(&forwarded(&changes)))
            .await;
        let id = recorded.text_at("recordDisclosure.disclosure.id");
        let disclosure = host.disclosure(&id).await;
        assert_eq!(disclosure["dataCategories"], categories, "{changes:?}");
        // He is a data subject of his own: it was his data that went out.
        assert_eq!(
            disclosure["subjects"][0]["customer"]["id"],
            complainant.as_str()
        );
    }
    for category in [
        "user.name",
        "user.contact",
        "user.contact.email",
        "user.contact.phone_number",
        "user.account.username",
        "user.unique_id",
        "user.government_id",
        "user.device.ip_address",
    ] {
        for identity in [json!(null), json!("WITHHELD")] {
            let changes = [
                ("dataCategories", json!([report, category])),
                ("complainantIdentity", identity),
            ];
            let answer = host
                .abuse
                .run(RECORD_DISCLOSURE, input(&forwarded(&changes)))
                .await;
            let error = answer.refused(400, "BAD_USER_INPUT");
            assert_eq!(
                error["extensions"]["field"], "dataCategories[1]",
                "{category}"
            );
        }
    }
    // On another ground there is nobody whose identity it could be; and the data must be named.
    for (change, field) in [
        (
            ("complainantIdentity", json!("WITHHELD")),
            "complainantIdentity",
        ),
        (("dataCategories", json!(null)), "dataCategories"),
    ] {
        let (name, value) = change;
        let other = with(super::report(&["42"]), name, value);
        let answer = host.abuse.run(RECORD_DISCLOSURE, input(&other)).await;
        let error = answer.refused(400, "BAD_USER_INPUT");
        assert_eq!(error["extensions"]["field"], field);
    }
    assert_eq!(whole(&host).await, 5);
    let query =
        "query($by: CustomerLookupInput!) { customer(by: $by) { disclosures { totalCount } } }";
    let by = json!({ "by": { "email": "jane@example.org" } });
    let own = host.abuse.run(query, by).await;
    assert_eq!(own.get("customer.disclosures.totalCount"), &json!(5));
    host.client("42").await;
    let client = host.abuse.run(query, json!({ "by": whmcs("42") })).await;
    assert_eq!(client.get("customer.disclosures.totalCount"), &json!(0));
    host.stop().await;
}
