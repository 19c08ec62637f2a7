//! The contact key of a controller: keyed digests of addresses, which outlast whoever had them.
//!
//! Unlike a blind index it has no epochs: once an address is gone its digest cannot be made under another key. That is on
//! purpose, because an opt-out must survive the erasure of whoever opted out; so whoever has the keyring and guesses an
//! address can tell whether it opted out.

use aws_lc_rs::hmac;
use data_encoding::BASE64;

use super::cell::associate;
use crate::error::{Error, Result};
use crate::platform::personal::Personal;
use crate::platform::random;

/// The key of a controller's digests of addresses.
pub(crate) struct ContactKey(hmac::Key);

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
        match bytes.map(zeroize::Zeroizing::new) {
            Ok(bytes) if bytes.len() == 32 => Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &bytes))),
            _ => Err(Error::internal("reading the contact key", NotAKey)),
        }
    }

    /// The digest of a normalised address of a kind.
    pub(crate) fn digest(&self, kind: &str, normal: &Personal) -> Vec<u8> {
        let text = zeroize::Zeroizing::new(associate(&[
            b"privops address v1",
            kind.as_bytes(),
            normal.expose().as_bytes(),
        ]));
        hmac::sign(&self.0, &text).as_ref().to_vec()
    }
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
    fn a_new_secret_is_a_key_and_nothing_else_is() {
        assert!(ContactKey::of(&ContactKey::new_secret().unwrap()).is_ok());
        for wrong in ["", "AAAA", "no base64!"] {
            assert!(ContactKey::of(&Personal::new(wrong.to_owned())).is_err());
        }
    }
}
