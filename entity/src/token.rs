//! Tokens of integrations: what the server remembers of them. The token itself is not stored.

use crate::id::{ControllerId, IntegrationId, TokenId};
use crate::time::Timestamp;
use sea_orm::entity::prelude::*;

/// Tokens of integrations: what the server remembers of them. The token itself is not stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "token")]
pub struct Model {
    /// The controller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub controller_id: ControllerId,
    /// The `jti` of the token.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TokenId,
    /// Whose token it is.
    pub integration_id: IntegrationId,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it stops working.
    pub expires_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

crate::table!(scoped);
