//! The endpoint: who calls, what they ask, what it costs, and the answer.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use async_graphql::parser::types::{
    ExecutableDocument, OperationDefinition, OperationType, Selection,
};
use async_graphql::{Positioned, Value, Variables};
use entity::enums::ErrorCode;
use poem::http::StatusCode;
use poem::{Body, Request, Response, Result};
use tokio_util::task::AbortOnDropHandle;

use super::answer::{self, MediaType, Problem};
use super::cost::CostModel;
use super::guard;
use super::limiter::Limiter;
use super::request::{self, GraphqlRequest};
use super::{PrivopsSchema, schema, sdl};
use crate::access_log;
use crate::auth;
use crate::context::{App, Ctx};
use crate::error::Error;
use crate::graphql::Loaders;
use crate::platform::config::Introspection;
use crate::platform::random;

/// The GraphQL endpoint.
pub(crate) struct Endpoint {
    app: Arc<App>,
    schema: PrivopsSchema,
    costs: CostModel,
    limits: guard::Limits,
    limiter: Limiter,
}

impl Endpoint {
    /// The endpoint of an instance.
    ///
    /// # Errors
    /// A text, when the schema cannot be priced.
    pub(crate) fn new(app: Arc<App>) -> std::result::Result<Self, String> {
        let limits = guard::Limits {
            bytes: app.config.limits.document_bytes,
            ..guard::Limits::DEFAULT
        };
        Ok(Self {
            costs: CostModel::from_sdl(&sdl())?,
            limiter: Limiter::new(&app.config.limits),
            schema: schema(),
            limits,
            app,
        })
    }

    async fn answer(
        &self,
        request: &Request,
        body: Body,
        request_id: &str,
    ) -> std::result::Result<(Response, Outcome), (Problem, MediaType)> {
        let Some(media) = request::media_type(request.headers()) else {
            let problem = Problem::new(
                StatusCode::NOT_ACCEPTABLE,
                ErrorCode::BadRequest,
                "accept application/graphql-response+json or application/json",
            );
            return Err((problem, MediaType::Json));
        };
        let failed = |problem| (problem, media);
        let ctx = authenticate(&self.app, request).await.map_err(failed)?;
        let mut asked = request::read(request, body, &self.app.config.http)
            .await
            .map_err(failed)?;
        let document = self.check(&asked).map_err(failed)?;
        let operation = operation(&document, asked.operation_name.as_deref()).map_err(failed)?;
        let kind = operation.node.ty;
        if kind == OperationType::Mutation && request.method() != poem::http::Method::POST {
            let problem = Problem::new(
                StatusCode::METHOD_NOT_ALLOWED,
                ErrorCode::BadRequest,
                "mutations go by POST",
            );
            return Err(failed(problem.allow("POST")));
        }
        let variables = asked.take_variables();
        required(operation, &variables).map_err(failed)?;
        self.pay(ctx.as_ref(), &document, &asked, &variables)
            .map_err(failed)?;
        let field = self.root_field(operation);
        let reader = ctx
            .clone()
            .map(|ctx| (ctx, self.root_fields(operation, &document)));
        let run = Self::prepare(ctx, asked, document, variables);
        let run = self.run(run, reader, kind);
        let outcome = self.execute(kind, run).await.map_err(failed)?;
        let (response, code) = answer::respond(&outcome, media, request_id);
        Ok((response, Outcome { field, code }))
    }

    fn check(&self, asked: &GraphqlRequest) -> std::result::Result<ExecutableDocument, Problem> {
        guard::check(&asked.query, &self.limits).map_err(|rejection| {
            let code = ErrorCode::from_text(rejection.code());
            let code = code.unwrap_or(ErrorCode::GraphqlValidationFailed);
            match code {
                ErrorCode::QueryTooComplex | ErrorCode::DocumentTooLarge => {
                    Problem::new(StatusCode::BAD_REQUEST, code, rejection.to_string())
                }
                _ => Problem::of_document(code, rejection.to_string(), rejection.position()),
            }
        })
    }

    /// The first root field, if it is one of ours: metrics and logs must not take names from callers.
    fn root_field(&self, operation: &Positioned<OperationDefinition>) -> String {
        let first = operation.node.selection_set.node.items.first();
        let name = match first.map(|item| &item.node) {
            Some(Selection::Field(field)) => field.node.name.node.as_str(),
            _ => "",
        };
        let known = self.costs.knows_root(operation.node.ty, name);
        if known {
            name.to_owned()
        } else {
            "other".to_owned()
        }
    }

    /// All root fields that are ours, wherever they stand: none hides behind another.
    fn root_fields(
        &self,
        operation: &Positioned<OperationDefinition>,
        document: &ExecutableDocument,
    ) -> String {
        let (mut names, mut seen) = (BTreeSet::new(), BTreeSet::new());
        let mut sets = vec![&operation.node.selection_set.node];
        while let Some(set) = sets.pop() {
            for selection in &set.items {
                match &selection.node {
                    Selection::Field(field) => {
                        names.insert(field.node.name.node.as_str());
                    }
                    Selection::InlineFragment(fragment) => {
                        sets.push(&fragment.node.selection_set.node);
                    }
                    Selection::FragmentSpread(spread) => {
                        let name = &spread.node.fragment_name.node;
                        let fragment = document.fragments.get(name);
                        let new = fragment.filter(|_| seen.insert(name.as_str()));
                        sets.extend(new.map(|fragment| &fragment.node.selection_set.node));
                    }
                }
            }
        }
        names.retain(|name| self.costs.knows_root(operation.node.ty, name));
        names.into_iter().collect::<Vec<_>>().join(" ")
    }

    fn pay(
        &self,
        ctx: Option<&Ctx>,
        document: &ExecutableDocument,
        asked: &GraphqlRequest,
        variables: &Variables,
    ) -> std::result::Result<(), Problem> {
        let cost = self
            .costs
            .cost(document, asked.operation_name.as_deref(), variables)
            .saturating_add(items(variables));
        let most = self.app.config.limits.query_cost;
        if cost > most {
            let message = format!(
                "the query costs {cost} points; at most {most} are allowed: ask for smaller pages"
            );
            return Err(Problem::new(
                StatusCode::BAD_REQUEST,
                ErrorCode::QueryTooComplex,
                message,
            ));
        }
        match ctx.and_then(|ctx| ctx.actor.integration) {
            Some(integration) => Ok(self.limiter.spend(integration, cost.max(1))?),
            None => Ok(()),
        }
    }

    fn prepare(
        ctx: Option<Ctx>,
        asked: GraphqlRequest,
        document: ExecutableDocument,
        variables: Variables,
    ) -> async_graphql::Request {
        let mut run = async_graphql::Request::new(asked.query).variables(variables);
        if let Some(name) = asked.operation_name {
            run = run.operation_name(name);
        }
        run.set_parsed_query(document);
        match ctx {
            Some(ctx) => run.data(Loaders::new(ctx.clone())).data(ctx),
            None => run,
        }
    }

    /// Runs the operation. What the answer shows of persons is on record before it is given.
    fn run(
        &self,
        request: async_graphql::Request,
        reader: Option<(Ctx, String)>,
        kind: OperationType,
    ) -> impl Future<Output = Answered> + Send + use<> {
        let schema = self.schema.clone();
        async move {
            let response = schema.execute(request).await;
            let Some((reader, fields)) = reader else {
                return Ok(response);
            };
            match access_log::service::record(&reader, &fields).await {
                Ok(()) => Ok(response),
                Err(error) if kind == OperationType::Mutation && response.is_ok() => {
                    Err(done_unseen(&error))
                }
                Err(error) => Err(error),
            }
        }
    }

    /// Does the work in a task of its own: a query ends with its caller, a mutation runs to its end even if the
    /// caller hangs up.
    async fn execute(
        &self,
        kind: OperationType,
        work: impl Future<Output = Answered> + Send + 'static,
    ) -> std::result::Result<async_graphql::Response, Problem> {
        let config = &self.app.config.http;
        let finished = if kind == OperationType::Mutation {
            // Tracked, so that a stop waits for it.
            let task = self.app.mutations.spawn(work);
            tokio::time::timeout(config.mutation_timeout(), task).await
        } else {
            let task = AbortOnDropHandle::new(tokio::spawn(work));
            tokio::time::timeout(config.query_timeout(), task).await
        };
        match finished {
            Ok(Ok(Ok(response))) => Ok(response),
            Ok(Ok(Err(error))) => Err(error.into()),
            Ok(Err(panicked)) => {
                // What it said may be personal; where it happened is in the log already.
                drop(panicked);
                Err(Error::internal("executing", Panicked).into())
            }
            Err(_elapsed) => Err(Error::Timeout.into()),
        }
    }
}

/// What is answered where a change was made, and it could not be written down what its answer shows.
fn done_unseen(error: &Error) -> Error {
    let cause = error.for_log();
    tracing::error!(
        cause,
        "a change was made, and its answer could not be given"
    );
    Error::Refused {
        code: ErrorCode::Unavailable,
        reason: "it was done, but its answer shows personal data, and that could not be written down: ask for it again"
            .to_owned(),
    }
}

/// What running an operation gives: an error where it could not be written down what it shows.
type Answered = std::result::Result<async_graphql::Response, Error>;

/// The caller's context; none for a caller without a token, who is told so by whatever needs one.
///
/// # Errors
/// A [`Problem`] for a caller whose token does not work, and for one without, where the schema is not public.
pub(in crate::entry) async fn authenticate(
    app: &Arc<App>,
    request: &Request,
) -> std::result::Result<Option<Ctx>, Problem> {
    let Some(token) = request::bearer(request.headers()).transpose()? else {
        if app.config.http.introspection == Introspection::Public {
            return Ok(None);
        }
        // Before the body is read: a stranger costs next to nothing.
        let message = "send a token in the header: Authorization: Bearer TOKEN";
        return Err(Error::Unauthenticated(message).into());
    };
    let actor = auth::service::authenticate(app, token).await?;
    let key = request.headers().get("idempotency-key");
    let key = match key.map(|key| key.to_str()) {
        Some(Err(_not_ascii)) => {
            return Err(Error::invalid("Idempotency-Key", "must be printable ASCII").into());
        }
        Some(Ok(key)) => Some(key),
        None => None,
    };
    let headers = request.headers();
    let reason = request::reason(headers)?;
    let person = request::person(headers)?;
    let ctx = Ctx::new(Arc::clone(app), actor)
        .with_idempotency_key(key)
        .with_reason(reason)
        .with_person(person);
    Ok(Some(ctx))
}

#[derive(Debug, thiserror::Error)]
#[error("an operation panicked")]
struct Panicked;

/// How many items the lists of the variables have: a change of five hundred costs more than one of one. Plain values,
/// such as the ids of a snapshot, are looked up in one statement: ten of them count as one.
fn items(variables: &Variables) -> u64 {
    fn count(value: &Value) -> u64 {
        match value {
            Value::List(items) => {
                let is_plain = |item: &&Value| !matches!(item, Value::List(_) | Value::Object(_));
                let plain = items.iter().filter(is_plain).count();
                let counted = plain.div_ceil(10) + (items.len() - plain);
                let counted = u64::try_from(counted).unwrap_or(u64::MAX);
                items
                    .iter()
                    .fold(counted, |sum, item| sum.saturating_add(count(item)))
            }
            Value::Object(fields) => fields
                .values()
                .fold(0, |sum, field| sum.saturating_add(count(field))),
            _ => 0,
        }
    }
    variables
        .values()
        .fold(0, |sum, value| sum.saturating_add(count(value)))
}

/// What the metrics want to know of an operation.
struct Outcome {
    field: String,
    code: Option<ErrorCode>,
}

impl poem::Endpoint for Endpoint {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let began = Instant::now();
        let request_id = random::id().simple().to_string();
        let (parts, body) = request.into_parts();
        let request = Request::from_parts(parts, Body::empty());
        let (response, outcome) = match self.answer(&request, body, &request_id).await {
            Ok((response, outcome)) => (response, outcome),
            Err((problem, media)) => {
                let outcome = Outcome {
                    field: "none".to_owned(),
                    code: Some(problem.code()),
                };
                (problem.respond(media, &request_id), outcome)
            }
        };
        let code = outcome.code.map_or("OK", ErrorCode::as_str);
        self.app
            .metrics
            .operation(&outcome.field, code, began.elapsed());
        tracing::debug!(
            request_id,
            field = outcome.field,
            code,
            status = response.status().as_u16(),
            micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX),
            "answered"
        );
        Ok(response)
    }
}

/// The operation that is meant.
fn operation<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> std::result::Result<&'a Positioned<OperationDefinition>, Problem> {
    let mut operations = document.operations.iter();
    let found = match name {
        Some(name) => operations.find(|(known, _)| known.is_some_and(|known| known == name)),
        None => operations.next().filter(|_| operations.next().is_none()),
    };
    found.map(|(_, operation)| operation).ok_or_else(|| {
        let message = "operationName does not name one of the operations of the document";
        Problem::of_document(ErrorCode::GraphqlValidationFailed, message, None)
    })
}

/// Variables that must be given are: the engine looks only when an argument uses one.
fn required(
    operation: &Positioned<OperationDefinition>,
    variables: &Variables,
) -> std::result::Result<(), Problem> {
    for definition in &operation.node.variable_definitions {
        let variable = &definition.node;
        let given = variables.get(&variable.name.node);
        let is_null = given.is_none_or(|value| *value == async_graphql::Value::Null);
        let may_be_absent = given.is_none() && variable.default_value.is_some();
        if !variable.var_type.node.nullable && is_null && !may_be_absent {
            let message = format!("the variable ${} must be given", variable.name.node);
            let code = ErrorCode::GraphqlValidationFailed;
            return Err(Problem::of_document(code, message, Some(definition.pos)));
        }
    }
    Ok(())
}
