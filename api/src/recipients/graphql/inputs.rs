//! What the schema takes in about recipients.

use async_graphql::{ID, InputObject};
use entity::enums::{ContactKind, RecipientCategory, RecipientRole};
use entity::id::RecipientId;

use crate::customers::graphql::CustomerLookupInput;
use crate::error::{Error, Result};
use crate::graphql::{CountryCode, OnBehalfOfInput, personal};
use crate::platform::patch::Patch;
use crate::platform::personal::Personal;
use crate::recipients::RecipientRef;
use crate::recipients::service::{NewContact, NewRecipient, RecipientChange, RecipientFilter};

/// Which recipients are asked for; what is absent does not restrict.
#[derive(Default, InputObject)]
pub(crate) struct RecipientFilterInput {
    /// In one of these roles.
    role: Option<Vec<RecipientRole>>,
    /// In one of these categories.
    category: Option<Vec<RecipientCategory>>,
    /// In one of these countries.
    country: Option<Vec<CountryCode>>,
    /// With exactly this name, without regard to case and spacing. What a customer is called is not searched.
    #[graphql(directive = personal::apply("user.name".to_owned()))]
    name: Option<Personal>,
}

impl From<RecipientFilterInput> for RecipientFilter {
    fn from(input: RecipientFilterInput) -> Self {
        Self {
            roles: input.role.unwrap_or_default(),
            categories: input.category.unwrap_or_default(),
            countries: countries(input.country),
            name: input.name,
        }
    }
}

/// Which processors are asked for; what is absent does not restrict.
#[derive(Default, InputObject)]
pub(crate) struct ProcessorFilterInput {
    /// In one of these categories.
    category: Option<Vec<RecipientCategory>>,
    /// In one of these countries.
    country: Option<Vec<CountryCode>>,
}

impl From<ProcessorFilterInput> for RecipientFilter {
    fn from(input: ProcessorFilterInput) -> Self {
        Self {
            categories: input.category.unwrap_or_default(),
            countries: countries(input.country),
            ..Self::default()
        }
    }
}

fn countries(countries: Option<Vec<CountryCode>>) -> Vec<String> {
    countries.into_iter().flatten().map(country_text).collect()
}

fn country_text(country: CountryCode) -> String {
    country.as_str().to_owned()
}

/// A way to reach a recipient.
#[derive(InputObject)]
pub(crate) struct RecipientContactInput {
    /// What it is.
    kind: ContactKind,
    /// An e-mail address, a http or https URL, a postal address with its lines, a number, anything else: 1 to 500
    /// characters.
    #[graphql(directive = personal::apply("user.contact".to_owned()))]
    value: Personal,
    /// What it is for, or who answers: at most 200 characters.
    #[graphql(directive = personal::apply("user.contact".to_owned()))]
    note: Option<Personal>,
}

fn contacts(contacts: Vec<RecipientContactInput>) -> Vec<NewContact> {
    let contact = |contact: RecipientContactInput| NewContact {
        kind: contact.kind,
        value: contact.value,
        note: contact.note,
    };
    contacts.into_iter().map(contact).collect()
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
    /// How to reach it: at most 20.
    contacts: Option<Vec<RecipientContactInput>>,
    /// Where its privacy notice is: a http or https URL of at most 500 characters.
    #[graphql(directive = personal::apply("user.contact.url".to_owned()))]
    notice_url: Option<Personal>,
    /// For which processor it works: of a `SUB_PROCESSOR` only (GDPR Art. 28(2) and (4)).
    engaged_by: Option<RecipientId>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Sent again with the same input, the call answers as before and changes nothing.
    pub(super) idempotency_key: Option<ID>,
}

impl RegisterRecipientInput {
    /// The person behind the integration, and the recipient.
    pub(super) fn split(self) -> (Option<OnBehalfOfInput>, NewRecipient) {
        let new = NewRecipient {
            contacts: contacts(self.contacts.unwrap_or_default()),
            notice_url: self.notice_url,
            engaged_by: self.engaged_by,
            ..new_recipient(self.name, self.role, self.category, self.country)
        };
        (self.on_behalf_of, new)
    }
}

fn new_recipient(
    name: Personal,
    role: RecipientRole,
    category: Option<RecipientCategory>,
    country: Option<CountryCode>,
) -> NewRecipient {
    NewRecipient {
        name,
        role,
        category: category.unwrap_or(RecipientCategory::Other),
        country: country.map(country_text),
        contacts: Vec::new(),
        notice_url: None,
        engaged_by: None,
    }
}

/// What is different about a recipient: what is absent stays as it is. Of one that is a customer, name, role and
/// category are not changed here.
#[derive(InputObject)]
pub(crate) struct UpdateRecipientInput {
    /// Which one.
    recipient_id: RecipientId,
    /// What it is called: 1 to 200 characters; not null.
    #[graphql(directive = personal::apply("user.name".to_owned()))]
    name: Patch<Personal>,
    /// What it is in data-protection law; not null.
    role: Patch<RecipientRole>,
    /// What it does; null means `OTHER`.
    category: Patch<RecipientCategory>,
    /// Where it is established; null when that is not known any more.
    country: Patch<CountryCode>,
    /// How to reach it: at most 20, in the place of those on record; null for none.
    contacts: Patch<Vec<RecipientContactInput>>,
    /// Where its privacy notice is: a http or https URL of at most 500 characters; null for none.
    #[graphql(directive = personal::apply("user.contact.url".to_owned()))]
    notice_url: Patch<Personal>,
    /// For which processor it works: of a `SUB_PROCESSOR` only; null for none.
    engaged_by: Patch<RecipientId>,
    /// The version that the caller has seen. Where it is another by now, nothing is changed.
    expected_version: Option<i32>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Sent again with the same input, the call answers as before and changes nothing.
    pub(super) idempotency_key: Option<ID>,
}

impl UpdateRecipientInput {
    /// The person behind the integration, and the change.
    ///
    /// # Errors
    /// [`Error::Invalid`] for null where there must be something.
    pub(super) fn split(self) -> Result<(Option<OnBehalfOfInput>, RecipientChange)> {
        let change = RecipientChange {
            id: self.recipient_id,
            name: self.name.required("name")?,
            role: self.role.required("role")?,
            category: match self.category {
                Patch::Clear => Some(RecipientCategory::Other),
                category => category.apply(None),
            },
            country: self.country.map(country_text),
            contacts: self.contacts.map(contacts),
            notice_url: self.notice_url,
            engaged_by: self.engaged_by,
            expected_version: self.expected_version,
        };
        Ok((self.on_behalf_of, change))
    }
}

/// A recipient named by another input: by its id, by role and name, or as a customer.
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
    /// A customer, for example one to whom a report is forwarded: any look-up that leads to one. It is registered as
    /// a recipient if it is not one yet. Then nothing else may be given.
    customer: Option<CustomerLookupInput>,
}

impl RecipientRefInput {
    /// Which recipient is meant.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is named in no way or in two.
    pub(crate) fn check(self, field: &str) -> Result<RecipientRef> {
        match self {
            Self {
                id: Some(id),
                name: None,
                role: None,
                category: None,
                country: None,
                customer: None,
            } => Ok(RecipientRef::Id(id)),
            Self {
                id: None,
                name: Some(name),
                role: Some(role),
                category,
                country,
                customer: None,
            } => {
                let new = new_recipient(name, role, category, country);
                Ok(RecipientRef::Named(new))
            }
            Self {
                id: None,
                name: None,
                role: None,
                category: None,
                country: None,
                customer: Some(customer),
            } => Ok(RecipientRef::Customer(customer.into())),
            _ => Err(Error::invalid(
                field,
                "give either id, or name and role, or customer",
            )),
        }
    }
}
