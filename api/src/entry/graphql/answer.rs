//! From what the engine or a gate says to an HTTP answer: codes, statuses, masking. The one place that maps errors.

use std::collections::BTreeMap;

use async_graphql::{PathSegment, Pos, ServerError, Value};
use entity::enums::ErrorCode;
use poem::Response;
use poem::http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::error::Error;

/// More errors than this help nobody.
const MOST_ERRORS: usize = 20;

/// How the answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::entry) enum MediaType {
    /// `application/graphql-response+json`: the status says how it went.
    GraphqlResponse,
    /// `application/json`: request errors have status 200, for the clients that expect it.
    Json,
}

impl MediaType {
    const fn as_str(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }
}

/// Why a request was not executed.
#[derive(Debug, Clone)]
pub(in crate::entry) struct Problem {
    status: StatusCode,
    code: ErrorCode,
    message: String,
    position: Option<Pos>,
    allow: Option<&'static str>,
    /// Whether it is an error of the document, which has status 200 under `application/json`.
    of_document: bool,
    /// What it came from, for the log and for what callers can act on.
    error: Option<Box<Error>>,
}

impl Problem {
    /// A problem of HTTP, with its own status under every media type.
    pub(in crate::entry) fn new(
        status: StatusCode,
        code: ErrorCode,
        message: impl Into<String>,
    ) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            position: None,
            allow: None,
            of_document: false,
            error: None,
        }
    }

    /// A problem of the document or its variables.
    pub(super) fn of_document(
        code: ErrorCode,
        message: impl Into<String>,
        position: Option<Pos>,
    ) -> Self {
        let problem = Self::new(StatusCode::BAD_REQUEST, code, message);
        Self {
            of_document: true,
            position,
            ..problem
        }
    }

    /// The same, naming the methods that are allowed.
    pub(in crate::entry) fn allow(mut self, methods: &'static str) -> Self {
        self.allow = Some(methods);
        self
    }

    /// The code.
    pub(super) fn code(&self) -> ErrorCode {
        self.code
    }

    /// The answer.
    pub(in crate::entry) fn respond(self, media: MediaType, request_id: &str) -> Response {
        let status = if self.of_document && media == MediaType::Json {
            StatusCode::OK
        } else {
            self.status
        };
        let error = ErrorOut {
            message: self.message,
            locations: self.position.into_iter().collect(),
            path: &[],
            extensions: extensions(
                self.code,
                request_id,
                self.error.as_deref().map(details).unwrap_or_default(),
            ),
        };
        let mut response = write(
            status,
            media,
            request_id,
            &AnswerOut {
                errors: vec![error],
                data: None,
            },
        );
        if let Some(methods) = self.allow {
            response
                .headers_mut()
                .insert(header::ALLOW, HeaderValue::from_static(methods));
        }
        if status == StatusCode::UNAUTHORIZED {
            challenge(&mut response);
        }
        if let Some(error) = &self.error {
            log(error, request_id);
            retry_after(&mut response, error);
        }
        response
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let code = error.code();
        let problem = Self::new(status_of(code), code, error.to_string());
        Self {
            error: Some(Box::new(error)),
            ..problem
        }
    }
}

#[derive(Serialize)]
struct ErrorOut<'a> {
    message: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Pos>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    path: &'a [PathSegment],
    extensions: BTreeMap<&'static str, Value>,
}

/// Errors come first, as GraphQL recommends, so that a reader sees them.
#[derive(Serialize)]
struct AnswerOut<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ErrorOut<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
}

/// The answer to a request that the engine was given, and the code of its first error.
pub(super) fn respond(
    outcome: &async_graphql::Response,
    media: MediaType,
    request_id: &str,
) -> (Response, Option<ErrorCode>) {
    let seen: Vec<_> = outcome
        .errors
        .iter()
        .take(MOST_ERRORS)
        .map(|error| Seen::of(error, request_id))
        .collect();
    let first = seen.first().map(|seen| seen.code);
    let is_null = is_empty(&outcome.data);
    // Errors of execution have a path; errors of validation have none, and leave nothing to execute.
    let refused =
        outcome.data == Value::Null && outcome.errors.iter().all(|error| error.path.is_empty());
    let status = match first {
        Some(_) if refused && media == MediaType::Json => StatusCode::OK,
        Some(_) if refused => StatusCode::BAD_REQUEST,
        Some(code) if is_null => status_of(code),
        _ => StatusCode::OK,
    };
    let errors = seen
        .into_iter()
        .zip(&outcome.errors)
        .map(|(seen, error)| ErrorOut {
            message: seen.message,
            locations: error.locations.clone(),
            path: &error.path,
            extensions: extensions(seen.code, request_id, seen.extensions),
        })
        .collect();
    let data = (!(refused && first.is_some())).then_some(&outcome.data);
    let mut response = write(status, media, request_id, &AnswerOut { errors, data });
    if status == StatusCode::UNAUTHORIZED {
        challenge(&mut response);
    }
    (response, first)
}

/// Whether nothing succeeded: a machine that judges by the status must not take the answer for a success.
fn is_empty(data: &Value) -> bool {
    match data {
        Value::Null => true,
        Value::Object(fields) => fields.values().all(|field| *field == Value::Null),
        _ => false,
    }
}

/// An error as the caller sees it.
struct Seen {
    code: ErrorCode,
    message: String,
    extensions: BTreeMap<&'static str, Value>,
}

impl Seen {
    fn of(error: &ServerError, request_id: &str) -> Self {
        if let Some(ours) = error.source::<Error>() {
            log(ours, request_id);
            let (code, extensions) = (ours.code(), details(ours));
            return Self {
                code,
                message: ours.to_string(),
                extensions,
            };
        }
        let (code, message) = if error.path.is_empty() {
            (ErrorCode::GraphqlValidationFailed, error.message.clone())
        } else if is_coercion(&error.message) {
            (ErrorCode::BadUserInput, without_value(&error.message))
        } else {
            // The engine's own words may carry a value: the code is enough for the log.
            tracing::error!(request_id, "the engine failed");
            let masked = Error::internal("executing", EngineFault);
            (ErrorCode::Internal, masked.to_string())
        };
        Self {
            code,
            message,
            extensions: BTreeMap::new(),
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the engine failed")]
struct EngineFault;

/// What the engine says when an argument does not fit its type and that shows only at execution.
fn is_coercion(message: &str) -> bool {
    [
        "Failed to parse",
        "Invalid value for argument",
        "Expected input type",
    ]
    .iter()
    .any(|beginning| message.starts_with(beginning))
}

/// The engine repeats the value that does not fit. It may be personal, and end up in the log of whoever sent it.
fn without_value(message: &str) -> String {
    let end = [", found ", " does not contain "]
        .iter()
        .filter_map(|marker| message.find(marker))
        .min();
    match end.and_then(|end| message.get(..end)) {
        Some(beginning) => format!("{beginning}, found something else"),
        None => message.to_owned(),
    }
}

/// Faults go to the log, whole and once; what callers did wrong does not.
fn log(error: &Error, request_id: &str) {
    match error {
        Error::Internal { doing, cause } => {
            tracing::error!(request_id, doing, %cause, "internal error");
        }
        Error::Unavailable(cause) => tracing::warn!(request_id, %cause, "unavailable"),
        _ => {}
    }
}

/// What callers can act on, beside the code.
fn details(error: &Error) -> BTreeMap<&'static str, Value> {
    let mut details = BTreeMap::new();
    match error {
        Error::Invalid {
            suggestion: Some(suggestion),
            ..
        } => {
            details.insert("suggestion", Value::from(*suggestion));
        }
        Error::At { error, .. } => details = self::details(error),
        Error::Ambiguous { candidates } => {
            details.insert("candidates", Value::from(*candidates));
        }
        Error::RateLimited {
            retry_after_seconds,
        } => {
            details.insert("retryAfterSeconds", Value::from(*retry_after_seconds));
        }
        _ => {}
    }
    if let Some(field) = error.field() {
        details.insert("field", Value::from(field));
    }
    details
}

fn extensions(
    code: ErrorCode,
    request_id: &str,
    details: BTreeMap<&'static str, Value>,
) -> BTreeMap<&'static str, Value> {
    let mut extensions = details;
    extensions.insert("code", Value::from(code.as_str()));
    extensions.insert("requestId", Value::from(request_id));
    extensions
}

/// The status of an answer in which everything failed.
fn status_of(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorCode::Forbidden => StatusCode::FORBIDDEN,
        ErrorCode::NotFound => StatusCode::NOT_FOUND,
        ErrorCode::Conflict | ErrorCode::IdempotencyKeyReused | ErrorCode::Ambiguous => {
            StatusCode::CONFLICT
        }
        ErrorCode::LastOwnerToken
        | ErrorCode::DisclosureSuperseded
        | ErrorCode::SubjectResolved
        | ErrorCode::CustomerMerged
        | ErrorCode::NotConfigured
        | ErrorCode::TransitionNotAllowed
        | ErrorCode::IdentityNotVerified
        | ErrorCode::VerificationLocked
        | ErrorCode::ExtensionNotAllowed
        | ErrorCode::PauseNotAllowed
        | ErrorCode::LeaseLost
        | ErrorCode::LegalHold
        | ErrorCode::AuthorityExpired
        | ErrorCode::TasksOpen
        | ErrorCode::NotAllFulfilled => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorCode::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::Timeout | ErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        ErrorCode::BadUserInput
        | ErrorCode::QueryTooComplex
        | ErrorCode::DocumentTooLarge
        | ErrorCode::GraphqlParseFailed
        | ErrorCode::GraphqlValidationFailed
        | ErrorCode::BadRequest => StatusCode::BAD_REQUEST,
    }
}

fn retry_after(response: &mut Response, error: &Error) {
    if let Error::RateLimited {
        retry_after_seconds,
    } = error
    {
        let seconds = HeaderValue::from(*retry_after_seconds);
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
}

fn challenge(response: &mut Response) {
    let challenge = HeaderValue::from_static("Bearer realm=\"privops\"");
    response
        .headers_mut()
        .insert(header::WWW_AUTHENTICATE, challenge);
}

fn write(
    status: StatusCode,
    media: MediaType,
    request_id: &str,
    answer: &AnswerOut<'_>,
) -> Response {
    let (status, body) = match serde_json::to_vec(answer) {
        Ok(body) => (status, body),
        Err(error) => {
            tracing::error!(request_id, %error, "an answer could not be written");
            (StatusCode::INTERNAL_SERVER_ERROR, Vec::new())
        }
    };
    Response::builder()
        .status(status)
        .content_type(media.as_str())
        .header(header::CACHE_CONTROL, "no-store")
        .header("x-request-id", request_id)
        .body(body)
}
