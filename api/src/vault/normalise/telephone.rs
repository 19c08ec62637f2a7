//! Telephone numbers, as E.164.
//!
//! Owns how a dialled number is read. Must not guess a country: a national number without one is
//! refused.
//!
//! The parser of the crate is the last resort, not the first: it strips a trunk prefix or a
//! country code from numbers that merely begin alike (+7 812 in Saint Petersburg, 393 mobiles in
//! Italy) and applies the caller's country to foreign numbers. So a reading that the numbering
//! plan knows as it stands goes first, and every result must be one, which also makes a second
//! pass a no-op.

use phonenumber::Type;
use phonenumber::country;
use phonenumber::metadata::{DATABASE, Metadata};
use unicode_normalization::UnicodeNormalization;

use super::{NotNormal, is_hidden};

const PHONE: &str =
    "an international number such as +49 30 123456, or a national one with the customer's country";
/// Fifteen digits of E.164, some more that Germany uses, and an international dialling prefix.
const MAX_DIGITS: usize = 22;

/// The kinds of number that may belong to somebody.
const KINDS: [Type; 10] = [
    Type::FixedLine,
    Type::Mobile,
    Type::TollFree,
    Type::PremiumRate,
    Type::SharedCost,
    Type::PersonalNumber,
    Type::Voip,
    Type::Pager,
    Type::Uan,
    Type::Voicemail,
];

/// A telephone number as E.164. A number without `+` is read as dialled in `default_country`
/// (ISO 3166-1 alpha-2). Extensions and letters are refused.
pub(crate) fn phone(value: &str, default_country: Option<&str>) -> Result<String, NotNormal> {
    let text: String = value.nfkc().filter(|c| !is_hidden(*c)).collect();
    let text = text.trim();
    let number = match text.strip_prefix('+') {
        Some(rest) => digits(rest).and_then(|digits| international(&digits)),
        None => digits(text)
            .zip(default_country)
            .and_then(|(digits, country)| national(&digits, country)),
    };
    number.ok_or(NotNormal(PHONE))
}

/// The digits of a number as people write it, or nothing if it has anything but digits and
/// separators.
fn digits(text: &str) -> Option<String> {
    let mut digits = String::with_capacity(MAX_DIGITS);
    for c in text.chars() {
        match c {
            '0'..='9' => digits.push(c),
            ' ' | '-' | '.' | '/' | '(' | ')' | '\u{2010}'..='\u{2015}' | '\u{2212}' => {}
            _ => return None,
        }
    }
    (digits.len() <= MAX_DIGITS).then_some(digits)
}

/// A number that begins with a country calling code.
fn international(digits: &str) -> Option<String> {
    if digits.starts_with('0') {
        return None;
    }
    (1..=3)
        .filter_map(|length| digits.split_at_checked(length))
        .find_map(|(code, rest)| e164(code.parse().ok()?, rest))
        .or_else(|| reread(None, &format!("+{digits}")))
}

/// A number as dialled within a country.
fn national(digits: &str, country: &str) -> Option<String> {
    let country: country::Id = country.trim().to_ascii_uppercase().parse().ok()?;
    let id: &str = country.as_ref();
    let plan = DATABASE.by_id(id)?;
    let code = plan.country_code();
    dialled_abroad(plan, digits)
        .or_else(|| e164(code, digits.strip_prefix(plan.national_prefix()?)?))
        .or_else(|| e164(code, digits))
        .or_else(|| reread(Some(country), digits))
}

/// A number that begins with the country's international dialling prefix, such as 00 or 011.
fn dialled_abroad(plan: &Metadata, digits: &str) -> Option<String> {
    let prefix = plan.international_prefix()?.find(digits)?;
    if prefix.start() != 0 {
        return None;
    }
    international(digits.get(prefix.end()..)?)
}

fn reread(country: Option<country::Id>, text: &str) -> Option<String> {
    let number = phonenumber::parse(country, text).ok()?;
    e164(number.code().value(), &number.national().to_string())
}

/// The number, if a numbering plan under the calling code knows it.
fn e164(code: u16, national: &str) -> Option<String> {
    let plans = DATABASE.by_code(&code)?;
    let known = plans.iter().any(|plan| {
        let plan = plan.descriptors();
        plan.general().is_match(national)
            && KINDS
                .iter()
                .any(|kind| plan.get(*kind).is_some_and(|kind| kind.is_match(national)))
    });
    known.then(|| format!("+{code}{national}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn telephone_numbers() {
        for (given, country, normal) in [
            ("+49 30 123456", None, "+4930123456"),
            ("+49 (0)30 / 123-456", None, "+4930123456"),
            ("＋４９ ３０ １２３４５６", None, "+4930123456"),
            ("\u{202a}+49 30 123456\u{202c}", None, "+4930123456"),
            ("+49.30123456", Some("US"), "+4930123456"),
            ("030 123456", Some("DE"), "+4930123456"),
            ("030 123456", Some(" de "), "+4930123456"),
            ("0049 30 123456", Some("DE"), "+4930123456"),
            ("(650) 253-0000", Some("US"), "+16502530000"),
            ("1-650-253-0000", Some("US"), "+16502530000"),
            ("011 44 20 7946 0958", Some("US"), "+442079460958"),
            // A leading zero that belongs to the number, whichever country the caller is in.
            ("06 1234567", Some("IT"), "+39061234567"),
            ("+39 06 1234567", Some("DE"), "+39061234567"),
            ("0039 06 1234567", Some("DE"), "+39061234567"),
            // Numbers that begin with their own trunk prefix or calling code.
            ("393 1234567", Some("IT"), "+393931234567"),
            ("91234 56789", Some("IN"), "+919123456789"),
            ("+7 812 345-67-89", None, "+78123456789"),
            ("8 (812) 345-67-89", Some("RU"), "+78123456789"),
            ("+800 1234 0000", None, "+80012340000"),
        ] {
            assert_eq!(phone(given, country), Ok(normal.to_owned()), "{given:?}");
            assert_eq!(
                phone(normal, None),
                Ok(normal.to_owned()),
                "again: {normal:?}"
            );
        }
        for (given, country) in [
            ("", None),
            ("+", None),
            ("+1", None),
            ("030 123456", None),
            ("030 123456", Some("")),
            ("030 123456", Some("AQ")),
            ("0049 30 123456", None),
            ("+049 30 123456", None),
            ("+999 1234 5678", None),
            ("+1 000 000 0000", None),
            ("112", Some("DE")),
            ("+49 30 123456 ext. 7", None),
            ("1-800-FLOWERS", Some("US")),
            ("+49 30 123456;phone-context=+1", None),
            ("+4930123456789012345678901", None),
        ] {
            assert_eq!(phone(given, country), Err(NotNormal(PHONE)), "{given:?}");
        }
    }

    proptest! {
        // Numbering plans are regular expressions that are compiled on use.
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_normal_number_stays_as_it_is(
            given in "[+]?[0-9 ()-]{3,18}",
            country in prop::sample::select(vec!["DE", "US", "IT", "RU", "BR", "IN", "AU"]),
        ) {
            if let Ok(once) = phone(&given, Some(country)) {
                prop_assert_eq!(phone(&once, None), Ok(once.clone()));
                prop_assert_eq!(phone(&once, Some("JP")), Ok(once));
            }
        }
    }
}
