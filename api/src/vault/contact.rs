//! The contact key of a controller: keyed digests of addresses, which outlast whoever had them.
//!
//! Unlike a blind index it has no epochs: once an address is gone its digest cannot be made under another key. That is on
//! purpose, because an opt-out must survive the erasure of whoever opted out; so whoever has the keyring and guesses an
//! address can tell whether it opted out.

use aws_lc_rs::aead::{Aad, LessSafeKey, NONCE_LEN, Nonce};
use aws_lc_rs::hmac;
use data_encoding::{BASE64, BASE64URL_NOPAD};
use entity::id::ControllerId;
use uuid::Uuid;

use super::cell::{associate, split_nonce};
use super::keyring::cipher;
use crate::error::{Error, Result};
use crate::platform::personal::Personal;
use crate::platform::random;

/// The key of a controller's digests of addresses, and of what its links say.
pub(crate) struct ContactKey {
    digests: hmac::Key,
    links: LessSafeKey,
}

/// Longest token, in characters.
const LONGEST_LINK: usize = 2_048;

#[derive(Debug, thiserror::Error)]
#[error("the contact key is not 32 bytes")]
struct NotAKey;

impl std::fmt::Debug for ContactKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ContactKey(..)")
    }
}

impl ContactKey {
    /// A new secret for such a key, as text, to be stored in a cell.
    ///
    /// # Errors
    /// [`Error::Internal`] when the system gives no randomness.
    pub(crate) fn new_secret() -> Result<Personal> {
        let secret = zeroize::Zeroizing::new(random::bytes::<32>()?);
        Ok(Personal::new(BASE64.encode(&*secret)))
    }

    /// The key of a secret.
    ///
    /// # Errors
    /// [`Error::Internal`] when it is none.
    pub(crate) fn of(secret: &Personal) -> Result<Self> {
        let bytes = BASE64.decode(secret.expose().as_bytes());
        let bytes = match bytes.map(zeroize::Zeroizing::new) {
            Ok(bytes) if bytes.len() == 32 => bytes,
            _ => return Err(Error::internal("reading the contact key", NotAKey)),
        };
        let digests = hmac::Key::new(hmac::HMAC_SHA256, &bytes);
        // A key of its own: what is hashed must not tell anything of what is encrypted.
        let links = hmac::sign(&digests, &associate(&[b"privops links v1"]));
        Ok(Self {
            links: cipher(links.as_ref())?,
            digests,
        })
    }

    /// The digest of a normalised address of a kind.
    pub(crate) fn digest(&self, kind: &str, normal: &Personal) -> Vec<u8> {
        let text = zeroize::Zeroizing::new(associate(&[
            b"privops address v1",
            kind.as_bytes(),
            normal.expose().as_bytes(),
        ]));
        hmac::sign(&self.digests, &text).as_ref().to_vec()
    }
}

/// What the token of a link begins with.
const LINK: u8 = 1;

#[derive(Debug, thiserror::Error)]
#[error("a link could not be encrypted, or is too long")]
struct NoLink;

impl ContactKey {
    /// Closes what a link says. The token has whose contact key opens it in the clear, and what the link says encrypted:
    /// whoever has the link can use it, and can neither read nor change it.
    ///
    /// # Errors
    /// [`Error::Internal`] when the system gives no randomness, and for more than fits into a link.
    pub(crate) fn close_link(&self, controller: ControllerId, text: &str) -> Result<String> {
        let nonce = random::bytes::<NONCE_LEN>()?;
        let mut sealed = text.as_bytes().to_vec();
        let place = Aad::from(link_of(controller));
        let once = Nonce::assume_unique_for_key(nonce);
        self.links
            .seal_in_place_append_tag(once, place, &mut sealed)
            .map_err(|_unspecified| Error::internal("closing a link", NoLink))?;
        let controller = controller.uuid();
        let bytes = [&[LINK], controller.as_bytes().as_slice(), &nonce, &sealed];
        let token = BASE64URL_NOPAD.encode(&bytes.concat());
        if token.len() > LONGEST_LINK {
            return Err(Error::internal("closing a link", NoLink));
        }
        Ok(token)
    }
}

/// A token of a link, read as far as anybody can.
pub(crate) struct ClosedLink {
    /// Whose contact key opens it.
    pub(crate) controller: ControllerId,
    rest: Vec<u8>,
}

impl ClosedLink {
    /// Reads a token; nothing, where it is none.
    pub(crate) fn read(token: &str) -> Option<Self> {
        if token.len() > LONGEST_LINK {
            return None;
        }
        let bytes = BASE64URL_NOPAD.decode(token.as_bytes()).ok()?;
        let (kind, rest) = bytes.split_first()?;
        let (controller, rest) = rest.split_first_chunk::<16>()?;
        let link = Self {
            controller: ControllerId::from_uuid(Uuid::from_bytes(*controller)),
            rest: rest.to_vec(),
        };
        (*kind == LINK).then_some(link)
    }

    /// What it says; nothing, where it was not made with this key.
    pub(crate) fn open(&self, key: &ContactKey) -> Option<Personal> {
        let (nonce, sealed) = split_nonce(&self.rest)?;
        let mut buffer = zeroize::Zeroizing::new(sealed.to_vec());
        let place = Aad::from(link_of(self.controller));
        let opened = key.links.open_in_place(nonce, place, &mut buffer).ok()?;
        Some(Personal::new(std::str::from_utf8(opened).ok()?.to_owned()))
    }
}

fn link_of(controller: ControllerId) -> Vec<u8> {
    associate(&[b"privops link v1", controller.uuid().as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(secret: &str, kind: &str, address: &str) -> String {
        let key = ContactKey::of(&Personal::new(secret.to_owned())).unwrap();
        let digest = key.digest(kind, &Personal::new(address.to_owned()));
        data_encoding::HEXLOWER.encode(&digest)
    }

    /// Digests that are stored must be found for ever: computed with Python's `hmac` and `struct`.
    #[test]
    fn digests_never_change() {
        let secret = BASE64.encode(&[7; 32]);
        let known = digest(&secret, "EMAIL", "ada@example.org");
        assert_eq!(
            known,
            "d03a4cee3442658eb6a895e66fc6d45ebfdc2639ff6f893a6fa9cad978b67fc8"
        );
        assert_ne!(digest(&secret, "PHONE", "ada@example.org"), known);
        let other = BASE64.encode(&[8; 32]);
        assert_ne!(digest(&other, "EMAIL", "ada@example.org"), known);
    }

    #[test]
    fn a_link_opens_with_its_own_key_and_as_it_was_made() {
        let key = ContactKey::of(&ContactKey::new_secret().unwrap()).unwrap();
        let other = ContactKey::of(&ContactKey::new_secret().unwrap()).unwrap();
        let controller = ControllerId::from_uuid(random::id());
        let token = key.close_link(controller, "newsletter").unwrap();
        let closed = ClosedLink::read(&token).unwrap();
        assert_eq!(closed.controller, controller);
        assert_eq!(closed.open(&key).unwrap().expose(), "newsletter");
        assert!(closed.open(&other).is_none());
        for place in 0..token.len() {
            let mut letters = token.clone().into_bytes();
            letters[place] = if letters[place] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(letters).unwrap();
            let opened = ClosedLink::read(&altered).and_then(|link| link.open(&key));
            assert!(opened.is_none(), "{place}");
        }
        for odd in ["", "A", "not a token", &"A".repeat(3_000)] {
            assert!(ClosedLink::read(odd).is_none_or(|link| link.open(&key).is_none()));
        }
    }

    #[test]
    fn a_new_secret_is_a_key_and_nothing_else_is() {
        assert!(ContactKey::of(&ContactKey::new_secret().unwrap()).is_ok());
        for wrong in ["", "AAAA", "no base64!"] {
            assert!(ContactKey::of(&Personal::new(wrong.to_owned())).is_err());
        }
    }
}
