//! Use cases over disclosures: recording and reading.

mod read;
mod record;

pub(crate) use read::{
    Disclosure, DisclosureFilter, DisclosureOrder, Subject, by_ids, count, list, of_customers,
    subjects,
};
pub(crate) use record::{NewDisclosure, record};
