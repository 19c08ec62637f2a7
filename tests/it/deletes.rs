//! Every path on which something is deleted: what leads to the erasure of a customer's data passes the guard, and what
//! else is deleted is no record of a customer. A path that is not listed here fails, and so does one that is gone.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};

use crate::schema::SDL;

/// Statements that delete: file, how many, and why none of them needs the guard.
const STATEMENTS: &[(&str, usize, &str)] = &[
    (
        "access_log/store.rs",
        1,
        "lines of the log that are older than the configuration says: who read, not what",
    ),
    (
        "context/idempotency.rs",
        2,
        "records of calls, digests of keys: needed for a day",
    ),
    (
        "customers/store/brands.rs",
        1,
        "the brand of a customer changes: the ledger keeps the one before",
    ),
    (
        "customers/store/snapshots.rs",
        2,
        "copies of billing's list of ids, as digests",
    ),
    (
        "packages/store.rs",
        1,
        "copies for the person, whose sources stay",
    ),
    (
        "recipients/store.rs",
        1,
        "for whom a recipient works changes: the ledger keeps the one before",
    ),
    (
        "tasks/store/attachments.rs",
        2,
        "files whose upload did not come to its end",
    ),
    (
        "tasks/store/mod.rs",
        1,
        "what an earlier attempt kept: the next one says it anew, and the ledger keeps both",
    ),
    (
        "vault/store.rs",
        1,
        "index rows of what ended or is indexed anew: the record stays",
    ),
];

/// What tells that a statement deletes.
const SIGNS: [&str; 5] = [
    "delete_many(",
    "delete_by_id(",
    ".delete(",
    "delete from",
    "truncate ",
];

/// Kinds of tasks by which something may be gone in a system; the stories about holds and rules show that they wait.
const GUARDED: [&str; 4] = ["ANONYMIZE", "ERASE", "PSEUDONYMIZE", "REVIEW"];
/// Those by which nothing is.
const HARMLESS: [&str; 6] = [
    "CORRECT",
    "EXPORT",
    "NOTIFY",
    "RESTRICT",
    "SEND_CODE",
    "STOP",
];

fn count(folder: &Path, found: &mut BTreeMap<String, usize>, root: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            count(&path, found, root);
            continue;
        }
        let text = fs::read_to_string(&path).unwrap().to_lowercase();
        let code = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        let signs = code
            .filter(|line| SIGNS.iter().any(|sign| line.contains(sign)))
            .count();
        if signs > 0 {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap();
            found.insert(name.to_owned(), signs);
        }
    }
}

#[test]
fn every_statement_that_deletes_is_known() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
    let mut found = BTreeMap::new();
    count(root, &mut found, root);
    let known = STATEMENTS
        .iter()
        .map(|(file, count, _)| ((*file).to_owned(), *count));
    assert_eq!(
        found,
        known.collect::<BTreeMap<_, _>>(),
        "a statement that deletes: pass the guard of retention, or say in tests/it/deletes.rs why it need not"
    );
}

#[test]
fn every_kind_of_task_is_known_to_destroy_something_or_not() {
    let document = parse_schema(SDL).unwrap();
    let mut kinds = Vec::new();
    for definition in &document.definitions {
        if let TypeSystemDefinition::Type(definition) = definition
            && definition.node.name.node == "TaskKind"
            && let TypeKind::Enum(values) = &definition.node.kind
        {
            kinds.extend(
                values
                    .values
                    .iter()
                    .map(|value| value.node.value.node.to_string()),
            );
        }
    }
    kinds.sort_unstable();
    let mut known: Vec<_> = GUARDED
        .iter()
        .chain(&HARMLESS)
        .map(|kind| (*kind).to_owned())
        .collect();
    known.sort_unstable();
    assert_eq!(
        kinds, known,
        "say in tests/it/deletes.rs whether it destroys, and have it wait for holds"
    );
    let rules = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tasks/rules.rs");
    let rules = fs::read_to_string(rules).unwrap();
    let (_, list) = rules
        .split_once("GUARDED: [TaskKind; 4]")
        .expect("the list of what passes the guard");
    let list = list.split(';').next().unwrap();
    for kind in ["Anonymize", "Erase", "Pseudonymize", "Review"] {
        assert!(
            list.contains(&format!("TaskKind::{kind}")),
            "{kind} does not pass the guard"
        );
    }
}
