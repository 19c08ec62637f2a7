//! A controller with a row of every kind, and what can happen to it.

use entity::enums::EventType;
use entity::id::{ControllerId, CustomerId};
use entity::{event, follower};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter,
};
use serde_json::{Value, json};

use crate::harness::build::{
    self, END_IDENTIFIER, Ids, RECORD_ASSIGNMENTS, RECORD_DISCLOSURE, REGISTER_CUSTOMER,
    UPDATE_CUSTOMER, UPDATE_RECIPIENT, input, populate,
};
use crate::harness::poll::feed;
use crate::harness::{Actor, App, Database};

/// What was made.
pub struct Filled {
    pub ids: Ids,
    /// How many events there are, all of them numbered.
    pub events: usize,
}

/// A name that a table has to quote.
pub const AWKWARD: &str = "Müller, \"Söhne\"\nund Töchter";

const SUPERSEDE: &str = "mutation($input: SupersedeDisclosureInput!) {
    supersedeDisclosure(input: $input) { disclosure { id } } }";

/// Look-ups that lead to somebody.
pub fn look_ups() -> [Value; 9] {
    let at = "2026-11-19T22:14:00Z";
    [
        json!({ "domain": { "name": "www.shop.example", "at": at } }),
        json!({ "mailbox": { "address": "Info@shop.example", "at": at } }),
        json!({ "ip": { "address": "198.51.100.200", "port": 2000, "at": at } }),
        json!({ "ip": { "address": "203.0.113.7", "domain": "www.shop.example", "at": at } }),
        json!({ "email": "Shared@Example.org" }),
        json!({ "phone": "+49 30 123456" }),
        json!({ "phone": "+44 20 7946 0958" }),
        json!({ "externalId": { "system": "whmcs", "id": 42 } }),
        json!({ "ip": { "address": "203.0.113.7", "at": "2026-11-19T22:14:00Z" } }),
    ]
}

/// Fills the first controller.
pub async fn controller(app: &App) -> Filled {
    let owner = app.owner();
    let ids = populate(&owner).await;
    let awkward = json!({
        "name": AWKWARD,
        "country": "GB",
        "emails": ["old@example.org"],
        "phones": ["020 7946 0958"],
        "externalIds": [{ "system": "whmcs", "id": "=1+1" }],
    });
    let awkward = owner.run(REGISTER_CUSTOMER, input(&awkward)).await;
    let old = awkward.text_at("registerCustomer.customer.identifiers.1.id");
    let awkward = awkward.text_at("registerCustomer.customer.id");
    // What was a number of one country stays one.
    let moved = json!({ "customerId": awkward, "country": "US" });
    owner.run(UPDATE_CUSTOMER, input(&moved)).await.ok();
    let ended = json!({ "identifierId": old, "endedAt": "2026-11-20T09:30:00Z" });
    owner.run(END_IDENTIFIER, input(&ended)).await.ok();
    let stripe = owner.ask("{ processors { nodes { id } } }").await;
    let stripe = stripe.text_at("processors.nodes.0.id");
    let change = json!({
        "recipientId": stripe,
        "name": "Stripe Payments",
        "contacts": [{ "kind": "ADDRESS", "value": "1 Grand Canal Street\nDublin", "note": "DPO" }],
        "noticeUrl": "https://stripe.example/privacy",
    });
    owner.run(UPDATE_RECIPIENT, input(&change)).await.ok();
    let held = json!({ "assignments": assignments(&json!({ "id": ids.customer })) });
    owner.run(RECORD_ASSIGNMENTS, input(&held)).await.ok();
    let subjects = [
        json!({ "ip": { "address": "203.0.113.7", "at": "2026-11-19T22:14:00Z" } }),
        json!({ "ip": { "address": "2001:db8::7", "at": "2026-11-19T22:14:00Z" } }),
        json!({ "domain": { "name": "www.shop.example", "at": "2026-11-19T22:14:00Z" } }),
    ];
    let looked_up = build::disclosure(&json!({ "id": ids.recipient }), &subjects);
    let old = owner.run(RECORD_DISCLOSURE, looked_up.clone()).await;
    let supersede = json!({
        "disclosureId": old.text_at("recordDisclosure.disclosure.id"),
        "by": looked_up["input"],
        "reason": "canary: it was said twice",
    });
    owner.run(SUPERSEDE, input(&supersede)).await.ok();
    let unknown = json!({ "email": "nobody@example.org" });
    let to_customer = json!({ "customer": { "id": ids.customer } });
    let forwarded = build::disclosure(&to_customer, &[unknown]);
    owner.run(RECORD_DISCLOSURE, forwarded).await.ok();
    let db = app.database().look().await;
    rows(&db, app.controller).await;
    let select = event::Entity::find().filter(event::Column::ControllerId.eq(app.controller));
    let events = usize::try_from(select.count(&db).await.unwrap()).unwrap();
    db.close().await.unwrap();
    // What is not numbered yet has no place in the answers.
    feed(&owner, |seen| seen.len() >= events).await;
    Filled { ids, events }
}

/// Fills a controller with more than a thousand rows in a table.
pub async fn many(owner: &Actor) {
    let customer = json!({ "name": "Client 1", "externalIds": [{ "system": "whmcs", "id": 1 }] });
    owner.run(REGISTER_CUSTOMER, input(&customer)).await.ok();
    let client = json!({ "externalId": { "system": "whmcs", "id": 1 } });
    for network in 0..3 {
        let assignment = |host: u32| {
            let prefix = format!("10.{network}.{}.{}", host / 256, host % 256);
            json!({ "customer": client, "ipPrefix": prefix, "from": "2026-01-01T00:00:00Z" })
        };
        let assignments: Vec<_> = (0..500).map(assignment).collect();
        let all = input(&json!({ "assignments": assignments }));
        owner.run(RECORD_ASSIGNMENTS, all).await.ok();
    }
    let spamhaus = json!({ "name": "Spamhaus", "role": "PRIVATE_PARTY" });
    let mut one = build::disclosure(&spamhaus, &[client])["input"].take();
    one["dataCategories"] = json!(["user.contact.email", "user.device.ip_address", "user.name"]);
    let all = input(&json!({ "disclosures": vec![one; 400] }));
    let query = "mutation($input: RecordDisclosuresInput!) {
        recordDisclosures(input: $input) { results { error { code } } } }";
    owner.run(query, all).await.ok();
}

/// One of each kind of resource.
fn assignments(customer: &Value) -> Vec<Value> {
    let mut all = vec![
        json!({ "domain": "shop.example" }),
        json!({ "mailbox": "info@shop.example" }),
        json!({ "portRange": { "address": "198.51.100.200", "first": 1024, "last": 2047 } }),
        json!({ "ipPrefix": "2001:db8::/48" }),
    ];
    for one in &mut all {
        one["customer"] = customer.clone();
        one["from"] = json!("2026-01-01T00:00:00Z");
    }
    all
}

/// Rows of what nobody has asked for on the way.
async fn rows(db: &DatabaseConnection, controller_id: ControllerId) {
    let follower = follower::Model {
        controller_id,
        name: "somebody".to_owned(),
        idx: 7,
    };
    insert::<follower::Entity, _>(db, follower).await;
}

async fn insert<E, M>(db: &DatabaseConnection, row: M)
where
    E: EntityTrait,
    M: IntoActiveModel<E::ActiveModel>,
{
    E::insert(row.into_active_model())
        .exec_without_returning(db)
        .await
        .unwrap();
}

/// Destroys what a customer's profile is readable and findable by.
pub async fn erase(database: &Database, customer: &str) {
    let customer: CustomerId = customer.parse().unwrap();
    let db = database.look().await;
    let of_customer = entity::identifier::Column::CustomerId.eq(customer);
    let identifiers = entity::identifier::Entity::find().filter(of_customer);
    let identifiers = identifiers.all(&db).await.unwrap();
    entity::blind_index::Entity::delete_many()
        .filter(
            entity::blind_index::Column::TargetId
                .is_in(identifiers.iter().map(|row| row.id.uuid())),
        )
        .exec(&db)
        .await
        .unwrap();
    let key = entity::data_key::Entity::delete_many()
        .filter(entity::data_key::Column::OwnerId.eq(customer.uuid()))
        .filter(entity::data_key::Column::Class.eq(entity::enums::DataClass::Profile));
    assert_eq!(key.exec(&db).await.unwrap().rows_affected, 1);
    db.close().await.unwrap();
}

/// Removes what an import writes last, and some of what it writes before.
pub async fn interrupt(database: &Database) {
    let db = database.look().await;
    for statement in [
        "delete from ledger_state",
        "delete from event where type <> 'customer.registered'",
        "delete from subject_finding",
        "delete from blind_index where field = 'recipient.name'",
    ] {
        db.execute_unprepared(statement).await.unwrap();
    }
    let left = event::Entity::find().filter(event::Column::Type.ne(EventType::CustomerRegistered));
    assert_eq!(left.count(&db).await.unwrap(), 0);
    db.close().await.unwrap();
}
