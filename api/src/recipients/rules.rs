//! What a recipient is, what is personal about it, and what can be known of it.

use entity::enums::{ContactKind, RecipientCategory, RecipientRole};
use url::Url;

use crate::vault::normalise;

/// How many contacts a recipient may have: the list is shown whole.
pub(super) const MOST_CONTACTS: usize = 20;
/// Longest value of a contact and longest URL, in characters.
const LONGEST_VALUE: usize = 500;
/// Longest note of a contact, in characters.
const LONGEST_NOTE: usize = 200;

const URL: &str = "must be a http or https URL of at most 500 characters";

/// What a recipient is to a reader of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Under contract, directly or through another.
    Processor,
    /// An authority.
    PublicAuthority,
    /// A person whose name not everybody may read: someone who complained, the data subject, a customer.
    Person,
    /// Anybody else.
    ThirdParty,
}

impl Kind {
    /// What a recipient of this role and category is. That it is a person goes before anything else, because of
    /// what may be shown.
    pub(super) fn of(role: RecipientRole, category: RecipientCategory, customer: bool) -> Self {
        let complainant = category == RecipientCategory::Complainant;
        match role {
            _ if customer || complainant => Self::Person,
            RecipientRole::DataSubject => Self::Person,
            RecipientRole::Processor | RecipientRole::SubProcessor => Self::Processor,
            RecipientRole::PublicAuthority => Self::PublicAuthority,
            RecipientRole::JointController
            | RecipientRole::IndependentController
            | RecipientRole::PrivateParty
            | RecipientRole::Acquirer
            | RecipientRole::Public => Self::ThirdParty,
        }
    }
}

/// Whether a text can be the address of a page: absolute, and without a password in it.
pub(super) fn check_url(text: &str) -> Result<(), &'static str> {
    let short = text.chars().count() <= LONGEST_VALUE;
    let url = Url::parse(text).ok().filter(|_| short).ok_or(URL)?;
    let anonymous = url.username().is_empty() && url.password().is_none();
    if matches!(url.scheme(), "http" | "https") && anonymous {
        Ok(())
    } else {
        Err(URL)
    }
}

/// Whether a text can be a contact of a kind.
pub(super) fn check_contact(kind: ContactKind, text: &str) -> Result<(), &'static str> {
    if text.trim().is_empty() || text.chars().count() > LONGEST_VALUE {
        return Err("must have 1 to 500 characters");
    }
    match kind {
        ContactKind::Email if normalise::email(text).is_err() => Err("must be an e-mail address"),
        ContactKind::Url => check_url(text),
        // An address has lines, a number an extension: they are kept as people write them.
        _ => Ok(()),
    }
}

/// Whether a text can be the note of a contact.
pub(super) fn check_note(text: &str) -> Result<(), &'static str> {
    if text.chars().count() > LONGEST_NOTE {
        return Err("must have at most 200 characters");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn persons_come_before_everything_else() {
        use RecipientCategory::{BlocklistOperator, Complainant, Customer, Other};
        use RecipientRole as Role;
        for (role, category, customer, kind) in [
            (Role::PrivateParty, Complainant, false, Kind::Person),
            (Role::Processor, Complainant, false, Kind::Person),
            (Role::DataSubject, Other, false, Kind::Person),
            (Role::PrivateParty, Customer, true, Kind::Person),
            (Role::PrivateParty, Customer, false, Kind::ThirdParty),
            (
                Role::PrivateParty,
                BlocklistOperator,
                false,
                Kind::ThirdParty,
            ),
            (Role::Processor, Other, false, Kind::Processor),
            (Role::SubProcessor, Other, false, Kind::Processor),
            (Role::PublicAuthority, Other, false, Kind::PublicAuthority),
            (Role::JointController, Other, false, Kind::ThirdParty),
            (Role::Public, Other, false, Kind::ThirdParty),
        ] {
            assert_eq!(
                Kind::of(role, category, customer),
                kind,
                "{role} {category}"
            );
        }
    }

    #[test]
    fn only_pages_that_anybody_can_open_are_urls() {
        for good in [
            "https://example.org/privacy",
            "http://example.org",
            "https://bücher.example/datenschutz?lang=de#top",
        ] {
            assert_eq!(check_url(good), Ok(()), "{good}");
        }
        let long = format!("https://example.org/{}", "x".repeat(500));
        for bad in [
            "",
            "example.org/privacy",
            "/privacy",
            "ftp://example.org",
            "javascript:alert(1)",
            "mailto:privacy@example.org",
            "https://jane:secret@example.org",
            "https://",
            long.as_str(),
        ] {
            assert_eq!(check_url(bad), Err(URL), "{bad}");
        }
    }

    #[test]
    fn contacts_are_what_their_kind_says() {
        use ContactKind::{Address, Email, Other, Phone, Url};
        let long = "x".repeat(501);
        for (kind, text, good) in [
            (Email, "abuse@example.org", true),
            (Email, "abuse", false),
            (Url, "https://example.org/form", true),
            (Url, "example.org/form", false),
            (Address, "1 High Street\nLondon", true),
            (Phone, "030 123456, extension 7", true),
            (Other, " ", false),
            (Other, long.as_str(), false),
        ] {
            assert_eq!(check_contact(kind, text).is_ok(), good, "{kind} {text}");
        }
        assert!(check_note(&"x".repeat(200)).is_ok());
        assert!(check_note(&"x".repeat(201)).is_err());
    }
}
