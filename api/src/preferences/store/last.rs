//! What was said last: of each status, about each thing, by each customer. More is not needed to tell what counts.

use std::collections::HashSet;

use entity::id::CustomerId;
use entity::preference;
use sea_orm::{ConnectionTrait, FromQueryResult, Value};

use crate::error::Result;
use crate::platform::db::{Scope, join_in_order, padded, placeholders, raw, scoped};

/// How many customers or addresses one statement asks for: a power of two.
const AT_ONCE: usize = 4_096;

/// The columns of a thing that something is about, and what was said of it.
const ABOUT: &str = "p.customer_id, p.brand_id, p.purpose, p.scope, p.channel, p.status";

/// What each of some customers said last.
pub(in crate::preferences) async fn last_of_customers(
    db: &impl ConnectionTrait,
    scope: Scope,
    customers: &[CustomerId],
) -> Result<Vec<preference::Model>> {
    let mut found = Vec::new();
    for customers in customers.chunks(AT_ONCE) {
        let customers = padded(customers);
        let sql = format!(
            "select * from (
                select p.*, row_number() over (partition by {ABOUT} order by p.at desc, p.id desc) as place
                from preference p where {} and p.customer_id in ({})
            ) as said where place = 1",
            scoped("p", "$1"),
            placeholders(2, customers.len()),
        );
        let controller = std::iter::once(Value::from(scope.controller));
        let binds = controller.chain(customers.into_iter().map(Value::from));
        let statement = raw(db, &sql, binds);
        found.extend(
            preference::Model::find_by_statement(statement)
                .all(db)
                .await?,
        );
    }
    Ok(found)
}

/// Something that counts for an address.
#[derive(Debug, FromQueryResult)]
pub(in crate::preferences) struct OfAddress {
    /// The digest of the address.
    pub(in crate::preferences) digest: Vec<u8>,
    /// What was said.
    #[sea_orm(nested)]
    pub(in crate::preferences) row: preference::Model,
}

/// What was said last of each of some addresses, by their digests.
pub(in crate::preferences) async fn last_of_addresses(
    db: &impl ConnectionTrait,
    scope: Scope,
    digests: &[Vec<u8>],
) -> Result<Vec<OfAddress>> {
    let digests: HashSet<_> = digests.iter().cloned().collect();
    let digests: Vec<_> = digests.into_iter().collect();
    let mut found = Vec::new();
    for digests in digests.chunks(AT_ONCE) {
        let digests = padded(digests);
        let sql = format!(
            "select * from (
                select a.digest, p.*,
                    row_number() over (partition by a.digest, {ABOUT} order by p.at desc, p.id desc) as place
                from preference_address a {} preference p on p.controller_id = a.controller_id
                    and p.id = a.preference_id
                where {} and a.digest in ({})
            ) as said where place = 1",
            join_in_order(db.get_database_backend()),
            scoped("a", "$1"),
            placeholders(2, digests.len()),
        );
        let controller = std::iter::once(Value::from(scope.controller));
        let binds = controller.chain(digests.into_iter().map(Value::from));
        let statement = raw(db, &sql, binds);
        found.extend(OfAddress::find_by_statement(statement).all(db).await?);
    }
    Ok(found)
}
