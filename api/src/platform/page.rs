//! Paging: sizes, cursors, and pages as the stores give them.
//!
//! A cursor is opaque to callers: a version, a digest of the list it belongs to (its order and filter), and
//! the place of a row in that order. One that belongs to another list is refused.

use std::collections::HashMap;

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::BASE64URL_NOPAD;
use entity::time::Timestamp;
use uuid::Uuid;

use crate::error::{Error, Result};

/// How many rows a page has when the caller does not say.
pub(crate) const DEFAULT_PAGE: u64 = 20;
/// How many rows a page may have.
pub(crate) const LARGEST_PAGE: u64 = 100;

/// Counting stops here: one more than the largest number that callers are told.
pub(crate) const MOST_COUNTED: u64 = 10_001;

const VERSION: u8 = 1;

/// Instants from one (included) until another (not included).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) struct InstantRange {
    /// The first instant.
    pub(crate) from: Option<Timestamp>,
    /// The first instant after it.
    pub(crate) until: Option<Timestamp>,
}

/// The place of a row: the value that the list is ordered by, then the id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cursor {
    /// What the list is ordered by.
    pub(crate) key: i64,
    /// Breaks ties.
    pub(crate) id: Uuid,
}

/// Which page a caller asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct PageRequest {
    /// How many rows.
    pub(crate) first: Option<i32>,
    /// Those after this cursor.
    pub(crate) after: Option<String>,
}

/// A page request that was found in order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CheckedPage {
    /// How many rows.
    pub(crate) limit: u64,
    /// Those after this place.
    pub(crate) after: Option<Cursor>,
    list: [u8; 8],
}

impl PageRequest {
    /// Checks size and cursor. `list` names the list with everything that its order and content depend on.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a size outside 1 to 100 and for a cursor that is not one of this list.
    pub(crate) fn check(&self, list: &str) -> Result<CheckedPage> {
        let limit = match self.first {
            None => DEFAULT_PAGE,
            Some(first) => u64::try_from(first)
                .ok()
                .filter(|first| (1..=LARGEST_PAGE).contains(first))
                .ok_or_else(|| Error::invalid("first", "must be 1 to 100"))?,
        };
        let list = list_digest(list);
        let after = match &self.after {
            None => None,
            Some(text) => Some(decode(text, list).ok_or_else(|| {
                Error::invalid(
                    "after",
                    "is not a cursor of this list with this order and filter",
                )
            })?),
        };
        Ok(CheckedPage { limit, after, list })
    }
}

impl CheckedPage {
    /// What a store is asked for: one row more than the page has, to see whether there is another page.
    pub(crate) fn limit_and_one(&self) -> u64 {
        self.limit + 1
    }
}

/// Rows of a page, each with its cursor.
#[derive(Debug, Clone)]
pub(crate) struct Page<T> {
    /// The rows with their cursors.
    pub(crate) rows: Vec<(String, T)>,
    /// Whether there are rows after these.
    pub(crate) has_next: bool,
    /// Whether the page began after a cursor.
    pub(crate) has_previous: bool,
}

impl<T> Page<T> {
    /// A page of rows, of which a store gave up to one too many.
    pub(crate) fn of(
        mut rows: Vec<T>,
        request: &CheckedPage,
        place: impl Fn(&T) -> Cursor,
    ) -> Self {
        let limit = usize::try_from(request.limit).unwrap_or(usize::MAX);
        let has_next = rows.len() > limit;
        rows.truncate(limit);
        let rows = rows
            .into_iter()
            .map(|row| (encode(place(&row), request.list), row))
            .collect();
        Self {
            rows,
            has_next,
            has_previous: request.after.is_some(),
        }
    }

    /// A page for each of several parents, latest first, of rows that came in one statement. A parent shows the rows
    /// of all its `members`, of which it may be one itself.
    pub(crate) fn by_parent<K: Copy + Eq + std::hash::Hash>(
        parents: &[(K, Vec<K>)],
        rows: Vec<T>,
        request: &CheckedPage,
        member: impl Fn(&T) -> Option<K>,
        place: impl Fn(&T) -> Cursor,
    ) -> HashMap<K, Self>
    where
        T: Clone,
    {
        let mut sorted: HashMap<K, Vec<T>> = HashMap::new();
        for row in rows {
            if let Some(member) = member(&row) {
                sorted.entry(member).or_default().push(row);
            }
        }
        let page = |(parent, members): &(K, Vec<K>)| {
            let of = members.iter().filter_map(|member| sorted.get(member));
            let mut rows: Vec<T> = of.flatten().cloned().collect();
            // A database may put the parts of a union together in any order.
            rows.sort_by_key(|row| std::cmp::Reverse(place(row)));
            rows.dedup_by_key(|row| place(row));
            (*parent, Self::of(rows, request, &place))
        };
        parents.iter().map(page).collect()
    }

    /// The same page with other rows in the places of these.
    pub(crate) fn map<U>(self, convert: impl FnMut(T) -> U) -> Page<U> {
        let mut convert = convert;
        Page {
            rows: self
                .rows
                .into_iter()
                .map(|(cursor, row)| (cursor, convert(row)))
                .collect(),
            has_next: self.has_next,
            has_previous: self.has_previous,
        }
    }

    /// The same page with what the rows lead to; a row that leads to nothing is left out.
    pub(crate) fn filter_map<U>(self, lead: impl FnMut(T) -> Option<U>) -> Page<U> {
        let mut lead = lead;
        Page {
            rows: self
                .rows
                .into_iter()
                .filter_map(|(cursor, row)| Some((cursor, lead(row)?)))
                .collect(),
            has_next: self.has_next,
            has_previous: self.has_previous,
        }
    }
}

fn list_digest(list: &str) -> [u8; 8] {
    let mut short = [0; 8];
    for (to, from) in short
        .iter_mut()
        .zip(digest(&SHA256, list.as_bytes()).as_ref())
    {
        *to = *from;
    }
    short
}

fn encode(cursor: Cursor, list: [u8; 8]) -> String {
    let parts = [
        &[VERSION][..],
        &list,
        &cursor.key.to_be_bytes(),
        cursor.id.as_bytes().as_slice(),
    ];
    BASE64URL_NOPAD.encode(&parts.concat())
}

fn decode(text: &str, list: [u8; 8]) -> Option<Cursor> {
    // Longer texts cannot be ours; do not even decode them.
    let bytes = if text.len() <= 64 {
        BASE64URL_NOPAD.decode(text.as_bytes()).ok()?
    } else {
        return None;
    };
    let (version, rest) = bytes.split_first()?;
    let (of, rest) = rest.split_at_checked(8)?;
    let (key, id) = rest.split_at_checked(8)?;
    if *version != VERSION || of != list {
        return None;
    }
    Some(Cursor {
        key: i64::from_be_bytes(key.try_into().ok()?),
        id: Uuid::from_slice(id).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sizes_outside_the_bounds_are_refused() {
        for first in [0, -1, 101, i32::MAX, i32::MIN] {
            assert!(
                PageRequest {
                    first: Some(first),
                    after: None
                }
                .check("x")
                .is_err(),
                "{first}"
            );
        }
        assert_eq!(
            PageRequest::default().check("x").unwrap().limit,
            DEFAULT_PAGE
        );
        assert_eq!(
            PageRequest {
                first: Some(100),
                after: None
            }
            .check("x")
            .unwrap()
            .limit,
            100
        );
    }

    proptest! {
        #[test]
        fn a_cursor_comes_back_in_its_own_list_only(key: i64, id: u128) {
            let cursor = Cursor { key, id: Uuid::from_u128(id) };
            let text = encode(cursor, list_digest("a"));
            prop_assert_eq!(decode(&text, list_digest("a")), Some(cursor));
            prop_assert_eq!(decode(&text, list_digest("b")), None);
        }

        #[test]
        fn no_text_upsets_the_decoder(text in ".{0,80}") {
            prop_assert!(decode(&text, list_digest("a")).is_none());
        }
    }
}
