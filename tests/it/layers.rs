//! The layers of the crate: reads the sources and fails, naming file and line, where a rule of the architecture is
//! broken. What the rules are is in `layers/rules.rs`, what may break one, and why, in the list below.

mod lexer;
mod rules;
mod source;

use std::path::Path;

use rules::{Finding, check};

/// The root of the project.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// What breaks a rule and may: file, what is in it, why. An exception that is not needed any more fails.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    (
        "api/src/transfer",
        "graphql",
        "its only door is the command line: what leaves is everything, in the clear",
    ),
    (
        "api/src/auth/graphql.rs",
        "crate::auth::rules",
        "a viewer's actions are what the role table says",
    ),
    (
        "api/src/auth/graphql.rs",
        "crate::auth::rules::actions_of",
        "a viewer's actions are what the role table says",
    ),
    (
        "api/src/vault/mod.rs",
        "begin",
        "data keys are made before the change that uses them begins",
    ),
    (
        "api/src/entry/http/probes.rs",
        "execute_unprepared",
        "asks whether the database answers",
    ),
    (
        "api/src/entry/http/probes.rs",
        "select 1",
        "asks whether the database answers",
    ),
    (
        "api/src/entry/cli/doctor.rs",
        "execute_unprepared",
        "asks whether the database answers",
    ),
    (
        "api/src/entry/cli/doctor.rs",
        "select 1",
        "asks whether the database answers",
    ),
];

/// The files under the rules, as paths below the root and texts.
fn project() -> Vec<(String, String)> {
    let mut files = Vec::new();
    for folder in ["api/src", "entity/src", "migration/src", "tests"] {
        read(&Path::new(ROOT).join(folder), folder, &mut files);
    }
    files
}

fn read(folder: &Path, name: &str, files: &mut Vec<(String, String)>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(Result::unwrap)
        .collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let own = entry.file_name().into_string().unwrap();
        let (path, file) = (entry.path(), format!("{name}/{own}"));
        // What tools make or keep is not ours.
        if own.starts_with('.')
            || matches!(
                own.as_str(),
                "node_modules" | "__pycache__" | "package-lock.json"
            )
        {
            continue;
        }
        if path.is_dir() {
            read(&path, &file, files);
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            files.push((file, text));
        }
    }
}

fn excepted(finding: &Finding) -> bool {
    EXCEPTIONS
        .iter()
        .any(|(file, what, _)| *file == finding.file && *what == finding.what)
}

#[test]
fn every_file_keeps_to_the_layers() {
    let files = project();
    assert!(files.len() > 100, "the sources were read: {}", files.len());
    let findings = check(&files);
    let broken: Vec<_> = findings
        .iter()
        .filter(|finding| !excepted(finding))
        .map(
            |Finding {
                 file,
                 line,
                 what,
                 why,
             }| format!("{file}:{line}: {what}: {why}"),
        )
        .collect();
    assert!(broken.is_empty(), "broken rules:\n{}", broken.join("\n"));
    for (file, what, _) in EXCEPTIONS {
        let needed = findings
            .iter()
            .any(|finding| finding.file == *file && finding.what == *what);
        assert!(
            needed,
            "tests/it/layers.rs: the exception for {what} in {file} is not needed any more"
        );
    }
}

/// A project that breaks no rule.
const LIB: &str = "//! | module | what it is |
//! |---|---|
//! | `entry` | the doors |
//! | `alpha` `beta` `gamma` | the capabilities |
//! | `graphql` | what the types share |
//! | `context` `error` | the spine |
//! | `platform` | technical parts |
//!
//! - `alpha` -> `beta`
";

fn small(changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut files = vec![("api/src/lib.rs".to_owned(), LIB.to_owned())];
    for name in [
        "entry/mod",
        "graphql/mod",
        "context",
        "error",
        "platform/mod",
        "platform/db",
    ] {
        files.push((format!("api/src/{name}.rs"), "//! Head.\n".to_owned()));
    }
    for capability in ["alpha", "beta", "gamma"] {
        for part in ["mod", "service", "rules", "store", "graphql"] {
            files.push((
                format!("api/src/{capability}/{part}.rs"),
                "//! Head.\n".to_owned(),
            ));
        }
    }
    for (file, text) in changes {
        match files.iter_mut().find(|(known, _)| known == file) {
            Some((_, known)) => known.push_str(text),
            None => files.push(((*file).to_owned(), format!("//! Head.\n{text}"))),
        }
    }
    files
}

fn found(changes: &[(&str, &str)]) -> Vec<(String, usize, String)> {
    let found = check(&small(changes)).into_iter();
    found
        .map(|finding| (finding.file, finding.line, finding.what))
        .collect()
}

#[test]
fn what_is_allowed_is_not_found() {
    let allowed = [
        (
            "api/src/alpha/service.rs",
            "use super::{rules, store};\nuse crate::beta::{self, Thing};\nuse crate::context::Ctx;
             fn f(ctx: &Ctx) { ctx.begin(); ctx.begin_once(); beta::service::find(); store::load(); }
             // poem::Route, Entity::find(), crate::entry
             const TEXT: &str = \"with a select 1 inside, sea_orm::Statement\";
             #[cfg(test)] mod tests { use poem::Route; use crate::gamma::store; }",
        ),
        ("api/src/alpha/store.rs", "use sea_orm::QueryFilter; const SQL: &str = \"select 1\";"),
        ("api/src/alpha/graphql.rs", "use crate::gamma::graphql::G; use crate::gamma::service::g;"),
        ("api/src/alpha/rules.rs", "use crate::beta::Thing; use crate::error::Error;"),
        ("api/src/platform/db/mod.rs", "use crate::error::Error; fn f() { c.begin_with_options(); }"),
        ("api/src/entry/mod.rs", "use poem::Route; use crate::alpha::service;"),
    ];
    let found = found(&allowed);
    assert!(found.is_empty(), "{found:?}");
}

/// Files of the small project, what is added to them, and what is found then.
const BROKEN: &[(&str, &str, &str)] = &[
    (
        "platform/mod.rs",
        "use crate::context::Ctx;",
        "crate::context::Ctx",
    ),
    (
        "platform/db/mod.rs",
        "fn f() { crate::alpha::service::f(); }",
        "crate::alpha::service::f",
    ),
    (
        "context.rs",
        "use crate::alpha::Thing;",
        "crate::alpha::Thing",
    ),
    (
        "graphql/mod.rs",
        "use crate::alpha::Thing;",
        "crate::alpha::Thing",
    ),
    ("context.rs", "use crate::entry;", "crate::entry"),
    (
        "alpha/service.rs",
        "use crate::entry::cli;",
        "crate::entry::cli",
    ),
    (
        "alpha/service.rs",
        "use crate::graphql::Thing;",
        "crate::graphql::Thing",
    ),
    ("alpha/rules.rs", "async fn f() {}", "async"),
    (
        "alpha/rules.rs",
        "fn f(db: &sea_orm::DatabaseConnection) {}",
        "sea_orm",
    ),
    (
        "alpha/rules.rs",
        "use async_graphql::Enum;",
        "async_graphql",
    ),
    ("alpha/rules.rs", "use poem::Route;", "poem"),
    (
        "alpha/rules.rs",
        "use crate::context::Ctx;",
        "crate::context::Ctx",
    ),
    (
        "alpha/rules.rs",
        "use crate::platform::clock::Clock;",
        "crate::platform::clock::Clock",
    ),
    ("alpha/rules.rs", "use super::store;", "crate::alpha::store"),
    (
        "alpha/service.rs",
        "#[derive(async_graphql::Enum)] enum E {}",
        "async_graphql",
    ),
    ("alpha/service/deep.rs", "use poem::Route;", "poem"),
    (
        "alpha/store.rs",
        "use async_graphql::Object;",
        "async_graphql",
    ),
    (
        "alpha/store/deep.rs",
        "use crate::alpha::graphql::G;",
        "crate::alpha::graphql::G",
    ),
    ("alpha/graphql.rs", "use sea_orm::EntityTrait;", "sea_orm"),
    (
        "alpha/graphql.rs",
        "fn f() { super::store::load(); }",
        "crate::alpha::store::load",
    ),
    (
        "alpha/graphql.rs",
        "use crate::beta::store::load;",
        "crate::beta::store::load",
    ),
    (
        "alpha/service.rs",
        "use crate::gamma::Thing;",
        "crate::gamma::Thing",
    ),
    (
        "alpha/service.rs",
        "use crate::gamma::service::f;",
        "crate::gamma::service::f",
    ),
    (
        "alpha/service.rs",
        "use crate::beta::rules::f;",
        "crate::beta::rules::f",
    ),
    (
        "alpha/service.rs",
        "use crate::beta; fn f() { beta::store::g(); }",
        "crate::beta::store::g",
    ),
    (
        "alpha/store.rs",
        "use crate::beta::graphql::G;",
        "crate::beta::graphql::G",
    ),
    (
        "alpha/rules.rs",
        "use crate::gamma::Thing;",
        "crate::gamma::Thing",
    ),
    (
        "alpha/service.rs",
        "use sea_orm::QueryFilter;",
        "sea_orm::QueryFilter",
    ),
    (
        "alpha/service.rs",
        "fn f() { thing::Entity::find(); }",
        "Entity",
    ),
    (
        "alpha/service.rs",
        "fn f() { db.execute_unprepared(x); }",
        "execute_unprepared",
    ),
    (
        "alpha/service.rs",
        "const A: &str = \"select * from t\";",
        "select * from t",
    ),
    (
        "alpha/service.rs",
        "const A: &str = r#\" UPDATE t SET a = 1\"#;",
        " UPDATE t SET a = 1",
    ),
    ("entry/mod.rs", "use sea_orm::Statement;", "Statement"),
    (
        "alpha/service.rs",
        "fn f() { app.housekeeping(); }",
        "housekeeping",
    ),
    ("alpha/service.rs", "fn f() { db.begin(); }", "begin"),
    ("alpha/graphql.rs", "fn f() { ctx.begin(); }", "begin"),
    ("entry/mod.rs", "fn f() { ctx.begin_once(); }", "begin_once"),
    (
        "context.rs",
        "fn f() { db.transaction(|| ()); }",
        "transaction",
    ),
];

#[test]
fn each_broken_rule_is_found_where_it_is_broken() {
    for (file, text, what) in BROKEN {
        let file = format!("api/src/{file}");
        let expected = (file.clone(), 3, (*what).to_owned());
        let text = format!("\n{text}");
        let found = found(&[(file.as_str(), text.as_str())]);
        assert!(found.contains(&expected), "{file}: {text}: {found:?}");
    }
}

#[test]
fn shape_and_map_are_kept() {
    let long = "// line\n".repeat(501);
    let at = |file: &str, line, what: &str| (file.to_owned(), line, what.to_owned());
    for file in [
        "api/src/alpha/service.rs",
        "entity/src/x.rs",
        "migration/src/x.rs",
        "tests/it/x.rs",
    ] {
        assert_eq!(found(&[(file, &long)]), [at(file, 501, "length")]);
    }
    assert_eq!(
        found(&[("api/src/delta.rs", "")]),
        [at("api/src/lib.rs", 1, "delta")]
    );
    let circle = [(
        "api/src/lib.rs",
        "//! - `beta` -> `gamma`\n//! - `gamma` -> `alpha`\n",
    )];
    let names: Vec<_> = found(&circle)
        .into_iter()
        .map(|(_, _, what)| what)
        .collect();
    assert_eq!(names, ["alpha", "beta", "gamma"]);
    let stranger = [("api/src/lib.rs", "//! - `beta` -> `error`\n")];
    assert_eq!(found(&stranger), [at("api/src/lib.rs", 1, "error")]);
    let mut files = small(&[]);
    files.retain(|(file, _)| file != "api/src/beta/rules.rs");
    files.push(("api/src/context/deep.rs".to_owned(), "fn f() {}".to_owned()));
    let found: Vec<_> = check(&files)
        .into_iter()
        .map(|one| (one.file, one.line, one.what))
        .collect();
    assert_eq!(
        found,
        [
            at("api/src/context/deep.rs", 1, "head"),
            at("api/src/beta", 1, "rules")
        ]
    );
}
