//! The list of keys and what each may hold: pure decisions on one value at a time.
//!
//! Values are judged as text, because the environment and flags bring nothing else. Must not
//! compare keys with each other: that is `checks.rs`.

use std::net::SocketAddr;

use tracing_subscriber::EnvFilter;

/// What a key may hold.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rule {
    /// A whole number, both ends included.
    Whole(u64, u64),
    /// A yes or no.
    Flag,
    /// One of a few words.
    OneOf(&'static [&'static str]),
    /// An IP address with a port.
    Address,
    /// A path in the file system.
    Path,
    /// A path, or nothing.
    OptionalPath,
    /// A short text.
    Text,
    /// Directives for the log filter.
    Filter,
    /// The name of a log.
    Origin,
    /// Where persons reach the server, or nothing.
    PublicUrl,
    /// The URL of a database; never quoted, as it may hold a password.
    DatabaseUrl,
}

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// Longest text, in characters.
const TEXT_MAX: usize = 200;

/// Longest wrong value that a message quotes, in characters.
const QUOTED_MAX: usize = 80;

/// Every key, in the order of the file of defaults.
pub(super) const KEYS: &[(&str, Rule)] = &[
    ("data_dir", Rule::Path),
    ("keyring", Rule::Path),
    ("controller_name", Rule::Text),
    ("log.format", Rule::OneOf(&["text", "json"])),
    ("log.level", Rule::Filter),
    ("http.listen", Rule::Address),
    ("http.public_url", Rule::PublicUrl),
    ("http.max_connections", Rule::Whole(1, 100_000)),
    ("http.header_timeout_seconds", Rule::Whole(1, 300)),
    ("http.body_timeout_seconds", Rule::Whole(1, 300)),
    ("http.max_body_bytes", Rule::Whole(1024, 67_108_864)),
    (
        "http.max_attachment_bytes",
        Rule::Whole(1024, 1_073_741_824),
    ),
    ("http.query_timeout_seconds", Rule::Whole(1, 300)),
    ("http.mutation_timeout_seconds", Rule::Whole(1, 600)),
    ("http.shutdown_seconds", Rule::Whole(1, 600)),
    ("http.metrics", Rule::Flag),
    ("http.allow_get", Rule::Flag),
    (
        "http.introspection",
        Rule::OneOf(&["authenticated", "public"]),
    ),
    ("limits.document_bytes", Rule::Whole(1024, 1_048_576)),
    ("limits.query_cost", Rule::Whole(1, 1_000_000)),
    ("limits.points_per_second", Rule::Whole(1, 1_000_000)),
    ("limits.burst_points", Rule::Whole(1, 100_000_000)),
    ("database.url", Rule::DatabaseUrl),
    ("database.url_file", Rule::OptionalPath),
    ("database.max_connections", Rule::Whole(2, 500)),
    ("database.readers", Rule::Whole(1, 64)),
    ("database.acquire_timeout_seconds", Rule::Whole(1, 300)),
    ("database.statement_timeout_seconds", Rule::Whole(1, 3600)),
    ("auth.issuer", Rule::Text),
    ("auth.audience", Rule::Text),
    ("auth.leeway_seconds", Rule::Whole(0, 30)),
    ("auth.default_days", Rule::Whole(1, 3650)),
    ("auth.max_days", Rule::Whole(1, 3650)),
    ("ledger.origin", Rule::Origin),
    ("ledger.sequence_interval_ms", Rule::Whole(10, 1000)),
    ("idempotency.keep_hours", Rule::Whole(1, 8760)),
    ("access_log.keep_days", Rule::Whole(30, 3650)),
];

/// Whether such a key exists.
pub(super) fn is_known(key: &str) -> bool {
    KEYS.iter().any(|(known, _)| *known == key)
}

/// Whether keys exist below this name.
pub(super) fn is_section(name: &str) -> bool {
    KEYS.iter().any(|(known, _)| {
        known
            .split_once('.')
            .is_some_and(|(section, _)| section == name)
    })
}

/// The known key that looks most like this one.
pub(super) fn closest(key: &str) -> Option<&'static str> {
    // A key in the wrong section, or in none, resembles the right one only in its last part.
    let likeness = |known: &str| {
        let last = strsim::jaro_winkler(last_part(known), last_part(key));
        strsim::jaro_winkler(known, key).max(last * 0.95)
    };
    KEYS.iter()
        .map(|&(known, _)| (known, likeness(known)))
        .max_by(|(_, a), (_, b)| a.total_cmp(b))
        .map(|(known, _)| known)
}

fn last_part(key: &str) -> &str {
    key.rsplit_once('.').map_or(key, |(_, last)| last)
}

impl Rule {
    /// What is wrong with a value, and what is expected; `None` if it is right.
    pub(super) fn problem(self, value: &str) -> Option<String> {
        if self.accepts(value) {
            return None;
        }
        let quoted: String = value.chars().take(QUOTED_MAX).collect();
        let refusal = match self {
            Self::DatabaseUrl => "the value is not allowed".to_owned(),
            Self::Address => format!("{quoted:?} is not an address"),
            _ => format!("{quoted:?} is not allowed"),
        };
        Some(format!("{refusal}; expected {}", self.allowed()))
    }

    /// The values that are right, in words.
    pub(super) fn allowed(self) -> String {
        match self {
            Self::Whole(min, max) => format!("a whole number from {min} to {max}"),
            Self::Flag => "true or false".to_owned(),
            Self::OneOf(words) => words.join(" or "),
            Self::Address => {
                "HOST:PORT such as 127.0.0.1:8080 or [::1]:8080 (HOST is an IP address)".to_owned()
            }
            Self::Path => "a path".to_owned(),
            Self::OptionalPath => "a path, or empty".to_owned(),
            Self::Text => format!("1 to {TEXT_MAX} characters, no control characters"),
            Self::Filter => {
                format!(
                    "{}, or directives such as info,privops=debug",
                    LEVELS.join(", ")
                )
            }
            Self::Origin => {
                "letters, digits, dots, hyphens and slashes, such as logs.example.com/privacy"
                    .to_owned()
            }
            Self::PublicUrl => {
                "empty, or https://HOST[:PORT][/PATH] (http:// for localhost only)".to_owned()
            }
            Self::DatabaseUrl => {
                "empty, sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE".to_owned()
            }
        }
    }

    fn accepts(self, value: &str) -> bool {
        match self {
            Self::Whole(min, max) => value
                .parse::<u64>()
                .is_ok_and(|number| (min..=max).contains(&number)),
            Self::Flag => matches!(value, "true" | "false"),
            Self::OneOf(words) => words.contains(&value),
            Self::Address => value.parse::<SocketAddr>().is_ok(),
            Self::Path => !value.trim().is_empty(),
            Self::OptionalPath => true,
            Self::Text => {
                !value.trim().is_empty()
                    && value.chars().count() <= TEXT_MAX
                    && !value.chars().any(char::is_control)
            }
            Self::Filter => is_filter(value),
            Self::Origin => is_origin(value),
            Self::PublicUrl => value.is_empty() || is_public_url(value),
            Self::DatabaseUrl => is_database_url(value),
        }
    }
}

fn is_filter(value: &str) -> bool {
    // The filter takes any lone word for a module's name: a mistyped level would silence the log.
    let plain = |part: &str| {
        part.trim() == part
            && (part.contains(['=', '[', ']'])
                || LEVELS.iter().any(|level| level.eq_ignore_ascii_case(part)))
    };
    value.split(',').all(plain) && EnvFilter::try_new(value).is_ok()
}

/// Links in messages must be as safe as what they do; what is beside a path does not belong to a place.
fn is_public_url(value: &str) -> bool {
    let Ok(url) = url::Url::parse(value) else {
        return false;
    };
    let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    let safe = url.scheme() == "https" || (url.scheme() == "http" && local);
    // As it is: blanks, line breaks and brackets would end up in the heads of messages.
    safe && url.as_str().trim_end_matches('/') == value.trim_end_matches('/')
        && url.host_str().is_some()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none()
        && value.len() <= TEXT_MAX
}

fn is_origin(value: &str) -> bool {
    value.len() <= TEXT_MAX
        && value
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '/'))
        && value.split('/').all(|part| !part.is_empty())
}

fn is_database_url(value: &str) -> bool {
    let rest = |scheme: &str| value.strip_prefix(scheme).filter(|rest| !rest.is_empty());
    if let Some(path) = rest("sqlite:") {
        // Readers and the writer are separate connections: in memory each would have its own.
        return path != "//" && path != ":memory:" && !path.contains('?');
    }
    value.is_empty()
        || rest("postgres://")
            .or_else(|| rest("postgresql://"))
            .is_some()
}
