//! Use cases over requests: opening, moving on, clocks, correspondence, reading.

mod answerable;
mod case;
mod check;
mod clocks;
mod codes;
mod correspond;
mod house;
mod metrics;
mod notices;
mod open;
mod plan;
mod read;
mod references;
mod steps;
mod time;
mod verify;
mod work;

pub(crate) use super::rules::metrics::Metric;
pub(crate) use answerable::{Answerable, answerable, hold};
pub(crate) use check::{NewItem, NewRequest, NewRequester};
pub(crate) use clocks::{ClockExtension, ClockPause, extend, pause, resume};
pub(crate) use codes::{NewCode, forget_codes, send_code};
pub(crate) use correspond::{Delivery, NewMessage, record_correspondence, record_delivery};
pub(crate) use house::{
    NewHouseTerm, add_house_term, end_house_term, house_terms, house_terms_by_id,
};
pub(crate) use metrics::{Metrics, metrics};
pub(crate) use notices::{
    Notice, NoticeFilter, NoticeStep, notices, notices_by_id, notices_of_items, step_notice,
};
pub(crate) use open::open;
pub(crate) use plan::{DeletionPlan, From as ObstacleFrom, Obstacle, PlannedSystem, deletion_plan};
pub(crate) use read::{
    Clock, Item, Message, Reference, Request, RequestFilter, RequestOrder, Verification, agenda,
    by_ids, by_reference, clocks, clocks_by_id, count, items, items_by_id, list, messages,
    messages_by_id, of_customers, references, verifications, verifications_by_id,
};
pub(crate) use references::{normal as normal_reference, relink};
pub(crate) use steps::{Denial, Transition, deny, transition, withdraw};
pub(crate) use verify::{NewVerification, Said, verify};
pub(crate) use work::{PlannedTask, plan_task, retry_task};
