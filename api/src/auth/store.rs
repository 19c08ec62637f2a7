//! Statements over controllers, integrations and tokens.

use std::sync::Arc;

use entity::enums::Role;
use entity::id::{ControllerId, IntegrationId, TokenId};
use entity::time::Timestamp;
use entity::{controller, integration, token};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, IntoActiveModel,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};

use crate::error::Result;
use crate::platform::db::{Scope, locked, raw, rows};
use crate::platform::page::{CheckedPage, Cursor, Page};

/// What the database says of a token.
#[derive(Debug, Clone)]
pub(crate) struct TokenState {
    pub(super) integration: IntegrationId,
    pub(super) role: Role,
    pub(super) log_origin: Arc<str>,
    pub(super) expires_at: Timestamp,
    pub(super) revoked_at: Option<Timestamp>,
}

/// What the database says of a token, if it knows it.
pub(super) async fn token_state(
    db: &impl ConnectionTrait,
    controller: ControllerId,
    token: TokenId,
) -> Result<Option<TokenState>> {
    #[derive(FromQueryResult)]
    struct Row {
        integration_id: IntegrationId,
        role: Role,
        log_origin: String,
        expires_at: Timestamp,
        revoked_at: Option<Timestamp>,
    }
    let sql = "select t.integration_id, i.role, c.log_origin, t.expires_at, t.revoked_at
        from token t
        join integration i on i.controller_id = t.controller_id and i.id = t.integration_id
        join controller c on c.id = t.controller_id
        where t.controller_id = $1 and t.id = $2";
    let values: [sea_orm::Value; 2] = [controller.into(), token.into()];
    let statement = raw(db, sql, values);
    Ok(Row::find_by_statement(statement)
        .one(db)
        .await?
        .map(|row| TokenState {
            integration: row.integration_id,
            role: row.role,
            log_origin: Arc::from(row.log_origin),
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
        }))
}

/// All controllers, oldest first. For the command line, which is above them.
pub(super) async fn controllers(db: &impl ConnectionTrait) -> Result<Vec<controller::Model>> {
    #[expect(clippy::disallowed_methods, reason = "the list of scopes has no scope")]
    let select = controller::Entity::find();
    Ok(select.order_by_asc(controller::Column::Id).all(db).await?)
}

/// The controller of a scope.
pub(super) async fn controller(
    db: &impl ConnectionTrait,
    scope: Scope,
) -> Result<Option<controller::Model>> {
    #[expect(clippy::disallowed_methods, reason = "the scope itself")]
    let select = controller::Entity::find_by_id(scope.controller);
    Ok(select.one(db).await?)
}

/// The controller of a scope, kept from being changed by others until the change ends.
pub(super) async fn lock_controller(
    db: &impl ConnectionTrait,
    scope: Scope,
) -> Result<Option<controller::Model>> {
    let select = scope.select::<controller::Entity>();
    Ok(locked(db, select).one(db).await?)
}

/// Writes what may change of a controller.
pub(super) async fn update_controller(
    db: &impl ConnectionTrait,
    row: controller::Model,
) -> Result<()> {
    let changed = controller::ActiveModel {
        establishment: Set(row.establishment),
        time_zone: Set(row.time_zone),
        ..Default::default()
    };
    controller::Entity::update_many()
        .set(changed)
        .filter(controller::Column::Id.eq(row.id))
        .exec(db)
        .await?;
    Ok(())
}

pub(super) async fn insert_controller(
    db: &impl ConnectionTrait,
    row: controller::Model,
) -> Result<()> {
    controller::Entity::insert(row.into_active_model())
        .exec_without_returning(db)
        .await?;
    Ok(())
}

pub(super) async fn insert_integration(
    db: &impl ConnectionTrait,
    row: integration::Model,
) -> Result<()> {
    integration::Entity::insert(row.into_active_model())
        .exec_without_returning(db)
        .await?;
    Ok(())
}

pub(super) async fn insert_token(db: &impl ConnectionTrait, row: token::Model) -> Result<()> {
    token::Entity::insert(row.into_active_model())
        .exec_without_returning(db)
        .await?;
    Ok(())
}

pub(super) async fn integrations_by_id(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[IntegrationId],
) -> Result<Vec<integration::Model>> {
    let select = scope.select::<integration::Entity>();
    Ok(select
        .filter(integration::Column::Id.is_in(ids.iter().copied()))
        .all(db)
        .await?)
}

/// A page of integrations, oldest first.
pub(super) async fn integrations(
    db: &impl ConnectionTrait,
    scope: Scope,
    page: &CheckedPage,
) -> Result<Page<integration::Model>> {
    let mut select = scope.select::<integration::Entity>();
    if let Some(after) = page.after {
        select = select.filter(integration::Column::Id.gt(IntegrationId::from_uuid(after.id)));
    }
    let select = select
        .order_by_asc(integration::Column::Id)
        .limit(page.limit_and_one());
    let rows = rows(db, select).await?;
    Ok(Page::of(rows, page, |row| Cursor {
        key: 0,
        id: row.id.uuid(),
    }))
}

/// The live tokens of some integrations, oldest first.
pub(super) async fn live_tokens(
    db: &impl ConnectionTrait,
    scope: Scope,
    integrations: &[IntegrationId],
    now: Timestamp,
) -> Result<Vec<token::Model>> {
    Ok(scope
        .select::<token::Entity>()
        .filter(token::Column::IntegrationId.is_in(integrations.iter().copied()))
        .filter(token::Column::RevokedAt.is_null())
        .filter(token::Column::ExpiresAt.gt(now))
        .order_by_asc(token::Column::Id)
        .all(db)
        .await?)
}

/// A token with the integration it belongs to, locked for a change.
pub(super) async fn token_for_update(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: TokenId,
) -> Result<Option<(token::Model, integration::Model)>> {
    let select = scope
        .select::<token::Entity>()
        .filter(token::Column::Id.eq(id));
    let Some(token) = locked(db, select).one(db).await? else {
        return Ok(None);
    };
    let integrations = integrations_by_id(db, scope, &[token.integration_id]).await?;
    Ok(integrations
        .into_iter()
        .next()
        .map(|integration| (token, integration)))
}

/// How many live tokens of role OWNER a controller has. Locks the controller, so that two revocations at
/// once cannot both find two.
pub(super) async fn count_owner_tokens(
    db: &impl ConnectionTrait,
    scope: Scope,
    now: Timestamp,
) -> Result<u64> {
    #[expect(clippy::disallowed_methods, reason = "the scope itself")]
    let select = controller::Entity::find_by_id(scope.controller);
    locked(db, select).one(db).await?;
    let owners = scope
        .select::<integration::Entity>()
        .filter(integration::Column::Role.eq(Role::Owner))
        .select_only()
        .column(integration::Column::Id);
    Ok(scope
        .select::<token::Entity>()
        .filter(token::Column::RevokedAt.is_null())
        .filter(token::Column::ExpiresAt.gt(now))
        .filter(token::Column::IntegrationId.in_subquery(sea_orm::QueryTrait::into_query(owners)))
        .count(db)
        .await?)
}

pub(super) async fn mark_revoked(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: TokenId,
    now: Timestamp,
) -> Result<()> {
    token::Entity::update_many()
        .col_expr(token::Column::RevokedAt, now.into())
        .filter(token::Column::ControllerId.eq(scope.controller))
        .filter(token::Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
}

/// Notes when integrations called last.
pub(super) async fn mark_used(
    db: &impl ConnectionTrait,
    controller: ControllerId,
    integration: IntegrationId,
    at: Timestamp,
) -> Result<()> {
    integration::Entity::update_many()
        .col_expr(integration::Column::LastUsedAt, at.into())
        .filter(integration::Column::ControllerId.eq(controller))
        .filter(integration::Column::Id.eq(integration))
        // Another instance may have seen a later call.
        .filter(
            Condition::any()
                .add(integration::Column::LastUsedAt.is_null())
                .add(integration::Column::LastUsedAt.lt(at)),
        )
        .exec(db)
        .await?;
    Ok(())
}
