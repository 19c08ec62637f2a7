//! What the schema takes in about customers.

use async_graphql::{Enum, ID, InputObject, OneofObject, SimpleObject};
use entity::enums::{AssignmentSharing, CustomerKind, DataSubjectCategory, ErrorCode, ErrorPolicy};
use entity::id::{BrandId, CustomerId};
use entity::time::Timestamp;

use crate::customers::service::{
    CustomerFilter, Lookup, NewAssignment, NewCustomer, NewIdentifier, NewResource, ResourceLookup,
};
use crate::error::{Error, Result};
use crate::graphql::{CountryCode, InstantFilter, OnBehalfOfInput, OrderDirection, personal};
use crate::platform::patch::Patch;
use crate::platform::personal::Personal;

/// An id in an outside system.
#[derive(Clone, InputObject)]
pub(crate) struct ExternalIdInput {
    /// The system, such as `whmcs`: letters, digits, `.`, `_`, `-`; at most 40; case does not matter.
    pub(crate) system: String,
    /// The id there: 1 to 200 characters, taken as they are.
    #[graphql(directive = personal::apply("user.unique_id".to_owned()))]
    pub(crate) id: ID,
}

impl ExternalIdInput {
    /// The system, and the id there.
    pub(crate) fn split(self) -> (String, Personal) {
        (self.system, Personal::new(self.id.0))
    }
}

/// An IP address at an instant, and what else the reporter knew.
#[derive(Clone, InputObject)]
pub(crate) struct IpLookupInput {
    /// IPv4 or IPv6.
    #[graphql(directive = personal::apply("user.device.ip_address".to_owned()))]
    pub(crate) address: Personal,
    /// The instant: reports come days late, and the address may have changed hands.
    pub(crate) at: Timestamp,
    /// A port, 0 to 65535: it tells apart customers who share the address by ranges of ports.
    pub(crate) port: Option<i32>,
    /// A domain, such as that of the reported address of a page: it tells apart customers who share the address, where
    /// the domain, or one above it, is on record.
    #[graphql(directive = personal::apply("user.contact.url".to_owned()))]
    pub(crate) domain: Option<Personal>,
    /// A mailbox, such as the sender of a reported message: it tells customers apart as a domain does, more narrowly.
    #[graphql(directive = personal::apply("user.contact.email".to_owned()))]
    pub(crate) mailbox: Option<Personal>,
}

/// A domain at an instant.
#[derive(Clone, InputObject)]
pub(crate) struct DomainLookupInput {
    /// The domain, or one below it.
    #[graphql(directive = personal::apply("user.contact.url".to_owned()))]
    pub(crate) name: Personal,
    /// The instant.
    pub(crate) at: Timestamp,
}

/// A mailbox at an instant.
#[derive(Clone, InputObject)]
pub(crate) struct MailboxLookupInput {
    /// Its e-mail address. Where it is not on record, its domain tells.
    #[graphql(directive = personal::apply("user.contact.email".to_owned()))]
    pub(crate) address: Personal,
    /// The instant.
    pub(crate) at: Timestamp,
}

/// Something that customers hold, at an instant: exactly one of these.
#[derive(Clone, OneofObject)]
pub(crate) enum ResourceLookupInput {
    /// An IP address.
    Ip(IpLookupInput),
    /// A domain.
    Domain(DomainLookupInput),
    /// A mailbox.
    Mailbox(MailboxLookupInput),
}

impl From<ResourceLookupInput> for ResourceLookup {
    fn from(input: ResourceLookupInput) -> Self {
        let nothing = |at| Self {
            address: None,
            port: None,
            domain: None,
            mailbox: None,
            at,
        };
        match input {
            ResourceLookupInput::Ip(ip) => Self {
                address: Some(ip.address),
                port: ip.port,
                domain: ip.domain,
                mailbox: ip.mailbox,
                at: ip.at,
            },
            ResourceLookupInput::Domain(domain) => Self {
                domain: Some(domain.name),
                ..nothing(domain.at)
            },
            ResourceLookupInput::Mailbox(mailbox) => Self {
                mailbox: Some(mailbox.address),
                ..nothing(mailbox.at)
            },
        }
    }
}

/// What a caller knows of a customer: exactly one of these.
#[derive(Clone, OneofObject)]
pub(crate) enum CustomerLookupInput {
    /// The customer's id here.
    Id(CustomerId),
    /// An e-mail address; case does not matter.
    #[graphql(directive = personal::apply("user.contact.email".to_owned()))]
    Email(Personal),
    /// A phone number in international form, such as `+49 30 123456`.
    #[graphql(directive = personal::apply("user.contact.phone_number".to_owned()))]
    Phone(Personal),
    /// An id in an outside system.
    ExternalId(ExternalIdInput),
    /// An IP address at an instant: the holder of the narrowest prefix around it.
    Ip(IpLookupInput),
    /// A domain at an instant: the holder of the longest name that is the domain or above it.
    Domain(DomainLookupInput),
    /// A mailbox at an instant: its holder, or else that of its domain.
    Mailbox(MailboxLookupInput),
}

impl From<CustomerLookupInput> for Lookup {
    fn from(input: CustomerLookupInput) -> Self {
        match input {
            CustomerLookupInput::Id(id) => Self::Id(id),
            CustomerLookupInput::Email(email) => Self::Email(email),
            CustomerLookupInput::Phone(phone) => Self::Phone(phone),
            CustomerLookupInput::ExternalId(ExternalIdInput { system, id }) => Self::ExternalId {
                system,
                id: Personal::new(id.0),
            },
            CustomerLookupInput::Ip(ip) => Self::Resource(ResourceLookupInput::Ip(ip).into()),
            CustomerLookupInput::Domain(domain) => {
                Self::Resource(ResourceLookupInput::Domain(domain).into())
            }
            CustomerLookupInput::Mailbox(mailbox) => {
                Self::Resource(ResourceLookupInput::Mailbox(mailbox).into())
            }
        }
    }
}

/// What an outside system knows a customer by: exactly one of these.
#[derive(Clone, OneofObject)]
pub(crate) enum IdentifierInput {
    /// An e-mail address.
    #[graphql(directive = personal::apply("user.contact.email".to_owned()))]
    Email(Personal),
    /// A phone number: international, or national in the customer's country.
    #[graphql(directive = personal::apply("user.contact.phone_number".to_owned()))]
    Phone(Personal),
    /// An id in an outside system, which leads to one customer only.
    ExternalId(ExternalIdInput),
}

impl From<IdentifierInput> for NewIdentifier {
    fn from(input: IdentifierInput) -> Self {
        match input {
            IdentifierInput::Email(email) => Self::Email(email),
            IdentifierInput::Phone(phone) => Self::Phone(phone),
            IdentifierInput::ExternalId(ExternalIdInput { system, id }) => Self::ExternalId {
                system,
                id: Personal::new(id.0),
            },
        }
    }
}

/// A customer to be registered.
#[derive(InputObject)]
pub(crate) struct RegisterCustomerInput {
    /// Person or organisation; `PERSON` when absent.
    kind: Option<CustomerKind>,
    /// What they are to the controller; `CUSTOMER` when absent.
    category: Option<DataSubjectCategory>,
    /// What they are called: at most 200 characters.
    #[graphql(directive = personal::apply("user.name".to_owned()))]
    name: Option<Personal>,
    /// Where they live or are established. National phone numbers are read as numbers of this country.
    country: Option<CountryCode>,
    /// Under which brand they are served.
    brand_id: Option<BrandId>,
    /// What outside systems know them by. Each leads to one customer only.
    external_ids: Option<Vec<ExternalIdInput>>,
    /// E-mail addresses. Several customers may have the same.
    #[graphql(directive = personal::apply("user.contact.email".to_owned()))]
    emails: Option<Vec<Personal>>,
    /// Phone numbers: international, or national in the customer's country.
    #[graphql(directive = personal::apply("user.contact.phone_number".to_owned()))]
    phones: Option<Vec<Personal>>,
    /// Since when they are known to the controller; now, when absent.
    registered_at: Option<Timestamp>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Sent again with the same input, the call answers as before and changes nothing.
    pub(super) idempotency_key: Option<ID>,
}

impl RegisterCustomerInput {
    /// The person behind the integration, the customer, and what it is known by with the input field of each.
    pub(super) fn split(
        self,
    ) -> (
        Option<OnBehalfOfInput>,
        NewCustomer,
        Vec<(String, NewIdentifier)>,
    ) {
        let mut identifiers = Vec::new();
        for (n, ExternalIdInput { system, id }) in
            self.external_ids.into_iter().flatten().enumerate()
        {
            let id = Personal::new(id.0);
            identifiers.push((
                format!("externalIds[{n}]"),
                NewIdentifier::ExternalId { system, id },
            ));
        }
        for (n, email) in self.emails.into_iter().flatten().enumerate() {
            identifiers.push((format!("emails[{n}]"), NewIdentifier::Email(email)));
        }
        for (n, phone) in self.phones.into_iter().flatten().enumerate() {
            identifiers.push((format!("phones[{n}]"), NewIdentifier::Phone(phone)));
        }
        let new = NewCustomer {
            kind: self.kind.unwrap_or(CustomerKind::Person),
            category: self.category.unwrap_or(DataSubjectCategory::Customer),
            country: self.country.map(|country| country.as_str().to_owned()),
            name: self.name,
            brand: self.brand_id,
            registered_at: self.registered_at,
            services_ended_at: None,
        };
        (self.on_behalf_of, new, identifiers)
    }
}

/// Ports of an address.
#[derive(InputObject)]
pub(crate) struct PortRangeInput {
    /// IPv4 or IPv6.
    #[graphql(directive = personal::apply("user.device.ip_address".to_owned()))]
    address: Personal,
    /// The first port, 0 to 65535.
    first: i32,
    /// The last port, 0 to 65535.
    last: i32,
}

/// Who held a resource, from when to when. Give exactly one of `ipPrefix`, `portRange`, `domain` and `mailbox`.
#[derive(InputObject)]
pub(crate) struct AssignmentInput {
    /// Who held it: any look-up that leads to one customer.
    customer: CustomerLookupInput,
    /// A prefix: an address, or network/length with /8 to /32 (IPv4) or /16 to /128 (IPv6).
    #[graphql(directive = personal::apply("user.device.ip_address".to_owned()))]
    ip_prefix: Option<Personal>,
    /// A range of ports, where customers share an address by ports.
    port_range: Option<PortRangeInput>,
    /// A domain with everything below it, such as `shop.example`: at least two labels.
    #[graphql(directive = personal::apply("user.contact.url".to_owned()))]
    domain: Option<Personal>,
    /// A mailbox, as its e-mail address.
    #[graphql(directive = personal::apply("user.contact.email".to_owned()))]
    mailbox: Option<Personal>,
    /// Alone or with others. Absent: `EXCLUSIVE`, or as it is recorded.
    sharing: Option<AssignmentSharing>,
    /// The first instant.
    from: Timestamp,
    /// The first instant after it; null while it lasts. Absent: as it is recorded, so that a late message about the
    /// beginning does not undo the end. The same as `from`: it never was, and what was recorded is taken back.
    until: Patch<Timestamp>,
}

impl AssignmentInput {
    /// The assignment.
    fn check(self) -> Result<NewAssignment> {
        let mut given = [
            self.ip_prefix.map(NewResource::IpPrefix),
            self.port_range
                .map(|ports| NewResource::PortRange(ports.address, ports.first, ports.last)),
            self.domain.map(NewResource::Domain),
            self.mailbox.map(NewResource::Mailbox),
        ]
        .into_iter()
        .flatten();
        match (given.next(), given.next()) {
            (Some(resource), None) => Ok(NewAssignment {
                customer: self.customer.into(),
                resource,
                sharing: self.sharing,
                from: self.from,
                until: self.until,
            }),
            _ => Err(Error::invalid(
                "",
                "give exactly one of ipPrefix, portRange, domain and mailbox",
            )),
        }
    }
}

/// Assignments to be recorded.
#[derive(InputObject)]
pub(crate) struct RecordAssignmentsInput {
    /// 1 to 500 assignments.
    assignments: Vec<AssignmentInput>,
    /// What happens to the others when one cannot be recorded; `REJECT_ALL` when absent.
    error_policy: Option<ErrorPolicy>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Sent again with the same input, the call answers as before and changes nothing.
    pub(super) idempotency_key: Option<ID>,
}

impl RecordAssignmentsInput {
    /// The person behind the integration, the assignments, and the policy. An item that names no resource, or several,
    /// is an error.
    pub(super) fn split(
        self,
    ) -> (
        Option<OnBehalfOfInput>,
        Vec<Result<NewAssignment>>,
        ErrorPolicy,
    ) {
        let items = self.assignments.into_iter().map(AssignmentInput::check);
        (
            self.on_behalf_of,
            items.collect(),
            self.error_policy.unwrap_or(ErrorPolicy::RejectAll),
        )
    }
}

/// Why one item of a list could not be recorded.
#[derive(SimpleObject)]
pub(crate) struct ErrorItem {
    /// The code.
    code: ErrorCode,
    /// What is wrong, for a person.
    message: String,
    /// Which input it is about, as a path from the list of items.
    field: Option<String>,
}

impl From<Error> for ErrorItem {
    fn from(error: Error) -> Self {
        // The caller is told nothing of the cause; the operator must be.
        if let Error::Internal { cause, .. } | Error::Unavailable(cause) = &error {
            tracing::error!(%cause, "an item of a list failed");
        }
        Self {
            code: error.code(),
            message: error.to_string(),
            field: error.field().map(str::to_owned),
        }
    }
}

/// Which customers are asked for; what is absent does not restrict.
#[derive(Default, InputObject)]
pub(crate) struct CustomerFilterInput {
    /// In one of these data-subject categories.
    category: Option<Vec<DataSubjectCategory>>,
    /// Registered within these bounds.
    registered_at: Option<InstantFilter>,
    /// Served under this brand.
    brand_id: Option<BrandId>,
    /// Whether their services ended, by `servicesEndedAt`.
    closed: Option<bool>,
    /// True: those that were merged into others. Otherwise those that were not.
    merged: Option<bool>,
}

impl From<CustomerFilterInput> for CustomerFilter {
    fn from(input: CustomerFilterInput) -> Self {
        Self {
            categories: input.category.unwrap_or_default(),
            registered: input.registered_at.unwrap_or_default().into(),
            brand: input.brand_id,
            closed: input.closed,
            merged: input.merged.unwrap_or_default(),
        }
    }
}

/// What a list of customers can be ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum CustomerOrderField {
    /// Since when they are known to the controller.
    RegisteredAt,
}

/// The order of a list of customers; ties are broken by id.
#[derive(InputObject)]
pub(crate) struct CustomerOrder {
    /// By what.
    pub(super) field: CustomerOrderField,
    /// Which way.
    pub(super) direction: OrderDirection,
}
