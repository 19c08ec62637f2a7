//! Use cases over incidents: reporting, judging, telling, reading.

mod assess;
mod clocks;
mod notices;
mod notify;
mod read;
mod report;
mod scope;

pub(crate) use assess::{Assessment, Facts, Scoped, assess};
pub(crate) use notices::{
    Notice, notices_told, planning, stay_untold, untold, untold_in, withdrawn,
};
pub(crate) use notify::{NewNotification, notify};
pub(crate) use read::{
    Affected, AffectedBy, Clock, Incident, IncidentFilter, Notification, Reached, TaskCounts,
    about, affected, by_ids, clocks_of, count_affected, countries_of, list, notifications_by_id,
    notifications_of, recipients_of, task_counts_of,
};
pub(crate) use report::{NewIncident, report};

pub(crate) use super::store::CountryCount;
