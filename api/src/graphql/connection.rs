//! Relay connections over pages.

/// Which way a list is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, async_graphql::Enum)]
pub(crate) enum OrderDirection {
    /// From the smallest, or the earliest.
    Asc,
    /// From the largest, or the latest.
    Desc,
}

/// Declares a connection and its edge. The engine's own cannot be described in the schema.
///
/// `total` is what counts the list over all its pages, where that is offered: a type with a method
/// `count(&self, &Ctx) -> Result<i64>`.
macro_rules! connection {
    ($(#[$doc:meta])* $connection:ident, $edge:ident, $node:ty $(, total: $total:ty)?) => {
        $(#[$doc])*
        pub(crate) struct $connection {
            edges: Vec<$edge>,
            has_next: bool,
            has_previous: bool,
            $(total: $total,)?
        }

        /// A row of a list, with its place.
        #[derive(async_graphql::SimpleObject)]
        pub(crate) struct $edge {
            /// The place of the row, for `after`.
            cursor: String,
            /// The row.
            node: $node,
        }

        impl $connection {
            /// Shows a page.
            pub(crate) fn new(
                page: crate::platform::page::Page<$node>
                $(, total: $total)?
            ) -> Self {
                let edge = |(cursor, node)| $edge { cursor, node };
                Self {
                    edges: page.rows.into_iter().map(edge).collect(),
                    has_next: page.has_next,
                    has_previous: page.has_previous,
                    $(total: std::convert::identity::<$total>(total),)?
                }
            }
        }

        $(#[$doc])*
        #[async_graphql::Object]
        impl $connection {
            /// The rows of this page with their cursors.
            async fn edges(&self) -> &[$edge] {
                &self.edges
            }

            /// The rows of this page.
            async fn nodes(&self) -> Vec<&$node> {
                self.edges.iter().map(|edge| &edge.node).collect()
            }

            /// Where this page is in the list.
            async fn page_info(&self) -> async_graphql::connection::PageInfo {
                async_graphql::connection::PageInfo {
                    has_previous_page: self.has_previous,
                    has_next_page: self.has_next,
                    start_cursor: self.edges.first().map(|edge| edge.cursor.clone()),
                    end_cursor: self.edges.last().map(|edge| edge.cursor.clone()),
                }
            }

            $(
                /// How many rows the list has over all its pages; 10001 means more than 10000. It costs a count of its
                /// own.
                async fn total_count(
                    &self,
                    context: &async_graphql::Context<'_>,
                ) -> crate::error::Result<i32> {
                    let total: &$total = &self.total;
                    let count = total.count(crate::graphql::ctx(context)?).await?;
                    Ok(i32::try_from(count).unwrap_or(i32::MAX))
                }
            )?
        }
    };
}
pub(crate) use connection;
