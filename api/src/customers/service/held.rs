//! Reading who held what: by customer, by id, and by the resource.

use std::collections::HashMap;

use entity::enums::Action;
use entity::id::{AssignmentId, CustomerId};

use super::cluster::clusters;
use super::lookup::authorize;
use super::question::Question;
use super::read::{Assignment, Keys};
use super::resource::ResourceLookup;
use crate::context::Ctx;
use crate::customers::store;
use crate::error::Result;
use crate::platform::page::{Page, PageRequest};
use crate::vault::Owner;

/// A page of what each of some customers held, latest first.
///
/// # Errors
/// Forbidden; Invalid for a page that cannot be given.
pub(crate) async fn assignments(
    ctx: &Ctx,
    customers: &[CustomerId],
    page: PageRequest,
) -> Result<HashMap<CustomerId, Page<Assignment>>> {
    ctx.authorize(Action::ReadCustomers)?;
    let page = page.check("assignments")?;
    let clusters = clusters(ctx, customers).await?;
    let found = store::assignments_of(ctx.db(), ctx.scope(), &clusters, &page).await?;
    let mut ids = Vec::new();
    for page in found.values() {
        ids.extend(page.rows.iter().map(|(_, row)| row.key_id));
    }
    let keys = Keys::load(ctx, ids).await?;
    Ok(found
        .into_iter()
        .map(|(customer, page)| (customer, page.map(|row| keys.assignment(row))))
        .collect())
}

/// Assignments by id.
///
/// # Errors
/// Forbidden.
pub(crate) async fn assignments_by_id(
    ctx: &Ctx,
    ids: &[AssignmentId],
) -> Result<HashMap<AssignmentId, Assignment>> {
    ctx.authorize(Action::ReadCustomers)?;
    let rows = store::assignments_by_id(ctx.db(), ctx.scope(), ids).await?;
    let keys = Keys::load(ctx, rows.iter().map(|row| row.key_id)).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.id, keys.assignment(row)))
        .collect())
}

/// A page of the assignments that cover something at an instant, the narrowest first: its holder, then whoever the
/// holder has it from.
///
/// # Errors
/// Forbidden; Invalid for a value or a page that cannot be used.
pub(crate) async fn holders(
    ctx: &Ctx,
    of: &ResourceLookup,
    page: PageRequest,
) -> Result<Page<Assignment>> {
    authorize(ctx)?;
    let asked = of.check(&format!("of.{}", of.input_field()))?;
    let covering = asked.covering(ctx)?;
    let page = page.check(&format!("holders {covering:?} {:?}", asked.at()))?;
    let wanted = Question::Resource(Box::new(asked), covering).wanted(0);
    let page = store::covering(ctx.db(), ctx.scope(), &wanted, &page).await?;
    let keys = Keys::load(ctx, page.rows.iter().map(|(_, row)| row.key_id)).await?;
    for (_, row) in &page.rows {
        // That it led to them tells as much as its value.
        ctx.note_shown(Owner::customer(row.customer_id), store::RESOURCE);
    }
    Ok(page.map(|row| keys.assignment(row)))
}
