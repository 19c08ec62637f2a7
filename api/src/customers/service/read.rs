//! Reading customers, as far as the caller may.

use std::collections::HashMap;

use entity::enums::{Action, DataSubjectCategory};
use entity::id::{BrandId, CustomerId, DataKeyId};
use entity::{assignment, customer, identifier};

use super::cluster::clusters;
use crate::context::Ctx;
use crate::customers::store;
use crate::error::Result;
use crate::platform::page::{InstantRange, Page, PageRequest};
use crate::vault::{CellKeys, Locked};

/// A customer as a caller may see it.
#[derive(Debug, Clone)]
pub(crate) struct Customer {
    /// Its row.
    pub(crate) row: customer::Model,
    /// Its name, for those who may read personal data.
    pub(crate) name: Option<Locked>,
}

/// An identifier as a caller may see it.
#[derive(Debug, Clone)]
pub(crate) struct Identifier {
    /// Its row.
    pub(crate) row: identifier::Model,
    /// Its value, for those who may read personal data.
    pub(crate) value: Option<Locked>,
}

/// An assignment as a caller may see it.
#[derive(Debug, Clone)]
pub(crate) struct Assignment {
    /// Its row.
    pub(crate) row: assignment::Model,
    /// The resource, for those who may read personal data.
    pub(crate) resource: Option<Locked>,
}

/// Which customers are asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct CustomerFilter {
    /// In these data-subject categories; all, when empty.
    pub(crate) categories: Vec<DataSubjectCategory>,
    /// Registered within this range.
    pub(crate) registered: InstantRange,
    /// Served under this brand.
    pub(crate) brand: Option<BrandId>,
    /// Whether their services ended.
    pub(crate) closed: Option<bool>,
    /// Those that were merged, instead of those that were not.
    pub(crate) merged: bool,
}

/// A page of customers by the instant they were registered.
///
/// # Errors
/// Forbidden; Invalid for a page that cannot be given.
pub(crate) async fn list(
    ctx: &Ctx,
    filter: &CustomerFilter,
    descending: bool,
    page: PageRequest,
) -> Result<Page<Customer>> {
    ctx.authorize(Action::ReadCustomers)?;
    let page = page.check(&format!("customers {descending} {filter:?}"))?;
    let page = store::page(ctx.db(), ctx.scope(), filter, descending, &page).await?;
    let keys = Keys::load(ctx, page.rows.iter().map(|(_, row)| row.key_id)).await?;
    Ok(page.map(|row| keys.customer(row)))
}

/// How many customers there are, as far as it pays to count.
///
/// # Errors
/// Forbidden.
pub(crate) async fn count(ctx: &Ctx, filter: &CustomerFilter) -> Result<i64> {
    ctx.authorize(Action::ReadCustomers)?;
    store::count(ctx.db(), ctx.scope(), filter).await
}

/// Customers by id.
///
/// # Errors
/// Forbidden.
pub(crate) async fn by_ids(ctx: &Ctx, ids: &[CustomerId]) -> Result<HashMap<CustomerId, Customer>> {
    ctx.authorize(Action::ReadCustomers)?;
    let rows = store::by_ids(ctx.db(), ctx.scope(), ids).await?;
    let keys = Keys::load(ctx, rows.iter().map(|row| row.key_id)).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.id, keys.customer(row)))
        .collect())
}

/// The country of a customer, where it is known. It authorises nothing: the use case that asks has done so.
///
/// # Errors
/// As every statement.
pub(crate) async fn country(ctx: &Ctx, customer: CustomerId) -> Result<Option<String>> {
    let rows = store::by_ids(ctx.db(), ctx.scope(), &[customer]).await?;
    Ok(rows.into_iter().next().and_then(|row| row.country))
}

/// The identifiers of customers with all that were merged into them, oldest first.
///
/// # Errors
/// Forbidden.
pub(crate) async fn identifiers(
    ctx: &Ctx,
    customers: &[CustomerId],
) -> Result<HashMap<CustomerId, Vec<Identifier>>> {
    ctx.authorize(Action::ReadCustomers)?;
    let clusters = clusters(ctx, customers).await?;
    let rows = store::identifiers(ctx.db(), ctx.scope(), &clusters.all()).await?;
    let keys = Keys::load(ctx, rows.iter().map(|row| row.key_id)).await?;
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        let of = found.entry(row.customer_id).or_default();
        of.push(keys.identifier(row));
    }
    let whole = |(root, cluster): &(CustomerId, Vec<CustomerId>)| {
        let of = cluster.iter().filter_map(|customer| found.get(customer));
        let mut whole: Vec<_> = of.flatten().cloned().collect();
        whole.sort_unstable_by_key(|identifier| identifier.row.id);
        (*root, whole)
    };
    Ok(clusters.each().iter().map(whole).collect())
}

/// The keys to what is personal about some rows; none, for those who may not read it.
pub(super) struct Keys(CellKeys);

impl Keys {
    pub(super) async fn load(ctx: &Ctx, ids: impl IntoIterator<Item = DataKeyId>) -> Result<Self> {
        Ok(Self(ctx.cell_keys(Action::ReadPersonalData, ids).await?))
    }

    fn customer(&self, row: customer::Model) -> Customer {
        let name = self
            .0
            .lock(row.key_id, store::NAME, row.id.uuid(), row.name.as_ref());
        Customer { row, name }
    }

    pub(super) fn identifier(&self, row: identifier::Model) -> Identifier {
        let value = self
            .0
            .lock(row.key_id, store::VALUE, row.id.uuid(), Some(&row.value));
        Identifier { row, value }
    }

    pub(super) fn assignment(&self, row: assignment::Model) -> Assignment {
        let resource = self.0.lock(
            row.key_id,
            store::RESOURCE,
            row.id.uuid(),
            Some(&row.resource),
        );
        Assignment { row, resource }
    }
}
