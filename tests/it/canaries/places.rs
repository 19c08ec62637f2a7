//! Where something personal could end up: files, columns, a server's own files.

use std::path::Path;

use sea_orm::{ConnectionTrait, DatabaseConnection, QueryResult, Statement};

use super::search::Place;
use crate::harness::is_postgres;

/// Every file below a folder. Files that vanish meanwhile are not there.
pub fn files(folder: &Path) -> Vec<Place> {
    let mut places = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let Ok(entry) = entry else { continue };
        let path = entry.path();
        if path.is_dir() {
            places.extend(files(&path));
        } else if let Ok(bytes) = std::fs::read(&path) {
            places.push((path.display().to_string(), bytes));
        }
    }
    places
}

async fn rows(db: &DatabaseConnection, sql: &str) -> Vec<QueryResult> {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    db.query_all_raw(statement).await.unwrap()
}

/// The only value of a statement; none where it is not allowed.
async fn text(db: &DatabaseConnection, sql: &str) -> Option<String> {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    db.query_one_raw(statement)
        .await
        .ok()??
        .try_get_by_index(0)
        .ok()
}

/// Every column that can hold text or bytes, with all its values.
pub async fn columns(db: &DatabaseConnection) -> Vec<Place> {
    let list = if is_postgres() {
        "select table_name::text, column_name::text, data_type::text from information_schema.columns
        where table_schema = 'public' and data_type in ('text', 'character varying', 'bytea')"
    } else {
        "select m.name, c.name, 'any' from sqlite_master m, pragma_table_info(m.name) c where m.type = 'table'"
    };
    let mut places = Vec::new();
    for column in rows(db, list).await {
        let part = |n| column.try_get_by_index::<String>(n).unwrap();
        let (table, name, kind) = (part(0), part(1), part(2));
        let value = match kind.as_str() {
            "any" => format!("cast(\"{name}\" as blob)"),
            "bytea" => format!("\"{name}\""),
            _ => format!("convert_to(\"{name}\", 'UTF8')"),
        };
        let sql = format!("select {value} from \"{table}\" where \"{name}\" is not null");
        let values = rows(db, &sql).await;
        let values: Vec<Vec<u8>> = values
            .iter()
            .map(|row| row.try_get_by_index(0).unwrap())
            .collect();
        places.push((format!("column {table}.{name}"), values.join(&b'\n')));
    }
    assert!(
        places.len() > 40,
        "the columns were listed: {}",
        places.len()
    );
    places
}

/// The file that a PostgreSQL server writes ahead to at this moment.
pub async fn write_ahead(db: &DatabaseConnection) -> Option<String> {
    if is_postgres() {
        text(db, "select pg_walfile_name(pg_current_wal_lsn())").await
    } else {
        None
    }
}

/// The files of a PostgreSQL server on this machine that lets us look: those of this database, and what it wrote
/// ahead since then. Nothing for a server elsewhere.
pub async fn server_files(db: &DatabaseConnection, since: Option<&str>) -> Vec<Place> {
    let (Some(since), Some(until)) = (since, write_ahead(db).await) else {
        return Vec::new();
    };
    let Some(folder) = text(db, "select current_setting('data_directory')").await else {
        return Vec::new();
    };
    let folder = Path::new(&folder);
    // Where we may look, we may ask as well: everything is to be in the files.
    if std::fs::read_dir(folder).is_err() || db.execute_unprepared("checkpoint").await.is_err() {
        return Vec::new();
    }
    let oid = "select oid::text from pg_database where datname = current_database()";
    let oid = text(db, oid).await.unwrap();
    let mut places = files(&folder.join("base").join(oid));
    for entry in std::fs::read_dir(folder.join("pg_wal")).unwrap() {
        let path = entry.unwrap().path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if (since..=until.as_str()).contains(&name) {
            places.extend(
                std::fs::read(&path)
                    .ok()
                    .map(|bytes| (path.display().to_string(), bytes)),
            );
        }
    }
    places
}
