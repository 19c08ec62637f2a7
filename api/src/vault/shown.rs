//! What is shown of whom while a request is answered.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use super::{Column, Owner};

/// The columns of which cells were opened for a caller, by whom their content is about.
#[derive(Debug, Default)]
pub(crate) struct Shown(Mutex<HashMap<Owner, BTreeSet<Column>>>);

impl Shown {
    /// Notes that a cell is shown.
    pub(crate) fn note(&self, owner: Owner, column: Column) {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shown.entry(owner).or_default().insert(column);
    }

    /// What was noted since the last time, in no order.
    pub(crate) fn take(&self) -> HashMap<Owner, BTreeSet<Column>> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
