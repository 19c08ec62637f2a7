//! Drawing the map.

use std::collections::HashMap;

use entity::date::Date;
use entity::enums::{DataMapNodeKind, DiagramFormat};

use super::flows::Node;
use super::read::{Map, map};
use crate::context::Ctx;
use crate::data_map::rules::diagram::{Arrow, Box, Drawing};
use crate::data_map::rules::graph::{Direction, reach};
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
/// Forbidden; Invalid where there is more than can be drawn.
pub(crate) async fn draw(ctx: &Ctx, drawn: Drawn) -> Result<String> {
    let map = map(ctx, drawn.on).await?;
    if let Some(around) = drawn.around {
        map.check(ctx, around, "around").await?;
    }
    let drawing = drawing(ctx, &map, drawn.around).await?;
    if drawing.boxes.len() > MOST || drawing.arrows.len() > MOST {
        let problem = "must be said: there are more than 500 places or arrows";
        return Err(Error::invalid("around", problem));
    }
    Ok(match drawn.format {
        DiagramFormat::Mermaid => drawing.mermaid(),
        DiagramFormat::Dot => drawing.dot(),
        DiagramFormat::Svg => drawing.svg(),
    })
}

async fn drawing(ctx: &Ctx, map: &Map, around: Option<Node>) -> Result<Drawing> {
    let mut edges = map.edges();
    if let Some(middle) = around {
        let mut near = vec![middle];
        for direction in [Direction::Up, Direction::Down] {
            near.extend(
                reach(&edges, middle, direction)
                    .iter()
                    .map(|step| step.node),
            );
        }
        edges.retain(|edge| near.contains(&edge.from) && near.contains(&edge.to));
    }
    let names = names(ctx, map).await?;
    let purposes: HashMap<_, _> = map
        .flows
        .iter()
        .map(|flow| (flow.row.id, flow.row.purpose.as_str()))
        .collect();
    let mut drawing = Drawing::default();
    let mut numbers = HashMap::new();
    let mut number = |drawing: &mut Drawing, node: Node| {
        *numbers.entry(node).or_insert_with(|| {
            drawing.boxes.push(boxed(node, &names));
            drawing.boxes.len() - 1
        })
    };
    for edge in &edges {
        let (from, to) = (
            number(&mut drawing, edge.from),
            number(&mut drawing, edge.to),
        );
        let purpose = edge.by.and_then(|id| purposes.get(&id));
        let arrow = Arrow {
            from,
            to,
            label: purpose.map_or("runs on", |purpose| purpose).to_owned(),
            is_host: edge.by.is_none(),
        };
        if !drawing.arrows.contains(&arrow) {
            drawing.arrows.push(arrow);
        }
    }
    Ok(drawing)
}

fn boxed(node: Node, names: &HashMap<Node, String>) -> Box {
    let kind = match node {
        Node::Customer => DataMapNodeKind::Customer,
        Node::System(_) => DataMapNodeKind::System,
        Node::Recipient(_) => DataMapNodeKind::Recipient,
    };
    let withheld = || "A person".to_owned();
    Box {
        kind,
        label: names.get(&node).cloned().unwrap_or_else(withheld),
    }
}

/// What places are called, as far as the caller may read that.
async fn names(ctx: &Ctx, map: &Map) -> Result<HashMap<Node, String>> {
    let mut names = HashMap::from([(Node::Customer, "Customers".to_owned())]);
    for system in &map.systems {
        names.insert(Node::System(system.row.id), system.row.name.clone());
    }
    let found = recipients::service::by_ids(ctx, &map.recipients()).await?;
    for (id, recipient) in found {
        if let Some(name) = &recipient.name {
            names.insert(Node::Recipient(id), name.open()?.expose().to_owned());
        }
    }
    Ok(names)
}
