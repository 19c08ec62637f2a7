//! Packages for the people whose data it is: `GET /packages/{token}` shows a page with a button, which is a `POST` to the
//! same place and hands the file out, once. `GET /schemas/access-package-1.json` is the schema of what is in it.
//!
//! Nobody is logged in here: the token in the link is all there is. Whatever is wrong with it, the answer is the same. A
//! `GET` changes nothing, because programs that check mail follow links.

use std::sync::Arc;

use futures_util::stream;
use poem::http::{Method, StatusCode, header};
use poem::{Body, Endpoint, Request, Response};

use super::public::{self, page};
use crate::context::App;
use crate::error::Error;
use crate::packages::service::{self, Handing};

/// The page at a link, and what its button does.
pub(super) struct Door(pub(super) Arc<App>);

/// The schema.
pub(super) struct Schema;

impl Endpoint for Door {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let token = request.raw_path_param("token").unwrap_or_default();
        let answer = match *request.method() {
            Method::GET => show(&self.0, token).await,
            Method::POST => hand_out(&self.0, token).await,
            _ => Ok(public::only("GET, POST")),
        };
        Ok(public::answer(answer, |error| log(&error)))
    }
}

fn log(error: &Error) {
    let cause = error.for_log();
    tracing::error!(cause, "a package could not be handed out");
}

fn nothing() -> Response {
    page(StatusCode::NOT_FOUND, service::nothing_there())
}

async fn show(app: &Arc<App>, token: &str) -> Result<Response, Error> {
    let front = service::front(app, token).await?;
    Ok(front.map_or_else(nothing, |text| page(StatusCode::OK, text)))
}

async fn hand_out(app: &Arc<App>, token: &str) -> Result<Response, Error> {
    let Some(handing) = Handing::begin(app, token).await? else {
        return Ok(nothing());
    };
    let size = handing.row.size;
    let parts = stream::try_unfold(handing, async |mut handing| {
        let part = handing.next().await;
        // The client is told by the connection that ends too early.
        let part = part.map_err(|error| {
            log(&error);
            std::io::Error::other(error.to_string())
        })?;
        Ok::<_, std::io::Error>(part.map(|part| (part, handing)))
    });
    Ok(Response::builder()
        .content_type("application/zip")
        .header(header::CONTENT_LENGTH, size)
        .header(
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"your-data.zip\"",
        )
        .body(Body::from_bytes_stream(parts)))
}

impl Endpoint for Schema {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        if *request.method() != Method::GET {
            return Ok(public::only("GET"));
        }
        Ok(Response::builder()
            .content_type("application/schema+json")
            .body(service::schema()))
    }
}
