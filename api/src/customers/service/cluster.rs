//! Clusters: a customer with all that were merged into it. Rows keep the customer that they were recorded for, and
//! its key; reads of the root show those of the whole cluster.

use std::collections::HashMap;

use entity::id::CustomerId;
use entity::time::Timestamp;

use crate::context::Ctx;
use crate::customers::store;
use crate::error::Result;

/// Some customers with their clusters.
#[derive(Debug)]
pub(crate) struct Clusters {
    each: Vec<(CustomerId, Vec<CustomerId>)>,
    joined: HashMap<CustomerId, Timestamp>,
}

impl Clusters {
    /// Every customer of the clusters, once.
    pub(crate) fn all(&self) -> Vec<CustomerId> {
        let mut all: Vec<_> = self.each.iter().flat_map(|(_, of)| of).copied().collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The cluster of a customer that was asked for; nobody, where it was not.
    pub(crate) fn of(&self, customer: CustomerId) -> &[CustomerId] {
        let found = self.each.iter().find(|(root, _)| *root == customer);
        found.map_or(&[], |(_, members)| members)
    }

    /// Each customer that was asked for, with its cluster: itself first.
    pub(crate) fn each(&self) -> &[(CustomerId, Vec<CustomerId>)] {
        &self.each
    }

    /// Since when a customer is one with the one that stands for it; nothing for that one itself.
    pub(crate) fn joined(&self, customer: CustomerId) -> Option<Timestamp> {
        self.joined.get(&customer).copied()
    }
}

/// The clusters of some customers. One that was merged itself has no cluster of its own: it shows what was recorded
/// for it. It authorises nothing: the use case that asks has done so.
///
/// # Errors
/// As every statement.
pub(crate) async fn clusters(ctx: &Ctx, customers: &[CustomerId]) -> Result<Clusters> {
    let mut members = store::members(ctx.db(), ctx.scope(), customers).await?;
    let mut joined = HashMap::new();
    let each = customers.iter().map(|root| {
        let mut cluster = vec![*root];
        for (member, at) in members.remove(root).unwrap_or_default() {
            joined.insert(member, at);
            cluster.push(member);
        }
        (*root, cluster)
    });
    let each = each.collect();
    Ok(Clusters { each, joined })
}

/// The cluster that each of some customers is in, the one that stands for it first; of one that was merged, too. It authorises
/// nothing: the use case that asks has done so.
///
/// # Errors
/// As every statement.
pub(crate) async fn clusters_around(
    ctx: &Ctx,
    customers: &[CustomerId],
) -> Result<HashMap<CustomerId, Vec<CustomerId>>> {
    let roots = store::roots(ctx.db(), ctx.scope(), customers).await?;
    let root_of = |customer: &CustomerId| roots.get(customer).copied().unwrap_or(*customer);
    let mut standing: Vec<_> = customers.iter().map(root_of).collect();
    standing.sort_unstable();
    standing.dedup();
    let clusters = clusters(ctx, &standing).await?;
    let around = |customer: &CustomerId| (*customer, clusters.of(root_of(customer)).to_vec());
    Ok(customers.iter().map(around).collect())
}
