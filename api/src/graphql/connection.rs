//! Relay connections over pages.

use async_graphql::connection::{DefaultConnectionName, DefaultEdgeName, Edge, EmptyFields};
use async_graphql::{ObjectType, OutputType};

use crate::platform::page::Page;

/// A connection whose additional fields are `Extra`.
pub(crate) type Connection<Node, Extra = EmptyFields> = async_graphql::connection::Connection<
    String,
    Node,
    Extra,
    EmptyFields,
    DefaultConnectionName,
    DefaultEdgeName,
>;

/// Shows a page as a connection.
pub(crate) fn connection<Row, Node, Extra>(
    page: Page<Row>,
    extra: Extra,
    show: impl Fn(Row) -> Node,
) -> Connection<Node, Extra>
where
    Node: OutputType,
    Extra: ObjectType,
{
    let mut connection =
        Connection::with_additional_fields(page.has_previous, page.has_next, extra);
    connection.edges = page
        .rows
        .into_iter()
        .map(|(cursor, row)| Edge::new(cursor, show(row)))
        .collect();
    connection
}

/// Which way a list is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, async_graphql::Enum)]
pub(crate) enum OrderDirection {
    /// From the smallest, or the earliest.
    Asc,
    /// From the largest, or the latest.
    Desc,
}
