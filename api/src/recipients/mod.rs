//! Recipients: whoever receives data.
//!
//! It owns the register of recipients. Words: a *processor* is a recipient under contract (GDPR Art. 28);
//! others are third parties, affiliates, acquirers, public authorities.
//!
//! Invariant: role and name, without regard to case and spacing, lead to one recipient of a controller.

mod ensure;
pub(crate) mod graphql;
mod rules;
pub(crate) mod service;
mod store;

pub(crate) use ensure::ensure;
pub(crate) use service::{Recipient, RecipientRef};
