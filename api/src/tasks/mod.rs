//! Tasks: what systems have to do about requests, and how they get to know.
//!
//! Words: a *task* is one thing that one system has to do; a *lease* is what an integration holds it under while it
//! does it, for a time that it names and may prolong; what could not be erased is a *retention*, on a ground and until a
//! day; *evidence* is what shows that it was done; an *attachment* is a file that the system uploads for it.
//!
//! Invariants: a task is held under one lease at a time, and only whoever holds it says how it went; a task whose lease
//! has lapsed is handed out again, so that nothing is lost with a worker that dies; what is asked for is exported before
//! it is erased. When tasks are planned, stand still or are not wanted any more, requests say.

pub(crate) mod graphql;
mod rules;
pub(crate) mod service;
mod store;
