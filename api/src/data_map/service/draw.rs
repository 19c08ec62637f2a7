//! Drawing the map.

use std::collections::{HashMap, HashSet};

use entity::date::Date;
use entity::enums::DiagramFormat;
use entity::id::{DataFlowId, RecipientId};

use super::flows::Node;
use super::read::{Map, map};
use crate::context::Ctx;
use crate::data_map::rules::diagram::{Arrow, Box, Drawing};
use crate::data_map::rules::graph::{Direction, Edge, reach};
use crate::error::{Error, Result};
use crate::recipients;

/// How many places and arrows are drawn: nobody reads more.
const MOST: usize = 500;

/// What is drawn, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Drawn {
    /// In which form.
    pub(crate) format: DiagramFormat,
    /// The map of which day.
    pub(crate) on: Option<Date>,
    /// Only what this place gets data from, and what it gives it to.
    pub(crate) around: Option<Node>,
}

/// A diagram of the map.
///
/// # Errors
/// Forbidden; `NotFound` for the place; Invalid where there is more than can be drawn.
pub(crate) async fn draw(ctx: &Ctx, drawn: Drawn) -> Result<String> {
    let map = map(ctx, drawn.on).await?;
    let mut edges = map.edges();
    if let Some(around) = drawn.around {
        map.check(ctx, around, "around").await?;
        edges = edges_around(edges, around);
    }
    let sketch = Sketch::of(&map, &edges, drawn.around)?;
    let drawing = sketch.named(&names(ctx, &map, &sketch.places).await?);
    Ok(match drawn.format {
        DiagramFormat::Mermaid => drawing.mermaid(),
        DiagramFormat::Dot => drawing.dot(),
        DiagramFormat::Svg => drawing.svg(),
    })
}

/// Between the places that one gets data from, and those that it gives it to.
fn edges_around(
    mut edges: Vec<Edge<Node, DataFlowId>>,
    middle: Node,
) -> Vec<Edge<Node, DataFlowId>> {
    let mut near = HashSet::from([middle]);
    for direction in [Direction::Up, Direction::Down] {
        let steps = reach(&edges, middle, direction);
        near.extend(steps.iter().map(|step| step.node));
    }
    edges.retain(|edge| near.contains(&edge.from) && near.contains(&edge.to));
    edges
}

/// A drawing whose places have no names yet.
struct Sketch {
    places: Vec<Node>,
    arrows: Vec<Arrow>,
}

impl Sketch {
    fn of(map: &Map, edges: &[Edge<Node, DataFlowId>], middle: Option<Node>) -> Result<Self> {
        let flows = map.flows.iter();
        let purposes: HashMap<_, _> = flows
            .map(|flow| (flow.row.id, flow.row.purpose.as_str()))
            .collect();
        let mut sketch = Self {
            places: middle.into_iter().collect(),
            arrows: Vec::new(),
        };
        let mut numbers: HashMap<Node, usize> = middle.into_iter().map(|node| (node, 0)).collect();
        let mut drawn = HashSet::new();
        for edge in edges {
            let [from, to] = [edge.from, edge.to].map(|node| {
                *numbers.entry(node).or_insert_with(|| {
                    sketch.places.push(node);
                    sketch.places.len() - 1
                })
            });
            let purpose = edge.by.and_then(|id| purposes.get(&id).copied());
            let label = purpose.unwrap_or(match edge.from {
                Node::Recipient(_) => "engages",
                _ => "runs on",
            });
            if drawn.insert((from, to, label)) {
                sketch.arrows.push(Arrow {
                    from,
                    to,
                    label: label.to_owned(),
                    is_tie: edge.by.is_none(),
                });
            }
            if sketch.places.len() > MOST || sketch.arrows.len() > MOST {
                let problem = "must lead to less: there are more than 500 places or arrows";
                return Err(Error::invalid("around", problem));
            }
        }
        Ok(sketch)
    }

    fn named(&self, names: &HashMap<Node, String>) -> Drawing {
        let withheld = || "A person".to_owned();
        let places = self.places.iter().map(|node| Box {
            kind: node.kind(),
            label: names.get(node).cloned().unwrap_or_else(withheld),
        });
        Drawing {
            boxes: places.collect(),
            arrows: self.arrows.clone(),
        }
    }
}

/// What some places are called, as far as the caller may read that.
async fn names(ctx: &Ctx, map: &Map, places: &[Node]) -> Result<HashMap<Node, String>> {
    let mut names = HashMap::from([(Node::Customer, "Customers".to_owned())]);
    for system in &map.systems {
        names.insert(Node::System(system.row.id), system.row.name.clone());
    }
    let ids: Vec<RecipientId> = places
        .iter()
        .filter_map(|node| match node {
            Node::Recipient(id) => Some(*id),
            _ => None,
        })
        .collect();
    for (id, recipient) in recipients::service::by_ids(ctx, &ids).await? {
        if let Some(name) = &recipient.name {
            names.insert(Node::Recipient(id), name.open()?.expose().to_owned());
        }
    }
    Ok(names)
}
