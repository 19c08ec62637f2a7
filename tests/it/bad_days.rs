//! Bad input and bad days: a clear coded answer, nothing half-written, process alive, and nothing acknowledged lost.

mod clients;
mod input;
mod limits;
mod outage;
mod pages;
mod races;
mod request;
mod shapes;
mod storage;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};
use serde_json::{Value, json};

use crate::harness::{Actor, Answer, Database, is_postgres};

/// A caller that is throttled tests nothing but the throttle.
const UNTHROTTLED: &[(&str, &str)] = &[
    ("limits.points_per_second", "1000000"),
    ("limits.burst_points", "100000000"),
];

const REGISTER: &str = "mutation($input: RegisterCustomerInput!) {
    registerCustomer(input: $input) { customer { id } } }";
const ASSIGN: &str = "mutation($input: RecordAssignmentsInput!) {
    recordAssignments(input: $input) {
        results { assignment { id } error { code field message } } } }";
const DISCLOSE: &str = "mutation($input: RecordDisclosureInput!) {
    recordDisclosure(input: $input) { disclosure { id } } }";

/// Registers a customer of the billing system; its id there is the idempotency key, too.
async fn register(actor: &Actor, client: &str) -> Answer {
    try_register(actor, client)
        .await
        .expect("the server answers")
}

async fn try_register(actor: &Actor, client: &str) -> Result<Answer, reqwest::Error> {
    let external_ids = json!([{ "system": "whmcs", "id": client }]);
    let input = json!({ "externalIds": external_ids, "idempotencyKey": client });
    actor.try_run(REGISTER, json!({ "input": input })).await
}

/// Asks for a customer of the billing system.
async fn look_up(actor: &Actor, client: &str) -> Answer {
    let query = "query($by: CustomerLookupInput!) { customer(by: $by) { id } }";
    let by = json!({ "externalId": { "system": "whmcs", "id": client } });
    actor.run(query, json!({ "by": by })).await
}

/// Our id of a customer of the billing system.
async fn find(actor: &Actor, client: &str) -> Option<String> {
    let found = look_up(actor, client).await;
    found.get("customer.id").as_str().map(str::to_owned)
}

/// A disclosure that can be recorded, about an address that nobody may have held.
fn disclosure() -> Value {
    json!({
        "recipient": { "name": "Spamhaus", "role": "PRIVATE_PARTY" },
        "ground": "BLOCKLIST_REPORT",
        "purpose": "essential.service.abuse_handling",
        "dataCategories": ["user.contact.email", "user.device.ip_address"],
        "tier": "SUBSCRIBER",
        "disclosedAt": "2026-11-20T09:00:00Z",
        "subjects": [{ "by": { "ip": { "address": "203.0.113.7", "at": "2026-11-19T22:14:00Z" } } }],
    })
}

/// The input with some fields changed.
fn with(mut input: Value, changes: &Value) -> Value {
    for (field, value) in changes.as_object().unwrap() {
        input[field] = value.clone();
    }
    input
}

/// Somebody beside the instance who keeps it from writing customers.
struct Hold {
    db: DatabaseConnection,
    transaction: DatabaseTransaction,
}

impl Hold {
    async fn on(database: &Database) -> Self {
        let db = database.look().await;
        let options = TransactionOptions {
            sqlite_transaction_mode: (!is_postgres()).then_some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = db.begin_with_options(options).await.unwrap();
        if is_postgres() {
            let lock = "lock table customer in share mode";
            transaction.execute_unprepared(lock).await.unwrap();
        }
        Self { db, transaction }
    }

    async fn release(self) {
        self.transaction.rollback().await.unwrap();
        self.db.close().await.unwrap();
    }
}
