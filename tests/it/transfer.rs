//! Everything of a controller out of one installation and into another, which has another keyring: the same questions
//! have the same answers there.

mod files;
mod fill;
mod work;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Output;

use entity::enums::Role;
use serde_json::{Value, json};

use crate::harness::build::{self, RECORD_DISCLOSURE};
use crate::harness::poll::feed;
use crate::harness::process::command;
use crate::harness::survey::Survey;
use crate::harness::{Actor, App, Database};

/// An export as lines.
pub struct Exported {
    pub path: PathBuf,
    pub text: String,
}

impl Exported {
    /// Exports a controller.
    pub async fn of(database: &Database, controller: &str, name: &str) -> Self {
        let path = database.folder().join(name);
        let out = path.display().to_string();
        let arguments = [
            "export",
            "--controller",
            controller,
            "--format",
            "ndjson",
            "--out",
            &out,
        ];
        succeeded(&command(database, &arguments).await);
        let text = std::fs::read_to_string(&path).unwrap();
        Self { path, text }
    }

    /// The lines that do not say when it was exported, nor how far somebody had read then.
    pub fn rows(&self) -> Vec<&str> {
        rows(&self.text)
    }

    /// How many rows each table has.
    pub fn counts(&self) -> BTreeMap<String, u64> {
        let end: Value = serde_json::from_str(self.text.lines().last().unwrap()).unwrap();
        serde_json::from_value(end["rows"].clone()).unwrap()
    }
}

/// The lines of an export that another one of the same must have too.
pub fn rows(text: &str) -> Vec<&str> {
    let lines: Vec<_> = text.lines().collect();
    let (_, rows) = lines.split_first().unwrap();
    let (_, rows) = rows.split_last().unwrap();
    let mut rows = rows.to_vec();
    rows.retain(|row| !row.contains(r#""table":"follower""#));
    // That it was exported is written down each time.
    rows.retain(|row| !row.contains("privops export"));
    rows
}

/// Imports a file.
pub async fn import(database: &Database, path: &Path) -> Output {
    command(database, &["import", &path.display().to_string()]).await
}

/// Says what a command said where it should have succeeded.
#[track_caller]
pub fn succeeded(output: &Output) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

/// What a command that failed said.
#[track_caller]
pub fn failed(output: &Output) -> String {
    assert!(!output.status.success());
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Questions over everything, and what each answers.
async fn answers(actor: &Actor, events: usize) -> Vec<String> {
    let mut answers = Vec::new();
    let everything = "{
        customers(first: 8) { totalCount nodes { id name kind category country registeredAt version
            identifiers { id kind system value recordedAt endedAt } brand { id } mergedInto { id }
            relations(first: 3) { nodes { id kind from until relatedCustomer { id } } }
            assignments(first: 8) { nodes { id kind resource sharing from until version } }
            disclosures(first: 8) { totalCount nodes { id } } } }
        recipients(first: 8) { nodes { __typename id name role category country contacts { kind value note }
            noticeUrl recordedAt version customer { id name } } }
        processors { nodes { id name } }
        disclosures(first: 8) { totalCount nodes { id ground purpose dataCategories tier method
            disclosedAt disclosedUntil recordedAt reference authority note subjectCount unresolvedCount
            recipient { id name } recordedBy { id name role }
            supersededBy { reason new { id } } event { id idx leaf } subjects { id resolution candidateCount
            lookup customer { id } event { id } finding { id resolution candidateCount raisedAt } } } }
        brands { nodes { id name } }
        viewer { controller { id name logOrigin createdAt } }
    }";
    let whole = actor.ask(everything).await;
    whole.ok();
    answers.push(whole.text);
    for by in fill::look_ups() {
        let query = "query($by: CustomerLookupInput!) { customerCandidates(by: $by) { totalCount nodes { id } } }";
        let found = actor.run(query, json!({ "by": by })).await;
        assert_ne!(
            found.get("customerCandidates.totalCount"),
            &json!(0),
            "{by}"
        );
        answers.push(found.text);
    }
    for name in ["spamhaus", "JANE DOE", "Stripe Payments"] {
        let query =
            "query($name: String!) { recipients(filter: { name: $name }) { nodes { id } } }";
        let found = actor.run(query, json!({ "name": name })).await;
        assert!(found.text.contains("rcp_"), "{name}: {}", found.text);
        answers.push(found.text);
    }
    let seen = feed(actor, |seen| seen.len() >= events).await;
    answers.push(Value::from(seen[..events].to_vec()).to_string());
    answers
}

#[tokio::test]
async fn the_same_questions_have_the_same_answers_elsewhere() {
    let here = App::start().await;
    let there = App::start().await;
    let controller = here.controller.to_string();
    let filled = fill::controller(&here).await;
    let own = answers(&here.owner(), filled.events).await;
    let exported = Exported::of(here.database(), &controller, "export.ndjson").await;

    succeeded(&import(there.database(), &exported.path).await);

    let again = Exported::of(there.database(), &controller, "again.ndjson").await;
    assert_eq!(exported.rows(), again.rows());
    let actor = there.actor_of(here.controller, Role::Owner).await;
    assert_eq!(answers(&actor, filled.events).await, own);
    let survey = Survey::of(there.database()).await;
    survey.assert_gapless().await;
    survey.assert_no_halves().await;
    survey.close().await;

    // And life goes on: the keys and the indexes are those of the new installation.
    let spamhaus = json!({ "name": "SPAMHAUS", "role": "PRIVATE_PARTY" });
    let client = json!({ "externalId": { "system": "whmcs", "id": 42 } });
    let variables = build::disclosure(&spamhaus, &[client]);
    let query = RECORD_DISCLOSURE.replace("disclosure { id", "disclosure { recipient { id }");
    let recorded = actor.run(&query, variables).await;
    let recipient = recorded.text_at("recordDisclosure.disclosure.recipient.id");
    assert_eq!(recipient, filled.ids.recipient);
    here.stop().await;
    there.stop().await;
}

/// Of what was erased, the export says that it was there, and no more; and so does the import.
#[tokio::test]
async fn what_was_erased_stays_erased() {
    let here = App::start().await;
    let there = App::start().await;
    let controller = here.controller.to_string();
    let filled = fill::controller(&here).await;
    fill::erase(here.database(), &filled.ids.customer).await;

    let exported = Exported::of(here.database(), &controller, "export.ndjson").await;
    assert!(!exported.text.contains("Client 42"));
    assert!(exported.text.contains("Client 43"));
    assert!(exported.text.contains(r#""name":{"erased":true}"#));
    succeeded(&import(there.database(), &exported.path).await);

    let again = Exported::of(there.database(), &controller, "again.ndjson").await;
    assert_eq!(exported.rows(), again.rows());
    let actor = there.actor_of(here.controller, Role::Owner).await;
    let query =
        "query($by: CustomerLookupInput!) { customer(by: $by) { name identifiers { value } } }";
    let by = json!({ "by": { "id": filled.ids.customer } });
    let seen = actor.run(query, by).await;
    assert_eq!(seen.get("customer.name"), &Value::Null);
    // Those of a customer that was merged into it are under that one's key.
    let identifiers = seen.get("customer.identifiers").as_array().unwrap();
    let gone = identifiers.iter().filter(|one| one["value"].is_null());
    assert_eq!(gone.count(), 3, "{identifiers:?}");
    let by = json!({ "by": { "externalId": { "system": "whmcs", "id": 42 } } });
    assert_eq!(actor.run(query, by).await.get("customer"), &Value::Null);
    here.stop().await;
    there.stop().await;
}

/// More rows than are read or written at once.
#[tokio::test]
async fn many_rows_leave_and_arrive_in_parts() {
    let here = App::start().await;
    let there = Database::new().await;
    let controller = here.controller.to_string();
    fill::many(&here.owner()).await;
    // What gets a number meanwhile is another export.
    let survey = Survey::of(here.database()).await;
    survey.assert_gapless().await;
    survey.close().await;
    let exported = Exported::of(here.database(), &controller, "export.ndjson").await;
    let counts = exported.counts();
    for table in ["assignment", "disclosure_category", "event"] {
        assert!(counts[table] > 1_000, "{table}: {}", counts[table]);
    }

    succeeded(&command(&there, &["migrate"]).await);
    succeeded(&import(&there, &exported.path).await);

    let again = Exported::of(&there, &controller, "again.ndjson").await;
    assert_eq!(exported.rows(), again.rows());
    here.stop().await;
    there.remove().await;
}

/// An import that died is known by the logs that are not there, and the same file finishes it.
#[tokio::test]
async fn an_interrupted_import_is_finished_by_the_same_file() {
    let here = App::start().await;
    let there = Database::new().await;
    let controller = here.controller.to_string();
    fill::controller(&here).await;
    let exported = Exported::of(here.database(), &controller, "export.ndjson").await;
    succeeded(&command(&there, &["migrate"]).await);
    succeeded(&import(&there, &exported.path).await);
    fill::interrupt(&there).await;

    succeeded(&import(&there, &exported.path).await);

    let again = Exported::of(&there, &controller, "again.ndjson").await;
    assert_eq!(exported.rows(), again.rows());
    let said = failed(&import(&there, &exported.path).await);
    assert!(said.contains("already"), "{said}");
    here.stop().await;
    there.remove().await;
}

#[tokio::test]
async fn the_controller_may_have_another_name_there() {
    let here = App::start().await;
    let there = Database::new().await;
    let controller = here.controller.to_string();
    let exported = Exported::of(here.database(), &controller, "export.ndjson").await;
    succeeded(&command(&there, &["migrate"]).await);
    let path = exported.path.display().to_string();
    let nameless = command(&there, &["import", &path, "--controller-name", " "]).await;
    failed(&nameless);
    succeeded(&command(&there, &["import", &path, "--controller-name", "Copy"]).await);
    let listed = command(&there, &["controller", "list"]).await;
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(
        listed.contains("Copy") && listed.contains(&controller),
        "{listed}"
    );
    here.stop().await;
    there.remove().await;
}
