//! Reading the map: flows, the map of a day, what is different between two days, and where data goes over several steps.

use std::collections::{HashMap, HashSet};

use entity::data_flow;
use entity::date::Date;
use entity::enums::Action;
use entity::id::{DataFlowId, RecipientId, SystemId};

use super::flows::Node;
use super::systems::{System, all};
use crate::auth;
use crate::context::Ctx;
use crate::data_map::Tree;
use crate::data_map::rules::graph::{Direction, Edge, Step, reach};
use crate::data_map::store::{self, FlowsWhere};
use crate::error::{Error, Result};
use crate::platform::page::{Page, PageRequest};
use crate::platform::place;
use crate::recipients;

/// A flow.
#[derive(Debug, Clone)]
pub(crate) struct Flow {
    /// Its row.
    pub(crate) row: data_flow::Model,
    /// Where data comes from: ISO 3166-1 alpha-2. Of persons, and of systems of which nobody said where they are, where the
    /// controller is.
    pub(crate) from_country: Option<String>,
    /// Where it goes.
    pub(crate) to_country: Option<String>,
}

impl Flow {
    /// From where.
    pub(crate) fn from(&self) -> Node {
        self.row.from_system.map_or(Node::Customer, Node::System)
    }

    /// To where.
    pub(crate) fn to(&self) -> Node {
        let system = self.row.to_system.map(Node::System);
        let recipient = self.row.to_recipient.map(Node::Recipient);
        system.or(recipient).unwrap_or(Node::Customer)
    }

    /// Whether data leaves the EEA by it, as far as countries are known: to one inside nothing leaves, nor from one outside.
    pub(crate) fn leaves_eea(&self) -> Option<bool> {
        let from = self.from_country.as_deref().map(place::is_in_eea);
        let to = self.to_country.as_deref().map(place::is_in_eea);
        match (from, to) {
            (Some(false), _) | (_, Some(true)) => Some(false),
            (Some(true), Some(false)) => Some(true),
            _ => None,
        }
    }
}

/// Which flows are asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct FlowFilter {
    /// Of this category, or one below it.
    pub(crate) category: Option<String>,
    /// For this use, or one below it.
    pub(crate) purpose: Option<String>,
    /// From or to one of these places; all, when absent.
    pub(crate) nodes: Option<Vec<Node>>,
    /// That leave the EEA, or do not.
    pub(crate) leaves_eea: Option<bool>,
}

/// Where places are.
struct Places {
    establishment: Option<String>,
    systems: HashMap<SystemId, Option<String>>,
    recipients: HashMap<RecipientId, Option<String>>,
}

impl Places {
    /// Of some flows.
    async fn of<'a>(
        ctx: &Ctx,
        rows: impl Iterator<Item = &'a data_flow::Model> + Clone,
    ) -> Result<Self> {
        let ids = rows
            .clone()
            .flat_map(|row| row.from_system.into_iter().chain(row.to_system));
        let ids: HashSet<_> = ids.collect();
        let ids: Vec<_> = ids.into_iter().collect();
        let systems = store::by_ids(ctx.db(), ctx.scope(), &ids).await?;
        let systems: Vec<_> = systems.into_iter().map(|row| System { row }).collect();
        Self::load(ctx, rows, &systems).await
    }

    async fn load<'a>(
        ctx: &Ctx,
        rows: impl Iterator<Item = &'a data_flow::Model>,
        systems: &[System],
    ) -> Result<Self> {
        let hosts = systems.iter().filter_map(|system| system.row.host_id);
        let ids: HashSet<_> = rows
            .filter_map(|row| row.to_recipient)
            .chain(hosts)
            .collect();
        let ids: Vec<_> = ids.into_iter().collect();
        let recipients = recipients::service::countries(ctx, &ids).await?;
        let of = |system: &System| {
            let host = system.row.host_id.and_then(|id| recipients.get(&id));
            system
                .row
                .country
                .clone()
                .or_else(|| host.cloned().flatten())
        };
        Ok(Self {
            establishment: home(ctx).await?,
            systems: systems
                .iter()
                .map(|system| (system.row.id, of(system)))
                .collect(),
            recipients,
        })
    }

    fn flow(&self, row: data_flow::Model) -> Flow {
        let system = |id: SystemId| self.systems.get(&id).cloned().flatten();
        let recipient = |id: RecipientId| self.recipients.get(&id).cloned().flatten();
        Flow {
            from_country: row
                .from_system
                .and_then(system)
                .or_else(|| self.establishment.clone()),
            to_country: row
                .to_system
                .and_then(system)
                .or_else(|| row.to_recipient.and_then(recipient)),
            row,
        }
    }
}

/// The country in which the controller is established.
async fn home(ctx: &Ctx) -> Result<Option<String>> {
    let controller = auth::service::controller_of(ctx).await?;
    let place = controller.and_then(|own| own.establishment);
    Ok(place.map(|place| place::country_of(&place).to_owned()))
}

async fn shown(ctx: &Ctx, rows: Vec<data_flow::Model>) -> Result<Vec<Flow>> {
    let places = Places::of(ctx, rows.iter()).await?;
    Ok(rows.into_iter().map(|row| places.flow(row)).collect())
}

fn day(ctx: &Ctx, on: Option<Date>) -> Date {
    on.unwrap_or_else(|| Date::of(ctx.now()))
}

/// A page of the flows that count on a day, in the order in which they were declared.
///
/// # Errors
/// Forbidden; Invalid for keys that are none, and for a page that cannot be given.
pub(crate) async fn flows(
    ctx: &Ctx,
    filter: FlowFilter,
    on: Option<Date>,
    page: PageRequest,
) -> Result<Page<Flow>> {
    ctx.authorize(Action::ReadSystems)?;
    let page = page.check(&format!("dataFlows {filter:?} {on:?}"))?;
    let keyed = |tree: Tree, key: Option<String>, field: &str| {
        key.map(|key| tree.checked(&key, field)).transpose()
    };
    let leaves_eea = match filter.leaves_eea {
        Some(leaves) => Some((leaves, home(ctx).await?)),
        None => None,
    };
    let wanted = FlowsWhere {
        category: keyed(Tree::Category, filter.category, "filter.category")?.map(str::to_owned),
        purpose: keyed(Tree::Use, filter.purpose, "filter.purpose")?.map(str::to_owned),
        nodes: filter.nodes,
        leaves_eea,
    };
    let page = store::flows_page(ctx.db(), ctx.scope(), &wanted, day(ctx, on), &page).await?;
    let places = Places::of(ctx, page.rows.iter().map(|(_, row)| row)).await?;
    Ok(page.map(|row| places.flow(row)))
}

/// The places of systems, by their names, and of recipients. It authorises nothing: the use case that asks has done so.
///
/// # Errors
/// As every statement.
pub(crate) async fn nodes(
    ctx: &Ctx,
    names: &[String],
    recipients: &[RecipientId],
) -> Result<Vec<Node>> {
    let systems = all(ctx).await?.into_iter();
    let systems = systems.filter(|system| names.contains(&system.row.name));
    let systems = systems.map(|system| Node::System(system.row.id));
    let recipients = recipients.iter().copied().map(Node::Recipient);
    Ok(systems.chain(recipients).collect())
}

/// Flows by id.
///
/// # Errors
/// Forbidden.
pub(crate) async fn flows_by_id(
    ctx: &Ctx,
    ids: &[DataFlowId],
) -> Result<HashMap<DataFlowId, Flow>> {
    ctx.authorize(Action::ReadSystems)?;
    let rows = store::flows_by_id(ctx.db(), ctx.scope(), ids).await?;
    let flows = shown(ctx, rows).await?.into_iter();
    Ok(flows.map(|flow| (flow.row.id, flow)).collect())
}

/// The map of a day.
#[derive(Debug, Clone)]
pub(crate) struct Map {
    /// Of which day.
    pub(crate) on: Date,
    /// Every system, as it is now.
    pub(crate) systems: Vec<System>,
    /// Every flow that counts on that day.
    pub(crate) flows: Vec<Flow>,
    /// Who engages whom, of the recipients that are on it.
    engagements: Vec<(RecipientId, RecipientId)>,
}

impl Map {
    async fn of(ctx: &Ctx, on: Date, systems: Vec<System>, flows: Vec<Flow>) -> Result<Self> {
        let mut map = Self {
            on,
            systems,
            flows,
            engagements: Vec::new(),
        };
        let mut all = recipients::service::engagements(ctx).await?;
        let mut on_it: HashSet<_> = map.recipients().into_iter().collect();
        // Who works for somebody who is on the map is on it, too.
        loop {
            let (new, rest): (Vec<_>, Vec<_>) =
                all.into_iter().partition(|(by, _)| on_it.contains(by));
            if new.is_empty() {
                return Ok(map);
            }
            on_it.extend(new.iter().map(|(_, engaged)| *engaged));
            map.engagements.extend(new);
            all = rest;
        }
    }

    /// The recipients that flows go to, that run systems, and that work for these.
    pub(crate) fn recipients(&self) -> Vec<RecipientId> {
        let hosts = self.systems.iter().filter_map(|system| system.row.host_id);
        let flows = self.flows.iter().filter_map(|flow| flow.row.to_recipient);
        let engaged = self.engagements.iter().map(|(_, engaged)| *engaged);
        let ids: HashSet<_> = flows.chain(hosts).chain(engaged).collect();
        let mut ids: Vec<_> = ids.into_iter().collect();
        ids.sort_unstable();
        ids
    }

    /// Makes sure that a place is there, also where nothing goes to it or comes from it.
    pub(super) async fn check(&self, ctx: &Ctx, node: Node, field: &str) -> Result<()> {
        let what = match node {
            Node::System(id) if !self.systems.iter().any(|system| system.row.id == id) => "system",
            Node::Recipient(id) if recipients::service::countries(ctx, &[id]).await?.is_empty() => {
                "recipient"
            }
            _ => return Ok(()),
        };
        Err(Error::NotFound { what }.at(field))
    }

    /// What goes from where to where: the flows, that a recipient runs a system, and that one engages another.
    pub(super) fn edges(&self) -> Vec<Edge<Node, DataFlowId>> {
        let flows = self.flows.iter().map(|flow| Edge {
            from: flow.from(),
            to: flow.to(),
            by: Some(flow.row.id),
        });
        let hosts = self.systems.iter().filter_map(|system| {
            Some(Edge {
                from: Node::System(system.row.id),
                to: Node::Recipient(system.row.host_id?),
                by: None,
            })
        });
        let engaged = self.engagements.iter().map(|(by, engaged)| Edge {
            from: Node::Recipient(*by),
            to: Node::Recipient(*engaged),
            by: None,
        });
        flows.chain(hosts).chain(engaged).collect()
    }
}

/// The map of a day: all of it.
///
/// # Errors
/// Forbidden.
pub(crate) async fn map(ctx: &Ctx, on: Option<Date>) -> Result<Map> {
    ctx.authorize(Action::ReadSystems)?;
    let on = day(ctx, on);
    let systems = all(ctx).await?;
    let rows = store::flows_on(ctx.db(), ctx.scope(), on).await?;
    let places = Places::load(ctx, rows.iter(), &systems).await?;
    let flows = rows.into_iter().map(|row| places.flow(row)).collect();
    Map::of(ctx, on, systems, flows).await
}

/// What is different between the maps of two days.
#[derive(Debug, Clone)]
pub(crate) struct Difference {
    /// What counts on the second day only.
    pub(crate) added: Vec<Flow>,
    /// What counted on the first day only.
    pub(crate) removed: Vec<Flow>,
}

/// What is different between the maps of two days.
///
/// # Errors
/// Forbidden.
pub(crate) async fn difference(ctx: &Ctx, (from, until): (Date, Date)) -> Result<Difference> {
    ctx.authorize(Action::ReadSystems)?;
    let before = store::flows_on(ctx.db(), ctx.scope(), from).await?;
    let after = store::flows_on(ctx.db(), ctx.scope(), until).await?;
    let ids = |rows: &[data_flow::Model]| rows.iter().map(|row| row.id).collect::<HashSet<_>>();
    let (old, new) = (ids(&before), ids(&after));
    let added = after.into_iter().filter(|row| !old.contains(&row.id));
    let removed = before.into_iter().filter(|row| !new.contains(&row.id));
    Ok(Difference {
        added: shown(ctx, added.collect()).await?,
        removed: shown(ctx, removed.collect()).await?,
    })
}

/// A place that data gets to, or comes from.
pub(crate) type Reached = Step<Node, DataFlowId>;

/// Where data of a place comes from, or where it goes, over all steps, by the map of a day.
///
/// # Errors
/// Forbidden; `NotFound` for the place.
pub(crate) async fn reached(
    ctx: &Ctx,
    of: Node,
    direction: Direction,
    on: Option<Date>,
) -> Result<Vec<Reached>> {
    let map = map(ctx, on).await?;
    map.check(ctx, of, "of").await?;
    Ok(reach(&map.edges(), of, direction))
}
