//! Logs and metrics. Both carry ids, codes and counts, never personal data and never what a caller sent.

use std::io::IsTerminal as _;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use tracing_subscriber::EnvFilter;

use crate::platform::config::{Log, LogFormat};

/// Sets up logging to standard error, once for the process. A second call changes nothing.
pub fn init(config: &Log) {
    let filter = EnvFilter::try_new(&config.level).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    let outcome = match config.format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    if outcome.is_err() {
        tracing::debug!("logging is set up already");
    }
}

/// An operation by its root field and outcome.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Operation {
    /// A root field of the schema, or `other`.
    field: String,
    /// `OK`, or the code of the first error.
    code: String,
}

/// An HTTP answer by its status.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answer {
    status: u16,
}

/// What one instance counts.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    operations: Family<Operation, Counter>,
    answers: Family<Answer, Counter>,
    seconds: Histogram,
    connections: Gauge,
    waiting: Gauge,
    lag_seconds: Gauge<f64, AtomicU64>,
}

impl Default for Metrics {
    fn default() -> Self {
        let buckets = [
            0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 15.0,
        ];
        let (operations, answers) = (Family::default(), Family::default());
        let (seconds, connections) = (Histogram::new(buckets), Gauge::default());
        let (waiting, lag_seconds) = (Gauge::default(), Gauge::default());
        let mut registry = Registry::with_prefix("privops");
        registry.register(
            "operations",
            "GraphQL operations by root field and code",
            Family::clone(&operations),
        );
        registry.register(
            "http_answers",
            "HTTP answers by status",
            Family::clone(&answers),
        );
        registry.register(
            "operation_seconds",
            "Time from request to answer",
            seconds.clone(),
        );
        registry.register(
            "connections",
            "Open connections",
            Gauge::clone(&connections),
        );
        registry.register(
            "ledger_waiting",
            "Events of open logs that have no number yet",
            Gauge::clone(&waiting),
        );
        registry.register(
            "ledger_lag_seconds",
            "Age of the oldest of them",
            Gauge::<f64, AtomicU64>::clone(&lag_seconds),
        );
        Self {
            registry,
            operations,
            answers,
            seconds,
            connections,
            waiting,
            lag_seconds,
        }
    }
}

impl Metrics {
    /// Counts an operation.
    pub(crate) fn operation(&self, field: &str, code: &str, took: Duration) {
        let labels = Operation {
            field: field.to_owned(),
            code: code.to_owned(),
        };
        self.operations.get_or_create(&labels).inc();
        self.seconds.observe(took.as_secs_f64());
    }

    /// Counts an HTTP answer.
    pub(crate) fn answer(&self, status: u16) {
        self.answers.get_or_create(&Answer { status }).inc();
    }

    /// Counts a connection for as long as the guard lives.
    pub(crate) fn connection(&self) -> OpenConnection {
        self.connections.inc();
        OpenConnection(self.connections.clone())
    }

    /// Notes what waits for a number in the ledger.
    pub(crate) fn backlog(&self, waiting: i64, lag: Duration) {
        self.waiting.set(waiting);
        self.lag_seconds.set(lag.as_secs_f64());
    }

    /// Everything, in the text format of Prometheus.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        match prometheus_client::encoding::text::encode(&mut text, &self.registry) {
            Ok(()) => text,
            // Writing to a string does not fail, but an empty answer would look like a healthy one.
            Err(std::fmt::Error) => "# the metrics could not be written\n".to_owned(),
        }
    }
}

/// An open connection.
#[derive(Debug)]
pub(crate) struct OpenConnection(Gauge);

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.dec();
    }
}
