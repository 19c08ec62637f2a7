//! HTTP: our own accept loop, the routes, health and metrics.
//!
//! The loop is ours because poem's has no header timeout, no connection limit and leaves Nagle's algorithm on.

mod attachments;
mod packages;
mod probes;
mod public;
mod server;
mod unsubscribe;

use std::sync::Arc;

use poem::endpoint::BoxEndpoint;
use poem::middleware::CatchPanic;
use poem::{EndpointExt, Route};

use crate::context::App;
use crate::entry::graphql;
use crate::entry::instance::StartError;

pub(crate) use server::serve;

/// Everything that answers.
pub(crate) type Router = Arc<BoxEndpoint<'static>>;

/// The routes.
///
/// # Errors
/// [`StartError`] when the schema cannot be read back, which a test rules out.
pub(crate) fn router(app: &Arc<App>) -> Result<Router, StartError> {
    let graphql = graphql::Endpoint::new(Arc::clone(app))
        .map_err(|problem| StartError::because("the schema cannot be priced", problem))?;
    let mut routes = Route::new()
        .at("/graphql", graphql)
        .at("/tasks/:id/attachments", attachments::Post(Arc::clone(app)))
        .at("/attachments/:id", attachments::Get(Arc::clone(app)))
        .at("/packages/:token", packages::Door(Arc::clone(app)))
        .at(crate::packages::service::SCHEMA_PATH, packages::Schema)
        .at("/unsubscribe/:token", unsubscribe::Door(Arc::clone(app)))
        .at("/healthz", probes::Health)
        .at("/readyz", probes::Ready(Arc::clone(app)));
    if app.config.http.metrics {
        routes = routes.at("/metrics", probes::Metrics(Arc::clone(app)));
    }
    let routes = routes.with(CatchPanic::new().with_handler(|_panic| probes::panicked()));
    Ok(Arc::new(routes.map_to_response().boxed()))
}
