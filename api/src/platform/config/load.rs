//! Where settings come from: reads the layers, names unknown keys and wrong values, and stacks
//! the layers.
//!
//! The only place of the project that reads the environment. No message may contain the value of
//! a secret.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use ::config::{Config as Stack, ConfigError as StackError, File, FileFormat, Value, ValueKind};

use super::rules::{KEYS, closest, is_known, is_section};
use super::{Config, DEFAULTS};

const PREFIX: &str = "PRIVOPS_";

/// Variable that names the file of settings.
const FILE_VARIABLE: &str = "PRIVOPS_CONFIG";

/// What to load settings from, besides the defaults. No `Debug`, as it may hold secrets.
#[derive(Clone, Default)]
pub struct Sources {
    /// A TOML file; without it the one that `PRIVOPS_CONFIG` in `env` names, if any.
    pub file: Option<PathBuf>,
    /// Variables with their values; those without the prefix `PRIVOPS_` are ignored.
    pub env: Vec<(String, String)>,
    /// Dotted keys with their values; of equal keys the last one counts.
    pub flags: Vec<(String, String)>,
}

impl Sources {
    /// The given file and flags, and the variables of this process.
    ///
    /// # Errors
    /// Variables of ours that are not UTF-8.
    pub fn from_process(
        file: Option<PathBuf>,
        flags: Vec<(String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut env = Vec::new();
        let mut problems = Vec::new();
        for (name, value) in std::env::vars_os() {
            let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else {
                continue;
            };
            match value.into_string() {
                Ok(value) => env.push((name.to_owned(), value)),
                Err(_) => problems.push(format!("{name}: the value is not UTF-8")),
            }
        }
        ConfigError::check(problems)?;
        Ok(Self { file, env, flags })
    }

    fn file(&self) -> Option<PathBuf> {
        self.file.clone().or_else(|| {
            self.env
                .iter()
                .find(|(name, value)| name == FILE_VARIABLE && !value.is_empty())
                .map(|(_, path)| path.into())
        })
    }
}

/// Why settings cannot be used. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the configuration cannot be used:\n  {}", .problems.join("\n  "))]
pub struct ConfigError {
    /// One sentence each, naming the key and what is expected.
    pub problems: Vec<String>,
}

impl ConfigError {
    /// An error if there is any problem.
    pub(super) fn check(problems: Vec<String>) -> Result<(), Self> {
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Self { problems })
        }
    }

    /// A disagreement between defaults, list of keys and types: ours, not the operator's.
    fn inconsistent(error: &StackError) -> Self {
        Self {
            problems: vec![format!(
                "the built-in list of keys is inconsistent: {error}"
            )],
        }
    }
}

/// Stacks the layers and judges every key by itself.
pub(super) fn merge(sources: &Sources) -> Result<Config, ConfigError> {
    let mut problems = Vec::new();
    let layers = [
        file_layer(sources.file().as_deref(), &mut problems),
        env_layer(&sources.env, &mut problems),
        flag_layer(&sources.flags, &mut problems),
    ];
    let stack = stack(&layers).map_err(|error| ConfigError::inconsistent(&error))?;
    check_values(&stack, &layers, &mut problems);
    ConfigError::check(problems)?;
    stack
        .try_deserialize()
        .map_err(|error| ConfigError::inconsistent(&error))
}

fn stack(layers: &[Layer]) -> Result<Stack, StackError> {
    let mut builder = Stack::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml));
    for (key, value) in layers.iter().flat_map(|layer| &layer.settings) {
        builder = builder.set_override(key, value.clone())?;
    }
    builder.build()
}

fn check_values(stack: &Stack, layers: &[Layer], problems: &mut Vec<String>) {
    for (key, rule) in KEYS {
        let problem = match stack.get_string(key) {
            Ok(value) => rule.problem(&value),
            Err(_) => Some(format!("expected {}", rule.allowed())),
        };
        let Some(problem) = problem else { continue };
        let place = layers
            .iter()
            .rev()
            .find(|layer| layer.settings.contains_key(*key));
        let place = place
            .map(|layer| format!(" (set {})", layer.place))
            .unwrap_or_default();
        problems.push(format!("{key}: {problem}{place}"));
    }
}

/// The settings of one source by dotted key; only known keys.
struct Layer {
    place: Place,
    settings: BTreeMap<String, Value>,
}

impl Layer {
    fn new(place: Place) -> Self {
        Self {
            place,
            settings: BTreeMap::new(),
        }
    }

    fn add(&mut self, key: String, value: Value, problems: &mut Vec<String>) {
        if is_known(&key) {
            self.settings.insert(key, value);
        } else {
            problems.push(self.place.unknown(&key));
        }
    }

    fn add_table(&mut self, prefix: &str, value: Value, problems: &mut Vec<String>) {
        if let ValueKind::Table(table) = value.kind {
            // The table comes unordered; messages should not change from run to run.
            for (name, value) in table.into_iter().collect::<BTreeMap<_, _>>() {
                let key = if prefix.is_empty() {
                    name
                } else {
                    format!("{prefix}.{name}")
                };
                self.add_table(&key, value, problems);
            }
        } else {
            self.add(prefix.to_owned(), value, problems);
        }
    }
}

#[derive(Clone, Copy)]
enum Place {
    File,
    Environment,
    Flags,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::File => "in the file",
            Self::Environment => "in the environment",
            Self::Flags => "by a flag",
        })
    }
}

impl Place {
    /// How a key is written in this place.
    fn spell(self, key: &str) -> String {
        match self {
            Self::File | Self::Flags => key.to_owned(),
            Self::Environment => {
                format!("{PREFIX}{}", key.replace('.', "__").to_ascii_uppercase())
            }
        }
    }

    fn unknown(self, key: &str) -> String {
        let name = self.spell(key);
        if is_section(key) {
            return format!("{name}: is a section and takes no value (set {self})");
        }
        let hint = closest(key)
            .map(|known| format!("; did you mean {}?", self.spell(known)))
            .unwrap_or_default();
        format!("{name}: unknown key (set {self}){hint}")
    }
}

fn file_layer(path: Option<&Path>, problems: &mut Vec<String>) -> Layer {
    let mut layer = Layer::new(Place::File);
    let Some(path) = path else { return layer };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            problems.push(format!(
                "the file {} cannot be read: {error}",
                path.display()
            ));
            return layer;
        }
    };
    match Stack::builder()
        .add_source(File::from_str(&text, FileFormat::Toml))
        .build()
    {
        Ok(stack) => layer.add_table("", stack.cache, problems),
        Err(error) => {
            let reason = without_excerpt(&error.to_string());
            problems.push(format!("the file {} is not TOML: {reason}", path.display()));
        }
    }
    layer
}

/// A parser's message without the line it quotes, which may be the one with the password.
fn without_excerpt(message: &str) -> String {
    let excerpt = if message.starts_with("TOML parse error at") {
        1..4
    } else {
        0..0
    };
    let lines = message.lines().enumerate();
    let kept: Vec<&str> = lines
        .filter(|(number, _)| !excerpt.contains(number))
        .map(|(_, line)| line)
        .collect();
    kept.join(": ")
}

fn env_layer(env: &[(String, String)], problems: &mut Vec<String>) -> Layer {
    let mut layer = Layer::new(Place::Environment);
    for (variable, value) in env {
        let Some(name) = variable.strip_prefix(PREFIX) else {
            continue;
        };
        if variable == FILE_VARIABLE || is_service_link(name, value) {
            continue;
        }
        let key = name.replace("__", ".").to_ascii_lowercase();
        layer.add(key, value.as_str().into(), problems);
    }
    layer
}

/// Kubernetes gives every container such variables for a service named `privops` (its
/// documentation, "Service", "Environment variables"); they are no settings.
fn is_service_link(name: &str, value: &str) -> bool {
    (name == "PORT" && value.contains("://"))
        || ["PORT_", "SERVICE_HOST", "SERVICE_PORT"]
            .iter()
            .any(|start| name.starts_with(start))
}

fn flag_layer(flags: &[(String, String)], problems: &mut Vec<String>) -> Layer {
    let mut layer = Layer::new(Place::Flags);
    for (key, value) in flags {
        layer.add(key.clone(), value.as_str().into(), problems);
    }
    layer
}
