//! The files of an export: what is in them, who may read them, and what is refused.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::Value;

use super::{Exported, failed, fill, import, rows, succeeded};
use crate::harness::poll::feed;
use crate::harness::process::command;
use crate::harness::survey::Survey;
use crate::harness::{App, Database};

/// Tables that are not exported, with the reason.
const LEFT_OUT: &[(&str, &str)] = &[
    (
        "access_package",
        "made again from the others, when somebody orders one",
    ),
    ("access_package_chunk", "as packages"),
    ("access_package_link", "they work here only"),
    (
        "blind_index",
        "keyed digests: made again from the texts of the rows",
    ),
    ("idempotency", "keyed digests, which expire"),
    ("keyring_epoch", "of the installation"),
    ("snapshot", "of the moment"),
    ("snapshot_value", "of the moment"),
    ("token", "they work here only"),
];

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Every table leaves, or it is said why not: one that is added must not be forgotten.
#[tokio::test]
async fn tables_have_a_file_each_with_as_many_rows_as_there_are() {
    let app = App::start().await;
    let controller = app.controller.to_string();
    fill::controller(&app).await;
    let exported = Exported::of(app.database(), &controller, "export.ndjson").await;
    let folder = app.database().folder().join("tables");
    let out = folder.display().to_string();
    let arguments = ["export", "--format", "csv", "--out", &out];
    succeeded(&command(app.database(), &arguments).await);

    assert_eq!((mode(&folder), mode(&exported.path)), (0o700, 0o600));
    let mut tables = BTreeSet::new();
    for (table, count) in exported.counts() {
        let path = folder.join(format!("{table}.csv"));
        assert_eq!(mode(&path), 0o600, "{table}");
        let mut reader = csv::Reader::from_path(&path).unwrap();
        let rows = reader.records().map(Result::unwrap).count();
        // Those who follow the ledger go on meanwhile.
        // That everything was exported is written down before each time.
        let more = u64::from(table == "access_log_entry");
        let same = u64::try_from(rows).unwrap() == count + more;
        assert!(same || table == "follower", "{table}: {rows}, not {count}");
        assert!(count > 0, "{table} is empty");
        tables.insert(table);
    }
    assert_eq!(tables.len(), fs::read_dir(&folder).unwrap().count());
    let left_out = LEFT_OUT.iter().map(|(table, _)| (*table).to_owned());
    tables.extend(left_out);
    // Controllers come with their logs.
    assert_eq!(
        tables,
        entities(),
        "export the table, or say in LEFT_OUT why not"
    );

    let mut customers = csv::Reader::from_path(folder.join("customer.csv")).unwrap();
    let place = customers
        .headers()
        .unwrap()
        .iter()
        .position(|name| name == "name");
    let place = place.unwrap();
    let names: Vec<_> = customers
        .records()
        .map(|row| row.unwrap()[place].to_owned())
        .collect();
    assert!(names.contains(&fill::AWKWARD.to_owned()), "{names:?}");
    app.stop().await;
}

fn entities() -> BTreeSet<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../entity/src");
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.is_file())
        .filter(|path| {
            fs::read_to_string(path)
                .unwrap()
                .contains("DeriveEntityModel")
        })
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn nothing_is_written_over_and_standard_output_has_nothing_but_the_export() {
    let app = App::start().await;
    let controller = app.controller.to_string();
    // What gets a number meanwhile is another export.
    feed(&app.owner(), |seen| seen.len() == 2).await;
    let exported = Exported::of(app.database(), &controller, "export.ndjson").await;
    for format in ["ndjson", "csv"] {
        let out = exported.path.display().to_string();
        let arguments = ["export", "--format", format, "--out", &out];
        failed(&command(app.database(), &arguments).await);
    }
    assert_eq!(fs::read_to_string(&exported.path).unwrap(), exported.text);
    let arguments = ["export", "--format", "ndjson", "--out", "-", "--progress"];
    let output = command(app.database(), &arguments).await;
    succeeded(&output);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(rows(&text), exported.rows());
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        told.contains("exporting") && told.contains("rows"),
        "{told}"
    );
    app.stop().await;
}

/// A file with something wrong in it: what it is, and what is said of it.
fn broken(text: &str) -> Vec<(&'static str, String, &'static str)> {
    let lines: Vec<_> = text.lines().collect();
    let whole = |lines: &[&str]| format!("{}\n", lines.join("\n"));
    let without_end = &lines[..lines.len() - 1];
    let at = |part: &str| lines.iter().position(|line| line.contains(part)).unwrap();
    let (customer, event) = (at(r#""table":"customer""#), at(r#""table":"event""#));
    let mut swapped = lines.clone();
    swapped.swap(customer, event);
    let mut fewer = lines.clone();
    fewer.remove(customer);
    let mut event_line: Value = serde_json::from_str(lines[event]).unwrap();
    event_line["row"]["leaf_hash"] = Value::from("00".repeat(32));
    let event_line = event_line.to_string();
    let mut forged = lines.clone();
    forged[event] = &event_line;
    let mut more = lines.clone();
    more.push(lines[customer]);
    let replaced = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    };
    vec![
        ("nothing", String::new(), "line 1"),
        ("no end", whole(without_end), "not whole"),
        (
            "half a line",
            text.chars().take(text.chars().count() - 20).collect(),
            "not whole",
        ),
        ("something else", "{}\n".to_owned(), "line 1"),
        (
            "another version",
            replaced(r#""version":1"#, r#""version":2"#),
            "version",
        ),
        (
            "other rules",
            replaced(r#""normaliser":1"#, r#""normaliser":9"#),
            "rules",
        ),
        (
            "another name",
            replaced("Client 42", "Client 77"),
            "does not fit",
        ),
        (
            "rows in another order",
            whole(&swapped),
            "not where rows of its table",
        ),
        ("a row less", whole(&fewer), "does not fit"),
        ("a leaf with another hash", whole(&forged), "leaf"),
        ("a row after the end", whole(&more), "there is more"),
        (
            "another value",
            replaced(r#""kind":"PERSON""#, r#""kind":"CANARY""#),
            "kind",
        ),
        (
            "another column",
            replaced(r#""normal_name""#, r#""other_name""#),
            "normal_name",
        ),
        (
            "another table",
            replaced(r#""table":"brand""#, r#""table":"brands""#),
            "table",
        ),
        (
            "an id of another kind",
            replaced(r#""brand_id":"brd_"#, r#""brand_id":"cus_"#),
            "brand_id",
        ),
    ]
}

#[tokio::test]
async fn what_is_no_whole_export_is_refused_and_changes_nothing() {
    let here = App::start().await;
    let there = Database::new().await;
    let controller = here.controller.to_string();
    fill::controller(&here).await;
    let exported = Exported::of(here.database(), &controller, "export.ndjson").await;
    succeeded(&command(&there, &["migrate"]).await);
    let survey = Survey::of(&there).await;
    let before = survey.sizes().await;
    let path = there.folder().join("broken.ndjson");
    for (what, text, expected) in broken(&exported.text) {
        fs::write(&path, text).unwrap();
        let said = failed(&import(&there, &path).await);
        assert!(said.contains(expected), "{what}: {said}");
        assert!(
            !said.contains("CANARY") && !said.contains("Client"),
            "{what}: {said}"
        );
        assert_eq!(survey.sizes().await, before, "{what}");
    }
    survey.close().await;
    failed(&import(&there, Path::new("/nowhere/export.ndjson")).await);

    // Where the controller is, it is not changed by an export of itself.
    let survey = Survey::of(here.database()).await;
    let before = survey.sizes().await;
    let said = failed(&import(here.database(), &exported.path).await);
    assert!(said.contains("already"), "{said}");
    assert_eq!(survey.sizes().await, before);
    survey.close().await;
    here.stop().await;
    there.remove().await;
}
