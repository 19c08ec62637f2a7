//! What a change says about one field: nothing, a value, or that there is none.

/// A change to one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patch<T> {
    /// It stays as it is: the caller did not mention it.
    Keep,
    /// It has this value from now on.
    Set(T),
    /// It has no value from now on: the caller said null.
    Clear,
}

impl<T> Patch<T> {
    /// The field after the change.
    pub(crate) fn apply(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Keep => before,
            Self::Set(value) => Some(value),
            Self::Clear => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_mentioned_stays() {
        assert_eq!(Patch::Keep.apply(Some(1)), Some(1));
        assert_eq!(Patch::Set(2).apply(Some(1)), Some(2));
        assert_eq!(Patch::Clear.apply(Some(1)), None);
    }
}
