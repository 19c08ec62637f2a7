//! Use cases over preferences: recording what was said, what it comes to, and whether a message may be sent.

mod address;
mod behind;
mod feedback;
mod gate;
mod read;
mod record;
mod settings;
mod unsubscribe;
mod write;

pub(crate) use address::{ContactKeys, NewAddress};
pub(crate) use feedback::take_feedback;
pub(crate) use gate::{
    For, Gate, NewQuestion, Permission, Whom, permission, permissions, unanswered,
};
pub(crate) use read::{
    Current, Preference, PreferenceFilter, by_ids, current_of, list, of_customers,
    said_at_addresses,
};
pub(crate) use record::{About, NewPreference, record, record_many};
pub(crate) use settings::{
    KnownSettings, NewRule, NewTemplate, Settings, set_rule, set_template, settings,
};
pub(crate) use unsubscribe::{
    NewLink, mint, no_such_link, not_understood, unsubscribe, unsubscribe_page,
};
