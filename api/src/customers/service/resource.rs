//! What can be assigned, and what can be asked for by it: IP prefixes, ranges of ports, domains, mailboxes.
//!
//! A *place* is an address, narrowed by a port; a *name* is a domain, narrowed by a mailbox. Each has values under
//! which those who hold it, or something around it, are indexed.

use std::net::IpAddr;

use entity::enums::ResourceKind;
use entity::time::Timestamp;

use crate::context::Ctx;
use crate::error::{Error, Result};
use crate::platform::personal::Personal;
use crate::vault::{Field, IndexValue, normalise};

/// A resource as a caller gives it.
#[derive(Debug, Clone)]
pub(crate) enum NewResource {
    /// An address or a network.
    IpPrefix(Personal),
    /// Ports of an address, first and last.
    PortRange(Personal, i32, i32),
    /// A domain with what is below it.
    Domain(Personal),
    /// An e-mail address that is served.
    Mailbox(Personal),
}

/// A resource in its one spelling. It has no `Debug`: it is personal.
#[derive(Clone)]
pub(super) struct Resource {
    /// Which kind.
    pub(super) kind: ResourceKind,
    /// Its text: what is shown.
    pub(super) text: String,
    /// How narrow it is among those of its kind.
    pub(super) narrowness: i16,
    /// First and last port.
    pub(super) ports: Option<(i32, i32)>,
    /// Under what it is indexed.
    pub(super) field: Field,
    /// Its values there.
    pub(super) values: Vec<IndexValue>,
}

impl Resource {
    /// Checks a resource.
    ///
    /// # Errors
    /// Invalid, naming the input field.
    pub(super) fn new(ctx: &Ctx, given: &NewResource) -> Result<Self> {
        let field = field_of(given.kind());
        let invalid = |expected: normalise::NotNormal| {
            Error::invalid(input_field(given.kind()), expected.to_string())
        };
        let (text, narrowness, ports, indexed) = match given {
            NewResource::IpPrefix(value) => {
                let prefix = normalise::ip_prefix(value.expose()).map_err(invalid)?;
                let text = normalise::prefix_text(&prefix);
                (text.clone(), i16::from(prefix.prefix_len()), None, text)
            }
            NewResource::PortRange(address, first, last) => {
                let address = normalise::ip(address.expose()).map_err(invalid)?;
                let ports = check_ports(*first, *last)?;
                (
                    format!("{address} {first}-{last}"),
                    0,
                    Some(ports),
                    address.to_string(),
                )
            }
            NewResource::Domain(name) => {
                let name = normalise::domain(name.expose()).map_err(invalid)?;
                (name.clone(), labels(&name), None, name)
            }
            NewResource::Mailbox(address) => {
                let address = normalise::email(address.expose()).map_err(invalid)?;
                (address.clone(), 0, None, address)
            }
        };
        Ok(Self {
            kind: given.kind(),
            text,
            narrowness,
            ports,
            field,
            values: ctx.vault().index(ctx.controller(), field, &indexed)?,
        })
    }
}

impl NewResource {
    fn kind(&self) -> ResourceKind {
        match self {
            Self::IpPrefix(_) => ResourceKind::IpPrefix,
            Self::PortRange(..) => ResourceKind::PortRange,
            Self::Domain(_) => ResourceKind::Domain,
            Self::Mailbox(_) => ResourceKind::Mailbox,
        }
    }
}

/// The name that inputs and events have for a kind of resource.
pub(super) fn input_field(kind: ResourceKind) -> &'static str {
    match kind {
        ResourceKind::IpPrefix => "ipPrefix",
        ResourceKind::PortRange => "portRange",
        ResourceKind::Domain => "domain",
        ResourceKind::Mailbox => "mailbox",
    }
}

fn field_of(kind: ResourceKind) -> Field {
    match kind {
        ResourceKind::IpPrefix => Field::AssignmentPrefix,
        ResourceKind::PortRange => Field::AssignmentPorts,
        ResourceKind::Domain => Field::AssignmentDomain,
        ResourceKind::Mailbox => Field::AssignmentMailbox,
    }
}

fn check_ports(first: i32, last: i32) -> Result<(i32, i32)> {
    let ports = 0..=65_535;
    if ports.contains(&first) && ports.contains(&last) && first <= last {
        Ok((first, last))
    } else {
        let problem = "must go from one port to another, 0 to 65535";
        Err(Error::invalid("portRange", problem))
    }
}

fn labels(domain: &str) -> i16 {
    i16::try_from(domain.split('.').count()).unwrap_or(i16::MAX)
}

/// What is asked for: who held something at an instant.
#[derive(Debug, Clone)]
pub(crate) struct ResourceLookup {
    /// An IP address.
    pub(crate) address: Option<Personal>,
    /// A port of the address.
    pub(crate) port: Option<i32>,
    /// A domain.
    pub(crate) domain: Option<Personal>,
    /// A mailbox.
    pub(crate) mailbox: Option<Personal>,
    /// The instant.
    pub(crate) at: Timestamp,
}

/// The same in its one spelling. It has no `Debug`: it is personal.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    /// An IP address.
    pub(crate) address: Option<IpAddr>,
    port: Option<i32>,
    /// The domain, or that of the mailbox.
    pub(crate) domain: Option<String>,
    mailbox: Option<String>,
    at: Timestamp,
}

/// Index values of what covers something, of one kind.
#[derive(Debug, Clone)]
pub(super) struct Covering {
    /// Of which kind.
    pub(super) field: Field,
    /// The values.
    pub(super) values: Vec<Vec<u8>>,
}

impl ResourceLookup {
    /// The name of the input that it came with.
    pub(super) fn input_field(&self) -> &'static str {
        if self.address.is_some() {
            "ip"
        } else if self.mailbox.is_some() {
            "mailbox"
        } else {
            "domain"
        }
    }

    /// Checks what is asked for. `field` names the input in errors.
    ///
    /// # Errors
    /// Invalid.
    pub(crate) fn check(&self, field: &str) -> Result<Asked> {
        let invalid = |part: &str, expected: normalise::NotNormal| {
            Error::invalid(format!("{field}.{part}"), expected.to_string())
        };
        let text = |part: &str, value: &Option<Personal>, normal: fn(&str) -> _| {
            let normal = value.as_ref().map(|value| normal(value.expose()));
            normal
                .transpose()
                .map_err(|expected| invalid(part, expected))
        };
        let address = self
            .address
            .as_ref()
            .map(|value| normalise::ip(value.expose()));
        let address = address
            .transpose()
            .map_err(|expected| invalid("address", expected))?;
        if self.port.is_some_and(|port| !(0..=65_535).contains(&port)) {
            return Err(Error::invalid(
                format!("{field}.port"),
                "must be 0 to 65535",
            ));
        }
        // A look-up by a name alone has inputs of its own.
        let (of_mailbox, of_domain) = match self.input_field() {
            "ip" => ("mailbox", "domain"),
            _ => ("address", "name"),
        };
        let mailbox = text(of_mailbox, &self.mailbox, normalise::email)?;
        let domain = text(of_domain, &self.domain, normalise::domain)?;
        let of_mailbox = mailbox
            .as_deref()
            .and_then(|mailbox| mailbox.rsplit_once('@'));
        Ok(Asked {
            address,
            port: self.port,
            domain: domain.or_else(|| of_mailbox.map(|(_, domain)| domain.to_owned())),
            mailbox,
            at: self.at,
        })
    }
}

impl Asked {
    /// The instant.
    pub(super) fn at(&self) -> Timestamp {
        self.at
    }

    /// The port.
    pub(super) fn port(&self) -> Option<i32> {
        self.port
    }

    /// Index values of everything that covers it, of each kind.
    ///
    /// # Errors
    /// Internal.
    pub(super) fn covering(&self, ctx: &Ctx) -> Result<Vec<Covering>> {
        let mut all = Vec::new();
        let mut add = |field: Field, normals: Vec<String>| -> Result<()> {
            let mut values = Vec::new();
            for normal in normals {
                let index = ctx.vault().index(ctx.controller(), field, &normal)?;
                values.extend(index.into_iter().map(|value| value.bytes));
            }
            all.push(Covering { field, values });
            Ok(())
        };
        if let Some(address) = self.address {
            let prefixes = normalise::covering_prefixes(address);
            let texts = prefixes.iter().map(normalise::prefix_text).collect();
            add(Field::AssignmentPrefix, texts)?;
            if self.port.is_some() {
                add(Field::AssignmentPorts, vec![address.to_string()])?;
            }
        }
        if let Some(domain) = &self.domain {
            let names = normalise::covering_domains(domain).map(str::to_owned);
            add(Field::AssignmentDomain, names.collect())?;
        }
        if let Some(mailbox) = &self.mailbox {
            add(Field::AssignmentMailbox, vec![mailbox.clone()])?;
        }
        Ok(all)
    }
}
