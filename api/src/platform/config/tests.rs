//! What an operator meets: layers, messages, hidden secrets, and documented defaults. Must not
//! read the environment of the test process.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use tempfile::NamedTempFile;

use super::rules::KEYS;
use super::{
    Config, ConfigError, DEFAULTS, DatabaseKind, Introspection, LogFormat, Secret, Sources,
};

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

fn by_flags(list: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::load(&Sources {
        flags: pairs(list),
        ..Sources::default()
    })
}

fn by_env(list: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::load(&Sources {
        env: pairs(list),
        ..Sources::default()
    })
}

fn file(text: &str) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

fn by_file(text: &str) -> Result<Config, ConfigError> {
    let file = file(text);
    Config::load(&Sources {
        file: Some(file.path().to_owned()),
        ..Sources::default()
    })
}

fn problems(outcome: Result<Config, ConfigError>) -> Vec<String> {
    outcome.unwrap_err().problems
}

#[test]
fn the_defaults_load() {
    let config = Config::load(&Sources::default()).unwrap();
    assert_eq!(config.data_dir, PathBuf::from("privops-data"));
    assert_eq!(config.keyring, PathBuf::from("privops-keyring.json"));
    assert_eq!(config.controller_name, "My hosting company");
    assert_eq!(config.log.format, LogFormat::Text);
    assert_eq!(config.http.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.http.max_body_bytes, 2_097_152);
    assert_eq!(config.http.max_attachment_bytes, 26_214_400);
    assert_eq!(config.http.header_timeout(), Duration::from_secs(10));
    assert_eq!(config.http.shutdown_timeout(), Duration::from_secs(25));
    assert_eq!(config.http.introspection, Introspection::Authenticated);
    assert!(config.http.metrics && !config.http.allow_get);
    assert_eq!(config.limits.burst_points, 50_000);
    assert_eq!(config.auth.leeway(), Duration::from_secs(10));
    assert_eq!(config.auth.max_lifetime(), Duration::from_hours(730 * 24));
    assert_eq!(config.ledger.sequence_interval(), Duration::from_millis(50));
    assert_eq!(config.idempotency.keep(), Duration::from_hours(168));
    assert_eq!(config.access_log.keep(), Duration::from_hours(365 * 24));
}

#[test]
fn every_layer_overrides_the_one_below() {
    let file = file("controller_name = \"file\"\n[limits]\nquery_cost = 2\ndocument_bytes = 2000");
    let mut sources = Sources::default();
    let cost = |sources: &Sources| Config::load(sources).unwrap().limits.query_cost;
    assert_eq!(cost(&sources), 5000);
    sources.file = Some(file.path().to_owned());
    assert_eq!(cost(&sources), 2);
    sources.env = pairs(&[
        ("PRIVOPS_LIMITS__QUERY_COST", "3"),
        ("HOME", "/"),
        ("PATH", "/bin"),
    ]);
    assert_eq!(cost(&sources), 3);
    sources.flags = pairs(&[("limits.query_cost", "9"), ("limits.query_cost", "4")]);
    assert_eq!(cost(&sources), 4);
    let config = Config::load(&sources).unwrap();
    assert_eq!(
        config.controller_name, "file",
        "other keys of the file stay"
    );
    assert_eq!(config.limits.document_bytes, 2000);
}

#[test]
fn top_level_keys_have_one_underscore_in_the_environment() {
    let config = by_env(&[
        ("PRIVOPS_CONTROLLER_NAME", "Example"),
        ("PRIVOPS_CONFIG", ""),
    ])
    .unwrap();
    assert_eq!(config.controller_name, "Example");
}

#[test]
fn the_environment_may_name_the_file_and_the_argument_wins() {
    let named = file("controller_name = \"by variable\"");
    let given = file("controller_name = \"by argument\"");
    let mut sources = Sources {
        env: pairs(&[("PRIVOPS_CONFIG", named.path().to_str().unwrap())]),
        ..Sources::default()
    };
    assert_eq!(
        Config::load(&sources).unwrap().controller_name,
        "by variable"
    );
    sources.file = Some(given.path().to_owned());
    assert_eq!(
        Config::load(&sources).unwrap().controller_name,
        "by argument"
    );
}

#[test]
fn service_links_of_kubernetes_are_no_settings() {
    let links = [
        ("PRIVOPS_PORT", "tcp://10.0.0.1:8080"),
        ("PRIVOPS_PORT_8080_TCP_ADDR", "10.0.0.1"),
        ("PRIVOPS_SERVICE_HOST", "10.0.0.1"),
        ("PRIVOPS_SERVICE_PORT_HTTP", "8080"),
    ];
    by_env(&links).unwrap();
    assert_eq!(problems(by_env(&[("PRIVOPS_PORT", "8080")])).len(), 1);
}

#[test]
fn texts_that_look_like_numbers_or_booleans_stay_as_they_are() {
    for text in ["007", "1e3", "12345678901234567890123", "true", "-0"] {
        let config = by_env(&[
            ("PRIVOPS_CONTROLLER_NAME", text),
            ("PRIVOPS_AUTH__ISSUER", text),
        ])
        .unwrap();
        assert_eq!(config.controller_name, text);
        assert_eq!(config.auth.issuer, text);
    }
    let config = by_env(&[("PRIVOPS_DATA_DIR", "0123"), ("PRIVOPS_KEYRING", "1.50")]).unwrap();
    assert_eq!(config.data_dir, PathBuf::from("0123"));
    assert_eq!(config.keyring, PathBuf::from("1.50"));
    assert_eq!(
        by_file("controller_name = 42").unwrap().controller_name,
        "42"
    );
}

#[test]
fn a_wrong_value_is_named_with_what_is_allowed() {
    let cases = [
        ("data_dir", "", "a path"),
        ("keyring", " ", "a path"),
        ("controller_name", "  ", "1 to 200 characters"),
        ("controller_name", "a\nb", "no control characters"),
        ("log.format", "xml", "text or json"),
        ("log.format", "JSON", "text or json"),
        ("log.level", "", "off, error, warn, info, debug, trace"),
        ("log.level", "inof", "off, error, warn, info, debug, trace"),
        ("log.level", "info, privops=debug", "info,privops=debug"),
        ("log.level", "privops=loud", "info,privops=debug"),
        ("http.listen", "localhost:8080", "HOST is an IP address"),
        ("http.listen", "127.0.0.1", "such as 127.0.0.1:8080"),
        ("http.max_connections", "0", "from 1 to 100000"),
        ("http.max_connections", "100001", "from 1 to 100000"),
        ("http.max_connections", "true", "from 1 to 100000"),
        ("http.header_timeout_seconds", "10s", "from 1 to 300"),
        ("http.body_timeout_seconds", "-1", "from 1 to 300"),
        ("http.max_body_bytes", "2MB", "from 1024 to 67108864"),
        ("http.metrics", "yes", "true or false"),
        ("http.allow_get", "1", "true or false"),
        ("http.introspection", "nobody", "authenticated or public"),
        ("limits.query_cost", "1000001", "from 1 to 1000000"),
        ("database.readers", "65", "from 1 to 64"),
        ("auth.audience", "", "1 to 200 characters"),
        ("auth.leeway_seconds", "31", "from 0 to 30"),
        ("ledger.origin", "https://example.com", "letters, digits"),
        ("ledger.origin", "example.com/", "letters, digits"),
        ("ledger.sequence_interval_ms", "9", "from 10 to 1000"),
        ("idempotency.keep_hours", "8761", "from 1 to 8760"),
        ("access_log.keep_days", "29", "from 30 to 3650"),
    ];
    for (key, value, allowed) in cases {
        let found = problems(by_flags(&[(key, value)]));
        assert_eq!(found.len(), 1, "{key}={value}: {found:?}");
        assert!(
            found[0].starts_with(&format!("{key}: {value:?} is not ")),
            "{found:?}"
        );
        assert!(found[0].contains(allowed), "{found:?}");
        assert!(found[0].ends_with("(set by a flag)"), "{found:?}");
    }
    assert!(
        problems(by_flags(&[("http.listen", "foo")]))[0].starts_with(
            "http.listen: \"foo\" is not an address; expected HOST:PORT such as 127.0.0.1:8080"
        )
    );
    assert!(problems(by_file("log = { level = [1] }"))[0].starts_with("log.level: expected off"));
}

#[test]
fn all_problems_come_at_once() {
    let sources = Sources {
        env: pairs(&[
            ("PRIVOPS_HTTP__LISTEN", "foo"),
            ("PRIVOPS_LOG__FROMAT", "json"),
        ]),
        flags: pairs(&[("auth.leeway_seconds", "99")]),
        ..Sources::default()
    };
    let error = Config::load(&sources).unwrap_err();
    assert_eq!(error.problems.len(), 3, "{error}");
    for part in ["http.listen", "PRIVOPS_LOG__FORMAT?", "auth.leeway_seconds"] {
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[test]
fn an_unknown_key_is_named_with_the_closest_known_one() {
    let cases = [
        (
            problems(by_flags(&[("http.lisen", "x")])),
            "http.lisen: ",
            "http.listen?",
        ),
        (problems(by_file("listen = 1")), "listen: ", "http.listen?"),
        (
            problems(by_file("[databse]\nreaders = 1")),
            "databse.readers: ",
            "database.readers?",
        ),
        (
            problems(by_file("[log.level]\na = 1")),
            "log.level.a: ",
            "log.level?",
        ),
        (
            problems(by_env(&[("PRIVOPS_HTTP_LISTEN", "x")])),
            "PRIVOPS_HTTP_LISTEN: unknown key (set in the environment)",
            "PRIVOPS_HTTP__LISTEN?",
        ),
        (
            problems(by_env(&[("PRIVOPS_HTTP__HEADER_TIMEOUT", "1")])),
            "PRIVOPS_HTTP__HEADER_TIMEOUT: ",
            "PRIVOPS_HTTP__HEADER_TIMEOUT_SECONDS?",
        ),
        (
            problems(by_file("http = 3")),
            "http: ",
            "is a section and takes no value (set in the file)",
        ),
    ];
    for (found, start, end) in cases {
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].starts_with(start) && found[0].ends_with(end),
            "{found:?}"
        );
    }
}

#[test]
fn an_unreadable_file_is_named() {
    let sources = Sources {
        file: Some("/nowhere/privops.toml".into()),
        ..Sources::default()
    };
    assert!(problems(Config::load(&sources))[0].contains("/nowhere/privops.toml cannot be read"));
    let found = problems(by_file("[http]\nlisten = \n"));
    assert!(
        found[0].contains("is not TOML: TOML parse error at line "),
        "{found:?}"
    );
}

#[test]
fn secrets_are_never_shown() {
    let url = "postgres://user:hunter2@db/privops";
    let config = by_flags(&[("database.url", url)]).unwrap();
    let kind = config.database_kind();
    for shown in [
        format!("{config:?}"),
        format!("{config:#?}"),
        format!("{kind:?}"),
    ] {
        assert!(!shown.contains("hunter2"), "{shown}");
    }
    assert!(matches!(kind, DatabaseKind::Postgres(secret) if secret.expose() == url));
    assert_eq!(
        format!("{:?}", Secret::from("hunter2".to_owned())),
        "[hidden]"
    );

    let wrong = "mysql://user:hunter2@db/privops";
    let errors = [
        by_flags(&[("database.url", wrong)]),
        by_flags(&[("database.url_file", wrong)]),
        by_flags(&[("database.url_file", file(wrong).path().to_str().unwrap())]),
        by_file("[database]\nurl = \"postgres://user:hunter2@db"),
        by_file("[database]\nurl = postgres://user:hunter2@db"),
        by_file("[database]\nurl = [\"postgres://user:hunter2@db\"]"),
    ];
    for error in errors {
        let error = error.unwrap_err();
        assert_eq!(error.problems.len(), 1, "{error}");
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
    }
}

#[test]
fn the_url_may_come_from_a_file_but_not_from_both() {
    let secret = file(" postgres://user:1234@db/privops\n\n");
    let path = secret.path().to_str().unwrap();
    let config = by_flags(&[("database.url_file", path)]).unwrap();
    let DatabaseKind::Postgres(url) = config.database_kind() else {
        panic!("not PostgreSQL")
    };
    assert_eq!(url.expose(), "postgres://user:1234@db/privops");

    let both = problems(by_flags(&[
        ("database.url_file", path),
        ("database.url", "sqlite:a.db"),
    ]));
    assert_eq!(
        both,
        ["database.url and database.url_file are both set; keep one of them"]
    );
    let empty = file(" \n");
    let found = problems(by_flags(&[(
        "database.url_file",
        empty.path().to_str().unwrap(),
    )]));
    assert_eq!(found, ["database.url_file: the file it names is empty"]);
}

#[test]
fn the_kind_of_database_follows_the_url() {
    let sqlite = |flags: &[(&str, &str)]| match by_flags(flags).unwrap().database_kind() {
        DatabaseKind::Sqlite(path) => path,
        DatabaseKind::Postgres(_) => panic!("not SQLite"),
    };
    assert_eq!(
        sqlite(&[("data_dir", "/srv/p")]),
        PathBuf::from("/srv/p/privops.db")
    );
    assert_eq!(
        sqlite(&[("database.url", "sqlite:a/b.db")]),
        PathBuf::from("a/b.db")
    );
    assert_eq!(
        sqlite(&[("database.url", "sqlite:///a/b.db")]),
        PathBuf::from("/a/b.db")
    );
    let other = by_flags(&[("database.url", "postgresql://db/privops")]).unwrap();
    assert!(matches!(other.database_kind(), DatabaseKind::Postgres(_)));
    for wrong in [
        "sqlite:",
        "sqlite::memory:",
        "sqlite:a?mode=ro",
        "postgres://",
        "12345",
    ] {
        assert_eq!(
            problems(by_flags(&[("database.url", wrong)])).len(),
            1,
            "{wrong}"
        );
    }
}

#[test]
fn the_keyring_stays_outside_the_data_directory() {
    let inside = [
        ("/srv/data", "/srv/data/keyring.json"),
        ("/srv/data/", "/srv/other/../data/./k/keyring.json"),
        ("/srv/x/../data", "/srv/data"),
        (".", "keyring.json"),
        ("data", "./data/keyring.json"),
    ];
    for (data_dir, keyring) in inside {
        let found = problems(by_flags(&[("data_dir", data_dir), ("keyring", keyring)]));
        assert!(
            found.len() == 1 && found[0].contains("is inside data_dir"),
            "{found:?}"
        );
    }
    let outside = [
        ("/srv/data", "/srv/data-keyring.json"),
        ("/srv/data", "/srv/data/../k.json"),
    ];
    for (data_dir, keyring) in outside {
        by_flags(&[("data_dir", data_dir), ("keyring", keyring)]).unwrap();
    }
}

#[test]
fn keys_are_judged_together() {
    let cost = problems(by_flags(&[("limits.query_cost", "60000")]));
    assert!(
        cost[0].starts_with("limits.burst_points: 50000 is not allowed"),
        "{cost:?}"
    );
    let rate = problems(by_flags(&[
        ("limits.burst_points", "5001"),
        ("limits.points_per_second", "5002"),
    ]));
    assert!(rate[0].contains("at least 5002"), "{rate:?}");
    by_flags(&[("limits.burst_points", "5000")]).unwrap();
    let days = problems(by_flags(&[("auth.max_days", "30")]));
    assert!(
        days[0].contains("at most auth.max_days, which is 30"),
        "{days:?}"
    );
    by_flags(&[("auth.max_days", "365")]).unwrap();
}

/// The keys of the file of defaults, each with the comment right above it.
fn documented() -> Vec<(String, String)> {
    let mut keys = Vec::new();
    let mut section = String::new();
    let mut comment = String::new();
    for line in DEFAULTS.lines() {
        if let Some(text) = line.strip_prefix('#') {
            comment.push_str(text);
        } else if let Some(name) = line.strip_prefix('[') {
            section = name.replace(']', ".");
            comment.clear();
        } else if let Some((name, _)) = line.split_once(" = ") {
            keys.push((format!("{section}{name}"), std::mem::take(&mut comment)));
        } else {
            comment.clear();
        }
    }
    keys
}

#[test]
fn the_file_of_defaults_documents_every_key() {
    // The types need exactly the keys of the file, or `the_defaults_load` would fail.
    let documented = documented();
    let names: Vec<&str> = documented.iter().map(|(name, _)| name.as_str()).collect();
    let known: Vec<&str> = KEYS.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, known);
    assert_eq!(known.iter().collect::<BTreeSet<_>>().len(), known.len());
    for ((name, comment), (_, rule)) in documented.iter().zip(KEYS) {
        let allowed = format!("Allowed: {}", rule.allowed());
        assert!(
            comment.contains(&allowed),
            "above {name} should stand: {allowed}"
        );
    }
}

#[test]
fn where_the_server_is_reached_is_as_safe_as_what_its_links_do() {
    for right in [
        "",
        "https://privacy.host.example",
        "https://privacy.host.example:8443/p/",
        "http://localhost:8080",
        "http://[::1]:8080",
    ] {
        let config = by_flags(&[("http.public_url", right)]).unwrap();
        assert_eq!(config.http.public_url, right);
    }
    for wrong in [
        "privacy.host.example",
        "http://privacy.host.example",
        "ftp://privacy.host.example",
        "https://ada:secret@privacy.host.example",
        "https://privacy.host.example/?p=1",
        "https://privacy.host.example/#p",
        "https://",
        " ",
        "https:privacy.host.example",
        "https://privacy.host.example/a>b",
        " https://privacy.host.example",
        "https://privacy.host.example/a\tb",
    ] {
        let problems = problems(by_flags(&[("http.public_url", wrong)]));
        assert!(
            problems.iter().any(|one| one.contains("http.public_url")),
            "{wrong}: {problems:?}"
        );
    }
}
