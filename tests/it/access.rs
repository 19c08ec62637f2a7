//! Who may do what: every root field as every role, and every personal field as every role.
//!
//! What the server does is compared with what was agreed on, in tests/it/golden. A root field without a sample
//! operation, and a personal field that no path leads to, fail by name.

mod callers;
mod disclosures;
mod holds;
mod incidents;
mod lives;
mod log;
mod map;
mod packages;
mod personal;
mod preferences;
mod requests;
mod tasks;

use std::cell::Cell;

use callers::Caller;
use disclosures::Spares;
use holds::Kept;
use incidents::Breach;
use lives::Lives;
use map::Paper;
use packages::Packed;
use requests::Asked;
use serde_json::{Value, json};
use tasks::Work;

use crate::harness::build::{self, input};
use crate::harness::{Actor, Answer, App, golden};

/// Makes the variables of one call.
type Variables = fn(&Turn<'_>) -> Value;

/// An operation that works for whoever may do it.
struct Sample {
    /// The root field, and after a space, what tells its samples apart.
    name: &'static str,
    operation: &'static str,
    variables: Variables,
}

const fn sample(name: &'static str, operation: &'static str, variables: Variables) -> Sample {
    Sample {
        name,
        operation,
        variables,
    }
}

impl Sample {
    fn field(&self) -> &str {
        self.name.split(' ').next().unwrap_or_default()
    }
}

const BY: &str = "query($by: CustomerLookupInput!) { customer(by: $by) { id } }";
const NODE: &str = "query($id: ID!) { node(id: $id) { id } }";

/// At least one sample for each root field. What a mutation uses up must be new with each call: take it from `turn`.
const SAMPLES: &[Sample] = &[
    sample("Query.viewer", "{ viewer { actions } }", nothing),
    sample(
        "Query.customer",
        BY,
        |turn| json!({ "by": { "id": turn.world.customer } }),
    ),
    sample(
        "Query.customerCandidates",
        "query($by: CustomerLookupInput!) { customerCandidates(by: $by) { nodes { id } } }",
        |turn| json!({ "by": { "id": turn.world.customer } }),
    ),
    sample("Query.customers", "{ customers { nodes { id } } }", nothing),
    sample("Query.brands", "{ brands { nodes { id } } }", nothing),
    sample(
        "Query.disclosures",
        "{ disclosures { nodes { id } } }",
        nothing,
    ),
    sample(
        "Query.recipients",
        "{ recipients { nodes { id } } }",
        nothing,
    ),
    sample(
        "Query.processors",
        "{ processors { nodes { id } } }",
        nothing,
    ),
    sample("Query.events", "{ events { nodes { id } } }", nothing),
    sample(
        "Query.integrations",
        "{ integrations { nodes { id } } }",
        nothing,
    ),
    sample(
        "Query.node of a customer",
        NODE,
        |turn| json!({ "id": turn.world.customer }),
    ),
    sample(
        "Query.node of a brand",
        NODE,
        |turn| json!({ "id": turn.world.brand }),
    ),
    sample(
        "Query.node of a relation",
        NODE,
        |turn| json!({ "id": turn.world.relation }),
    ),
    sample(
        "Query.node of a snapshot",
        NODE,
        |turn| json!({ "id": turn.world.snapshot }),
    ),
    sample(
        "Query.node of a disclosure",
        NODE,
        |turn| json!({ "id": turn.world.disclosure }),
    ),
    sample(
        "Query.node of a recipient",
        NODE,
        |turn| json!({ "id": turn.world.company }),
    ),
    sample(
        "Query.node of an event",
        NODE,
        |turn| json!({ "id": turn.world.event }),
    ),
    sample(
        "Query.node of an integration",
        NODE,
        |turn| json!({ "id": turn.world.integration }),
    ),
    sample(
        "Query.node of a controller",
        NODE,
        |turn| json!({ "id": turn.world.controller }),
    ),
    sample(
        "Query.nodes",
        "query($ids: [ID!]!) { nodes(ids: $ids) { id } }",
        |turn| json!({ "ids": [turn.world.customer] }),
    ),
    sample(
        "Mutation.registerCustomer",
        build::REGISTER_CUSTOMER,
        |turn| {
            let ids = json!([{ "system": "whmcs", "id": turn.number }]);
            input(&json!({ "name": "New", "externalIds": ids, "idempotencyKey": turn.number }))
        },
    ),
    sample("Mutation.updateCustomer", build::UPDATE_CUSTOMER, |turn| {
        let name = format!("Canary {}", turn.number);
        input(&json!({ "customerId": turn.world.customer, "name": name }))
    }),
    sample("Mutation.closeCustomer", build::CLOSE_CUSTOMER, |turn| {
        input(&json!({ "customerId": turn.spare_customer }))
    }),
    sample("Mutation.mergeCustomers", build::MERGE_CUSTOMERS, |turn| {
        let (from, into) = (
            json!({ "id": turn.spare_customer }),
            json!({ "id": turn.world.customer }),
        );
        input(&json!({ "from": from, "into": into }))
    }),
    sample(
        "Mutation.relateCustomers",
        build::RELATE_CUSTOMERS,
        |turn| {
            let (customer, related) = (
                json!({ "id": turn.world.customer }),
                json!({ "id": turn.world.closed }),
            );
            input(&json!({ "customer": customer, "kind": "OWNER", "relatedCustomer": related }))
        },
    ),
    sample(
        "Mutation.importCustomers",
        build::IMPORT_CUSTOMERS,
        |turn| {
            let id = format!("canary-import-{}", turn.number);
            input(&json!({ "customers": [{ "externalId": { "system": "whmcs", "id": id } }] }))
        },
    ),
    sample(
        "Mutation.reconcileSnapshot",
        build::RECONCILE_SNAPSHOT,
        |_| input(&json!({ "system": "whmcs", "ids": ["canary-1"] })),
    ),
    sample("Mutation.registerBrand", build::REGISTER_BRAND, |turn| {
        input(&json!({ "name": format!("Brand {}", turn.number) }))
    }),
    sample(
        "Mutation.verifyIdentifier",
        build::VERIFY_IDENTIFIER,
        |turn| input(&json!({ "identifierId": turn.world.identifier, "method": "CALLBACK" })),
    ),
    sample("Mutation.endIdentifier", build::END_IDENTIFIER, |turn| {
        input(&json!({ "identifierId": turn.world.identifier }))
    }),
    sample("Mutation.addIdentifier", build::ADD_IDENTIFIER, |turn| {
        let email = format!("canary{}@example.org", turn.number);
        input(&json!({ "customerId": turn.world.customer, "identifier": { "email": email } }))
    }),
    sample(
        "Mutation.recordAssignments",
        build::RECORD_ASSIGNMENTS,
        |turn| {
            let customer = json!({ "id": turn.world.customer });
            build::assignment(&customer, &turn.prefix())
        },
    ),
    sample(
        "Mutation.registerRecipient",
        build::REGISTER_RECIPIENT,
        |turn| {
            let name = format!("Recipient {}", turn.number);
            input(&json!({ "name": name, "role": "PRIVATE_PARTY" }))
        },
    ),
    sample(
        "Mutation.updateRecipient",
        build::UPDATE_RECIPIENT,
        |turn| {
            let contact = json!({ "kind": "PHONE", "value": format!("canary {}", turn.number) });
            input(&json!({ "recipientId": turn.world.company, "contacts": [contact] }))
        },
    ),
    sample("Mutation.issueToken", build::ISSUE_TOKEN, |turn| {
        let name = format!("Integration {}", turn.number);
        input(&json!({ "name": name, "role": "MAIL" }))
    }),
    sample("Mutation.revokeToken", build::REVOKE_TOKEN, |turn| {
        input(&json!({ "tokenId": turn.spare }))
    }),
];

/// Those above, and those of disclosures, requests, tasks and holds.
fn samples() -> impl Iterator<Item = &'static Sample> {
    let more = [
        disclosures::SAMPLES,
        requests::SAMPLES,
        tasks::SAMPLES,
        holds::SAMPLES,
        incidents::SAMPLES,
        map::SAMPLES,
        packages::SAMPLES,
        preferences::SAMPLES,
        log::SAMPLES,
    ];
    SAMPLES.iter().chain(more.into_iter().flatten())
}

fn nothing(_: &Turn<'_>) -> Value {
    json!({})
}

/// Somebody of each role, a stranger, and records to ask for.
struct World {
    callers: Vec<Caller>,
    customer: String,
    /// Another one, who is closed.
    closed: String,
    identifier: String,
    brand: String,
    relation: String,
    snapshot: String,
    person: String,
    company: String,
    assignment: String,
    disclosure: String,
    event: String,
    integration: String,
    controller: String,
    request: String,
    /// One of which the customer was known by an address.
    known_request: String,
    work: Work,
    kept: Kept,
    packed: Packed,
    breach: Breach,
    paper: Paper,
    preference: String,
    /// A line of the access log.
    access: String,
    turns: Cell<u32>,
}

/// One call, with what it may use up.
struct Turn<'a> {
    world: &'a World,
    spare: &'a str,
    spare_customer: &'a str,
    spares: &'a Spares,
    asked: &'a Asked,
    work: &'a Work,
    kept: &'a Kept,
    /// Different with each call.
    number: u32,
}

impl Turn<'_> {
    /// A prefix of the range that benchmarks use.
    fn prefix(&self) -> String {
        format!("198.18.{}.0/24", self.number % 256)
    }
}

impl World {
    async fn make(app: &App) -> Self {
        let owner = app.owner();
        let customer = json!({
            "name": "Cornelia Canary",
            "externalIds": [{ "system": "whmcs", "id": "canary-1" }],
            "emails": ["cornelia@canary.example"],
            "phones": ["+49 30 123456"],
        });
        let customer = owner.run(build::REGISTER_CUSTOMER, input(&customer)).await;
        let identifier = customer.text_at("registerCustomer.customer.identifiers.2.id");
        let customer = customer.text_at("registerCustomer.customer.id");
        let lives = Lives::make(&owner, &customer).await;
        let prefix = build::assignment(&json!({ "id": customer }), "203.0.113.0/24");
        let assigned = owner.run(build::RECORD_ASSIGNMENTS, prefix).await;
        let mut recipients = Vec::new();
        for mut recipient in [
            json!({ "name": "Paula Canary", "role": "DATA_SUBJECT" }),
            json!({ "name": "Canary List", "role": "PRIVATE_PARTY", "category": "BLOCKLIST_OPERATOR" }),
            json!({ "name": "Canary Cards", "role": "PROCESSOR", "category": "PAYMENT" }),
            json!({ "name": "Canary Court", "role": "PUBLIC_AUTHORITY", "category": "COURT" }),
        ] {
            recipient["contacts"] =
                json!([{ "kind": "ADDRESS", "value": "1 Canary Wharf", "note": "canary" }]);
            recipient["noticeUrl"] = json!("https://canary.example/privacy");
            let registered = owner
                .run(build::REGISTER_RECIPIENT, input(&recipient))
                .await;
            recipients.push(registered.text_at("registerRecipient.recipient.id"));
        }
        let about = json!({ "ip": { "address": "203.0.113.7", "at": "2026-11-19T22:14:00Z" } });
        let disclosure = build::disclosure(&json!({ "id": recipients[0] }), &[about]);
        let disclosure = owner.run(build::RECORD_DISCLOSURE, disclosure).await;
        let to_customer = json!({ "customer": { "id": customer } });
        let about = json!({ "id": customer });
        let forwarded = build::disclosure(&to_customer, &[about]);
        owner.run(build::RECORD_DISCLOSURE, forwarded).await.ok();
        disclosures::find_out(&owner, &recipients[0], &customer).await;
        let request = requests::world(&owner, &customer).await;
        let mut known = requests::canary(&customer, "canary known");
        known["customer"] = json!({ "email": "cornelia@canary.example" });
        known["receivedAt"] = json!("2026-11-01T09:00:00Z");
        let known = owner.run(build::OPEN_REQUEST, input(&known)).await;
        let viewer = owner.ask("{ viewer { integration { id } } }").await;
        let callers = Caller::everybody(app, &recipients, &customer).await;
        Self {
            breach: Breach::make(app, &callers).await,
            paper: Paper::make(app, &recipients[1]).await,
            callers,
            preference: preferences::made(&owner, &customer).await,
            access: log::read(app, &customer).await,
            kept: Kept::told(app, &recipients[1..3]).await,
            assignment: assigned.text_at("recordAssignments.results.0.assignment.id"),
            customer,
            identifier,
            closed: lives.closed,
            brand: lives.brand,
            relation: lives.relation,
            snapshot: lives.snapshot,
            company: recipients.remove(1),
            person: recipients.remove(0),
            disclosure: disclosure.text_at("recordDisclosure.disclosure.id"),
            event: disclosure.text_at("recordDisclosure.disclosure.event.id"),
            integration: viewer.text_at("viewer.integration.id"),
            controller: app.controller.to_string(),
            request,
            known_request: known.text_at("openRequest.request.id"),
            packed: Packed::make(&owner).await,
            work: Work::done(app).await,
            turns: Cell::new(0),
        }
    }

    fn turn<'a>(&'a self, caller: &'a Caller) -> Turn<'a> {
        self.turns.set(self.turns.get() + 1);
        Turn {
            world: self,
            spare: &caller.spare,
            spare_customer: &caller.spare_customer,
            spares: &caller.spares,
            asked: &caller.asked,
            work: &caller.work,
            kept: &caller.kept,
            number: self.turns.get(),
        }
    }

    /// The head of a matrix.
    fn head(&self, before: &[&str]) -> Vec<String> {
        let names = self.callers.iter().map(|caller| caller.name);
        before
            .iter()
            .copied()
            .chain(names)
            .map(str::to_owned)
            .collect()
    }
}

/// `Query.x` and `Mutation.x` for every root field that the server has.
async fn root_fields(owner: &Actor) -> Vec<String> {
    let query = "{ __schema { queryType { fields { name } } mutationType { fields { name } } } }";
    let schema = owner.ask(query).await;
    let mut found = Vec::new();
    for (kind, prefix) in [("queryType", "Query"), ("mutationType", "Mutation")] {
        let fields = schema
            .get(&format!("__schema.{kind}.fields"))
            .as_array()
            .unwrap();
        for field in fields {
            found.push(format!("{prefix}.{}", field["name"].as_str().unwrap()));
        }
    }
    found
}

/// One word for how a call went.
fn outcome(answer: &Answer) -> &str {
    if answer.code().is_empty() {
        answer.ok();
        return "OK";
    }
    answer.code()
}

#[tokio::test]
async fn every_root_field_answers_each_role_as_agreed() {
    let app = App::start().await;
    let world = World::make(&app).await;
    let fields = root_fields(&app.owner()).await;
    assert!(fields.len() > 10, "{fields:?}");
    for field in &fields {
        assert!(
            samples().any(|sample| sample.field() == field),
            "{field} has no sample operation: add one to SAMPLES in tests/it/access.rs, and see who may do it"
        );
    }
    for sample in samples() {
        let known = fields.iter().any(|field| field == sample.field());
        assert!(
            known,
            "{} is gone: remove it from SAMPLES in tests/it/access.rs",
            sample.name
        );
    }
    let mut rows = vec![world.head(&[""])];
    for sample in samples() {
        let mut row = vec![sample.name.to_owned()];
        for caller in &world.callers {
            let variables = (sample.variables)(&world.turn(caller));
            let answer = caller.actor.run(sample.operation, variables).await;
            let outcome = outcome(&answer);
            let (name, role) = (sample.name, caller.name);
            if role == "stranger" {
                assert_eq!(outcome, "UNAUTHENTICATED", "{name}: {}", answer.text);
            } else {
                assert!(
                    ["OK", "FORBIDDEN"].contains(&outcome),
                    "the sample operation of {name} does not work as {role}: {}",
                    answer.text
                );
            }
            row.push(outcome.to_owned());
        }
        rows.push(row);
    }
    golden::compare("access.txt", &golden::table(&rows));
    app.stop().await;
}
