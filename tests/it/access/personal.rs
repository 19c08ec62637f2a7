//! Every field that carries `@personal`, as every role, along the ways that lead to it.

mod disclosures;
mod holds;
mod incidents;
mod lives;
mod log;
mod packages;
mod preferences;
mod recipients;
mod requests;
mod tasks;

use serde_json::{Value, json};

use super::disclosures::unauthorised;
use super::{Turn, Variables, World, nothing};
use crate::harness::build::{self, input};
use crate::harness::schema::Schema;
use crate::harness::{Answer, App, golden};

/// A way to a personal field.
struct Way {
    /// The field, as `Type.field`.
    field: &'static str,
    /// Where the answer has it, through all lists; after a space, what tells two ways apart.
    through: &'static str,
    operation: &'static str,
    variables: Variables,
}

const fn way(
    field: &'static str,
    through: &'static str,
    operation: &'static str,
    variables: Variables,
) -> Way {
    Way {
        field,
        through,
        operation,
        variables,
    }
}

/// At least one way to each personal field, better one for each kind of record that leads to it. Every value that is
/// there is a canary.
const WAYS: &[Way] = &[
    way(
        "Assignment.ipPrefix",
        "customers.nodes.assignments.nodes.ipPrefix",
        "{ customers(first: 5) { nodes { assignments(first: 5) { nodes { ipPrefix } } } } }",
        nothing,
    ),
    way(
        "Assignment.ipPrefix",
        "disclosures.nodes.subjects.customer.assignments.nodes.ipPrefix",
        "{ disclosures(first: 5) { nodes { subjects { customer { assignments(first: 5) {
            nodes { ipPrefix } } } } } } }",
        nothing,
    ),
    way(
        "Assignment.ipPrefix",
        "recordAssignments.results.assignment.ipPrefix",
        "mutation($input: RecordAssignmentsInput!) { recordAssignments(input: $input) {
            results { assignment { ipPrefix } } } }",
        |turn| build::assignment(&json!({ "id": turn.world.customer }), &turn.prefix()),
    ),
    way(
        "Customer.name",
        "customers.nodes.name",
        "{ customers(first: 5) { nodes { name } } }",
        nothing,
    ),
    way(
        "Customer.name",
        "customers.edges.node.name",
        "{ customers(first: 5) { edges { node { name } } } }",
        nothing,
    ),
    way(
        "Customer.name",
        "customer.name",
        "query($by: CustomerLookupInput!) { customer(by: $by) { name } }",
        by_email,
    ),
    way(
        "Customer.name",
        "customerCandidates.nodes.name",
        "query($by: CustomerLookupInput!) { customerCandidates(by: $by) { nodes { name } } }",
        by_email,
    ),
    way(
        "Customer.name",
        "node.name",
        "query($id: ID!) { node(id: $id) { ... on Customer { name } } }",
        |turn| json!({ "id": turn.world.customer }),
    ),
    way(
        "Customer.name",
        "customers.nodes.assignments.nodes.customer.name",
        "{ customers(first: 5) { nodes { assignments(first: 5) { nodes { customer { name } } } } } }",
        nothing,
    ),
    way(
        "Customer.name",
        "disclosures.nodes.subjects.customer.name",
        "{ disclosures(first: 5) { nodes { subjects { customer { name } } } } }",
        nothing,
    ),
    way(
        "Customer.name",
        "registerCustomer.customer.name",
        "mutation($input: RegisterCustomerInput!) { registerCustomer(input: $input) { customer { name } } }",
        |turn| {
            let name = format!("Canary {}", turn.number);
            input(&json!({ "name": name, "registeredAt": "2020-01-01T00:00:00Z" }))
        },
    ),
    way(
        "Customer.name",
        "recordDisclosure.disclosure.subjects.customer.name",
        "mutation($input: RecordDisclosureInput!) { recordDisclosure(input: $input) {
            disclosure { subjects { customer { name } } } } }",
        disclosure,
    ),
    way(
        "Disclosure.authority",
        "disclosures.nodes.authority",
        "{ disclosures(first: 5) { nodes { authority } } }",
        nothing,
    ),
    way(
        "Disclosure.authority",
        "customers.nodes.disclosures.nodes.authority",
        "{ customers(first: 5) { nodes { disclosures(first: 5) { nodes { authority } } } } }",
        nothing,
    ),
    way(
        "Disclosure.note",
        "disclosures.nodes.note",
        "{ disclosures(first: 5) { nodes { note } } }",
        nothing,
    ),
    way(
        "Disclosure.note",
        "customers.nodes.disclosures.nodes.note",
        "{ customers(first: 5) { nodes { disclosures(first: 5) { nodes { note } } } } }",
        nothing,
    ),
    way(
        "Disclosure.reference",
        "disclosures.nodes.reference",
        "{ disclosures(first: 5) { nodes { reference } } }",
        nothing,
    ),
    way(
        "Disclosure.reference",
        "customers.nodes.disclosures.nodes.reference",
        "{ customers(first: 5) { nodes { disclosures(first: 5) { nodes { reference } } } } }",
        nothing,
    ),
    way(
        "Disclosure.reference",
        "node.reference",
        "query($id: ID!) { node(id: $id) { ... on Disclosure { reference } } }",
        |turn| json!({ "id": turn.world.disclosure }),
    ),
    way(
        "Disclosure.reference",
        "recordDisclosure.disclosure.reference",
        "mutation($input: RecordDisclosureInput!) { recordDisclosure(input: $input) {
            disclosure { reference } } }",
        disclosure,
    ),
    way(
        "DisclosureSubject.lookup",
        "disclosures.nodes.subjects.lookup",
        "{ disclosures(first: 5) { nodes { subjects { lookup } } } }",
        nothing,
    ),
    way(
        "DisclosureSubject.lookup",
        "customers.nodes.disclosures.nodes.subjects.lookup",
        "{ customers(first: 5) { nodes { disclosures(first: 5) { nodes { subjects { lookup } } } } } }",
        nothing,
    ),
    way(
        "DisclosureSubject.lookup",
        "recordDisclosure.disclosure.subjects.lookup",
        "mutation($input: RecordDisclosureInput!) { recordDisclosure(input: $input) {
            disclosure { subjects { lookup } } } }",
        disclosure,
    ),
    way(
        "Identifier.value",
        "customers.nodes.identifiers.value",
        "{ customers(first: 5) { nodes { identifiers { value } } } }",
        nothing,
    ),
    way(
        "Identifier.value",
        "customer.identifiers.value",
        "query($by: CustomerLookupInput!) { customer(by: $by) { identifiers { value } } }",
        by_email,
    ),
    way(
        "Identifier.value",
        "disclosures.nodes.subjects.customer.identifiers.value",
        "{ disclosures(first: 5) { nodes { subjects { customer { identifiers { value } } } } } }",
        nothing,
    ),
    way(
        "Identifier.value",
        "addIdentifier.customer.identifiers.value",
        "mutation($input: AddIdentifierInput!) { addIdentifier(input: $input) {
            customer { identifiers { value } } } }",
        |turn| {
            let email = format!("canary{}@example.org", turn.number);
            input(&json!({ "customerId": turn.world.customer, "identifier": { "email": email } }))
        },
    ),
];

/// Those above, and those that disclosures, and what becomes of customers, lead along.
fn ways() -> impl Iterator<Item = &'static Way> {
    let more = [
        recipients::WAYS,
        disclosures::WAYS,
        lives::WAYS,
        requests::WAYS,
        tasks::WAYS,
        holds::WAYS,
        incidents::WAYS,
        packages::WAYS,
        preferences::WAYS,
        log::WAYS,
    ];
    WAYS.iter().chain(more.into_iter().flatten())
}

/// What every personal value has in it.
const CANARIES: &[&str] = &[
    "canary",
    "ca9a4ca9a4",
    // Of the file that is uploaded.
    "ac94e6c65eb7ceb1197cfded5acc58e8",
    "203.0.113.",
    "198.18.",
    "+49 30 123456",
];

fn by_email(_: &Turn<'_>) -> Value {
    json!({ "by": { "email": "cornelia@canary.example" } })
}

fn disclosure(turn: &Turn<'_>) -> Value {
    let about = json!({ "email": "cornelia@canary.example" });
    unauthorised(&turn.world.person, about)
}

/// Texts that are called as if they were personal and are not, with the reason.
const PLAIN: &[(&str, &str)] = &[
    (
        "AddAgreementInput.reference",
        "where a document is, said to hold nothing personal",
    ),
    (
        "AddTransferMechanismInput.reference",
        "where a document is, said to hold nothing personal",
    ),
    (
        "Agreement.reference",
        "where a document is, said to hold nothing personal",
    ),
    (
        "TransferMechanism.reference",
        "where a document is, said to hold nothing personal",
    ),
    ("Brand.name", "a trading name of the company"),
    ("Controller.name", "the company that is responsible"),
    ("DeletionPlanSystem.name", "a machine, not a person"),
    ("Integration.name", "a machine, not a person"),
    ("IssueTokenInput.name", "a machine, not a person"),
    (
        "MessageTemplate.name",
        "what a machine calls a kind of message",
    ),
    ("RegisterBrandInput.name", "a trading name of the company"),
    ("RegisterSystemInput.name", "a machine, not a person"),
    (
        "SetMessageTemplateInput.name",
        "what a machine calls a kind of message",
    ),
    ("RetentionRule.name", "what the company calls a rule"),
    ("RetentionRuleInput.name", "what the company calls a rule"),
    (
        "SetRetentionRuleInput.name",
        "what the company calls a rule",
    ),
    ("System.name", "a machine, not a person"),
];

/// What personal texts are called.
const SUSPECT: &[&str] = &[
    "name",
    "email",
    "emails",
    "phone",
    "phones",
    "value",
    "note",
    "reference",
    "address",
    "lookup",
    "authority",
    "reason",
    "resource",
    "domain",
    "mailbox",
    "ipPrefix",
];

/// What an answer has at the end of a way, through all lists.
fn values<'a>(value: &'a Value, way: &[&str]) -> Vec<&'a Value> {
    match (value, way) {
        (Value::Array(items), _) => items.iter().flat_map(|item| values(item, way)).collect(),
        (Value::Null, _) | (_, []) => vec![value],
        (_, [first, rest @ ..]) => values(&value[*first], rest),
    }
}

/// Whether a value is what was sent; nobody can choose a code, a digest of what was put together, or a link.
fn is_canary(way: &Way, text: &str) -> bool {
    let is_ours = match way.field {
        "ClaimedTask.code" => text.len() == 8 && text.chars().all(|c| c.is_ascii_digit()),
        "AccessPackage.sha256" => text.len() == 64 && text.chars().all(|c| c.is_ascii_hexdigit()),
        "LinkAccessPackagePayload.path" => text.starts_with("/packages/") && text.len() == 53,
        _ => false,
    };
    has_canary(text) || is_ours
}

fn has_canary(text: &str) -> bool {
    let text = text.to_lowercase();
    CANARIES.iter().any(|canary| text.contains(canary))
}

/// `shown`, `withheld`, or the code; and nothing personal in the answer unless it is shown.
fn outcome(way: &Way, answer: &Answer) -> String {
    let through = way.through.split(' ').next().unwrap_or_default();
    let parts: Vec<_> = through.split('.').collect();
    let found = values(&answer.body["data"], &parts);
    let shown: Vec<_> = found.iter().filter(|value| !value.is_null()).collect();
    let all = shown.len() == found.len();
    let outcome = match (answer.code(), shown.as_slice()) {
        ("", []) if found.is_empty() => "nothing",
        ("", []) => "withheld",
        ("", some)
            if all
                && some
                    .iter()
                    .all(|value| value.as_str().is_some_and(|text| is_canary(way, text))) =>
        {
            return "shown".to_owned();
        }
        ("", _) => "partly",
        (code, _) => code,
    };
    let clean = !has_canary(&answer.text);
    assert!(
        clean,
        "{} by {}: {outcome}, and yet {}",
        way.field, way.through, answer.text
    );
    outcome.to_owned()
}

#[tokio::test]
async fn every_personal_field_is_shown_to_the_agreed_roles_only() {
    let app = App::start().await;
    let world = World::make(&app).await;
    let fields = Schema::read().fields();
    let personal: Vec<_> = fields
        .iter()
        .filter(|field| field.personal && !field.input)
        .collect();
    assert!(!personal.is_empty());
    for field in &personal {
        assert!(
            ways().any(|way| way.field == field.place),
            "{} carries @personal and no way leads to it: add one to WAYS in tests/it/access/personal.rs",
            field.place
        );
    }
    for way in ways() {
        let known = personal.iter().any(|field| field.place == way.field);
        assert!(known, "{} is not personal: remove it from WAYS", way.field);
    }
    let mut rows = vec![world.head(&["", ""])];
    for way in ways() {
        let mut row = vec![way.field.to_owned(), way.through.to_owned()];
        for caller in &world.callers {
            let variables = (way.variables)(&world.turn(caller));
            let answer = caller.actor.run(way.operation, variables).await;
            let outcome = outcome(way, &answer);
            if caller.name == "OWNER" {
                let works = outcome == "shown";
                assert!(
                    works,
                    "{} by {} leads nowhere: {}",
                    way.field, way.through, answer.text
                );
            }
            row.push(outcome);
        }
        rows.push(row);
    }
    golden::compare("personal.txt", &golden::table(&rows));
    app.stop().await;
}

#[test]
fn a_text_that_looks_personal_is_marked() {
    let fields = Schema::read().fields();
    let unmarked: Vec<_> = fields
        .iter()
        .filter(|field| field.ty == "String" && SUSPECT.contains(&field.name.as_str()))
        .filter(|field| !field.personal)
        .map(|field| field.place.as_str())
        .collect();
    for place in &unmarked {
        assert!(
            PLAIN.iter().any(|(known, _)| known == place),
            "{place} looks personal and has no @personal: mark it with its category, or say in PLAIN of \
             tests/it/access/personal.rs why it is not"
        );
    }
    for (place, reason) in PLAIN {
        assert!(
            unmarked.contains(place),
            "{place} ({reason}) is gone or marked: remove it from PLAIN"
        );
    }
}
