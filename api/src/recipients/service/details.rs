//! Contacts and addresses of notices: checked, written down as one text, read again.

use entity::enums::ContactKind;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::platform::personal::Personal;
use crate::recipients::rules;

/// A way to reach a recipient, to be checked.
#[derive(Debug, Clone)]
pub(crate) struct NewContact {
    /// What it is.
    pub(crate) kind: ContactKind,
    /// The address, the number, the page.
    pub(crate) value: Personal,
    /// What it is for, or who answers.
    pub(crate) note: Option<Personal>,
}

/// A way to reach a recipient, as it is kept.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Contact {
    /// What it is.
    pub(crate) kind: ContactKind,
    /// The address, the number, the page.
    pub(crate) value: String,
    /// What it is for, or who answers.
    pub(crate) note: Option<String>,
}

impl std::fmt::Debug for Contact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Contact({})", self.kind)
    }
}

/// Contacts as the one text that their cell holds; nothing where there are none.
///
/// # Errors
/// [`Error::Invalid`] for too many, and for one that cannot be what its kind says.
pub(super) fn write(contacts: &[NewContact]) -> Result<Option<Personal>> {
    if contacts.len() > rules::MOST_CONTACTS {
        return Err(Error::invalid("contacts", "must have at most 20 items"));
    }
    if contacts.is_empty() {
        return Ok(None);
    }
    let kept = contacts
        .iter()
        .enumerate()
        .map(|(n, contact)| check(n, contact))
        .collect::<Result<Vec<_>>>()?;
    let text = serde_json::to_string(&kept)
        .map_err(|cause| Error::internal("writing contacts down", cause))?;
    Ok(Some(Personal::new(text)))
}

fn check(number: usize, contact: &NewContact) -> Result<Contact> {
    let value = contact.value.expose().trim();
    rules::check_contact(contact.kind, value)
        .map_err(|problem| Error::invalid(format!("contacts[{number}].value"), problem))?;
    let note = contact.note.as_ref().map(|note| note.expose().trim());
    let note = note.filter(|note| !note.is_empty());
    rules::check_note(note.unwrap_or_default())
        .map_err(|problem| Error::invalid(format!("contacts[{number}].note"), problem))?;
    Ok(Contact {
        kind: contact.kind,
        value: value.to_owned(),
        note: note.map(str::to_owned),
    })
}

/// Contacts out of the text of their cell.
///
/// # Errors
/// [`Error::Internal`] when it is no such text.
pub(super) fn read(text: &Personal) -> Result<Vec<Contact>> {
    serde_json::from_str(text.expose()).map_err(|_cause_repeats_it| unreadable())
}

/// Contacts as an event says them.
///
/// # Errors
/// As [`read`].
pub(super) fn as_json(text: &Personal) -> Result<serde_json::Value> {
    serde_json::from_str(text.expose()).map_err(|_cause_repeats_it| unreadable())
}

fn unreadable() -> Error {
    Error::internal("reading contacts", NotContacts)
}

#[derive(Debug, thiserror::Error)]
#[error("the cell of contacts holds something else")]
struct NotContacts;

/// Where a privacy notice is, if that can be.
///
/// # Errors
/// [`Error::Invalid`] for what is no address of a page.
pub(super) fn check_url(url: &Personal) -> Result<Personal> {
    let url = url.expose().trim();
    rules::check_url(url).map_err(|problem| Error::invalid("noticeUrl", problem))?;
    Ok(Personal::new(url.to_owned()))
}
