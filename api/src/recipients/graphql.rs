//! Recipients in the schema.

use std::collections::HashMap;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::enums::{RecipientCategory, RecipientRole};
use entity::id::RecipientId;
use entity::time::Timestamp;

use super::service::{self, NewRecipient, Recipient, RecipientFilter};
use crate::context::Ctx;
use crate::error::{Error, Result};
use crate::graphql::{
    Batch, CountryCode, Nullable, OnBehalfOfInput, connection, ctx, ctx_for, load, once, open,
    personal,
};
use crate::platform::page::PageRequest;
use crate::platform::personal::Personal;

/// Whoever receives personal data from the controller: a processor, a third party, an authority.
#[Object]
impl Recipient {
    /// Identity.
    pub(crate) async fn id(&self) -> RecipientId {
        self.row.id
    }

    /// Its name. Where the recipient is itself a person (role `DATA_SUBJECT`, category `COMPLAINANT`), null for a
    /// role without `READ_PERSONAL_DATA`.
    #[graphql(directive = personal::apply("user.name".to_owned()))]
    async fn name(&self) -> Nullable<String> {
        open(self.name.as_ref()).transpose()
    }

    /// What it is in data-protection law.
    async fn role(&self) -> RecipientRole {
        self.row.role
    }

    /// What it does.
    async fn category(&self) -> RecipientCategory {
        self.row.category
    }

    /// Where it is established.
    async fn country(&self) -> Option<CountryCode> {
        self.row.country.as_deref().and_then(CountryCode::parse)
    }

    /// When it was registered.
    async fn recorded_at(&self) -> Timestamp {
        self.row.recorded_at
    }
}

impl Batch for RecipientId {
    type Value = Recipient;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Recipient>> {
        service::by_ids(ctx, keys).await
    }
}

/// Which recipients are asked for; what is absent does not restrict.
#[derive(Default, InputObject)]
pub(crate) struct RecipientFilterInput {
    /// In one of these roles.
    role: Option<Vec<RecipientRole>>,
    /// In one of these categories.
    category: Option<Vec<RecipientCategory>>,
    /// With exactly this name, without regard to case and spacing.
    #[graphql(directive = personal::apply("user.name".to_owned()))]
    name: Option<Personal>,
}

connection! {
    /// A page of recipients.
    RecipientConnection, RecipientEdge, Recipient
}

/// Queries over recipients.
#[derive(Default)]
pub(crate) struct RecipientsQuery;

#[Object]
impl RecipientsQuery {
    /// The controller's recipients, in the order they were registered.
    async fn recipients(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Page size: 1 to 100, 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The page after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "Which ones.")] filter: Option<RecipientFilterInput>,
    ) -> Result<RecipientConnection> {
        let filter = filter.unwrap_or_default();
        let filter = RecipientFilter {
            roles: filter.role.unwrap_or_default(),
            categories: filter.category.unwrap_or_default(),
            name: filter.name,
        };
        let page = service::list(ctx(context)?, filter, PageRequest { first, after }).await?;
        Ok(RecipientConnection::new(page))
    }
}

/// A recipient to be registered.
#[derive(InputObject)]
pub(crate) struct RegisterRecipientInput {
    /// What it is called: 1 to 200 characters. With the role, without regard to case and spacing, unique.
    #[graphql(directive = personal::apply("user.name".to_owned()))]
    name: Personal,
    /// What it is in data-protection law.
    role: RecipientRole,
    /// What it does; `OTHER` when absent.
    category: Option<RecipientCategory>,
    /// Where it is established.
    country: Option<CountryCode>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Sent again with the same input, the call answers as before and changes nothing.
    idempotency_key: Option<ID>,
}

/// What `registerRecipient` answers.
#[derive(SimpleObject)]
pub(crate) struct RegisterRecipientPayload {
    /// The recipient.
    recipient: Option<Recipient>,
}

/// Changes to recipients.
#[derive(Default)]
pub(crate) struct RecipientsMutation;

#[Object]
impl RecipientsMutation {
    /// Registers a recipient. Errors: CONFLICT when role and name are registered already.
    async fn register_recipient(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The recipient.")] input: RegisterRecipientInput,
    ) -> Result<RegisterRecipientPayload> {
        let once = once("registerRecipient", input.idempotency_key.as_ref(), &input)?;
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let new = new_recipient(input.name, input.role, input.category, input.country);
        let id = service::register(&ctx, new, once).await?;
        Ok(RegisterRecipientPayload {
            recipient: load(context, id).await.ok().flatten(),
        })
    }
}

/// A recipient as a caller describes it.
pub(crate) fn new_recipient(
    name: Personal,
    role: RecipientRole,
    category: Option<RecipientCategory>,
    country: Option<CountryCode>,
) -> NewRecipient {
    NewRecipient {
        name,
        role,
        category: category.unwrap_or(RecipientCategory::Other),
        country: country.map(|country| country.as_str().to_owned()),
    }
}

/// A recipient named by another input: by its id, or by role and name.
#[derive(InputObject)]
pub(crate) struct RecipientRefInput {
    /// One that is registered. Then nothing else may be given.
    id: Option<RecipientId>,
    /// What it is called, with its role. It is registered if it is new; otherwise the one that is registered
    /// is meant, and category and country are not compared.
    #[graphql(directive = personal::apply("user.name".to_owned()))]
    name: Option<Personal>,
    /// What it is in data-protection law.
    role: Option<RecipientRole>,
    /// What it does; `OTHER` when absent.
    category: Option<RecipientCategory>,
    /// Where it is established.
    country: Option<CountryCode>,
}

impl RecipientRefInput {
    /// Which recipient is meant.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is named in no way or in two.
    pub(crate) fn check(self, field: &str) -> Result<super::RecipientRef> {
        match self {
            Self {
                id: Some(id),
                name: None,
                role: None,
                category: None,
                country: None,
            } => Ok(super::RecipientRef::Id(id)),
            Self {
                id: None,
                name: Some(name),
                role: Some(role),
                category,
                country,
            } => {
                let new = new_recipient(name, role, category, country);
                Ok(super::RecipientRef::Named(new))
            }
            _ => Err(Error::invalid(field, "give either id, or name and role")),
        }
    }
}
