//! Statements over what advertising rests on, what templates are for, and the key of the digests of addresses.

use entity::id::{ContactRuleId, IntegrationId, MessageTemplateId};
use entity::{contact_key, contact_rule, message_template};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, Set,
};

use crate::error::{Error, Result};
use crate::platform::db::{Scope, insert_rows, locked};

/// The controller's key, if there is one yet.
pub(in crate::preferences) async fn contact_key(
    db: &impl ConnectionTrait,
    scope: Scope,
) -> Result<Option<contact_key::Model>> {
    Ok(scope.select::<contact_key::Entity>().one(db).await?)
}

/// Inserts the controller's key, where there is none yet.
pub(in crate::preferences) async fn insert_contact_key(
    db: &impl ConnectionTrait,
    row: contact_key::Model,
) -> Result<()> {
    let one = OnConflict::column(contact_key::Column::ControllerId)
        .do_nothing()
        .to_owned();
    contact_key::Entity::insert(row.into_active_model())
        .on_conflict(one)
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// Every rule that was not taken back.
pub(in crate::preferences) async fn rules(
    db: &impl ConnectionTrait,
    scope: Scope,
) -> Result<Vec<contact_rule::Model>> {
    let select = scope.select::<contact_rule::Entity>();
    let select = select.filter(contact_rule::Column::Basis.is_not_null());
    Ok(select
        .order_by_asc(contact_rule::Column::Place)
        .all(db)
        .await?)
}

/// The rule about this, taken back or not.
pub(in crate::preferences) async fn rule_at(
    db: &impl ConnectionTrait,
    scope: Scope,
    place: &str,
) -> Result<Option<contact_rule::Model>> {
    let select = scope.select::<contact_rule::Entity>();
    let select = select.filter(contact_rule::Column::Place.eq(place));
    Ok(select.one(db).await?)
}

pub(in crate::preferences) async fn lock_rule(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: ContactRuleId,
) -> Result<contact_rule::Model> {
    let select = scope.select::<contact_rule::Entity>();
    let select = select.filter(contact_rule::Column::Id.eq(id));
    let row = locked(db, select).one(db).await?;
    row.ok_or(Error::NotFound { what: "rule" })
}

pub(in crate::preferences) async fn insert_rule(
    db: &impl ConnectionTrait,
    row: contact_rule::Model,
) -> Result<()> {
    insert_rows(db, vec![row]).await
}

pub(in crate::preferences) async fn update_rule(
    db: &impl ConnectionTrait,
    scope: Scope,
    row: contact_rule::Model,
) -> Result<()> {
    let changed = contact_rule::ActiveModel {
        basis: Set(row.basis),
        version: Set(row.version),
        event_id: Set(row.event_id),
        ..Default::default()
    };
    contact_rule::Entity::update_many()
        .set(changed)
        .filter(contact_rule::Column::ControllerId.eq(scope.controller))
        .filter(contact_rule::Column::Id.eq(row.id))
        .exec(db)
        .await?;
    Ok(())
}

/// Every template that is for something.
pub(in crate::preferences) async fn templates(
    db: &impl ConnectionTrait,
    scope: Scope,
) -> Result<Vec<message_template::Model>> {
    let select = scope.select::<message_template::Entity>();
    let select = select.filter(message_template::Column::Purpose.is_not_null());
    Ok(select
        .order_by_asc(message_template::Column::IntegrationId)
        .order_by_asc(message_template::Column::Name)
        .all(db)
        .await?)
}

/// The template of an integration, for something or not.
pub(in crate::preferences) async fn template_named(
    db: &impl ConnectionTrait,
    scope: Scope,
    integration: IntegrationId,
    name: &str,
) -> Result<Option<message_template::Model>> {
    let select = scope.select::<message_template::Entity>();
    let select = select
        .filter(message_template::Column::IntegrationId.eq(integration))
        .filter(message_template::Column::Name.eq(name));
    Ok(select.one(db).await?)
}

pub(in crate::preferences) async fn lock_template(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: MessageTemplateId,
) -> Result<message_template::Model> {
    let select = scope.select::<message_template::Entity>();
    let select = select.filter(message_template::Column::Id.eq(id));
    let row = locked(db, select).one(db).await?;
    row.ok_or(Error::NotFound { what: "template" })
}

pub(in crate::preferences) async fn insert_template(
    db: &impl ConnectionTrait,
    row: message_template::Model,
) -> Result<()> {
    insert_rows(db, vec![row]).await
}

pub(in crate::preferences) async fn update_template(
    db: &impl ConnectionTrait,
    scope: Scope,
    row: message_template::Model,
) -> Result<()> {
    let changed = message_template::ActiveModel {
        purpose: Set(row.purpose),
        brand_id: Set(row.brand_id),
        version: Set(row.version),
        event_id: Set(row.event_id),
        ..Default::default()
    };
    message_template::Entity::update_many()
        .set(changed)
        .filter(message_template::Column::ControllerId.eq(scope.controller))
        .filter(message_template::Column::Id.eq(row.id))
        .exec(db)
        .await?;
    Ok(())
}
