//! Use cases over preferences: recording what was said, and what it comes to.

mod read;
mod record;

pub(crate) use read::{
    Current, Preference, PreferenceFilter, by_ids, current_of, list, of_customers,
};
pub(crate) use record::{About, NewPreference, record, record_many};
