//! Files of tasks: `POST /tasks/{id}/attachments` takes one, `GET /attachments/{id}` gives it back.
//!
//! The body is the file. What GraphQL would call arguments are headers, which proxies do not log: `Privops-Lease`,
//! `Privops-File-Name` (percent-encoded UTF-8), `Content-Type`. Errors look like those of `/graphql`.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use entity::enums::ErrorCode;
use entity::id::{AttachmentId, LeaseId, TaskId};
use futures_util::{Stream, StreamExt as _, stream};
use hyper::body::Bytes;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use poem::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use poem::{Body, Endpoint, Request, Response};

use crate::access_log;
use crate::context::{App, Ctx};
use crate::entry::graphql::{MediaType, Problem, authenticate};
use crate::error::Error;
use crate::platform::personal::Personal;
use crate::platform::random;
use crate::tasks::service::{Download, NewFile, Upload};

/// So long an upload may take, however steadily it drips.
const LONGEST_UPLOAD: Duration = Duration::from_mins(30);
/// How much of a body that is not taken is read away before the answer, and for how long.
const READ_AWAY: usize = 1_048_576;
const READING_AWAY: Duration = Duration::from_secs(1);

type Answer = Result<Response, Problem>;

/// A body as it arrives.
trait Parts: Stream<Item = std::io::Result<Bytes>> + Send + Unpin {}
impl<S: Stream<Item = std::io::Result<Bytes>> + Send + Unpin> Parts for S {}

/// Takes a file.
pub(super) struct Post(pub(super) Arc<App>);

/// Gives a file back.
pub(super) struct Get(pub(super) Arc<App>);

impl Endpoint for Post {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let mut parts = request.take_body().into_bytes_stream();
        let work = async {
            let answer = upload(&self.0, &request, &mut parts).await;
            if answer.is_err() {
                read_away(&mut parts).await;
            }
            answer
        };
        Ok(answered(work).await)
    }
}

impl Endpoint for Get {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        Ok(answered(async { download(&self.0, &request).await }).await)
    }
}

/// An answer with what every answer has.
async fn answered(work: impl Future<Output = Answer>) -> Response {
    let request_id = random::id().simple().to_string();
    let mut response = match work.await {
        Ok(response) => response,
        Err(problem) => problem.respond(MediaType::Json, &request_id),
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::from_str(&request_id) {
        headers.insert("x-request-id", id);
    }
    response
}

async fn caller(app: &Arc<App>, request: &Request, method: Method) -> Result<Ctx, Problem> {
    if *request.method() != method {
        let allowed = if method == Method::POST {
            "POST"
        } else {
            "GET"
        };
        let message = format!("only {allowed}");
        let problem = Problem::new(
            StatusCode::METHOD_NOT_ALLOWED,
            ErrorCode::BadRequest,
            message,
        );
        return Err(problem.allow(allowed));
    }
    let missing = "send a token in the header: Authorization: Bearer TOKEN";
    let ctx = authenticate(app, request).await?;
    ctx.ok_or_else(|| Error::Unauthenticated(missing).into())
}

async fn upload(app: &Arc<App>, request: &Request, parts: &mut impl Parts) -> Answer {
    let ctx = caller(app, request, Method::POST).await?;
    let most = app.config.http.max_attachment_bytes;
    let announced = request.header(header::CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length > most) {
        return Err(too_large(most));
    }
    let new = new_file(request)?;
    let mut upload = Upload::begin(&ctx, new).await?;
    let receiving = receive(&mut upload, parts, most, app.config.http.body_timeout());
    let received = tokio::time::timeout(LONGEST_UPLOAD, receiving).await;
    match received.unwrap_or_else(|_elapsed| Err(too_slow())) {
        Ok(()) => {}
        Err(problem) => {
            upload.discard().await?;
            return Err(problem);
        }
    }
    // Whole by now: it is kept also where nobody waits for the answer.
    let finished = app.mutations.spawn(upload.finish()).await;
    let finished = finished.map_err(|cause| Error::internal("keeping a file", cause))?;
    let (id, size, digest) = finished?;
    let said = serde_json::json!({"id": id.to_string(), "size": size, "sha256": digest});
    Ok(Response::builder()
        .status(StatusCode::CREATED)
        .content_type("application/json; charset=utf-8")
        .body(said.to_string()))
}

/// Takes a body in, as far as it may go. A client that stops sending is not waited for.
async fn receive(
    upload: &mut Upload,
    parts: &mut impl Parts,
    most: usize,
    patience: Duration,
) -> Result<(), Problem> {
    let bad = |status, message: &str| Problem::new(status, ErrorCode::BadRequest, message);
    let mut size = 0_usize;
    loop {
        let next = tokio::time::timeout(patience, parts.next()).await;
        let part = match next {
            Ok(None) => return Ok(()),
            Ok(Some(Ok(part))) => part,
            Ok(Some(Err(_broken))) => {
                return Err(bad(StatusCode::BAD_REQUEST, "the body cannot be read"));
            }
            Err(_elapsed) => return Err(too_slow()),
        };
        size = size.saturating_add(part.len());
        if size > most {
            return Err(too_large(most));
        }
        upload.push(&part).await?;
    }
}

/// Reads what is left of a body, within bounds: a client that is still sending when the connection is closed does not
/// read why.
async fn read_away(parts: &mut impl Parts) {
    let reading = async {
        let mut size = 0_usize;
        while let Some(Ok(part)) = parts.next().await {
            size = size.saturating_add(part.len());
            if size > READ_AWAY {
                break;
            }
        }
    };
    // What could not be read in time is lost to the client only.
    let _in_time = tokio::time::timeout(READING_AWAY, reading).await;
}

fn too_slow() -> Problem {
    let message = "the body did not arrive in time";
    Problem::new(StatusCode::REQUEST_TIMEOUT, ErrorCode::BadRequest, message)
}

fn too_large(most: usize) -> Problem {
    let message = format!("the file is larger than {most} bytes");
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::BadRequest,
        message,
    )
}

fn new_file(request: &Request) -> Result<NewFile, Error> {
    let headers = request.headers();
    let task: TaskId = parameter(request, "taskId")?;
    let lease = text_of(headers, "privops-lease", "Privops-Lease")?;
    let lease: LeaseId = lease
        .parse()
        .map_err(|expected: entity::id::ParseIdError| {
            Error::invalid("Privops-Lease", expected.to_string())
        })?;
    let name = text_of(headers, "privops-file-name", "Privops-File-Name")?;
    let Ok(name) = percent_decode_str(name).decode_utf8() else {
        let problem = "must be percent-encoded UTF-8";
        return Err(Error::invalid("Privops-File-Name", problem));
    };
    // Parameters are of no use to anybody who reads it later.
    let media_type = text_of(headers, "content-type", "Content-Type")?.split(';');
    let media_type = media_type.map(str::trim).next().unwrap_or_default();
    Ok(NewFile {
        task,
        lease,
        name: Personal::new(name.into_owned()),
        media_type: media_type.to_owned(),
    })
}

fn text_of<'a>(headers: &'a HeaderMap, header: &str, field: &str) -> Result<&'a str, Error> {
    let value = headers.get(header).and_then(|value| value.to_str().ok());
    value.ok_or_else(|| Error::invalid(field, "must be sent as a header, in printable ASCII"))
}

/// The id in the path. What is none leads to nothing.
fn parameter<T: std::str::FromStr>(request: &Request, field: &'static str) -> Result<T, Error> {
    let missing = Error::NotFound {
        what: "file or task",
    }
    .at(field);
    let text = request.raw_path_param("id").unwrap_or_default();
    text.parse().or(Err(missing))
}

async fn download(app: &Arc<App>, request: &Request) -> Answer {
    let ctx = caller(app, request, Method::GET).await?;
    let id: AttachmentId = parameter(request, "id")?;
    let download = Download::begin(&ctx, id).await?;
    access_log::service::record(&ctx, "GET /attachments").await?;
    let name = utf8_percent_encode(download.name.expose(), NON_ALPHANUMERIC);
    let disposition = format!("attachment; filename*=UTF-8''{name}");
    let (media_type, size) = (download.row.media_type.clone(), download.row.size);
    let parts = stream::try_unfold(download, async |mut download| {
        let part = download.next().await;
        // The client is told by the connection that ends too early.
        let part = part.map_err(|error| std::io::Error::other(error.to_string()))?;
        Ok::<_, std::io::Error>(part.map(|part| (part, download)))
    });
    Ok(Response::builder()
        .status(StatusCode::OK)
        .content_type(&media_type)
        .header(header::CONTENT_LENGTH, size)
        .header(header::CONTENT_DISPOSITION, disposition)
        // What a stranger may have put in must not run in a browser that has a session with us.
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(
            header::CONTENT_SECURITY_POLICY,
            "sandbox; default-src 'none'",
        )
        .body(Body::from_bytes_stream(parts)))
}
