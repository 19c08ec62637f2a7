//! `privops doctor`: whether the installation is as it should be. It changes nothing.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::ExitCode;

use migration::{Migrator, MigratorTrait};
use sea_orm::ConnectionTrait;

use super::say;
use crate::entry::instance::{StartError, fits_database};
use crate::platform::config::{Config, DatabaseKind};
use crate::platform::db::Db;
use crate::vault::Keyring;

enum Finding {
    Good(String),
    Warning(String),
    Bad(String),
}

/// Checks and reports; the exit code says whether anything is bad.
///
/// # Errors
/// None of its own: what fails is a finding.
pub(super) async fn run(config: Config) -> Result<ExitCode, StartError> {
    let mut findings = vec![Finding::Good("configuration: can be read".to_owned())];
    findings.push(data_dir(&config.data_dir));
    let keyring = Keyring::read(&config.keyring);
    findings.push(match &keyring {
        Ok(_) => Finding::Good(format!("keyring: {} can be read", config.keyring.display())),
        Err(error) => Finding::Bad(format!("keyring: {error}")),
    });
    findings.push(Finding::Warning(
        "keyring: losing it loses the data; keep a copy of it apart from the copies of the data"
            .to_owned(),
    ));
    if config.http.introspection == crate::platform::config::Introspection::Public {
        findings.push(Finding::Warning(
            "http.introspection: the schema is public".to_owned(),
        ));
    }
    if !config.http.listen.ip().is_loopback() {
        findings.push(Finding::Warning(
            "http.listen: reachable from outside in plain HTTP; put a TLS proxy before it"
                .to_owned(),
        ));
    }
    database(&config, keyring.ok(), &mut findings).await;
    let bad = findings
        .iter()
        .filter(|finding| matches!(finding, Finding::Bad(_)))
        .count();
    for finding in &findings {
        say(&match finding {
            Finding::Good(text) => format!("ok    {text}"),
            Finding::Warning(text) => format!("note  {text}"),
            Finding::Bad(text) => format!("BAD   {text}"),
        });
    }
    Ok(if bad == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn data_dir(path: &Path) -> Finding {
    match std::fs::metadata(path) {
        Ok(data) if data.permissions().mode() & 0o007 != 0 => Finding::Warning(format!(
            "data_dir: everybody on this machine may look into {0}; run: chmod 700 {0}",
            path.display()
        )),
        Ok(_) => Finding::Good(format!("data_dir: {}", path.display())),
        Err(_missing) => Finding::Bad(format!(
            "data_dir: {} is not there; `privops serve` makes it",
            path.display()
        )),
    }
}

async fn database(config: &Config, keyring: Option<Keyring>, findings: &mut Vec<Finding>) {
    if let DatabaseKind::Sqlite(path) = config.database_kind() {
        // Connecting would make an empty one.
        if !path.exists() {
            let text = format!(
                "database: {} is not there; `privops serve` makes it",
                path.display()
            );
            findings.push(Finding::Bad(text));
            return;
        }
    }
    let db = match Db::connect(config).await {
        Ok(db) => db,
        Err(error) => {
            findings.push(Finding::Bad(format!(
                "database: {}",
                StartError::from(error)
            )));
            return;
        }
    };
    findings.push(match db.reader().execute_unprepared("select 1").await {
        Ok(_) => Finding::Good("database: answers".to_owned()),
        Err(_cause) => Finding::Bad("database: does not answer".to_owned()),
    });
    findings.push(
        match Migrator::get_pending_migrations_read_only(db.reader()).await {
            Ok(pending) if pending.is_empty() => {
                Finding::Good("database: is at this version".to_owned())
            }
            Ok(pending) => Finding::Bad(format!(
                "database: {} migrations are missing; run: privops migrate",
                pending.len()
            )),
            Err(_cause) => {
                Finding::Bad("database: has no tables; `privops serve` makes them".to_owned())
            }
        },
    );
    if let Some(keyring) = keyring {
        findings.push(match fits_database(&db, &keyring, &config.keyring).await {
            Ok(()) => Finding::Good("keyring: is the one of this database".to_owned()),
            Err(error) => Finding::Bad(error.to_string()),
        });
    }
    db.close().await;
}
