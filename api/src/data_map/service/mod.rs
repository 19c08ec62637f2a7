//! Use cases over the data map: registering systems, declaring flows, and asking where data goes.

mod draw;
mod flows;
mod read;
mod systems;

pub(crate) use draw::{Drawn, draw};
pub(crate) use flows::{NewFlow, Node, Retirement, Target, declare, retire};
pub(crate) use read::{
    Difference, Flow, FlowFilter, Map, Reached, difference, flows, flows_by_id, map, nodes, reached,
};
pub(crate) use systems::{
    System, SystemFacts, Which, all, named, named_in, save_system, served, systems, systems_by_id,
};

pub(crate) use super::rules::graph::Direction;
