//! What is reported of requests, as numbers and as a table.

use entity::enums::{Action, OptOutScope, RequestStatus as S};
use entity::time::Timestamp;

use crate::context::Ctx;
use crate::error::{Error, Result};
use crate::requests::rules::metrics::{Metric, report};
use crate::requests::store;

/// What is reported of requests that came in within a time.
#[derive(Debug, Clone)]
pub(crate) struct Metrics {
    /// The first instant.
    pub(crate) from: Timestamp,
    /// The first instant after it.
    pub(crate) until: Timestamp,
    /// A line for each type, scope and regime.
    pub(crate) lines: Vec<Metric>,
}

/// What is reported of requests that came in within a time.
///
/// # Errors
/// Forbidden; Invalid where the time is none.
pub(crate) async fn metrics(ctx: &Ctx, from: Timestamp, until: Timestamp) -> Result<Metrics> {
    ctx.authorize(Action::ReadRequests)?;
    if until <= from {
        return Err(Error::invalid("to", "must be after from"));
    }
    let rows = store::counted(ctx.db(), ctx.scope(), from, until).await?;
    Ok(Metrics {
        from,
        until,
        lines: report(&rows),
    })
}

/// States that are open, for the table.
const OPEN: [S; 7] = crate::requests::rules::states::OPEN;

impl Metric {
    /// How many are open.
    pub(crate) fn open(&self) -> i64 {
        self.standing(&OPEN)
    }
}

impl Metrics {
    /// The same as CSV (RFC 4180), with a header.
    ///
    /// # Errors
    /// Internal when it cannot be written down.
    pub(crate) fn csv(&self) -> Result<String> {
        let failed = |cause| Error::internal("writing metrics down", cause);
        let mut table = csv::Writer::from_writer(Vec::new());
        table
            .write_record([
                "from",
                "to",
                "type",
                "scope",
                "regime",
                "received",
                "fulfilled",
                "partially_fulfilled",
                "denied",
                "redirected",
                "withdrawn",
                "expired",
                "duplicate",
                "open",
                "answered",
                "median_days",
                "mean_days",
            ])
            .map_err(failed)?;
        let (from, until) = (self.from.to_string(), self.until.to_string());
        for line in &self.lines {
            let number =
                |days: Option<f64>| days.map(|days| format!("{days:.1}")).unwrap_or_default();
            let scope = line.scope.map(OptOutScope::as_str).unwrap_or_default();
            let mut record = vec![
                from.clone(),
                until.clone(),
                line.kind.to_string(),
                scope.to_owned(),
                line.regime.to_string(),
                line.received.to_string(),
            ];
            for state in [
                S::Fulfilled,
                S::PartiallyFulfilled,
                S::Denied,
                S::Redirected,
                S::Withdrawn,
                S::Expired,
                S::Duplicate,
            ] {
                record.push(line.standing(&[state]).to_string());
            }
            record.push(line.open().to_string());
            record.push(line.answered.to_string());
            record.push(number(line.median_days));
            record.push(number(line.mean_days));
            table.write_record(record).map_err(failed)?;
        }
        let bytes = table.into_inner().map_err(|cause| {
            let cause = cause.into_error();
            Error::internal("writing metrics down", cause)
        })?;
        String::from_utf8(bytes).map_err(|cause| Error::internal("writing metrics down", cause))
    }
}
