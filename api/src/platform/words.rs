//! Words in one text, with a space between.

/// Each once, in one order.
pub(crate) fn joined<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let mut words: Vec<_> = words.collect();
    words.sort_unstable();
    words.dedup();
    words.join(" ")
}
