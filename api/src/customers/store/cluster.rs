//! Clusters within the statements of others.

/// A subselect that gives every customer that the customer of a row is one with, itself among them: by expressions for its
/// controller and its customer.
pub(crate) fn members_of(controller: &str, customer: &str) -> String {
    let root = format!(
        "coalesce((select r.into_id from customer_merge r where r.controller_id = {controller}
            and r.customer_id = {customer}), {customer})"
    );
    format!(
        "(select {root} union all select m.customer_id from customer_merge m
            where m.controller_id = {controller} and m.into_id = {root})"
    )
}
