//! What becomes of customers: they change, leave and come back; what they are known by ends and is verified; brands
//! serve them. Merges, relations, imports and snapshots have files of their own.

mod bad_input;
mod imports;
mod merges;
mod relations;
mod snapshots;

use entity::enums::Role;
use serde_json::{Value, json};

use crate::harness::build::{self, input};
use crate::harness::survey::Survey;
use crate::harness::{Actor, Answer, App};

const LOOK_UP: &str = "query($by: CustomerLookupInput!) { customer(by: $by) { id } }";

/// An id of the billing system, as a look-up.
fn whmcs(id: &str) -> Value {
    json!({ "externalId": { "system": "whmcs", "id": id } })
}

/// Registers a client of the billing system.
async fn register(actor: &Actor, client: &str) -> String {
    let customer = json!({
        "name": format!("Client {client}"),
        "externalIds": [{ "system": "whmcs", "id": client }],
        "emails": [format!("client{client}@example.org")],
    });
    let registered = actor.run(build::REGISTER_CUSTOMER, input(&customer)).await;
    registered.text_at("registerCustomer.customer.id")
}

/// What is known of a customer.
async fn known(actor: &Actor, id: &str) -> Value {
    let query = "query($id: ID!) { node(id: $id) { ... on Customer { kind category country name registeredAt
        servicesEndedAt version brand { name } mergedInto { id } mergedFrom { totalCount nodes { id } }
        identifiers { id kind system value endedAt verifiedAt verification recordedBy { role } } } } }";
    actor
        .run(query, json!({ "id": id }))
        .await
        .get("node")
        .clone()
}

/// The identifiers of a customer with a value, ended or not.
fn identifier<'a>(customer: &'a Value, value: &str) -> &'a Value {
    let all = customer["identifiers"].as_array().unwrap();
    let found = all.iter().find(|one| one["value"] == value);
    found.unwrap_or_else(|| panic!("no {value} in {customer}"))
}

/// The types of all events about an object, in the order they were recorded.
async fn events_of(app: &App, object: &str) -> Vec<String> {
    let db = app.database().look().await;
    let select = {
        use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
        entity::event::Entity::find()
            .filter(entity::event::Column::Object.eq(object))
            .order_by_asc(entity::event::Column::Id)
            .all(&db)
            .await
            .unwrap()
    };
    db.close().await.unwrap();
    select
        .iter()
        .map(|event| event.r#type.as_str().to_owned())
        .collect()
}

/// Ends a story: everything is whole.
async fn end(app: App) {
    let survey = Survey::of(app.database()).await;
    survey.assert_gapless().await;
    survey.assert_whole().await;
    survey.close().await;
    app.stop().await;
}

async fn update(actor: &Actor, changes: Value) -> Answer {
    actor.run(build::UPDATE_CUSTOMER, input(&changes)).await
}

#[tokio::test]
async fn billing_sends_a_client_again_after_it_changed() {
    let app = App::start().await;
    let billing = app.actor(Role::Billing).await;
    let id = register(&billing, "42").await;

    let changes = json!({
        "customerId": id, "kind": "ORGANISATION", "name": "Client 42 Ltd", "country": "DE",
        "registeredAt": "2020-01-01T00:00:00Z", "expectedVersion": 1,
    });
    update(&billing, changes.clone()).await.ok();
    let after = known(&billing, &id).await;
    assert_eq!(after["kind"], "ORGANISATION");
    assert_eq!(after["category"], "CUSTOMER");
    assert_eq!(after["name"], "Client 42 Ltd");
    assert_eq!(after["country"], "DE");
    assert_eq!(after["registeredAt"], "2020-01-01T00:00:00.000Z");
    assert_eq!(after["version"], 2);

    // Sent again, it makes no difference; with the version that was read before, it is told.
    let mut again = changes.clone();
    again["expectedVersion"] = json!(2);
    update(&billing, again).await.ok();
    update(&billing, changes).await.refused(409, "CONFLICT");
    assert_eq!(known(&billing, &id).await, after);

    // Null clears, and what is absent stays.
    update(
        &billing,
        json!({ "customerId": id, "country": null, "name": " " }),
    )
    .await
    .ok();
    let after = known(&billing, &id).await;
    assert_eq!(
        [&after["country"], &after["name"], &after["kind"]],
        [&Value::Null, &Value::Null, &json!("ORGANISATION")]
    );
    assert_eq!(after["version"], 3);
    let events = events_of(&app, &id).await;
    let expected = [
        "customer.registered",
        "customer.updated",
        "customer.updated",
    ];
    assert_eq!(events, expected);
    end(app).await;
}

#[tokio::test]
async fn null_and_nothing_are_two_inputs_under_one_key() {
    let app = App::start().await;
    let billing = app.actor(Role::Billing).await;
    let id = register(&billing, "42").await;
    let change = json!({ "customerId": id, "kind": "ORGANISATION", "idempotencyKey": "k" });
    update(&billing, change.clone()).await.ok();

    update(&billing, change.clone()).await.ok();
    let mut cleared = change;
    cleared["name"] = Value::Null;
    update(&billing, cleared)
        .await
        .refused(409, "IDEMPOTENCY_KEY_REUSED");

    let after = known(&billing, &id).await;
    assert_eq!(after["name"], "Client 42");
    assert_eq!(after["version"], 2);
    end(app).await;
}

#[tokio::test]
async fn a_customer_leaves_and_comes_back() {
    let app = App::start().await;
    let billing = app.actor(Role::Billing).await;
    let (id, other) = (
        register(&billing, "42").await,
        register(&billing, "43").await,
    );
    let close = async |at: Value| {
        let closing = json!({ "customerId": id, "servicesEndedAt": at });
        let answer = billing.run(build::CLOSE_CUSTOMER, input(&closing)).await;
        answer.get("closeCustomer.customer").clone()
    };
    let listed = async |closed: bool| {
        let query =
            "query($closed: Boolean) { customers(filter: { closed: $closed }) { nodes { id } } }";
        let found = billing.run(query, json!({ "closed": closed })).await;
        found.get("customers.nodes").clone()
    };

    let closed = close(json!("2026-11-01T00:00:00Z")).await;
    assert_eq!(closed["servicesEndedAt"], "2026-11-01T00:00:00.000Z");
    assert_eq!(closed["version"], 2);
    // Without an instant, and with the same one, it stays as it is; another one corrects it.
    assert_eq!(close(Value::Null).await, closed);
    assert_eq!(close(json!("2026-11-01T00:00:00Z")).await, closed);
    let corrected = close(json!("2026-10-31T00:00:00Z")).await;
    assert_eq!(corrected["version"], 3);
    assert_eq!(listed(true).await, json!([{ "id": id }]));
    assert_eq!(listed(false).await, json!([{ "id": other }]));

    update(
        &billing,
        json!({ "customerId": id, "servicesEndedAt": null }),
    )
    .await
    .ok();
    assert_eq!(known(&billing, &id).await["servicesEndedAt"], Value::Null);
    assert_eq!(listed(true).await, json!([]));
    let events = events_of(&app, &id).await;
    let expected = [
        "customer.registered",
        "customer.closed",
        "customer.closed",
        "customer.updated",
    ];
    assert_eq!(events, expected);

    // Without an instant, it is now.
    let closed = close(Value::Null).await;
    assert_eq!(closed["servicesEndedAt"], crate::harness::BEGINNING);
    end(app).await;
}

#[tokio::test]
async fn an_identifier_ends_and_its_external_id_goes_to_somebody_else() {
    let app = App::start().await;
    let billing = app.actor(Role::Billing).await;
    let first = register(&billing, "42").await;
    let of = known(&billing, &first).await;
    let (id, email) = (
        identifier(&of, "42")["id"].clone(),
        identifier(&of, "client42@example.org")["id"].clone(),
    );
    let taken = json!({ "externalIds": [{ "system": "whmcs", "id": "42" }] });
    billing
        .run(build::REGISTER_CUSTOMER, input(&taken))
        .await
        .refused(409, "CONFLICT");

    let end_it = async |at: Value| {
        let ending = json!({ "identifierId": id, "endedAt": at });
        let answer = billing.run(build::END_IDENTIFIER, input(&ending)).await;
        answer.text_at("endIdentifier.identifier.endedAt")
    };
    assert_eq!(end_it(Value::Null).await, crate::harness::BEGINNING);
    app.set_clock("2026-11-21T00:00:00Z");
    // Once more without an instant, it stays as it is; with another one, that is corrected.
    assert_eq!(end_it(Value::Null).await, crate::harness::BEGINNING);
    let earlier = end_it(json!("2026-11-01T00:00:00Z")).await;
    assert_eq!(earlier, "2026-11-01T00:00:00.000Z");
    let later = end_it(json!("2026-11-20T12:00:00Z")).await;
    assert_eq!(later, "2026-11-20T12:00:00.000Z");

    let registered = billing.run(build::REGISTER_CUSTOMER, input(&taken)).await;
    let second = registered.text_at("registerCustomer.customer.id");
    billing
        .run(build::REGISTER_CUSTOMER, input(&taken))
        .await
        .refused(409, "CONFLICT");
    assert_ne!(first, second);
    // The history stays: who had it before still shows it.
    let of = known(&billing, &first).await;
    assert_eq!(identifier(&of, "42")["endedAt"], later);
    assert_eq!(
        identifier(&of, "client42@example.org")["endedAt"],
        Value::Null
    );
    let query = "mutation($input: EndIdentifierInput!) { endIdentifier(input: $input) { customer { id } } }";
    let ended = billing
        .run(query, input(&json!({ "identifierId": email })))
        .await;
    assert_eq!(ended.text_at("endIdentifier.customer.id"), first);
    let events = events_of(&app, &first).await;
    assert_eq!(
        events
            .iter()
            .filter(|one| *one == "identifier.ended")
            .count(),
        4
    );
    end(app).await;
}

#[tokio::test]
async fn support_verifies_an_identifier() {
    let app = App::start().await;
    let (billing, support) = (
        app.actor(Role::Billing).await,
        app.actor(Role::Support).await,
    );
    let customer = register(&billing, "42").await;
    let of = known(&support, &customer).await;
    let email = identifier(&of, "client42@example.org").clone();
    assert_eq!(email["recordedBy"], json!({ "role": "BILLING" }));
    assert_eq!(
        [&email["verifiedAt"], &email["verification"]],
        [&Value::Null; 2]
    );

    let verify = async |method: &str, at: Value| {
        let how = json!({ "identifierId": email["id"], "method": method, "verifiedAt": at });
        let answer = support.run(build::VERIFY_IDENTIFIER, input(&how)).await;
        let of = answer.get("verifyIdentifier.identifier");
        (of["verification"].clone(), of["verifiedAt"].clone())
    };
    let at = json!("2026-11-19T00:00:00.000Z");
    assert_eq!(
        verify("ONE_TIME_CODE", at.clone()).await,
        (json!("ONE_TIME_CODE"), at.clone())
    );
    assert_eq!(verify("ONE_TIME_CODE", at.clone()).await.1, at);
    let now = json!(crate::harness::BEGINNING);
    assert_eq!(
        verify("SUPPORT_PIN", Value::Null).await,
        (json!("SUPPORT_PIN"), now)
    );
    let events = events_of(&app, &customer).await;
    let expected = [
        "customer.registered",
        "identifier.verified",
        "identifier.verified",
    ];
    assert_eq!(events, expected);
    end(app).await;
}

#[tokio::test]
async fn brands_serve_customers() {
    let app = App::start().await;
    let (owner, billing) = (app.owner(), app.actor(Role::Billing).await);
    let brand = async |name: &str| {
        let answer = owner
            .run(build::REGISTER_BRAND, input(&json!({ "name": name })))
            .await;
        answer.text_at("registerBrand.brand.id")
    };
    let (first, second) = (brand("Jaguar Hosting").await, brand("Puma Cloud").await);
    let again = input(&json!({ "name": " jaguar  HOSTING " }));
    owner
        .run(build::REGISTER_BRAND, again)
        .await
        .refused(409, "CONFLICT");
    let listed = billing
        .ask("{ brands { nodes { id name recordedAt } } }")
        .await;
    assert_eq!(
        listed.get("brands.nodes"),
        &json!([
            { "id": first, "name": "Jaguar Hosting", "recordedAt": crate::harness::BEGINNING },
            { "id": second, "name": "Puma Cloud", "recordedAt": crate::harness::BEGINNING },
        ])
    );

    let customer = json!({ "name": "Jane", "brandId": first });
    let registered = billing
        .run(build::REGISTER_CUSTOMER, input(&customer))
        .await;
    let customer = registered.text_at("registerCustomer.customer.id");
    register(&billing, "42").await;
    let served = async |brand: &str| {
        let query = "query($brand: ID) { customers(filter: { brandId: $brand }) { totalCount nodes { id } } }";
        let found = billing.run(query, json!({ "brand": brand })).await;
        found.get("customers").clone()
    };
    let nobody = json!({ "totalCount": 0, "nodes": [] });
    let only = json!({ "totalCount": 1, "nodes": [{ "id": customer }] });
    assert_eq!(served(&first).await, only);
    for (brand, name) in [
        (json!(second), json!({ "name": "Puma Cloud" })),
        (Value::Null, Value::Null),
    ] {
        update(
            &billing,
            json!({ "customerId": customer, "brandId": brand }),
        )
        .await
        .ok();
        assert_eq!(known(&billing, &customer).await["brand"], name);
    }
    assert_eq!(served(&first).await, nobody);
    assert_eq!(known(&billing, &customer).await["version"], 3);
    end(app).await;
}

#[tokio::test]
async fn a_dashboard_sees_what_becomes_of_customers_and_nothing_personal() {
    let app = App::start().await;
    let (owner, dashboard) = (app.owner(), app.actor(Role::Dashboard).await);
    let ids = build::populate(&owner).await;

    let seen = known(&dashboard, &ids.customer).await;

    assert_eq!(seen["name"], Value::Null);
    assert_eq!(seen["brand"], json!({ "name": "Puma Cloud" }));
    assert_eq!(seen["mergedFrom"]["totalCount"], 2);
    for identifier in seen["identifiers"].as_array().unwrap() {
        assert_eq!(identifier["value"], Value::Null);
        assert!(identifier["kind"].is_string());
    }
    // Who may not import may not ask what an outside system has.
    let query = "query($id: ID!) { node(id: $id) { id } }";
    let snapshot = dashboard.run(query, json!({ "id": ids.snapshot })).await;
    assert_eq!(snapshot.code(), "FORBIDDEN", "{}", snapshot.text);
    for relation in [&ids.relation, &ids.brand] {
        let found = dashboard.run(query, json!({ "id": relation })).await;
        assert_eq!(found.text_at("node.id"), *relation);
    }
    end(app).await;
}
