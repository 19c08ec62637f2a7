//! What follows from the map: where data goes from a place, and how that is drawn.

pub(super) mod diagram;
pub(super) mod graph;
pub(super) mod picture;
