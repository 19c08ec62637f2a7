//! Places as ISO names them.

/// What a place must be.
pub(crate) const EXPECTED: &str =
    "must be a country (ISO 3166-1), as \"DE\", or a part of one (ISO 3166-2), as \"US-CA\"";

/// Whether a text is a country, ISO 3166-1 alpha-2, or has the form of a part of one, ISO 3166-2.
pub(crate) fn is_place(text: &str) -> bool {
    let (country, part) = match text.split_once('-') {
        Some((country, part)) => (country, Some(part)),
        None => (text, None),
    };
    let is_part = |part: &str| {
        (1..=3).contains(&part.len())
            && part
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    rust_iso3166::from_alpha2(country).is_some() && part.is_none_or(is_part)
}

/// Countries of the European Economic Area.
pub(crate) const EEA: &[&str] = &[
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS",
    "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// The country of a place, which may be a part of one.
pub(crate) fn country_of(place: &str) -> &str {
    place.split('-').next().unwrap_or(place)
}

/// Whether a country is one of the European Economic Area.
pub(crate) fn is_in_eea(country: &str) -> bool {
    EEA.contains(&country)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_and_their_parts_are_places() {
        for good in ["DE", "US-CA", "GB-SCT", "FR-2A"] {
            assert!(is_place(good), "{good}");
        }
        for bad in [
            "", "de", "XX", "DE-", "US-ca", "US-CALI", "DE-BY-1", "USA", "EU",
        ] {
            assert!(!is_place(bad), "{bad}");
        }
    }
}
