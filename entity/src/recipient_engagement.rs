//! Which recipient works for which: processors engage others (GDPR Art. 28(2) and (4)).

use crate::id::{ControllerId, RecipientId};
use sea_orm::entity::prelude::*;

/// Which recipient works for which: processors engage others (GDPR Art. 28(2) and (4)).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recipient_engagement")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// Who works for another.
    #[sea_orm(primary_key, auto_increment = false)]
    pub recipient_id: RecipientId,
    /// For whom.
    pub engaged_by: RecipientId,
}

crate::table!(scoped);
