//! For which addresses preferences count, as keyed digests: they outlast the customers who had the addresses.

use crate::id::{ControllerId, PreferenceId};
use sea_orm::entity::prelude::*;

/// For which addresses preferences count, as keyed digests: they outlast the customers who had the addresses.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "preference_address")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Digest of the address under the controller's contact key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub digest: Vec<u8>,
    /// What was said.
    #[sea_orm(primary_key, auto_increment = false)]
    pub preference_id: PreferenceId,
}

crate::table!(scoped);
