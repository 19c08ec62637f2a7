//! Blind indexes: HMAC-SHA-256, cut to 128 bits, of a normalised value, under a key of its own for each
//! controller, field and epoch. They find equal values and nothing else.

use std::sync::Arc;

use aws_lc_rs::{hkdf, hmac};
use entity::id::ControllerId;

use super::cell::associate;
use super::keyring::{Epoch, Keyring, KeyringError};
use crate::error::{Error, Result};

/// What kind of value is indexed. The names are part of the index: they never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Field {
    /// A customer's e-mail address.
    CustomerEmail,
    /// A customer's phone number.
    CustomerPhone,
    /// A customer's id in an outside system.
    CustomerExternalId,
    /// An IP prefix, as network/length.
    AssignmentPrefix,
    /// The address of a port range.
    AssignmentPorts,
    /// A domain.
    AssignmentDomain,
    /// A mailbox.
    AssignmentMailbox,
    /// The neighbourhood of an address that a disclosure's subject was looked up by.
    SubjectNetwork,
    /// The neighbourhood of a domain that a disclosure's subject was looked up by.
    SubjectDomain,
    /// A recipient's role and name.
    RecipientName,
    /// What an outside system calls a request.
    RequestReference,
    /// What a thing is called that a retention period counts from.
    AnchorReference,
    /// Not a column: digests of idempotency keys and inputs.
    Idempotency,
}

impl Field {
    /// Those that are columns.
    const COLUMNS: &[Self] = &[
        Self::CustomerEmail,
        Self::CustomerPhone,
        Self::CustomerExternalId,
        Self::AssignmentPrefix,
        Self::AssignmentPorts,
        Self::AssignmentDomain,
        Self::AssignmentMailbox,
        Self::SubjectNetwork,
        Self::SubjectDomain,
        Self::RecipientName,
        Self::RequestReference,
        Self::AnchorReference,
    ];

    /// The column with this name.
    pub(crate) fn column(name: &str) -> Option<Self> {
        let mut columns = Self::COLUMNS.iter().copied();
        columns.find(|field| field.as_str() == name)
    }

    /// Its name in the database and in the key derivation.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::CustomerEmail => "customer.email",
            Self::CustomerPhone => "customer.phone",
            Self::CustomerExternalId => "customer.external_id",
            Self::AssignmentPrefix => "assignment.prefix",
            Self::AssignmentPorts => "assignment.ports",
            Self::AssignmentDomain => "assignment.domain",
            Self::AssignmentMailbox => "assignment.mailbox",
            Self::SubjectNetwork => "subject.network",
            Self::SubjectDomain => "subject.domain",
            Self::RecipientName => "recipient.name",
            Self::RequestReference => "request.reference",
            Self::AnchorReference => "anchor.reference",
            Self::Idempotency => "idempotency",
        }
    }
}

/// A value of a blind index.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct IndexValue {
    /// The epoch whose key made it.
    pub(crate) epoch: i32,
    /// 128 bits.
    pub(crate) bytes: Vec<u8>,
}

/// Derived keys, kept: deriving one costs more than using it.
#[derive(Debug)]
pub(super) struct Indexes {
    keys: moka::sync::Cache<(ControllerId, Field, i32), Arc<hmac::Key>>,
}

impl Default for Indexes {
    fn default() -> Self {
        Self {
            keys: moka::sync::Cache::new(10_000),
        }
    }
}

impl Indexes {
    /// The values for every epoch in use, the current one first.
    pub(super) fn values(
        &self,
        keyring: &Keyring,
        controller: ControllerId,
        field: Field,
        normal: &str,
    ) -> Result<Vec<IndexValue>> {
        keyring
            .epochs()
            .map(|epoch| self.value(epoch, controller, field, normal))
            .collect()
    }

    /// The value for the current epoch.
    pub(super) fn current(
        &self,
        keyring: &Keyring,
        controller: ControllerId,
        field: Field,
        normal: &str,
    ) -> Result<IndexValue> {
        self.value(keyring.current(), controller, field, normal)
    }

    fn value(
        &self,
        epoch: &Epoch,
        controller: ControllerId,
        field: Field,
        normal: &str,
    ) -> Result<IndexValue> {
        let place = (controller, field, epoch.number);
        let key = match self.keys.get(&place) {
            Some(key) => key,
            None => {
                let key = Arc::new(derive(epoch, controller, field)?);
                self.keys.insert(place, Arc::clone(&key));
                key
            }
        };
        let mac = hmac::sign(&key, normal.as_bytes());
        let bytes = mac.as_ref().iter().take(16).copied().collect();
        Ok(IndexValue {
            epoch: epoch.number,
            bytes,
        })
    }
}

fn derive(epoch: &Epoch, controller: ControllerId, field: Field) -> Result<hmac::Key> {
    let info = associate(&[
        b"privops blind index v1",
        controller.uuid().as_bytes(),
        field.as_str().as_bytes(),
    ]);
    let root = epoch.index_root()?;
    let pseudorandom = hkdf::Salt::new(hkdf::HKDF_SHA256, &[]).extract(&*root);
    match pseudorandom.expand(&[&info], hmac::HMAC_SHA256) {
        Ok(key) => Ok(key.into()),
        Err(aws_lc_rs::error::Unspecified) => Err(Error::internal(
            "deriving an index key",
            KeyringError::Sealed,
        )),
    }
}
