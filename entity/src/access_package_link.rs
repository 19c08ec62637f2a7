//! Links under which packages are handed out, once each.

use crate::id::{AccessPackageId, AccessPackageLinkId, ControllerId, EventId, IntegrationId};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// Links under which packages are handed out, once each.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "access_package_link")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccessPackageLinkId,
    /// The package.
    pub package_id: AccessPackageId,
    /// SHA-256 of the token in the link, which is not kept.
    pub token_digest: Vec<u8>,
    /// When it was made.
    pub recorded_at: Timestamp,
    /// From when on it does not work.
    pub expires_at: Timestamp,
    /// When the package was fetched by it.
    pub used_at: Option<Timestamp>,
    /// Who made it.
    pub integration_id: Option<IntegrationId>,
    /// The leaf of the last change.
    pub event_id: EventId,
}

crate::table!(scoped);
