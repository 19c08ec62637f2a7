//! The doors. Each builds a context and calls a use case; none decides anything.

pub mod cli;
mod graphql;
mod http;
pub mod instance;
mod worker;
