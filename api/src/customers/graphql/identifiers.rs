//! Identifiers in the schema.

use std::collections::HashMap;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::enums::{IdentifierKind, IdentifierVerification};
use entity::id::{CustomerId, IdentifierId};
use entity::time::Timestamp;

use super::inputs::IdentifierInput;
use crate::auth::graphql::Integration;
use crate::context::Ctx;
use crate::customers::service::{self, Customer, Identifier};
use crate::error::Result;
use crate::graphql::{
    Batch, Nullable, OnBehalfOfInput, ctx_for, load, once, open, personal, read_back,
};

/// What an outside system knows a customer by.
#[Object]
impl Identifier {
    /// Identity.
    async fn id(&self) -> IdentifierId {
        self.row.id
    }

    /// Which kind.
    async fn kind(&self) -> IdentifierKind {
        self.row.kind
    }

    /// The outside system, of an external id.
    async fn system(&self) -> Option<&str> {
        self.row.system.as_deref()
    }

    /// The value as it was given. Null for a role without `READ_PERSONAL_DATA`, and after erasure.
    #[graphql(directive = personal::apply("user.contact".to_owned()))]
    async fn value(&self) -> Nullable<String> {
        open(self.value.as_ref()).transpose()
    }

    /// When it was recorded.
    async fn recorded_at(&self) -> Timestamp {
        self.row.recorded_at
    }

    /// Who recorded it; null for the operator at the command line, and where it was not written down.
    async fn recorded_by(&self, context: &Context<'_>) -> Nullable<Integration> {
        load(context, self.row.integration_id?).await.transpose()
    }

    /// From when on it leads to the customer no more; null while it does.
    async fn ended_at(&self) -> Option<Timestamp> {
        self.row.ended_at
    }

    /// When it was made sure last that it is the customer's; null when it never was.
    async fn verified_at(&self) -> Option<Timestamp> {
        self.row.verified_at
    }

    /// How it was made sure last.
    async fn verification(&self) -> Option<IdentifierVerification> {
        self.row.verification
    }
}

impl Batch for IdentifierId {
    type Value = Identifier;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Identifier>> {
        service::identifiers_by_id(ctx, keys).await
    }
}

/// A customer and another identifier of theirs.
#[derive(InputObject)]
pub(crate) struct AddIdentifierInput {
    /// The customer.
    customer_id: CustomerId,
    /// The identifier.
    identifier: IdentifierInput,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Sent again with the same input, the call answers as before and changes nothing.
    idempotency_key: Option<ID>,
}

/// What `addIdentifier` answers.
#[derive(SimpleObject)]
pub(crate) struct AddIdentifierPayload {
    /// The customer with the identifier.
    customer: Option<Customer>,
}

/// An identifier that leads to its customer no more.
#[derive(InputObject)]
pub(crate) struct EndIdentifierInput {
    /// The identifier.
    identifier_id: IdentifierId,
    /// From when on. Absent: now, or as it is recorded. Another instant corrects what is recorded.
    ended_at: Option<Timestamp>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Sent again with the same input, the call answers as before and changes nothing.
    idempotency_key: Option<ID>,
}

/// What `endIdentifier` answers.
#[derive(SimpleObject)]
pub(crate) struct EndIdentifierPayload {
    /// The identifier.
    identifier: Option<Identifier>,
    /// Whose it was.
    customer: Option<Customer>,
}

/// How it was made sure that an identifier is its customer's.
#[derive(InputObject)]
pub(crate) struct VerifyIdentifierInput {
    /// The identifier.
    identifier_id: IdentifierId,
    /// How.
    method: IdentifierVerification,
    /// When; now, when absent.
    verified_at: Option<Timestamp>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Sent again with the same input, the call answers as before and changes nothing.
    idempotency_key: Option<ID>,
}

/// What `verifyIdentifier` answers.
#[derive(SimpleObject)]
pub(crate) struct VerifyIdentifierPayload {
    /// The identifier.
    identifier: Option<Identifier>,
    /// Whose it is.
    customer: Option<Customer>,
}

/// Changes to identifiers.
#[derive(Default)]
pub(super) struct IdentifiersMutation;

#[Object]
impl IdentifiersMutation {
    /// Adds an identifier to a customer. Errors: NOT_FOUND; CONFLICT when the external id leads to a customer
    /// already; BAD_USER_INPUT when the customer has 100 identifiers, those that ended among them.
    async fn add_identifier(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The customer and the identifier.")] input: AddIdentifierInput,
    ) -> Result<AddIdentifierPayload> {
        let once = once("addIdentifier", input.idempotency_key.as_ref(), &input)?;
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let id = input.customer_id;
        let id = service::add_identifier(&ctx, id, input.identifier.into(), once).await?;
        Ok(AddIdentifierPayload {
            customer: read_back(context, id).await,
        })
    }

    /// Ends an identifier: look-ups by it lead to its customer no more, and an external id may be given to another.
    /// The history stays. Errors: NOT_FOUND.
    async fn end_identifier(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The identifier, and from when on.")] input: EndIdentifierInput,
    ) -> Result<EndIdentifierPayload> {
        let once = once("endIdentifier", input.idempotency_key.as_ref(), &input)?;
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let id = input.identifier_id;
        let id = service::end_identifier(&ctx, id, input.ended_at, once).await?;
        let (identifier, customer) = identified(context, id).await;
        Ok(EndIdentifierPayload {
            identifier,
            customer,
        })
    }

    /// Writes down that it was made sure that an identifier is its customer's, how and when. Errors: NOT_FOUND.
    async fn verify_identifier(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The identifier, and how it was verified.")] input: VerifyIdentifierInput,
    ) -> Result<VerifyIdentifierPayload> {
        let once = once("verifyIdentifier", input.idempotency_key.as_ref(), &input)?;
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let (id, method, at) = (input.identifier_id, input.method, input.verified_at);
        let id = service::verify_identifier(&ctx, id, method, at, once).await?;
        let (identifier, customer) = identified(context, id).await;
        Ok(VerifyIdentifierPayload {
            identifier,
            customer,
        })
    }
}

/// An identifier with its customer. A failed read-back must not turn a committed change into an error.
async fn identified(
    context: &Context<'_>,
    id: IdentifierId,
) -> (Option<Identifier>, Option<Customer>) {
    let Some(identifier) = read_back(context, id).await else {
        return (None, None);
    };
    let customer = read_back(context, identifier.row.customer_id).await;
    (Some(identifier), customer)
}
