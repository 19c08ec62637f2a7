//! The seeded taxonomy: data categories, data uses and data subjects as dotted keys.
//!
//! Owns which keys exist, how an unknown one is reported.
//! The keys come from the text files beside this one, read once. Must not echo text that does
//! not look like a key: people paste values where a key belongs.

use std::fmt;
use std::sync::LazyLock;

use crate::error::Error;

/// The longest text that is echoed or compared with the known keys, in bytes.
const MAX_KEY: usize = 80;
/// One mistake is forgiven for this many characters of a key, so that short keys need to be close.
const CHARS_PER_TYPO: usize = 6;
/// The shortest text that is completed to a key.
const MIN_COMPLETED: usize = 4;

static CATEGORIES: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| read(include_str!("categories.txt")));
static SUBJECTS: LazyLock<Vec<&'static str>> = LazyLock::new(|| read(include_str!("subjects.txt")));
static USES: LazyLock<Vec<&'static str>> = LazyLock::new(|| read(include_str!("uses.txt")));

/// One of the trees of the taxonomy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Tree {
    /// What kind of data, such as `user.contact.email`.
    Category,
    /// What the data is used for, such as `essential.service`.
    Use,
    /// Whose data it is, such as `customer`.
    Subject,
}

impl Tree {
    /// Every key of the tree, sorted, without duplicates.
    pub(crate) fn keys(self) -> &'static [&'static str] {
        let keys = match self {
            Self::Category => &CATEGORIES,
            Self::Use => &USES,
            Self::Subject => &SUBJECTS,
        };
        keys.as_slice()
    }

    /// Some keys as they are in the tree, sorted, each once; `field` names their list in errors.
    ///
    /// # Errors
    /// [`Error::Invalid`], with the nearest key.
    pub(crate) fn checked_all(
        self,
        keys: &[String],
        field: &str,
    ) -> Result<Vec<&'static str>, Error> {
        let checked = keys
            .iter()
            .enumerate()
            .map(|(n, key)| self.checked(key, &format!("{field}[{n}]")));
        let mut checked = checked.collect::<Result<Vec<_>, _>>()?;
        checked.sort_unstable();
        checked.dedup();
        Ok(checked)
    }

    /// The key as it is in the tree; `field` names its input in errors.
    ///
    /// # Errors
    /// [`Error::Invalid`], with the nearest key.
    pub(crate) fn checked(self, key: &str, field: &str) -> Result<&'static str, Error> {
        self.check(key).map_err(|unknown| Error::Invalid {
            field: field.to_owned(),
            suggestion: unknown.suggestion,
            problem: unknown.to_string(),
        })
    }

    /// The key as it is in the tree.
    ///
    /// # Errors
    /// [`UnknownKey`], with the nearest key.
    pub(crate) fn check(self, key: &str) -> Result<&'static str, UnknownKey> {
        self.find(key).ok_or_else(|| UnknownKey {
            tree: self,
            key: echo(key),
            suggestion: self.nearest(key),
        })
    }

    fn find(self, key: &str) -> Option<&'static str> {
        self.keys().iter().copied().find(|known| *known == key)
    }

    /// The known key that was probably meant: the same but for case or blanks around it, else the
    /// one with the fewest typing mistakes, else the one that `key` begins or ends.
    fn nearest(self, key: &str) -> Option<&'static str> {
        let key = key.trim();
        if key.len() > MAX_KEY {
            return None;
        }
        let key = key.to_lowercase();
        self.find(&key)
            .or_else(|| self.mistyped(&key))
            .or_else(|| self.completed(&key))
    }

    fn mistyped(self, key: &str) -> Option<&'static str> {
        let forgiven = key.chars().count() / CHARS_PER_TYPO;
        self.keys()
            .iter()
            .map(|known| (strsim::osa_distance(key, known), *known))
            .filter(|(mistakes, _)| *mistakes <= forgiven)
            .min_by_key(|(mistakes, _)| *mistakes)
            .map(|(_, known)| known)
    }

    fn completed(self, key: &str) -> Option<&'static str> {
        if key.len() < MIN_COMPLETED {
            return None;
        }
        let ends = |known: &str| {
            known
                .strip_suffix(key)
                .is_some_and(|rest| rest.ends_with('.'))
        };
        self.keys()
            .iter()
            .copied()
            .filter(|known| known.starts_with(key) || ends(known))
            .min_by_key(|known| known.len())
    }
}

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Category => "data category",
            Self::Use => "data use",
            Self::Subject => "data subject",
        })
    }
}

/// Whether a key is another one, or is below it.
pub(crate) fn is_under(key: &str, above: &str) -> bool {
    let rest = key.strip_prefix(above);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// A key that is not in the tree. Safe to print: text that is not a key is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnknownKey {
    /// The tree that was searched.
    pub(crate) tree: Tree,
    /// What was asked for; empty if it is longer than 80 bytes or has a character outside
    /// `[a-z0-9._-]`.
    pub(crate) key: String,
    /// The known key that was probably meant.
    pub(crate) suggestion: Option<&'static str>,
}

impl fmt::Display for UnknownKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.key.is_empty() {
            write!(f, "not a {} key", self.tree)?;
        } else {
            write!(f, "unknown {} \"{}\"", self.tree, self.key)?;
        }
        match self.suggestion {
            Some(key) => write!(f, "; did you mean \"{key}\"?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for UnknownKey {}

/// The keys of a seed file, sorted across its blocks; comments start with `#`.
fn read(text: &'static str) -> Vec<&'static str> {
    let mut keys: Vec<_> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn echo(key: &str) -> String {
    let shown = key.len() <= MAX_KEY
        && key
            .bytes()
            .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-'));
    if shown { key.to_owned() } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: [(Tree, &str, usize); 3] = [
        (Tree::Category, include_str!("categories.txt"), 85),
        (Tree::Use, include_str!("uses.txt"), 54),
        (Tree::Subject, include_str!("subjects.txt"), 15),
    ];
    const TREES: [Tree; 3] = [Tree::Category, Tree::Use, Tree::Subject];

    #[test]
    fn every_seeded_key_is_known() {
        for (tree, text, of_fideslang) in FILES {
            let (theirs, ours) = text.split_once("\n# ext: our extensions\n").unwrap();
            assert_eq!(read(theirs).len(), of_fideslang, "{tree}");
            assert_eq!(tree.keys().len(), of_fideslang + read(ours).len(), "{tree}");
            for key in read(text) {
                assert_eq!(tree.check(key), Ok(key));
            }
        }
    }

    #[test]
    fn files_are_sorted_and_without_duplicates() {
        for (tree, text, _) in FILES {
            let lines = |block: &'static str| -> Vec<&str> {
                block
                    .lines()
                    .filter(|line| !line.starts_with('#'))
                    .collect()
            };
            let (theirs, ours) = text.split_once("\n# ext: our extensions\n").unwrap();
            for block in [lines(theirs), lines(ours)] {
                assert!(block.is_sorted_by(|a, b| a < b), "{tree}");
            }
            assert_eq!(
                lines(text).len(),
                read(text).len(),
                "{tree}: a key is in both blocks"
            );
        }
    }

    #[test]
    fn every_key_can_be_echoed_and_has_its_ancestors() {
        for tree in TREES {
            for key in tree.keys() {
                assert_eq!(echo(key), *key);
                if let Some((parent, _)) = key.rsplit_once('.') {
                    assert_eq!(tree.check(parent), Ok(parent), "parent of {key}");
                }
            }
        }
    }

    #[test]
    fn the_kinds_of_data_at_a_host_are_there() {
        let categories = "user.name user.contact.address user.contact.email \
            user.contact.phone_number user.contact.organization user.account.username \
            user.authorization.password user.authorization.credentials \
            user.financial.credit_card user.financial.bank_account user.payment \
            user.behavior.purchase_history user.device.ip_address user.device.cookie \
            user.government_id user.privacy_preferences user.content.private.ticket \
            user.content.private.chat user.content.private.call_recording \
            user.content.hosted user.content.mailbox user.content.backup \
            user.contact.registrant system.operations.netflow system.operations.access_log \
            system.operations.mail_log user.content.private.abuse_report";
        let uses = "essential.service essential.service.authentication \
            essential.service.payment_processing essential.service.notifications.email \
            essential.service.operations.support essential.service.security \
            essential.fraud_detection essential.legal_obligation \
            marketing.communications.email marketing.communications.sms marketing.advertising \
            analytics.reporting third_party_sharing.legal_obligation \
            third_party_sharing.abuse_reporting third_party_sharing.merger \
            third_party_sharing.platform_partner essential.service.abuse_handling";
        let subjects = "customer prospect visitor employee supplier_vendor account_contact \
            end_user complainant registrant";
        for (tree, keys) in TREES.into_iter().zip([categories, uses, subjects]) {
            for key in keys.split_whitespace() {
                assert_eq!(tree.check(key), Ok(key));
            }
        }
    }

    #[test]
    fn what_is_under_a_key_is_itself_and_what_it_begins() {
        for (key, above, under) in [
            ("user.contact", "user.contact", true),
            ("user.contact.email", "user.contact", true),
            ("user.content.hosted", "user", true),
            ("user.contact", "user.con", false),
            ("user", "user.contact", false),
        ] {
            assert_eq!(is_under(key, above), under, "{key} {above}");
        }
    }

    #[test]
    fn a_near_miss_gets_a_suggestion() {
        for (tree, asked, meant) in [
            (
                Tree::Category,
                "user.contact.emial",
                Some("user.contact.email"),
            ),
            (
                Tree::Category,
                "user.contact.mail",
                Some("user.contact.email"),
            ),
            (
                Tree::Category,
                "User.Contact.Email",
                Some("user.contact.email"),
            ),
            (Tree::Category, " user.name", Some("user.name")),
            (
                Tree::Category,
                "user.contact.phone",
                Some("user.contact.phone_number"),
            ),
            (Tree::Category, "contact.email", Some("user.contact.email")),
            (Tree::Category, "", None),
            (Tree::Category, "xyz", None),
            (Tree::Category, "user.shoes.size", None),
            (Tree::Use, "esential.service", Some("essential.service")),
        ] {
            assert_eq!(tree.check(asked).unwrap_err().suggestion, meant, "{asked}");
        }
    }

    #[test]
    fn the_message_echoes_keys_only() {
        let message = |key: &str| Tree::Category.check(key).unwrap_err().to_string();
        assert_eq!(
            message("user.contact.emial"),
            "unknown data category \"user.contact.emial\"; did you mean \"user.contact.email\"?"
        );
        assert_eq!(
            message("user.shoes.size"),
            "unknown data category \"user.shoes.size\""
        );
        assert_eq!(
            message("USER.NAME"),
            "not a data category key; did you mean \"user.name\"?"
        );
        assert_eq!(message("jane@example.com"), "not a data category key");
        assert_eq!(message(&"a".repeat(81)), "not a data category key");
        assert!(message(&"a".repeat(80)).contains(&"a".repeat(80)));
    }
}
