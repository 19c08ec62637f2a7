//! What is sent to the server under test: the data set-up, the reads, and the write.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::Outcome;
use crate::client::{Connection, Target};
use crate::load::{self, Sample, Workload};
use crate::settings::{CONNECTIONS, PATIENCE, Settings};
use crate::table::Row;

/// Connections that set the data up.
const SETUP_CONNECTIONS: usize = 64;
const DISCLOSURES_EACH: u64 = 10;
const ASSIGNMENTS_AT_ONCE: u64 = 100;
/// Customers and disclosures of the nested read, 20 with 10 each.
const NESTED_OBJECTS: usize = 220;

const NESTED: &str = "{ customers(first:20){nodes{id registeredAt disclosures(first:10){nodes{id disclosedAt ground}}}} }";
const REGISTER: &str = "mutation($input: RegisterCustomerInput!) {
    registerCustomer(input: $input) { customer { id } } }";
const ASSIGN: &str = "mutation($input: RecordAssignmentsInput!) {
    recordAssignments(input: $input) { results { error { code } } } }";
const RECIPIENT: &str = "mutation($input: RegisterRecipientInput!) {
    registerRecipient(input: $input) { recipient { id } } }";
const RECORD: &str = "mutation($input: RecordDisclosureInput!) {
    recordDisclosure(input: $input) { disclosure { id } } }";
const LOOK_UP: &str =
    "query($by: CustomerLookupInput!) { customer(by: $by) { id name registeredAt } }";
const RECORD_MANY: &str = "mutation($input: RecordDisclosuresInput!) {
    recordDisclosures(input: $input) { results { disclosure { id } error { code } } } }";
const ACCOUNTING: &str =
    "query($id: ID!) { customer(by: {id: $id}) { accountingOfDisclosures { nodes {
    firstAt lastAt count frequency first { id ground purpose tier dataCategories authority
    recipient { name role country } } } } } }";
const SAY: &str = "mutation($input: RecordPreferencesInput!) {
    recordPreferences(input: $input) { results { preference { id } error { code } } } }";
const MAY: &str = "query($question: ContactQuestionInput!) { contactPermission(question: $question) { allowed reason } }";
const MAY_MANY: &str = "query($questions: [ContactQuestionInput!]!) {
    contactPermissions(questions: $questions) { permission { allowed reason } error { code } } }";
/// Disclosures, or questions, in a batch.
pub(crate) const BATCH: u32 = 100;
/// What the newsletter is for.
const NEWSLETTER: &str = "marketing.communications.email";
/// Connections that fill up.
const FILL_CONNECTIONS: usize = 4;
/// Recipients of batches; each is a line of a customer's accounting, at the most.
const RECIPIENTS: u64 = 25;

/// What the set-up made.
pub(crate) struct Data {
    customers: Arc<Vec<String>>,
    recipient: String,
}

/// A row of the table that is a closed loop of reads.
pub(crate) struct Measurement {
    /// Which row.
    pub(crate) row: Row,
    workload: Arc<Workload>,
}

impl Measurement {
    /// Its median run.
    pub(crate) async fn run(&self, settings: &Settings) -> Outcome<Sample> {
        load::median(&self.workload, CONNECTIONS, settings).await
    }
}

/// Fills the database through the API: so many customers, each with an external id, an address and a name, an
/// IP address of their own since 2025, and disclosures.
pub(crate) async fn fill(target: &Target, customers: u64) -> Outcome<Data> {
    let answers = load::each(target, SETUP_CONNECTIONS, customers, |number| {
        operation(
            REGISTER,
            &json!({ "input": {
                "name": format!("Client {number}"),
                "emails": [email(number)],
                "externalIds": [{ "system": "whmcs", "id": number.to_string() }],
            } }),
        )
    })
    .await?;
    let id = |answer: &Value| text_at(answer, "/data/registerCustomer/customer/id");
    let customers = Arc::new(answers.iter().map(id).collect::<Outcome<Vec<_>>>()?);
    assign(target, &customers).await?;

    let input = json!({
        "name": "Spamhaus", "role": "PRIVATE_PARTY", "category": "BLOCKLIST_OPERATOR"
    });
    let registering = move |_: u64| operation(RECIPIENT, &json!({ "input": input }));
    let answers = load::each(target, 1, 1, registering).await?;
    let answer = answers.first().ok_or("the recipient was not registered")?;
    let recipient = text_at(answer, "/data/registerRecipient/recipient/id")?;

    let data = Data {
        customers,
        recipient,
    };
    let count = u64::try_from(data.customers.len())? * DISCLOSURES_EACH;
    load::each(target, SETUP_CONNECTIONS, count, data.disclosures("setup")).await?;
    Ok(data)
}

async fn assign(target: &Target, customers: &Arc<Vec<String>>) -> Outcome<()> {
    let all = Arc::clone(customers);
    let assigning = move |call: u64| {
        let first = call * ASSIGNMENTS_AT_ONCE;
        let assignments: Vec<_> = (first..first + ASSIGNMENTS_AT_ONCE)
            .filter_map(|number| {
                let id = all.get(usize::try_from(number).ok()?)?;
                Some(json!({
                    "customer": { "id": id },
                    "ipPrefix": address(number),
                    "from": "2025-01-01T00:00:00Z",
                }))
            })
            .collect();
        operation(ASSIGN, &json!({ "input": { "assignments": assignments } }))
    };
    let calls = u64::try_from(customers.len())?.div_ceil(ASSIGNMENTS_AT_ONCE);
    load::each(target, 4, calls, assigning).await?;
    Ok(())
}

/// The address of a customer, in the network for benchmarks (RFC 2544).
fn address(number: u64) -> String {
    format!(
        "198.{}.{}.{}",
        18 + (number >> 16),
        (number >> 8) & 255,
        number & 255
    )
}

impl Data {
    /// The bodies of `recordDisclosure`: one customer by id, a recipient that is registered, an idempotency key
    /// that was never used.
    fn disclosures(
        &self,
        purpose: &'static str,
    ) -> impl Fn(u64) -> String + Send + Sync + 'static + use<> {
        let template = operation(
            RECORD,
            &json!({ "input": {
                "recipient": { "id": self.recipient },
                "ground": "BLOCKLIST_REPORT",
                "purpose": "essential.service.abuse_handling",
                "dataCategories": ["user.contact.email", "user.device.ip_address"],
                "tier": "SUBSCRIBER",
                "disclosedAt": "2025-06-05T09:00:00Z",
                "method": "EMAIL",
                "reference": "SBL654321",
                "subjects": [{ "by": { "id": "@customer" } }],
                "idempotencyKey": "@key",
            } }),
        );
        let customer = self.customer();
        move |number| {
            let key = format!("{purpose}-{number}");
            template
                .replace("@customer", &customer(number))
                .replace("@key", &key)
        }
    }

    /// The bodies of `recordDisclosures`.
    fn batches(
        &self,
        purpose: &'static str,
    ) -> impl Fn(u64) -> String + Send + Sync + 'static + use<> {
        let customer = self.customer();
        move |number| {
            let first = number * u64::from(BATCH);
            let item = |number: u64| {
                let day = number % 28 + 1;
                json!({
                    "recipient": { "name": format!("Recipient {}", number % RECIPIENTS), "role": "PRIVATE_PARTY" },
                    "ground": "ABUSE_REPORT",
                    "purpose": "essential.service.abuse_handling",
                    "dataCategories": ["user.contact.email", "user.device.ip_address"],
                    "tier": "SUBSCRIBER",
                    "disclosedAt": format!("2025-06-{day:02}T09:00:00Z"),
                    "method": "EMAIL",
                    "reference": "SBL654321",
                    "subjects": [{ "by": { "id": customer(number) } }],
                    "idempotencyKey": format!("{purpose}-batch-{number}"),
                })
            };
            let items: Vec<_> = (first..first + u64::from(BATCH)).map(item).collect();
            operation(RECORD_MANY, &json!({ "input": { "disclosures": items } }))
        }
    }

    /// The customer whose turn it is.
    fn customer(&self) -> impl Fn(u64) -> String + Send + Sync + 'static + use<> {
        let (customers, turn) = (Arc::clone(&self.customers), self.turn());
        move |number| {
            let place = usize::try_from(turn(number)).unwrap_or_default();
            customers.get(place).cloned().unwrap_or_default()
        }
    }

    /// The number of the customer whose turn it is: one after the other, so that requests at the same time are
    /// about different ones.
    fn turn(&self) -> impl Fn(u64) -> u64 + Send + Sync + 'static + use<> {
        let count = u64::try_from(self.customers.len()).unwrap_or(u64::MAX);
        move |number| number.checked_rem(count).unwrap_or_default()
    }
}

/// The reads, after a look whether the nested one returns what it must.
pub(crate) async fn reads(target: &Target, data: &Data) -> Outcome<Vec<Measurement>> {
    let nested = operation(NESTED, &json!({}));
    expect_objects(target, &nested, "\"id\":", NESTED_OBJECTS).await?;
    let constant = |row, begins, body: String| {
        let workload = Workload::new(target, begins, move |_| body.clone());
        Measurement { row, workload }
    };
    let typename = operation("{ __typename }", &json!({}));
    let viewer = operation("{viewer{actions}}", &json!({}));
    let turn = data.turn();
    let by_external_id = Workload::new(
        target,
        r#"{"data":{"customer":{"id":"cus_"#,
        move |number| {
            let external = json!({ "system": "whmcs", "id": turn(number).to_string() });
            operation(LOOK_UP, &json!({ "by": { "externalId": external } }))
        },
    );
    let turn = data.turn();
    let by_ip = Workload::new(
        target,
        r#"{"data":{"customer":{"id":"cus_"#,
        move |number| {
            let ip = json!({ "address": address(turn(number)), "at": "2025-06-04T22:14:00Z" });
            operation(LOOK_UP, &json!({ "by": { "ip": ip } }))
        },
    );
    let accounting = accounting(target, data);
    Ok(vec![
        constant(Row::Typename, r#"{"data":{"__typename":"Query"}"#, typename),
        constant(Row::Viewer, r#"{"data":{"viewer":{"actions":["#, viewer),
        constant(
            Row::NestedRead,
            r#"{"data":{"customers":{"nodes":[{"id":"cus_"#,
            nested,
        ),
        Measurement {
            row: Row::ByExternalId,
            workload: by_external_id,
        },
        Measurement {
            row: Row::ByIp,
            workload: by_ip,
        },
        Measurement {
            row: Row::Accounting,
            workload: accounting,
        },
    ])
}

/// The write: `recordDisclosure` for one customer.
pub(crate) fn writes(target: &Target, data: &Data) -> Arc<Workload> {
    let begins = r#"{"data":{"recordDisclosure":{"disclosure":{"id":""#;
    Workload::new(target, begins, data.disclosures("load"))
}

/// The first page of an accounting, of one customer after the other.
pub(crate) fn accounting(target: &Target, data: &Data) -> Arc<Workload> {
    let customer = data.customer();
    let begins = r#"{"data":{"customer":{"accountingOfDisclosures":{"nodes":[{"firstAt":""#;
    Workload::new(target, begins, move |number| {
        operation(ACCOUNTING, &json!({ "id": customer(number) }))
    })
}

/// What customers want: of every three, one consented to the newsletter, one opted out of all advertising, and one said
/// nothing.
pub(crate) async fn say(target: &Target, data: &Data) -> Outcome<()> {
    let count = u64::try_from(data.customers.len())?;
    let saying = move |call: u64| {
        let first = call * u64::from(BATCH);
        let numbers = first..(first + u64::from(BATCH)).min(count);
        let said = numbers.filter(|number| number % 3 < 2).map(|number| {
            let (purpose, status) = match number % 3 {
                0 => (NEWSLETTER, "GIVEN"),
                _ => ("marketing", "WITHDRAWN"),
            };
            json!({ "customer": { "email": email(number) }, "purpose": purpose, "status": status, "method": "FORM" })
        });
        let said: Vec<_> = said.collect();
        operation(SAY, &json!({ "input": { "preferences": said } }))
    };
    load::each(target, 4, count.div_ceil(u64::from(BATCH)), saying).await?;
    Ok(())
}

fn email(number: u64) -> String {
    format!("client{number}@example.org")
}

fn question(number: u64) -> Value {
    json!({ "address": { "email": email(number) }, "purpose": NEWSLETTER, "channel": "EMAIL" })
}

/// Whether a newsletter may go to one address after the other.
pub(crate) fn gate(target: &Target, data: &Data) -> Arc<Workload> {
    let turn = data.turn();
    let begins = r#"{"data":{"contactPermission":{"allowed":"#;
    Workload::new(target, begins, move |number| {
        operation(MAY, &json!({ "question": question(turn(number)) }))
    })
}

/// The same in batches.
pub(crate) fn gates(target: &Target, data: &Data) -> Arc<Workload> {
    let turn = data.turn();
    let begins = r#"{"data":{"contactPermissions":[{"permission":{"allowed":"#;
    Workload::new(target, begins, move |number| {
        let first = number * u64::from(BATCH);
        let questions = (first..first + u64::from(BATCH)).map(|number| question(turn(number)));
        let questions: Vec<_> = questions.collect();
        operation(MAY_MANY, &json!({ "questions": questions }))
    })
}

/// Writes in batches: disclosures about different customers, to different recipients.
pub(crate) fn batches(target: &Target, data: &Data, purpose: &'static str) -> Arc<Workload> {
    let begins = r#"{"data":{"recordDisclosures":{"results":[{"disclosure":{"id":""#;
    Workload::new(target, begins, data.batches(purpose))
}

/// Records so many disclosures, in batches.
pub(crate) async fn fill_up(target: &Target, data: &Data, count: u64) -> Outcome<()> {
    let batch = u64::from(BATCH);
    let body = data.batches("fill");
    load::every(target, FILL_CONNECTIONS, count.div_ceil(batch), body).await
}

/// Fails unless the answer to this body has so many objects, each told by a field.
pub(crate) async fn expect_objects(
    target: &Target,
    body: &str,
    field: &str,
    count: usize,
) -> Outcome<()> {
    let mut connection = Connection::open(target.address).await?;
    let request = target.post(body);
    let answer = tokio::time::timeout(PATIENCE, connection.exchange(&request)).await??;
    load::parsed(&answer)?;
    let found = String::from_utf8_lossy(answer.body).matches(field).count();
    if found == count {
        return Ok(());
    }
    Err(format!("the nested read returned {found} objects, not {count}").into())
}

/// The body of a request.
pub(crate) fn operation(query: &str, variables: &Value) -> String {
    json!({ "query": query, "variables": variables }).to_string()
}

fn text_at(value: &Value, path: &str) -> Outcome<String> {
    let text = value.pointer(path).and_then(Value::as_str);
    text.map(ToOwned::to_owned)
        .ok_or_else(|| format!("no text at {path}: {value}").into())
}
