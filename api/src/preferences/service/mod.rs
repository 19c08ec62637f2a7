//! Use cases over preferences: recording what was said, what it comes to, and whether a message may be sent.

mod address;
mod gate;
mod read;
mod record;
mod settings;
mod write;

pub(crate) use address::{ContactKeys, NewAddress};
pub(crate) use gate::{
    For, Gate, NewQuestion, Permission, Whom, permission, permissions, unanswered,
};
pub(crate) use read::{
    Current, Preference, PreferenceFilter, by_ids, current_of, list, of_customers,
};
pub(crate) use record::{About, NewPreference, Who, record, record_many};
pub(crate) use settings::{
    KnownSettings, NewRule, NewTemplate, Settings, set_rule, set_template, settings,
};
