//! Unsubscribing, for the people who get messages: `GET /unsubscribe/{token}` shows a page with a button; a `POST` opts out.
//!
//! A mail program posts `List-Unsubscribe=One-Click` (RFC 8058), as a form or in parts; the button posts `confirm=yes`. The
//! token in the link is all there is: no cookie is read or set, nothing redirects, and a `GET` changes nothing, because
//! programs that check mail follow links.

use std::sync::Arc;

use entity::enums::PreferenceMethod;
use poem::http::{Method, StatusCode};
use poem::web::Multipart;
use poem::{Endpoint, FromRequest as _, Request, RequestBody, Response};

use super::public::{self, page};
use crate::context::App;
use crate::error::Error;
use crate::preferences::service;

/// Longest body: a form of one field, or the same in parts.
const LONGEST_BODY: usize = 4_096;

/// The page at a link, and what a `POST` to it does.
pub(super) struct Door(pub(super) Arc<App>);

impl Endpoint for Door {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let answer = match *request.method() {
            Method::GET | Method::HEAD => show(&self.0, token(&request)).await,
            Method::POST => match said(&self.0, &mut request).await {
                Some(method) => opt_out(&self.0, token(&request), method).await,
                None => Ok(page(StatusCode::BAD_REQUEST, service::not_understood())),
            },
            _ => Ok(public::only("GET, HEAD, POST")),
        };
        Ok(public::answer(answer, |error| {
            let cause = error.for_log();
            tracing::error!(cause, "nobody could be unsubscribed");
        }))
    }
}

fn token(request: &Request) -> &str {
    request.raw_path_param("token").unwrap_or_default()
}

async fn show(app: &Arc<App>, token: &str) -> Result<Response, Error> {
    let front = service::unsubscribe_page(app, token).await?;
    Ok(front.map_or_else(nothing, |text| page(StatusCode::OK, text)))
}

async fn opt_out(app: &Arc<App>, token: &str, by: PreferenceMethod) -> Result<Response, Error> {
    let done = service::unsubscribe(app, token, by).await?;
    Ok(done.map_or_else(nothing, |text| page(StatusCode::OK, text)))
}

fn nothing() -> Response {
    page(StatusCode::NOT_FOUND, service::no_such_link())
}

/// How whoever posts says so: with a mail program, or with the button. Nothing, where they say something else.
async fn said(app: &App, request: &mut Request) -> Option<PreferenceMethod> {
    let patience = app.config.http.body_timeout();
    let has_parts = request.content_type().is_some_and(|kind| {
        let kind = kind.split(';').next().unwrap_or_default();
        kind.trim().eq_ignore_ascii_case("multipart/form-data")
    });
    let body = request.take_body().into_bytes_limit(LONGEST_BODY);
    let body = tokio::time::timeout(patience, body).await.ok()?.ok()?;
    let in_parts = if has_parts {
        parts(request, body.clone().into()).await
    } else {
        None
    };
    // Some say one and send the other.
    let fields = in_parts.unwrap_or_else(|| {
        let pairs = url::form_urlencoded::parse(&body).into_owned();
        pairs.collect()
    });
    let has = |name: &str, value: &str| {
        let mut fields = fields.iter();
        fields.any(|(field, said)| field.trim() == name && said.trim() == value)
    };
    if has("List-Unsubscribe", "One-Click") {
        Some(PreferenceMethod::ListUnsubscribe)
    } else if has("confirm", "yes") {
        Some(PreferenceMethod::UnsubscribeLink)
    } else {
        None
    }
}

async fn parts(request: &Request, body: poem::Body) -> Option<Vec<(String, String)>> {
    let mut body = RequestBody::new(body);
    let mut form = Multipart::from_request(request, &mut body).await.ok()?;
    let mut fields = Vec::new();
    while let Some(field) = form.next_field().await.ok()? {
        let name = field.name().unwrap_or_default().to_owned();
        fields.push((name, field.text().await.ok()?));
    }
    Some(fields)
}
