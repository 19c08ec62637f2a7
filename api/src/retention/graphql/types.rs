//! What the schema shows of holds and blocks.

use async_graphql::{Context, Object};
use entity::date::Date;
use entity::enums::{HoldKind, HoldStatus, RetentionGround};
use entity::id::{DeletionBlockId, LegalHoldId};
use entity::time::Timestamp;

use super::CoverOf;
use crate::auth::graphql::Integration;
use crate::customers::Customer;
use crate::data_map::graphql::DataCategory;
use crate::error::Result;
use crate::graphql::{Nullable, load, load_all, open, personal};
use crate::ledger::graphql::EventNode;
use crate::retention::service::{Block, Cover, Hold};

/// What must not be erased meanwhile.
#[Object(name = "LegalHold")]
impl Hold {
    /// Identity.
    pub(crate) async fn id(&self) -> LegalHoldId {
        self.row.id
    }

    /// What it is for.
    async fn kind(&self) -> HoldKind {
        self.row.kind
    }

    /// Where it stands now.
    #[graphql(name = "status")]
    async fn stands(&self) -> HoldStatus {
        self.status
    }

    /// Since when.
    async fn placed_at(&self) -> Timestamp {
        self.row.placed_at
    }

    /// When it was recorded: it covers what is handed out from then on.
    async fn recorded_at(&self) -> Timestamp {
        self.row.recorded_at
    }

    /// When it ends of itself; null where somebody has to release it.
    async fn expires_at(&self) -> Option<Timestamp> {
        self.row.expires_at
    }

    /// When it was released.
    async fn released_at(&self) -> Option<Timestamp> {
        self.row.released_at
    }

    /// Whether it covers every customer.
    async fn all_customers(&self) -> bool {
        self.row.all_customers
    }

    /// Customers that it covers, with all who were merged with them: at most 500.
    async fn customers(&self, context: &Context<'_>) -> Result<Vec<Customer>> {
        let cover = self.cover(context).await?;
        load_all(context, cover.customers).await
    }

    /// Whether it covers every system.
    async fn all_systems(&self) -> bool {
        self.row.all_systems
    }

    /// Names of the systems that it covers, where it is not all: at most 100.
    async fn systems(&self, context: &Context<'_>) -> Result<Vec<String>> {
        Ok(self.cover(context).await?.systems)
    }

    /// Which data it is about, for those who read it: at most 100. What it covers is held whole.
    async fn categories(&self, context: &Context<'_>) -> Result<Vec<DataCategory>> {
        let cover = self.cover(context).await?;
        let keys = cover.categories.iter();
        Ok(keys.map(|key| DataCategory::known(key)).collect())
    }

    /// Why it was placed. Null for a role without `READ_PERSONAL_DATA`.
    #[graphql(name = "reason", directive = personal::apply("user.content.private".to_owned()))]
    async fn why(&self) -> Nullable<String> {
        open(self.reason.as_ref()).transpose()
    }

    /// On whose authority, such as a court and its file number. Null for a role without `READ_PERSONAL_DATA`.
    #[graphql(name = "authority", directive = personal::apply("user.content.private".to_owned()))]
    async fn whose(&self) -> Nullable<String> {
        open(self.authority.as_ref()).transpose()
    }

    /// Why it was extended or released, the last time. Null for a role without `READ_PERSONAL_DATA`.
    #[graphql(name = "lastReason", directive = personal::apply("user.content.private".to_owned()))]
    async fn said_last(&self) -> Nullable<String> {
        open(self.last_reason.as_ref()).transpose()
    }

    /// Counts changes.
    async fn version(&self) -> i32 {
        self.row.version
    }

    /// The leaf of the last change in the ledger.
    async fn event(&self, context: &Context<'_>) -> Nullable<EventNode> {
        load(context, self.row.event_id).await.transpose()
    }
}

impl Hold {
    async fn cover(&self, context: &Context<'_>) -> Result<Cover> {
        let cover = load(context, CoverOf(self.row.id)).await?;
        Ok(cover.unwrap_or_default())
    }
}

/// What a system must keep of a customer.
#[Object(name = "DeletionBlock")]
impl Block {
    /// Identity.
    pub(crate) async fn id(&self) -> DeletionBlockId {
        self.row.id
    }

    /// The customer; null for a role that may not read customers.
    async fn customer(&self, context: &Context<'_>) -> Nullable<Customer> {
        load(context, self.row.customer_id).await.transpose()
    }

    /// The name of the system.
    async fn system(&self) -> &str {
        &self.row.system
    }

    /// Why.
    async fn ground(&self) -> RetentionGround {
        self.row.ground
    }

    /// What is kept. Null for a role without `READ_PERSONAL_DATA`, and after erasure.
    #[graphql(name = "what", directive = personal::apply("user.content.private".to_owned()))]
    async fn kept(&self) -> Nullable<String> {
        open(self.what.as_ref()).transpose()
    }

    /// The last day; null where that is not known.
    async fn until(&self) -> Option<Date> {
        self.row.until
    }

    /// Where that is written, such as a statute.
    async fn source(&self) -> Option<&str> {
        self.row.source.as_deref()
    }

    /// Since when.
    async fn since(&self) -> Timestamp {
        self.row.since
    }

    /// When it was recorded.
    async fn recorded_at(&self) -> Timestamp {
        self.row.recorded_at
    }

    /// When it was over; null while it is not.
    async fn settled_at(&self) -> Option<Timestamp> {
        self.row.settled_at
    }

    /// Who recorded it; null for the command line.
    async fn recorded_by(&self, context: &Context<'_>) -> Nullable<Integration> {
        load(context, self.row.integration_id?).await.transpose()
    }

    /// Counts changes.
    async fn version(&self) -> i32 {
        self.row.version
    }

    /// The leaf of the last change in the ledger.
    async fn event(&self, context: &Context<'_>) -> Nullable<EventNode> {
        load(context, self.row.event_id).await.transpose()
    }
}
