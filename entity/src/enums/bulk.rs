//! Words for calls with many items.

text_enum! {
    /// What happens to the other items of a list when one cannot be recorded.
    pub enum ErrorPolicy {
        /// Nothing is recorded; the whole call fails with the error of the first item that cannot be.
        RejectAll = "REJECT_ALL",
        /// The items that can be recorded are; the others answer with an error each.
        RejectFailed = "REJECT_FAILED",
    }
}
