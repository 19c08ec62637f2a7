//! The accept loop: header timeout, connection limit, `TCP_NODELAY`, graceful end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use poem::http::uri::Scheme;
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Addr, Endpoint};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::Router;
use crate::context::App;

/// Serves until stopped; then lets requests under way end, within the configured time.
pub(crate) async fn serve(
    app: Arc<App>,
    router: Router,
    listener: TcpListener,
    stop: CancellationToken,
) {
    let most = usize::try_from(app.config.http.max_connections).unwrap_or(usize::MAX);
    let places = Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS)));
    let graceful = GracefulShutdown::new();
    loop {
        let next = async {
            // Connections beyond the limit wait in the kernel's queue.
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            () = stop.cancelled() => break,
            next = next => next,
        };
        match accepted {
            Ok((stream, remote)) => {
                let connection = connection(&app, &router, stream, remote);
                let connection = graceful.watch(connection);
                let open = app.metrics.connection();
                tokio::spawn(async move {
                    if let Err(error) = connection.await {
                        tracing::debug!(%error, "a connection ended badly");
                    }
                    drop((place, open));
                });
            }
            Err(error) => {
                // Out of file handles, most likely: give the others time to end.
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(listener);
    if tokio::time::timeout(app.config.http.shutdown_timeout(), graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("some requests did not end in time");
    }
}

fn connection(
    app: &App,
    router: &Router,
    stream: TcpStream,
    remote: SocketAddr,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> + Send + 'static + use<>
{
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "cannot set TCP_NODELAY");
    }
    let router = Arc::clone(router);
    let metrics = Arc::clone(&app.metrics);
    let addresses = (
        LocalAddr(stream.local_addr().unwrap_or(remote).into()),
        RemoteAddr(Addr::SocketAddr(remote)),
    );
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let (router, metrics) = (Arc::clone(&router), Arc::clone(&metrics));
        let (local, remote) = addresses.clone();
        async move {
            let request = (request, local, remote, Scheme::HTTP).into();
            let response = router.get_response(request).await;
            metrics.answer(response.status().as_u16());
            Ok::<hyper::Response<_>, Infallible>(response.into())
        }
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(app.config.http.header_timeout())
        .serve_connection(TokioIo::new(stream), service)
}
