//! The keyring file: epochs with their wrapping and index keys, and the keys that tokens are signed with.
//!
//! It lives outside the data directory, readable by its owner only, so that a copy of the data is worthless
//! without it. Instances of one installation share it.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use data_encoding::BASE64;
use entity::data_key;
use serde::{Deserialize, Serialize};
use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::cell::{associate, split_nonce};
use crate::error::{Error, Result};
use crate::platform::random;

const VERSION: u32 = 1;

/// Why a keyring cannot be used. No variant carries key material.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyringError {
    /// The file cannot be read or written.
    #[error("the keyring {path} cannot be {action}: {source}")]
    File {
        /// Where it is.
        path: String,
        /// Read or written.
        action: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// Others may read it.
    #[error("the keyring {path} can be read by others (mode {mode:o}); run: chmod 600 {path}")]
    Permissions {
        /// Where it is.
        path: String,
        /// Its permission bits.
        mode: u32,
    },
    /// It is not a keyring.
    #[error("the keyring {path} is not a keyring of this version")]
    Format {
        /// Where it is.
        path: String,
    },
    /// A row refers to an epoch that the keyring does not hold.
    #[error("the keyring holds no epoch {0}")]
    NoEpoch(i32),
    /// A cryptographic operation failed: wrong key, or tampering.
    #[error("a wrapped key does not open: wrong keyring, or tampering")]
    Sealed,
}

/// One generation of keys.
#[derive(Clone, Serialize, Deserialize, ZeroizeOnDrop)]
pub(crate) struct Epoch {
    /// Counts from 1.
    #[zeroize(skip)]
    pub(crate) number: i32,
    wrapping: String,
    index: String,
}

/// A key that signs tokens.
#[derive(Clone, Serialize, Deserialize, ZeroizeOnDrop)]
pub(crate) struct TokenKey {
    /// Names the key in a token's header.
    #[zeroize(skip)]
    pub(crate) kid: String,
    pkcs8: String,
    #[zeroize(skip)]
    public: String,
}

/// The opened keyring.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Keyring {
    version: u32,
    /// What is written is written under it.
    current: Epoch,
    /// Still opens what was written before.
    older: Vec<Epoch>,
    /// Signs new tokens.
    token_key: TokenKey,
    /// Still verify what was signed before.
    older_token_keys: Vec<TokenKey>,
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keyring(..)")
    }
}

impl Keyring {
    /// Reads the keyring.
    ///
    /// # Errors
    /// [`KeyringError`] when it is missing, readable by others, or not a keyring.
    pub(crate) fn read(path: &Path) -> Result<Self, KeyringError> {
        let shown = path.display().to_string();
        let failed = |source| KeyringError::File {
            path: shown.clone(),
            action: "read",
            source,
        };
        let mode = fs::metadata(path).map_err(failed)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeyringError::Permissions { path: shown, mode });
        }
        let failed = |source| KeyringError::File {
            path: shown.clone(),
            action: "read",
            source,
        };
        let text = Zeroizing::new(fs::read_to_string(path).map_err(failed)?);
        let keyring: Option<Self> = serde_json::from_str(&text).ok();
        match keyring {
            Some(keyring) if keyring.version == VERSION => Ok(keyring),
            _ => Err(KeyringError::Format { path: shown }),
        }
    }

    /// Makes a new keyring and writes it, durably, where there is none yet.
    ///
    /// # Errors
    /// [`Error::Internal`] when a file is there already or cannot be written.
    pub(crate) fn create(path: &Path) -> Result<Self> {
        let keyring = Self {
            version: VERSION,
            current: Epoch::generate(1)?,
            older: Vec::new(),
            token_key: TokenKey::generate()?,
            older_token_keys: Vec::new(),
        };
        let text = Zeroizing::new(
            serde_json::to_string_pretty(&keyring)
                .map_err(|cause| Error::internal("writing the keyring", cause))?,
        );
        write_durably(path, &text).map_err(|source| {
            let path = path.display().to_string();
            Error::internal(
                "writing the keyring",
                KeyringError::File {
                    path,
                    action: "written",
                    source,
                },
            )
        })?;
        Ok(keyring)
    }

    /// The epoch that everything new is written under.
    pub(crate) fn current(&self) -> &Epoch {
        &self.current
    }

    /// The epoch of this number.
    pub(crate) fn epoch(&self, number: i32) -> Result<&Epoch> {
        self.epochs()
            .find(|epoch| epoch.number == number)
            .ok_or_else(|| Error::internal("unwrapping a key", KeyringError::NoEpoch(number)))
    }

    /// All epochs, the current one first.
    pub(crate) fn epochs(&self) -> impl Iterator<Item = &Epoch> {
        std::iter::once(&self.current).chain(&self.older)
    }

    /// The key that signs new tokens.
    pub(crate) fn signing_key(&self) -> &TokenKey {
        &self.token_key
    }

    /// The keys that tokens may be signed with.
    pub(crate) fn token_keys(&self) -> impl Iterator<Item = &TokenKey> {
        std::iter::once(&self.token_key).chain(&self.older_token_keys)
    }
}

impl Epoch {
    fn generate(number: i32) -> Result<Self> {
        let encoded = || Ok::<_, Error>(BASE64.encode(&*Zeroizing::new(random::bytes::<32>()?)));
        Ok(Self {
            number,
            wrapping: encoded()?,
            index: encoded()?,
        })
    }

    /// What the database keeps of an epoch: proof of knowing its keys, of no use without them.
    pub(crate) fn check_value(&self) -> Result<Vec<u8>> {
        let mut keys = Zeroizing::new(secret(&self.wrapping)?.to_vec());
        keys.extend_from_slice(&*secret(&self.index)?);
        let key = hmac::Key::new(hmac::HMAC_SHA256, &keys);
        let text = format!("privops keyring check v1 epoch {}", self.number);
        Ok(hmac::sign(&key, text.as_bytes()).as_ref().to_vec())
    }

    /// The root of the epoch's blind indexes.
    pub(crate) fn index_root(&self) -> Result<Zeroizing<[u8; 32]>> {
        secret(&self.index)
    }

    /// Wraps a data key for its row.
    pub(crate) fn wrap(&self, secret: &[u8; 32], row: &data_key::Model) -> Result<Vec<u8>> {
        let nonce = random::bytes::<NONCE_LEN>()?;
        let mut sealed = secret.to_vec();
        self.cipher()?
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(place_of(row)),
                &mut sealed,
            )
            .map_err(|_unspecified| Error::internal("wrapping a key", KeyringError::Sealed))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Unwraps the data key of a row.
    pub(crate) fn unwrap(&self, row: &data_key::Model) -> Result<Zeroizing<[u8; 32]>> {
        let failed = || Error::internal("unwrapping a key", KeyringError::Sealed);
        let (nonce, sealed) = split_nonce(&row.wrapped).ok_or_else(failed)?;
        let mut buffer = Zeroizing::new(sealed.to_vec());
        let opened = self
            .cipher()?
            .open_in_place(nonce, Aad::from(place_of(row)), &mut buffer)
            .map_err(|_unspecified| failed())?;
        <[u8; 32]>::try_from(&*opened)
            .map(Zeroizing::new)
            .map_err(|_wrong_length| failed())
    }

    fn cipher(&self) -> Result<LessSafeKey> {
        cipher(&*secret(&self.wrapping)?)
    }
}

impl TokenKey {
    fn generate() -> Result<Self> {
        let failed = |_unspecified| Error::internal("making a token key", KeyringError::Sealed);
        let pair = Ed25519KeyPair::generate().map_err(failed)?;
        let pkcs8 = pair.to_pkcs8().map_err(failed)?;
        let public = pair.public_key().as_ref();
        let kid = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, public);
        Ok(Self {
            kid: data_encoding::BASE64URL_NOPAD
                .encode(kid.as_ref())
                .chars()
                .take(16)
                .collect(),
            pkcs8: BASE64.encode(pkcs8.as_ref()),
            public: BASE64.encode(public),
        })
    }

    /// The private key, PKCS #8.
    pub(crate) fn private(&self) -> Result<Zeroizing<Vec<u8>>> {
        decode(&self.pkcs8)
    }

    /// The public key, 32 bytes.
    pub(crate) fn public(&self) -> Result<Zeroizing<Vec<u8>>> {
        decode(&self.public)
    }
}

/// AES-256-GCM-SIV: a repeated nonce, as after a cloned machine, gives away equality and nothing more.
pub(super) fn cipher(secret: &[u8]) -> Result<LessSafeKey> {
    let key = UnboundKey::new(&AES_256_GCM_SIV, secret)
        .map_err(|_unspecified| Error::internal("using a key", KeyringError::Sealed))?;
    Ok(LessSafeKey::new(key))
}

/// A wrapped key opens in its own row only, as the key of its own owner and class.
fn place_of(row: &data_key::Model) -> Vec<u8> {
    associate(&[
        b"privops data key v1",
        row.controller_id.uuid().as_bytes(),
        row.id.uuid().as_bytes(),
        row.owner_kind.as_str().as_bytes(),
        row.owner_id.as_bytes(),
        row.class.as_str().as_bytes(),
        &row.epoch.to_be_bytes(),
    ])
}

fn decode(text: &str) -> Result<Zeroizing<Vec<u8>>> {
    BASE64
        .decode(text.as_bytes())
        .map(Zeroizing::new)
        .map_err(|cause| Error::internal("reading the keyring", cause))
}

fn secret(text: &str) -> Result<Zeroizing<[u8; 32]>> {
    <[u8; 32]>::try_from(decode(text)?.as_slice())
        .map(Zeroizing::new)
        .map_err(|cause| Error::internal("reading the keyring", cause))
}

/// Writes the file whole or not at all, and never over one that is there.
fn write_durably(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder {
        fs::create_dir_all(folder)?;
    }
    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(".{}", random::id().simple()));
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)?;
    let written = file
        .write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft)?;
    written?;
    fs::File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()
}
