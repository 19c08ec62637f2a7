//! What the schema shows of packages.

use async_graphql::{Context, Object};
use entity::enums::AccessPackageStatus;
use entity::id::{AccessPackageId, AccessPackageLinkId};
use entity::time::Timestamp;

use super::LinksOf;
use crate::auth::graphql::Integration;
use crate::customers::Customer;
use crate::error::Result;
use crate::graphql::{Long, Nullable, load, open, personal};
use crate::ledger::graphql::EventNode;
use crate::packages::service::{Link, Package};
use crate::requests::service::{Item, Request};

/// Everything that is known of a person, as one file to hand out: a ZIP archive of `index.html`, `data.json`,
/// `schema.json` (also at `/schemas/access-package-1.json`), and the files that systems exported.
#[Object(name = "AccessPackage")]
impl Package {
    /// Identity.
    pub(crate) async fn id(&self) -> AccessPackageId {
        self.row.id
    }

    /// Where it stands now.
    #[graphql(name = "status")]
    async fn stands(&self) -> AccessPackageStatus {
        self.status
    }

    /// When it was ordered.
    async fn recorded_at(&self) -> Timestamp {
        self.row.recorded_at
    }

    /// When it was ready.
    async fn ready_at(&self) -> Option<Timestamp> {
        self.row.ready_at
    }

    /// From when on it is gone: 30 days after it was ready.
    async fn expires_at(&self) -> Option<Timestamp> {
        self.row.expires_at
    }

    /// How often it was begun.
    async fn attempts(&self) -> i32 {
        self.row.attempts
    }

    /// How many bytes it has; 0 before it is ready.
    async fn size(&self) -> Long {
        Long(self.row.size)
    }

    /// How many files of systems are in it.
    async fn files(&self) -> i32 {
        self.row.files
    }

    /// SHA-256 of it, in hexadecimal digits; null before it is ready, and for a role without `READ_PERSONAL_DATA`.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    async fn sha256(&self) -> Nullable<String> {
        open(self.digest.as_ref()).transpose()
    }

    /// The request that it answers.
    async fn request(&self, context: &Context<'_>) -> Nullable<Request> {
        load(context, self.row.request_id).await.transpose()
    }

    /// The thing that was asked for.
    async fn item(&self, context: &Context<'_>) -> Nullable<Item> {
        load(context, self.row.item_id).await.transpose()
    }

    /// Whose data it is; null where that is no customer.
    async fn customer(&self, context: &Context<'_>) -> Nullable<Customer> {
        match self.row.customer_id {
            Some(id) => load(context, id).await.transpose(),
            None => None,
        }
    }

    /// The links to it, in the order in which they were made: at most 20.
    async fn links(&self, context: &Context<'_>) -> Result<Vec<Link>> {
        Ok(load(context, LinksOf(self.row.id))
            .await?
            .unwrap_or_default())
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

/// A link that hands a package out once. What is in it is not kept.
#[Object(name = "AccessPackageLink")]
impl Link {
    /// Identity.
    async fn id(&self) -> AccessPackageLinkId {
        self.row.id
    }

    /// When it was made.
    async fn recorded_at(&self) -> Timestamp {
        self.row.recorded_at
    }

    /// From when on it does not work.
    async fn expires_at(&self) -> Timestamp {
        self.row.expires_at
    }

    /// When the package was fetched by it; null where it was not.
    async fn used_at(&self) -> Option<Timestamp> {
        self.row.used_at
    }

    /// Who made it; null for the command line.
    async fn recorded_by(&self, context: &Context<'_>) -> Nullable<Integration> {
        match self.row.integration_id {
            Some(id) => load(context, id).await.transpose(),
            None => None,
        }
    }

    /// The leaf of the last change in the ledger.
    async fn event(&self, context: &Context<'_>) -> Nullable<EventNode> {
        load(context, self.row.event_id).await.transpose()
    }
}
