//! Packages whose time is over.

use std::sync::Arc;

use entity::enums::AccessPackageStatus as Status;

use super::order::end;
use crate::auth;
use crate::context::{Actor, App, Ctx};
use crate::error::{Error, Result};
use crate::packages::store;

/// How many are looked at in one go.
const AT_ONCE: u64 = 100;

/// Ends the packages of all controllers whose time is over, and deletes what was in them.
///
/// # Errors
/// As every statement.
pub(crate) async fn expire(app: &Arc<App>) -> Result<()> {
    loop {
        let over = store::over(app.db.reader(), app.clock.now(), AT_ONCE).await?;
        if over.is_empty() {
            return Ok(());
        }
        let controllers = auth::service::controllers(app).await?;
        for row in over {
            let own = controllers.iter().find(|one| one.id == row.controller_id);
            let own = own.ok_or(Error::NotFound { what: "controller" })?;
            let ctx = Ctx::new(Arc::clone(app), Actor::operator(own.id, &own.log_origin));
            if row.status == Status::Ready {
                // The key of the request may be gone: that the package is, is on record all the same.
                let key = ctx.controller_key().await?;
                let mut tx = ctx.begin().await?;
                let row = store::lock(tx.db(), tx.scope(), row.id).await?;
                if row.status == Status::Ready {
                    end(&mut tx, row, Status::Expired, &key).await?;
                    tx.commit().await?;
                } else {
                    tx.rollback().await?;
                }
            }
            delete_parts(app, &row).await?;
            let tx = app.housekeeping().await?;
            store::empty(tx.connection(), &row).await?;
            tx.commit().await?;
        }
    }
}

/// Deletes what is in a package, in steps: others must write in between.
///
/// # Errors
/// As every statement.
pub(super) async fn delete_parts(app: &App, row: &entity::access_package::Model) -> Result<()> {
    loop {
        let tx = app.housekeeping().await?;
        let more = store::delete_parts(tx.connection(), row).await?;
        tx.commit().await?;
        if !more {
            return Ok(());
        }
    }
}
