//! Parts of what is too large for one cell: each is bound to what it belongs to, and to its place in it.

use data_encoding::BASE64;
use uuid::Uuid;

use super::cell::{DataKey, Place};
use crate::error::{Error, Result};

/// How many bytes a part has, but for the last.
pub(crate) const PART: usize = 192 * 1024;

#[derive(Debug, thiserror::Error)]
#[error("a part of a file is in another's place")]
struct Misplaced;

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
    fn a_part_is_read_in_its_place_only() {
        let id = Uuid::from_u128;
        let key = DataKey::new(DataKeyId::from_uuid(id(1)), &[7; 32]).unwrap();
        let place = Place::of(ControllerId::from_uuid(id(2)), ("table", "column"), id(3));
        let bytes = [0, 159, 146, 150];
        let cell = key.close_part(place, (id(4), 1), &bytes).unwrap();
        assert_eq!(key.open_part(place, (id(4), 1), &cell).unwrap(), bytes);
        assert!(key.open_part(place, (id(4), 11), &cell).is_err());
        assert!(key.open_part(place, (id(5), 1), &cell).is_err());
    }
}
