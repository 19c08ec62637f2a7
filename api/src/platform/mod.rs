//! Technical parts: settings, database, clock, randomness, paging, telemetry. No business word in here.

pub mod clock;
pub mod config;
pub(crate) mod db;
pub(crate) mod html;
pub(crate) mod page;
pub(crate) mod patch;
pub(crate) mod personal;
pub(crate) mod place;
pub(crate) mod random;
pub mod telemetry;
pub(crate) mod together;
pub(crate) mod words;
