//! What is reported of requests, in the schema.

use async_graphql::{Context, Object};
use entity::enums::{OptOutScope, Regime, RequestStatus, RequestType};
use entity::time::Timestamp;

use crate::error::Result;
use crate::graphql::{Long, ctx};
use crate::requests::service::{self, Metric, Metrics};

/// Queries over what is reported of requests.
#[derive(Default)]
pub(crate) struct MetricsQuery;

#[Object]
impl MetricsQuery {
    /// Counts, medians and means of requests that came in within a time, as a business reports them (11 CCR 7102).
    async fn request_metrics(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The first instant.")] from: Timestamp,
        #[graphql(desc = "The first instant after it.")] to: Timestamp,
    ) -> Result<Metrics> {
        service::metrics(ctx(context)?, from, to).await
    }
}

/// What is reported of requests that came in within a time.
#[Object(name = "RequestMetrics")]
impl Metrics {
    /// The first instant.
    #[graphql(name = "from")]
    async fn begin(&self) -> Timestamp {
        self.from
    }

    /// The first instant after it.
    #[graphql(name = "to")]
    async fn end(&self) -> Timestamp {
        self.until
    }

    /// A line for each type, scope and regime: an item under two regimes is in both.
    #[graphql(name = "lines")]
    async fn table(&self) -> Vec<Metric> {
        self.lines.clone()
    }

    /// The same as CSV (RFC 4180), with a header.
    #[graphql(name = "csv")]
    async fn as_csv(&self) -> Result<String> {
        self.csv()
    }
}

/// What is reported of one type of request under one regime.
#[Object(name = "RequestMetric")]
impl Metric {
    /// What was asked for.
    #[graphql(name = "type")]
    async fn asked(&self) -> RequestType {
        self.kind
    }

    /// Of what, where it was an opt-out.
    #[graphql(name = "scope")]
    async fn of(&self) -> Option<OptOutScope> {
        self.scope
    }

    /// Under which regime an answer was owed.
    #[graphql(name = "regime")]
    async fn rule(&self) -> Regime {
        self.regime
    }

    /// How many came in.
    #[graphql(name = "received")]
    async fn all(&self) -> Long {
        Long(self.received)
    }

    /// How many were complied with in whole.
    async fn fulfilled(&self) -> Long {
        Long(self.standing(&[RequestStatus::Fulfilled]))
    }

    /// How many were complied with in part.
    async fn partially_fulfilled(&self) -> Long {
        Long(self.standing(&[RequestStatus::PartiallyFulfilled]))
    }

    /// How many were denied.
    async fn denied(&self) -> Long {
        Long(self.standing(&[RequestStatus::Denied]))
    }

    /// How many were passed on to the customer who controls the data.
    async fn redirected(&self) -> Long {
        Long(self.standing(&[RequestStatus::Redirected]))
    }

    /// How many were withdrawn, expired or repeated another.
    async fn dropped(&self) -> Long {
        Long(self.standing(&[
            RequestStatus::Withdrawn,
            RequestStatus::Expired,
            RequestStatus::Duplicate,
        ]))
    }

    /// How many are open.
    #[graphql(name = "open")]
    async fn running(&self) -> Long {
        Long(self.open())
    }

    /// How many were answered: of these are median and mean.
    #[graphql(name = "answered")]
    async fn done(&self) -> Long {
        Long(self.answered)
    }

    /// The median of whole days from receipt to the answer; null where nothing was answered.
    #[graphql(name = "medianDays")]
    async fn median(&self) -> Option<f64> {
        self.median_days
    }

    /// The mean of whole days from receipt to the answer, to tenths; null where nothing was answered.
    #[graphql(name = "meanDays")]
    async fn mean(&self) -> Option<f64> {
        self.mean_days
    }
}
