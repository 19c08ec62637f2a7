//! Use cases over recipients: registering, finding, changing.

mod details;
mod engage;
mod ensure;
mod find;
mod read;
mod register;
mod update;

pub(crate) use super::rules::Kind;
pub(crate) use details::{Contact, NewContact};
pub(crate) use engage::{engaged, engaged_by, engagements};
pub(crate) use ensure::ensure;
pub(crate) use read::{Recipient, RecipientFilter, by_ids, countries, list, lock_in, processors};
pub(crate) use register::{NewRecipient, RecipientRef, normal_name, register};
pub(crate) use update::{RecipientChange, update};
