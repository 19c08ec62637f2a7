//! Finding the subjects that a change of who held what may concern: each is indexed under the neighbourhood of the
//! address and of the domain that it was looked up by. The index finds equal values only, so that a neighbourhood is
//! of a fixed size: /24 for IPv4, /40 for IPv6, the last two labels of a domain.

use std::net::IpAddr;

use entity::blind_index;
use entity::id::DisclosureSubjectId;
use ipnet::IpNet;

use crate::context::Ctx;
use crate::customers::Lookup;
use crate::error::Result;
use crate::platform::personal::Personal;
use crate::vault::{self, Field};

/// Bits of a neighbourhood.
const IPV4: u8 = 24;
const IPV6: u8 = 40;
/// A network of more neighbourhoods than this is looked through without the index.
const MOST: u32 = 65_536;

/// The index rows of a subject.
///
/// # Errors
/// Internal.
pub(super) fn index_rows(
    ctx: &Ctx,
    subject: DisclosureSubjectId,
    lookups: &[&Lookup],
) -> Result<Vec<blind_index::Model>> {
    let mut rows = Vec::new();
    for (field, normal) in neighbourhoods(lookups)? {
        let values = ctx.vault().index(ctx.controller(), field, &normal)?;
        let of = subject.uuid();
        rows.extend(vault::index_rows(
            ctx.controller(),
            field,
            values,
            of,
            false,
        ));
    }
    Ok(rows)
}

/// The neighbourhoods that a subject is indexed under, of its look-ups as they are kept.
///
/// # Errors
/// Invalid for what cannot be asked.
pub(crate) fn neighbourhoods_of(kept: &Personal) -> Result<Vec<(Field, String)>> {
    let lookups = Lookup::kept(kept);
    neighbourhoods(&lookups.iter().collect::<Vec<_>>())
}

fn neighbourhoods(lookups: &[&Lookup]) -> Result<Vec<(Field, String)>> {
    let mut places: Vec<(Field, String)> = Vec::new();
    for lookup in lookups {
        // What cannot be asked has been refused before.
        let Lookup::Resource(resource) = lookup else {
            continue;
        };
        let asked = resource.check("by")?;
        places.extend(
            asked
                .address
                .map(|address| (Field::SubjectNetwork, around(address))),
        );
        let domain = asked.domain.as_deref().map(last_labels);
        places.extend(domain.map(|domain| (Field::SubjectDomain, domain.to_owned())));
    }
    places
        .sort_unstable_by(|one, other| (one.0.as_str(), &one.1).cmp(&(other.0.as_str(), &other.1)));
    places.dedup();
    Ok(places)
}

/// The neighbourhood of an address.
fn around(address: IpAddr) -> String {
    let length = bits(address);
    IpNet::new(address, length).map_or_else(
        |_too_long| address.to_string(),
        |network| network.trunc().to_string(),
    )
}

fn bits(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => IPV4,
        IpAddr::V6(_) => IPV6,
    }
}

/// The neighbourhood of a domain.
pub(super) fn last_labels(domain: &str) -> &str {
    let start = domain
        .rmatch_indices('.')
        .nth(1)
        .map_or(0, |(at, _)| at + 1);
    domain.get(start..).unwrap_or(domain)
}

/// The neighbourhoods that a network reaches into; nothing where they are too many to be listed.
pub(super) fn reached(network: IpNet) -> Option<Vec<String>> {
    let length = bits(network.addr());
    if network.prefix_len() >= length {
        return Some(vec![around(network.addr())]);
    }
    let count = 1_u32.checked_shl(u32::from(length - network.prefix_len()))?;
    if count == 0 || count > MOST {
        return None;
    }
    let parts = network.subnets(length).ok()?;
    Some(parts.map(|part| part.to_string()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn net(text: &str) -> IpNet {
        text.parse().unwrap()
    }

    #[test]
    fn neighbourhoods_have_one_size() {
        assert_eq!(around("203.0.113.7".parse().unwrap()), "203.0.113.0/24");
        assert_eq!(around("2001:db8:1::7".parse().unwrap()), "2001:db8::/40");
        assert_eq!(last_labels("www.shop.example"), "shop.example");
        assert_eq!(last_labels("shop.example"), "shop.example");
    }

    #[test]
    fn a_network_reaches_into_every_neighbourhood_that_it_overlaps() {
        assert_eq!(
            reached(net("198.51.100.64/29")).unwrap(),
            ["198.51.100.0/24"]
        );
        let wide = reached(net("198.51.0.0/16")).unwrap();
        assert_eq!(wide.len(), 256);
        assert!(wide.contains(&"198.51.100.0/24".to_owned()));
        assert_eq!(reached(net("10.0.0.0/8")).unwrap().len(), 65_536);
        assert_eq!(reached(net("2001:db8::/32")).unwrap().len(), 256);
        assert!(reached(net("2000::/16")).is_none());
    }
}
