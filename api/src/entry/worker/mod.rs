//! What happens without being asked: numbering events, reading on in them, writing last use down, forgetting what has
//! expired.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio_util::sync::CancellationToken;

use crate::access_log;
use crate::auth;
use crate::context::{App, expire_idempotency_records};
use crate::customers;
use crate::disclosures;
use crate::error::Error;
use crate::ledger::sequencer;
use crate::packages;
use crate::requests;
use crate::retention;
use crate::tasks;

/// Another instance's events, and what else is to be done, are found within this time.
const POLL: Duration = Duration::from_millis(500);
const LAST_USE: Duration = Duration::from_secs(5);
const EXPIRY: Duration = Duration::from_hours(1);
/// After a failure, the database is left alone this long.
const RECOVERY: Duration = Duration::from_secs(1);

/// Works until stopped, then once more, so that nothing recorded waits for the next start.
pub(super) async fn run(app: Arc<App>, stop: CancellationToken) {
    loop {
        let work = async {
            tokio::join!(
                number(&app, &stop),
                follow(&app, &stop),
                write_last_uses(&app, &stop),
                build(&app, &stop),
                retain(&app, &stop),
                tell(&app, &stop),
                expire(&app, &stop)
            )
        };
        if AssertUnwindSafe(work).catch_unwind().await.is_ok() {
            break;
        }
        tracing::error!("the worker panicked; it goes on");
        tokio::time::sleep(RECOVERY).await;
    }
    report("numbering events", &sequencer::run(&app).await);
    report(
        "writing last use down",
        &auth::service::write_last_uses(&app).await,
    );
}

async fn number(app: &App, stop: &CancellationToken) {
    let pause = app.config.ledger.sequence_interval();
    while stop.run_until_cancelled(wait(app)).await.is_some() {
        // Leaves that arrive meanwhile are numbered with the same statement.
        tokio::time::sleep(pause).await;
        if !report("numbering events", &sequencer::run(app).await) {
            tokio::time::sleep(RECOVERY).await;
        }
    }
}

async fn wait(app: &App) {
    if tokio::time::timeout(POLL, app.recorded.notified())
        .await
        .is_err()
    {
        tracing::trace!("looking for events of other instances");
    }
}

/// Reads on in the ledgers, wherever something was numbered since.
async fn follow(app: &Arc<App>, stop: &CancellationToken) {
    while stop
        .run_until_cancelled(tokio::time::sleep(POLL))
        .await
        .is_some()
    {
        let controllers = auth::service::controllers(app).await;
        report("listing controllers", &controllers);
        for row in controllers.into_iter().flatten() {
            let ctx = auth::service::operator(app, &row);
            // One that fails does not keep the others waiting; what is left is read after the next start.
            while !stop.is_cancelled() {
                let read = disclosures::service::follow(&ctx).await;
                report("looking at past disclosures again", &read);
                if !matches!(read, Ok(true)) {
                    break;
                }
            }
        }
    }
}

async fn write_last_uses(app: &App, stop: &CancellationToken) {
    while stop
        .run_until_cancelled(tokio::time::sleep(LAST_USE))
        .await
        .is_some()
    {
        report(
            "writing last use down",
            &auth::service::write_last_uses(app).await,
        );
    }
}

/// Puts packages together, as they are ordered.
async fn build(app: &Arc<App>, stop: &CancellationToken) {
    while stop
        .run_until_cancelled(tokio::time::sleep(POLL))
        .await
        .is_some()
    {
        // What is not done yet when it stops, another begins again.
        while let Some(built) = stop
            .run_until_cancelled(packages::service::build_due(app))
            .await
        {
            report("putting packages together", &built);
            if !matches!(built, Ok(true)) {
                break;
            }
        }
    }
}

/// Plans what is due by retention rules: at the start, every hour, and when a rule was set.
async fn retain(app: &Arc<App>, stop: &CancellationToken) {
    loop {
        // What is not planned yet when it stops, is after the next start.
        let planned = stop.run_until_cancelled(tasks::service::retain(app)).await;
        let Some(outcome) = planned else {
            return;
        };
        report("planning what is due", &outcome);
        let next = tokio::time::timeout(EXPIRY, retention::service::rule_set(app));
        if stop.run_until_cancelled(next).await.is_none() {
            return;
        }
    }
}

/// Plans the tasks by which customers are told of incidents, and ends those that are not wanted any more.
async fn tell(app: &Arc<App>, stop: &CancellationToken) {
    loop {
        // What is not planned yet when it stops, is after the next start.
        let planned = stop.run_until_cancelled(tasks::service::tell(app)).await;
        let Some(outcome) = planned else {
            return;
        };
        report("planning who is told of incidents", &outcome);
        let pause = tokio::time::sleep(POLL);
        if stop.run_until_cancelled(pause).await.is_none() {
            return;
        }
    }
}

/// At the start, and every hour.
async fn expire(app: &Arc<App>, stop: &CancellationToken) {
    loop {
        let outcome = expire_idempotency_records(app, app.clock.now()).await;
        report("deleting expired idempotency records", &outcome);
        let outcome = customers::service::expire_snapshots(app).await;
        report("deleting old snapshots", &outcome);
        let outcome = requests::service::forget_codes(app).await;
        report("forgetting old codes", &outcome);
        let outcome = tasks::service::expire_uploads(app).await;
        report("deleting uploads that did not end", &outcome);
        let outcome = packages::service::expire(app).await;
        report("deleting packages whose time is over", &outcome);
        let outcome = access_log::service::expire(app).await;
        report("deleting old lines of the access log", &outcome);
        let pause = tokio::time::sleep(EXPIRY);
        if stop.run_until_cancelled(pause).await.is_none() {
            return;
        }
    }
}

fn report<T>(doing: &'static str, outcome: &Result<T, Error>) -> bool {
    if let Err(error) = outcome {
        let cause = error.for_log();
        tracing::error!(
            doing,
            cause,
            "a background task failed; it will be tried again"
        );
    }
    outcome.is_ok()
}
