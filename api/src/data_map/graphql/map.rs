//! Questions to the map as a whole.

use async_graphql::{Context, Object};
use entity::date::Date;
use entity::enums::DiagramFormat;

use super::flows::{DataMapNode, DataMapNodeInput};
use super::{DataCategory, DataSubject, DataUse};
use crate::data_map::service::{self, Difference, Direction, Drawn, Flow, Map, Reached, System};
use crate::data_map::taxonomy::{Tree, is_under};
use crate::error::Result;
use crate::graphql::{Nullable, ctx, load, load_all};
use crate::recipients::graphql::RecipientNode;

/// The map of a day: where data is, and where it goes. The flows are those of that day; systems, recipients, and where they are,
/// show as they are now.
#[Object(name = "DataMap")]
impl Map {
    /// Of which day.
    async fn as_of(&self) -> Date {
        self.on
    }

    /// Every system, by name, as it is now.
    #[graphql(name = "systems")]
    async fn all_systems(&self) -> &[System] {
        &self.systems
    }

    /// The recipients that flows of that day go to, that run systems, and that work for these.
    #[graphql(name = "recipients")]
    async fn named_recipients(&self, context: &Context<'_>) -> Result<Vec<RecipientNode>> {
        load_all(context, self.recipients()).await
    }

    /// Every flow that counts on that day, in the order in which they were declared.
    #[graphql(name = "flows")]
    async fn all_flows(&self) -> &[Flow] {
        &self.flows
    }
}

/// What is different between the maps of two days.
#[Object(name = "DataMapDifference")]
impl Difference {
    /// The flows that count on the second day only.
    #[graphql(name = "added")]
    async fn new_flows(&self) -> &[Flow] {
        &self.added
    }

    /// The flows that counted on the first day only.
    #[graphql(name = "removed")]
    async fn old_flows(&self) -> &[Flow] {
        &self.removed
    }
}

/// A place that data gets to, or comes from, over one or several steps.
#[Object(name = "DataMapStep")]
impl Reached {
    /// Which.
    #[graphql(name = "node")]
    async fn place(&self) -> DataMapNode {
        DataMapNode(self.node)
    }

    /// Over how many steps, at the least: 1 for those next to it.
    #[graphql(name = "distance")]
    async fn steps(&self) -> u32 {
        self.distance
    }

    /// By which flows of the last of these steps; none where the one only runs the other, or engages it.
    async fn flows(&self, context: &Context<'_>) -> Vec<Nullable<Flow>> {
        let loading = self
            .by
            .iter()
            .map(async |id| load(context, *id).await.transpose());
        futures_util::future::join_all(loading).await
    }
}

/// Queries over the map.
#[derive(Default)]
pub(crate) struct MapQuery;

#[Object]
impl MapQuery {
    /// The map of a day, whole: systems, recipients, and the flows that count on it.
    async fn data_map(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which day, in UTC; today when absent.")] as_of: Option<Date>,
    ) -> Result<Map> {
        service::map(ctx(context)?, as_of).await
    }

    /// Which flows are different between the maps of two days.
    async fn data_map_difference(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The first day, in UTC.")] from: Date,
        #[graphql(desc = "The second day, in UTC.")] to: Date,
    ) -> Result<Difference> {
        service::difference(ctx(context)?, (from, to)).await
    }

    /// Where data of a place comes from, over all steps, the nearest first. That a recipient runs a system, or engages
    /// another, is a step too.
    /// Errors: NOT_FOUND.
    async fn upstream(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Of which place.")] of: DataMapNodeInput,
        #[graphql(desc = "By the map of which day, in UTC; today when absent.")] as_of: Option<
            Date,
        >,
    ) -> Result<Vec<Reached>> {
        service::reached(ctx(context)?, of.node("of")?, Direction::Up, as_of).await
    }

    /// Where data of a place goes, over all steps, the nearest first. That a recipient runs a system, or engages
    /// another, is a step too. Errors:
    /// NOT_FOUND.
    async fn downstream(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Of which place.")] of: DataMapNodeInput,
        #[graphql(desc = "By the map of which day, in UTC; today when absent.")] as_of: Option<
            Date,
        >,
    ) -> Result<Vec<Reached>> {
        service::reached(ctx(context)?, of.node("of")?, Direction::Down, as_of).await
    }

    /// The map as a diagram, for documents: a flowchart for Mermaid, a graph for Graphviz, or a picture. What a person is
    /// called is left out for a role without `READ_PERSONAL_DATA`. Errors: NOT_FOUND; BAD_USER_INPUT beyond 500
    /// places or flows.
    async fn data_flow_diagram(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "In which form.")] format: DiagramFormat,
        #[graphql(desc = "The map of which day, in UTC; today when absent.")] as_of: Option<Date>,
        #[graphql(
            desc = "Only this place, what it gets data from, and what it gives it to, over all steps."
        )]
        around: Option<DataMapNodeInput>,
    ) -> Result<String> {
        let around = around.map(|around| around.node("around")).transpose()?;
        let drawn = Drawn {
            format,
            on: as_of,
            around,
        };
        service::draw(ctx(context)?, drawn).await
    }

    /// The kinds of personal data that can be named, as dotted keys: the tree of fideslang with our extensions.
    async fn data_categories(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Only this key and those below it.")] under: Option<DataCategory>,
    ) -> Result<Vec<DataCategory>> {
        ctx(context)?;
        let found = listed(Tree::Category, under.map(DataCategory::into_key))?;
        Ok(found.map(DataCategory::known).collect())
    }

    /// The uses of data that can be named, as dotted keys: the tree of fideslang with our extensions.
    async fn data_uses(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Only this key and those below it.")] under: Option<DataUse>,
    ) -> Result<Vec<DataUse>> {
        ctx(context)?;
        let found = listed(Tree::Use, under.map(DataUse::into_key))?;
        Ok(found.map(DataUse::known).collect())
    }

    /// Whose data can be named: the keys of fideslang with our extensions.
    async fn data_subjects(&self, context: &Context<'_>) -> Result<Vec<DataSubject>> {
        ctx(context)?;
        let found = listed(Tree::Subject, None)?;
        Ok(found.map(DataSubject::known).collect())
    }
}

fn listed(tree: Tree, under: Option<String>) -> Result<impl Iterator<Item = &'static str>> {
    let under = under.map(|key| tree.checked(&key, "under")).transpose()?;
    let keys = tree.keys().iter().copied();
    Ok(keys.filter(move |key| under.is_none_or(|under| is_under(key, under))))
}
