//! The access log in the schema.

use std::collections::HashMap;

use async_graphql::{Context, ID, InputObject, Object};
use entity::id::{AccessLogEntryId, IntegrationId};
use entity::time::Timestamp;

use super::service::{self, Access, AccessFilter};
use crate::auth::graphql::Integration;
use crate::context::Ctx;
use crate::customers::Customer;
use crate::customers::graphql::CustomerLookupInput;
use crate::error::Result;
use crate::graphql::{Batch, InstantFilter, Nullable, connection, ctx, load, open, personal};
use crate::platform::page::PageRequest;

connection! {
    /// A page of the access log.
    AccessLogConnection, AccessLogEdge, Access
}

impl Batch for AccessLogEntryId {
    type Value = Access;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Access>> {
        service::by_ids(ctx, keys).await
    }
}

/// Which lines of the access log.
#[derive(Default, InputObject)]
pub(crate) struct AccessLogFilterInput {
    /// About this customer, or one that was merged with it, or about everything. By anything but its id, it takes
    /// `LOOK_UP_CUSTOMERS`.
    customer: Option<CustomerLookupInput>,
    /// By this integration.
    integration_id: Option<IntegrationId>,
    /// Within this time.
    at: Option<InstantFilter>,
}

impl From<AccessLogFilterInput> for AccessFilter {
    fn from(input: AccessLogFilterInput) -> Self {
        Self {
            customer: input.customer.map(Into::into),
            integration: input.integration_id,
            at: input.at.map(Into::into).unwrap_or_default(),
            ..Self::default()
        }
    }
}

/// Queries over the access log.
#[derive(Default)]
pub(crate) struct AccessLogQuery;

#[Object]
impl AccessLogQuery {
    /// Who read which customer's personal fields, when and what for, the latest first; so are files of tasks, links to
    /// packages, and whom an address, a number or a resource led to in a look-up. A line is durable before the answer leaves
    /// that it tells of. Answers of one operation to one caller that show the same fields of the same customer for the same
    /// reason within a minute are one line as a rule, with the instant of the first. Lines about what a gag order hides are
    /// for those with `READ_SEALED`. How long lines are kept is a setting: `access_log.keep_days`.
    async fn access_log(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Page size: 1 to 100, 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The page after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "Which ones.")] filter: Option<AccessLogFilterInput>,
    ) -> Result<AccessLogConnection> {
        let filter = filter.unwrap_or_default().into();
        let page = service::list(ctx(context)?, filter, PageRequest { first, after }).await?;
        Ok(AccessLogConnection::new(page))
    }
}

/// That personal fields were read.
#[Object(name = "AccessLogEntry")]
impl Access {
    /// Identity.
    pub(crate) async fn id(&self) -> AccessLogEntryId {
        self.row.id
    }

    /// When: the first time within the minute.
    async fn at(&self) -> Timestamp {
        self.row.at
    }

    /// Whose fields they are; null where they are those of a record that is about no known customer or about several, and
    /// where everything was read.
    async fn customer(&self, context: &Context<'_>) -> Nullable<Customer> {
        load(context, self.row.customer_id?).await.transpose()
    }

    /// The disclosure, request, preference or hold that they are of, where they are about no known customer, or about
    /// several.
    async fn record_id(&self) -> Option<ID> {
        self.record().map(ID)
    }

    /// Which fields: kind of record and field, such as `customer.name`; empty where everything was exported.
    async fn fields(&self) -> Vec<&str> {
        self.row.fields.split_whitespace().collect()
    }

    /// By which operation: its root fields, or a path, or a command.
    async fn operation(&self) -> &str {
        &self.row.operation
    }

    /// By whom; null for the command line.
    async fn integration(&self, context: &Context<'_>) -> Nullable<Integration> {
        load(context, self.row.integration_id?).await.transpose()
    }

    /// The system that knows the person on whose behalf it was; null where nobody was named, by the header
    /// `Privops-On-Behalf-Of` or by `onBehalfOf`.
    async fn staff_system(&self) -> Option<&str> {
        self.row.staff_system.as_deref()
    }

    /// What that person is known by there: as the integration says, not checked. Null for a role without
    /// `READ_PERSONAL_DATA`.
    #[graphql(
        name = "staffId",
        directive = personal::apply("user.account.username".to_owned())
    )]
    async fn staff_member(&self) -> Nullable<String> {
        open(self.staff.as_ref()).transpose()
    }

    /// What for, as the header `Privops-Reason` says: it outlasts the customer, and should name a ticket. Null where it was not sent, and for a role without
    /// `READ_PERSONAL_DATA`.
    #[graphql(
        name = "reason",
        directive = personal::apply("user.content.private".to_owned())
    )]
    async fn what_for(&self) -> Nullable<String> {
        open(self.reason.as_ref()).transpose()
    }
}
