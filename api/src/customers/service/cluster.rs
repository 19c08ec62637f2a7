//! Clusters: a customer with all that were merged into it. Rows keep the customer that they were recorded for, and
//! its key; reads of the root show those of the whole cluster.

use entity::id::CustomerId;

use crate::context::Ctx;
use crate::customers::store;
use crate::error::Result;

/// Some customers with their clusters.
#[derive(Debug)]
pub(crate) struct Clusters(Vec<(CustomerId, Vec<CustomerId>)>);

impl Clusters {
    /// Every customer of the clusters, once.
    pub(crate) fn all(&self) -> Vec<CustomerId> {
        let mut all: Vec<_> = self.0.iter().flat_map(|(_, of)| of).copied().collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The cluster of a customer that was asked for; nobody, where it was not.
    pub(crate) fn of(&self, customer: CustomerId) -> &[CustomerId] {
        let found = self.0.iter().find(|(root, _)| *root == customer);
        found.map_or(&[], |(_, members)| members)
    }

    /// Each customer that was asked for, with its cluster: itself first.
    pub(crate) fn each(&self) -> &[(CustomerId, Vec<CustomerId>)] {
        &self.0
    }
}

/// The clusters of some customers. One that was merged itself has no cluster of its own: it shows what was recorded
/// for it. It authorises nothing: the use case that asks has done so.
///
/// # Errors
/// As every statement.
pub(crate) async fn clusters(ctx: &Ctx, customers: &[CustomerId]) -> Result<Clusters> {
    let mut members = store::members(ctx.db(), ctx.scope(), customers).await?;
    let each = customers.iter().map(|root| {
        let mut cluster = vec![*root];
        cluster.extend(members.remove(root).unwrap_or_default());
        (*root, cluster)
    });
    Ok(Clusters(each.collect()))
}
