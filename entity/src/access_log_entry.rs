//! That personal fields were read: whose, by whom, when and what for.

use crate::enums::Visibility;
use crate::id::{AccessLogEntryId, ControllerId, CustomerId, DataKeyId, IntegrationId};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// That personal fields were read: whose, by whom, when and what for.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "access_log_entry")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccessLogEntryId,
    /// When.
    pub at: Timestamp,
    /// Whose; none where it was a record about nobody alone, or everything.
    pub customer_id: Option<CustomerId>,
    /// In which record, where that is about no known customer, or about several.
    pub record_id: Option<Uuid>,
    /// Which fields, as table and column with a dot between, separated by blanks; none where it was everything.
    pub fields: String,
    /// Open, or of what a gag order hides.
    pub visibility: Visibility,
    /// By which operations.
    pub operation: String,
    /// By whom; none for the command line.
    pub integration_id: Option<IntegrationId>,
    /// Where the person is known on whose behalf it was.
    pub staff_system: Option<String>,
    /// Key of the encrypted columns.
    pub key_id: DataKeyId,
    /// Encrypted: what that person is known by there.
    pub staff: Option<Vec<u8>>,
    /// Encrypted: what for.
    pub reason: Option<Vec<u8>>,
}

crate::table!(scoped, open where Visibility is "OPEN");
