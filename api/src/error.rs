//! Why a use case did not do what was asked, in terms of the domain: no transport, no database.
//!
//! `Display` is the text for the caller. It never contains the cause, which goes to the log with the
//! request's id, and never a personal value.

use std::sync::Arc;

use entity::enums::{Action, DisclosureGround, ErrorCode, RetentionAnchor};

/// The cause of a failure that is not the caller's, kept for the log.
pub(crate) type Cause = Arc<dyn std::error::Error + Send + Sync>;

/// What every use case answers with.
pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a use case did not do what was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum Error {
    /// The caller is not known. The text says what is wrong with the token, never what it holds.
    #[error("{0}")]
    Unauthenticated(&'static str),
    /// The caller's role does not hold the action.
    #[error("this integration's role does not allow {action}")]
    Forbidden {
        /// What would be needed.
        action: Action,
    },
    /// The caller's role does not hold a ground of disclosure.
    #[error("this integration's role may not record disclosures on the ground {ground}")]
    ForbiddenGround {
        /// Which ground.
        ground: DisclosureGround,
    },
    /// The caller's role does not hold something that retention counts from.
    #[error("this integration's role may not record {anchor}")]
    ForbiddenAnchor {
        /// What.
        anchor: RetentionAnchor,
    },
    /// There is no such thing, or it is another controller's.
    #[error("there is no such {what}")]
    NotFound {
        /// The kind of thing, in the words of the schema.
        what: &'static str,
    },
    /// An input value cannot be used.
    #[error("{field}: {problem}")]
    Invalid {
        /// Path of the input field, as `subjects[0].by`.
        field: String,
        /// What is wrong and what is allowed.
        problem: String,
        /// A value that was probably meant.
        suggestion: Option<&'static str>,
    },
    /// A rule said no.
    #[error("{reason}")]
    Refused {
        /// Which rule.
        code: ErrorCode,
        /// Why, and what would change it.
        reason: String,
    },
    /// It collides with something that is there already.
    #[error("{0}")]
    Conflict(&'static str),
    /// The idempotency key was used with another input.
    #[error("this idempotency key was used before with another input")]
    IdempotencyKeyReused,
    /// A look-up leads to several customers.
    #[error(
        "the look-up leads to {candidates} customers, not to one; customerCandidates lists them"
    )]
    Ambiguous {
        /// How many.
        candidates: i64,
    },
    /// One of the others, with the input that it is about.
    #[error("{field}: {error}")]
    At {
        /// Path of the input field, as `assignments[7].customer`.
        field: String,
        /// What is wrong with it.
        error: Box<Error>,
    },
    /// The caller's allowance is used up.
    #[error("the rate limit of this integration is reached; try again in {retry_after_seconds} s")]
    RateLimited {
        /// When to try again.
        retry_after_seconds: u64,
    },
    /// The request ran out of time.
    #[error("the request took too long and was stopped")]
    Timeout,
    /// Something the server depends on does not answer. The same request may succeed later.
    #[error(
        "the service cannot answer right now; try again, a change with the same idempotency key"
    )]
    Unavailable(Cause),
    /// A fault of the server.
    #[error("an internal error; give the request id to the operator")]
    Internal {
        /// What the server was doing.
        doing: &'static str,
        /// Why it failed.
        cause: Cause,
    },
}

impl Error {
    /// The code that callers see.
    pub(crate) fn code(&self) -> ErrorCode {
        match self {
            Self::Unauthenticated(_) => ErrorCode::Unauthenticated,
            Self::Forbidden { .. }
            | Self::ForbiddenGround { .. }
            | Self::ForbiddenAnchor { .. } => ErrorCode::Forbidden,
            Self::NotFound { .. } => ErrorCode::NotFound,
            Self::Invalid { .. } => ErrorCode::BadUserInput,
            Self::Refused { code, .. } => *code,
            Self::Conflict(_) => ErrorCode::Conflict,
            Self::IdempotencyKeyReused => ErrorCode::IdempotencyKeyReused,
            Self::Ambiguous { .. } => ErrorCode::Ambiguous,
            Self::At { error, .. } => error.code(),
            Self::RateLimited { .. } => ErrorCode::RateLimited,
            Self::Timeout => ErrorCode::Timeout,
            Self::Unavailable(_) => ErrorCode::Unavailable,
            Self::Internal { .. } => ErrorCode::Internal,
        }
    }

    /// What the log says of it: the cause, where the fault is not the caller's.
    pub(crate) fn for_log(&self) -> String {
        match self {
            Self::Internal { cause, .. } | Self::Unavailable(cause) => cause.to_string(),
            error => error.to_string(),
        }
    }

    /// An input value that cannot be used.
    pub(crate) fn invalid(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Invalid {
            field: field.into(),
            problem: problem.into(),
            suggestion: None,
        }
    }

    /// A fault of the server, with its cause.
    pub(crate) fn internal(
        doing: &'static str,
        cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Internal {
            doing,
            cause: Arc::from(cause.into()),
        }
    }

    /// The input field that it is about, where it is about one.
    pub(crate) fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid { field, .. } | Self::At { field, .. } => Some(field),
            _ => None,
        }
    }

    /// Says which input it is about: an item of a list, before the field that a shared check named. What is about the
    /// whole request stays as it is.
    pub(crate) fn at(self, place: &str) -> Self {
        let below = |field: &str| match field {
            "" => place.to_owned(),
            field => format!("{place}.{field}"),
        };
        match self {
            Self::Invalid {
                field,
                problem,
                suggestion,
            } => Self::Invalid {
                field: below(&field),
                problem,
                suggestion,
            },
            Self::At { field, error } => Self::At {
                field: below(&field),
                error,
            },
            Self::Forbidden { .. }
            | Self::ForbiddenGround { .. }
            | Self::ForbiddenAnchor { .. }
            | Self::NotFound { .. }
            | Self::Refused { .. }
            | Self::Conflict(_)
            | Self::IdempotencyKeyReused
            | Self::Ambiguous { .. } => Self::At {
                field: place.to_owned(),
                error: Box::new(self),
            },
            Self::Unauthenticated(_)
            | Self::RateLimited { .. }
            | Self::Timeout
            | Self::Unavailable(_)
            | Self::Internal { .. } => self,
        }
    }
}
