//! `/healthz`, `/readyz`, `/metrics`.

use std::sync::Arc;
use std::time::Duration;

use poem::http::{Method, StatusCode, header};
use poem::{Endpoint, Request, Response, Result};
use sea_orm::ConnectionTrait;

use crate::context::App;
use crate::ledger::sequencer;

/// Longer than this, and the feed is not worth following.
const MOST_LAG: Duration = Duration::from_mins(1);
const PATIENCE: Duration = Duration::from_secs(5);

/// The process is alive.
pub(super) struct Health;

/// The instance can do its work.
pub(super) struct Ready(pub(super) Arc<App>);

/// What the instance counts.
pub(super) struct Metrics(pub(super) Arc<App>);

impl Endpoint for Health {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        Ok(only_get(&request).unwrap_or_else(|| text(StatusCode::OK, "ok")))
    }
}

impl Endpoint for Ready {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        if let Some(refusal) = only_get(&request) {
            return Ok(refusal);
        }
        Ok(
            match tokio::time::timeout(PATIENCE, problem(&self.0)).await {
                Ok(None) => text(StatusCode::OK, "ready"),
                Ok(Some(problem)) => text(StatusCode::SERVICE_UNAVAILABLE, problem),
                Err(_elapsed) => text(StatusCode::SERVICE_UNAVAILABLE, "the database is slow"),
            },
        )
    }
}

/// Why the instance cannot do its work.
async fn problem(app: &App) -> Option<&'static str> {
    if app
        .db
        .reader()
        .execute_unprepared("select 1")
        .await
        .is_err()
    {
        return Some("the database does not answer");
    }
    match backlog(app).await {
        Some(lag) if lag > MOST_LAG => Some("the ledger lags"),
        Some(_) => None,
        None => Some("the ledger does not answer"),
    }
}

async fn backlog(app: &App) -> Option<Duration> {
    let backlog = sequencer::backlog(app).await.ok()?;
    let lag = Duration::from_millis(u64::try_from(backlog.lag_millis).unwrap_or(0));
    app.metrics.backlog(backlog.waiting, lag);
    Some(lag)
}

impl Endpoint for Metrics {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        if let Some(refusal) = only_get(&request) {
            return Ok(refusal);
        }
        // A database that does not answer must not keep the other numbers away.
        if tokio::time::timeout(PATIENCE, backlog(&self.0))
            .await
            .is_err()
        {
            tracing::warn!("the ledger's lag is not known");
        }
        Ok(Response::builder()
            .header(header::CACHE_CONTROL, "no-store")
            .content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
            .body(self.0.metrics.text()))
    }
}

fn only_get(request: &Request) -> Option<Response> {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return None;
    }
    let mut refusal = text(StatusCode::METHOD_NOT_ALLOWED, "only GET");
    refusal
        .headers_mut()
        .insert(header::ALLOW, header::HeaderValue::from_static("GET, HEAD"));
    Some(refusal)
}

fn text(status: StatusCode, body: &'static str) -> Response {
    Response::builder()
        .status(status)
        .header(header::CACHE_CONTROL, "no-store")
        .content_type("text/plain; charset=utf-8")
        .body(body)
}

/// What is answered when something of ours panicked; what it said is in the log.
pub(super) fn panicked() -> Response {
    text(StatusCode::INTERNAL_SERVER_ERROR, "an internal error")
}
