//! Cells: single encrypted values, bound to the place where they are stored.
//!
//! Layout: suite byte, key id (16), nonce (12), ciphertext, tag (16). The associated data names controller,
//! table, column, row and key, so that a swapped cell does not open.

use aws_lc_rs::aead::{Aad, LessSafeKey, NONCE_LEN, Nonce};
use entity::id::{ControllerId, DataKeyId};
use uuid::Uuid;

use super::Owner;
use super::keyring::{KeyringError, cipher};
use crate::error::{Error, Result};
use crate::platform::personal::Personal;
use crate::platform::random;

/// AES-256-GCM-SIV (RFC 8452). Another suite gets another byte.
const SUITE: u8 = 1;

/// Where a cell is stored.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// Whose row it is.
    pub(crate) controller: ControllerId,
    /// The table.
    pub(crate) table: &'static str,
    /// The column.
    pub(crate) column: &'static str,
    /// The id of the row.
    pub(crate) row: Uuid,
}

/// A column that holds cells: its table, and its name.
pub(crate) type Column = (&'static str, &'static str);

impl Place {
    /// The place of a column in a row.
    pub(crate) fn of(controller: ControllerId, (table, column): Column, row: Uuid) -> Self {
        Self {
            controller,
            table,
            column,
            row,
        }
    }

    /// The column without the row.
    pub(super) fn column(self) -> Column {
        (self.table, self.column)
    }
}

/// An unwrapped data key.
pub(crate) struct DataKey {
    id: DataKeyId,
    owner: Owner,
    cipher: LessSafeKey,
}

impl std::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DataKey({})", self.id)
    }
}

impl DataKey {
    pub(super) fn new(id: DataKeyId, owner: Owner, secret: &[u8; 32]) -> Result<Self> {
        Ok(Self {
            id,
            owner,
            cipher: cipher(secret)?,
        })
    }

    /// Which key it is.
    pub(crate) fn id(&self) -> DataKeyId {
        self.id
    }

    /// Whose key it is.
    pub(crate) fn owner(&self) -> Owner {
        self.owner
    }

    /// Encrypts a value for its place.
    ///
    /// # Errors
    /// [`Error::Internal`] when the system gives no randomness.
    pub(crate) fn close(&self, place: Place, value: &str) -> Result<Vec<u8>> {
        let nonce = random::bytes::<NONCE_LEN>()?;
        let mut sealed = value.as_bytes().to_vec();
        self.cipher
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(self.bind(place)),
                &mut sealed,
            )
            .map_err(|_unspecified| Error::internal("encrypting", KeyringError::Sealed))?;
        Ok([
            &[SUITE],
            self.id.uuid().as_bytes().as_slice(),
            &nonce,
            &sealed,
        ]
        .concat())
    }

    /// Decrypts the cell of a place.
    ///
    /// # Errors
    /// [`Error::Internal`] when the cell was written under another key, for another place, or altered.
    pub(crate) fn open(&self, place: Place, cell: &[u8]) -> Result<Personal> {
        self.try_open(place, cell)
            .ok_or_else(|| Error::internal("decrypting a cell", KeyringError::Sealed))
    }

    fn try_open(&self, place: Place, cell: &[u8]) -> Option<Personal> {
        let (suite, rest) = cell.split_first()?;
        let (key, rest) = rest.split_at_checked(16)?;
        if *suite != SUITE || key != self.id.uuid().as_bytes() {
            return None;
        }
        let (nonce, sealed) = split_nonce(rest)?;
        let mut buffer = zeroize::Zeroizing::new(sealed.to_vec());
        let opened = self
            .cipher
            .open_in_place(nonce, Aad::from(self.bind(place)), &mut buffer)
            .ok()?;
        Some(Personal::new(std::str::from_utf8(opened).ok()?.to_owned()))
    }

    fn bind(&self, place: Place) -> Vec<u8> {
        associate(&[
            b"privops cell v1",
            place.controller.uuid().as_bytes(),
            place.table.as_bytes(),
            place.column.as_bytes(),
            place.row.as_bytes(),
            self.id.uuid().as_bytes(),
        ])
    }
}

/// Associated data of several parts, each with its length before it, so that no two lists look alike.
pub(super) fn associate(parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(160);
    for part in parts {
        bytes.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}

/// The nonce before a ciphertext.
pub(super) fn split_nonce(bytes: &[u8]) -> Option<(Nonce, &[u8])> {
    let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN)?;
    Some((Nonce::try_assume_unique_for_key(nonce).ok()?, sealed))
}

#[cfg(test)]
mod tests {
    use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
    use proptest::prelude::*;

    use super::*;

    fn owner() -> Owner {
        Owner {
            kind: entity::enums::KeyOwnerKind::Customer,
            id: random::id(),
        }
    }

    fn key() -> DataKey {
        DataKey::new(DataKeyId::from_uuid(random::id()), owner(), &[7; 32]).unwrap()
    }

    fn place() -> Place {
        Place {
            controller: ControllerId::from_uuid(random::id()),
            table: "customer",
            column: "name",
            row: random::id(),
        }
    }

    #[test]
    fn a_cell_opens_at_its_own_place_only() {
        let (key, place) = (key(), place());
        let cell = key.close(place, "Ada").unwrap();
        assert_eq!(key.open(place, &cell).unwrap().expose(), "Ada");
        for other in [
            Place {
                row: random::id(),
                ..place
            },
            Place {
                column: "value",
                ..place
            },
            Place {
                table: "recipient",
                ..place
            },
            Place {
                controller: ControllerId::from_uuid(random::id()),
                ..place
            },
        ] {
            assert!(key.open(other, &cell).is_err());
        }
        let same_secret =
            DataKey::new(DataKeyId::from_uuid(random::id()), owner(), &[7; 32]).unwrap();
        assert!(same_secret.open(place, &cell).is_err());
    }

    #[test]
    fn another_implementation_reads_a_cell() {
        let (key, place) = (key(), place());
        let cell = key.close(place, "Ada").unwrap();
        let cipher = aes_gcm_siv::Aes256GcmSiv::new_from_slice(&[7; 32]).unwrap();
        let nonce = <[u8; 12]>::try_from(&cell[17..29]).unwrap();
        let aad = key.bind(place);
        let opened = cipher
            .decrypt(
                &nonce.into(),
                Payload {
                    msg: &cell[29..],
                    aad: &aad,
                },
            )
            .unwrap();
        assert_eq!(opened, b"Ada");
    }

    proptest! {
        #[test]
        fn an_altered_cell_never_opens(text in ".{0,40}", at in 0usize..200, bit in 0u8..8) {
            let (key, place) = (key(), place());
            let mut cell = key.close(place, &text).unwrap();
            let at = at % cell.len();
            cell[at] ^= 1 << bit;
            prop_assert!(key.open(place, &cell).is_err());
            cell[at] ^= 1 << bit;
            prop_assert_eq!(key.open(place, &cell).unwrap().expose().to_owned(), text);
            cell.pop();
            prop_assert!(key.open(place, &cell).is_err());
        }
    }
}
