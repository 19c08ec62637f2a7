//! Normalisers: the one spelling of an identifier that a blind index is computed over.
//!
//! Owns what counts as "the same" e-mail address, telephone number, name, domain or network, and
//! the version of these rules. A value that was indexed under one rule is found by the same rule
//! only: a change of any rule needs a new [`VERSION`] and an index computed anew.
//! Normalising a normal value leaves it as it is.
//!
//! Must not echo, log or keep a value: a refusal says what was expected and nothing else.

mod network;
mod telephone;

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use unicode_normalization::UnicodeNormalization;

pub(crate) use network::{covering_prefixes, ip, ip_prefix, prefix_text};
pub(crate) use telephone::phone;

/// The version of the rules in this module, stored beside each blind index.
pub(crate) const VERSION: i16 = 1;

const EMAIL: &str = "an e-mail address such as name@example.com";
const SYSTEM: &str = "1 to 40 characters of a-z, 0-9, '.', '_' or '-', a letter or digit first";
const EXTERNAL_ID: &str = "1 to 200 characters without control characters";
const DOMAIN: &str = "a domain name such as shop.example";
const NAME: &str = "a name of 1 to 200 characters without control characters";

/// The longest address that fits the path of RFC 5321 section 4.5.3.1.3, in bytes.
const MAX_EMAIL: usize = 254;
/// RFC 5321 section 4.5.3.1.1, in bytes.
const MAX_LOCAL: usize = 64;
const MAX_SYSTEM: usize = 40;
const MAX_TEXT: usize = 200;
/// Between the system and the id, because neither may contain it.
const SEPARATOR: char = '\u{1f}';

/// A value that cannot be normalised: says what was expected, never what was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected {0}")]
pub(crate) struct NotNormal(pub(crate) &'static str);

/// An e-mail address: NFKC, lower-case, the domain in ASCII (RFC 5891). The local part is 1 to 64
/// bytes of RFC 5322 atoms, dots and non-ASCII letters (RFC 6531); quoted ones are refused.
pub(crate) fn email(value: &str) -> Result<String, NotNormal> {
    let text: String = value.nfkc().collect();
    let (local, host) = text.trim().rsplit_once('@').ok_or(NotNormal(EMAIL))?;
    let local = folded(local);
    let host = ascii_domain(host).ok_or(NotNormal(EMAIL))?;
    let whole = format!("{local}@{host}");
    let fits = (1..=MAX_LOCAL).contains(&local.len()) && whole.len() <= MAX_EMAIL;
    if fits && local.chars().all(in_local_part) {
        Ok(whole)
    } else {
        Err(NotNormal(EMAIL))
    }
}

/// A domain name of at least two labels: lower-case ASCII (RFC 5891), without the trailing dot.
pub(crate) fn domain(value: &str) -> Result<String, NotNormal> {
    ascii_domain(value.trim()).ok_or(NotNormal(DOMAIN))
}

/// A domain and the domains above it of at least two labels, the longest first.
pub(crate) fn covering_domains(domain: &str) -> impl Iterator<Item = &str> {
    let names = std::iter::successors(Some(domain), |name| Some(name.split_once('.')?.1));
    names.filter(|name| name.contains('.'))
}

/// The name of another system, such as `whmcs`.
pub(crate) fn external_system(value: &str) -> Result<String, NotNormal> {
    let slug = value.trim().to_ascii_lowercase();
    let first = slug.starts_with(|c: char| c.is_ascii_alphanumeric());
    let rest = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if first && slug.len() <= MAX_SYSTEM && slug.chars().all(rest) {
        Ok(slug)
    } else {
        Err(NotNormal(SYSTEM))
    }
}

/// An id within another system, bound to that system. Case matters.
pub(crate) fn external_id(system: &str, id: &str) -> Result<String, NotNormal> {
    let system = external_system(system)?;
    let id = id.trim();
    if is_text(id) {
        Ok(format!("{system}{SEPARATOR}{id}"))
    } else {
        Err(NotNormal(EXTERNAL_ID))
    }
}

/// The name of a recipient: NFKC, lower-case, runs of white space as one space.
pub(crate) fn name(value: &str) -> Result<String, NotNormal> {
    let name = folded(value)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    if is_text(&name) {
        Ok(name)
    } else {
        Err(NotNormal(NAME))
    }
}

/// A domain name of at least two labels in lower-case ASCII (UTS 46), without the trailing dot.
/// An all-numeric last label is refused, because that is an address (RFC 3696 section 2).
fn ascii_domain(text: &str) -> Option<String> {
    let hyphens = Hyphens::CheckFirstLast;
    let length = DnsLength::VerifyAllowRootDot;
    let ascii = Uts46::new()
        .to_ascii(text.as_bytes(), AsciiDenyList::STD3, hyphens, length)
        .ok()?;
    let name = ascii.strip_suffix('.').unwrap_or(&ascii);
    let (_, top) = name.rsplit_once('.')?;
    if top.bytes().all(|b| b.is_ascii_digit()) {
        None
    } else {
        Some(name.to_owned())
    }
}

/// NFKC once more after lower-casing, because `J` with a caron has no composed form and `j` has.
fn folded(text: &str) -> String {
    text.nfkc()
        .collect::<String>()
        .to_lowercase()
        .nfkc()
        .collect()
}

fn is_text(text: &str) -> bool {
    (1..=MAX_TEXT).contains(&text.chars().count()) && !text.chars().any(is_hidden)
}

/// Controls, and what travels unseen with copied text: two spellings would look the same. The
/// joiners U+200C and U+200D stay, because Persian and Indic names need them.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}')
}

fn in_local_part(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric() || ".!#$%&'*+-/=?^_`{|}~".contains(c)
    } else {
        !c.is_whitespace() && !is_hidden(c)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Normaliser = fn(&str) -> Result<String, NotNormal>;

    fn accepts(normalise: Normaliser, table: &[(&str, &str)]) {
        for (given, normal) in table {
            assert_eq!(normalise(given), Ok((*normal).to_owned()), "{given:?}");
            assert_eq!(
                normalise(normal),
                Ok((*normal).to_owned()),
                "again: {normal:?}"
            );
        }
    }

    fn refuses(normalise: Normaliser, expected: &'static str, table: &[&str]) {
        for given in table {
            assert_eq!(normalise(given), Err(NotNormal(expected)), "{given:?}");
        }
    }

    #[test]
    fn email_addresses() {
        accepts(
            email,
            &[
                ("  Jane.Doe+Shop@Example.COM ", "jane.doe+shop@example.com"),
                ("ｊａｎｅ＠ｅｘａｍｐｌｅ．ｃｏｍ", "jane@example.com"),
                ("jane@bücher.example", "jane@xn--bcher-kva.example"),
                ("jane@XN--BCHER-KVA.example.", "jane@xn--bcher-kva.example"),
                ("Jo\u{308}rg@example.com", "j\u{f6}rg@example.com"),
                ("J\u{30c}@example.com", "\u{1f0}@example.com"),
                ("o'neil/x=y@example.com", "o'neil/x=y@example.com"),
            ],
        );
        let long_local = format!("{}@example.com", "a".repeat(65));
        let label = "b".repeat(60);
        let too_long = format!("{}@{label}.{label}.{label}.example", "a".repeat(64));
        refuses(
            email,
            EMAIL,
            &[
                "",
                "jane",
                "@example.com",
                "jane@",
                "jane@localhost",
                "jane@203.0.113.7",
                "jane@[203.0.113.7]",
                "jane@john@example.com",
                "\"jane\"@example.com",
                "jane doe@example.com",
                "jane@exam ple.com",
                "jane@ example.com",
                "Jane <jane@example.com>",
                "mailto:jane@example.com",
                "ja\u{0}ne@example.com",
                "ja\u{200b}ne@example.com",
                &long_local,
                &too_long,
            ],
        );
        assert!(email(&format!("{}@example.com", "a".repeat(64))).is_ok());
    }

    #[test]
    fn external_systems_and_ids() {
        accepts(
            external_system,
            &[(" WHMCS ", "whmcs"), ("0_billing.v2-eu", "0_billing.v2-eu")],
        );
        let long = "a".repeat(41);
        refuses(
            external_system,
            SYSTEM,
            &["", "-a", ".a", "a b", "ä", "\u{212a}", "a:b", &long],
        );

        assert_eq!(
            external_id("WHMCS", " Ab 12 "),
            Ok("whmcs\u{1f}Ab 12".to_owned())
        );
        assert_ne!(external_id("whmcs", "ab"), external_id("whmcs", "AB"));
        assert_eq!(external_id("w h", "1"), Err(NotNormal(SYSTEM)));
        let long = "é".repeat(201);
        for id in ["", "  ", "a\nb", "a\u{1f}b", "a\u{feff}b", long.as_str()] {
            assert_eq!(
                external_id("whmcs", id),
                Err(NotNormal(EXTERNAL_ID)),
                "{id:?}"
            );
        }
        assert!(external_id("whmcs", &"é".repeat(200)).is_ok());
    }

    #[test]
    fn recipient_names() {
        accepts(
            name,
            &[
                (" ＡＣＭＥ\u{a0}\t\u{3000} GmbH\n", "acme gmbh"),
                ("Straßenbau ÖL", "straßenbau öl"),
                ("ﬁrma №1", "firma no1"),
                ("İstanbul", "i\u{307}stanbul"),
                ("J\u{30c}", "\u{1f0}"),
                ("می\u{200c}خواهم", "می\u{200c}خواهم"),
            ],
        );
        let long = "x".repeat(201);
        refuses(
            name,
            NAME,
            &["", " \t ", "a\u{0}b", "a\u{200b}b", "a\u{202e}b", &long],
        );
    }

    #[test]
    fn covering_domains_run_from_the_name_to_its_last_two_labels() {
        let names = |name| covering_domains(name).collect::<Vec<_>>();
        assert_eq!(
            names("a.www.shop.example"),
            ["a.www.shop.example", "www.shop.example", "shop.example"]
        );
        assert_eq!(names("shop.example"), ["shop.example"]);
    }

    #[test]
    fn domains() {
        accepts(
            domain,
            &[
                (" WWW.Example.COM. ", "www.example.com"),
                ("BÜCHER.example", "xn--bcher-kva.example"),
                ("bu\u{308}cher.example", "xn--bcher-kva.example"),
                ("faß.example", "xn--fa-hia.example"),
                ("例え。テスト。", "xn--r8jz45g.xn--zckzah"),
                ("ｅｘａｍｐｌｅ．ｃｏｍ", "example.com"),
                ("r3---sn.example.com", "r3---sn.example.com"),
                ("7.example.com", "7.example.com"),
            ],
        );
        let label = format!("{}.example", "a".repeat(64));
        let whole = format!("{}example", "abc.".repeat(62));
        refuses(
            domain,
            DOMAIN,
            &[
                "",
                ".",
                "localhost",
                "localhost.",
                "a..example",
                ".example.com",
                "-a.example",
                "a-.example",
                "a_b.example",
                "exam ple.com",
                "http://example.com",
                "203.0.113.7",
                "xn--a.example",
                &label,
                &whole,
            ],
        );
    }

    #[test]
    fn a_refusal_says_what_was_expected() {
        assert_eq!(
            email("jane").unwrap_err().to_string(),
            "expected an e-mail address such as name@example.com"
        );
    }

    fn stable(normalise: Normaliser, given: &str) -> Result<(), TestCaseError> {
        if let Ok(once) = normalise(given) {
            prop_assert_eq!(normalise(&once), Ok(once));
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn normalising_twice_is_normalising_once(
            text in "\\PC{0,40}",
            local in "[a-zA-Zß-žİΣς\u{300}-\u{345}Ａ-ｚ.+]{1,20}",
            host in "[a-zA-Zß-žΣＡ-ｚ0-9.-]{1,12}\\.(com|EXAMPLE|テスト)[.。]?",
        ) {
            stable(email, &text)?;
            stable(email, &format!("{local}@{host}"))?;
            stable(domain, &text)?;
            stable(domain, &host)?;
            stable(name, &text)?;
            stable(name, &format!("{local} \t{host}"))?;
            stable(external_system, &text)?;
            stable(external_system, &host)?;
            prop_assert_eq!(external_id("Sys", &text), external_id("sys", text.trim()));
        }
    }
}
