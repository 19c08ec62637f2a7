//! Clusters within the statements of others.

/// A subselect that gives every customer that the customer of a row is one with, itself among them: the table has the
/// columns `controller_id` and `customer_id`.
pub(crate) fn members_of(table: &str) -> String {
    let root = format!(
        "coalesce((select r.into_id from customer_merge r where r.controller_id = {table}.controller_id
            and r.customer_id = {table}.customer_id), {table}.customer_id)"
    );
    format!(
        "(select {root} union all select m.customer_id from customer_merge m
            where m.controller_id = {table}.controller_id and m.into_id = {root})"
    )
}
