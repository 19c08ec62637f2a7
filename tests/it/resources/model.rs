//! Look-ups against a naive model: assignments in any order and in parts, with merges of clients in between, and then
//! whoever is meant, by going through the whole list.

use std::collections::BTreeSet;

use ipnet::IpNet;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::harness::build::{self, input};
use crate::harness::host::{Host, during, held, whmcs};

const CLIENTS: usize = 5;
/// In how many parts assignments are delivered.
const PARTS: usize = 3;
const PREFIXES: &[&str] = &[
    "203.0.112.0/22",
    "203.0.113.0/24",
    "203.0.113.0/25",
    "203.0.113.0/30",
    "203.0.113.1/32",
    "203.0.113.2/32",
    "2001:db8::/32",
    "2001:db8:7::/48",
    "2001:db8:7::1/128",
];
const ADDRESSES: &[&str] = &[
    "203.0.113.1",
    "203.0.113.2",
    "203.0.114.9",
    "192.0.2.1",
    "2001:db8:7::1",
];
const RANGES: &[(u16, u16)] = &[(0, 1_023), (1_024, 2_047), (1_000, 1_100), (53, 53)];
const PORTS: &[u16] = &[0, 53, 1_023, 1_024, 1_050, 1_101, 3_000];
const DOMAINS: &[&str] = &[
    "shop.example",
    "www.shop.example",
    "a.www.shop.example",
    "other.example",
];
const NAMES: &[&str] = &[
    "shop.example",
    "a.www.shop.example",
    "x.shop.example",
    "other.example",
    "none.example",
];
const MAILBOXES: &[&str] = &[
    "post@shop.example",
    "info@www.shop.example",
    "post@other.example",
];
const SENDERS: &[&str] = &[
    "post@shop.example",
    "info@www.shop.example",
    "info@shop.example",
    "post@none.example",
];
/// Days of which assignments are made.
const DAYS: u32 = 9;

#[derive(Clone, Debug, PartialEq)]
enum Resource {
    Prefix(&'static str),
    Ports(&'static str, u16, u16),
    Domain(&'static str),
    Mailbox(&'static str),
}

#[derive(Clone, Debug)]
struct Assignment {
    client: usize,
    resource: Resource,
    shared: bool,
    from: u32,
    until: Option<u32>,
}

/// Two clients turn out to be one, after a part of the assignments was delivered.
#[derive(Clone, Debug)]
struct Merge {
    from: usize,
    into: usize,
    part: usize,
}

/// A list of assignments, the order of their delivery, and the merges in between.
#[derive(Clone, Debug)]
struct History {
    assignments: Vec<Assignment>,
    order: Vec<Index>,
    merges: Vec<Merge>,
}

/// A look-up: at the beginning of a day.
#[derive(Clone, Debug)]
struct Asked {
    address: Option<&'static str>,
    port: Option<u16>,
    domain: Option<&'static str>,
    mailbox: Option<&'static str>,
    day: u32,
}

/// Whom a look-up may mean, and whether that is one in particular.
#[derive(Debug, PartialEq)]
struct Meant {
    clients: BTreeSet<usize>,
    one: bool,
}

fn instant(day: u32) -> String {
    format!("2026-10-{:02}T00:00:00.000Z", day + 1)
}

impl Resource {
    /// The kind of input, and the input.
    fn input(&self) -> (&'static str, Value) {
        match self {
            Self::Prefix(prefix) => ("ipPrefix", json!(prefix)),
            Self::Ports(address, first, last) => {
                let range = json!({ "address": address, "first": first, "last": last });
                ("portRange", range)
            }
            Self::Domain(name) => ("domain", json!(name)),
            Self::Mailbox(address) => ("mailbox", json!(address)),
        }
    }
}

impl Assignment {
    fn input(&self) -> Value {
        let (kind, resource) = self.resource.input();
        let held = held(&self.client.to_string(), kind, resource);
        let until = self.until.map(instant);
        let mut held = during(held, &instant(self.from), until.as_deref());
        held["sharing"] = json!(if self.shared { "SHARED" } else { "EXCLUSIVE" });
        held
    }

    fn holds(&self, day: u32) -> bool {
        self.from <= day && self.until.is_none_or(|until| day < until)
    }

    /// How narrowly it covers what is asked for, among those of its kind; nothing where it does not.
    fn covers(&self, asked: &Asked) -> Option<usize> {
        let within =
            |name: &str, above: &str| name == above || name.ends_with(&format!(".{above}"));
        match (&self.resource, asked) {
            (
                Resource::Prefix(prefix),
                Asked {
                    address: Some(address),
                    ..
                },
            ) => {
                let prefix: IpNet = prefix.parse().unwrap();
                let address: std::net::IpAddr = address.parse().unwrap();
                prefix
                    .contains(&address)
                    .then(|| prefix.prefix_len().into())
            }
            (
                Resource::Ports(of, first, last),
                Asked {
                    address: Some(address),
                    port: Some(port),
                    ..
                },
            ) => (of == address && (first..=last).contains(&port)).then_some(0),
            (Resource::Domain(above), asked) => {
                let of_mailbox = asked.mailbox.and_then(|mailbox| mailbox.split('@').nth(1));
                let name = asked.domain.or(of_mailbox)?;
                within(name, above).then(|| above.split('.').count())
            }
            (
                Resource::Mailbox(of),
                Asked {
                    mailbox: Some(mailbox),
                    ..
                },
            ) => (of == mailbox).then_some(0),
            _ => None,
        }
    }

    fn is_of(&self, kind: &Resource) -> bool {
        std::mem::discriminant(&self.resource) == std::mem::discriminant(kind)
    }
}

/// Who stands for each client in the end. Merges happen part by part, in the order of the list.
fn roots(merges: &[Merge]) -> Vec<usize> {
    let mut roots: Vec<_> = (0..CLIENTS).collect();
    for part in 0..PARTS {
        for merge in merges.iter().filter(|merge| merge.part == part) {
            let (from, into) = (roots[merge.from], roots[merge.into]);
            for root in roots.iter_mut().filter(|root| **root == from) {
                *root = into;
            }
        }
    }
    roots
}

/// The clients of the narrowest assignments of a kind, and whether one of them is alone.
fn narrowest(all: &[Assignment], kind: &Resource, asked: &Asked) -> Option<Meant> {
    let covering = || {
        all.iter()
            .filter(|one| one.is_of(kind) && one.holds(asked.day))
    };
    let narrow = covering().filter_map(|one| one.covers(asked)).max()?;
    let holders: Vec<_> = covering()
        .filter(|one| one.covers(asked) == Some(narrow))
        .collect();
    let clients: BTreeSet<_> = holders.iter().map(|one| one.client).collect();
    let one = clients.len() == 1 && holders.iter().all(|holder| !holder.shared);
    Some(Meant { clients, one })
}

fn meant(all: &[Assignment], asked: &Asked) -> Meant {
    let of = |kind: Resource| narrowest(all, &kind, asked);
    let name = of(Resource::Mailbox("")).or_else(|| of(Resource::Domain("")));
    let place = of(Resource::Ports("", 0, 0)).or_else(|| of(Resource::Prefix("")));
    match (name, place) {
        (None, None) => Meant {
            clients: BTreeSet::new(),
            one: false,
        },
        (Some(only), None) | (None, Some(only)) => only,
        // Several have the name: the place does not tell which.
        (Some(name), Some(_)) if !name.one => name,
        (Some(name), Some(place)) if name.clients.is_subset(&place.clients) => name,
        (Some(name), Some(place)) => Meant {
            clients: place.clients.union(&name.clients).copied().collect(),
            one: false,
        },
    }
}

fn resource() -> impl Strategy<Value = Resource> {
    prop_oneof![
        4 => select(PREFIXES).prop_map(Resource::Prefix),
        2 => (select(ADDRESSES), select(RANGES))
            .prop_map(|(address, (first, last))| Resource::Ports(address, first, last)),
        3 => select(DOMAINS).prop_map(Resource::Domain),
        2 => select(MAILBOXES).prop_map(Resource::Mailbox),
    ]
}

fn assignment() -> impl Strategy<Value = Assignment> {
    let until = prop::option::weighted(0.6, 1..5_u32);
    (
        0..CLIENTS,
        resource(),
        prop::bool::weighted(0.3),
        0..DAYS,
        until,
    )
        .prop_map(|(client, resource, shared, from, lasts)| Assignment {
            client,
            resource,
            shared,
            from,
            until: lasts.map(|days| from + days),
        })
}

fn merges() -> impl Strategy<Value = Vec<Merge>> {
    let merge = (0..CLIENTS, 0..CLIENTS, 0..PARTS);
    let merge = merge.prop_map(|(from, into, part)| Merge { from, into, part });
    prop::collection::vec(merge, 0..4)
}

/// Assignments, none of which corrects another, also when their clients are one: those are a matter of order.
fn history() -> impl Strategy<Value = History> {
    let assignments = prop::collection::vec(assignment(), 20..40);
    let order = prop::collection::vec(any::<Index>(), 40);
    (assignments, order, merges()).prop_map(|(all, order, merges)| {
        let roots = roots(&merges);
        let mut assignments: Vec<Assignment> = Vec::new();
        for one in all {
            let same = |other: &Assignment| {
                let (of, root) = (roots[other.client], roots[one.client]);
                (of, &other.resource, other.from) == (root, &one.resource, one.from)
            };
            if !assignments.iter().any(same) {
                assignments.push(one);
            }
        }
        History {
            assignments,
            order,
            merges,
        }
    })
}

fn asked() -> impl Strategy<Value = Asked> {
    let ip = (
        select(ADDRESSES),
        prop::option::of(select(PORTS)),
        prop::option::of(select(NAMES)),
        prop::option::weighted(0.3, select(SENDERS)),
    );
    let none = || (None, None, None, None);
    let known = prop_oneof![
        4 => ip.prop_map(|(address, port, domain, mailbox)| (Some(address), port, domain, mailbox)),
        1 => select(NAMES).prop_map(move |name| { let (a, p, _, m) = none(); (a, p, Some(name), m) }),
        1 => select(SENDERS).prop_map(move |sender| { let (a, p, d, _) = none(); (a, p, d, Some(sender)) }),
    ];
    (known, 0..DAYS + 4).prop_map(|((address, port, domain, mailbox), day)| Asked {
        address,
        port,
        domain,
        mailbox,
        day,
    })
}

impl Asked {
    fn by(&self) -> Value {
        let at = instant(self.day);
        if let Some(address) = self.address {
            let ip = json!({ "address": address, "port": self.port, "domain": self.domain, "mailbox": self.mailbox,
                "at": at });
            return json!({ "ip": ip });
        }
        match (self.domain, self.mailbox) {
            (Some(name), _) => json!({ "domain": { "name": name, "at": at } }),
            (_, mailbox) => json!({ "mailbox": { "address": mailbox, "at": at } }),
        }
    }
}

/// A list in another order, cut into parts; some items come twice. After each part, clients are merged.
async fn deliver(host: &Host, history: &History) {
    let mut rest: Vec<_> = history.assignments.iter().collect();
    let mut parts: Vec<Vec<Value>> = vec![Vec::new(); PARTS];
    let order = history.order.iter().cycle();
    for (n, index) in order.take(history.assignments.len()).enumerate() {
        let one = rest.remove(index.index(rest.len()));
        parts[n % PARTS].push(one.input());
        if n % 5 == 0 {
            parts[(n + 1) % PARTS].push(one.input());
        }
    }
    for (number, part) in parts.into_iter().enumerate() {
        if !part.is_empty() {
            host.hold(&part).await;
        }
        for merge in history.merges.iter().filter(|merge| merge.part == number) {
            let [from, into] = [merge.from, merge.into].map(|client| whmcs(&client.to_string()));
            let both = input(&json!({ "from": from, "into": into }));
            // Refused where they are one already.
            let merged = host.billing.run(build::MERGE_CUSTOMERS, both).await;
            assert!(
                ["", "CUSTOMER_MERGED"].contains(&merged.code()),
                "{}",
                merged.text
            );
        }
    }
}

async fn check(history: &History, questions: &[Asked]) -> Result<(), TestCaseError> {
    let host = Host::start().await;
    let mut clients = Vec::new();
    for client in 0..CLIENTS {
        clients.push(host.client(&client.to_string()).await);
    }
    deliver(&host, history).await;
    let roots = roots(&history.merges);
    let all: Vec<_> = history
        .assignments
        .iter()
        .map(|one| Assignment {
            client: roots[one.client],
            ..one.clone()
        })
        .collect();
    let one = "query($by: CustomerLookupInput!) { customer(by: $by) { id } }";
    for question in questions {
        let by = question.by();
        let (total, found) = host.candidates(&by).await;
        let found: BTreeSet<_> = found
            .iter()
            .map(|id| clients.iter().position(|client| client == id).unwrap())
            .collect();
        let expected = meant(&all, question);
        prop_assert_eq!(&found, &expected.clients, "{:?}", question);
        prop_assert_eq!(
            usize::try_from(total).unwrap(),
            found.len(),
            "{:?}",
            question
        );
        let answer = host.owner.run(one, json!({ "by": by })).await;
        let customer = answer.body["data"]["customer"]["id"].as_str();
        let only = expected.clients.first().filter(|_| expected.one);
        prop_assert_eq!(
            customer,
            only.map(|client| clients[*client].as_str()),
            "{:?}",
            question
        );
        let doubtful = !expected.one && !expected.clients.is_empty();
        prop_assert_eq!(answer.code() == "AMBIGUOUS", doubtful, "{:?}", question);
    }
    // What leads to nobody else: the clients themselves.
    for (n, root) in roots.iter().enumerate() {
        prop_assert_eq!(
            host.candidates(&whmcs(&n.to_string())).await,
            (1, vec![clients[*root].clone()])
        );
    }
    host.stop().await;
    Ok(())
}

#[test]
fn a_look_up_finds_whom_going_through_the_list_finds() {
    let config = Config {
        cases: 12,
        max_shrink_iters: 40,
        failure_persistence: None,
        ..Config::default()
    };
    let strategy = (history(), prop::collection::vec(asked(), 40));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    TestRunner::new(config)
        .run(&strategy, |(history, questions)| {
            runtime.block_on(check(&history, &questions))
        })
        .unwrap();
}
