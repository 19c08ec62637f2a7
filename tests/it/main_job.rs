//! The main job: an abuse tool that knows an IP address and a time records that a customer's data went to
//! Spamhaus; billing looks the customer up by its own client id and sees it; the event feed shows it.

use entity::enums::Role;
use serde_json::json;

use crate::harness::{Actor, Answer, App};

/// As the abuse tool sends it.
const RECORD: &str = r#"mutation { recordDisclosure(input: { recipient: {name: "Spamhaus", role: PRIVATE_PARTY, category: BLOCKLIST_OPERATOR},
      ground: BLOCKLIST_REPORT, purpose: "essential.service.abuse_handling", dataCategories: ["user.contact.email",
      "user.device.ip_address"], tier: SUBSCRIBER, disclosedAt: "2026-11-20T09:00:00Z", method: EMAIL, reference: "SBL654321",
      subjects: [{by: {ip: {address: "203.0.113.7", at: "2026-11-19T22:14:00Z"}}}], idempotencyKey: "abuse-4711" })
      { disclosure { id subjects { customer { id } } event { id idx } } } }"#;

async fn register(billing: &Actor, client: &str) -> String {
    let query = "mutation($input: RegisterCustomerInput!) {
        registerCustomer(input: $input) { customer { id } } }";
    let input = json!({
        "name": format!("Client {client}"),
        "externalIds": [{ "system": "whmcs", "id": client }],
        "emails": [format!("client{client}@example.org")],
    });
    billing
        .run(query, json!({ "input": input }))
        .await
        .text_at("registerCustomer.customer.id")
}

async fn assign(provisioning: &Actor, client: &str, prefix: &str, sharing: &str) -> Answer {
    let query = "mutation($input: RecordAssignmentsInput!) {
        recordAssignments(input: $input) { results { error { code message } } } }";
    let assignment = json!({
        "customer": { "externalId": { "system": "whmcs", "id": client } },
        "ipPrefix": prefix,
        "sharing": sharing,
        "from": "2026-01-01T00:00:00Z",
    });
    provisioning
        .run(query, json!({ "input": { "assignments": [assignment] } }))
        .await
}

/// The feed, once it shows `count` events.
async fn feed(actor: &Actor, count: usize) -> Vec<(i64, String, String)> {
    for _ in 0..500 {
        let page = actor
            .ask("{ events(first: 100) { nodes { idx type objectId } } }")
            .await;
        let nodes = page.get("events.nodes").as_array().unwrap().clone();
        if nodes.len() >= count {
            let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
            return nodes
                .iter()
                .map(|node| {
                    (
                        node["idx"].as_i64().unwrap(),
                        text(&node["type"]),
                        text(&node["objectId"]),
                    )
                })
                .collect();
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the feed does not show {count} events");
}

#[tokio::test]
async fn an_abuse_report_becomes_a_disclosure_on_record() {
    let app = App::start().await;
    let billing = app.actor(Role::Billing).await;
    let provisioning = app.actor(Role::Provisioning).await;
    let abuse = app.actor(Role::Abuse).await;
    let customer = register(&billing, "42").await;
    assign(&provisioning, "42", "203.0.113.7", "EXCLUSIVE")
        .await
        .ok();

    let recorded = abuse.ask(RECORD).await;

    let subject = recorded.get("recordDisclosure.disclosure.subjects.0.customer.id");
    assert_eq!(subject, &json!(customer));
    let disclosure = recorded.text_at("recordDisclosure.disclosure.id");
    let seen = billing
        .ask(
            r#"{ customer(by: {externalId: {system: "whmcs", id: 42}}) { id name disclosures {
                totalCount nodes { id disclosedAt recipient { name role category } reference ground
                subjects { lookup resolution candidateCount } } } } }"#,
        )
        .await;
    assert_eq!(seen.get("customer.disclosures.totalCount"), &json!(1));
    assert_eq!(
        seen.get("customer.disclosures.nodes.0"),
        &json!({
            "id": disclosure,
            "disclosedAt": "2026-11-20T09:00:00.000Z",
            "recipient": { "name": "Spamhaus", "role": "PRIVATE_PARTY", "category": "BLOCKLIST_OPERATOR" },
            "reference": "SBL654321",
            "ground": "BLOCKLIST_REPORT",
            "subjects": [{
                "lookup": "ip 203.0.113.7 at 2026-11-19T22:14:00.000Z",
                "resolution": "RESOLVED",
                "candidateCount": 1,
            }],
        })
    );
    // Controller, four tokens, customer, assignment, recipient, disclosure.
    let events = feed(&billing, 9).await;
    let numbers: Vec<_> = events.iter().map(|event| event.0).collect();
    assert_eq!(numbers, (0..9).collect::<Vec<_>>());
    let (_, kind, object) = events.last().unwrap();
    assert_eq!(
        (kind.as_str(), object),
        ("DISCLOSURE_RECORDED", &disclosure)
    );
    app.stop().await;
}

/// The abuse tool's queue delivers twice: the second delivery changes nothing and answers as the first.
#[tokio::test]
async fn a_repeated_delivery_changes_nothing() {
    let app = App::start().await;
    let (billing, abuse) = (app.actor(Role::Billing).await, app.actor(Role::Abuse).await);
    register(&billing, "42").await;
    assign(&billing, "42", "203.0.113.0/29", "EXCLUSIVE")
        .await
        .ok();

    let first = abuse
        .ask(RECORD)
        .await
        .text_at("recordDisclosure.disclosure.id");
    let again = abuse
        .ask(RECORD)
        .await
        .text_at("recordDisclosure.disclosure.id");

    assert_eq!(first, again);
    let changed = abuse.ask(&RECORD.replace("SBL654321", "SBL654322")).await;
    changed.refused(409, "IDEMPOTENCY_KEY_REUSED");
    // Another integration may use the same key for something of its own.
    let other = app.actor(Role::Abuse).await;
    let own = other
        .ask(RECORD)
        .await
        .text_at("recordDisclosure.disclosure.id");
    assert_ne!(first, own);
    let all = billing
        .ask("{ disclosures { totalCount } recipients { nodes { id } } }")
        .await;
    assert_eq!(all.get("disclosures.totalCount"), &json!(2));
    assert_eq!(all.get("recipients.nodes").as_array().unwrap().len(), 1);
    app.stop().await;
}

/// An address that nobody held, and one that 300 customers share: the disclosure is kept, nobody is named.
#[tokio::test]
async fn what_cannot_be_resolved_is_kept_and_attached_to_nobody() {
    let app = App::start().await;
    let (billing, abuse) = (app.actor(Role::Billing).await, app.actor(Role::Abuse).await);

    let nobody = abuse
        .ask(&RECORD.replace(
            "subjects { customer { id } }",
            "unresolvedCount subjects { customer { id } resolution candidateCount }",
        ))
        .await;
    assert_eq!(
        nobody.get("recordDisclosure.disclosure.unresolvedCount"),
        &json!(1)
    );
    assert_eq!(
        nobody.get("recordDisclosure.disclosure.subjects"),
        &json!([{ "customer": null, "resolution": "NOBODY", "candidateCount": 0 }])
    );

    for client in 0..300 {
        register(&billing, &client.to_string()).await;
    }
    let assignments: Vec<_> = (0..300)
        .map(|client| {
            json!({
                "customer": { "externalId": { "system": "whmcs", "id": client } },
                "ipPrefix": "203.0.113.7",
                "sharing": "SHARED",
                "from": "2026-01-01T00:00:00Z",
            })
        })
        .collect();
    billing
        .run(
            "mutation($input: RecordAssignmentsInput!) { recordAssignments(input: $input) {
                results { error { code } } } }",
            json!({ "input": { "assignments": assignments } }),
        )
        .await
        .ok();

    let query = RECORD.replace("abuse-4711", "abuse-4712").replace(
        "subjects { customer { id } }",
        "subjects { customer { id } resolution candidateCount }",
    );
    let shared = abuse.ask(&query).await;
    assert_eq!(
        shared.get("recordDisclosure.disclosure.subjects"),
        &json!([{ "customer": null, "resolution": "AMBIGUOUS", "candidateCount": 300 }])
    );
    let by = r#"by: {ip: {address: "203.0.113.7", at: "2026-11-19T22:14:00Z"}}"#;
    let ambiguous = abuse.ask(&format!("{{ customer({by}) {{ id }} }}")).await;
    assert_eq!((ambiguous.status, ambiguous.code()), (409, "AMBIGUOUS"));
    assert_eq!(
        ambiguous.body["errors"][0]["extensions"]["candidates"],
        json!(300)
    );
    let query = format!(
        "{{ customerCandidates({by}, first: 100) {{ totalCount nodes {{ id }} pageInfo {{ hasNextPage }} }} }}"
    );
    let candidates = abuse.ask(&query).await;
    assert_eq!(candidates.get("customerCandidates.totalCount"), &json!(300));
    assert_eq!(
        candidates
            .get("customerCandidates.nodes")
            .as_array()
            .unwrap()
            .len(),
        100
    );
    let query = "{ customers(first: 5) { nodes { disclosures { totalCount } } } }";
    let customers = billing.ask(query).await;
    for customer in customers.get("customers.nodes").as_array().unwrap() {
        assert_eq!(customer["disclosures"]["totalCount"], json!(0));
    }
    app.stop().await;
}

/// A reseller's /24, a client's /29 in it: the narrowest holder at that instant counts.
#[tokio::test]
async fn the_narrowest_holder_at_the_instant_counts() {
    let app = App::start().await;
    let billing = app.actor(Role::Billing).await;
    let reseller = register(&billing, "1").await;
    let client = register(&billing, "2").await;
    assign(&billing, "1", "198.51.100.0/24", "EXCLUSIVE")
        .await
        .ok();
    let query = "mutation($input: RecordAssignmentsInput!) {
        recordAssignments(input: $input) { results { assignment { id version until } } } }";
    let record = |until: serde_json::Value| {
        json!({ "input": { "assignments": [{
            "customer": { "id": client },
            "ipPrefix": "198.51.100.64/29",
            "from": "2026-10-01T00:00:00Z",
            "until": until,
        }] } })
    };
    let opened = billing.run(query, record(json!(null))).await;
    // Two days late, the end becomes known: the same assignment is corrected.
    let closed = billing
        .run(query, record(json!("2026-11-03T10:00:00Z")))
        .await;
    let id = "recordAssignments.results.0.assignment.id";
    assert_eq!(opened.get(id), closed.get(id));
    assert_eq!(
        closed.get("recordAssignments.results.0.assignment.version"),
        &json!(2)
    );

    for (address, at, holder) in [
        ("198.51.100.65", "2026-11-03T09:59:59Z", Some(&client)),
        ("198.51.100.65", "2026-11-03T10:00:00Z", Some(&reseller)),
        ("198.51.100.65", "2026-09-30T23:59:59Z", Some(&reseller)),
        ("198.51.100.72", "2026-11-03T09:59:59Z", Some(&reseller)),
        ("198.51.101.1", "2026-11-03T09:59:59Z", None),
        (
            "::ffff:198.51.100.65",
            "2026-11-03T11:59:59+02:00",
            Some(&client),
        ),
    ] {
        let query = "query($by: CustomerLookupInput!) { customer(by: $by) { id } }";
        let by = json!({ "by": { "ip": { "address": address, "at": at } } });
        let found = billing.run(query, by).await;
        let expected = holder.map_or(json!(null), |id| json!({ "id": id }));
        assert_eq!(found.get("customer"), &expected, "{address} {at}");
    }
    app.stop().await;
}
