//! The codes of errors.

text_enum! {
    /// Why a request, or a part of it, failed: `extensions.code` of each error. The HTTP status
    /// named here is sent when the whole request failed; a partial answer has status 200.
    pub enum ErrorCode {
        /// The caller is not known: the token is missing, malformed, expired or revoked. HTTP 401.
        /// The same request succeeds only with another token.
        Unauthenticated = "UNAUTHENTICATED",
        /// The caller is known, but its role does not allow the action. HTTP 403. The same request
        /// fails again until the role is changed.
        Forbidden = "FORBIDDEN",
        /// A mutation names something that does not exist or is not the caller's. HTTP 404. The
        /// same request fails again unless the thing is created first.
        NotFound = "NOT_FOUND",
        /// An input value cannot be used; `extensions.field` says which. HTTP 400. The same request
        /// fails again.
        BadUserInput = "BAD_USER_INPUT",
        /// The change collides with what is recorded, for example with an external id in use or a
        /// newer version. HTTP 409. Read again and decide before another attempt.
        Conflict = "CONFLICT",
        /// The idempotency key was used before with another input. HTTP 409. The same request fails
        /// again; a new key is needed if the new input is meant.
        IdempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED",
        /// A look-up leads to several customers; `extensions` says to how many. HTTP 409. The same
        /// request fails again; look up by something narrower, or choose among the candidates.
        Ambiguous = "AMBIGUOUS",
        /// The caller's allowance is used up. HTTP 429. The same request can succeed after the time
        /// that the header `Retry-After` names.
        RateLimited = "RATE_LIMITED",
        /// The query would cost more than is allowed: too deep, too many fields, or too large
        /// pages. HTTP 400. The same request fails again; ask for less.
        QueryTooComplex = "QUERY_TOO_COMPLEX",
        /// The document has too many bytes or tokens. HTTP 400. The same request fails again; use
        /// variables or several documents.
        DocumentTooLarge = "DOCUMENT_TOO_LARGE",
        /// The answer took too long. HTTP 503. The same request may succeed later. A mutation may
        /// have been carried out: send it again with the same idempotency key.
        Timeout = "TIMEOUT",
        /// The service, or something it depends on, does not answer. HTTP 503. The same request may
        /// succeed later. A mutation may have been carried out all the same: send it again with the
        /// same idempotency key.
        Unavailable = "UNAVAILABLE",
        /// A fault of the service. HTTP 500. The same request may fail again; report
        /// `extensions.requestId`.
        Internal = "INTERNAL",
        /// The document is not GraphQL. HTTP 400. The same request fails again.
        GraphqlParseFailed = "GRAPHQL_PARSE_FAILED",
        /// The document or its variables do not fit the schema. HTTP 400. The same request fails
        /// again.
        GraphqlValidationFailed = "GRAPHQL_VALIDATION_FAILED",
        /// The HTTP request does not carry one GraphQL request. HTTP 400, or a closer status such
        /// as 405, 413 or 415. The same request fails again.
        BadRequest = "BAD_REQUEST",
        /// Refused: the server lacks a setting for it; the message says which. HTTP 422. The same request fails again until
        /// an operator has set it.
        NotConfigured = "NOT_CONFIGURED",
        /// Refused: it would revoke the last token with which an owner can act. HTTP 422. The same
        /// request fails again until another owner's token has been issued.
        LastOwnerToken = "LAST_OWNER_TOKEN",
        /// Refused: the disclosure was superseded already. HTTP 422. The same request fails again; supersede the
        /// one that took its place.
        DisclosureSuperseded = "DISCLOSURE_SUPERSEDED",
        /// Refused: the subject has a customer already. HTTP 422. The same request fails again; a disclosure that
        /// names the wrong customer is superseded.
        SubjectResolved = "SUBJECT_RESOLVED",
        /// Refused: one of the customers was merged into another. HTTP 422. The same request fails again; take the
        /// customer that it was merged into.
        CustomerMerged = "CUSTOMER_MERGED",
        /// Refused: the state does not follow the present one; the message says which do. HTTP 422. The same request
        /// fails again until the item has come to another state.
        TransitionNotAllowed = "TRANSITION_NOT_ALLOWED",
        /// Refused: it has to be made sure first who asks. HTTP 422. The same request fails again until
        /// `verifyRequester` has said so.
        IdentityNotVerified = "IDENTITY_NOT_VERIFIED",
        /// Refused: it was tried too often to make sure who asks. HTTP 422. The same request can succeed a day after the
        /// last attempt that failed.
        VerificationLocked = "VERIFICATION_LOCKED",
        /// Refused: the clock cannot be extended: by its rule, because it was, or because whoever asks was told too
        /// late. HTTP 422. The same request fails again.
        ExtensionNotAllowed = "EXTENSION_NOT_ALLOWED",
        /// Refused: the clock cannot be paused or resumed: by its rule, or as it stands. HTTP 422. The same request
        /// fails again until it stands otherwise.
        PauseNotAllowed = "PAUSE_NOT_ALLOWED",
        /// Refused: the task is not held under this lease: it lapsed and somebody else has it, or the task has ended.
        /// HTTP 422. The same request fails again; claim tasks anew.
        LeaseLost = "LEASE_LOST",
        /// Refused: a legal hold, or something that a system must keep for now, is in the way of erasing. HTTP 422. The
        /// same request can succeed when that is over; `deletionPlan` says what it is.
        LegalHold = "LEGAL_HOLD",
        /// Refused: whoever asks for another could do so until a day that is over. HTTP 422. The same request fails again
        /// until `verifyRequester` says that they may for longer.
        AuthorityExpired = "AUTHORITY_EXPIRED",
        /// Refused: tasks of the item are not done. HTTP 422. The same request fails again until they are.
        TasksOpen = "TASKS_OPEN",
        /// Refused: something was kept or failed, so that the item is not fulfilled whole. HTTP 422. The same request
        /// fails again; `PARTIALLY_FULFILLED` says what is so.
        NotAllFulfilled = "NOT_ALL_FULFILLED",
    }
}
