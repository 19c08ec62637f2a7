//! What a customer is known by elsewhere, for those who act there.

use std::collections::HashMap;

use entity::enums::IdentifierKind;
use entity::id::{CustomerId, IdentifierId};
use entity::identifier;
use entity::time::Timestamp;

use super::cluster::clusters;
use super::lookup::{Lookup, resolve_each};
use crate::context::Ctx;
use crate::customers::rules::Match;
use crate::customers::store;
use crate::error::Result;
use crate::platform::personal::Personal;

/// What a customer is known by.
#[derive(Debug, Clone)]
pub(crate) struct KnownAs {
    /// Which identifier.
    pub(crate) id: IdentifierId,
    /// Its kind.
    pub(crate) kind: IdentifierKind,
    /// The outside system, of an external id.
    pub(crate) system: Option<String>,
    /// Its value.
    pub(crate) value: Personal,
    /// Whether it leads to other customers as well.
    pub(crate) shared: bool,
    /// Since when it is on record.
    pub(crate) recorded_at: Timestamp,
    /// When it was made sure that it is the customer's.
    pub(crate) verified_at: Option<Timestamp>,
}

/// What each of some customers is known by, with those who are one with it: everything that leads to it now, and ids in
/// outside systems that led to it before and were given to nobody else since. What was erased is left out. It authorises
/// nothing: the use case that asks has done so.
///
/// # Errors
/// As every statement.
pub(crate) async fn known_as(
    ctx: &Ctx,
    customers: &[CustomerId],
) -> Result<HashMap<CustomerId, Vec<KnownAs>>> {
    let roots = store::roots(ctx.db(), ctx.scope(), customers).await?;
    let root_of = |customer: &CustomerId| roots.get(customer).copied().unwrap_or(*customer);
    let mut stand_for: Vec<_> = customers.iter().map(root_of).collect();
    stand_for.sort_unstable();
    stand_for.dedup();
    let clusters = clusters(ctx, &stand_for).await?;
    let rows = store::identifiers(ctx.db(), ctx.scope(), &clusters.all()).await?;
    let rows: Vec<_> = rows.into_iter().filter(|row| counts(ctx, row)).collect();
    let keys = ctx
        .vault()
        .cell_keys(ctx.db(), ctx.scope(), rows.iter().map(|row| row.key_id))
        .await?;
    let mut values = Vec::new();
    for row in rows {
        let locked = keys.lock(row.key_id, store::VALUE, row.id.uuid(), Some(&row.value));
        // One value that cannot be opened must not keep the others from those who act.
        match locked.map(|locked| locked.open()) {
            Some(Ok(value)) => values.push((value, row)),
            Some(Err(error)) => tracing::error!(identifier = %row.id, %error, "cannot be opened"),
            None => {}
        }
    }
    let lookups: Vec<_> = values
        .iter()
        .map(|(value, row)| lookup_of(row, value))
        .collect();
    let now = ctx.now();
    let asked: Vec<_> = lookups.iter().map(|lookup| (lookup, now)).collect();
    let led = resolve_each(ctx, &asked, |_| "identifier".to_owned()).await?;
    let owners: HashMap<CustomerId, CustomerId> = clusters
        .each()
        .iter()
        .flat_map(|(root, of)| of.iter().map(|member| (*member, *root)))
        .collect();
    let mut found: HashMap<CustomerId, Vec<KnownAs>> = HashMap::new();
    for ((value, row), led) in values.into_iter().zip(led) {
        let Some(root) = owners.get(&row.customer_id).copied() else {
            continue;
        };
        let shared = match led {
            Ok(Match::Nobody) => false,
            Ok(Match::One(customer)) => customer != root,
            // What can be asked no more may lead to anybody.
            Ok(Match::Several(_)) | Err(_) => true,
        };
        if shared && row.kind == IdentifierKind::ExternalId {
            // It was given to somebody else.
            continue;
        }
        found.entry(root).or_default().push(KnownAs {
            id: row.id,
            kind: row.kind,
            system: row.system,
            value,
            shared,
            recorded_at: row.recorded_at,
            verified_at: row.verified_at,
        });
    }
    let of = |customer: &CustomerId| {
        let known = found.get(&root_of(customer)).cloned();
        (*customer, known.unwrap_or_default())
    };
    Ok(customers.iter().map(of).collect())
}

/// An address or a number that has ended is somebody else's by now, more often than not; an id in a system is not.
fn counts(ctx: &Ctx, row: &identifier::Model) -> bool {
    let ended = row.ended_at.is_some_and(|ended| ended <= ctx.now());
    !ended || row.kind == IdentifierKind::ExternalId
}

fn lookup_of(row: &identifier::Model, value: &Personal) -> Lookup {
    let value = value.clone();
    match row.kind {
        IdentifierKind::Email => Lookup::Email(value),
        IdentifierKind::Phone => Lookup::Phone(value),
        IdentifierKind::ExternalId => Lookup::ExternalId {
            system: row.system.clone().unwrap_or_default(),
            id: value,
        },
    }
}
