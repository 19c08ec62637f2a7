//! Preferences: what persons said about uses of their data.
//!
//! Words: a *preference* is one thing that was said: consent, refusal, withdrawal or objection, to a use of data (a key of
//! the taxonomy) or to what persons opt out of, on one channel or on all, to one brand or to the controller. The *current*
//! ones follow from all of them.
//!
//! Invariants: what was said is never changed, only followed by something else; that nobody said anything is no refusal;
//! when customers turn out to be one, whatever one of them refused stays refused.

pub(crate) mod graphql;
mod rules;
pub(crate) mod service;
mod store;
