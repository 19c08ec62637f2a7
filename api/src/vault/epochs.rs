//! The check values of the keyring's epochs, as the database keeps them.

use entity::keyring_epoch;
use entity::time::Timestamp;
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel, QueryOrder};

use super::keyring::Epoch;
use crate::error::Result;
use crate::platform::db::Db;

/// The epochs that the database knows, with their check values.
///
/// # Errors
/// As every statement.
pub(crate) async fn known(db: &impl ConnectionTrait) -> Result<Vec<(i32, Vec<u8>)>> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the keyring is above all controllers"
    )]
    let select = keyring_epoch::Entity::find();
    let rows = select
        .order_by_asc(keyring_epoch::Column::Epoch)
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.epoch, row.check_value))
        .collect())
}

/// Makes the database know an epoch.
///
/// # Errors
/// As every statement.
pub(crate) async fn remember(db: &Db, epoch: &Epoch, now: Timestamp) -> Result<()> {
    let row = keyring_epoch::Model {
        epoch: epoch.number,
        check_value: epoch.check_value()?,
        created_at: now,
    };
    let tx = db.begin().await?;
    keyring_epoch::Entity::insert(row.into_active_model())
        .exec_without_returning(tx.connection())
        .await?;
    tx.commit().await
}
