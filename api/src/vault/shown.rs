//! What is shown of whom while a request is answered.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Column, Owner};

/// Whom something that is shown is about, and whether a gag order hides it.
pub(crate) type Subject = (Owner, bool);

/// The columns of which cells were opened for a caller, by whom their content is about.
#[derive(Debug, Default)]
pub(crate) struct Shown(Mutex<HashMap<Subject, BTreeSet<Column>>>);

impl Shown {
    /// Notes that a cell is shown.
    pub(crate) fn note(&self, subject: Subject, column: Column) {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shown.entry(subject).or_default().insert(column);
    }

    /// What was noted since the last time, in no order.
    pub(crate) fn take(&self) -> HashMap<Subject, BTreeSet<Column>> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Where it is noted that a cell is opened.
#[derive(Debug, Clone)]
pub(super) struct Note {
    pub(super) shown: Arc<Shown>,
    pub(super) subject: Subject,
}
