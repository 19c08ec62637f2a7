//! Brands: the trading names under which the controller serves its customers.

use std::collections::{HashMap, HashSet};

use entity::brand;
use entity::enums::{Action, EventType, Log};
use entity::id::{BrandId, CustomerId};

use crate::context::{Begun, Ctx, Once, only_id};
use crate::customers::store;
use crate::error::{Error, Result};
use crate::ledger::{Event, Fields};
use crate::platform::page::{Page, PageRequest};
use crate::platform::random;
use crate::vault::normalise;

/// Registers a brand.
///
/// # Errors
/// Forbidden; Invalid for a name that cannot be used; Conflict when there is one of this name.
pub(crate) async fn register_brand(ctx: &Ctx, name: &str, once: Once) -> Result<BrandId> {
    ctx.authorize(Action::RegisterBrand)?;
    let normal_name =
        normalise::name(name).map_err(|expected| Error::invalid("name", expected.to_string()))?;
    let id = BrandId::from_uuid(random::id());
    let key = ctx.controller_key().await?;
    let mut tx = match ctx.begin_once(&once, &[id.to_string()]).await? {
        Begun::New(tx) => tx,
        Begun::Replay(ids) => return only_id(&ids, "brand"),
    };
    let name = name.trim();
    let event_id = tx.record(Event {
        kind: EventType::BrandRegistered,
        log: Log::Main,
        object: id.to_string(),
        customer: None,
        key: &key,
        fields: Fields::new().with("name", name),
    })?;
    let row = brand::Model {
        controller_id: ctx.controller(),
        id,
        name: name.to_owned(),
        normal_name,
        recorded_at: ctx.now(),
        event_id,
    };
    store::insert_brand(tx.db(), row).await?;
    tx.commit().await?;
    Ok(id)
}

/// Makes sure that a brand is the controller's. It authorises nothing: the use case that asks has done so.
///
/// # Errors
/// `NotFound` when it is not.
pub(crate) async fn check_brand(ctx: &Ctx, brand: Option<BrandId>) -> Result<()> {
    let wanted = brand.as_slice();
    if existing_brands(ctx, wanted).await?.len() < wanted.len() {
        return Err(Error::NotFound { what: "brand" }.at("brandId"));
    }
    Ok(())
}

/// A page of brands, in the order they were registered.
///
/// # Errors
/// Forbidden; Invalid for a page that cannot be given.
pub(crate) async fn brands(ctx: &Ctx, page: PageRequest) -> Result<Page<brand::Model>> {
    ctx.authorize(Action::ReadCustomers)?;
    let page = page.check("brands")?;
    store::page_of_brands(ctx.db(), ctx.scope(), &page).await
}

/// Brands by id.
///
/// # Errors
/// Forbidden.
pub(crate) async fn brands_by_id(
    ctx: &Ctx,
    ids: &[BrandId],
) -> Result<HashMap<BrandId, brand::Model>> {
    ctx.authorize(Action::ReadCustomers)?;
    let rows = store::brands_by_id(ctx.db(), ctx.scope(), ids).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Under which brand each of some customers is served.
///
/// # Errors
/// Forbidden.
pub(crate) async fn brands_of(
    ctx: &Ctx,
    customers: &[CustomerId],
) -> Result<HashMap<CustomerId, BrandId>> {
    ctx.authorize(Action::ReadCustomers)?;
    store::brands_of(ctx.db(), ctx.scope(), customers).await
}

/// Those of some brands that the controller has. It authorises nothing: the use case that asks has done so.
///
/// # Errors
/// As every statement.
pub(crate) async fn existing_brands(ctx: &Ctx, ids: &[BrandId]) -> Result<HashSet<BrandId>> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let rows = store::brands_by_id(ctx.db(), ctx.scope(), ids).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
