//! What doors have in common at which nobody is logged in.

use poem::Response;
use poem::http::{HeaderValue, StatusCode, header};

use crate::error::Error;

/// A page runs nothing, loads nothing, and sends its form to where it came from.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// An answer that nobody keeps, frames or finds; or that it does not work at the moment, after the log was told why.
pub(super) fn answer(answer: Result<Response, Error>, log: impl FnOnce(Error)) -> Response {
    let mut response = answer.unwrap_or_else(|error| {
        log(error);
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
    response
}

/// A page.
pub(super) fn page(status: StatusCode, text: String) -> Response {
    Response::builder()
        .status(status)
        .content_type("text/html; charset=utf-8")
        .body(text)
}

/// The answer to a method that the place does not know.
pub(super) fn only(allowed: &'static str) -> Response {
    Response::builder()
        .status(StatusCode::METHOD_NOT_ALLOWED)
        .header(header::ALLOW, allowed)
        .finish()
}
