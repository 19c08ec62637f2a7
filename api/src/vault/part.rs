//! Parts of what is too large for one cell: each is bound to what it belongs to, and to its place in it.

use aws_lc_rs::digest::{Context as Digest, SHA256};
use data_encoding::{BASE64, HEXLOWER};
use uuid::Uuid;

use super::cell::{DataKey, Place};
use crate::error::{Error, Result};

/// How many bytes a part has, but for the last.
pub(crate) const PART: usize = 192 * 1024;

#[derive(Debug, thiserror::Error)]
#[error("a part of a file is in another's place")]
struct Misplaced;

/// Bytes on their way into parts, with the digest of all of them.
pub(crate) struct Parts {
    part: Vec<u8>,
    digest: Digest,
}

impl Parts {
    /// Without any bytes yet.
    pub(crate) fn new() -> Self {
        Self {
            part: Vec::with_capacity(PART),
            digest: Digest::new(&SHA256),
        }
    }

    /// Takes bytes in; gives a part as soon as it is full, and is to be asked again then for the bytes that are left.
    pub(crate) fn fill(&mut self, bytes: &mut &[u8]) -> Option<Vec<u8>> {
        let room = PART.saturating_sub(self.part.len()).min(bytes.len());
        let (now, later) = bytes.split_at(room);
        self.digest.update(now);
        self.part.extend_from_slice(now);
        *bytes = later;
        let full = self.part.len() == PART;
        full.then(|| std::mem::replace(&mut self.part, Vec::with_capacity(PART)))
    }

    /// The last part, where bytes are left for one.
    pub(crate) fn rest(&mut self) -> Option<Vec<u8>> {
        let part = std::mem::take(&mut self.part);
        (!part.is_empty()).then_some(part)
    }

    /// SHA-256 of all bytes, hexadecimal.
    pub(crate) fn digest(&self) -> String {
        HEXLOWER.encode(self.digest.clone().finish().as_ref())
    }
}

impl DataKey {
    /// Encrypts a part for its place.
    ///
    /// # Errors
    /// As [`DataKey::close`].
    pub(crate) fn close_part(
        &self,
        place: Place,
        (of, position): (Uuid, i32),
        bytes: &[u8],
    ) -> Result<Vec<u8>> {
        let text = format!("{of}:{position}:{}", BASE64.encode(bytes));
        self.close(place, &zeroize::Zeroizing::new(text))
    }

    /// Decrypts the part of a place.
    ///
    /// # Errors
    /// As [`DataKey::open`]; also where it is another's part, or another one of the same.
    pub(crate) fn open_part(
        &self,
        place: Place,
        (of, position): (Uuid, i32),
        cell: &[u8],
    ) -> Result<Vec<u8>> {
        let text = self.open(place, cell)?;
        let bytes = text.expose().strip_prefix(&format!("{of}:{position}:"));
        let bytes = bytes.and_then(|text| BASE64.decode(text.as_bytes()).ok());
        bytes.ok_or_else(|| Error::internal("reading a file", Misplaced))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use entity::id::{ControllerId, DataKeyId};

    #[test]
    fn bytes_come_in_parts_in_their_order() {
        let all: Vec<u8> = (0..=250).cycle().take(2 * PART + 7).collect();
        let (mut parts, mut found) = (Parts::new(), Vec::new());
        for mut piece in all.chunks(PART - 1) {
            while let Some(part) = parts.fill(&mut piece) {
                assert_eq!(part.len(), PART);
                found.extend(part);
            }
        }
        assert_eq!(parts.rest().map(|part| part.len()), Some(7));
        assert_eq!(parts.rest(), None);
        assert_eq!(found, all[..2 * PART]);
        let digest = aws_lc_rs::digest::digest(&SHA256, &all);
        assert_eq!(parts.digest(), HEXLOWER.encode(digest.as_ref()));
    }

    #[test]
    fn a_part_is_read_in_its_place_only() {
        let id = Uuid::from_u128;
        let owner = crate::vault::Owner {
            kind: entity::enums::KeyOwnerKind::Customer,
            id: id(2),
        };
        let key = DataKey::new(DataKeyId::from_uuid(id(1)), owner, &[7; 32]).unwrap();
        let place = Place::of(ControllerId::from_uuid(id(2)), ("table", "column"), id(3));
        let bytes = [0, 159, 146, 150];
        let cell = key.close_part(place, (id(4), 1), &bytes).unwrap();
        assert_eq!(key.open_part(place, (id(4), 1), &cell).unwrap(), bytes);
        assert!(key.open_part(place, (id(4), 11), &cell).is_err());
        assert!(key.open_part(place, (id(5), 1), &cell).is_err());
    }
}
