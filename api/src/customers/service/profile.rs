//! Customers with their PROFILE keys, to be changed: read before the change begins, held while it goes on.

use std::collections::HashMap;
use std::sync::Arc;

use entity::customer;
use entity::id::{CustomerId, DataKeyId};

use crate::context::{Ctx, Tx};
use crate::customers::store;
use crate::error::{Error, Result};
use crate::vault::DataKey;

/// Some customers with their PROFILE keys.
pub(super) struct Profiles {
    rows: HashMap<CustomerId, customer::Model>,
    keys: HashMap<DataKeyId, Arc<DataKey>>,
}

impl Profiles {
    /// Reads customers and keys, in one statement each.
    pub(super) async fn load(ctx: &Ctx, customers: &[CustomerId]) -> Result<Self> {
        let rows = store::by_ids(ctx.db(), ctx.scope(), customers).await?;
        let keys = rows.iter().map(|row| row.key_id);
        Ok(Self {
            keys: ctx.vault().keys(ctx.db(), ctx.scope(), keys).await?,
            rows: rows.into_iter().map(|row| (row.id, row)).collect(),
        })
    }

    /// Keeps them from being changed by others, and their keys from being destroyed, until the change ends; and reads
    /// them again as they are then.
    ///
    /// # Errors
    /// `NotFound` or Conflict when one is gone meanwhile.
    pub(super) async fn hold(&mut self, ctx: &Ctx, tx: &Tx) -> Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        for row in store::hold(tx.db(), tx.scope(), &self.customers()).await? {
            self.rows.insert(row.id, row);
        }
        let keys = self.keys.keys().copied().collect();
        ctx.vault().pin(tx.inner(), tx.scope(), keys).await
    }

    /// Who they are.
    pub(super) fn customers(&self) -> Vec<CustomerId> {
        self.rows.keys().copied().collect()
    }

    /// A customer as it was read last.
    ///
    /// # Errors
    /// `NotFound` when there is none.
    pub(super) fn row(&self, customer: CustomerId) -> Result<&customer::Model> {
        let row = self.rows.get(&customer);
        row.ok_or(Error::NotFound { what: "customer" })
    }

    /// The key of a customer.
    ///
    /// # Errors
    /// `NotFound` when there is no such customer, Conflict when its key was destroyed.
    pub(super) fn key(&self, customer: CustomerId) -> Result<&DataKey> {
        let key = self.keys.get(&self.row(customer)?.key_id);
        key.map(|key| &**key)
            .ok_or(Error::Conflict("the profile of this customer was erased"))
    }
}
