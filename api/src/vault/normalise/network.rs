//! Addresses and networks: one spelling for each, and the networks an address may be found by.
//!
//! Owns which prefix lengths are indexed. Must not know who holds an address.

use std::net::IpAddr;
use std::ops::RangeInclusive;

use ipnet::IpNet;

use super::NotNormal;

const ADDRESS: &str = "an IPv4 or IPv6 address without a zone";
const PREFIX: &str = "an address or a network such as 203.0.113.0/24 or 2001:db8::/32";
const PREFIX_LENGTH: &str = "a prefix length from 8 to 32 for IPv4 or from 16 to 128 for IPv6";
const HOST_BITS: &str =
    "a network without host bits, such as 203.0.113.0/24 instead of 203.0.113.7/24";

/// An address; an IPv4-mapped IPv6 address is the IPv4 address, a zone id is refused.
pub(crate) fn ip(value: &str) -> Result<IpAddr, NotNormal> {
    let address: IpAddr = value.trim().parse().ok().ok_or(NotNormal(ADDRESS))?;
    Ok(address.to_canonical())
}

/// A network of 8 to 32 (IPv4) or 16 to 128 (IPv6) bits; an address is the network of itself.
pub(crate) fn ip_prefix(value: &str) -> Result<IpNet, NotNormal> {
    let (address, length) = match value.trim().split_once('/') {
        Some((address, length)) => (address, Some(length)),
        None => (value.trim(), None),
    };
    let given: IpAddr = address.parse().ok().ok_or(NotNormal(PREFIX))?;
    let address = given.to_canonical();
    let lengths = prefix_lengths(address);
    let length = match length {
        None => *lengths.end(),
        Some(text) => {
            let length = prefix_length(text).ok_or(NotNormal(PREFIX))?;
            let mapped = if given == address { 0 } else { 96 };
            length.checked_sub(mapped).ok_or(NotNormal(PREFIX_LENGTH))?
        }
    };
    if !lengths.contains(&length) {
        return Err(NotNormal(PREFIX_LENGTH));
    }
    let network = IpNet::new(address, length)
        .ok()
        .ok_or(NotNormal(PREFIX_LENGTH))?;
    if network.addr() == network.network() {
        Ok(network)
    } else {
        Err(NotNormal(HOST_BITS))
    }
}

/// Every network that [`ip_prefix`] could have accepted and that contains the address, the
/// longest first.
pub(crate) fn covering_prefixes(address: IpAddr) -> Vec<IpNet> {
    let address = address.to_canonical();
    prefix_lengths(address)
        .rev()
        .filter_map(|length| IpNet::new(address, length).ok())
        .map(|network| network.trunc())
        .collect()
}

/// The one spelling of a network: `network/length`.
pub(crate) fn prefix_text(network: &IpNet) -> String {
    format!("{}/{}", network.network(), network.prefix_len())
}

fn prefix_lengths(address: IpAddr) -> RangeInclusive<u8> {
    match address {
        IpAddr::V4(_) => 8..=32,
        IpAddr::V6(_) => 16..=128,
    }
}

/// Digits only: `parse` alone would take a sign.
fn prefix_length(text: &str) -> Option<u8> {
    if text.bytes().all(|b| b.is_ascii_digit()) {
        text.parse().ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses() {
        for (given, normal) in [
            (" 203.0.113.7 ", "203.0.113.7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("::FFFF:cb00:7107", "203.0.113.7"),
            ("2001:DB8:0:0::1", "2001:db8::1"),
        ] {
            assert_eq!(
                ip(given).map(|ip| ip.to_string()),
                Ok(normal.to_owned()),
                "{given}"
            );
        }
        for given in [
            "",
            "fe80::1%eth0",
            "fe80::1%1",
            "203.0.113.007",
            "203.0.113.0/24",
            "[::1]",
        ] {
            assert_eq!(ip(given), Err(NotNormal(ADDRESS)), "{given}");
        }
    }

    #[test]
    fn prefixes() {
        let text = |given: &str| ip_prefix(given).map(|network| prefix_text(&network));
        for (given, normal) in [
            ("203.0.113.7", "203.0.113.7/32"),
            (" 203.0.113.0/24 ", "203.0.113.0/24"),
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("2001:DB8::/32", "2001:db8::/32"),
            ("2001::/16", "2001::/16"),
            ("2001:db8::1", "2001:db8::1/128"),
            ("::ffff:203.0.113.7", "203.0.113.7/32"),
            ("::ffff:203.0.113.0/120", "203.0.113.0/24"),
        ] {
            assert_eq!(text(given), Ok(normal.to_owned()), "{given}");
            assert_eq!(text(normal), Ok(normal.to_owned()), "again: {normal}");
        }
        for (given, expected) in [
            ("", PREFIX),
            ("/24", PREFIX),
            ("example/24", PREFIX),
            ("203.0.113.0/", PREFIX),
            ("203.0.113.0/+24", PREFIX),
            ("203.0.113.0/24/24", PREFIX),
            ("203.0.113.0/255.255.255.0", PREFIX),
            ("fe80::1%eth0/64", PREFIX),
            ("0.0.0.0/0", PREFIX_LENGTH),
            ("10.0.0.0/7", PREFIX_LENGTH),
            ("203.0.113.0/33", PREFIX_LENGTH),
            ("2000::/15", PREFIX_LENGTH),
            ("2001:db8::/129", PREFIX_LENGTH),
            ("::ffff:203.0.113.0/95", PREFIX_LENGTH),
            ("203.0.113.7/24", HOST_BITS),
            ("2001:db8::1/64", HOST_BITS),
        ] {
            assert_eq!(text(given), Err(NotNormal(expected)), "{given}");
        }
    }

    #[test]
    fn covering_prefixes_run_from_the_address_to_the_widest_network() {
        let texts = |ip: &str| -> Vec<String> {
            covering_prefixes(ip.parse().unwrap())
                .iter()
                .map(prefix_text)
                .collect()
        };
        let four = texts("::ffff:203.0.113.7");
        assert_eq!(four.len(), 25);
        assert_eq!(four.first().unwrap(), "203.0.113.7/32");
        assert!(four.contains(&"203.0.113.0/24".to_owned()));
        assert_eq!(four.last().unwrap(), "203.0.0.0/8");
        let six = texts("2001:db8::1");
        assert_eq!(six.len(), 113);
        assert_eq!(six.first().unwrap(), "2001:db8::1/128");
        assert_eq!(six.last().unwrap(), "2001::/16");
    }

    proptest! {
        #[test]
        fn networks_contain_their_address(address in any::<IpAddr>()) {
            let address = address.to_canonical();
            prop_assert_eq!(ip(&address.to_string()), Ok(address));
            for network in covering_prefixes(address) {
                prop_assert!(network.contains(&address));
                prop_assert_eq!(ip_prefix(&prefix_text(&network)), Ok(network));
            }
        }
    }
}
