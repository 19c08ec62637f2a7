//! The schema as a document: `schema.graphql` is current, everything in it is described, lists have bounds, and
//! mutations, payloads and connections have the form that all of them have. The rules are in `schema/rules.rs`.

mod lists;
mod rules;

use std::path::Path;
use std::process::{Command, Output};

use lists::LISTS;
pub use rules::mutation_names;
use rules::{check, unused_lists};

/// The file, as it is checked in.
pub const SDL: &str = include_str!("../../schema.graphql");

const ADVICE: &str = "run: cargo run -- schema --write";

fn privops(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_privops"));
    command
        .current_dir(folder)
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn the_file_is_current() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let printed = privops(Path::new(root), &["schema"]);
    assert!(printed.status.success());
    let printed = String::from_utf8(printed.stdout).unwrap();
    assert!(printed.contains("type Query"));
    assert!(
        printed.trim_end() == SDL.trim_end(),
        "schema.graphql is not current; {ADVICE}"
    );
    let checked = privops(Path::new(root), &["schema", "--check"]);
    let said = String::from_utf8_lossy(&checked.stderr);
    assert!(checked.status.success(), "privops schema --check: {said}");
}

#[test]
fn a_file_that_is_not_current_is_refused_with_advice_that_works() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("schema.graphql");
    for stale in [
        None,
        Some(SDL.replace("type Query {", "type Query {\n  more: Int")),
    ] {
        if let Some(text) = stale {
            std::fs::write(&file, text).unwrap();
        }
        let checked = privops(folder.path(), &["schema", "--check"]);
        assert!(!checked.status.success());
        let said = String::from_utf8(checked.stderr).unwrap();
        assert!(said.contains(ADVICE), "{said}");
    }
    assert!(
        privops(folder.path(), &["schema", "--write"])
            .status
            .success()
    );
    assert!(
        privops(folder.path(), &["schema", "--check"])
            .status
            .success()
    );
    assert_eq!(
        std::fs::read_to_string(&file).unwrap().trim_end(),
        SDL.trim_end()
    );
}

#[test]
fn the_schema_keeps_to_the_rules() {
    let findings = check(SDL);
    assert!(
        findings.is_empty(),
        "schema.graphql:\n{}",
        findings.join("\n")
    );
    let unused = unused_lists(SDL);
    assert!(
        unused.is_empty(),
        "tests/it/schema/rules.rs allows lists that are not there: {unused:?}"
    );
    assert!(LISTS.iter().all(|(_, bound)| !bound.is_empty()));
}

/// A schema that breaks no rule.
const GOOD: &str = r#"
"Questions."
type Query {
  "One."
  viewer: Viewer!
  "Many."
  things("Page size." first: Int "Cursor." after: String): ThingConnection!
}
"Changes."
type Mutation {
  "Makes one."
  makeThing("It." input: MakeThingInput!): MakeThingPayload!
}
"It."
input MakeThingInput {
  "Key."
  idempotencyKey: ID
  "Person."
  onBehalfOf: OnBehalfOfInput
}
"Person."
input OnBehalfOfInput {
  "Id."
  staffId: String!
}
"Answer."
type MakeThingPayload {
  "It."
  thing: Thing
}
"A thing."
type Thing {
  "Id."
  id: ID!
}
"Things."
type ThingConnection {
  "Edges."
  edges: [ThingEdge!]!
  "Nodes."
  nodes: [Thing!]!
  "Page."
  pageInfo: PageInfo!
}
"An edge."
type ThingEdge {
  "Cursor."
  cursor: String!
  "Node."
  node: Thing!
}
"A page."
type PageInfo {
  "Whether."
  hasNextPage: Boolean!
}
"Caller."
type Viewer {
  "Codes."
  errorCodes: [ErrorCode!]!
}
"Codes."
enum ErrorCode {
  "A fault."
  INTERNAL
}
"Marks."
directive @personal("Which." category: String!) on FIELD_DEFINITION
schema {
  query: Query
  mutation: Mutation
}
"#;

/// A change of the good schema, and what is found then.
const BROKEN: &[(&str, &str, &str)] = &[
    ("\"A thing.\"\n", "", "Thing has no description"),
    (
        "  \"Id.\"\n  id: ID!",
        "  id: ID!",
        "Thing.id has no description",
    ),
    (
        "\"Page size.\" ",
        "",
        "Query.things(first:) has no description",
    ),
    (
        "  \"Key.\"\n",
        "",
        "MakeThingInput.idempotencyKey has no description",
    ),
    (
        "  \"A fault.\"\n",
        "",
        "ErrorCode.INTERNAL has no description",
    ),
    ("\"Marks.\"\n", "", "@personal has no description"),
    (
        "  \"Id.\"\n  id: ID!",
        "  \"Id.\"\n  id: ID!\n  \"All.\"\n  others: [Thing!]!",
        "Thing.others is a list",
    ),
    ("makeThing(", "thing(", "Mutation.thing is not verbNoun"),
    (
        "\"It.\" input: MakeThingInput!",
        "\"It.\" input: OnBehalfOfInput!",
        "takes (input: MakeThingInput!)",
    ),
    (
        "\"It.\" input: MakeThingInput!",
        "\"It.\" input: MakeThingInput",
        "takes (input: MakeThingInput!)",
    ),
    (
        "\"It.\" input: MakeThingInput!",
        "\"It.\" it: MakeThingInput!",
        "takes (input: MakeThingInput!)",
    ),
    (
        "): MakeThingPayload!",
        "): MakeThingPayload",
        "returns MakeThingPayload!",
    ),
    (
        "  idempotencyKey: ID\n",
        "  idempotencyKey: ID!\n",
        "MakeThingInput has no idempotencyKey: ID",
    ),
    (
        "  \"Person.\"\n  onBehalfOf: OnBehalfOfInput\n",
        "",
        "MakeThingInput has no onBehalfOf: OnBehalfOfInput",
    ),
    (
        "  thing: Thing\n",
        "  thing: Thing!\n",
        "MakeThingPayload.thing is not nullable",
    ),
    (
        " \"Cursor.\" after: String",
        "",
        "Query.things has no after: String",
    ),
    (
        "\"Page size.\" first: Int ",
        "\"Page size.\" first: Int! ",
        "Query.things has no first: Int",
    ),
    (
        "  \"Page.\"\n  pageInfo: PageInfo!\n",
        "",
        "ThingConnection has no pageInfo",
    ),
    (
        "errorCodes: [ErrorCode!]!",
        "errorCodes: Int",
        "ErrorCode cannot be reached",
    ),
    (
        "\"Codes.\"\nenum ErrorCode {\n  \"A fault.\"\n  INTERNAL\n}\n",
        "",
        "ErrorCode is not there",
    ),
    ("mutation: Mutation\n", "", "Mutation cannot be reached"),
];

#[test]
fn each_broken_rule_of_the_schema_is_found() {
    let good = check(GOOD);
    assert!(good.is_empty(), "{good:?}");
    for (from, to, expected) in BROKEN {
        assert!(GOOD.contains(from), "{from}");
        let broken = GOOD.replacen(from, to, 1);
        let findings = check(&broken);
        assert!(
            findings.iter().any(|found| found.contains(expected)),
            "{expected}: {findings:?}"
        );
    }
}
