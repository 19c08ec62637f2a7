//! Numbers committed leaves. Any number of instances may run it: the state of a log advances only from where
//! it was read, and an index cannot be given twice.

use super::store;
use crate::context::App;
use crate::error::Result;

/// What waits for a number.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Backlog {
    /// Leaves.
    pub(crate) waiting: i64,
    /// Age of the oldest, in milliseconds.
    pub(crate) lag_millis: i64,
}

/// Numbers everything that is committed and has no number; answers how many leaves it numbered.
///
/// # Errors
/// [`crate::error::Error::Unavailable`] when the database does not answer; nothing is half numbered then.
pub(crate) async fn run(app: &App) -> Result<i64> {
    let mut total = 0;
    loop {
        let mut more = false;
        // One batch of each log in turn, so that a busy controller does not keep the others waiting.
        for log in store::pending(app.db.reader()).await? {
            let tx = app.housekeeping().await?;
            match store::number(&tx, &log).await? {
                Some(numbered) => {
                    tx.commit().await?;
                    total += numbered;
                    more |= numbered == store::BATCH;
                }
                None => {
                    tx.rollback().await?;
                    more = true;
                }
            }
        }
        if !more {
            return Ok(total);
        }
    }
}

/// What waits for a number, over all controllers.
///
/// # Errors
/// As every statement.
pub(crate) async fn backlog(app: &App) -> Result<Backlog> {
    let (waiting, oldest) = store::backlog(app.db.reader()).await?;
    let now = app.clock.now().as_millis();
    Ok(Backlog {
        waiting,
        lag_millis: oldest.map_or(0, |oldest| (now - oldest).max(0)),
    })
}
