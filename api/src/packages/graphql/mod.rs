//! Packages in the schema.

mod types;

use std::collections::HashMap;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::id::{AccessPackageId, RequestItemId};
use entity::time::Timestamp;

use super::service::{self, Link, Package};
use crate::context::Ctx;
use crate::error::Result;
use crate::graphql::{
    Batch, OnBehalfOfInput, ctx_for, load, once, parts, payloads, personal, read_back,
};

impl Batch for AccessPackageId {
    type Value = Package;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Package>> {
        service::by_ids(ctx, keys).await
    }
}

parts! {
    /// The last package of a thing that was asked for.
    pub(crate) PackageOf(RequestItemId): Package, service::of_items;
    /// The links to a package.
    LinksOf(AccessPackageId): Vec<Link>, service::links_of;
}

/// A package to be put together.
#[derive(InputObject)]
pub(crate) struct AccessPackageInput {
    /// For which thing that was asked for: `ACCESS` or `PORTABILITY`, in progress or fulfilled, with no task open.
    item_id: RequestItemId,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Makes a repetition of this call have no further effect, at most 200 characters.
    idempotency_key: Option<ID>,
}

/// A link to be made.
#[derive(InputObject)]
pub(crate) struct LinkAccessPackageInput {
    /// To which package.
    package_id: AccessPackageId,
    /// Until when it works: not longer than the package is there. Absent: seven days.
    expires_at: Option<Timestamp>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Makes a repetition of this call have no further effect, at most 200 characters.
    idempotency_key: Option<ID>,
}

payloads! {
    /// What `accessPackage` answers.
    AccessPackagePayload {
        /// The package; null when it was ordered but could not be read.
        package: Package
    }
}

/// What `linkAccessPackage` answers.
#[derive(SimpleObject)]
pub(crate) struct LinkAccessPackagePayload {
    /// The package; null when the link was made but the package could not be read.
    package: Option<Package>,
    /// The link; null when it was made but could not be read.
    link: Option<Link>,
    /// The path that hands the package out, once, to whoever has it: put the address of the server before it. It is shown
    /// in this answer only; null where the call was sent again.
    #[graphql(directive = personal::apply("user.authorization".to_owned()))]
    path: Option<String>,
}

/// Changes to packages.
#[derive(Default)]
pub(crate) struct PackagesMutation;

#[Object]
impl PackagesMutation {
    /// Has everything that is known of the person put together as one file to hand out (GDPR Art. 15 and 20): a page to
    /// read, the same as JSON, and what systems exported. It is ready some seconds later, and takes the place of the one
    /// before. Errors: NOT_FOUND; BAD_USER_INPUT for what asks for no data; TRANSITION_NOT_ALLOWED before the work has begun
    /// and after a denial; TASKS_OPEN while a system has not exported; AUTHORITY_EXPIRED; CONFLICT where
    /// the request was erased. Who asks was made sure of before: see `verifyRequester`.
    async fn access_package(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The order.")] input: AccessPackageInput,
    ) -> Result<AccessPackagePayload> {
        let once = once("accessPackage", input.idempotency_key.as_ref(), &input)?;
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let id = service::order(&ctx, input.item_id, once).await?;
        let package = read_back(context, id).await;
        Ok(AccessPackagePayload { package })
    }

    /// Makes a link under which a package can be fetched once, without a token: to be sent to the person. Links that went
    /// astray end when another package is ordered. Errors: NOT_FOUND; BAD_USER_INPUT for an end that cannot be, and for more
    /// than 20 links; CONFLICT where the request was erased;
    /// TRANSITION_NOT_ALLOWED for a package that is not ready or whose request may not be answered any more; TASKS_OPEN;
    /// AUTHORITY_EXPIRED.
    async fn link_access_package(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The link.")] input: LinkAccessPackageInput,
    ) -> Result<LinkAccessPackagePayload> {
        let once = once("linkAccessPackage", input.idempotency_key.as_ref(), &input)?;
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let made = service::link(&ctx, input.package_id, input.expires_at, once).await?;
        let package = read_back(context, made.package).await;
        let links = load(context, LinksOf(made.package)).await.ok().flatten();
        let mut links = links.into_iter().flatten();
        Ok(LinkAccessPackagePayload {
            package,
            link: links.find(|link| link.row.id == made.id),
            path: made.path.map(|path| path.expose().to_owned()),
        })
    }
}
