//! The caller, integrations and tokens in the schema.

use std::collections::HashMap;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::enums::{Action, ErrorCode, Role};
use entity::id::{ControllerId, IntegrationId, TokenId};
use entity::time::Timestamp;
use entity::{controller, integration, token};

use super::service::{self, Bearer, ControllerChange, update_controller};
use crate::auth::rules;
use crate::context::Ctx;
use crate::error::{Error, Result};
use crate::graphql::{
    Batch, Nullable, OnBehalfOfInput, connection, ctx, ctx_for, load, once, read_back,
};
use crate::platform::page::PageRequest;
use crate::platform::patch::Patch;

/// A controller as a caller sees it.
#[derive(Debug, Clone)]
pub(crate) struct Controller(controller::Model);

/// The legal entity that decides why and how personal data is processed (GDPR Art. 4(7)). Every record belongs to
/// exactly one, and nothing crosses.
#[Object]
impl Controller {
    /// Identity.
    pub(crate) async fn id(&self) -> ControllerId {
        self.0.id
    }

    /// Its name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Prefix of the origins of its logs, fixed when it was created.
    async fn log_origin(&self) -> &str {
        &self.0.log_origin
    }

    /// When it was created.
    async fn created_at(&self) -> Timestamp {
        self.0.created_at
    }

    /// Where it is established: ISO 3166-1, or ISO 3166-2; null where nobody has said. Requests follow the law of that
    /// place, beside that of where the person lives.
    async fn establishment(&self) -> Option<&str> {
        self.0.establishment.as_deref()
    }

    /// IANA time zone in which its days begin, for terms that are counted in days and months; UTC when null.
    async fn time_zone(&self) -> Option<&str> {
        self.0.time_zone.as_deref()
    }
}

impl Batch for ControllerId {
    type Value = Controller;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Controller>> {
        let found = service::controller_of(ctx).await?;
        Ok(found
            .into_iter()
            .filter(|row| keys.contains(&row.id))
            .map(|row| (row.id, Controller(row)))
            .collect())
    }
}

/// An integration as a caller sees it.
#[derive(Debug, Clone)]
pub(crate) struct Integration(integration::Model);

/// A machine client of the controller: billing, tickets, mail, abuse handling, a dashboard.
#[Object]
impl Integration {
    /// Identity.
    pub(crate) async fn id(&self) -> IntegrationId {
        self.0.id
    }

    /// Its name, unique within the controller.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What it may do.
    async fn role(&self) -> Role {
        self.0.role
    }

    /// When it was made.
    async fn created_at(&self) -> Timestamp {
        self.0.created_at
    }

    /// When it called last, to within some seconds; null when it never did.
    async fn last_used_at(&self) -> Option<Timestamp> {
        self.0.last_used_at
    }

    /// Its tokens that work, oldest first: at most 20. Only for a role with `READ_INTEGRATIONS`.
    async fn tokens(&self, context: &Context<'_>) -> Nullable<Vec<Token>> {
        let tokens = load(context, TokensOf(self.0.id)).await.transpose()?;
        Some(tokens.map(|tokens| tokens.into_iter().map(Token).collect()))
    }
}

impl Batch for IntegrationId {
    type Value = Integration;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Integration>> {
        let found = service::integrations_by_id(ctx, keys).await?;
        Ok(found
            .into_iter()
            .map(|(id, row)| (id, Integration(row)))
            .collect())
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct TokensOf(IntegrationId);

impl Batch for TokensOf {
    type Value = Vec<token::Model>;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Vec<token::Model>>> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = service::live_tokens(ctx, &ids).await?;
        Ok(found
            .into_iter()
            .map(|(id, rows)| (Self(id), rows))
            .collect())
    }
}

/// A token as a caller sees it.
#[derive(Debug, Clone)]
pub(crate) struct Token(token::Model);

/// What is known of a token. The token itself is shown once, when it is issued, and not stored.
#[Object]
impl Token {
    /// Identity: the `jti` of the token.
    async fn id(&self) -> TokenId {
        self.0.id
    }

    /// When it was issued.
    async fn issued_at(&self) -> Timestamp {
        self.0.issued_at
    }

    /// When it stops working.
    async fn expires_at(&self) -> Timestamp {
        self.0.expires_at
    }

    /// When it was revoked.
    async fn revoked_at(&self) -> Option<Timestamp> {
        self.0.revoked_at
    }
}

/// Who calls.
pub(crate) struct Viewer(Ctx);

/// Who calls, and what they may do.
#[Object]
impl Viewer {
    /// The controller that the caller calls for.
    async fn controller(&self, context: &Context<'_>) -> Nullable<Controller> {
        load(context, self.0.controller()).await.transpose()
    }

    /// The caller.
    async fn integration(&self, context: &Context<'_>) -> Nullable<Integration> {
        load(context, self.0.actor.integration?).await.transpose()
    }

    /// The token of this request.
    async fn token_id(&self) -> Option<TokenId> {
        self.0.actor.token
    }

    /// What the caller's role allows.
    async fn actions(&self) -> Vec<Action> {
        rules::actions_of(self.0.actor.role)
    }

    /// Every code that `extensions.code` of an error can have.
    async fn error_codes(&self) -> &'static [ErrorCode] {
        ErrorCode::ALL
    }
}

connection! {
    /// A page of integrations.
    IntegrationConnection, IntegrationEdge, Integration
}

/// Queries over callers.
#[derive(Default)]
pub(crate) struct AuthQuery;

#[Object]
impl AuthQuery {
    /// Who calls, and what they may do.
    async fn viewer(&self, context: &Context<'_>) -> Result<Viewer> {
        Ok(Viewer(ctx(context)?.clone()))
    }

    /// The controller's integrations, oldest first.
    async fn integrations(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Page size: 1 to 100, 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The page after this cursor of the same list.")] after: Option<String>,
    ) -> Result<IntegrationConnection> {
        let page = service::integrations(ctx(context)?, PageRequest { first, after }).await?;
        Ok(IntegrationConnection::new(page.map(Integration)))
    }
}

/// For whom a token is to be issued: a new integration (name and role), or one that exists (its id).
#[derive(InputObject)]
pub(crate) struct IssueTokenInput {
    /// An integration that exists. Its other tokens stay valid, so that it can change over without a pause.
    integration_id: Option<IntegrationId>,
    /// Name of a new integration: 1 to 200 characters, unique within the controller. It names a machine, not a
    /// person.
    name: Option<String>,
    /// What the new integration may do.
    role: Option<Role>,
    /// After how many days the token stops working; the server's configuration sets default and maximum.
    expires_in_days: Option<i32>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Sent again with the same input, the call answers as before, without the token, and changes nothing.
    idempotency_key: Option<ID>,
}

impl IssueTokenInput {
    fn bearer(&self) -> Result<Bearer> {
        match (self.integration_id, &self.name, self.role) {
            (Some(id), None, None) => Ok(Bearer::Existing(id)),
            (None, Some(name), Some(role)) => Ok(Bearer::New {
                name: name.clone(),
                role,
            }),
            _ => Err(Error::invalid(
                "input",
                "give either integrationId, or name and role",
            )),
        }
    }
}

/// What `issueToken` answers.
#[derive(SimpleObject)]
pub(crate) struct IssueTokenPayload {
    /// The token itself. It is not stored, so it is null when the call is replayed.
    secret: Option<String>,
    /// What is known of the token.
    token: Option<Token>,
    /// Whose it is.
    integration: Option<Integration>,
}

/// A token to be revoked.
#[derive(InputObject)]
pub(crate) struct RevokeTokenInput {
    /// The token.
    token_id: TokenId,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Sent again with the same input, the call answers as before and changes nothing.
    idempotency_key: Option<ID>,
}

/// What `revokeToken` answers.
#[derive(SimpleObject)]
pub(crate) struct RevokeTokenPayload {
    /// Whose token it was.
    integration: Option<Integration>,
}

/// What is different about the controller; what is absent stays as it is.
#[derive(InputObject)]
pub(crate) struct UpdateControllerInput {
    /// Where it is established: a country (ISO 3166-1), as `BG`, or a part of one (ISO 3166-2), as `US-TX`.
    establishment: Patch<String>,
    /// IANA time zone in which its days begin, as `Europe/Sofia`.
    time_zone: Patch<String>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Sent again with the same input, the call answers as before and changes nothing.
    idempotency_key: Option<ID>,
}

/// What `updateController` answers.
#[derive(SimpleObject)]
pub(crate) struct UpdateControllerPayload {
    /// The controller as it is now; null when it was changed but could not be read.
    controller: Option<Controller>,
}

/// Changes to the controller and to tokens.
#[derive(Default)]
pub(crate) struct AuthMutation;

#[Object]
impl AuthMutation {
    /// Changes what is known of the controller. Requests that are open keep the clocks that they have.
    async fn update_controller(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is different.")] input: UpdateControllerInput,
    ) -> Result<UpdateControllerPayload> {
        let once = once("updateController", input.idempotency_key.as_ref(), &input)?;
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let change = ControllerChange {
            establishment: input.establishment,
            time_zone: input.time_zone,
        };
        let id = update_controller(&ctx, change, once).await?;
        Ok(UpdateControllerPayload {
            controller: read_back(context, id).await,
        })
    }

    /// Issues a token for a new or an existing integration. Errors: CONFLICT when the name is taken.
    async fn issue_token(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "For whom.")] input: IssueTokenInput,
    ) -> Result<IssueTokenPayload> {
        let once = once("issueToken", input.idempotency_key.as_ref(), &input)?;
        let bearer = input.bearer()?;
        let days = match input.expires_in_days {
            Some(days) => Some(
                u32::try_from(days)
                    .map_err(|_negative| Error::invalid("expiresInDays", "must be positive"))?,
            ),
            None => None,
        };
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let issued = service::issue_token(&ctx, bearer, days, once).await?;
        Ok(IssueTokenPayload {
            secret: issued.secret,
            token: Some(Token(issued.token)),
            integration: Some(Integration(issued.integration)),
        })
    }

    /// Revokes a token: it stops working on every instance within a second. Errors: NOT_FOUND; LAST_OWNER_TOKEN when
    /// no token would be left that can issue others.
    async fn revoke_token(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which token.")] input: RevokeTokenInput,
    ) -> Result<RevokeTokenPayload> {
        let once = once("revokeToken", input.idempotency_key.as_ref(), &input)?;
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let integration = service::revoke_token(&ctx, input.token_id, once).await?;
        Ok(RevokeTokenPayload {
            integration: Some(Integration(integration)),
        })
    }
}
