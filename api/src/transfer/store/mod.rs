//! Statements over the tables of an export. Each table is described once, in `kinds`; reading, writing and counting
//! follow from that.

mod kinds;
mod table;

pub(super) use kinds::Kind;
pub(super) use table::{Column, Row, Scalar, Shape, Table};

use entity::enums::Log;
use entity::{blind_index, controller, ledger_state};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
};

use crate::error::Result;
use crate::platform::db::Scope;

/// How far a controller is in this database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    /// It is not there.
    Absent,
    /// An import of it was interrupted: its logs, which come last, are not there.
    Unfinished,
    /// It is there.
    Whole,
}

/// How far a controller is in this database.
pub(super) async fn presence(db: &impl ConnectionTrait, scope: Scope) -> Result<Presence> {
    let found = scope.select::<controller::Entity>().count(db).await?;
    let logs = scope.select::<ledger_state::Entity>();
    let main = logs.filter(ledger_state::Column::Log.eq(Log::Main));
    Ok(match (found, main.count(db).await?) {
        (0, _) => Presence::Absent,
        (_, 0) => Presence::Unfinished,
        _ => Presence::Whole,
    })
}

/// Inserts index rows; one that is there already stays.
pub(super) async fn insert_index(
    db: &impl ConnectionTrait,
    rows: Vec<blind_index::Model>,
) -> Result<()> {
    // Each row binds seven values; SQLite takes 32,766 a statement.
    for rows in rows.chunks(4_000) {
        let rows = rows.iter().cloned().map(IntoActiveModel::into_active_model);
        blind_index::Entity::insert_many(rows)
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .exec_without_returning(db)
            .await?;
    }
    Ok(())
}
