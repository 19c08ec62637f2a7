//! Packages for the people whose data it is: `GET /packages/{token}` shows a page with a button, which is a `POST` to the
//! same place and hands the file out, once. `GET /schemas/access-package-1.json` is the schema of what is in it.
//!
//! Nobody is logged in here: the token in the link is all there is. Whatever is wrong with it, the answer is the same. A
//! `GET` changes nothing, because programs that check mail follow links.

use std::sync::Arc;

use futures_util::stream;
use poem::http::{HeaderValue, Method, StatusCode, header};
use poem::{Body, Endpoint, Request, Response};

use crate::context::App;
use crate::error::Error;
use crate::packages::service::{self, Handing};

/// A page runs nothing, loads nothing, and sends its form to where it came from.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

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
            _ => Ok(Response::builder()
                .status(StatusCode::METHOD_NOT_ALLOWED)
                .header(header::ALLOW, "GET, POST")
                .finish()),
        };
        let mut response = answer.unwrap_or_else(|error| {
            log(&error);
            Response::builder()
                .status(StatusCode::SERVICE_UNAVAILABLE)
                .header(header::RETRY_AFTER, "60")
                .content_type("text/plain; charset=utf-8")
                .body("This does not work at the moment. Try again in a minute.")
        });
        let headers = response.headers_mut();
        for (name, value) in [
            (header::CACHE_CONTROL, "no-store"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::REFERRER_POLICY, "no-referrer"),
            (header::CONTENT_SECURITY_POLICY, POLICY),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        headers.insert("x-robots-tag", HeaderValue::from_static("noindex"));
        Ok(response)
    }
}

fn log(error: &Error) {
    let cause = error.for_log();
    tracing::error!(cause, "a package could not be handed out");
}

fn page(status: StatusCode, text: String) -> Response {
    Response::builder()
        .status(status)
        .content_type("text/html; charset=utf-8")
        .body(text)
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
            return Ok(Response::builder()
                .status(StatusCode::METHOD_NOT_ALLOWED)
                .header(header::ALLOW, "GET")
                .finish());
        }
        Ok(Response::builder()
            .content_type("application/schema+json")
            .body(service::schema()))
    }
}
