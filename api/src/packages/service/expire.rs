//! Packages whose time is over.

use std::sync::Arc;

use entity::enums::AccessPackageStatus as Status;
use entity::{access_package, controller};

use super::order::end;
use crate::auth;
use crate::context::App;
use crate::error::{Error, Result};
use crate::ledger::Fields;
use crate::packages::store;

/// How many are looked at in one go.
const AT_ONCE: u64 = 100;

/// Ends the packages of all controllers whose time is over, and deletes what was in them.
///
/// # Errors
/// As every statement.
pub(crate) async fn expire(app: &Arc<App>) -> Result<()> {
    let controllers = auth::service::controllers(app).await?;
    let mut after = None;
    loop {
        let over = store::over(app.db.reader(), app.clock.now(), after, AT_ONCE).await?;
        let Some(last) = over.last() else {
            return Ok(());
        };
        after = Some(last.id);
        for row in over {
            // One that cannot be ended keeps no other from it.
            if let Err(error) = expire_one(app, &controllers, &row).await {
                tracing::error!(package = %row.id, cause = error.for_log(), "a package could not be ended");
            }
        }
    }
}

async fn expire_one(
    app: &Arc<App>,
    controllers: &[controller::Model],
    row: &access_package::Model,
) -> Result<()> {
    let own = controllers.iter().find(|one| one.id == row.controller_id);
    let own = own.ok_or(Error::NotFound { what: "controller" })?;
    let ctx = auth::service::operator(app, own);
    if row.status == Status::Ready {
        // The key of the request may be gone: that the package is, is on record all the same.
        let key = ctx.controller_key().await?;
        let mut tx = ctx.begin().await?;
        let row = store::lock(tx.db(), tx.scope(), row.id).await?;
        if row.status == Status::Ready {
            end(&mut tx, row, Status::Expired, &key, Fields::new()).await?;
            tx.commit().await?;
        } else {
            tx.rollback().await?;
        }
    }
    delete_parts(app, row).await?;
    let tx = app.housekeeping().await?;
    store::empty(tx.connection(), row).await?;
    tx.commit().await
}

/// Deletes what is in a package, in steps: others must write in between.
///
/// # Errors
/// As every statement.
async fn delete_parts(app: &App, row: &access_package::Model) -> Result<()> {
    loop {
        let tx = app.housekeeping().await?;
        let more = store::delete_parts(tx.connection(), row).await?;
        tx.commit().await?;
        if !more {
            return Ok(());
        }
    }
}
