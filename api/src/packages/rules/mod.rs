//! What is in a package, as data and as a page to read.

mod document;
mod page;
mod words;

pub(crate) use document::SCHEMA_PATH;
pub(super) use document::{
    Access, Ask, Document, File, Identifier, Kept, Message, PastRequest, Person, Preference,
    Recipient, Relation, Resource, System, schema,
};
pub(super) use page::{door, page};

/// A name for a file that any system can unpack, of a name that a person or a system gave it.
pub(super) fn path(system: &str, number: usize, name: &str) -> String {
    let tame = |text: &str| -> String {
        let odd = |c: char| c.is_control() || "/\\:*?\"<>|".contains(c);
        let tame = text.chars().map(|c| if odd(c) { '_' } else { c });
        tame.collect::<String>().trim_matches(['.', ' ']).to_owned()
    };
    format!("files/{}/{number}-{}", tame(system), tame(name))
}

/// Whether a person is told that a field was read: what is known of them. What is about cases could warn them.
pub(super) fn is_told(field: &str) -> bool {
    let known = ["customer.", "identifier.", "assignment.", "preference."];
    known.iter().any(|table| field.starts_with(table))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_nowhere_else() {
        assert_eq!(path("whmcs", 1, "export.json"), "files/whmcs/1-export.json");
        assert_eq!(path("..", 2, "../../etc/passwd"), "files//2-_.._etc_passwd");
        assert_eq!(path("a/b", 3, "C:\\x?."), "files/a_b/3-C__x_");
    }
}
