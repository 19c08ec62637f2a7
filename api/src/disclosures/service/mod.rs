//! Use cases over disclosures: recording, what is found out later, reading, accounting.

mod accounting;
mod change;
mod check;
mod follow;
mod nearby;
mod read;
mod ready;
mod record;
mod recorder;

pub(crate) use accounting::{AccountingLine, AccountingPeriod, accounting, series};
pub(crate) use change::{resolve_subject, supersede};
pub(crate) use check::{NewDisclosure, grounds};
pub(crate) use follow::follow;
pub(crate) use nearby::neighbourhoods_of;
pub(crate) use read::{
    Disclosure, DisclosureFilter, DisclosureOrder, Finding, Subject, Supersession, by_ids, count,
    findings, list, of_customers, recipients_of, subjects, superseded_by, supersedes,
};
pub(in crate::disclosures) use ready::Ready;
pub(crate) use record::{record, record_many};
pub(crate) use recorder::Recorder;
