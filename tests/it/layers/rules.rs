//! The rules of the layers, over files as pairs of path and text.

use std::collections::{BTreeMap, BTreeSet};

use super::source::{Source, sources};

/// A broken rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub file: String,
    pub line: usize,
    /// What is there and should not be, or should be and is not: an exception names it.
    pub what: String,
    pub why: String,
}

/// The longest file, in lines.
const LONGEST: usize = 500;

/// The parts of a capability.
const PARTS: [&str; 5] = ["mod", "service", "rules", "store", "graphql"];

/// Where statements are, beside the stores.
const SQL: [&str; 5] = [
    "api/src/context/idempotency.rs",
    "api/src/platform/db/mod.rs",
    "api/src/platform/db/statement.rs",
    "api/src/platform/db/fault.rs",
    "api/src/vault/epochs.rs",
];

/// Where a transaction without an event may begin.
const HOUSEKEEPING: [&str; 14] = [
    "api/src/context/idempotency.rs",
    "api/src/customers/service/snapshot.rs",
    "api/src/ledger/sequencer.rs",
    "api/src/disclosures/service/follow.rs",
    "api/src/auth/service/mod.rs",
    "api/src/requests/service/codes.rs",
    // Leases, and files that are not whole yet.
    "api/src/tasks/service/claim.rs",
    "api/src/tasks/service/files.rs",
    // What there was to do was done: each task has its event.
    "api/src/incidents/service/notices.rs",
    // Parts of what is not whole yet, or not any more.
    "api/src/packages/service/build.rs",
    "api/src/packages/service/expire.rs",
    // A key, which belongs to no record.
    "api/src/preferences/service/address.rs",
    // Reading changes nothing, and is written down all the same.
    "api/src/access_log/service.rs",
    // The events of an import are among its rows, and must stay as they are.
    "api/src/transfer/service/import.rs",
];

/// Where a transaction begins; services begin at `ctx` only.
const BEGINNING: [&str; 3] = [
    "api/src/context.rs",
    "api/src/context/idempotency.rs",
    "api/src/vault/epochs.rs",
];

/// What a file without statements may know of the database.
const CONNECTIONS: [&str; 3] = [
    "ConnectionTrait",
    "DatabaseConnection",
    "DatabaseTransaction",
];

/// How a text begins that is a statement.
const STATEMENTS: [&str; 9] = [
    "select ",
    "insert into ",
    "delete from ",
    "update ",
    "with ",
    "create table ",
    "alter table ",
    "drop table ",
    "pragma ",
];

/// The map of the crate: the table in the head of `lib.rs`.
#[derive(Debug, Default)]
struct Map {
    rows: BTreeMap<&'static str, BTreeSet<String>>,
    /// Which capability may use which.
    edges: BTreeMap<String, BTreeSet<String>>,
}

impl Map {
    fn of(lib: &str) -> Self {
        let mut map = Self::default();
        for line in lib.lines().filter_map(|line| line.strip_prefix("//! ")) {
            let row: Vec<_> = line.split('|').map(str::trim).collect();
            if let [_, names, what, _] = row.as_slice() {
                let kinds = [
                    ("the doors", "entry"),
                    ("the capabilities", "capability"),
                    ("share", "graphql"),
                    ("the spine", "spine"),
                    ("technical parts", "platform"),
                ];
                if let Some((_, kind)) = kinds.iter().find(|(mark, _)| what.contains(mark)) {
                    map.rows.entry(kind).or_default().extend(quoted(names));
                }
            }
            if let Some((from, to)) = line
                .strip_prefix("- ")
                .and_then(|line| line.split_once("->"))
            {
                for from in quoted(from) {
                    map.edges.entry(from).or_default().extend(quoted(to));
                }
            }
        }
        map
    }

    fn kind(&self, folder: &str) -> &'static str {
        let row = self.rows.iter().find(|(_, names)| names.contains(folder));
        row.map_or("", |(kind, _)| kind)
    }

    fn capabilities(&self) -> impl Iterator<Item = &String> {
        self.rows.get("capability").into_iter().flatten()
    }

    /// Whether a capability leads to another along the table, in one step or more.
    fn leads(&self, from: &str, to: &str, steps: usize) -> bool {
        let next = self.edges.get(from).into_iter().flatten();
        steps > 0
            && next
                .into_iter()
                .any(|next| next == to || self.leads(next, to, steps - 1))
    }
}

fn quoted(text: &str) -> impl Iterator<Item = String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned)
}

/// Every broken rule in some files; `files` are paths below the root of the project with their texts.
pub fn check(files: &[(String, String)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, text) in files {
        shape(file, text, &mut findings);
    }
    let lib = files.iter().find(|(file, _)| file == "api/src/lib.rs");
    let map = Map::of(lib.map_or("", |(_, text)| text));
    let sources = sources(files);
    let checker = Checker {
        map: &map,
        sources: &sources,
    };
    checker.map(&mut findings);
    for source in &sources {
        let mut add = |line, what: &str, why: &str| {
            findings.push(Finding {
                file: source.file.clone(),
                line,
                what: what.to_owned(),
                why: why.to_owned(),
            });
        };
        checker.directions(source, &mut add);
        checker.parts(source, &mut add);
        checker.statements(source, &mut add);
        checker.transactions(source, &mut add);
    }
    findings
}

fn shape(file: &str, text: &str, findings: &mut Vec<Finding>) {
    let mut add = |line, what: &str, why: &str| {
        let (file, what, why) = (file.to_owned(), what.to_owned(), why.to_owned());
        findings.push(Finding {
            file,
            line,
            what,
            why,
        });
    };
    if text.lines().count() > LONGEST {
        add(
            LONGEST + 1,
            "length",
            "a file stops at 500 lines, then it becomes a folder",
        );
    }
    if file.strip_suffix(".rs").is_some() && !text.starts_with("//!") {
        add(1, "head", "a file begins with what it owns and must not do");
    }
}

type Add<'a> = &'a mut dyn FnMut(usize, &str, &str);

struct Checker<'a> {
    map: &'a Map,
    sources: &'a [Source],
}

impl Checker<'_> {
    /// The table in `lib.rs` names every module, has no circle, and the capabilities have their parts.
    fn map(&self, findings: &mut Vec<Finding>) {
        let mut add = |file: &str, what: &str, why: &str| {
            let (file, what, why) = (file.to_owned(), what.to_owned(), why.to_owned());
            findings.push(Finding {
                file,
                line: 1,
                what,
                why,
            });
        };
        let folders: BTreeSet<_> = self.sources.iter().map(Source::folder).collect();
        for folder in folders.iter().filter(|folder| !folder.is_empty()) {
            if self.map.kind(folder).is_empty() {
                add(
                    "api/src/lib.rs",
                    folder,
                    "is a module that the table in the head does not name",
                );
            }
        }
        for name in self
            .map
            .edges
            .iter()
            .flat_map(|(from, to)| to.iter().chain([from]))
        {
            if self.map.kind(name) != "capability" {
                add(
                    "api/src/lib.rs",
                    name,
                    "is no capability, but the list of directions names it",
                );
            }
        }
        for name in self.map.capabilities() {
            if self.map.leads(name, name, self.map.edges.len()) {
                add(
                    "api/src/lib.rs",
                    name,
                    "uses itself through others: capabilities form no circle",
                );
            }
            let parts: BTreeSet<_> = self
                .sources
                .iter()
                .filter(|one| one.folder() == name)
                .map(Source::part)
                .collect();
            for part in PARTS.iter().filter(|part| !parts.contains(*part)) {
                let why = "is missing: every capability has mod, service, rules, store, graphql";
                add(&format!("api/src/{name}"), part, why);
            }
        }
    }

    fn kind(&self, source: &Source) -> &'static str {
        self.map.kind(source.folder())
    }

    /// Who may use whom.
    fn directions(&self, source: &Source, add: Add<'_>) {
        let (own, kind) = (source.folder(), self.kind(source));
        let in_graphql = source.part() == "graphql";
        for named in &source.paths {
            let [root, to, rest @ ..] = named.path.as_slice() else {
                continue;
            };
            let to_kind = self.map.kind(to);
            if root != "crate" || to == own || to_kind.is_empty() {
                continue;
            }
            let why = match (kind, to_kind) {
                ("entry", _) | ("", _) => continue,
                (_, "entry") => "nothing uses the doors",
                ("platform", _) if to == "error" => continue,
                ("platform", _) => "platform names no other module but error",
                ("spine" | "graphql", "capability") => "the spine knows no capability",
                ("spine" | "capability", "graphql") if !in_graphql => {
                    "only graphql.rs knows the parts of the schema that all share"
                }
                ("capability", "capability") => match self.between(own, in_graphql, to, rest) {
                    Some(why) => why,
                    None => continue,
                },
                _ => continue,
            };
            add(named.line, &named.path.join("::"), why);
        }
    }

    /// What is wrong with a use of another capability.
    fn between(
        &self,
        own: &str,
        in_graphql: bool,
        to: &str,
        rest: &[String],
    ) -> Option<&'static str> {
        let part = rest.first().map_or("service", String::as_str);
        let is_module = self
            .sources
            .iter()
            .any(|one| one.folder() == to && one.part() == part);
        let open = if in_graphql {
            ["service", "graphql"]
        } else {
            ["service", "service"]
        };
        if is_module && !open.contains(&part) {
            return Some(
                "of another capability, only the service and what it re-exports may be used",
            );
        }
        let listed = self
            .map
            .edges
            .get(own)
            .is_some_and(|to_names| to_names.contains(to));
        (!in_graphql && !listed).then_some("is not in the list of directions in lib.rs")
    }

    /// What the parts of a capability, and of the spine, may know.
    fn parts(&self, source: &Source, add: Add<'_>) {
        if matches!(self.kind(source), "entry" | "platform" | "") {
            return;
        }
        let forbidden: &[&str] = match source.part() {
            "rules" => &[
                "async",
                "await",
                "tokio",
                "sea_orm",
                "async_graphql",
                "poem",
            ],
            "service" | "store" => &["async_graphql", "poem"],
            "graphql" => &["sea_orm", "poem"],
            _ if source.folder() == "graphql" => &["sea_orm", "poem"],
            _ => &["poem"],
        };
        for token in source.tokens.iter().filter(|token| !token.literal) {
            if forbidden.contains(&token.text.as_str()) {
                let why = format!("must not be known in {} files", source.part());
                add(token.line, &token.text, &why);
            }
        }
        for named in &source.paths {
            let [_, folder, rest @ ..] = named.path.as_slice() else {
                continue;
            };
            let part = rest.first().map_or("", String::as_str);
            let why = match (source.part(), folder.as_str(), part) {
                _ if named.path.first().is_none_or(|root| root != "crate") => continue,
                ("rules", "context", _) => "rules get what they need passed in",
                ("rules", "platform", "clock" | "db" | "random" | "config") => {
                    "rules get what they need passed in"
                }
                ("rules", _, "store" | "service" | "graphql") => "rules know no other part",
                ("service" | "store", _, "graphql") => "services and stores know no GraphQL",
                ("store", own, "service") if own != source.folder() => "a store asks no service",
                ("graphql", _, "store" | "rules") => "graphql.rs asks the service only",
                _ => continue,
            };
            add(named.line, &named.path.join("::"), why);
        }
    }

    /// Statements are in the stores and in a few listed files.
    fn statements(&self, source: &Source, add: Add<'_>) {
        let is_store = source.part() == "store" && self.kind(source) != "entry";
        if is_store || SQL.contains(&source.file.as_str()) {
            return;
        }
        for named in source
            .paths
            .iter()
            .filter(|named| named.path.first().is_some_and(|root| root == "sea_orm"))
        {
            let known = named
                .path
                .get(1)
                .is_some_and(|name| CONNECTIONS.contains(&name.as_str()));
            if !known {
                add(
                    named.line,
                    &named.path.join("::"),
                    "statements are in store.rs only",
                );
            }
        }
        for (at, token) in source.tokens.iter().enumerate() {
            let text = token.text.as_str();
            let query = match text {
                "Entity" | "Column" => source.reads(at + 1, &["::"]),
                "Statement" | "execute_unprepared" | "execute_raw" | "query_one_raw"
                | "query_all_raw" => true,
                _ => false,
            };
            if (token.literal && is_statement(text)) || (!token.literal && query) {
                add(token.line, text, "statements are in store.rs only");
            }
        }
    }

    /// Transactions begin where they are expected to.
    fn transactions(&self, source: &Source, add: Add<'_>) {
        let file = source.file.as_str();
        for at in 0..source.tokens.len() {
            let Some(name) = source.tokens.get(at + 1) else {
                continue;
            };
            if !source.reads(at, &["."]) || name.literal || !source.reads(at + 2, &["("]) {
                continue;
            }
            let before = at.checked_sub(1).and_then(|at| source.tokens.get(at));
            let of_ctx = before.is_some_and(|before| before.text == "ctx");
            let in_service = source.part() == "service" && self.kind(source) != "entry";
            let expected = match name.text.as_str() {
                "housekeeping" => HOUSEKEEPING.contains(&file),
                "begin" => BEGINNING.contains(&file) || (in_service && of_ctx),
                "begin_once" => in_service && of_ctx,
                "begin_with_config"
                | "begin_with_options"
                | "transaction"
                | "transaction_with_config" => file == "api/src/platform/db/mod.rs",
                _ => true,
            };
            if !expected {
                let why = "a change begins at Ctx in a service; housekeeping in listed files";
                add(name.line, &name.text, why);
            }
        }
    }
}

fn is_statement(text: &str) -> bool {
    let text = text.trim_start().to_lowercase();
    let more = match text.split_whitespace().next() {
        Some("update") => text.contains(" set "),
        Some("with") => text.contains(" as ("),
        _ => true,
    };
    more && STATEMENTS.iter().any(|start| text.starts_with(start))
}
