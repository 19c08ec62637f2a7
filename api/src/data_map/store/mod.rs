//! Statements over systems and flows.

mod flows;
mod systems;

pub(super) use flows::*;
pub(super) use systems::*;
