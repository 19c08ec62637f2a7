//! Under which texts the records of an export are indexed: an index cannot be read back, so that an export says what
//! an import indexes.

use entity::enums::{IdentifierKind, ResourceKind};

use crate::vault::{Field, normalise};

/// A field of the index, with the normal text.
pub(super) type Indexed = (Field, String);

/// What an identifier is indexed by. `country` reads a phone number that is not international.
pub(super) fn identifier(
    kind: IdentifierKind,
    system: Option<&str>,
    value: &str,
    country: Option<&str>,
) -> Option<Indexed> {
    match kind {
        IdentifierKind::Email => {
            let normal = normalise::email(value).ok()?;
            Some((Field::CustomerEmail, normal))
        }
        IdentifierKind::Phone => {
            let normal = normalise::phone(value, country).ok()?;
            Some((Field::CustomerPhone, normal))
        }
        IdentifierKind::ExternalId => {
            let normal = normalise::external_id(system?, value).ok()?;
            Some((Field::CustomerExternalId, normal))
        }
    }
}

/// What an assignment is indexed by: its text is normal already, and the ports of a range are not indexed.
pub(super) fn assignment(kind: ResourceKind, resource: &str) -> Indexed {
    match kind {
        ResourceKind::IpPrefix => (Field::AssignmentPrefix, resource.to_owned()),
        ResourceKind::Domain => (Field::AssignmentDomain, resource.to_owned()),
        ResourceKind::Mailbox => (Field::AssignmentMailbox, resource.to_owned()),
        ResourceKind::PortRange => {
            let address = resource.split(' ').next().unwrap_or_default();
            (Field::AssignmentPorts, address.to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_indexed_is_what_was_indexed_when_it_was_recorded() {
        let of = |field: Field, text: &str| Some((field, text.to_owned()));
        assert_eq!(
            identifier(IdentifierKind::Email, None, " A@Example.ORG ", None),
            of(Field::CustomerEmail, "a@example.org")
        );
        assert_eq!(
            identifier(IdentifierKind::ExternalId, Some("whmcs"), "42", None),
            of(Field::CustomerExternalId, "whmcs\u{1f}42")
        );
        let phone = |country| identifier(IdentifierKind::Phone, None, "030 123456", country);
        assert_eq!(phone(Some("DE")), of(Field::CustomerPhone, "+4930123456"));
        assert_eq!(phone(None), None);
        assert_eq!(
            Some(assignment(ResourceKind::PortRange, "192.0.2.1 1024-2047")),
            of(Field::AssignmentPorts, "192.0.2.1")
        );
        assert_eq!(
            Some(assignment(ResourceKind::IpPrefix, "192.0.2.0/24")),
            of(Field::AssignmentPrefix, "192.0.2.0/24")
        );
    }
}
