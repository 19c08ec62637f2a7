//! Accountings and series in the schema.

use std::collections::HashMap;

use async_graphql::{Context, Object};
use entity::enums::{DisclosureFrequency, DisclosureGround};
use entity::id::{CustomerId, DisclosureId};
use entity::time::Timestamp;

use super::types::SubjectsOf;
use crate::context::Ctx;
use crate::disclosures::service::{self, AccountingLine, AccountingPeriod, Disclosure};
use crate::error::{Error, Result};
use crate::graphql::{Batch, Long, Nullable, connection, load};
use crate::platform::page::{Page, PageRequest};

/// A line of an accounting: one disclosure, or all those of the period that repeat each other, with the first, the
/// number and the last (45 CFR 164.528(b)(3)). They have recipient, ground, purpose, data and tier in common; what only
/// one of them has, such as its authority and its reference, the first shows for itself.
#[Object(name = "AccountingLine")]
impl AccountingLine {
    /// The first disclosure of the period.
    async fn first(&self, context: &Context<'_>) -> Nullable<Disclosure> {
        load(context, self.first).await.transpose()
    }

    /// When data went out first.
    async fn first_at(&self) -> Timestamp {
        self.first_at
    }

    /// When data went out last: the same instant, where it went out once. A record for a longer period that reaches out
    /// of that of the accounting counts whole.
    async fn last_at(&self) -> Timestamp {
        self.last_at
    }

    /// How many times data went out.
    async fn count(&self) -> Long {
        Long(self.count)
    }

    /// How often, on average.
    #[graphql(name = "frequency")]
    async fn shown_frequency(&self) -> DisclosureFrequency {
        self.frequency()
    }

    /// Whether it should not have happened: such a line stands for one disclosure.
    async fn unauthorised(&self, context: &Context<'_>) -> Result<bool> {
        let first = load(context, self.first).await?;
        Ok(first.is_some_and(|first| first.row.ground == DisclosureGround::Unauthorised))
    }
}

/// The number of all lines of an accounting.
pub(crate) struct LinesTotal(i64);

impl LinesTotal {
    async fn count(&self, _ctx: &Ctx) -> Result<i64> {
        Ok(self.0)
    }
}

connection! {
    /// A page of an accounting.
    AccountingConnection, AccountingEdge, AccountingLine, total: LinesTotal
}

/// A page of the accounting of a customer.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct AccountingOf(
    pub(crate) CustomerId,
    pub(crate) AccountingPeriod,
    pub(crate) PageRequest,
);

impl Batch for AccountingOf {
    type Value = (Page<AccountingLine>, i64);

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, Self::Value>> {
        let mut asked: HashMap<(AccountingPeriod, PageRequest), Vec<CustomerId>> = HashMap::new();
        for Self(customer, period, page) in keys {
            let of = asked.entry((*period, page.clone())).or_default();
            of.push(*customer);
        }
        let mut found = HashMap::new();
        for ((period, page), customers) in asked {
            let pages = service::accounting(ctx, &customers, period, &page).await?;
            let keyed = |(id, shown)| (Self(id, period, page.clone()), shown);
            found.extend(pages.into_iter().map(keyed));
        }
        Ok(found)
    }
}

/// A page of an accounting, as a customer shows it.
///
/// # Errors
/// As [`service::accounting`].
pub(crate) async fn accounting(
    context: &Context<'_>,
    of: AccountingOf,
) -> Result<AccountingConnection> {
    let missing = Error::NotFound { what: "customer" };
    let (page, total) = load(context, of).await?.ok_or(missing)?;
    Ok(AccountingConnection::new(page, LinesTotal(total)))
}

/// Records that repeat each other about one customer, over all time. Its totals are those of its records.
pub(crate) struct DisclosureSeries(AccountingLine);

/// Records that repeat each other about one customer, over all time. Its totals are those of its records.
#[Object]
impl DisclosureSeries {
    /// The first record.
    async fn first(&self, context: &Context<'_>) -> Nullable<Disclosure> {
        load(context, self.0.first).await.transpose()
    }

    /// When data went out first.
    async fn first_at(&self) -> Timestamp {
        self.0.first_at
    }

    /// When data went out last.
    async fn last_at(&self) -> Timestamp {
        self.0.last_at
    }

    /// How many times data went out.
    async fn count(&self) -> Long {
        Long(self.0.count)
    }

    /// How many records say so.
    async fn records(&self) -> Long {
        Long(self.0.records)
    }

    /// How often, on average.
    async fn frequency(&self) -> DisclosureFrequency {
        self.0.frequency()
    }
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct SeriesOf(CustomerId, Vec<u8>);

impl Batch for SeriesOf {
    type Value = AccountingLine;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, AccountingLine>> {
        let lines: Vec<_> = keys.iter().map(|key| (key.0, key.1.clone())).collect();
        let found = service::series(ctx, &lines).await?;
        let keyed = |((customer, line), whole)| (Self(customer, line), whole);
        Ok(found.into_iter().map(keyed).collect())
    }
}

/// The series of a disclosure about one known customer.
///
/// # Errors
/// As every loader.
pub(super) async fn series(
    context: &Context<'_>,
    id: DisclosureId,
) -> Result<Option<DisclosureSeries>> {
    let subjects = load(context, SubjectsOf(id)).await?.unwrap_or_default();
    let [only] = subjects.as_slice() else {
        return Ok(None);
    };
    let Some(customer) = only.row.customer_id else {
        return Ok(None);
    };
    let key = SeriesOf(customer, only.row.line.clone());
    Ok(load(context, key).await?.map(DisclosureSeries))
}
