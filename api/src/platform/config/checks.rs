//! Rules between keys, and the secret that comes from a file. Must not judge a single value: that
//! is `rules.rs`.

use std::io;
use std::path::{Component, Path, PathBuf};

use super::load::ConfigError;
use super::rules::Rule;
use super::{Auth, Config, Database, Limits, Secret};

impl Config {
    /// Fills in what is kept in files, and judges the keys together.
    ///
    /// # Errors
    /// Every rule broken.
    pub(super) fn settle(mut self) -> Result<Self, ConfigError> {
        let problems = [
            self.database.read_url_file(),
            keyring_problem(&self.keyring, &self.data_dir),
            self.limits.problem(),
            self.auth.problem(),
        ];
        ConfigError::check(problems.into_iter().flatten().collect())?;
        Ok(self)
    }
}

impl Database {
    fn read_url_file(&mut self) -> Option<String> {
        if self.url_file.as_os_str().is_empty() {
            return None;
        }
        if !self.url.expose().is_empty() {
            return Some(
                "database.url and database.url_file are both set; keep one of them".to_owned(),
            );
        }
        // The path is not quoted: whoever mixes up the two keys has put a password there.
        let problem = match std::fs::read_to_string(&self.url_file) {
            Err(error) => format!("the file it names cannot be read: {error}"),
            Ok(text) if text.trim().is_empty() => "the file it names is empty".to_owned(),
            Ok(text) => {
                let url = text.trim().to_owned();
                let problem = Rule::DatabaseUrl.problem(&url);
                self.url = Secret::from(url);
                problem?
            }
        };
        Some(format!("database.url_file: {problem}"))
    }
}

impl Limits {
    fn problem(&self) -> Option<String> {
        let least = self.query_cost.max(self.points_per_second);
        (self.burst_points < least).then(|| {
            format!(
                "limits.burst_points: {} is not allowed; expected at least {least}, the larger of \
                 limits.query_cost and limits.points_per_second",
                self.burst_points
            )
        })
    }
}

impl Auth {
    fn problem(&self) -> Option<String> {
        (self.default_days > self.max_days).then(|| {
            format!(
                "auth.default_days: {} is not allowed; expected at most auth.max_days, which is {}",
                self.default_days, self.max_days
            )
        })
    }
}

fn keyring_problem(keyring: &Path, data_dir: &Path) -> Option<String> {
    match (normalised(keyring), normalised(data_dir)) {
        (Ok(keyring), Ok(data_dir)) => keyring.starts_with(&data_dir).then(|| {
            format!(
                "keyring: {} is inside data_dir ({}); expected a path outside it, so that a copy \
                 of the data does not carry the keys that open it",
                keyring.display(),
                data_dir.display()
            )
        }),
        (Err(error), _) | (_, Err(error)) => Some(format!(
            "keyring: cannot be compared with data_dir: {error}"
        )),
    }
}

/// The absolute path without `.` and `..`; by the text alone, as neither path need exist yet.
fn normalised(path: &Path) -> io::Result<PathBuf> {
    let mut plain = PathBuf::new();
    for part in std::path::absolute(path)?.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    Ok(plain)
}
