//! What the schema shows of customers.

use std::collections::HashMap;

use async_graphql::{Context, Object};
use entity::enums::{AssignmentSharing, CustomerKind, DataSubjectCategory, ResourceKind};
use entity::id::{AssignmentId, BrandId, CustomerId};
use entity::snapshot;
use entity::time::Timestamp;

use super::brands::Brand;
use super::relations::{CustomerRelationConnection, RelationsOf};
use crate::context::Ctx;
use crate::customers::service::{self, Assignment, Customer, CustomerFilter, Identifier};
use crate::disclosures::graphql::{
    AccountingConnection, AccountingOf, DisclosureConnection, DisclosuresOf, DisclosuresTotal,
    accounting,
};
use crate::disclosures::service::AccountingPeriod;
use crate::error::Result;
use crate::graphql::{Batch, CountryCode, Nullable, connection, load, open, pages, personal};
use crate::platform::page::PageRequest;
use crate::preferences::graphql::{CurrentOf, PreferenceConnection, PreferencesOf};
use crate::preferences::service::Current;
use crate::requests::graphql::{CustomerRequestConnection, RequestsOf};

/// A person or organisation whose personal data the controller holds: a client, or someone related to one, a
/// prospect, a registrant, a complainant.
#[Object]
impl Customer {
    /// Identity.
    pub(crate) async fn id(&self) -> CustomerId {
        self.row.id
    }

    /// Person or organisation.
    async fn kind(&self) -> CustomerKind {
        self.row.kind
    }

    /// What they are to the controller.
    async fn category(&self) -> DataSubjectCategory {
        self.row.category
    }

    /// Where they live or are established, as far as it is known.
    async fn country(&self) -> Option<CountryCode> {
        self.row.country.as_deref().and_then(CountryCode::parse)
    }

    /// What they are called. Null for a role without `READ_PERSONAL_DATA`, and after erasure.
    #[graphql(directive = personal::apply("user.name".to_owned()))]
    async fn name(&self) -> Nullable<String> {
        open(self.name.as_ref()).transpose()
    }

    /// Since when they are known to the controller.
    async fn registered_at(&self) -> Timestamp {
        self.row.registered_at
    }

    /// When this record was made.
    async fn recorded_at(&self) -> Timestamp {
        self.row.recorded_at
    }

    /// When their last service ended; null while there is one, and while nobody has said.
    async fn services_ended_at(&self) -> Option<Timestamp> {
        self.row.services_ended_at
    }

    /// Under which brand they are served.
    async fn brand(&self, context: &Context<'_>) -> Nullable<Brand> {
        match load(context, BrandOf(self.row.id)).await.transpose()? {
            Ok(brand) => load(context, brand).await.transpose(),
            Err(error) => Some(Err(error)),
        }
    }

    /// Counts changes of the fields above; what belongs to them has events of its own.
    async fn version(&self) -> i32 {
        self.row.version
    }

    /// The customer that stands for this one, where it was merged: itself never merged.
    async fn merged_into(&self, context: &Context<'_>) -> Nullable<Customer> {
        match load(context, RootOf(self.row.id)).await.transpose()? {
            Ok(root) => load(context, root).await.transpose(),
            Err(error) => Some(Err(error)),
        }
    }

    /// The customers that were merged into this one, in the order of their ids: at most 99. What was recorded for
    /// them stays theirs, and is shown with this one, too.
    async fn merged_from(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Page size: 1 to 100, 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The page after this cursor of the same list.")] after: Option<String>,
    ) -> Nullable<CustomerConnection> {
        let id = self.row.id;
        let key = MergedFrom(id, PageRequest { first, after });
        let page = load(context, key).await.transpose()?;
        Some(page.map(|page| CustomerConnection::new(page, CustomersTotal::MergedInto(id))))
    }

    /// What they are to other customers, and others to them, from when to when, the latest first.
    async fn relations(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Page size: 1 to 100, 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The page after this cursor of the same list.")] after: Option<String>,
    ) -> Nullable<CustomerRelationConnection> {
        let key = RelationsOf(self.row.id, PageRequest { first, after });
        let page = load(context, key).await.transpose()?;
        Some(page.map(CustomerRelationConnection::new))
    }

    /// What outside systems know them by, oldest first, those that ended among them: at most 100, and as many for
    /// each of the at most 99 customers that were merged into this one.
    async fn identifiers(&self, context: &Context<'_>) -> Result<Vec<Identifier>> {
        let found = load(context, IdentifiersOf(self.row.id)).await?;
        Ok(found.unwrap_or_default())
    }

    /// Which resources they held, from when to when, the latest first.
    async fn assignments(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Page size: 1 to 100, 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The page after this cursor of the same list.")] after: Option<String>,
    ) -> Nullable<AssignmentConnection> {
        let key = AssignmentsOf(self.row.id, PageRequest { first, after });
        let page = load(context, key).await.transpose()?;
        Some(page.map(AssignmentConnection::new))
    }

    /// When data about them went to others, the latest first. What a gag order hides is shown to nobody but
    /// LEGAL.
    async fn disclosures(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Page size: 1 to 100, 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The page after this cursor of the same list.")] after: Option<String>,
    ) -> Nullable<DisclosureConnection> {
        let id = self.row.id;
        let key = DisclosuresOf(id, PageRequest { first, after });
        let page = load(context, key).await.transpose()?;
        Some(page.map(|page| DisclosureConnection::new(page, DisclosuresTotal::about(id))))
    }

    /// The accounting of disclosures (45 CFR 164.528): who got data about them in a period, when, for what purpose and
    /// on what authority, by first instant. Disclosures that repeat each other are one line; what was unauthorised and
    /// each legal process have a line of their own. What a gag order hides is shown to nobody but LEGAL; what was
    /// superseded is left out; what was merged into this customer is part of it.
    async fn accounting_of_disclosures(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The first instant; six years before the end when absent.")] from: Option<
            Timestamp,
        >,
        #[graphql(desc = "The first instant after it; now when absent.")] to: Option<Timestamp>,
        #[graphql(desc = "Page size: 1 to 100, 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The page after this cursor of the same list.")] after: Option<String>,
    ) -> Nullable<AccountingConnection> {
        let (period, page) = (AccountingPeriod { from, to }, PageRequest { first, after });
        Some(accounting(context, AccountingOf(self.row.id, period, page)).await)
    }

    /// What they asked for, the latest first. Null for a role without `READ_REQUESTS`.
    async fn requests(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Page size: 1 to 100, 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The page after this cursor of the same list.")] after: Option<String>,
    ) -> Nullable<CustomerRequestConnection> {
        let key = RequestsOf(self.row.id, PageRequest { first, after });
        let page = load(context, key).await.transpose()?;
        Some(page.map(CustomerRequestConnection::new))
    }

    /// What they said about uses of their data, the latest first, with what those said who were merged into them. Null for a
    /// role without `READ_PREFERENCES`.
    async fn preferences(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Page size: 1 to 100, 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The page after this cursor of the same list.")] after: Option<String>,
    ) -> Nullable<PreferenceConnection> {
        let key = PreferencesOf(self.row.id, PageRequest { first, after });
        let page = load(context, key).await.transpose()?;
        Some(page.map(PreferenceConnection::new))
    }

    /// What they want now: what they said last about each use of their data, on each channel and to each brand, the latest
    /// first. Null for a role without `READ_PREFERENCES`.
    async fn current_preferences(&self, context: &Context<'_>) -> Nullable<Vec<Current>> {
        load(context, CurrentOf(self.row.id)).await.transpose()
    }
}

impl Batch for CustomerId {
    type Value = Customer;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Customer>> {
        service::by_ids(ctx, keys).await
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct BrandOf(CustomerId);

impl Batch for BrandOf {
    type Value = BrandId;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, BrandId>> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = service::brands_of(ctx, &ids).await?;
        Ok(found.into_iter().map(|(id, of)| (Self(id), of)).collect())
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct RootOf(CustomerId);

impl Batch for RootOf {
    type Value = CustomerId;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, CustomerId>> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = service::roots(ctx, &ids).await?;
        Ok(found.into_iter().map(|(id, of)| (Self(id), of)).collect())
    }
}

pages! {
    /// What was merged into a customer.
    MergedFrom(CustomerId): Customer, service::merged_from;
    /// What a customer held.
    AssignmentsOf(CustomerId): Assignment, service::assignments;
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct IdentifiersOf(CustomerId);

impl Batch for IdentifiersOf {
    type Value = Vec<Identifier>;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Vec<Identifier>>> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = service::identifiers(ctx, &ids).await?;
        Ok(found
            .into_iter()
            .map(|(id, identifiers)| (Self(id), identifiers))
            .collect())
    }
}

/// Who held a resource, from when to when.
#[Object]
impl Assignment {
    /// Identity.
    pub(crate) async fn id(&self) -> AssignmentId {
        self.row.id
    }

    /// What kind of resource.
    async fn kind(&self) -> ResourceKind {
        self.row.resource_kind
    }

    /// The prefix of an `IP_PREFIX`, as network/length. Null for the other kinds, for a role without
    /// `READ_PERSONAL_DATA`, and after erasure.
    #[graphql(directive = personal::apply("user.device.ip_address".to_owned()))]
    async fn ip_prefix(&self) -> Nullable<String> {
        match self.row.resource_kind {
            ResourceKind::IpPrefix => open(self.resource.as_ref()).transpose(),
            _ => None,
        }
    }

    /// The resource in its one spelling: a prefix, a domain, a mailbox, or an address with a range of ports. Null for a
    /// role without `READ_PERSONAL_DATA`, and after erasure.
    #[graphql(directive = personal::apply("user.contact".to_owned()))]
    async fn resource(&self) -> Nullable<String> {
        open(self.resource.as_ref()).transpose()
    }

    /// The first port, of a `PORT_RANGE`.
    async fn first_port(&self) -> Option<i32> {
        self.row.first_port
    }

    /// The last port, of a `PORT_RANGE`.
    async fn last_port(&self) -> Option<i32> {
        self.row.last_port
    }

    /// Alone or with others.
    async fn sharing(&self) -> AssignmentSharing {
        self.row.sharing
    }

    /// The first instant.
    async fn from(&self) -> Timestamp {
        self.row.valid_from
    }

    /// The first instant after it; null while it lasts, `from` where it was taken back.
    async fn until(&self) -> Option<Timestamp> {
        self.row.valid_until
    }

    /// When it was recorded.
    async fn recorded_at(&self) -> Timestamp {
        self.row.recorded_at
    }

    /// Counts corrections.
    async fn version(&self) -> i32 {
        self.row.version
    }

    /// Who held it.
    async fn customer(&self, context: &Context<'_>) -> Nullable<Customer> {
        load(context, self.row.customer_id).await.transpose()
    }
}

/// The number of all customers of a list.
pub(crate) enum CustomersTotal {
    /// Still to be counted.
    Matching(CustomerFilter),
    /// Those that were merged into one, still to be counted.
    MergedInto(CustomerId),
    /// Those that a snapshot does not name, still to be counted.
    Surplus(snapshot::Model),
    /// Known already: the candidates of a look-up.
    Known(i64),
}

impl CustomersTotal {
    async fn count(&self, ctx: &Ctx) -> Result<i64> {
        match self {
            Self::Matching(filter) => service::count(ctx, filter).await,
            Self::MergedInto(customer) => service::count_merged(ctx, *customer).await,
            Self::Surplus(snapshot) => service::count_surplus(ctx, snapshot).await,
            Self::Known(count) => Ok(*count),
        }
    }
}

connection! {
    /// A page of customers.
    CustomerConnection, CustomerEdge, Customer, total: CustomersTotal
}

connection! {
    /// A page of assignments.
    AssignmentConnection, AssignmentEdge, Assignment
}

impl Batch for AssignmentId {
    type Value = Assignment;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Assignment>> {
        service::assignments_by_id(ctx, keys).await
    }
}
