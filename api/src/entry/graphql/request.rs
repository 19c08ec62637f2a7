//! Reading a GraphQL request from HTTP, before anything of it is believed.

use async_graphql::Variables;
use entity::enums::ErrorCode;
use percent_encoding::percent_decode_str;
use poem::http::{HeaderMap, Method, StatusCode, header};
use poem::{Body, Request};
use serde::Deserialize;

use super::answer::{MediaType, Problem};
use crate::context::OnBehalfOf;
use crate::error::Error;
use crate::platform::config::Http;
use crate::platform::personal::Personal;

/// What data is read for.
const REASON: &str = "Privops-Reason";
/// On whose behalf.
const PERSON: &str = "Privops-On-Behalf-Of";
/// Longest reason, in characters.
const LONGEST_REASON: usize = 200;

/// A request in the form that GraphQL over HTTP gives it. Unknown members are ignored, as it asks.
#[derive(Deserialize)]
pub(super) struct GraphqlRequest {
    pub(super) query: String,
    #[serde(default, rename = "operationName")]
    pub(super) operation_name: Option<String>,
    #[serde(default)]
    variables: Option<serde_json::Map<String, serde_json::Value>>,
    /// Checked to be an object, as GraphQL over HTTP asks, and not used.
    #[serde(default, rename = "extensions")]
    _extensions: Option<serde_json::Map<String, serde_json::Value>>,
}

impl GraphqlRequest {
    /// The variables, which are taken out.
    pub(super) fn take_variables(&mut self) -> Variables {
        let variables = self.variables.take().unwrap_or_default();
        Variables::from_json(serde_json::Value::Object(variables))
    }
}

/// Which media type the caller reads; none when it reads neither.
pub(super) fn media_type(headers: &HeaderMap) -> Option<MediaType> {
    let accept = headers.get_all(header::ACCEPT);
    let mut any = false;
    let mut json = false;
    let mut listed = false;
    for range in accept
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|all| all.split(','))
    {
        listed = true;
        let name = range
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        match name.as_str() {
            "application/graphql-response+json" => return Some(MediaType::GraphqlResponse),
            "application/json" => json = true,
            "*/*" | "application/*" => any = true,
            _ => {}
        }
    }
    (json || any || !listed).then_some(MediaType::Json)
}

/// Reads the request. GET only where it is allowed, and then only the query string; otherwise JSON in the body.
///
/// # Errors
/// A [`Problem`] with the status that GraphQL over HTTP gives it.
pub(super) async fn read(
    request: &Request,
    body: Body,
    config: &Http,
) -> Result<GraphqlRequest, Problem> {
    if request.method() == Method::GET && config.allow_get {
        return from_query(request);
    }
    if request.method() != Method::POST {
        let allowed = if config.allow_get {
            "GET, POST"
        } else {
            "POST"
        };
        return Err(Problem::new(
            StatusCode::METHOD_NOT_ALLOWED,
            ErrorCode::BadRequest,
            format!("only {allowed}"),
        )
        .allow(allowed));
    }
    if !is_json(request.headers()) {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ErrorCode::BadRequest,
            "send Content-Type: application/json",
        ));
    }
    let reading = body.into_bytes_limit(config.max_body_bytes);
    let bytes = match tokio::time::timeout(config.body_timeout(), reading).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(poem::error::ReadBodyError::PayloadTooLarge)) => {
            return Err(Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                ErrorCode::BadRequest,
                format!("the body is larger than {} bytes", config.max_body_bytes),
            ));
        }
        Ok(Err(_broken)) => return Err(bad_request("the body cannot be read")),
        Err(_elapsed) => {
            return Err(Problem::new(
                StatusCode::REQUEST_TIMEOUT,
                ErrorCode::BadRequest,
                "the body did not arrive in time",
            ));
        }
    };
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return Err(bad_request("send one request at a time, not an array"));
    }
    serde_json::from_slice(&bytes).map_err(|_content_is_personal| {
        bad_request(
            "the body is not a GraphQL request: a JSON object with a string `query`, and objects `variables` and \
             `extensions` where they are needed",
        )
    })
}

fn from_query(request: &Request) -> Result<GraphqlRequest, Problem> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Parameters {
        query: String,
        operation_name: Option<String>,
        variables: Option<String>,
        extensions: Option<String>,
    }
    let malformed = || bad_request("the query string is not a GraphQL request");
    let parameters: Parameters = request
        .params()
        .map_err(|_content_is_personal| malformed())?;
    let object = |text: Option<String>| match text.as_deref() {
        None | Some("") => Ok(None),
        Some(text) => serde_json::from_str(text).map_err(|_content_is_personal| malformed()),
    };
    Ok(GraphqlRequest {
        query: parameters.query,
        operation_name: parameters.operation_name.filter(|name| !name.is_empty()),
        variables: object(parameters.variables)?,
        _extensions: object(parameters.extensions)?,
    })
}

fn bad_request(problem: &'static str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, ErrorCode::BadRequest, problem)
}

/// JSON in UTF-8: what a page of another site cannot send without asking first.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
    else {
        return false;
    };
    let mut parts = value.split(';').map(str::trim);
    let json = parts
        .next()
        .is_some_and(|name| name.eq_ignore_ascii_case("application/json"));
    json && parts.all(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.eq_ignore_ascii_case("charset") => {
            value.trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    })
}

/// The token of the `Authorization` header.
pub(super) fn bearer(headers: &HeaderMap) -> Option<Result<&str, Problem>> {
    let value = headers.get(header::AUTHORIZATION)?;
    let token = value.to_str().ok().and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme
            .eq_ignore_ascii_case("bearer")
            .then_some(token.trim())
    });
    Some(token.ok_or_else(|| {
        Problem::new(
            StatusCode::UNAUTHORIZED,
            ErrorCode::Unauthenticated,
            "send the header as: Authorization: Bearer TOKEN",
        )
    }))
}

/// What personal data is read for, as the header says.
///
/// # Errors
/// Invalid for what is not percent-encoded UTF-8, and for a text of no or more than 200 characters.
pub(super) fn reason(headers: &HeaderMap) -> Result<Option<Personal>, Error> {
    let Some(reason) = text_of(headers, REASON)? else {
        return Ok(None);
    };
    let long = reason.expose().chars().count() > LONGEST_REASON;
    if reason.is_blank() || long || !reason.is_plain() {
        let problem = "must have 1 to 200 characters, no line ends and no marks of direction";
        return Err(Error::invalid(REASON, problem));
    }
    Ok(Some(reason))
}

/// On whose behalf the caller says it calls.
///
/// # Errors
/// Invalid for what is not a system and what a person is known by there, with a colon between, as percent-encoded UTF-8.
pub(super) fn person(headers: &HeaderMap) -> Result<Option<OnBehalfOf>, Error> {
    let Some(person) = text_of(headers, PERSON)? else {
        return Ok(None);
    };
    let Some((system, staff)) = person.expose().split_once(':') else {
        return Err(Error::invalid(PERSON, "must be SYSTEM:STAFF_ID"));
    };
    OnBehalfOf::of(system, Personal::new(staff.to_owned()), PERSON).map(Some)
}

fn text_of(headers: &HeaderMap, name: &'static str) -> Result<Option<Personal>, Error> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(Error::invalid(name, "must be sent once"));
    }
    let bad = || Error::invalid(name, "must be percent-encoded UTF-8");
    let text = value.to_str().map_err(|_not_ascii| bad())?;
    let text = percent_decode_str(text).decode_utf8();
    let text = text.map_err(|_not_utf8| bad())?;
    Ok(Some(Personal::new(text.into_owned())))
}

#[cfg(test)]
mod tests {
    use poem::http::HeaderValue;

    use super::*;

    fn headers(name: header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn only_json_in_utf8_is_taken() {
        for good in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "application/json; charset=\"UTF-8\"",
            "application/json; profile=x",
        ] {
            assert!(is_json(&headers(header::CONTENT_TYPE, good)), "{good}");
        }
        for bad in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/json; charset=utf-16",
            "application/jsonp",
        ] {
            assert!(!is_json(&headers(header::CONTENT_TYPE, bad)), "{bad}");
        }
        assert!(!is_json(&HeaderMap::new()));
    }

    #[test]
    fn the_new_media_type_wins_and_the_old_one_is_the_default() {
        let of = |accept| media_type(&headers(header::ACCEPT, accept));
        assert_eq!(media_type(&HeaderMap::new()), Some(MediaType::Json));
        assert_eq!(of("*/*"), Some(MediaType::Json));
        assert_eq!(of("application/json"), Some(MediaType::Json));
        let both = "application/json, application/graphql-response+json; charset=utf-8";
        assert_eq!(of(both), Some(MediaType::GraphqlResponse));
        assert_eq!(of("text/html"), None);
    }
}
