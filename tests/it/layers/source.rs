//! A Rust source as the rules see it: its tokens, and the paths that it names.

use std::collections::{BTreeMap, BTreeSet};

use super::lexer::{Token, reads, tokens, without_tests};

/// A path as it is meant: from `crate`, or from another crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub line: usize,
    pub path: Vec<String>,
}

/// A source of the crate.
#[derive(Debug)]
pub struct Source {
    /// Below the root of the project.
    pub file: String,
    /// The module, from the root of the crate.
    pub module: Vec<String>,
    pub tokens: Vec<Token>,
    /// Without aliases, `self` and `super`.
    pub paths: Vec<Named>,
}

impl Source {
    /// Whether the tokens from `at` on are these.
    pub fn reads(&self, at: usize, texts: &[&str]) -> bool {
        reads(&self.tokens, at, texts)
    }

    /// The part of its capability that it belongs to: `service`, `rules`, `store`, `graphql` or another name.
    pub fn part(&self) -> &str {
        self.module.get(1).map_or("mod", String::as_str)
    }

    /// The first module of its path; empty for `lib.rs` and `main.rs`.
    pub fn folder(&self) -> &str {
        self.module.first().map_or("", String::as_str)
    }
}

/// The sources among some files, those that exist for tests only left out.
pub fn sources(files: &[(String, String)]) -> Vec<Source> {
    let mut parsed = Vec::new();
    let mut tests_only = BTreeSet::new();
    for (file, text) in files {
        let Some(inner) = file
            .strip_prefix("api/src/")
            .and_then(|name| name.strip_suffix(".rs"))
        else {
            continue;
        };
        let mut module: Vec<_> = inner.split('/').map(str::to_owned).collect();
        if matches!(
            module.last().map(String::as_str),
            Some("mod" | "lib" | "main")
        ) {
            module.pop();
        }
        let (tokens, dropped) = without_tests(tokens(text));
        for name in dropped {
            tests_only.insert([module.clone(), vec![name]].concat());
        }
        parsed.push((file.clone(), module, tokens));
    }
    parsed.retain(|(_, module, _)| !tests_only.contains(module));
    let modules: BTreeSet<_> = parsed.iter().map(|(_, module, _)| module.clone()).collect();
    parsed
        .into_iter()
        .map(|(file, module, tokens)| {
            let paths = resolve(&module, &modules, leaves(&tokens));
            Source {
                file,
                module,
                tokens,
                paths,
            }
        })
        .collect()
}

/// A path as it is written, with the name that it has from here on where it is imported.
struct Leaf {
    line: usize,
    path: Vec<String>,
    alias: Option<String>,
}

fn leaves(tokens: &[Token]) -> Vec<Leaf> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(token) = tokens.get(at) {
        let before = at.checked_sub(1).and_then(|at| tokens.get(at));
        let continues = before.is_some_and(|before| before.is("::") || before.is("."));
        if token.is_word() && !continues && reads(tokens, at + 1, &["::"]) {
            let imported = before.is_some_and(|before| before.is("use"));
            let from = found.len();
            at = tree(tokens, at, &[], &mut found);
            if !imported {
                found
                    .iter_mut()
                    .skip(from)
                    .for_each(|leaf: &mut Leaf| leaf.alias = None);
            }
        } else {
            at += 1;
        }
    }
    found
}

/// Reads one path, or a tree of paths in braces; gives the place behind it.
fn tree(tokens: &[Token], mut at: usize, prefix: &[String], found: &mut Vec<Leaf>) -> usize {
    let mut path = prefix.to_vec();
    loop {
        let Some(token) = tokens.get(at) else {
            return at;
        };
        let line = token.line;
        if token.is("{") {
            at += 1;
            while let Some(token) = tokens.get(at).filter(|token| !token.is("}")) {
                at = if token.is(",") {
                    at + 1
                } else {
                    tree(tokens, at, &path, found).max(at + 1)
                };
            }
            return at + 1;
        }
        if !token.is_word() {
            let alias = None;
            found.push(Leaf { line, path, alias });
            return at;
        }
        if !token.is("self") || path.is_empty() {
            path.push(token.text.clone());
        }
        if reads(tokens, at + 1, &["::"]) {
            at += 2;
            continue;
        }
        let renamed = tokens
            .get(at + 2)
            .filter(|_| reads(tokens, at + 1, &["as"]));
        let alias = renamed
            .map(|name| name.text.clone())
            .or_else(|| path.last().cloned());
        found.push(Leaf { line, path, alias });
        return if renamed.is_some() { at + 3 } else { at + 1 };
    }
}

/// What paths mean in a module.
fn resolve(module: &[String], modules: &BTreeSet<Vec<String>>, leaves: Vec<Leaf>) -> Vec<Named> {
    let absolute = |path: &[String]| absolute(module, modules, path);
    let aliases: BTreeMap<String, Vec<String>> = leaves
        .iter()
        .filter_map(|leaf| Some((leaf.alias.clone()?, absolute(&leaf.path)?)))
        .collect();
    leaves
        .into_iter()
        .map(|leaf| {
            let through = leaf.path.split_first().filter(|_| leaf.alias.is_none());
            let through = through.and_then(|(first, rest)| Some((aliases.get(first)?, rest)));
            let path = match through {
                Some((base, rest)) => [base.as_slice(), rest].concat(),
                None => absolute(&leaf.path).unwrap_or(leaf.path),
            };
            Named {
                line: leaf.line,
                path,
            }
        })
        .collect()
}

/// A path from the root of the crate; none for what is another crate's.
fn absolute(
    module: &[String],
    modules: &BTreeSet<Vec<String>>,
    path: &[String],
) -> Option<Vec<String>> {
    let (first, rest) = path.split_first()?;
    let (base, rest) = match first.as_str() {
        "crate" => (&[][..], rest),
        "self" => (module, rest),
        "super" => {
            let more = rest.iter().take_while(|part| *part == "super").count();
            let kept = module.len().checked_sub(1 + more)?;
            (module.get(..kept)?, rest.get(more..)?)
        }
        _ => {
            let child: Vec<_> = module.iter().chain([first]).cloned().collect();
            (modules.contains(&child).then_some(module)?, path)
        }
    };
    let root = "crate".to_owned();
    Some(
        std::iter::once(&root)
            .chain(base)
            .chain(rest)
            .cloned()
            .collect(),
    )
}

#[test]
fn paths_are_found_wherever_they_are_written() {
    let files = [
        ("api/src/b/mod.rs", "mod store; mod service;"),
        ("api/src/b/store.rs", ""),
        ("api/src/b/service/mod.rs", "#[cfg(test)] mod tests;"),
        ("api/src/b/service/tests.rs", "use crate::nowhere::X;"),
        (
            "api/src/b/service/deep.rs",
            "use crate::{a::{self, rules as r}, c};\nuse super::super::store;
             fn f() { a::x(); r::y(); store::z::<u8>(); c::w(); std::mem::take(&mut 1); }",
        ),
    ]
    .map(|(path, text)| (path.to_owned(), text.to_owned()));
    let all = sources(&files);
    assert_eq!(all.len(), 4, "a module for tests only is left out");
    let paths: Vec<_> = all[3]
        .paths
        .iter()
        .map(|named| named.path.join("::"))
        .collect();
    let expected = [
        "crate::a",
        "crate::a::rules",
        "crate::c",
        "crate::b::store",
        "crate::a::x",
        "crate::a::rules::y",
        "crate::b::store::z",
        "crate::c::w",
        "std::mem::take",
    ];
    assert_eq!(paths, expected);
}
