//! Recipients: what is known of them, what becomes of it, and that a customer can be one.

use entity::enums::Role;
use serde_json::{Value, json};

use crate::harness::build::{
    self, RECORD_DISCLOSURE, REGISTER_CUSTOMER, REGISTER_RECIPIENT, UPDATE_RECIPIENT, input,
};
use crate::harness::poll::feed;
use crate::harness::{Actor, App};

/// Everything about a recipient.
const SHOW: &str = "query($id: ID!) { node(id: $id) { ... on Recipient {
    __typename name role category country contacts { kind value note } noticeUrl version
    customer { id } } } }";

async fn register(actor: &Actor, recipient: Value) -> String {
    let registered = actor.run(REGISTER_RECIPIENT, input(&recipient)).await;
    registered.text_at("registerRecipient.recipient.id")
}

async fn show(actor: &Actor, id: &str) -> Value {
    let shown = actor.run(SHOW, json!({ "id": id })).await;
    shown.get("node").clone()
}

/// How often a recipient was changed, as the feed says.
async fn updates(actor: &Actor, id: &str, events: usize) -> usize {
    let seen = feed(actor, |seen| seen.len() >= events).await;
    let updates = seen
        .iter()
        .filter(|event| event["type"] == "RECIPIENT_UPDATED" && event["objectId"] == id);
    updates.count()
}

fn stripe() -> Value {
    json!({
        "name": "Stripe",
        "role": "PROCESSOR",
        "category": "PAYMENT",
        "country": "IE",
        "contacts": [
            { "kind": "ADDRESS", "value": "1 Grand Canal Street\nDublin" },
            { "kind": "EMAIL", "value": "privacy@stripe.example", "note": "data protection officer" },
        ],
        "noticeUrl": "https://stripe.example/privacy",
    })
}

/// The register says who processes under contract, and what everybody else is.
#[tokio::test]
async fn each_recipient_is_shown_as_what_it_is() {
    let app = App::start().await;
    let officer = app.actor(Role::PrivacyOfficer).await;
    let id = register(&officer, stripe()).await;
    for (name, role, category) in [
        ("Postmark", "SUB_PROCESSOR", "EMAIL_DELIVERY"),
        ("County court", "PUBLIC_AUTHORITY", "COURT"),
        ("Jane Doe", "PRIVATE_PARTY", "COMPLAINANT"),
        ("Spamhaus", "PRIVATE_PARTY", "BLOCKLIST_OPERATOR"),
        ("Jane Roe", "PROCESSOR", "COMPLAINANT"),
    ] {
        let recipient = json!({ "name": name, "role": role, "category": category });
        register(&officer, recipient).await;
    }

    assert_eq!(
        show(&officer, &id).await,
        json!({
            "__typename": "Processor",
            "name": "Stripe",
            "role": "PROCESSOR",
            "category": "PAYMENT",
            "country": "IE",
            "contacts": [
                { "kind": "ADDRESS", "value": "1 Grand Canal Street\nDublin", "note": null },
                { "kind": "EMAIL", "value": "privacy@stripe.example", "note": "data protection officer" },
            ],
            "noticeUrl": "https://stripe.example/privacy",
            "version": 1,
            "customer": null,
        })
    );
    let all = officer
        .ask("{ recipients { nodes { __typename name ... on Processor { country } } } }")
        .await;
    assert_eq!(
        all.get("recipients.nodes"),
        &json!([
            { "__typename": "Processor", "name": "Stripe", "country": "IE" },
            { "__typename": "Processor", "name": "Postmark", "country": null },
            { "__typename": "PublicAuthority", "name": "County court" },
            { "__typename": "PersonRecipient", "name": "Jane Doe" },
            { "__typename": "ThirdParty", "name": "Spamhaus" },
            { "__typename": "PersonRecipient", "name": "Jane Roe" },
        ])
    );
    for (query, names) in [
        (
            "processors { nodes { name } }",
            json!(["Stripe", "Postmark"]),
        ),
        (
            r#"processors(filter: { country: ["IE", "DE"] }) { nodes { name } }"#,
            json!(["Stripe"]),
        ),
        (
            "processors(filter: { category: [EMAIL_DELIVERY] }) { nodes { name } }",
            json!(["Postmark"]),
        ),
        (
            r#"recipients(filter: { country: ["IE"] }) { nodes { name } }"#,
            json!(["Stripe"]),
        ),
        (
            r#"recipients(filter: { country: ["DE"] }) { nodes { name } }"#,
            json!([]),
        ),
    ] {
        let found = officer.ask(&format!("{{ found: {query} }}")).await;
        let nodes = found.get("found.nodes").as_array().unwrap();
        let found: Vec<_> = nodes.iter().map(|node| node["name"].clone()).collect();
        assert_eq!(Value::from(found), names, "{query}");
    }
    app.stop().await;
}

/// What is not mentioned stays, null clears, and a change that changes nothing is none.
#[tokio::test]
async fn a_recipient_is_changed_field_by_field() {
    let app = App::start().await;
    let officer = app.actor(Role::PrivacyOfficer).await;
    let id = register(&officer, stripe()).await;
    register(&officer, json!({ "name": "Adyen", "role": "PROCESSOR" })).await;
    let update = async |change: Value| {
        let mut change = change;
        change["recipientId"] = json!(id);
        officer.run(UPDATE_RECIPIENT, input(&change)).await
    };
    let version = "updateRecipient.recipient.version";

    let renamed = update(json!({ "name": " Stripe Payments ", "idempotencyKey": "1" })).await;
    assert_eq!(renamed.get(version), &json!(2));
    let cleared = json!({ "country": null, "contacts": null, "category": null });
    assert_eq!(update(cleared).await.get(version), &json!(3));
    assert_eq!(
        show(&officer, &id).await,
        json!({
            "__typename": "Processor",
            "name": "Stripe Payments",
            "role": "PROCESSOR",
            "category": "OTHER",
            "country": null,
            "contacts": [],
            "noticeUrl": "https://stripe.example/privacy",
            "version": 3,
            "customer": null,
        })
    );

    // The same again, said in full, in part and in nothing.
    for same in [
        json!({ "name": "Stripe Payments", "role": "PROCESSOR", "category": "OTHER" }),
        json!({ "noticeUrl": "https://stripe.example/privacy", "contacts": [], "expectedVersion": 3 }),
        json!({}),
    ] {
        assert_eq!(update(same.clone()).await.get(version), &json!(3), "{same}");
    }
    // What was sent before is not done again: the name is not what it was then.
    update(json!({ "name": "Stripe" })).await.ok();
    let again = update(json!({ "name": " Stripe Payments ", "idempotencyKey": "1" })).await;
    assert_eq!(again.get(version), &json!(4));

    for (change, status, code) in [
        (
            json!({ "name": "Old", "expectedVersion": 1 }),
            409,
            "CONFLICT",
        ),
        (json!({ "name": "ADYEN" }), 409, "CONFLICT"),
        (json!({ "name": null }), 400, "BAD_USER_INPUT"),
        (json!({ "role": null }), 400, "BAD_USER_INPUT"),
        (json!({ "name": " " }), 400, "BAD_USER_INPUT"),
        (
            json!({ "noticeUrl": "ftp://stripe.example" }),
            400,
            "BAD_USER_INPUT",
        ),
    ] {
        let answer = update(change.clone()).await;
        assert_eq!(
            (answer.status, answer.code()),
            (status, code),
            "{change}: {}",
            answer.text
        );
    }
    let shown = show(&officer, &id).await;
    assert_eq!(
        (&shown["name"], &shown["version"]),
        (&json!("Stripe"), &json!(4))
    );
    // Controller, two tokens, two recipients, three changes.
    assert_eq!(updates(&officer, &id, 8).await, 3);
    app.stop().await;
}

/// By its new name it is found, by its old one it is not, and another may have that.
#[tokio::test]
async fn a_new_name_or_role_leads_to_the_recipient_and_the_old_one_does_not() {
    let app = App::start().await;
    let officer = app.actor(Role::PrivacyOfficer).await;
    let id = register(
        &officer,
        json!({ "name": "Spamhaus", "role": "PRIVATE_PARTY" }),
    )
    .await;
    let change = json!({ "recipientId": id, "name": "Abusix", "role": "PROCESSOR" });
    officer.run(UPDATE_RECIPIENT, input(&change)).await.ok();

    let named = async |name: &str| {
        let query =
            "query($name: String!) { recipients(filter: { name: $name }) { nodes { id } } }";
        let found = officer.run(query, json!({ "name": name })).await;
        found.get("recipients.nodes").clone()
    };
    assert_eq!(named("abusix").await, json!([{ "id": id }]));
    assert_eq!(named("spamhaus").await, json!([]));
    let taken = json!({ "name": "Abusix", "role": "PROCESSOR" });
    officer
        .run(REGISTER_RECIPIENT, input(&taken))
        .await
        .refused(409, "CONFLICT");
    register(
        &officer,
        json!({ "name": "Spamhaus", "role": "PRIVATE_PARTY" }),
    )
    .await;
    app.stop().await;
}

/// What a person can be reached by is not for everybody; what a company can be reached by is.
#[tokio::test]
async fn contacts_of_persons_are_withheld_as_their_names_are() {
    let app = App::start().await;
    let officer = app.actor(Role::PrivacyOfficer).await;
    let dashboard = app.actor(Role::Dashboard).await;
    let contacts = json!([{ "kind": "PHONE", "value": "030 1234" }]);
    let person = json!({ "name": "Jane", "role": "DATA_SUBJECT", "contacts": contacts });
    let person = register(&officer, person).await;
    let company = register(&officer, stripe()).await;

    let seen = show(&dashboard, &person).await;
    assert_eq!(
        (&seen["name"], &seen["contacts"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(
        show(&officer, &person).await["contacts"][0]["value"],
        "030 1234"
    );
    let seen = show(&dashboard, &company).await;
    assert_eq!(seen["contacts"][1]["value"], "privacy@stripe.example");
    // A company that turns out to be a person is one from then on.
    let change = json!({ "recipientId": company, "role": "DATA_SUBJECT" });
    officer.run(UPDATE_RECIPIENT, input(&change)).await.ok();
    let seen = show(&dashboard, &company).await;
    assert_eq!(seen["__typename"], "PersonRecipient");
    assert_eq!(
        (&seen["name"], &seen["contacts"], &seen["noticeUrl"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    let seen = show(&officer, &company).await;
    assert_eq!(seen["noticeUrl"], "https://stripe.example/privacy");
    app.stop().await;
}

/// An abuse report goes to the customer whose site it is about: the customer is the recipient.
#[tokio::test]
async fn a_customer_is_a_recipient_once_and_under_its_own_name() {
    let app = App::start().await;
    let (owner, abuse) = (app.owner(), app.actor(Role::Abuse).await);
    let dashboard = app.actor(Role::Dashboard).await;
    let customer = json!({ "name": "Anna", "externalIds": [{ "system": "whmcs", "id": 42 }] });
    let customer = owner.run(REGISTER_CUSTOMER, input(&customer)).await;
    let customer = customer.text_at("registerCustomer.customer.id");
    let forward = async |actor: &Actor, to: Value| {
        let nobody = json!({ "email": "complainant@example.org" });
        let mut variables = build::disclosure(&json!({ "customer": to }), &[nobody]);
        variables["input"]["ground"] = json!("CUSTOMER_ABUSE_FORWARD");
        variables["input"]["dataCategories"] = json!(["user.content.hosted"]);
        let query = RECORD_DISCLOSURE.replace("disclosure { id", "disclosure { recipient { id }");
        actor.run(&query, variables).await
    };
    let recipient = "recordDisclosure.disclosure.recipient.id";

    // Nobody takes its place by a name.
    let named = json!({ "name": format!("customer {customer}"), "role": "PRIVATE_PARTY" });
    let named = register(&owner, named).await;
    let first = forward(
        &abuse,
        json!({ "externalId": { "system": "whmcs", "id": 42 } }),
    )
    .await;
    let id = first.text_at(recipient);
    assert_ne!(id, named);
    let again = forward(&abuse, json!({ "id": customer })).await;
    assert_eq!(again.text_at(recipient), id);

    let seen = show(&owner, &id).await;
    assert_eq!(
        seen,
        json!({
            "__typename": "PersonRecipient",
            "name": "Anna",
            "role": "PRIVATE_PARTY",
            "category": "CUSTOMER",
            "country": null,
            "contacts": [],
            "noticeUrl": null,
            "version": 1,
            "customer": { "id": customer },
        })
    );
    let seen = show(&dashboard, &id).await;
    assert_eq!(
        (&seen["name"], &seen["contacts"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(seen["customer"]["id"], json!(customer));

    for change in [
        json!({ "name": "Berta" }),
        json!({ "role": "PROCESSOR" }),
        json!({ "category": "OTHER" }),
    ] {
        let mut input = json!({ "recipientId": id });
        for (field, value) in change.as_object().unwrap() {
            input[field] = value.clone();
        }
        let answer = owner.run(UPDATE_RECIPIENT, json!({ "input": input })).await;
        answer.refused(400, "BAD_USER_INPUT");
    }
    let reached =
        json!({ "recipientId": id, "contacts": [{ "kind": "OTHER", "value": "ticket 7" }] });
    owner.run(UPDATE_RECIPIENT, input(&reached)).await.ok();
    assert_eq!(show(&owner, &id).await["contacts"][0]["value"], "ticket 7");

    let refused = forward(&abuse, json!({ "email": "nobody@example.org" })).await;
    let error = refused.refused(404, "NOT_FOUND");
    assert_eq!(error["extensions"]["field"], "recipient.customer");

    // It is the same recipient after it turned out to be another customer, too.
    let other = json!({ "name": "Anna B", "emails": ["anna@example.org"] });
    owner.run(REGISTER_CUSTOMER, input(&other)).await.ok();
    let both = json!({ "from": { "id": customer }, "into": { "email": "anna@example.org" } });
    owner.run(build::MERGE_CUSTOMERS, input(&both)).await.ok();
    let again = forward(&abuse, json!({ "email": "anna@example.org" })).await;
    assert_eq!(again.text_at(recipient), id);
    app.stop().await;
}

#[tokio::test]
async fn a_recipient_is_named_in_one_way() {
    let app = App::start().await;
    let owner = app.owner();
    let id = register(&owner, stripe()).await;
    let customer = json!({ "email": "anna@example.org" });
    for recipient in [
        json!({}),
        json!({ "id": id, "name": "Stripe", "role": "PROCESSOR" }),
        json!({ "id": id, "customer": customer }),
        json!({ "name": "Anna", "role": "PRIVATE_PARTY", "customer": customer }),
        json!({ "customer": customer, "country": "DE" }),
    ] {
        let variables = build::disclosure(&recipient, &[json!({ "email": "a@example.org" })]);
        let answer = owner.run(RECORD_DISCLOSURE, variables).await;
        answer.refused(400, "BAD_USER_INPUT");
        let field = &answer.body["errors"][0]["extensions"]["field"];
        assert_eq!(field, "recipient", "{recipient}");
    }
    let mut many = stripe();
    many["name"] = json!("Adyen");
    many["contacts"] = (0..21)
        .map(|n| json!({ "kind": "OTHER", "value": n.to_string() }))
        .collect();
    let answer = owner.run(REGISTER_RECIPIENT, input(&many)).await;
    answer.refused(400, "BAD_USER_INPUT");
    app.stop().await;
}
