//! Names of values, as a person reads them.

/// A name of a value, as `PAYMENT_GATEWAY` or `user.contact.email`, in words.
pub(super) fn words(name: &str) -> String {
    let name = name.strip_prefix("user.").unwrap_or(name);
    name.replace(['_', '.'], " ").to_lowercase()
}

/// The day of an instant (RFC 3339).
pub(super) fn day(instant: &str) -> &str {
    instant.split('T').next().unwrap_or(instant)
}

/// A number of bytes, as people say it.
pub(super) fn bytes(size: i64) -> String {
    match size {
        ..1_000 => format!("{size} bytes"),
        1_000..1_000_000 => format!("{} kB", size / 1_000),
        _ => format!("{} MB", size / 1_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_words() {
        assert_eq!(words("PAYMENT_GATEWAY"), "payment gateway");
        assert_eq!(words("user.contact.email"), "contact email");
        assert_eq!(day("2026-11-20T09:00:00.000Z"), "2026-11-20");
        assert_eq!(bytes(999), "999 bytes");
        assert_eq!(bytes(1_500), "1 kB");
    }
}
