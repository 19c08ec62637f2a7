//! What the errors of the databases mean.

use std::sync::Arc;

use sea_orm::{DbErr, RuntimeErr, SqlErr};

use crate::error::Error;

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        if let Some(SqlErr::UniqueConstraintViolation(text)) = error.sql_err()
            && let Some(reason) = conflict(&text)
        {
            return Self::Conflict(reason);
        }
        if is_outage(&error) {
            return Self::Unavailable(Arc::new(error));
        }
        Self::internal("talking to the database", error)
    }
}

/// What a violated constraint means; `PostgreSQL` names it, `SQLite` names its columns.
fn conflict(text: &str) -> Option<&'static str> {
    if text.contains("blind_index") {
        Some("this identifier, this name with this role, or this reference is on record already")
    } else if text.contains("integration_name") || text.contains("integration.name") {
        Some("an integration of this name exists already")
    } else if text.contains("brand_name") || text.contains("brand.normal_name") {
        Some("a brand of this name exists already")
    } else if text.contains("system_name") || text.contains("system.name") {
        Some("a system of this name was registered meanwhile")
    } else if text.contains("retention_rule") || text.contains("retention_anchor") {
        Some("the same was said meanwhile; say it again")
    } else if text.contains("contact_rule") || text.contains("message_template") {
        Some("the same was set meanwhile; read it and set it again")
    } else if text.contains("customer_relation") {
        Some("this relation is on record already")
    } else if text.contains("recipient_customer") {
        Some("this customer is on record as a recipient already")
    } else if text.contains("disclosure_supersession") {
        Some("this disclosure was superseded meanwhile")
    } else if text.contains("subject_finding") {
        Some("there is an open finding about this subject already")
    } else {
        None
    }
}

/// Whether the database, not the statement, is to blame: gone, busy, locked, full or shutting down.
fn is_outage(error: &DbErr) -> bool {
    let (DbErr::Conn(runtime) | DbErr::Exec(runtime) | DbErr::Query(runtime)) = error else {
        return matches!(error, DbErr::ConnectionAcquire(_));
    };
    let RuntimeErr::SqlxError(cause) = runtime else {
        return false;
    };
    match &**cause {
        sqlx::Error::Database(answer) => answer.code().is_some_and(|code| is_outage_code(&code)),
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        _ => false,
    }
}

/// `SQLSTATE` classes 08 (connection), 40 (rollback), 53 (resources), 55 (not in state), 57 (intervention), 58
/// (system); the primary result codes of `SQLite` in the low byte: 5 busy, 6 locked, 8 read-only, 10 I/O, 13 full,
/// 14 cannot open.
fn is_outage_code(code: &str) -> bool {
    match code.parse::<u32>() {
        Ok(number) if code.len() < 5 => {
            return matches!(number & 0xff, 5 | 6 | 8 | 10 | 13 | 14);
        }
        _ => {}
    }
    ["08", "40", "53", "55", "57", "58"]
        .iter()
        .any(|class| code.starts_with(class))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outages_are_told_from_faults() {
        for code in [
            "5", "6", "13", "517", "2570", "08006", "40P01", "53100", "57P01",
        ] {
            assert!(is_outage_code(code), "{code}");
        }
        for code in ["1", "19", "2067", "23505", "42601", "22001"] {
            assert!(!is_outage_code(code), "{code}");
        }
    }

    #[test]
    fn only_known_constraints_become_conflicts() {
        let sqlite = "UNIQUE constraint failed: blind_index.controller_id, blind_index.field";
        assert!(conflict(sqlite).is_some());
        assert!(
            conflict("duplicate key value violates unique constraint \"integration_name\"")
                .is_some()
        );
        assert!(
            conflict("duplicate key value violates unique constraint \"event_pkey\"").is_none()
        );
    }
}
