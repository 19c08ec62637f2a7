//! What the schema shows of recipients.

use std::collections::HashMap;

use async_graphql::{Context, Interface, Object, SimpleObject};
use entity::enums::{ContactKind, RecipientCategory, RecipientRole};
use entity::id::RecipientId;
use entity::time::Timestamp;

use crate::agreements::graphql::{Agreement, TransferMechanism, agreements_of, mechanisms_of};
use crate::context::Ctx;
use crate::customers::Customer;
use crate::error::Result;
use crate::graphql::{
    Batch, CountryCode, Nullable, connection, load, load_all, open, parts, personal,
};
use crate::recipients::service::{self, Contact, Kind, Recipient};

/// A way to reach a recipient.
#[derive(SimpleObject)]
pub(crate) struct RecipientContact {
    /// What it is.
    kind: ContactKind,
    /// The address, the number, the page, as it was given.
    #[graphql(directive = personal::apply("user.contact".to_owned()))]
    value: String,
    /// What it is for, or who answers.
    #[graphql(directive = personal::apply("user.contact".to_owned()))]
    note: Option<String>,
}

impl From<Contact> for RecipientContact {
    fn from(contact: Contact) -> Self {
        Self {
            kind: contact.kind,
            value: contact.value,
            note: contact.note,
        }
    }
}

/// Declares the kinds of recipients. They have the same fields; what they are tells them apart.
macro_rules! recipients {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub(crate) struct $name(Recipient);

        $(#[$doc])*
        #[Object]
        impl $name {
            /// Identity.
            pub(crate) async fn id(&self) -> RecipientId {
                self.0.row.id
            }

            /// Its name. Of a person, null for a role without `READ_PERSONAL_DATA`, and after erasure.
            #[graphql(directive = personal::apply("user.name".to_owned()))]
            pub(crate) async fn name(&self) -> Nullable<String> {
                open(self.0.name.as_ref()).transpose()
            }

            /// What it is in data-protection law.
            pub(crate) async fn role(&self) -> RecipientRole {
                self.0.row.role
            }

            /// What it does.
            pub(crate) async fn category(&self) -> RecipientCategory {
                self.0.row.category
            }

            /// Where it is established.
            pub(crate) async fn country(&self) -> Option<CountryCode> {
                self.0.row.country.as_deref().and_then(CountryCode::parse)
            }

            /// How to reach it: at most 20, in the order in which they were given. Of a person, null for a role
            /// without `READ_PERSONAL_DATA`, and after erasure.
            pub(crate) async fn contacts(&self) -> Nullable<Vec<RecipientContact>> {
                let contacts = self.0.contacts().transpose()?;
                Some(contacts.map(|contacts| contacts.into_iter().map(Into::into).collect()))
            }

            /// Where its privacy notice is. Of a person, null for a role without `READ_PERSONAL_DATA`, and after
            /// erasure.
            #[graphql(directive = personal::apply("user.contact.url".to_owned()))]
            pub(crate) async fn notice_url(&self) -> Nullable<String> {
                open(self.0.notice_url.as_ref()).transpose()
            }

            /// The processor for which it works (GDPR Art. 28(2) and (4)); null where it works for none.
            pub(crate) async fn engaged_by(&self, context: &Context<'_>) -> Nullable<RecipientNode> {
                works_for(context, self.0.row.id).await.transpose()
            }

            /// Who works for it: at most 100.
            pub(crate) async fn sub_processors(&self, context: &Context<'_>) -> Result<Vec<RecipientNode>> {
                works_here(context, self.0.row.id).await
            }

            /// What was agreed with it, also what has ended: at most 100.
            pub(crate) async fn agreements(&self, context: &Context<'_>) -> Result<Vec<Agreement>> {
                agreements_of(context, self.0.row.id).await
            }

            /// What allows that data goes to it where it is outside of the European Economic Area (GDPR chapter V), also
            /// what has ended: at most 100.
            pub(crate) async fn transfer_mechanisms(
                &self,
                context: &Context<'_>,
            ) -> Result<Vec<TransferMechanism>> {
                mechanisms_of(context, self.0.row.id).await
            }

            /// When it was registered.
            pub(crate) async fn recorded_at(&self) -> Timestamp {
                self.0.row.recorded_at
            }

            /// Counts changes.
            pub(crate) async fn version(&self) -> i32 {
                self.0.row.version
            }

            /// The customer that it is; null for all others, and for a role that may not read customers.
            pub(crate) async fn customer(&self, context: &Context<'_>) -> Nullable<Customer> {
                load(context, self.0.customer?).await.transpose()
            }
        }
    )+};
}

recipients! {
    /// A recipient that processes data under contract for the controller, or for one of its processors (GDPR Art. 28):
    /// role `PROCESSOR` or `SUB_PROCESSOR`.
    Processor,
    /// A recipient that is a court, police force, regulator or other authority: role `PUBLIC_AUTHORITY`.
    PublicAuthority,
    /// A recipient that is a person whose name and contacts not everybody may read: role `DATA_SUBJECT`, category
    /// `COMPLAINANT`, or a customer.
    PersonRecipient,
    /// A recipient that is none of the others: those who decide for themselves, private parties, acquirers, everyone.
    ThirdParty,
}

/// Whoever receives personal data from the controller. Its kind follows from role and category, and may change with
/// them.
#[derive(Clone, Interface)]
#[graphql(
    name = "Recipient",
    field(name = "id", ty = "RecipientId", desc = "Identity."),
    field(
        name = "name",
        ty = "Nullable<String>",
        desc = "Its name. Of a person, null for a role without `READ_PERSONAL_DATA`, and after erasure.",
        directive = personal::apply("user.name".to_owned())
    ),
    field(
        name = "role",
        ty = "RecipientRole",
        desc = "What it is in data-protection law."
    ),
    field(name = "category", ty = "RecipientCategory", desc = "What it does."),
    field(
        name = "country",
        ty = "Option<CountryCode>",
        desc = "Where it is established."
    ),
    field(
        name = "contacts",
        ty = "Nullable<Vec<RecipientContact>>",
        desc = "How to reach it: at most 20, in the order in which they were given. Of a person, null for a role \
                without `READ_PERSONAL_DATA`, and after erasure."
    ),
    field(
        name = "notice_url",
        ty = "Nullable<String>",
        desc = "Where its privacy notice is. Of a person, null for a role without `READ_PERSONAL_DATA`, and after \
                erasure.",
        directive = personal::apply("user.contact.url".to_owned())
    ),
    field(
        name = "engaged_by",
        ty = "Nullable<RecipientNode>",
        desc = "The processor for which it works (GDPR Art. 28(2) and (4)); null where it works for none."
    ),
    field(
        name = "sub_processors",
        ty = "Vec<RecipientNode>",
        desc = "Who works for it: at most 100."
    ),
    field(
        name = "agreements",
        ty = "Vec<Agreement>",
        desc = "What was agreed with it, also what has ended: at most 100."
    ),
    field(
        name = "transfer_mechanisms",
        ty = "Vec<TransferMechanism>",
        desc = "What allows that data goes to it where it is outside of the European Economic Area (GDPR chapter V), \
                also what has ended: at most 100."
    ),
    field(
        name = "recorded_at",
        ty = "Timestamp",
        desc = "When it was registered."
    ),
    field(name = "version", ty = "i32", desc = "Counts changes."),
    field(
        name = "customer",
        ty = "Nullable<Customer>",
        desc = "The customer that it is; null for all others, and for a role that may not read customers."
    )
)]
pub(crate) enum RecipientNode {
    /// Under contract.
    Processor(Box<Processor>),
    /// An authority.
    PublicAuthority(Box<PublicAuthority>),
    /// A person.
    Person(Box<PersonRecipient>),
    /// Anybody else.
    ThirdParty(Box<ThirdParty>),
}

impl RecipientNode {
    /// Shows a recipient as what it is.
    pub(super) fn new(recipient: Recipient) -> Self {
        match recipient.kind() {
            Kind::Processor => Self::Processor(Box::new(Processor(recipient))),
            Kind::PublicAuthority => Self::PublicAuthority(Box::new(PublicAuthority(recipient))),
            Kind::Person => Self::Person(Box::new(PersonRecipient(recipient))),
            Kind::ThirdParty => Self::ThirdParty(Box::new(ThirdParty(recipient))),
        }
    }
}

impl Processor {
    /// Shows a recipient that was found among the processors.
    pub(super) fn new(recipient: Recipient) -> Self {
        Self(recipient)
    }
}

impl Batch for RecipientId {
    type Value = RecipientNode;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, RecipientNode>> {
        let found = service::by_ids(ctx, keys).await?;
        Ok(found
            .into_iter()
            .map(|(id, recipient)| (id, RecipientNode::new(recipient)))
            .collect())
    }
}

parts! {
    /// For whom a recipient works.
    EngagedBy(RecipientId): RecipientId, service::engaged_by;
    /// Who works for a recipient.
    Engaged(RecipientId): Vec<RecipientId>, service::engaged;
}

async fn works_for(context: &Context<'_>, id: RecipientId) -> Result<Option<RecipientNode>> {
    match load(context, EngagedBy(id)).await? {
        Some(by) => load(context, by).await,
        None => Ok(None),
    }
}

async fn works_here(context: &Context<'_>, id: RecipientId) -> Result<Vec<RecipientNode>> {
    let ids = load(context, Engaged(id)).await?.unwrap_or_default();
    load_all(context, ids).await
}

connection! {
    /// A page of recipients.
    RecipientConnection, RecipientEdge, RecipientNode
}

connection! {
    /// A page of processors.
    ProcessorConnection, ProcessorEdge, Processor
}
